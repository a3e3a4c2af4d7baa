"""The requirements x candidates matrix: a sign and a colour a cell, one page of candidates at a time.

Draws what the verdict holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agents.verdict import LABELS, Label, Ranked, Verdict
from ingestion.records import PostingRow
from ui.dashboard.highlight import MatrixRow, matrix_table, requirement_key
from ui.dashboard.names import candidate
from ui.dashboard.result_filters import Row, id_of, key_of, name_of
from ui.dashboard.words import SAYS, SIGNS


def draw_matrix(posting: PostingRow, verdict: Verdict, rows: Sequence[Row]) -> None:
    """Draw the matrix of these rows, and what its numbers and signs stand for."""
    requirements = verdict.posting.requirements
    st.html(requirement_key([(one.text, one.kind) for one in requirements]))
    st.caption(" · ".join(f"{SIGNS[one]} {SAYS[one]}" for one in LABELS))
    st.html(matrix_table([one.text for one in requirements], [matrix_row(posting, row) for row in rows]))


def matrix_row(posting: PostingRow, row: Row) -> MatrixRow:
    """Return a letter's row of the matrix."""
    name = candidate(posting, key_of(row), id_of(row), name_of(row))
    if not isinstance(row, Ranked):
        return MatrixRow("–", name, "–", ())
    labels: tuple[Label, ...] = tuple(finding.label for finding in row.assessment.findings)
    return MatrixRow(str(row.rank), name, f"{row.score:.1f}", labels)

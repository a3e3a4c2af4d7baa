"""The candidates of a result as rows; each opens into its letter with the evidence marked in place.

A row that is closed costs nothing: its letter is read when it is opened. Draws what the verdict holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from agents.unnamed import unnamed_rank
from agents.verdict import Ranked, Requirement, Verdict
from ingestion.letter import Letter
from ingestion.records import PostingRow
from ui.dashboard.highlight import evidence_list
from ui.dashboard.letter_view import draw_letter, marks_of
from ui.dashboard.names import candidate_label, is_revealed, reveal_button, revealed_of
from ui.dashboard.result_filters import Row, id_of, key_of, name_of
from ui.dashboard.winner_card import counted, evidence_lines, letter_or_none
from ui.dashboard.words import plain
from ui.label_words import score_words

if TYPE_CHECKING:
    from agents.decisions import Decision

DECIDED = {"advance": "advanced", "hold": "on hold", "reject": "rejected"}
"""What a decision is called beside a candidate."""


def draw_rows(
    posting: PostingRow,
    verdict: Verdict,
    rows: Sequence[Row],
    warnings: Mapping[str, Sequence[str]],
    decided: Mapping[str, Decision],
) -> None:
    """Draw these rows, in their order."""
    for row in rows:
        letter_id = id_of(row)
        title = row_title(posting, row, len(warnings.get(letter_id, ())), decided.get(letter_id))
        opened = st.expander(title, key=f"row-{verdict.screening_id}-{key_of(row)}", on_change="rerun")
        if opened.open:
            with opened:
                _draw_row(posting, verdict, row, warnings.get(letter_id, ()))


def row_title(posting: PostingRow, row: Row, warnings: int, decision: Decision | None) -> str:
    """Return the line that a row shows while it is closed, for Streamlit's Markdown."""
    name = candidate_label(posting, key_of(row), id_of(row), name_of(row))
    if isinstance(row, Ranked):
        parts = [f"{row.rank}\\. **{name}**", f"{row.score:.1f}"]
        if row.assessment.findings:
            parts.append(counted(row.assessment.findings))
    else:
        parts = [f"– **{name}**", "not judged"]
    if warnings:
        parts.append(f"⚠ {warnings} {'warning' if warnings == 1 else 'warnings'}")
    if decision is not None:
        parts.append(DECIDED[decision.action])
    return " · ".join(parts)


def _draw_row(posting: PostingRow, verdict: Verdict, row: Row, warnings: Sequence[str]) -> None:
    for warning in warnings:
        st.warning("About this letter:", icon=":material/warning:")
        plain(warning)
    letter = letter_or_none(key_of(row))
    if letter is None:
        st.info("This letter was erased.")
        return
    revealed = is_revealed(posting, letter.key)
    requirements = verdict.posting.requirements
    if isinstance(row, Ranked):
        _draw_findings(posting, row, letter, requirements)
        marks = marks_of(row.assessment.findings, requirements)
    else:
        st.info("This letter was not judged:")
        plain(row.reason)
        _similarity(row.similarity)
        marks = []
    with st.container(border=True):
        draw_letter(letter, marks, revealed=revealed)
    reveal_button(posting, letter, key=f"reveal-{verdict.screening_id}-{letter.key}")


def _draw_findings(
    posting: PostingRow, row: Ranked, letter: Letter, requirements: Sequence[Requirement]
) -> None:
    shown = unnamed_rank(row, letter, revealed_of(posting, [letter.key]))
    st.caption(f"Rank {row.rank} · score {score_words(row)}")
    _similarity(row.assessment.similarity)
    lines = evidence_lines(shown.assessment.findings, requirements)
    if lines:
        st.html(evidence_list(lines))


def _similarity(similarity: float | None) -> None:
    if similarity is not None:
        st.caption(
            f"Likeness of its closest passage to the job: {similarity:.2f} (it orders the reading, not the score)"
        )

"""The result of a screening on the page: the winner, everybody else page by page, the matrix, notices and exports.

Redraws itself alone when a row is opened or a filter is set, and never asks a judge again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from agents.job_notices import FORM_QUESTION, ON_THE_FORM
from agents.verdict import Verdict
from ingestion.records import PostingRow
from ui.dashboard.export_menu import draw_exports
from ui.dashboard.letter_warnings import warnings_of
from ui.dashboard.matrix import draw_matrix
from ui.dashboard.names import revealed_of
from ui.dashboard.ranking_rows import draw_rows
from ui.dashboard.requirement_editor import lines_of, set_lines
from ui.dashboard.result_filters import draw_filters, rows_of
from ui.dashboard.shared import open_store
from ui.dashboard.winner_card import draw_winner
from ui.dashboard.words import label, many, plain

if TYPE_CHECKING:
    from agents.decisions import Decision

ROWS_A_PAGE = 25
REASONS_SHOWN = 5
"""Reasons for not being judged that are named above the list; each letter's own stands in its row."""


def draw_result(posting: PostingRow, verdict: Verdict) -> None:
    """Draw the result of a screening of this posting."""
    head, menu = st.columns([4, 1], vertical_alignment="center")
    with head:
        judged = 0 if verdict.comparison_only else len(verdict.ranking)
        st.caption(
            f"{judged:,} of {verdict.pool:,} letters judged by {label(verdict.strategy)} "
            f"in {verdict.seconds.total:.1f} s · screening {label(verdict.screening_id)}"
        )
    with menu:
        draw_exports(posting, verdict)
    draw_winner(posting, verdict)
    _draw_notices(verdict)
    _draw_candidates(posting, verdict)


@st.fragment
def _draw_candidates(posting: PostingRow, verdict: Verdict) -> None:
    """Draw the candidates that pass the filters, one page of them."""
    st.subheader("All candidates", anchor=False)
    _draw_unjudged_line(verdict)
    warnings = warnings_of(verdict)
    chosen = draw_filters(verdict.posting.requirements, verdict.screening_id)
    keys = [one.assessment.letter_key for one in verdict.ranking] + [
        one.letter_key for one in verdict.unjudged
    ]
    rows = rows_of(verdict, chosen, named=revealed_of(posting, keys), warned=warnings.keys())
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    number = 1
    where = st.container(horizontal=True, vertical_alignment="center")
    if pages > 1:
        with where:
            number = st.pagination(pages, key=f"page-{verdict.screening_id}-{hash(chosen)}")
    first = (number - 1) * ROWS_A_PAGE
    page = rows[first : first + ROWS_A_PAGE]
    everybody = len(verdict.ranking) + len(verdict.unjudged)
    with where:
        if not rows:
            st.caption(f"None of {everybody:,} letters passes these filters.")
        else:
            hidden = "" if len(rows) == everybody else f", out of {everybody:,}"
            st.caption(f"{first + 1:,} to {first + len(page):,} of {len(rows):,}{hidden}")
    as_rows, as_matrix = st.tabs(["Letters", "Matrix"])
    with as_rows:
        draw_rows(posting, verdict, page, warnings, standing_decisions(verdict))
    with as_matrix:
        draw_matrix(posting, verdict, page)


def standing_decisions(verdict: Verdict) -> Mapping[str, Decision]:
    """Return what people have decided in this screening so far, by letter id."""
    from agents.ledger import decisions

    return decisions(open_store(), verdict.screening_id)


def _draw_unjudged_line(verdict: Verdict) -> None:
    """Say how many letters were not judged and why, before anything is filtered."""
    if not verdict.unjudged:
        return
    reasons = Counter(one.reason for one in verdict.unjudged).most_common()
    head = "1 letter was" if len(verdict.unjudged) == 1 else f"{len(verdict.unjudged):,} letters were"
    st.info(f"{head} not judged: see the end of the list.")
    lines = [f"{reason} ({count:,})" for reason, count in reasons[:REASONS_SHOWN]]
    if len(reasons) > REASONS_SHOWN:
        lines.append(f"{len(reasons) - REASONS_SHOWN} more reasons; each stands in its row")
    plain("\n".join(lines))


def _draw_notices(verdict: Verdict) -> None:
    """Draw what holds for the whole screening; what holds for one letter stands in its row."""
    notices = [one for one in verdict.warnings if one.letter_id is None]
    asked = [one.text.removeprefix(ON_THE_FORM) for one in notices if one.code == FORM_QUESTION]
    if asked:
        st.info(
            f"{many(len(asked), 'question')} to ask on the application form; no letter was judged by "
            f"{'it' if len(asked) == 1 else 'them'}.",
            icon=":material/assignment:",
        )
        plain("\n".join(asked))
    for notice in notices:
        if notice.code != FORM_QUESTION:
            st.warning(label(notice.text, at_most=600), icon=":material/info:")


def ask_again(verdict: Verdict) -> None:
    """Put the job and the requirements of a screening into the form of the next one."""
    from ui.dashboard.job_input import JOB

    st.session_state[JOB] = verdict.posting.job_description
    set_lines(lines_of(verdict.posting.requirements), verdict.posting.job_description)

"""One candidate to decide about: what the judge found, what people changed, what stands decided, and the letter.

The judge's own result stays visible beside every change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from agents.ledger_payloads import REASONS
from agents.overlay import Override, ReviewedLetter
from agents.unnamed import unnamed_rank
from agents.verdict import Ranked, Verdict
from ingestion.letter import Letter
from ingestion.records import PostingRow
from ui.dashboard.decision_forms import (
    Candidate,
    draw_decision_form,
    draw_label_form,
    draw_score_form,
    draw_undo,
)
from ui.dashboard.highlight import evidence_list
from ui.dashboard.letter_view import draw_letter, marks_of
from ui.dashboard.names import candidate_label, is_revealed, reveal_button, revealed_of
from ui.dashboard.ranking_rows import DECIDED
from ui.dashboard.winner_card import evidence_lines, letter_or_none
from ui.dashboard.words import SAYS, SIGNS, label, plain

if TYPE_CHECKING:
    from agents.decisions import Decision


def draw_candidate(posting: PostingRow, verdict: Verdict, one: Candidate, standing: Decision | None) -> None:
    """Draw all that is needed to decide about one candidate."""
    letter = letter_or_none(one.letter_key)
    if letter is None:
        st.info("This letter was erased.")
        return
    st.subheader(candidate_label(posting, one.letter_key, one.letter_id, one.applicant), anchor=False)
    _draw_place(one)
    reveal_button(posting, letter, key=f"decide-reveal-{verdict.screening_id}-{one.letter_key}")
    _draw_standing(standing)
    deciding, changing, reading = st.tabs(["Decide", "Change a label or the score", "Read the letter"])
    with deciding:
        draw_decision_form(verdict, one, standing)
    with changing:
        if isinstance(one, ReviewedLetter):
            _draw_changes(verdict, one)
            draw_label_form(verdict, one)
            draw_score_form(verdict, one)
        else:
            st.info("This letter was not judged, so there is no label and no score to change.")
    with reading:
        _draw_reading(posting, verdict, one, letter)


def _draw_place(one: Candidate) -> None:
    if not isinstance(one, ReviewedLetter):
        st.caption("not judged:")
        plain(one.reason)
        return
    st.caption(f"Rank {one.rank} · score {one.score:.1f} of 10")
    if one.changed:
        st.caption(
            f"changed by a person; the judge's own: rank {one.judged_rank}, score {one.judged_score:.1f}"
        )


def _draw_standing(standing: Decision | None) -> None:
    if standing is None:
        st.info("Nothing is decided about this candidate.", icon=":material/radio_button_unchecked:")
        return
    st.success(
        f"Decided: {DECIDED[standing.action]}, by {label(standing.actor)}, {label(standing.created[:16])} UTC",
        icon=":material/gavel:",
    )
    if standing.reason is not None:
        plain(f"Reason: {REASONS.get(standing.reason, standing.reason)}")
    if standing.note:
        plain(f"Note: {standing.note}")


def _draw_changes(verdict: Verdict, one: ReviewedLetter) -> None:
    text_of = {requirement.id: requirement.text for requirement in verdict.posting.requirements}
    for found in one.labels:
        if found.changed is not None:
            st.markdown(
                f"**{label(text_of[found.requirement_id])}**: {SIGNS[found.label]} {SAYS[found.label]}; "
                f"the judge's own: {SIGNS[found.judged]} {SAYS[found.judged]}"
            )
            _draw_change(verdict, one, found.changed)
    if one.score_changed is not None:
        st.markdown(f"**Score**: {one.score:.1f}; the judge's own: {one.judged_score:.1f}")
        _draw_change(verdict, one, one.score_changed)


def _draw_change(verdict: Verdict, one: ReviewedLetter, change: Override) -> None:
    st.caption(f"by {label(change.actor)}, {label(change.created[:16])} UTC")
    plain(change.reason)
    draw_undo(verdict, one, change)


def _draw_reading(posting: PostingRow, verdict: Verdict, one: Candidate, letter: Letter) -> None:
    ranked = _judged(verdict, one.letter_key)
    marks = []
    if ranked is not None:
        requirements = verdict.posting.requirements
        shown = unnamed_rank(ranked, letter, revealed_of(posting, [letter.key]))
        st.caption("What the judge found:")
        st.html(evidence_list(evidence_lines(shown.assessment.findings, requirements)))
        marks = marks_of(ranked.assessment.findings, requirements)
    with st.container(border=True):
        draw_letter(letter, marks, revealed=is_revealed(posting, letter.key))


def _judged(verdict: Verdict, letter_key: int) -> Ranked | None:
    return next((one for one in verdict.ranking if one.assessment.letter_key == letter_key), None)

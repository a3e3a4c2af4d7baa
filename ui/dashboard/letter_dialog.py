"""A letter opened over the page: the paragraph of a quote first, then the whole letter with all its evidence.

Knows nothing about where it was opened from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from agents.verdict import Verdict
from ingestion.letter import Letter
from ingestion.records import PostingRow
from ui.dashboard.highlight import Mark, highlighted, requirement_key
from ui.dashboard.letter_view import draw_letter, marks_of, moved_marks
from ui.dashboard.names import candidate_label, is_revealed, reveal_button
from ui.dashboard.winner_card import letter_or_none


@st.dialog("The letter", width="large")
def letter_dialog(
    posting: PostingRow, verdict: Verdict, letter_key: int, quote: tuple[int, int] | None = None
) -> None:
    """Open a letter; ``quote`` is the place in ``letter.text`` of the words that are asked for."""
    letter = letter_or_none(letter_key)
    if letter is None:
        st.info("This letter was erased.")
        return
    st.subheader(candidate_label(posting, letter.key, letter.letter_id, letter.applicant), anchor=False)
    revealed = is_revealed(posting, letter.key)
    marks = _marks(verdict, letter)
    if quote is not None:
        _draw_paragraph(letter, quote, _number(marks, quote), revealed=revealed)
    st.caption("The whole letter, its evidence marked by the number of the requirement:")
    with st.container(border=True):
        draw_letter(letter, marks, revealed=revealed)
    if marks:
        with st.expander("What the numbers stand for"):
            st.html(requirement_key([(one.text, one.kind) for one in verdict.posting.requirements]))
    reveal_button(posting, letter, key=f"dialog-reveal-{letter.key}")


def _marks(verdict: Verdict, letter: Letter) -> list[Mark]:
    """Return the marks of a letter's evidence, without those whose words are no longer in it."""
    for ranked in verdict.ranking:
        if ranked.assessment.letter_key == letter.key:
            standing = [
                one
                for one in ranked.assessment.findings
                if one.quote is not None and letter.text[one.quote.start : one.quote.end] == one.quote.text
            ]
            return marks_of(standing, verdict.posting.requirements)
    return []


def _number(marks: Sequence[Mark], quote: tuple[int, int]) -> int:
    """Return the requirement that a quote is the evidence of, 0 where it is of none."""
    return next((mark.number for mark in marks if (mark.start, mark.end) == quote), 0)


def _draw_paragraph(letter: Letter, quote: tuple[int, int], number: int, *, revealed: bool) -> None:
    mark = Mark(*quote, number, "the quote")
    if not 0 <= mark.start < mark.end <= len(letter.text):
        st.info("The letter was read in again since; these words are no longer at their place.")
        return
    text = letter.text if revealed else letter.judged_text
    shown = mark if revealed else moved_marks(letter, [mark])[0]
    start, end = paragraph_around(text, shown.start, shown.end)
    st.caption("The quote, where it stands:")
    with st.container(border=True):
        st.html(
            highlighted(text[start:end], [replace(shown, start=shown.start - start, end=shown.end - start)])
        )


def paragraph_around(text: str, start: int, end: int) -> tuple[int, int]:
    r"""Return where the paragraph of ``text[start:end]`` begins and ends: between blank lines.

    >>> paragraph_around("one\n\ntwo three\n\nfour", 9, 14)
    (5, 14)
    """
    before = text.rfind("\n\n", 0, start)
    after = text.find("\n\n", end)
    return (0 if before < 0 else before + 2), (len(text) if after < 0 else after)

"""One letter as a person reads it, its evidence marked in place.

Used wherever a letter opens: in the ranking, in a comparison, from a citation of the chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from agents.verdict import Finding, Quote, Requirement
from ingestion.letter import Letter
from ui.dashboard.highlight import Mark, highlighted
from ui.dashboard.words import SAYS
from ui.terminal import one_line


def marks_of(findings: Sequence[Finding], requirements: Sequence[Requirement]) -> list[Mark]:
    """Return a mark for each finding that has a quote, numbered as the requirements stand."""
    number_of = {requirement.id: place for place, requirement in enumerate(requirements, start=1)}
    text_of = {requirement.id: requirement.text for requirement in requirements}
    return [
        Mark(
            finding.quote.start,
            finding.quote.end,
            number_of[finding.requirement_id],
            f"{number_of[finding.requirement_id]}. {one_line(text_of[finding.requirement_id])}: {SAYS[finding.label]}",
        )
        for finding in findings
        if finding.quote is not None
    ]


def draw_letter(letter: Letter, marks: Sequence[Mark], *, revealed: bool) -> None:
    """Draw a letter with its marks (places in ``letter.text``).

    Until the name is ``revealed``, what was masked before judging stays masked here too.
    """
    if revealed:
        st.html(highlighted(letter.text, marks))
        return
    st.html(highlighted(letter.judged_text, moved_marks(letter, marks)))


def moved_marks(letter: Letter, marks: Sequence[Mark]) -> list[Mark]:
    """Return marks of ``letter.text`` as marks of ``letter.judged_text``."""
    return [
        replace(m, start=start, end=end) for m in marks for start, end in [_judged(letter, m.start, m.end)]
    ]


def shown_quote(letter: Letter, quote: Quote, *, revealed: bool) -> str:
    """Return a quote as this person may read it: the letter's own words, or masked as they were judged."""
    if revealed:
        return quote.text
    start, end = _judged(letter, quote.start, quote.end)
    return letter.judged_text[start:end]


def _judged(letter: Letter, start: int, end: int) -> tuple[int, int]:
    return letter.offsets.to_judged(start, end)


def quote_mark(quote: Quote, number: int = 1, title: str = "the quote") -> Mark:
    """Return the mark of one quote."""
    return Mark(quote.start, quote.end, number, title)

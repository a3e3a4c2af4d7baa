"""Candidates side by side: a head for each, then what each shows for every requirement, in its own words.

On a narrow page the columns stand below each other, so each cell names its candidate. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from agents.overlay import ReviewedLabel, ReviewedLetter
from agents.verdict import Quote, Requirement, Unjudged, Verdict
from ingestion.letter import Letter
from ingestion.records import PostingRow
from ui.dashboard.highlight import Mark, highlighted
from ui.dashboard.letter_dialog import letter_dialog
from ui.dashboard.letter_view import shown_quote
from ui.dashboard.names import candidate_label, is_revealed
from ui.dashboard.ranking_rows import DECIDED
from ui.dashboard.winner_card import letter_or_none
from ui.dashboard.words import SAYS, SIGNS, label, plain

if TYPE_CHECKING:
    from agents.chat.facts import Compared, Shown
    from agents.decisions import Decision

Beside = ReviewedLetter | Unjudged
"""A letter of a comparison: judged, as people left it, or not judged."""


def draw_heads(
    posting: PostingRow, verdict: Verdict, letters: Sequence[Beside], decided: Mapping[str, Decision]
) -> None:
    """Draw who is compared: place, score, what was decided, and the way into each letter."""
    for column, one in zip(st.columns(len(letters)), letters, strict=True):
        with column, st.container(border=True):
            name = candidate_label(posting, one.letter_key, one.letter_id, one.applicant)
            st.subheader(name, anchor=False)
            if isinstance(one, ReviewedLetter):
                st.caption(f"Rank {one.rank} · score {one.score:.1f} of 10")
                if one.changed:
                    st.caption(
                        f"changed by a person; the judge's own: rank {one.judged_rank}, {one.judged_score:.1f}"
                    )
            else:
                st.caption("not judged")
                plain(one.reason)
            if one.letter_id in decided:
                st.caption(f"A person decided: {DECIDED[decided[one.letter_id].action]}")
            if st.button("Open the letter", key=f"compare-open-{verdict.screening_id}-{one.letter_key}"):
                letter_dialog(posting, verdict, one.letter_key)


def draw_requirements(
    posting: PostingRow,
    requirements: Sequence[Requirement],
    rows: Sequence[Compared],
    letters: Sequence[Beside],
) -> None:
    """Draw what each letter shows for these ``rows``; ``requirements`` are all of the screening, for their numbers."""
    read: dict[int, Letter | None] = {one.letter_key: letter_or_none(one.letter_key) for one in letters}
    for row in rows:
        with st.container(border=True):
            _draw_row(posting, requirements.index(row.requirement) + 1, row, letters, read)


def _draw_row(
    posting: PostingRow,
    number: int,
    row: Compared,
    letters: Sequence[Beside],
    read: Mapping[int, Letter | None],
) -> None:
    asked = row.requirement
    st.markdown(f"**{number}. {label(asked.text, at_most=300)}** ({label(asked.kind)})")
    if row.better:
        names = ", ".join(label(one, at_most=60) for one in row.better)
        st.caption(f"{names} {'shows' if len(row.better) == 1 else 'show'} more")
    elif len(row.cells) > 1:
        st.caption("no difference")
    for column, one in zip(st.columns(len(letters)), letters, strict=True):
        with column, st.container(gap="xxsmall"):
            st.caption(candidate_label(posting, one.letter_key, one.letter_id, one.applicant))
            if isinstance(one, ReviewedLetter):
                judged = next((cell for cell in row.cells if cell.letter_id == one.letter_id), None)
                _draw_cell(posting, one.labels[number - 1], judged, read[one.letter_key], number)
            else:
                st.text("not judged")


def _draw_cell(
    posting: PostingRow, found: ReviewedLabel, judged: Shown | None, letter: Letter | None, number: int
) -> None:
    st.markdown(f"**{SIGNS[found.judged]} {SAYS[found.judged]}**")
    if found.note and found.judged != "met":
        plain(found.note)
    if judged is not None and judged.replaced:
        st.text("(the letter was read in again since; its words are not quoted)")
    elif judged is not None and judged.citation is not None and letter is not None:
        quote = Quote(judged.citation.text, judged.citation.start, judged.citation.end)
        words = shown_quote(letter, quote, revealed=is_revealed(posting, letter.key))
        st.html(highlighted(words, [Mark(0, len(words), number, "the quote")] if words else []))
    if found.changed is not None:
        st.caption(f"changed by a person to: {SIGNS[found.label]} {SAYS[found.label]}")
        plain(found.changed.reason)

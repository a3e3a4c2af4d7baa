"""Whose name this person has looked at: in a blind posting a candidate is an id until a name is revealed, and that is kept.

Knows nothing about how names are masked.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ingestion.letter import Letter
from ingestion.records import PostingRow
from ui.dashboard.access import actor
from ui.dashboard.shared import open_store
from ui.dashboard.words import label
from ui.terminal import one_line

_REVEALED = "revealed_letters"


def is_revealed(posting: PostingRow, letter_key: int) -> bool:
    """Say whether the name may be shown: always in a posting that is not blind, else once it was revealed here."""
    return not posting.blind or letter_key in st.session_state.get(_REVEALED, set())


def revealed_of(posting: PostingRow, keys: Iterable[int]) -> frozenset[int]:
    """Return the letters among these whose name may be shown."""
    return frozenset(key for key in keys if is_revealed(posting, key))


def named_keys(posting: PostingRow) -> frozenset[int] | None:
    """Return the keys of the letters whose name may be searched: those revealed here, None for all of them."""
    return frozenset(st.session_state.get(_REVEALED, set())) if posting.blind else None


def candidate(posting: PostingRow, letter_key: int, letter_id: str, applicant: str | None) -> str:
    """Return what a candidate is called on the page, for ``st.text`` and tables."""
    if applicant and is_revealed(posting, letter_key):
        return f"{one_line(letter_id)} · {one_line(applicant)}"
    return one_line(letter_id)


def candidate_label(posting: PostingRow, letter_key: int, letter_id: str, applicant: str | None) -> str:
    """Return the same where Streamlit reads Markdown."""
    return label(candidate(posting, letter_key, letter_id, applicant))


def reveal_button(posting: PostingRow, letter: Letter, *, key: str) -> None:
    """Draw the button that shows a name; who looked, and at whom, goes into the ledger first."""
    if is_revealed(posting, letter.key):
        return
    if st.button("Reveal the name (this is recorded)", key=key, icon=":material/visibility:"):
        from agents.ledger import note_reveal

        note_reveal(open_store(), letter.key, actor=actor())
        st.session_state[_REVEALED] = st.session_state.get(_REVEALED, set()) | {letter.key}
        st.rerun()

"""Letters of several writers side by side, each with the list of what it states that its fields do not hold.

Knows nothing about how they were written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from ui.dashboard.highlight import Mark, highlighted
from ui.dashboard.words import label, many, plain
from ui.dashboard.writers import WrittenLetter
from ui.terminal import one_line

if TYPE_CHECKING:
    from agents.fabrication import Fabrication

SIDE_BY_SIDE: Final = 3
"""Letters in one row."""


def draw_letters(letters: Sequence[WrittenLetter]) -> None:
    """Draw the letters next to each other; on a narrow screen one below the other."""
    for start in range(0, len(letters), SIDE_BY_SIDE):
        some = letters[start : start + SIDE_BY_SIDE]
        for column, (place, letter) in zip(st.columns(len(some)), enumerate(some, start), strict=True):
            with column, st.container(border=True):
                _draw_letter(letter, place)


def _draw_letter(letter: WrittenLetter, place: int) -> None:
    st.subheader(label(letter.by.words))
    checked = letter.checked
    if checked is None:
        st.error("This writer can't write here.")
        plain(letter.failure)
        return
    hard = _distinct([one for one in checked.found if one.hard])
    soft = _distinct([one for one in checked.found if not one.hard])
    if hard:
        st.warning(
            f"✕ Not in your fields: {many(len(hard), 'thing')}. Take out what is not true, or add it to the fields."
        )
    else:
        st.success("✓ It states nothing that your fields do not hold.")
    if checked.cut_off:
        st.warning("It reached its longest length and was cut off.")
    number = {one.key: place for place, one in enumerate(hard, start=1)}
    st.html(
        highlighted(
            checked.letter,
            [
                Mark(one.start, one.end, number[one.key], f"{one.kind}: not in your fields")
                for one in checked.found
                if one.key in number and one.start < one.end
            ],
        )
    )
    if hard:
        st.dataframe(
            [
                {
                    "": str(number[one.key]),
                    "what": one.kind,
                    "in the letter": one_line(one.text),
                    "note": "the employer asks for it" if one.asked else "",
                }
                for one in hard
            ],
            hide_index=True,
            key=f"write_made_up_{place}",
            alt="What is not in your fields",
        )
    if soft:
        st.caption("Manners that it claims without the fields")
        plain(", ".join(one_line(one.text).lower() for one in soft))
    if checked.removed:
        with st.expander(f"Sentences that were taken out ({len(checked.removed)})"):
            plain("\n".join(one_line(sentence) for sentence in checked.removed))
    st.download_button(
        "Download (.txt)",
        checked.letter + "\n",
        "cover-letter.txt",
        "text/plain",
        on_click="ignore",
        key=f"write_download_{place}",
    )


def _distinct(found: Sequence[Fabrication]) -> list[Fabrication]:
    """Return each thing once, where it stands first."""
    return list({one.key: one for one in reversed(found)}.values())[::-1]

"""A letter as HTML, its evidence marked where it stands: the one place that builds HTML from other people's words.

Every piece of the letter is escaped; the tags around it are this file's own. Knows nothing about findings.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui.terminal import visible

COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d", "#d6a900")
"""One colour a requirement, in turn; each is seen on white and on black."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a letter that speaks to requirement ``number`` (counted from 1): ``text[start:end]``.

    ``title`` is shown when one points at it.
    """

    start: int
    end: int
    number: int
    title: str


def colour_of(number: int) -> str:
    """Return the colour of a requirement's number, counted from 1."""
    return COLOURS[(number - 1) % len(COLOURS)]


def highlighted(text: str, marks: Sequence[Mark]) -> str:
    """Return the letter as HTML; each mark underlined in its requirement's colour and followed by its number.

    Stretches may overlap: each piece between two edges carries all the numbers that hold there.

    >>> highlighted("a <b>", [])
    '<div dir="auto" style="white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.7">a &lt;b&gt;</div>'
    """
    for mark in marks:
        if not 0 <= mark.start < mark.end <= len(text):
            raise ValueError(
                f"a mark must satisfy 0 <= start < end <= {len(text)}, but got ({mark.start}, {mark.end})"
            )
    edges = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    pieces = [
        _piece(text[start:end], [m for m in marks if m.start <= start and end <= m.end], end)
        for start, end in pairwise(edges)
    ]
    style = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.7"
    return f'<div dir="auto" style="{style}">{"".join(pieces)}</div>'


def _piece(text: str, marks: Sequence[Mark], end: int) -> str:
    shown = html.escape(visible(text))
    if not marks:
        return shown
    colours = [colour_of(mark.number) for mark in marks]
    lines = ",".join(f"inset 0 -{2 * (place + 1)}px 0 {colour}" for place, colour in enumerate(colours))
    title = html.escape("; ".join(mark.title for mark in marks))
    style = f"color:inherit;background:{colours[0]}2e;box-shadow:{lines};border-radius:2px;padding:1px 0 3px"
    closing = "".join(
        f'<sup style="color:{colour_of(mark.number)};font-weight:700">{mark.number}</sup>'
        for mark in marks
        if mark.end == end
    )
    return f'<mark title="{title}" style="{style}">{shown}</mark>{closing}'

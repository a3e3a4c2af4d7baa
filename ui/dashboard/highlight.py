"""The one place that builds HTML from other people's words: a letter with its evidence marked, findings, a matrix.

Every piece of theirs is escaped; the tags around it are this file's own. Knows nothing about verdicts.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.verdict import Label
from ui.dashboard.words import SAYS, SIGNS
from ui.terminal import one_line, visible

COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d", "#d6a900")
"""One colour a requirement, in turn; each is seen on white and on black."""

TINTS: dict[Label, str] = {
    "met": "#2e9e4f55",
    "partial": "#d6a90055",
    "not_shown": "transparent",
    "contradicted": "#d0404055",
}
"""What lies behind a label's sign; see-through, so that it is seen on white and on black."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a letter that speaks to requirement ``number`` (counted from 1; 0 for none): ``text[start:end]``.

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
        if mark.end == end and mark.number
    )
    return f'<mark title="{title}" style="{style}">{shown}</mark>{closing}'


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """What a letter shows for requirement ``number`` (counted from 1), and in which words of its own."""

    number: int
    requirement: str
    kind: str
    label: Label
    quote: str | None
    note: str = ""


def evidence_list(lines: Sequence[EvidenceLine]) -> str:
    """Return findings as an HTML list: number and colour of the requirement, sign and words of the label, the quote."""
    return f'<ul style="list-style:none;margin:0;padding:0">{"".join(_evidence_item(line) for line in lines)}</ul>'


def _evidence_item(line: EvidenceLine) -> str:
    quote = ""
    if line.quote is not None:
        style = f"margin:2px 0 0;padding-left:10px;border-left:3px solid {colour_of(line.number)};opacity:.9"
        quote = f'<div dir="auto" style="{style}">“{_text(line.quote)}”</div>'
    note = f" ({_text(line.note)})" if line.note else ""
    return (
        '<li style="margin:0 0 10px;overflow-wrap:anywhere">'
        f"{number_badge(line.number)} <strong>{SIGNS[line.label]} {SAYS[line.label]}</strong>{note} · "
        f"{_text(line.requirement)} <em>({_text(line.kind)})</em>{quote}</li>"
    )


def number_badge(number: int) -> str:
    """Return a requirement's number on its colour."""
    style = f"background:{colour_of(number)};color:#000;border-radius:9px;padding:0 7px;font-weight:700"
    return f'<span style="{style}">{number}</span>'


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One candidate in the matrix. ``labels`` are in the order of the requirements; empty where none were found."""

    rank: str
    name: str
    score: str
    labels: tuple[Label, ...]


def matrix_table(requirements: Sequence[str], rows: Sequence[MatrixRow]) -> str:
    """Return requirements x candidates as an HTML table: a sign a cell, and its colour behind it."""
    cell = "padding:3px 8px;border-bottom:1px solid #8885;text-align:center"
    left = f"{cell};text-align:left"
    numbers = "".join(
        f'<th scope="col" style="{cell}" title="{html.escape(one_line(text))}">{number_badge(number)}</th>'
        for number, text in enumerate(requirements, start=1)
    )
    head = f'<tr><th scope="col" style="{cell}">Rank</th><th scope="col" style="{left}">Letter</th>'
    head += f'<th scope="col" style="{cell}">Score</th>{numbers}</tr>'
    body = "".join(_matrix_row(row, len(requirements), cell, left) for row in rows)
    return (
        '<div tabindex="0" role="region" aria-label="Requirements by candidate" style="overflow-x:auto">'
        '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
        f"<thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def _matrix_row(row: MatrixRow, width: int, cell: str, left: str) -> str:
    cells = "".join(
        f'<td style="{cell};background:{TINTS[found]};font-size:1.15em" title="{SAYS[found]}">'
        f'<span role="img" aria-label="{SAYS[found]}">{SIGNS[found]}</span></td>'
        for found in row.labels
    )
    if not row.labels:
        cells = f'<td colspan="{width}" style="{left}">not judged</td>'
    name = f'<th scope="row" style="{left};min-width:8em;font-weight:400;overflow-wrap:anywhere">{_text(row.name)}</th>'
    return (
        f'<tr><td style="{cell}">{_text(row.rank)}</td>{name}'
        f'<td style="{cell}">{_text(row.score)}</td>{cells}</tr>'
    )


def requirement_key(requirements: Sequence[tuple[str, str]]) -> str:
    """Return what the numbers stand for: each requirement's number on its colour, its text and its kind."""
    items = "".join(
        f'<li style="margin:0 0 4px;overflow-wrap:anywhere">{number_badge(number)} {_text(text)} <em>({_text(kind)})</em></li>'
        for number, (text, kind) in enumerate(requirements, start=1)
    )
    return f'<ul style="list-style:none;margin:0;padding:0">{items}</ul>'


def _text(words: str) -> str:
    return html.escape(one_line(words))

"""Owns how placed characters become text: words, lines, columns, paragraphs. Knows nothing about any file format.

Reading goes from the top down. Rows that share a gap down their middle are columns, read one after the other, unless
their lines stand side by side as a table's do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median


@dataclass(frozen=True, slots=True)
class Glyph:
    """One visible character. Base line from ``x`` to ``end`` at height ``y``, downwards; all in points."""

    text: str
    x: float
    end: float
    y: float
    size: float


@dataclass(slots=True)
class _Run:
    """Glyphs of one base line without a wide gap between them."""

    text: str
    left: float
    right: float
    y: float
    size: float


# Shares of the font's size. Between words fonts have 0.2 to 0.35; kerning and tracking stay below 0.15.
_SPACE = 0.17
# A gap that parts columns or cells; the spaces of justified lines stay below it.
_GUTTER = 1.2
# Glyphs whose base lines are this close stand in one line: raised and lowered ones included.
_SAME_LINE = 0.4
# A paragraph ends where the next line stands this much further down than lines of the text usually do.
_FURTHER_DOWN = 1.3
# Rows that columns need, and the letters of a line from which text on both sides reads as prose.
_ROWS, _PROSE = 3, 24
# Characters of a block's longest line below which lines that begin with a capital are entries, not prose.
_NARROW = 45
_BULLET = re.compile(r"(?:[•◦▪‣●○■□–—*·-]|\d{1,2}[.)])\s")
# Words that a hyphen at a line's end belongs to; other hyphens there part a word.
_COMPOUND = frozenset(
    """well full part self non co long short high low cross hands end real time data decision problem detail user client
    customer team results entry mid state world fast cutting large small post pre ever third two three four five six
    seven eight nine ten one first second open multi on off in up front back go e so""".split()
)


def page_text(glyphs: Iterable[Glyph]) -> str:
    """Return the text of one page, paragraphs parted by an empty line.

    >>> page_text([Glyph("H", 0, 7, 20, 10), Glyph("i", 7, 9, 20, 10), Glyph("!", 14, 16, 20, 10)])
    'Hi !'
    """
    rows = _rows(glyphs)
    blocks: list[list[_Run]] = []
    _columns(rows, blocks)
    parts = [part for block in blocks for part in _paragraphs(block)]
    return "\n\n".join(part for part in parts if part)


def join_pages(pages: Sequence[str]) -> str:
    """Return the text of several pages; a paragraph that goes on over the page stays one."""
    text = ""
    for page in filter(None, pages):
        if text and re.search(r"[^\W\d_],?$", text) and page[0].islower():
            text += f" {page}"
        else:
            text += f"\n\n{page}" if text else page
    return text


def _rows(glyphs: Iterable[Glyph]) -> list[list[_Run]]:
    """Return the runs of each base line, from the top down, each row from left to right."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda one: one.y):
        # A smaller glyph is measured by the larger one: raised and lowered letters belong to their line.
        if lines and glyph.y - lines[-1][0].y <= _SAME_LINE * max(glyph.size, lines[-1][0].size):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [runs for line in lines if (runs := _runs(sorted(line, key=lambda one: one.x)))]


def _runs(line: Sequence[Glyph]) -> list[_Run]:
    """Return one line's runs, words parted by one space."""
    runs: list[list[Glyph]] = [[]]
    for glyph in line:
        if not glyph.text.isspace() and runs[-1]:
            previous = next((one for one in reversed(runs[-1]) if not one.text.isspace()), None)
            if previous and glyph.x - previous.end > _GUTTER * max(glyph.size, previous.size):
                runs.append([])
        runs[-1].append(glyph)
    return [made for run in runs if (made := _run(run))]


def _run(glyphs: Sequence[Glyph]) -> _Run | None:
    """Return a run, spaces put where the font's own or a gap stands; None where there are only spaces."""
    marks = [one for one in glyphs if not one.text.isspace()]
    if not marks:
        return None
    pieces: list[str] = []
    end = None
    spaced = False
    gap = _word_gap(marks)
    for glyph in glyphs:
        if glyph.text.isspace():
            spaced = True
            continue
        if end is not None and (spaced or glyph.x - end > gap * glyph.size):
            pieces.append(" ")
        pieces.append(glyph.text)
        end, spaced = max(glyph.end, end or glyph.end), False
    text = _logical("".join(pieces))
    return _Run(text, marks[0].x, max(one.end for one in marks), median(one.y for one in marks), _size(marks))


def _word_gap(marks: Sequence[Glyph]) -> float:
    """Return the gap between words as a share of the size: wider where a title's letters are set apart."""
    gaps = [(after.x - before.end) / max(after.size, 1.0) for before, after in pairwise(marks)]
    usual = median(gaps) if len(gaps) >= 4 else 0.0
    return usual + _SPACE if usual > 0.6 * _SPACE else _SPACE


def _size(glyphs: Sequence[Glyph]) -> float:
    """Return the usual size of glyphs."""
    return median(one.size for one in glyphs) or 1.0


def _logical(text: str) -> str:
    """Return a line that was read from left to right in the order in which it is spoken."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    backwards = sum(kind in {"R", "AL"} for kind in kinds)
    if not backwards or backwards < sum(kind == "L" for kind in kinds):
        return text
    # Numbers and words of Latin letters keep their own direction.
    turned = text[::-1]
    return re.sub(r"[A-Za-z0-9][A-Za-z0-9 .,:/@+_-]*[A-Za-z0-9]", lambda match: match.group()[::-1], turned)


def _columns(rows: list[list[_Run]], blocks: list[list[_Run]]) -> None:
    """Append the blocks of lines in reading order: bands of columns apart, everything else row by row."""
    start = 0
    plain: list[list[_Run]] = []
    while start < len(rows):
        end, gutter = _band(rows, start)
        if gutter is not None and _reads_down(rows[start:end], gutter):
            _flush(plain, blocks)
            middle = sum(gutter) / 2
            for side in (True, False):
                part = [[run for run in row if (run.left < middle) is side] for row in rows[start:end]]
                _columns([row for row in part if row], blocks)
            start = end
        else:
            plain.append(rows[start])
            start += 1
    _flush(plain, blocks)


def _band(rows: list[list[_Run]], start: int) -> tuple[int, tuple[float, float] | None]:
    """Return how far the rows from ``start`` share a gap, and the gap: (end, (left, right)) or (start + 1, None)."""
    best: tuple[int, tuple[float, float] | None] = (start + 1, None)
    for first in pairwise(rows[start]):
        gap = (first[0].right, first[1].left)
        end = start + 1
        while end < len(rows):
            narrowed = _narrowed(gap, rows[end])
            if narrowed is None:
                break
            gap, end = narrowed, end + 1
        if end > best[0]:
            best = (end, gap)
    if best[1] is None and len(rows[start]) == 1:
        # A column may begin lower than the one beside it.
        for following in range(start + 1, min(start + 12, len(rows))):
            if len(rows[following]) > 1:
                end, gap = _band(rows, following)
                above = rows[start:following]
                fits = gap is not None and all(_narrowed(gap, row) for row in above)
                return (end, gap) if fits else best
    return best


def _narrowed(gap: tuple[float, float], row: Sequence[_Run]) -> tuple[float, float] | None:
    """Return what the row leaves of the gap, None where it crosses it."""
    left, right = gap
    for run in row:
        if run.left >= right or run.right <= left:
            continue
        if run.left <= left and run.right < right:
            left = run.right
        elif run.left > left and run.right >= right:
            right = run.left
        else:
            return None
    return (left, right) if right - left >= _GUTTER * max(run.size for run in row) * 0.8 else None


def _reads_down(rows: Sequence[Sequence[_Run]], gutter: tuple[float, float]) -> bool:
    """Say whether the two sides of a gap are columns of text rather than the cells of a table."""
    middle = sum(gutter) / 2
    left = [run for row in rows for run in row if run.left < middle]
    right = [run for row in rows for run in row if run.left >= middle]
    both = sum({run.left < middle for run in row} == {True, False} for row in rows)
    if min(len(left), len(right)) < _ROWS:
        return False
    prose = [median(len(run.text) for run in side) >= _PROSE for side in (left, right)]
    # A table's rows hold something on either side; a side bar's lines stand at heights of their own.
    return all(prose) or (any(prose) and both < 0.8 * len(rows)) or both < 0.4 * len(rows)


def _flush(plain: list[list[_Run]], blocks: list[list[_Run]]) -> None:
    """Move rows that are read across to the blocks; the runs of a row make one line, cells parted by two spaces."""
    if plain:
        blocks.append(
            [
                _Run(
                    "  ".join(run.text for run in row),
                    row[0].left,
                    row[-1].right,
                    row[0].y,
                    max(run.size for run in row),
                )
                for row in plain
            ]
        )
        plain.clear()


def _paragraphs(lines: Sequence[_Run]) -> list[str]:
    """Join the lines of a block into paragraphs; a line that ended early keeps its end."""
    if not lines:
        return []
    steps = [
        below.y - above.y for above, below in pairwise(lines) if 0 < below.y - above.y < 2.5 * above.size
    ]
    usual = median(steps) if steps else 1.2 * lines[0].size
    right = max(line.right for line in lines)
    narrow = max(len(line.text) for line in lines) < _NARROW
    words = {word.casefold() for line in lines for word in re.findall(r"[\w'’-]+", line.text)}
    paragraphs = [lines[0].text]
    for above, below in pairwise(lines):
        step = below.y - above.y
        apart = step > _FURTHER_DOWN * max(usual, above.size) or step > 2.2 * above.size
        if apart or not 0.8 < below.size / above.size < 1.25:
            paragraphs.append(below.text)
        elif _ended_early(above, below, right) or (narrow and not below.text[0].islower()):
            paragraphs[-1] += f"\n{below.text}"
        else:
            paragraphs[-1] = _joined(paragraphs[-1], below.text, words)
    return paragraphs


def _ended_early(above: _Run, below: _Run, right: float) -> bool:
    """Say whether the next line's first word would have fitted: then the break was wanted."""
    if _BULLET.match(below.text) or "  " in above.text or "  " in below.text:
        return True
    first = re.split(r"[\s-]", below.text, maxsplit=1)[0]
    width = (below.right - below.left) * (len(first) + 1) / max(1, len(below.text))
    return above.right + 1.1 * width < right


def _joined(above: str, below: str, words: set[str]) -> str:
    """Join two lines of one paragraph; a word parted by a hyphen is made whole unless its hyphen belongs to it."""
    if above.endswith("\u00ad"):
        return above[:-1] + below
    match = re.search(r"([^\W\d_]+)[-‐]$", above)
    if not match or not below[0].islower():
        return above + ("" if re.search(r"[^\W_]-$", above) else " ") + below
    rest = re.match(r"[\w'’]+", below)
    whole = f"{match.group(1)}-{rest.group() if rest else ''}".casefold()
    keeps = whole in words or match.group(1).casefold() in _COMPOUND
    return above + below if keeps else above[: match.end(1)] + below

"""Owns how a PDF page's characters are told: the visible ones as text, the hidden ones as findings.

Knows nothing about how it was found out which are which.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from ingestion.document import Hidden
from ingestion.hiding import LETTERS_TO_REPORT, excerpt, letters_in
from ingestion.page_layout import Glyph, page_text
from ingestion.pdf_characters import Character, PageText, TextObject

# A text of so few letters is read together with those around it: some programs draw each letter by itself.
_SCRAPS = 2
# Reasons that a picture can't tell apart letter by letter: most of a text's letters decide for all.
_BY_PICTURE = {"same_colour", "covered", "clipped", "switched_off"}
# Letters from which a replacing text is more than a ligature or a hyphen, and how like the glyphs it may be.
_REPLACING, _LIKE = 8, 0.6


def shown_text(characters: Sequence[Character]) -> str:
    """Return the visible text of a page: what stands upright first, then what is turned."""
    directions: dict[int, list[Character]] = {}
    for one in _once(characters):
        directions.setdefault(one.drawn.angle, []).append(one)
    parts: list[str] = []
    for angle in sorted(directions):
        turn = math.radians(angle)
        cosine, sine = math.cos(turn), math.sin(turn)
        glyphs: list[Glyph] = []
        for one in directions[angle]:
            along, down = one.x * cosine - one.y * sine, one.x * sine + one.y * cosine
            glyphs.append(Glyph(one.text, along, along + one.advance, down, max(one.drawn.size, 1.0)))
        parts.append(page_text(glyphs))
    return "\n\n".join(filter(None, parts))


def _once(characters: Sequence[Character]) -> list[Character]:
    """Return the characters without texts drawn again a little apart, as heavy print and shadows are."""
    says: dict[TextObject, list[Character]] = {}
    for one in characters:
        says.setdefault(one.drawn, []).append(one)
    first: dict[tuple[str, int, int, int], Character] = {}
    again: set[TextObject] = set()
    for drawn, spoken in says.items():
        # Shares of the font's size: two narrow letters in a row stand a fifth apart.
        near = max(0.1, (0.3 if len(spoken) > 1 else 0.12) * drawn.size)
        here = spoken[0]
        words = "".join(one.text for one in spoken)
        column, row = int(here.x // near), int(here.y // near)
        around = [
            first.get((words, round(drawn.size), column + right, row + down))
            for right in (-1, 0, 1)
            for down in (-1, 0, 1)
        ]
        if any(one and abs(one.x - here.x) <= near and abs(one.y - here.y) <= near for one in around):
            again.add(drawn)
        else:
            first[words, round(drawn.size), column, row] = here
    return [one for one in characters if one.drawn not in again]


def hidden_runs(text: PageText, kinds: Sequence[str | None], number: int) -> Iterator[Hidden]:
    """Yield what is hidden on a page: one finding for each way of hiding."""
    reasons = _settled(text.characters, kinds)
    together: dict[str, list[Character]] = {}
    for one, kind in zip(text.characters, reasons, strict=True):
        if kind is not None:
            together.setdefault(kind, []).append(one)
    for kind, characters in sorted(together.items()):
        says = " ".join(_said(characters))
        if letters_in(says) >= LETTERS_TO_REPORT:
            yield Hidden(kind, _place(characters, text, number), excerpt(says))


def _settled(characters: Sequence[Character], kinds: Sequence[str | None]) -> list[str | None]:
    """Return the kinds, one for all letters of a text where only the picture told them apart."""
    counts: dict[TextObject, Counter[str]] = {}
    for one, kind in zip(characters, kinds, strict=True):
        if kind in _BY_PICTURE:
            counts.setdefault(one.drawn, Counter())[kind] += 1
    return [
        counts[one.drawn].most_common(1)[0][0] if kind in _BY_PICTURE else kind
        for one, kind in zip(characters, kinds, strict=True)
    ]


def _said(characters: Sequence[Character]) -> list[str]:
    """Return what hidden texts say, from the top down: each by itself, for they may lie on each other."""
    by_text: dict[TextObject, list[Character]] = {}
    for one in characters:
        by_text.setdefault(one.drawn, []).append(one)
    scraps: list[Character] = []
    parts: list[tuple[float, float, str]] = []
    for drawn, spoken in by_text.items():
        if drawn.degenerate:
            parts.append((spoken[0].y, spoken[0].x, "".join(one.text for one in spoken)))
        elif len(spoken) <= _SCRAPS:
            scraps += spoken
        else:
            parts.append((spoken[0].y, spoken[0].x, shown_text(spoken)))
    if scraps:
        parts.append((scraps[0].y, scraps[0].x, shown_text(scraps)))
    return [says for _, _, says in sorted(parts)]


def _place(characters: Sequence[Character], text: PageText, number: int) -> str:
    """Say where on the page characters stand."""
    thirds = [min(2, max(0, int(3 * one.box.top / max(1.0, text.height)))) for one in characters]
    first, last = (("top", "middle", "bottom")[edge(thirds)] for edge in (min, max))
    return f"page {number}, {first}" if first == last else f"page {number}, {first} to {last}"


def replaced_texts(text: PageText, kinds: Sequence[str | None], number: int) -> Iterator[Hidden]:
    """Yield what a file tells programs to read where the page shows something else."""
    shown: dict[str, list[Character]] = {}
    for one, kind in zip(text.characters, kinds, strict=True):
        if one.drawn.replaced and kind is None:
            shown.setdefault(one.drawn.replaced, []).append(one)
    for instead, characters in shown.items():
        page = "".join(one.text for one in characters)
        # Producers write hyphens, ligatures and symbols so; those are as long as what the page shows.
        spoken, seen = _letters(instead), _letters(page)
        if len(spoken) > _REPLACING and SequenceMatcher(None, spoken[:500], seen[:500]).ratio() < _LIKE:
            yield Hidden("replaced", _place(characters, text, number), excerpt(instead))
    silent = {one.replaced for one in text.objects if one.replaced} - set(shown)
    for instead in sorted(silent):
        if len(_letters(instead)) > _REPLACING:
            yield Hidden("replaced", f"page {number}", excerpt(instead))


def _letters(text: str) -> str:
    """Return the letters and digits of a text, folded."""
    return "".join(filter(str.isalnum, text.casefold()))

"""Which letters of a posting repeat one another, and the links that say so.

Knows nothing about files or vectors. Letters that resemble one another directly or through others form one group, and
links join each group with as few as possible; so the groups do not depend on the order in which letters arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from ingestion.duplicates import NEAR_DUPLICATE, resemblance, shingles, signature
from ingestion.letter import Letter
from ingestion.records import DuplicateLink
from ingestion.schema import duplicate_link, letter_band
from ingestion.store import Store
from ingestion.vectorrows import chunks
from ingestion.writing import Transaction, signed

# How many letters' shingles stay in memory between comparisons: about 2 kB each.
_REMEMBERED = 4096


@dataclass(slots=True)
class _Groups:
    """Which letters are linked, directly or through others."""

    above: dict[int, int] = field(default_factory=dict)

    def top(self, key: int) -> int:
        while (parent := self.above.get(key, key)) != key:
            self.above[key] = self.above.get(parent, parent)
            key = parent
        return key

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.top(one), self.top(other)))
        self.above[high] = low


class Likeness:
    """Finds and links the duplicates of one posting. Used inside write transactions, one after the other."""

    def __init__(self, store: Store, posting: str) -> None:
        self._store = store
        self._posting = posting
        self._groups: _Groups | None = None
        self._shingles: dict[int, NDArray[np.uint64]] = {}

    def link(
        self, tx: Transaction, added: Sequence[Letter], changed: Iterable[int]
    ) -> dict[int, DuplicateLink]:
        """Link letters that were just stored; return the first link of each that repeats another.

        ``changed``: keys of letters that were stored before and whose text, or whose neighbour's text, is new.
        """
        changed = set(changed)
        if changed or self._groups is None:
            self._groups = _Groups()
            for link in self._store.duplicates(self._posting):
                self._groups.join(link.letter_key, link.of_key)
            for key in changed:
                self._shingles.pop(key, None)
        fresh = {letter.key: letter for letter in added}
        fresh |= {
            letter.key: letter for letter in self._store.letters(self._posting, sorted(changed - set(fresh)))
        }
        candidates = self._candidates(tx, [signature(fresh[key].judged_text) for key in sorted(fresh)])
        found: dict[int, DuplicateLink] = {}
        for key, (same, near) in zip(sorted(fresh), candidates, strict=True):
            mine = fresh[key]
            for other in [*sorted(same), *sorted(near - same)]:
                # A new letter looks back only; the later one of two new letters will find it.
                if other == key or (other > key and key not in changed):
                    continue
                if self._groups.top(other) == self._groups.top(key):
                    continue
                similarity = 1.0 if other in same else self._similarity(mine, other, fresh)
                if similarity >= NEAR_DUPLICATE:
                    self._groups.join(key, other)
                    link = tx.link_duplicate(max(key, other), min(key, other), similarity)
                    found.setdefault(link.letter_key, link)
        return found

    def neighbours(self, tx: Transaction, key: int) -> list[int]:
        """Keys of the letters that a letter is linked with, either way."""
        mine = (duplicate_link.c.letter_key == key) | (duplicate_link.c.of_key == key)
        rows = tx.connection.execute(select(duplicate_link.c.letter_key, duplicate_link.c.of_key).where(mine))
        return sorted({of_key if letter_key == key else letter_key for letter_key, of_key in rows})

    def _similarity(self, mine: Letter, other: int, fresh: dict[int, Letter]) -> float:
        theirs = self._shingles.get(other)
        if theirs is None:
            theirs = self._shingles_of(fresh.get(other) or self._store.letter_by_key(other))
        # Texts of other words can have equal sets of shingles all the same: 1.0 is kept for the same text.
        return min(resemblance(self._shingles_of(mine), theirs), 0.999)

    def _shingles_of(self, letter: Letter) -> NDArray[np.uint64]:
        known = self._shingles.get(letter.key)
        if known is None:
            while len(self._shingles) >= _REMEMBERED:
                del self._shingles[next(iter(self._shingles))]
            known = self._shingles[letter.key] = shingles(letter.judged_text)
        return known

    def _candidates(
        self, tx: Transaction, signatures: Sequence[tuple[int, ...]]
    ) -> list[tuple[set[int], set[int]]]:
        """Return for each signature the keys that share its first band (the same text), and any band."""
        posting_id = self._store.posting_id(self._posting)
        wanted: dict[int, dict[int, list[int]]] = {}
        for number, bands in enumerate(signatures):
            for place, band in enumerate(bands):
                wanted.setdefault(place, {}).setdefault(signed(band), []).append(number)
        found: list[tuple[set[int], set[int]]] = [(set(), set()) for _ in signatures]
        for place, numbers in wanted.items():
            for bands in chunks(sorted(numbers)):
                shared = select(letter_band.c.band, letter_band.c.letter_key).where(
                    letter_band.c.posting_id == posting_id,
                    letter_band.c.place == place,
                    letter_band.c.band.in_(bands),
                )
                for band, key in tx.connection.execute(shared):
                    for number in numbers[band]:
                        found[number][place > 0].add(key)
        return found

"""What everything downstream speaks of: a letter in its two texts, and the passages cut from it.

Knows nothing about files, databases, models or jobs.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal

PassageKind = Literal["passage", "sentence"]


@dataclass(frozen=True, slots=True)
class Mask:
    """One masked stretch: ``judged_text[judged_start:judged_end]`` stands for ``text[start:end]``.

    ``kind`` says what was masked: ``name``, ``email``, ``phone``, ``url``, ``address``, ``pronoun`` (also "mother" in
    "as a mother of two") or ``title`` (Mr, Ms).
    """

    judged_start: int
    judged_end: int
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Maps spans of ``judged_text`` back to spans of ``text``, and forth.

    ``masks`` are sorted and do not overlap; outside them the two texts are equal character by
    character, shifted by what the masks before added or removed.
    """

    masks: tuple[Mask, ...] = ()

    def to_text(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of ``text`` behind ``judged_text[start:end]``.

        A span that touches a mask covers the whole masked stretch, so that a quote never ends
        in the middle of a name.
        """
        if not 0 <= start <= end:
            raise ValueError(f"a span must satisfy 0 <= start <= end, but got ({start}, {end})")
        if start == end:
            point = self._edge(start, opening=True)
            return point, point
        return self._edge(start, opening=True), self._edge(end, opening=False)

    def to_judged(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of ``judged_text`` that stands for ``text[start:end]``.

        A span that touches a masked stretch covers its whole placeholder, so that no part of a name
        is ever shown to a model.
        """
        if not 0 <= start <= end:
            raise ValueError(f"a span must satisfy 0 <= start <= end, but got ({start}, {end})")
        turned = OffsetMap(
            tuple(Mask(m.start, m.end, m.judged_start, m.judged_end, m.kind) for m in self.masks)
        )
        return turned.to_text(start, end)

    def _edge(self, position: int, *, opening: bool) -> int:
        if opening:
            index = bisect_right(self.masks, position, key=lambda m: m.judged_start) - 1
        else:
            index = bisect_left(self.masks, position, key=lambda m: m.judged_start) - 1
        if index < 0:
            return position
        mask = self.masks[index]
        if opening and position < mask.judged_end:
            return mask.start
        if not opening and position <= mask.judged_end:
            return mask.end
        return mask.end + (position - mask.judged_end)


@dataclass(frozen=True, slots=True)
class Letter:
    """A stored cover letter.

    ``key`` is internal and never reused; ``letter_id`` is what people see, unique within its
    posting. ``text`` is what was read, ``judged_text`` what embedders and judges see (masked when
    the posting is blind). ``language`` is an ISO 639-1 code, ``source`` names the file and row.
    """

    key: int
    posting: str
    letter_id: str
    applicant: str | None
    text: str
    judged_text: str
    offsets: OffsetMap
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one letter's ``judged_text``: ``judged_text[start:end]``.

    ``passage`` spans together cover the letter and fit the encoder's window; ``sentence`` spans
    are what the judges quote. ``passage_id`` is immutable and never reused.
    """

    passage_id: int
    letter_key: int
    kind: PassageKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What must match exactly for two vectors to be comparable.

    ``masking`` is the version of the masking rules the texts went through.
    """

    model: str
    revision: str
    pooling: str
    query_prefix: str
    passage_prefix: str
    dimension: int
    masking: str

    @property
    def key(self) -> str:
        """Sixteen hex digits that stand for the whole identity."""
        parts = (
            self.model,
            self.revision,
            self.pooling,
            self.query_prefix,
            self.passage_prefix,
            str(self.dimension),
            self.masking,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def natural_key(letter_id: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which people expect ids to stand: 9 before 10, ``a2`` before ``a10``.

    >>> sorted(["10", "9", "a10", "a2"], key=natural_key)
    ['9', '10', 'a2', 'a10']
    """
    pieces = re.findall(r"[0-9]+|[^0-9]+", letter_id)
    key = tuple((0, int(piece), piece) if piece[0] in "0123456789" else (1, 0, piece) for piece in pieces)
    return (*key, (-1, 0, letter_id))

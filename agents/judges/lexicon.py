"""The lexicon: wordings that say the same thing, and wordings that say a part of it.

Reads ``lexicon.yaml`` once; finds its phrases among the words of a sentence by stem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from agents.judges.words import Word, read_words, stems

LEXICON_FILE = Path(__file__).with_name("lexicon.yaml")
GAP = "~"
LONGEST_GAP = 3
"""Words that a ``~`` may stand for; more would join things that the writer keeps apart."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    same: tuple[str, ...]
    weaker: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording as stems, with gaps; ``weaker`` wordings say only a part of the concept."""

    concept: int
    stems: tuple[str, ...]
    weaker: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept found in words ``first`` to ``last`` (inclusive)."""

    concept: int
    first: int
    last: int
    weaker: bool


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[Phrase, ...]]:
    entries = TypeAdapter(tuple[_Entry, ...]).validate_python(yaml.safe_load(LEXICON_FILE.read_text("utf-8")))
    by_first: dict[str, list[Phrase]] = {}
    for concept, entry in enumerate(entries):
        for weaker, wordings in ((False, entry.same), (True, entry.weaker)):
            for wording in wordings:
                parts = tuple(
                    part
                    for piece in wording.split()
                    for part in ((GAP,) if piece == GAP else stems(read_words(piece)))
                )
                by_first.setdefault(parts[0], []).append(Phrase(concept, parts, weaker))
    return {
        first: tuple(sorted(phrases, key=lambda phrase: (-len(phrase.stems), phrase.concept, phrase.stems)))
        for first, phrases in by_first.items()
    }


@lru_cache(maxsize=1)
def lexicon_hash() -> str:
    """Return sixteen hex digits that stand for the lexicon's content."""
    return hashlib.sha256(LEXICON_FILE.read_bytes()).hexdigest()[:16]


def find_mentions(words: Sequence[Word]) -> tuple[Mention, ...]:
    """Return every concept mentioned in ``words``, longer wordings first at each place."""
    phrases = _phrases()
    mentions: list[Mention] = []
    for first, word in enumerate(words):
        for phrase in phrases.get(word.stem, ()):
            last = _match(phrase.stems, words, first)
            if last is not None:
                mentions.append(Mention(phrase.concept, first, last, phrase.weaker))
    return tuple(mentions)


def _match(pattern: Sequence[str], words: Sequence[Word], first: int) -> int | None:
    """Return the place of the last word of ``pattern`` when it stands at ``first``, else None."""
    place = first
    gap = False
    for part in pattern:
        if part == GAP:
            gap = True
            continue
        reach = LONGEST_GAP + 1 if gap else 1
        for skipped in range(reach):
            if place + skipped < len(words) and words[place + skipped].stem == part:
                place += skipped + 1
                break
        else:
            return None
        gap = False
    return place - 1

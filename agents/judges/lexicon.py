"""The lexicon: wordings that say the same thing, and wordings that say a part of it.

Reads ``lexicon.yaml`` once; finds its phrases among the words of a sentence by stem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from agents.judges.words import Word, read_words, stem, stems
from agents.skill_names import brought_by, skill_names_hash, skills

LEXICON_FILE = Path(__file__).with_name("lexicon.yaml")
GAP = "~"
Role = Literal["same", "shows", "weaker"]
NOT_SHOWN_BY_TOOLS = frozenset({"database administration", "data analysis"})
"""Skills that the list of skills has coming with a tool or a trade's name, which a letter does not show by naming that."""

LONGEST_GAP = 3
"""Words that a ``~`` may stand for; more would join things that the writer keeps apart."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    same: tuple[str, ...]
    shows: tuple[str, ...] = ()
    weaker: tuple[str, ...] = ()
    credential: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording as stems, with gaps, and the list of ``lexicon.yaml`` it stands in.

    ``names`` holds the stems that must stand capitalised and unbent.
    """

    concept: int
    stems: tuple[str, ...]
    names: frozenset[str]
    role: Role


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept found in words ``first`` to ``last`` (inclusive)."""

    concept: int
    first: int
    last: int
    role: Role


@lru_cache(maxsize=1)
def _entries() -> tuple[_Entry, ...]:
    written = TypeAdapter(tuple[_Entry, ...]).validate_python(yaml.safe_load(LEXICON_FILE.read_text("utf-8")))
    brought = _brought()
    entries: list[_Entry] = []
    for entry in written:
        more = [wording for same in entry.same for wording in brought.pop(same.lower(), ())]
        entries.append(entry.model_copy(update={"shows": tuple(dict.fromkeys((*entry.shows, *more)))}))
    known = skills()
    entries += [
        _Entry(same=skill.wordings, shows=brought[skill.name.lower()])
        for skill in known.values()
        if skill.name.lower() in brought
    ]
    return tuple(entries)


def _brought() -> dict[str, tuple[str, ...]]:
    """Return, for each hard skill that others bring along, their wordings: who knows PostgreSQL shows SQL."""
    known = skills()
    found: dict[str, list[str]] = {}
    for skill in known.values():
        for name in sorted(brought_by([skill.name]) - {skill.name} - NOT_SHOWN_BY_TOOLS):
            if known[name].kind == "hard":
                found.setdefault(name.lower(), []).extend(skill.wordings)
    return {name: tuple(wordings) for name, wordings in found.items()}


@lru_cache(maxsize=1)
def credential_concepts() -> frozenset[int]:
    """Return the concepts whose name alone says that a credential is held."""
    return frozenset(concept for concept, entry in enumerate(_entries()) if entry.credential)


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[Phrase, ...]]:
    by_first: dict[str, list[Phrase]] = {}
    for concept, entry in enumerate(_entries()):
        lists: tuple[tuple[Role, tuple[str, ...]], ...] = (
            ("same", entry.same),
            ("shows", entry.shows),
            ("weaker", entry.weaker),
        )
        for role, wordings in lists:
            for wording in wordings:
                parts = tuple(
                    part
                    for piece in wording.split()
                    for part in ((GAP,) if piece == GAP else stems(read_words(piece)))
                )
                names = frozenset(word.stem for word in read_words(wording) if word.capital)
                by_first.setdefault(parts[0], []).append(Phrase(concept, parts, names, role))
    return {
        first: tuple(sorted(phrases, key=lambda phrase: (-len(phrase.stems), phrase.concept, phrase.stems)))
        for first, phrases in by_first.items()
    }


@lru_cache(maxsize=1)
def lexicon_hash() -> str:
    """Return sixteen hex digits that stand for the lexicon's content."""
    return hashlib.sha256(LEXICON_FILE.read_bytes() + skill_names_hash().encode()).hexdigest()[:16]


def find_mentions(words: Sequence[Word]) -> tuple[Mention, ...]:
    """Return every concept mentioned in ``words``, longer wordings first at each place."""
    phrases = _phrases()
    mentions: list[Mention] = []
    for first, word in enumerate(words):
        for phrase in phrases.get(word.stem, ()):
            last = _match(phrase.stems, words, first)
            if last is not None and _names_stand(phrase, words[first : last + 1]):
                mentions.append(Mention(phrase.concept, first, last, phrase.role))
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


def _names_stand(phrase: Phrase, words: Sequence[Word]) -> bool:
    """Say whether the names of the phrase stand as names: "Excel" the program, not "I excel at"."""
    return all(
        any(word.stem == name and word.capital and stem(word.text) == word.text for word in words)
        for name in phrase.names
    )

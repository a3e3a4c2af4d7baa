"""Skills and certificates by their names: which of them a text mentions, and where.

Reads ``skill_names.yaml`` once and compares words by stem. Knows nothing about who claims a skill, or whether it is true.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from agents.judges.words import Word, read_words, stems

SKILL_FILE = Path(__file__).with_name("skill_names.yaml")
SkillKind = Literal["hard", "soft", "certificates"]


class _Names(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    hard: tuple[str, ...]
    soft: tuple[str, ...]
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skill:
    """One line of the file: its first wording is its ``name``; ``brings`` names what comes with it."""

    name: str
    kind: SkillKind
    wordings: tuple[str, ...]
    brings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill at the characters ``start`` to ``end``."""

    skill: Skill
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Wording:
    stems: tuple[str, ...]
    capitals: tuple[str | None, ...]
    skill: Skill


_OTHERS = re.compile(r"(?:manager|engineer|scientist|developer|analyst|administrator|designer)s$")
"""Several people of a trade are colleagues, not a skill: "I worked with product managers"."""


@lru_cache(maxsize=1)
def skill_names_hash() -> str:
    """Return sixteen hex digits that stand for the file's content."""
    return hashlib.sha256(SKILL_FILE.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=1)
def skills() -> dict[str, Skill]:
    """Return every skill by its name."""
    names = _Names.model_validate(yaml.safe_load(SKILL_FILE.read_text("utf-8")))
    kinds: tuple[tuple[SkillKind, tuple[str, ...]], ...] = (
        ("hard", names.hard),
        ("soft", names.soft),
        ("certificates", names.certificates),
    )
    found: dict[str, Skill] = {}
    for kind, lines in kinds:
        for line in lines:
            wordings, _, brings = line.partition("->")
            listed = _parts(wordings)
            found[listed[0]] = Skill(listed[0], kind, listed, _parts(brings))
    unknown = sorted({name for skill in found.values() for name in skill.brings} - found.keys())
    if unknown:
        raise ValueError(
            f"what a skill brings must be the first wording of a line of {SKILL_FILE.name}, but got {', '.join(unknown)}"
        )
    return found


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@lru_cache(maxsize=1)
def _by_first() -> dict[str, tuple[_Wording, ...]]:
    found: dict[str, list[_Wording]] = {}
    for skill in skills().values():
        for wording in skill.wordings:
            words = read_words(wording)
            capitals = tuple(word.text if word.capital else None for word in words)
            found.setdefault(words[0].stem, []).append(_Wording(stems(words), capitals, skill))
    return {first: tuple(sorted(all_, key=lambda one: -len(one.stems))) for first, all_ in found.items()}


def find_skills(text: str) -> tuple[SkillMention, ...]:
    """Return the skills that ``text`` mentions, in order; at each place the longest wording.

    >>> [mention.skill.name for mention in find_skills("I excel at Postgres, Excel and machine learning models")]
    ['postgresql', 'Excel', 'machine learning']
    """
    words = read_words(text)
    wordings = _by_first()
    found: list[SkillMention] = []
    place = 0
    while place < len(words):
        for wording in wordings.get(words[place].stem, ()):
            here = words[place : place + len(wording.stems)]
            if (
                stems(here) == wording.stems
                and _one_phrase(text, here)
                and _names_stand(wording, here)
                and _stands_alone(text, words, place, wording)
                and not _OTHERS.search(here[-1].text)
            ):
                found.append(SkillMention(wording.skill, here[0].start, here[-1].end))
                place += len(here)
                break
        else:
            place += 1
    return tuple(found)


def brought_by(names: Iterable[str]) -> frozenset[str]:
    """Return ``names`` and all that comes with them.

    >>> sorted(brought_by(["tensorflow"]))
    ['AI', 'deep learning', 'machine learning', 'tensorflow']
    """
    known = skills()
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(known[name].brings)
    return frozenset(found)


def _one_phrase(text: str, words: Sequence[Word]) -> bool:
    """Say whether nothing but a blank, a hyphen or a slash parts the words."""
    return all(
        text[left.end : right.start].strip(" -/\u2010\u2011\n") == "" for left, right in pairwise(words)
    )


def _names_stand(wording: _Wording, words: Sequence[Word]) -> bool:
    """Say whether the words with a capital stand so, unbent."""
    return all(
        text is None or (word.capital and word.text == text)
        for text, word in zip(wording.capitals, words, strict=True)
    )


def _stands_alone(text: str, words: Sequence[Word], place: int, wording: _Wording) -> bool:
    """Say whether a name of one letter is a name here: not an initial, not "C-level", not "R&D"."""
    word = words[place]
    if len(wording.stems) > 1 or len(word.text) > 1:
        return True
    if text[word.end : word.end + 1] in {"-", "&", "'", "’", "/"}:
        return False
    before = words[place - 1] if place else None
    return before is None or not before.capital or text[before.end : word.start].strip() != ""

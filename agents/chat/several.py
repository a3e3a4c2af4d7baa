"""Questions about several requirements at once: which are to be shown and which not, and who is so.

Knows nothing about letters' words: findings alone answer here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.chat.facts import LetterFacts
from agents.chat.lookups import findings_of
from agents.chat.subject import Subject
from agents.chat.topics import content_stems, named_requirements
from agents.verdict import Label, Requirement

SHOWN: tuple[Label, ...] = ("met", "partial")
"""The labels of a letter that shows something, where the question does not ask for one of them."""
LACKING: tuple[Label, ...] = ("not_shown", "contradicted")
_PARTS = re.compile(r"\b(?:and|or|nor|but|as well as|plus|while|yet)\b|[,;&]|(?=\bwithout\b)", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:or|either)\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:not|no|nor|neither|without|lack\w*|miss(?:es|ing)|\w+n't)\b",
    re.IGNORECASE,
)
_AFFIRMS = re.compile(
    r"\b(?:with|has|have|shows?|meets?|mentions?|holds?|knows?|does|did|can)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Several:
    """Requirements that a question names one beside the other; ``either`` says that one of them is enough."""

    shown: tuple[Requirement, ...]
    lacking: tuple[Requirement, ...] = ()
    either: bool = False

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All that are named."""
        return (*self.shown, *self.lacking)


@dataclass(frozen=True, slots=True)
class Together:
    """Who shows what was asked and lacks what was to be lacking, best rank first; ``judged`` letters were looked at."""

    asked: Several
    letters: tuple[LetterFacts, ...]
    judged: int


def read_several(text: str, requirements: Sequence[Requirement]) -> Several | None:
    """Return the requirements that a text names in parts ("Terraform and on-call, but not AWS"), or None.

    None where the words as a whole name one requirement, where fewer than two are named, or where any part names none:
    then what is asked is more than the findings say.
    """
    whole = named_requirements(text, requirements)
    if len(whole) == 1 and not _ids_named(text, requirements):
        return None
    sides: dict[str, tuple[Requirement, bool]] = {}
    denied = False
    for part in _PARTS.split(text):
        denied = _denied(part, before=denied)
        if not content_stems(part) and not _ids_named(part, requirements):
            continue
        named = named_requirements(part, requirements)
        if not named:
            return None
        sides |= {one.id: (one, denied) for one in named}
    if len(sides) < 2:
        return None
    shown = tuple(one for one, no in sides.values() if not no)
    lacking = tuple(one for one, no in sides.values() if no)
    return Several(shown, lacking, either=_EITHER.search(text) is not None and not lacking)


def _denied(part: str, *, before: bool) -> bool:
    """Say whether a part is denied: by its own words, or as the part before it."""
    if _DENIES.search(part):
        return True
    return before and not _AFFIRMS.search(part)


def _ids_named(text: str, requirements: Sequence[Requirement]) -> bool:
    return any(
        not one.id.isdigit() and re.search(rf"(?<!\w){re.escape(one.id)}(?!\w)", text, re.IGNORECASE)
        for one in requirements
    )


def together(subject: Subject, asked: Several, labels: Sequence[Label] = SHOWN) -> Together:
    """Return the judged letters for which all that was asked holds; ``labels`` are those that count as shown."""
    place_of = {requirement.id: place for place, requirement in enumerate(subject.requirements)}

    def has(letter_id: str, requirement: Requirement, wanted: Sequence[Label]) -> bool:
        return subject.ranked[letter_id].assessment.findings[place_of[requirement.id]].label in wanted

    found = [
        letter_id
        for letter_id in subject.ranked
        if all(has(letter_id, one, labels) for one in asked.shown)
        and all(has(letter_id, one, LACKING) for one in asked.lacking)
    ]
    return Together(asked, tuple(findings_of(subject, letter_id) for letter_id in found), len(subject.ranked))

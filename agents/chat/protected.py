"""Which questions ask about a protected trait, in whatever words: they are declined, with the reason.

Knows nothing about letters. A job can ask for work with a group ("experience with disabled children"), a language, or a
place of work ("a church kitchen"): such phrases, listed in ``protected.yaml``, are set aside before a question is read
for traits.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

# Pairs of grammar words say nothing about what is asked.
_GRAMMAR = frozenset(
    itertools.product("a an and are at for from have in is least of the to who with".split(), repeat=2)
)
_FILE = Path(__file__).with_name("protected.yaml")


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    groups: str
    demonyms: str
    is_: str = Field(alias="is")
    end: str
    legitimate: tuple[str, ...]
    traits: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Patterns:
    legitimate: tuple[re.Pattern[str], ...]
    traits: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    rules = _Rules.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))

    slots = {"groups": rules.groups, "demonyms": rules.demonyms, "is": rules.is_, "end": rules.end}

    def ready(pattern: str) -> re.Pattern[str]:
        filled = pattern
        for slot, value in slots.items():
            filled = filled.replace(f"{{{slot}}}", value)
        return re.compile(rf"(?<!\w)(?:{filled})(?!\w)", re.IGNORECASE)

    return _Patterns(
        tuple(map(ready, rules.legitimate)),
        tuple((trait, tuple(map(ready, patterns))) for trait, patterns in rules.traits.items()),
    )


def protected_trait(question: str, asked: Sequence[str] = ()) -> str | None:
    """Return the trait that a question asks about, or None.

    ``asked`` are the job's requirements: words that stand beside each other in one of them are legitimate.

    >>> protected_trait("Which one sounds younger?")
    'age'
    >>> protected_trait("Who has experience with older people?")
    """
    text = _without(" ".join(question.replace("’", "'").split()), asked)
    for pattern in _patterns().legitimate:
        text = " ".join(pattern.sub(" ~ ", text).split())
    for trait, patterns in _patterns().traits:
        if any(pattern.search(text) for pattern in patterns):
            return trait
    return None


def _without(text: str, asked: Sequence[str]) -> str:
    """Return ``text`` without the pairs of words that a requirement holds."""
    pairs = {
        pair for requirement in asked for pair in itertools.pairwise(re.findall(r"\w+", requirement.lower()))
    }
    words = list(re.finditer(r"\w+", text))
    for first, second in itertools.pairwise(words):
        if (first[0].lower(), second[0].lower()) in pairs - _GRAMMAR:
            middle = "~" * (second.end() - first.start())
            text = text[: first.start()] + middle + text[second.end() :]
    return text


def refusal(trait: str) -> str:
    """Return what a person who asked about a trait is told."""
    return (
        f"I don't answer questions about {trait}: it is a protected trait, says nothing about whether the job's "
        "requirements are shown, and a decision that rests on it may be unlawful. Ask about a requirement instead."
    )

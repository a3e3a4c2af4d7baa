"""Which letters a writer learns from, and which measure it: duplicates out, and never the same job ad on both sides.

Knows nothing about files or models.

The published data set was split by row: 163 of its 349 test prompts stand in train too. Here the letters that answer
one ad, or that say the same, stay together. `split_by_row` repeats the published way, to show what it is worth.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.examples import Example

if TYPE_CHECKING:
    from pydantic import JsonValue

PUBLISHED_TEST_SHARE = 349 / 1162
"""The published split: 813 rows of train and 349 of test, measured 2026-11."""


class SplitError(ValueError):
    """Shares that leave nothing to learn from, or nothing to measure with."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the letters measures: ``validation`` while training, ``test`` afterwards; each from 0 to below 1."""

    validation: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        """Raise SplitError where nothing would be left to learn from."""
        for name, share in (("validation", self.validation), ("test", self.test)):
            if not 0 <= share < 1:
                raise SplitError(f"the {name} share must be from 0 to below 1, but got {share}: lower it")
        if self.validation + self.test >= 1:
            total = self.validation + self.test
            raise SplitError(f"the shares that measure must be below 1 in all, but got {total}: lower one")


@dataclass(frozen=True, slots=True)
class Split:
    """Three sets of letters. ``how`` says in one line how they were parted."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    how: str


@dataclass(frozen=True, slots=True)
class LeakReport:
    """How many of ``test`` letters also stand in train: by their ad (title and wishes), prompt, and letter."""

    test: int
    jobs: int
    prompts: int
    letters: int
    clean: tuple[Example, ...]

    def counts(self) -> dict[str, JsonValue]:
        """Return the counts as JSON data."""
        counts = {"test": self.test, "jobs": self.jobs, "prompts": self.prompts, "letters": self.letters}
        return {**counts, "clean": len(self.clean)}

    def __str__(self) -> str:
        return (
            f"of {self.test} test letters, {self.jobs} answer a job ad that stands in train, "
            f"{self.prompts} have a prompt that stands there, {self.letters} stand there themselves; "
            f"{len(self.clean)} are clean"
        )


def normalised(text: str) -> str:
    """Return ``text`` as it is compared: lower case, words and digits alone.

    >>> normalised("Data  Scientist, (Senior)")
    'data scientist senior'
    """
    return " ".join("".join(mark if mark.isalnum() else " " for mark in text.casefold()).split())


def job_key(example: Example) -> str:
    """Return what names a job ad: its title and wishes. Two companies with one ad text count as one ad."""
    fields = example.fields
    return f"{normalised(fields.job_title)}\n{normalised(fields.preferred_qualifications)}"


def letter_key(example: Example) -> str:
    """Return what names a letter: its words."""
    return normalised(example.letter)


def _prompt_key(example: Example) -> str:
    return "\n".join(normalised(value) for value in example.fields.as_dict().values())


def remove_duplicates(examples: Sequence[Example]) -> tuple[Example, ...]:
    """Return the first of each letter; two letters of the same words are one, whoever signed the fields."""
    first: dict[str, Example] = {}
    for example in examples:
        first.setdefault(letter_key(example), example)
    return tuple(first.values())


def split_by_job(examples: Sequence[Example], seed: int = 0, shares: Shares = Shares()) -> Split:
    """Split by job ad: letters that answer the same ad, or have the same words, are never on two sides.

    Which side an ad falls on depends on the seed and on its text, not on the order of the rows.

    Raises:
        SplitError: a share above 0 that would get no letter, or no letter left for training.
    """
    groups = sorted(_groups(examples), key=lambda group: _draw(seed, min(map(job_key, group))))
    wanted = {"test": shares.test, "validation": shares.validation}
    sides: dict[str, list[Example]] = {"test": [], "validation": [], "train": []}
    for group in groups:
        side = next(
            (name for name, share in wanted.items() if len(sides[name]) < math.floor(share * len(examples))),
            "train",
        )
        sides[side].extend(group)
    for name in ("train", *(name for name, share in wanted.items() if share > 0)):
        if not sides[name]:
            raise SplitError(
                f"a split needs a letter for {name}, but {len(examples)} letters in {len(groups)} job ads "
                "leave none: give more letters, or change the shares"
            )
    how = f"by job ad, seed {seed}, {len(groups)} ads"
    return _split(examples, sides, how)


def split_by_row(examples: Sequence[Example], seed: int = 0, validation: float = 0.1) -> Split:
    """Split as the published data set was: by row, duplicates and shared ads on both sides (it leaks).

    The validation letters are drawn by row too, from what is left for training.
    """
    rows = list(range(len(examples)))
    random.Random(seed).shuffle(rows)  # noqa: S311  # a draw that can be repeated, no secret
    test = round(PUBLISHED_TEST_SHARE * len(rows))
    cut = test + round(validation * (len(rows) - test))
    sides = {
        "test": [examples[row] for row in rows[:test]],
        "validation": [examples[row] for row in rows[test:cut]],
        "train": [examples[row] for row in rows[cut:]],
    }
    return _split(examples, sides, f"by row as published, seed {seed} (it leaks)")


def leaks(train: Sequence[Example], test: Sequence[Example]) -> LeakReport:
    """Count what of ``test`` stands in ``train``; ``clean`` is what shares neither ad nor letter with it."""
    found: dict[Callable[[Example], Hashable], set[Hashable]] = {
        key: {key(example) for example in train} for key in (job_key, _prompt_key, letter_key)
    }
    counts = Counter(key for key, keys in found.items() for example in test if key(example) in keys)
    clean = tuple(
        example
        for example in test
        if job_key(example) not in found[job_key] and letter_key(example) not in found[letter_key]
    )
    return LeakReport(len(test), counts[job_key], counts[_prompt_key], counts[letter_key], clean)


def _split(examples: Sequence[Example], sides: dict[str, list[Example]], how: str) -> Split:
    place = {id(example): number for number, example in enumerate(examples)}
    train, validation, test = (
        tuple(sorted(sides[name], key=lambda example: place[id(example)]))
        for name in ("train", "validation", "test")
    )
    return Split(train, validation, test, how)


def _draw(seed: int, key: str) -> str:
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def _groups(examples: Sequence[Example]) -> list[list[Example]]:
    """Join the letters that share an ad or their words, and those that are joined through a third."""
    parent = list(range(len(examples)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    seen: dict[tuple[str, str], int] = {}
    for number, example in enumerate(examples):
        for key in (("job", job_key(example)), ("letter", letter_key(example))):
            parent[root(number)] = root(seen.setdefault(key, number))
    groups: defaultdict[int, list[Example]] = defaultdict(list)
    for number, example in enumerate(examples):
        groups[root(number)].append(example)
    return list(groups.values())

"""Comparison-only strategies: a model looks at many letters at once and picks one.

Made for comparison with the judges, never for a decision: there are no findings, nobody but the pick gets a score, and
what a letter gets depends on the other letters. Knows nothing about models or prompts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pydantic import JsonValue

from agents.verdict import Requirement
from ingestion.letter import Letter

COMPARISON_ONLY = "comparison only"
"""What every output of such a strategy is headed with."""


class ComparisonError(ValueError):
    """Letters that cannot be compared as asked; the message names the rule, the value and the remedy."""


@dataclass(frozen=True, slots=True)
class Pick:
    """The letter a comparison names. ``score`` is 1-10 with one decimal.

    ``words`` is one line: a model's own, which nobody has checked, or, where ``counted``, code's count that the score is
    made of.
    """

    letter_key: int
    score: float
    words: str
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison says: its pick, and one line about every other letter, in the order in which they stand.

    ``pick`` is None where it names no one; ``declined`` then says why.
    """

    pick: Pick | None
    others: tuple[tuple[int, str], ...]
    declined: str | None = None

    def __post_init__(self) -> None:
        if (self.pick is None) == (self.declined is None):
            raise ValueError("a comparison either picks a letter or says why it declines")
        if self.pick is not None and not 1 <= self.pick.score <= 10:
            raise ValueError(f"a pick's score must be between 1 and 10, but got {self.pick.score}")


@runtime_checkable
class Comparer(Protocol):
    """Looks at many letters at once. ``limit`` is how many it takes unless a person says otherwise."""

    strategy: str
    languages: frozenset[str]
    limit: int | None

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this comparison depends on."""
        ...

    def compare(
        self,
        job_description: str,
        requirements: Sequence[Requirement],
        letters: Sequence[Letter],
        *,
        on_progress: Callable[[int, int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Comparison:
        """Compare the letters, which stand in retrieval order.

        Raises:
            ScreeningCancelled: ``cancel`` was set.
            ComparisonError: the letters are too many or too long for the model.
        """
        ...

"""The pairwise comparison: each pair of letters is asked about in both orders, and the answers are counted.

A is better than B only where the model says so whichever of them stands first; else the pair is a tie. A win counts 1,
a tie a half (Copeland's method); the pick's score is ``1 + 9 * points / (letters - 1)``, arithmetic and no model's.

Order: points; then the points in the pairs among those that have the same; then retrieval order, which depends on the
job and the letters' own words, never on an id or on who applied first. The model is asked for one token a prompt, A or
B, read from its logits. Knows nothing about the other strategies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from pydantic import JsonValue

from agents.comparison import COMPARISON_ONLY, Comparison, ComparisonError, Pick
from agents.judges.compared import (
    LANGUAGES,
    ComparingLLM,
    cancellable,
    letter_line,
    requirement_lines,
    user_prompt,
)
from agents.judges.guided import option_logits
from agents.scoring import shown_score
from agents.verdict import Requirement
from agents.wording import read_wording
from ingestion.letter import Letter

PAIRWISE_VERSION = "1"
"""Raised when the same letters and model may get another result."""

LIMIT = 10
"""Letters compared unless a person says otherwise: n letters take n * (n - 1) prompts."""

CUE = "\nAnswer:"
"""What a base model's prompt ends with."""

OPTIONS = ("A", "B")
SLOTS = ("first", "job_description", "requirements", "second")


@dataclass(slots=True)
class Tally:
    """What became of one letter's pairs."""

    won: int = 0
    tied: int = 0
    lost: int = 0

    @property
    def points(self) -> Fraction:
        """A win counts 1, a tie a half."""
        return self.won + Fraction(self.tied, 2)


class PairwiseComparer:
    """Asks about two letters at a time."""

    strategy: str = "pairwise"
    languages: frozenset[str] = LANGUAGES
    limit: int | None = LIMIT

    def __init__(self, llm: ComparingLLM) -> None:
        self._llm = llm
        self._wording = read_wording("pairwise", SLOTS)

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this comparison depends on."""
        return {
            "strategy": self.strategy,
            "version": PAIRWISE_VERSION,
            "wording": {"name": self._wording.name, "digest": self._wording.digest},
            "llm": self._llm.fingerprint(),
        }

    def compare(
        self,
        job_description: str,
        requirements: Sequence[Requirement],
        letters: Sequence[Letter],
        *,
        on_progress: Callable[[int, int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Comparison:
        """Ask about every pair in both orders, and name the letter with the most points.

        ``on_progress`` counts pairs.

        Raises:
            ScreeningCancelled: ``cancel`` was set.
            ComparisonError: two letters do not fit the model's context window.
        """
        if len(letters) < 2:
            return Comparison(
                None,
                tuple(
                    (one.key, f"{COMPARISON_ONLY}: there is no letter to compare it with") for one in letters
                ),
                f"pairwise compares at least two letters, but got {len(letters)}",
            )
        lines = [letter_line(self._llm, letter) for letter in letters]

        def prompt(first: int, second: int) -> str:
            return self._prompt(job_description, requirements, lines[first], lines[second])

        self._check_window(letters, lines, prompt)
        pairs = list(combinations(range(len(letters)), 2))
        if on_progress is not None:
            on_progress(0, len(pairs))
        outcomes: dict[tuple[int, int], int | None] = {}
        for done, (one, other) in enumerate(pairs, start=1):
            with cancellable(cancel):
                outcomes[one, other] = self._better(one, other, prompt, cancel)
            if on_progress is not None:
                on_progress(done, len(pairs))
        return _comparison(letters, outcomes)

    def prompt(
        self, job_description: str, requirements: Sequence[Requirement], first: Letter, second: Letter
    ) -> str:
        """Return the whole prompt about two letters in this order; it holds neither's id."""
        lines = (letter_line(self._llm, first), letter_line(self._llm, second))
        return self._prompt(job_description, requirements, *lines)

    def _prompt(
        self, job_description: str, requirements: Sequence[Requirement], first: str, second: str
    ) -> str:
        return user_prompt(
            self._llm,
            self._wording.fill(
                job_description=self._llm.harmless(job_description).strip(),
                requirements=requirement_lines(self._llm, requirements),
                first=first,
                second=second,
            ),
            CUE,
        )

    def _better(
        self, one: int, other: int, prompt: Callable[[int, int], str], cancel: threading.Event | None
    ) -> int | None:
        """Return which of two letters is better in both orders, or None for a tie."""
        said = {self._said(one, other, prompt, cancel), self._said(other, one, prompt, cancel)}
        return said.pop() if len(said) == 1 else None

    def _said(
        self, first: int, second: int, prompt: Callable[[int, int], str], cancel: threading.Event | None
    ) -> int | None:
        a, b = option_logits(self._llm, prompt(first, second), OPTIONS, cancel=cancel)
        # Equal ones prefer no one.
        return first if a > b else second if b > a else None

    def _check_window(
        self, letters: Sequence[Letter], lines: Sequence[str], prompt: Callable[[int, int], str]
    ) -> None:
        """Refuse before the first question, not after an hour, letters of which two do not fit one prompt."""
        window: int = self._llm.metadata.context_window
        sizes = [len(self._llm.token_ids(line)) for line in lines]
        longest, second = sorted(range(len(lines)), key=lambda number: -sizes[number])[:2]
        needed = len(self._llm.token_ids(prompt(longest, second))) + 1
        if needed > window:
            raise ComparisonError(
                f"any two letters must fit one prompt: letters {letters[longest].letter_id} and "
                f"{letters[second].letter_id} take {needed:,} tokens together, but {self._llm.metadata.model_name} "
                f"reads {window:,}; take a model that reads more"
            )


def tally(count: int, outcomes: dict[tuple[int, int], int | None]) -> list[Tally]:
    """Count the pairs of ``count`` letters; an outcome is the better of the two, or None for a tie."""
    tallies = [Tally() for _ in range(count)]
    for pair, better in outcomes.items():
        for one in pair:
            if better is None:
                tallies[one].tied += 1
            elif better == one:
                tallies[one].won += 1
            else:
                tallies[one].lost += 1
    return tallies


def order_of(tallies: Sequence[Tally], outcomes: dict[tuple[int, int], int | None]) -> list[int]:
    """Return the letters best first: points, then points among those that have the same, then the order given."""

    def among_equals(number: int) -> Fraction:
        equals = {other for other, one in enumerate(tallies) if one.points == tallies[number].points}
        inner = {pair: better for pair, better in outcomes.items() if set(pair) <= equals}
        return tally(len(tallies), inner)[number].points

    return sorted(range(len(tallies)), key=lambda n: (-tallies[n].points, -among_equals(n), n))


def _comparison(letters: Sequence[Letter], outcomes: dict[tuple[int, int], int | None]) -> Comparison:
    tallies = tally(len(letters), outcomes)
    order = order_of(tallies, outcomes)
    first = order[0]
    share = tallies[first].points / (len(letters) - 1)
    return Comparison(
        Pick(
            letters[first].key,
            shown_score(1 + 9 * share),
            f"{_counted(tallies[first])}, each asked in both orders",
            counted=True,
        ),
        tuple(
            (
                letters[number].key,
                f"{COMPARISON_ONLY}: place {place} of {len(letters)}; {_counted(tallies[number])}"
                + (", as many points as the pick" if tallies[number].points == tallies[first].points else ""),
            )
            for place, number in enumerate(order[1:], start=2)
        ),
    )


def _counted(one: Tally) -> str:
    return f"won {one.won}, tied {one.tied} and lost {one.lost} of {one.won + one.tied + one.lost} pairs"

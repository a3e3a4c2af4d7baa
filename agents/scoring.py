"""From findings to score, order, ties and winner: arithmetic only, exact and repeatable.

Knows nothing about how a finding was made, and never reads a letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from agents.verdict import Assessment, Finding, Label, Ranked, Requirement
from ingestion.letter import natural_key

VALUE: dict[Label, Fraction] = {
    "met": Fraction(1),
    "partial": Fraction(1, 2),
    "not_shown": Fraction(0),
    "contradicted": Fraction(0),
}
"""What a label is worth; the weights of the requirements multiply it."""

TIE_MARGIN = Fraction(3, 4)
"""Scores at most this far apart (on the 1-10 scale) are named as a tie. Measured 2026-11-28 on six labelled jobs: of 54 pairs
of letters half to three quarters of a point apart the readers order 65 % as the scores do, of 131 pairs a point to five
quarters apart 86 % (docs/judging.md)."""

MARGIN_WORDS = "three quarters of a point"
"""``TIE_MARGIN`` as it stands in a sentence."""

FORMULA = "1 + 9 x sum(weight x value) / sum(weight), value 1 for met, 0.5 for partial, 0 otherwise"


def exact_score(findings: Sequence[Finding], requirements: Sequence[Requirement]) -> Fraction:
    """Return ``1 + 9 * sum(w * v) / sum(w)`` as an exact fraction between 1 and 10.

    Raises:
        ValueError: there are no requirements, or the findings do not answer them one to one.
    """
    if not requirements:
        raise ValueError("a score needs at least one requirement, but got 0")
    asked = [requirement.id for requirement in requirements]
    answered = [finding.requirement_id for finding in findings]
    if asked != answered:
        raise ValueError(f"findings must answer the requirements {asked} in order, but got {answered}")
    labels = tuple(finding.label for finding in findings)
    return _weighed(labels, tuple(requirement.weight for requirement in requirements))


@lru_cache(maxsize=1 << 16)
def _weighed(labels: tuple[Label, ...], weights: tuple[float, ...]) -> Fraction:
    """Return the score of these labels. Remembered: of 10,000 letters most share their labels with others."""
    exact = [Fraction(str(weight)) for weight in weights]
    worth = sum((weight * VALUE[label] for weight, label in zip(exact, labels, strict=True)), Fraction(0))
    return 1 + 9 * worth / sum(exact, Fraction(0))


def shown_score(score: Fraction) -> float:
    """Round to one decimal, half up, as it is shown.

    >>> shown_score(Fraction(89, 20))
    4.5
    """
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def met_musts(findings: Sequence[Finding], requirements: Sequence[Requirement]) -> int:
    """Count the requirements that decide a winner: met musts, or met ones where the job has no musts."""
    musts_exist = any(requirement.kind == "must" for requirement in requirements)
    return sum(
        finding.label == "met" and (requirement.kind == "must" or not musts_exist)
        for finding, requirement in zip(findings, requirements, strict=True)
    )


def expected_value(findings: Sequence[Finding], requirements: Sequence[Requirement]) -> float:
    """Return the share of the job's weight that is shown, by label and confidence, between 0 and 1 to 6 decimals.

    A label is wrong with the rest of its confidence, and then one of its neighbours is right: a "met" at 0.9 is worth
    ``0.9 + 0.1 / 2``, a "not shown" at 0.9 is worth ``0.1 / 2``, a "partial" a half whatever its confidence.
    """
    worth = 0.0
    for finding, requirement in zip(findings, requirements, strict=True):
        doubt = round((1 - finding.confidence) / 2, 6)
        value = float(VALUE[finding.label])
        worth += requirement.weight * (value if value == 0.5 else abs(value - doubt))
    return round(worth / sum(requirement.weight for requirement in requirements), 6)


Standing = tuple[Fraction, int, float, tuple[tuple[int, int, str], ...]]
"""What letters are sorted by: the smallest comes first."""


def standing_of(score: Fraction, assessment: Assessment, requirements: Sequence[Requirement]) -> Standing:
    """Return where a letter with this score stands: by score, then met musts, then expected value, then natural id."""
    return (
        -score,
        -met_musts(assessment.findings, requirements),
        -expected_value(assessment.findings, requirements),
        natural_key(assessment.letter_id),
    )


Interval = Callable[[Sequence[Finding], Sequence[Requirement]], tuple[float, float]]
"""From findings and requirements to the range of the score."""


def rank_letters(
    assessments: Sequence[Assessment], requirements: Sequence[Requirement], interval: Interval | None = None
) -> tuple[Ranked, ...]:
    """Order letters by score, then met musts, then expected value, then natural id order.

    ``interval`` gives the range of each score, where the judge's confidences allow one.
    """
    scored = [(exact_score(a.findings, requirements), a) for a in assessments]
    ordered = sorted(scored, key=lambda entry: standing_of(*entry, requirements))
    return tuple(
        Ranked(
            rank=rank,
            assessment=assessment,
            score=shown_score(score),
            interval=None if interval is None else interval(assessment.findings, requirements),
        )
        for rank, (score, assessment) in enumerate(ordered, start=1)
    )


def first_or_reason(
    ranking: Sequence[Ranked], requirements: Sequence[Requirement], pool: int
) -> tuple[Ranked | None, str | None]:
    """Return the letter to name, or the reason why none is named.

    The letter is the best-ranked one with a met must (any met requirement where the job has no musts).
    """
    if pool == 0:
        return None, "The posting holds no letters."
    if not ranking:
        return None, f"None of the {pool} letters could be judged."
    for ranked in ranking:
        if met_musts(ranked.assessment.findings, requirements):
            return ranked, None
    musts = [requirement for requirement in requirements if requirement.kind == "must"]
    what = "must-have" if musts else "requirement"
    letters = "The one judged letter" if len(ranking) == 1 else f"None of the {len(ranking)} judged letters"
    verb = "does not plainly show" if len(ranking) == 1 else "plainly shows"
    return None, f"{letters} {verb} a single {what} of this job."


def tied_with(
    first: Ranked, ranking: Sequence[Ranked], requirements: Sequence[Requirement]
) -> tuple[str, ...]:
    """Return the ids of all other letters whose score lies within ``TIE_MARGIN`` of the winner's."""
    best = exact_score(first.assessment.findings, requirements)
    return tuple(
        other.assessment.letter_id
        for other in ranking
        if other is not first
        and abs(best - exact_score(other.assessment.findings, requirements)) <= TIE_MARGIN
    )

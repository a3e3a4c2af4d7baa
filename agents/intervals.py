"""How sure a score is: the range that holds a careful reader's score for about eight letters in ten.

Pure arithmetic on labels and confidences; knows nothing about letters or judges. Only for confidences that are
probabilities measured to be about right: those of the evidence judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import lcm

from agents.scoring import Interval, exact_score, shown_score
from agents.verdict import Finding, Label, Requirement

COVERS = 0.8
"""Share of the score's distribution that lies within the range; a tenth lies on either side."""

WIDENING = 1.4
"""What the odds that a label is wrong are multiplied by: no less than what fits the letters of six labelled jobs that score 4 or
more, and never below 1, since those jobs were in sight when the judge's rules were written. ``python -m evals.score_ranges FILE``
fits it again; docs/judging.md says why it stands above what was fitted last."""

INSTEAD: dict[Label, tuple[float, float, float]] = {
    "met": (0.0, 1.0, 0.0),
    "partial": (0.5, 0.0, 0.5),
    "not_shown": (0.0, 1.0, 0.0),
    "contradicted": (0.0, 1.0, 0.0),
}
"""A label -> where the probability goes that it is wrong: to a value of 0, of 1/2 and of 1. It goes to the neighbours."""

_PLACE: dict[Label, int] = {"met": 2, "partial": 1, "not_shown": 0, "contradicted": 0}
_FINEST = 200
"""Steps of half a requirement's weight that a distribution may have; odd weights are rounded to fit."""


def score_interval(
    findings: Sequence[Finding], requirements: Sequence[Requirement], widening: float = WIDENING
) -> tuple[float, float]:
    """Return (low, high) between 1 and 10 with one decimal, the score itself always within.

    The score's distribution is that of ``1 + 9 * sum(w * v) / sum(w)`` where each value v is 0, 1/2 or 1, independently,
    with the probability of its label. The bounds are its tenth and ninetieth percentile, taken between its steps.

    Raises:
        ValueError: there are no requirements, or the findings do not answer them one to one.
    """
    score = shown_score(exact_score(findings, requirements))
    weights = _steps(tuple(requirement.weight for requirement in requirements))
    odds = [label_values(finding.label, finding.confidence, widening) for finding in findings]
    shares = _convolved(odds, weights)
    tail = (1 - COVERS) / 2
    low, high = (1 + 9 * _percentile(shares, share) / (len(shares) - 1) for share in (tail, 1 - tail))
    return min(round(low, 1), score), max(round(high, 1), score)


def label_values(label: Label, confidence: float, widening: float = WIDENING) -> tuple[float, float, float]:
    """Return the probabilities of the values 0, 1/2 and 1, given a label and how sure it is.

    >>> label_values("met", 0.9, widening=1)
    (0.0, 0.1, 0.9)
    """
    wrong = (1 - confidence) * widening
    sure = confidence / (confidence + wrong) if confidence + wrong else 0.0
    spread = [round((1 - sure) * share, 9) for share in INSTEAD[label]]
    spread[_PLACE[label]] += round(sure, 9)
    return spread[0], spread[1], spread[2]


@lru_cache(maxsize=64)
def _steps(weights: tuple[float, ...]) -> tuple[int, ...]:
    """Return the weights as whole numbers in their proportion, of a sum that a distribution may have steps for."""
    exact = [Fraction(str(weight)) for weight in weights]
    unit = lcm(*(one.denominator for one in exact))
    whole = [int(one * unit) for one in exact]
    if 2 * sum(whole) <= _FINEST:
        return tuple(whole)
    scale = Fraction(_FINEST, 2 * sum(whole))
    return tuple(max(1, round(one * scale)) for one in whole)


def _convolved(odds: Sequence[tuple[float, float, float]], weights: Sequence[int]) -> list[float]:
    """Return the probability of each sum of value times weight, in half weights: 2 * sum(weights) + 1 numbers."""
    shares = [1.0]
    for values, weight in zip(odds, weights, strict=True):
        moved = [0.0] * (len(shares) + 2 * weight)
        for step, value in ((0, values[0]), (weight, values[1]), (2 * weight, values[2])):
            if value:
                for place, share in enumerate(shares, start=step):
                    moved[place] += value * share
        shares = moved
    return shares


def _percentile(shares: Sequence[float], share: float) -> float:
    """Return the step below which ``share`` of the probability lies, each step's own spread evenly around it."""
    last: tuple[int, float] | None = None
    for step, (own, upto) in enumerate(zip(shares, accumulate(shares), strict=True)):
        if own <= 0:
            continue
        middle = upto - own / 2
        if middle >= share:
            if last is None:
                return step
            return last[0] + (step - last[0]) * (share - last[1]) / (middle - last[1])
        last = step, middle
    return len(shares) - 1 if last is None else last[0]


INTERVALS: dict[str, Interval] = {"evidence": score_interval}
"""Strategy -> the range of its scores. The others' confidences were never measured against labels, so they have none."""

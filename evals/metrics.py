"""The measures of an evaluation: formula, empty case and an example for each.

Knows nothing about letters, judges or files: numbers and labels in, numbers out. A measure that is not defined for its
input is None, never a number that looks like a result.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its standard error over ``n`` units; both numbers are None where they are not defined."""

    value: float | None
    standard_error: float | None
    n: int


def mean_with_error(values: Sequence[float]) -> Estimate:
    """Return the mean and its standard error ``s / sqrt(n)``, where ``s`` divides by ``n - 1``.

    No values: no mean. One value: a mean without an error.

    >>> mean_with_error([1.0, 0.0, 1.0, 0.0])
    Estimate(value=0.5, standard_error=0.28867513459481287, n=4)
    >>> mean_with_error([])
    Estimate(value=None, standard_error=None, n=0)
    """
    n = len(values)
    if n == 0:
        return Estimate(None, None, 0)
    mean = math.fsum(values) / n
    if n == 1:
        return Estimate(mean, None, 1)
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return Estimate(mean, math.sqrt(variance / n), n)


def pooled_with_error(
    measure: Callable[[Sequence[Item]], float | None], groups: Sequence[Sequence[Item]]
) -> Estimate:
    """Return a measure of all groups' items together, its error by leaving out one group at a time (the jackknife).

    ``error = sqrt((n - 1) / n * sum((m_i - mean(m))**2))``, with ``m_i`` the measure without group ``i``; for a mean of
    one item a group it is the standard error of the mean. ``n`` counts groups, since items of one group depend on each
    other. No error for fewer than two groups, or where a measure without one group is not defined.

    >>> pooled_with_error(lambda items: sum(items) / len(items), [[1.0], [0.0], [1.0], [0.0]])
    Estimate(value=0.5, standard_error=0.28867513459481287, n=4)
    >>> pooled_with_error(lambda items: None, [])
    Estimate(value=None, standard_error=None, n=0)
    """
    n = len(groups)
    value = measure([item for group in groups for item in group])
    if value is None or n < 2:
        return Estimate(value, None, n)
    without: list[float] = []
    for left_out in range(n):
        rest = measure([item for place, group in enumerate(groups) if place != left_out for item in group])
        if rest is None:
            return Estimate(value, None, n)
        without.append(rest)
    mean = math.fsum(without) / n
    return Estimate(value, math.sqrt((n - 1) / n * math.fsum((one - mean) ** 2 for one in without)), n)


def ndcg(gains_in_order: Sequence[float]) -> float | None:
    """Return the normalised discounted cumulative gain of a full order (Jarvelin and Kekalainen, TOIS 2002).

    ``DCG = sum(gain_i / log2(i + 1))`` for places ``i = 1, 2, ...``; divided by the DCG of the best order. Gains are
    linear and not negative. Not defined where no item has a gain.

    >>> round(ndcg([1.0, 3.0]), 6)
    0.796708
    >>> ndcg([3.0, 3.0, 1.0])
    1.0
    >>> ndcg([]) is None
    True
    """
    if any(gain < 0 for gain in gains_in_order):
        raise ValueError(f"gains must not be negative, but got {min(gains_in_order)}")
    best = _discounted(sorted(gains_in_order, reverse=True))
    return _discounted(gains_in_order) / best if best > 0 else None


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def kendall_tau_b(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Kendall's tau-b: agreement of two orders, -1 to 1, pairs tied on one side taken out of its scale.

    ``(concordant - discordant) / sqrt((pairs - tied in first) * (pairs - tied in second))``. Not defined where one side
    is all ties, or for fewer than two items.

    >>> kendall_tau_b([1, 2, 3], [10, 30, 20])
    0.3333333333333333
    >>> round(kendall_tau_b([1, 1, 2], [1, 2, 3]), 6)
    0.816497
    >>> kendall_tau_b([1, 1], [1, 2]) is None
    True
    """
    _same_length(first, second)
    agreement = loose_first = loose_second = 0
    for i in range(len(first)):
        for j in range(i):
            a = _sign(first[i] - first[j])
            b = _sign(second[i] - second[j])
            agreement += a * b
            loose_first += a != 0
            loose_second += b != 0
    scale = math.sqrt(loose_first * loose_second)
    return agreement / scale if scale else None


def roc_auc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the area under the ROC curve: how often a positive scores above a negative, ties counting a half.

    ``sum over pairs of (1 if p > q, 0.5 if p == q, else 0) / (n_positive * n_negative)``. Not defined without a
    positive or without a negative.

    >>> roc_auc([0.9, 0.5], [0.5, 0.1])
    0.875
    >>> roc_auc([], [0.2]) is None
    True
    """
    if not positives or not negatives:
        return None
    above = 0.0
    ordered = sorted(negatives)
    for score in positives:
        low, high = bisect_left(ordered, score), bisect_right(ordered, score)
        above += low + (high - low) / 2
    return above / (len(positives) * len(negatives))


def macro_f1(pairs: Sequence[tuple[Hashable, Hashable]], classes: Sequence[Hashable]) -> float | None:
    """Return the mean over classes of ``F1 = 2 tp / (2 tp + fp + fn)``, from pairs of (expected, found).

    A class that is neither expected nor found anywhere has no F1 and stays out of the mean. Not defined without pairs.

    >>> macro_f1([("met", "met"), ("met", "partial"), ("partial", "partial")], ["met", "partial", "not_shown"])
    0.6666666666666666
    >>> macro_f1([], ["met"]) is None
    True
    """
    scores: list[float] = []
    for one in classes:
        right = sum(expected == one and found == one for expected, found in pairs)
        wrong = sum((expected == one) != (found == one) for expected, found in pairs)
        if right or wrong:
            scores.append(2 * right / (2 * right + wrong))
    return math.fsum(scores) / len(scores) if scores else None


def mean_absolute_error(expected: Mapping[str, float], found: Mapping[str, float]) -> float | None:
    """Return ``mean(|expected - found|)`` over the keys, which both must hold. Not defined without keys.

    >>> mean_absolute_error({"a": 4.0, "b": 9.0}, {"a": 5.5, "b": 9.0})
    0.75
    >>> mean_absolute_error({}, {}) is None
    True
    """
    if expected.keys() != found.keys():
        raise ValueError(
            f"both sides must rate the same, but differ in {sorted(expected.keys() ^ found.keys())}"
        )
    if not expected:
        return None
    return math.fsum(abs(value - found[key]) for key, value in expected.items()) / len(expected)


def _same_length(first: Sequence[float], second: Sequence[float]) -> None:
    if len(first) != len(second):
        raise ValueError(f"both sides must rate the same items, but have {len(first)} and {len(second)}")


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics import (
    Estimate,
    kendall_tau_b,
    macro_f1,
    mean_absolute_error,
    mean_with_error,
    ndcg,
    pooled_with_error,
    roc_auc,
)

FEW = st.lists(st.integers(min_value=0, max_value=4).map(float), max_size=8)


def mean(items: Sequence[float]) -> float | None:
    """The plain mean, not defined without items."""
    return sum(items) / len(items) if items else None


def test_the_standard_error_is_of_the_mean() -> None:
    """Four values of variance 5/3 give a mean whose error is sqrt(5/3 / 4)."""
    found = mean_with_error([1.0, 2.0, 3.0, 4.0])
    assert found.value == 2.5
    assert found.standard_error == pytest.approx(math.sqrt(5 / 12))
    assert found.n == 4


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], Estimate(None, None, 0), id="nothing measured"),
        pytest.param([0.5], Estimate(0.5, None, 1), id="one value has no error"),
        pytest.param([0.5, 0.5], Estimate(0.5, 0.0, 2), id="no spread"),
    ],
)
def test_an_error_that_is_not_defined_is_none(values: list[float], expected: Estimate) -> None:
    """Too few values give no number rather than a number that looks like a result."""
    assert mean_with_error(values) == expected


@given(st.lists(st.integers(min_value=0, max_value=10).map(float), min_size=3, max_size=8))
def test_leaving_one_out_gives_the_error_of_a_mean(values: list[float]) -> None:
    """For a mean of one item a group the jackknife is the textbook standard error."""
    pooled = pooled_with_error(mean, [[value] for value in values])
    plain = mean_with_error(values)
    assert (pooled.value, pooled.standard_error) == (
        pytest.approx(plain.value),
        pytest.approx(plain.standard_error),
    )


def test_a_pooled_measure_counts_groups_not_items() -> None:
    """Two groups of one and three items: the mean is over four items, n is 2."""
    found = pooled_with_error(mean, [[4.0], [0.0, 0.0, 0.0]])
    assert (found.value, found.n) == (1.0, 2)
    assert found.standard_error == pytest.approx(2.0)


def test_a_measure_that_needs_every_group_has_no_error() -> None:
    """Without its only group with items the measure is not defined, so there is no error to report."""
    assert pooled_with_error(mean, [[1.0], []]) == Estimate(1.0, None, 2)


def test_the_best_order_has_ndcg_1_and_a_worse_one_less() -> None:
    """Worked by hand: gains 3, 2, 1 discounted by 1, log2(3), 2."""
    best = 3 + 2 / math.log2(3) + 1 / 2
    worst = 1 + 2 / math.log2(3) + 3 / 2
    assert ndcg([3.0, 2.0, 1.0]) == 1.0
    assert ndcg([1.0, 2.0, 3.0]) == pytest.approx(worst / best)


@pytest.mark.parametrize("gains", [pytest.param([], id="no items"), pytest.param([0.0, 0.0], id="no gain")])
def test_ndcg_needs_a_gain(gains: list[float]) -> None:
    """Where every order is as good as any other, there is nothing to measure."""
    assert ndcg(gains) is None


def test_a_negative_gain_is_refused() -> None:
    """A negative gain would make the ratio meaningless; the message names it."""
    with pytest.raises(ValueError, match="must not be negative, but got -1"):
        ndcg([1.0, -1.0])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param([1, 2, 3], [1, 2, 3], 1.0, id="same order"),
        pytest.param([1, 2, 3], [3, 2, 1], -1.0, id="reverse order"),
        # scipy.stats.kendalltau's own example.
        pytest.param([12, 2, 1, 12, 2], [1, 4, 7, 1, 0], -0.4714045207910316, id="ties on both sides"),
        pytest.param([1, 1], [1, 2], None, id="all tied"),
        pytest.param([1], [1], None, id="one item"),
        pytest.param([], [], None, id="no items"),
    ],
)
def test_kendall_tau_b(first: list[float], second: list[float], expected: float | None) -> None:
    """Known values, and None where a side has no order."""
    found = kendall_tau_b(first, second)
    assert found is None if expected is None else found == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_tau_changes_sign_with_the_direction(pairs: list[tuple[int, int]]) -> None:
    """Reversing one side turns the sign, whatever is tied."""
    first = [float(a) for a, _ in pairs]
    second = [float(b) for _, b in pairs]
    there, back = kendall_tau_b(first, second), kendall_tau_b(first, [-b for b in second])
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there == pytest.approx(-back)
        assert -1 - 1e-9 <= there <= 1 + 1e-9


def test_sides_of_different_length_are_refused() -> None:
    """An order of other items can't be compared."""
    with pytest.raises(ValueError, match="have 2 and 1"):
        kendall_tau_b([1, 2], [1])


@given(FEW, FEW)
def test_auc_counts_the_pairs(positives: list[float], negatives: list[float]) -> None:
    """The same number as comparing every positive with every negative."""
    found = roc_auc(positives, negatives)
    if not positives or not negatives:
        assert found is None
        return
    won = sum((p > q) + (p == q) / 2 for p, q in itertools.product(positives, negatives))
    assert found == pytest.approx(won / (len(positives) * len(negatives)))


def test_macro_f1_weighs_classes_alike() -> None:
    """a: 2*2/(4+1), b: 2*1/(2+1), c never occurs and stays out."""
    pairs = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b")]
    assert macro_f1(pairs, ["a", "b", "c"]) == pytest.approx((4 / 5 + 2 / 3) / 2)


def test_a_class_that_is_only_found_scores_0() -> None:
    """Inventing a class costs: its F1 is 0, and it stands in the mean."""
    assert macro_f1([("a", "a"), ("a", "c")], ["a", "b", "c"]) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_f1([], ["a"]) is None


def test_scores_of_other_letters_are_refused() -> None:
    """The error names what stands on one side only."""
    with pytest.raises(ValueError, match=r"differ in \['b'\]"):
        mean_absolute_error({"a": 1.0}, {"a": 1.0, "b": 2.0})
    assert mean_absolute_error({"a": 1.0, "b": 9.5}, {"a": 2.0, "b": 9.0}) == 0.75
    assert mean_absolute_error({}, {}) is None

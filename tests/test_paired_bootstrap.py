from __future__ import annotations

import pytest

from evals.paired_bootstrap import Difference, paired_bootstrap


def test_a_system_that_is_always_better_is_significant() -> None:
    """The smallest p that the resamples can tell, and an interval above zero."""
    first = {str(n): 0.0 for n in range(20)}
    found = paired_bootstrap(first, dict.fromkeys(first, 1.0), resamples=999)
    assert found == Difference(1.0, 1.0, 1.0, 0.002, 20)


def test_two_systems_that_are_alike_do_not_differ() -> None:
    """No difference on any query: p is 1."""
    scores = {"a": 0.3, "b": 0.9}
    assert paired_bootstrap(scores, scores) == Difference(0.0, 0.0, 0.0, 1.0, 2)


def test_only_what_both_have_is_compared_and_the_answer_repeats() -> None:
    """The same units in another order give the same numbers."""
    first = {"a": 0.0, "b": 0.5, "c": 1.0, "x": 1.0}
    second = {"c": 0.5, "b": 1.0, "a": 1.0, "y": 0.0}
    found = paired_bootstrap(first, second)
    assert (found.n, found.mean) == (3, pytest.approx(1 / 3))
    assert paired_bootstrap(dict(reversed(first.items())), second) == found


def test_no_resamples_are_refused() -> None:
    """Rule and value."""
    with pytest.raises(ValueError, match="at least 1, but got 0"):
        paired_bootstrap({"a": 1.0}, {"a": 1.0}, resamples=0)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.judges.windows import combine, windows
from agents.verdict import Finding, Label, Quote

LENGTHS = st.lists(st.integers(min_value=0, max_value=50), max_size=40)
BUDGETS = st.integers(min_value=1, max_value=120)


@given(LENGTHS, BUDGETS)
def test_every_sentence_stands_in_exactly_one_window_in_order(lengths: list[int], budget: int) -> None:
    """A long letter is read in full: nothing is cut, left out or read twice."""
    read = [index for window in windows(lengths, budget) for index in window]
    assert read == list(range(len(lengths)))


@given(LENGTHS, BUDGETS)
def test_only_a_sentence_longer_than_the_budget_goes_over_it(lengths: list[int], budget: int) -> None:
    """A window above the budget holds that one sentence and nothing else."""
    over = [w for w in windows(lengths, budget) if sum(lengths[i] for i in w) > budget]
    assert [len(window) for window in over] == [1] * len(over)


@given(LENGTHS, BUDGETS)
def test_there_are_as_few_windows_as_filling_them_up_would_take(lengths: list[int], budget: int) -> None:
    """Even windows cost no request more than full ones."""
    filled, fewest = 0, 1 if lengths else 0
    for index, length in enumerate(lengths):
        if index and filled + length > budget:
            fewest += 1
            filled = 0
        filled += length
    assert len(windows(lengths, budget)) == fewest


@pytest.mark.parametrize(
    ("lengths", "budget", "expected"),
    [
        pytest.param([], 10, [], id="no sentence"),
        pytest.param([4, 4], 10, [range(2)], id="all at once"),
        pytest.param([5, 5, 5], 10, [range(2), range(2, 3)], id="two windows"),
        pytest.param([1, 1, 1, 1, 9, 1], 10, [range(4), range(4, 6)], id="even, not greedy"),
        pytest.param([2, 30, 2], 10, [range(1), range(1, 2), range(2, 3)], id="a sentence above the budget"),
        pytest.param([0, 0], 1, [range(2)], id="nothing in them"),
    ],
)
def test_windows_are_even(lengths: list[int], budget: int, expected: list[range]) -> None:
    """Where two windows are needed, neither is left with one lonely sentence."""
    assert windows(lengths, budget) == expected


@pytest.mark.parametrize(
    ("lengths", "budget", "message"),
    [
        pytest.param([1], 0, "the budget of a window must be at least 1, but got 0", id="budget"),
        pytest.param([1, -2], 5, "a sentence's length must be at least 0, but got -2", id="length"),
    ],
)
def test_an_impossible_window_is_refused(lengths: list[int], budget: int, message: str) -> None:
    """The rule and the value are named."""
    with pytest.raises(ValueError, match=message):
        windows(lengths, budget)


def finding(label: Label, confidence: float, start: int = 0) -> Finding:
    """A finding for r1, with a quote that starts at ``start`` where its label needs one."""
    quote = None if label == "not_shown" else Quote("x", start, start + 1)
    return Finding("r1", label, confidence, quote)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(["not_shown", "met", "contradicted"], "met", id="met wins"),
        pytest.param(["contradicted", "partial", "not_shown"], "partial", id="then partial"),
        pytest.param(["not_shown", "contradicted", "not_shown"], "contradicted", id="then contradicted"),
        pytest.param(["not_shown", "not_shown"], "not_shown", id="shown nowhere"),
    ],
)
def test_the_strongest_window_speaks_for_the_letter(labels: list[Label], expected: Label) -> None:
    """What one part of the letter shows stands, whatever the other parts leave out, and in any order."""
    findings = [finding(label, 0.5) for label in labels]
    assert (combine(findings).label, combine(findings[::-1]).label) == (expected, expected)


def test_the_surest_of_the_same_label_brings_its_quote() -> None:
    """Confidence and quote come from one window, and of two as sure from the earlier."""
    findings = [
        finding("met", 0.6, 1),
        finding("met", 0.8, 2),
        finding("met", 0.8, 3),
        finding("partial", 1.0, 4),
    ]
    assert combine(findings) == finding("met", 0.8, 2)


def test_nothing_is_shown_only_as_surely_as_the_least_sure_window() -> None:
    """One doubtful window makes the whole letter's "not shown" doubtful."""
    assert combine([finding("not_shown", 0.9), finding("not_shown", 0.4)]) == finding("not_shown", 0.4)


def test_combining_nothing_or_two_requirements_is_refused() -> None:
    """A letter's finding comes from its windows' answers to one requirement."""
    with pytest.raises(ValueError, match="at least one window, but got 0"):
        combine([])
    with pytest.raises(ValueError, match="must answer one requirement, but got r1, r2"):
        combine([finding("met", 1.0), Finding("r2", "not_shown", 1.0, None)])

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.verdict import Label
from evals.thresholds import CLASSES, JudgedPair, best_thresholds, label_f1, met_auc

RIGHT = st.lists(st.sampled_from(CLASSES), min_size=1, max_size=2, unique=True).map(tuple)
PAIRS = st.lists(
    st.builds(JudgedPair, right=RIGHT, found=st.none(), p_met=st.integers(0, 6).map(lambda n: n / 6)),
    min_size=1,
    max_size=12,
)


def labelled(pairs: list[JudgedPair], partial: float, met: float) -> list[JudgedPair]:
    """The pairs with the labels that two thresholds give."""

    def label(cosine: float) -> Label:
        return "met" if cosine >= met else "partial" if cosine >= partial else "not_shown"

    return [JudgedPair(pair.right, label(pair.p_met), pair.p_met) for pair in pairs]


@given(PAIRS)
def test_no_two_cosines_that_occur_make_better_thresholds(pairs: list[JudgedPair]) -> None:
    """Every two cosines that occur, tried one by one through the measure itself, do no better than the chosen ones."""
    chosen = label_f1(labelled(pairs, *best_thresholds(pairs)))
    cosines = sorted({pair.p_met for pair in pairs})
    tried = [
        label_f1(labelled(pairs, partial, met))
        for partial, met in itertools.combinations_with_replacement(cosines, 2)
    ]
    assert chosen == pytest.approx(max(one for one in tried if one is not None))


def test_either_of_two_right_labels_counts() -> None:
    """A pair for which met and partial are both right is right with each of them, and wrong with neither."""
    for found in ("met", "partial"):
        assert label_f1([JudgedPair(("met", "partial"), found, 0.5)]) == 1.0
    assert label_f1([JudgedPair(("met", "partial"), "not_shown", 0.5)]) == 0.0


def test_a_pair_that_may_be_met_or_not_stays_out_of_the_auc() -> None:
    """With it the curve would depend on which of the two right labels stands first."""
    sure = [JudgedPair(("met",), None, 0.9), JudgedPair(("not_shown",), None, 0.1)]
    assert met_auc([*sure, JudgedPair(("met", "partial"), None, 0.0)]) == 1.0
    assert met_auc(sure[:1]) is None


def test_thresholds_of_nothing_are_refused() -> None:
    """There is no best of nothing."""
    with pytest.raises(ValueError, match="at least one labelled pair, but got 0"):
        best_thresholds([])

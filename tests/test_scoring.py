from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.scoring import (
    MARGIN_WORDS,
    TIE_MARGIN,
    exact_score,
    expected_value,
    first_or_reason,
    met_musts,
    rank_letters,
    shown_score,
    tied_with,
)
from agents.verdict import LABELS, Assessment, Finding, Kind, Label, Quote, Ranked, Requirement

SIGNS: dict[str, Label] = {"m": "met", "p": "partial", "n": "not_shown", "c": "contradicted"}


def asked(kinds: str, weights: Sequence[float] | None = None) -> tuple[Requirement, ...]:
    """Requirements r1, r2...: ``m`` is a must of weight 2, ``n`` a nice of weight 1, unless weights are given."""
    kind: dict[str, Kind] = {"m": "must", "n": "nice"}
    usual = [2.0 if sign == "m" else 1.0 for sign in kinds]
    return tuple(
        Requirement(f"r{number}", f"thing {number}", kind[sign], weight)
        for number, (sign, weight) in enumerate(zip(kinds, weights or usual, strict=True), start=1)
    )


def found(labels: str, confidence: float = 0.8) -> tuple[Finding, ...]:
    """One finding a requirement: m met, p partial, n not shown, c contradicted."""
    return tuple(
        Finding(f"r{number}", SIGNS[sign], confidence, None if sign == "n" else Quote("word", 0, 4))
        for number, sign in enumerate(labels, start=1)
    )


def letter(letter_id: str, labels: str, confidence: float = 0.8) -> Assessment:
    """What a judge found in one letter."""
    return Assessment(1, letter_id, None, None, found(labels, confidence))


def order(ranking: Sequence[Ranked]) -> list[str]:
    """The ids in ranking order."""
    return [ranked.assessment.letter_id for ranked in ranking]


@pytest.mark.parametrize(
    ("kinds", "labels", "expected"),
    [
        pytest.param("m", "m", 10.0, id="all met"),
        pytest.param("m", "n", 1.0, id="nothing shown"),
        pytest.param("m", "c", 1.0, id="contradicted is worth what not shown is"),
        pytest.param("m", "p", 5.5, id="partial is a half"),
        pytest.param("mn", "mn", 7.0, id="a must weighs two nices"),
        pytest.param("mn", "nm", 4.0, id="a nice weighs one"),
        pytest.param("mmmm", "mpnc", 4.4, id="4.375 is shown as 4.4"),
    ],
)
def test_the_score_is_one_plus_nine_times_the_weighted_share(
    kinds: str, labels: str, expected: float
) -> None:
    """The formula, on cases worked out by hand."""
    assert shown_score(exact_score(found(labels), asked(kinds))) == expected


def test_a_given_weight_counts_as_given() -> None:
    """Weights of 0.1 and 0.2 are decimals, not the nearest binary fractions: one third of the weight is met."""
    assert exact_score(found("mn"), asked("mm", [0.1, 0.2])) == 4


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (Fraction(89, 20), 4.5),
        (Fraction(445, 100), 4.5),
        (Fraction(4449999, 1000000), 4.4),
        (Fraction(435, 100), 4.4),
        (Fraction(995, 100), 10.0),
        (Fraction(105, 100), 1.1),
        (Fraction(115, 100), 1.2),
        (Fraction(10, 3), 3.3),
    ],
    ids=str,
)
def test_a_score_is_rounded_half_up(score: Fraction, expected: float) -> None:
    """Neither to the even digit nor by what a binary float happens to be below."""
    assert shown_score(score) == expected


def test_a_score_without_requirements_is_refused() -> None:
    """Nothing asked means nothing to divide by."""
    with pytest.raises(ValueError, match="at least one requirement, but got 0"):
        exact_score((), ())


@pytest.mark.parametrize(
    "labels",
    [pytest.param("m", id="one is missing"), pytest.param("mmm", id="one too many")],
)
def test_findings_that_do_not_answer_the_requirements_are_refused(labels: str) -> None:
    """A finding that slipped would be scored against another requirement's weight."""
    with pytest.raises(ValueError, match="findings must answer the requirements"):
        exact_score(found(labels), asked("mm"))


def test_findings_in_another_order_are_refused() -> None:
    """The same ids in another order are not an answer."""
    with pytest.raises(ValueError, match="in order"):
        exact_score(found("mp")[::-1], asked("mm"))


@given(st.data())
def test_every_score_lies_between_1_and_10(data: st.DataObject) -> None:
    """Whatever the labels, kinds and weights; and more shown is never worth less."""
    weights = data.draw(
        st.lists(st.floats(min_value=1e-6, max_value=100, allow_nan=False), min_size=1, max_size=12)
    )
    count = len(weights)
    kinds = "".join(data.draw(st.lists(st.sampled_from("mn"), min_size=count, max_size=count)))
    labels = "".join(data.draw(st.lists(st.sampled_from("mpnc"), min_size=count, max_size=count)))
    requirements = asked(kinds, weights)
    score = exact_score(found(labels), requirements)
    assert 1 <= score <= 10
    assert 1.0 <= shown_score(score) <= 10.0
    better = labels.replace("n", "p", 1)
    assert exact_score(found(better), requirements) >= score


def test_the_higher_score_stands_first() -> None:
    """Score comes before everything else, even a confidence of 1."""
    ranking = rank_letters([letter("1", "mn", 1.0), letter("2", "mp", 0.1)], asked("mm"))
    assert order(ranking) == ["2", "1"]
    assert [ranked.rank for ranked in ranking] == [1, 2]
    assert [ranked.score for ranked in ranking] == [7.8, 5.5]


def test_the_unrounded_score_decides() -> None:
    """Two letters that both show as 9.8 stand by what is behind the first decimal."""
    requirements = asked("mmm", [98, 2.1, 0.1])
    ranking = rank_letters([letter("1", "mnm", 1.0), letter("2", "mnp", 1.0)], requirements)
    assert [ranked.score for ranked in ranking] == [9.8, 9.8]
    assert order(ranking) == ["1", "2"]
    assert order(rank_letters([letter("1", "mnp"), letter("2", "mnm")], requirements)) == ["2", "1"]


def test_of_equal_scores_the_one_with_more_met_musts_stands_first() -> None:
    """One must met and one not shown beats two musts half shown, at lower confidence too."""
    ranking = rank_letters([letter("1", "pp", 0.99), letter("2", "mn", 0.2)], asked("mm"))
    assert ranking[0].score == ranking[1].score
    assert order(ranking) == ["2", "1"]


def test_then_the_one_of_the_greater_expected_value_stands_first() -> None:
    """Equal scores and met musts: the surer "met" first, and the less sure "not shown", for it may show something."""
    assert order(rank_letters([letter("1", "mp", 0.6), letter("2", "mp", 0.7)], asked("mm"))) == ["2", "1"]
    assert order(rank_letters([letter("1", "nn", 0.9), letter("2", "nn", 0.6)], asked("mm"))) == ["2", "1"]


def test_expected_value_weighs_a_label_by_how_sure_it_is() -> None:
    """A wrong label gives its probability to its neighbours; a partial has one on either side."""
    findings = letter("1", "mpn", 0.8).findings
    assert expected_value(findings, asked("mmn")) == pytest.approx((2 * 0.9 + 2 * 0.5 + 0.1) / 5, abs=1e-6)


def test_at_last_ids_stand_as_people_count() -> None:
    """9 before 10, though a computer would sort the text the other way."""
    ranking = rank_letters([letter(letter_id, "m") for letter_id in ("a10", "10", "9", "a2")], asked("m"))
    assert order(ranking) == ["9", "10", "a2", "a10"]


def test_confidence_that_differs_past_the_sixth_decimal_does_not_decide() -> None:
    """Six decimals are what is stored; a replay reads no more than that."""
    ranking = rank_letters([letter("2", "m", 0.70000004), letter("1", "m", 0.70000001)], asked("m"))
    assert order(ranking) == ["1", "2"]


@given(st.data())
def test_the_order_does_not_depend_on_the_order_of_arrival(data: st.DataObject) -> None:
    """Any permutation of any pool gives the same ranks, and the ranks count from 1 without a gap."""
    requirements = asked("mmn")
    pool = [
        letter(str(number), "".join(labels), round(confidence, 1))
        for number, (labels, confidence) in enumerate(
            data.draw(
                st.lists(
                    st.tuples(
                        st.lists(st.sampled_from("mpnc"), min_size=3, max_size=3),
                        st.floats(min_value=0, max_value=1),
                    ),
                    max_size=15,
                )
            )
        )
    ]
    shuffled = data.draw(st.permutations(pool))
    ranking = rank_letters(pool, requirements)
    assert rank_letters(shuffled, requirements) == ranking
    assert [ranked.rank for ranked in ranking] == list(range(1, len(pool) + 1))
    scores = [ranked.score for ranked in ranking]
    assert scores == sorted(scores, reverse=True)


def test_met_musts_count_musts_alone() -> None:
    """A met nice is no met must, and a partly shown must is none either."""
    assert met_musts(found("mpm"), asked("mmn")) == 1


def test_without_musts_every_met_requirement_counts() -> None:
    """A job that only wishes still has a winner."""
    assert met_musts(found("mpm"), asked("nnn")) == 2


def test_an_empty_pool_names_nobody() -> None:
    """The reason is the pool, not the letters."""
    assert first_or_reason((), asked("m"), 0) == (None, "The posting holds no letters.")


def test_a_pool_of_unjudged_letters_names_nobody() -> None:
    """Nothing was judged, so nothing is said about what the letters show."""
    assert first_or_reason((), asked("m"), 3) == (None, "None of the 3 letters could be judged.")


@pytest.mark.parametrize(
    ("kinds", "labels", "reason"),
    [
        pytest.param("mm", ["pp", "cn"], "None of the 2 judged letters plainly shows a single must-have", id="no met must"),
        pytest.param("mn", ["pm", "nm"], "None of the 2 judged letters plainly shows a single must-have", id="met nices only"),
        pytest.param("nn", ["pp", "nn"], "None of the 2 judged letters plainly shows a single requirement", id="no musts"),
        pytest.param("m", ["p"], "The one judged letter does not plainly show a single must-have", id="one letter"),
    ],
)  # fmt: skip
def test_it_declines_where_no_letter_has_a_met_must(kinds: str, labels: list[str], reason: str) -> None:
    """Promise 5: no winner by half-shown musts or by extras, and the reason speaks of the letters."""
    requirements = asked(kinds)
    ranking = rank_letters([letter(str(n), one) for n, one in enumerate(labels)], requirements)
    first, why = first_or_reason(ranking, requirements, len(labels))
    assert first is None
    assert why == f"{reason} of this job."


@pytest.mark.parametrize("kinds", ["nn", "mn"], ids=["no musts", "one must"])
def test_one_met_requirement_is_enough_to_name_a_winner(kinds: str) -> None:
    """A weak letter may win with a low score: the score says how weak it is."""
    requirements = asked(kinds)
    first, why = first_or_reason(rank_letters([letter("5", "mn")], requirements), requirements, 1)
    assert why is None
    assert first is not None
    assert first.assessment.letter_id == "5"


def test_a_letter_without_a_met_must_is_passed_over() -> None:
    """The best-ranked letter that shows a must is named, though one with more half-shown things scores higher."""
    requirements = asked("mmmmm")
    ranking = rank_letters([letter("1", "ppppp"), letter("2", "mnnnn")], requirements)
    assert order(ranking) == ["1", "2"]
    first, _ = first_or_reason(ranking, requirements, 2)
    assert first is ranking[1]


def test_everyone_within_the_margin_is_named_as_tied() -> None:
    """Three quarters of a point apart is a tie, to the last digit of the exact score; more is not."""
    requirements = asked("mmmm", [14.3, 1.5, 0.5, 1.7])
    pool = [letter("1", "mmmm"), letter("2", "mnmm"), letter("3", "mmnm"), letter("4", "mmmn")]
    ranking = rank_letters(pool, requirements)
    assert [float(exact_score(one.findings, requirements)) for one in pool] == [10, 9.25, 9.75, 9.15]
    assert tied_with(ranking[0], ranking, requirements) == ("3", "2")


def test_the_margin_is_said_as_it_is() -> None:
    """The words for the margin are changed with it."""
    assert (Fraction(3, 4), "three quarters of a point") == (TIE_MARGIN, MARGIN_WORDS)


def test_nobody_is_tied_with_themselves() -> None:
    """A lone letter is no close call."""
    requirements = asked("m")
    ranking = rank_letters([letter("1", "m")], requirements)
    assert tied_with(ranking[0], ranking, requirements) == ()


def test_all_equal_letters_are_all_named() -> None:
    """Ten letters alike: one stands first by its id, and the nine others are said to be its equals."""
    requirements = asked("mn")
    ranking = rank_letters([letter(str(n), "mp") for n in range(10)], requirements)
    assert tied_with(ranking[0], ranking, requirements) == tuple(str(n) for n in range(1, 10))


def test_every_label_has_a_worth() -> None:
    """A label that is added later cannot be forgotten here."""
    for label in LABELS:
        finding = Finding("r1", label, 0.5, None if label == "not_shown" else Quote("word", 0, 4))
        assert 1 <= exact_score([finding], asked("m")) <= 10

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.fabrication import Given
from evals.letter_metrics import (
    Difference,
    bleu_counts,
    copied_share,
    corpus_bleu,
    coverage,
    distinct_n,
    field_items,
    length_ratio,
    mean_difference,
    ngrams_of,
    paired_bootstrap,
    repetition,
    rouge,
    stutters,
)

LETTERS = [
    "I cook fine food every day in a small kitchen.",
    "I bake bread and cakes for a large hotel by the sea.",
]
REFERENCES = [
    "I cook fine food each day in a big kitchen.",
    "I bake bread and rolls for a small hotel by the lake.",
]


def test_corpus_bleu_is_sacrebleus() -> None:
    """Counts of single letters, added up, give the score that sacrebleu gives for the corpus."""
    from sacrebleu.metrics.bleu import BLEU

    counts, signature = bleu_counts(LETTERS, REFERENCES)
    metric = BLEU()
    expected = metric.corpus_score(LETTERS, [REFERENCES]).score
    assert corpus_bleu(counts) == pytest.approx(expected, abs=1e-9)
    assert signature == str(metric.get_signature())
    assert 20 < expected < 80


def test_rouge_is_of_f_measures_with_stems() -> None:
    """Half of the words, all inflected, give an F-measure of two thirds."""
    scores = rouge(["cooking"], ["cooks daily"])[0]
    assert (scores.rouge1, scores.rouge2) == (pytest.approx(2 / 3), 0.0)


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("I know Azure Data Factory and Data Factory.", 1),
        ("I know data factory. I know data factory.", 0),
        ("the of the of the of", 0),
        ("", 0),
    ],
    ids=["the first system's", "two sentences", "small words", "empty"],
)
def test_a_stutter_is_said_again_in_one_sentence(letter: str, expected: int) -> None:
    """Two content words in a row, again in the same sentence."""
    assert stutters(letter) == expected


def test_repetition_counts_what_stood_before() -> None:
    """A text said twice repeats half of its four-word phrases, but for those across the seam."""
    once = "one two three four five six seven"
    assert repetition(once) == 0.0
    assert repetition(f"{once} {once}") == pytest.approx(4 / 11)


def test_what_has_no_words_has_no_measure() -> None:
    """Empty cases are None or 0, never an error."""
    assert (length_ratio("a", ""), distinct_n([], 1), coverage("a", []), corpus_bleu([])) == (None,) * 4
    assert (repetition(""), copied_share("", frozenset()), length_ratio("", "a")) == (0.0, 0.0, 0.0)


def test_coverage_counts_the_items_of_the_fields() -> None:
    """Items are told by stem; long ones by most of their words."""
    fields = Given(
        "Cook", "Blue Fig", "Jo Roe", ("Head Chef at Golden Fork for 3 years, pastry, menu planning",)
    )
    items = field_items(fields)
    assert items == (
        "Cook",
        "Blue Fig",
        "Jo Roe",
        "Head Chef at Golden Fork for 3 years",
        "pastry",
        "menu planning",
    )
    assert (
        coverage("Cooks at Blue Fig: I was head chef of the Golden Fork and did menu plans.", items) == 4 / 6
    )


def test_copied_words_lie_in_long_phrases_of_training_letters() -> None:
    """A phrase counts from its eighth word on, with all its words."""
    seen = ngrams_of(["I am writing to express my interest in the role"])
    assert copied_share("I am writing to express my interest in pastry", seen) == pytest.approx(8 / 9)
    assert copied_share("I am writing to express my joy", seen) == 0.0


def test_a_bootstrap_is_paired_and_repeatable() -> None:
    """Differences that never vary have bounds of no width, whatever the values themselves do."""
    assert mean_difference([5.0, 1.0, 9.0], [4.0, 0.0, 8.0]) == Difference(1.0, 1.0, 1.0, 3)
    noisy = mean_difference([1.0, 0.0, 2.0, 5.0], [0.0, 0.0, 3.0, 1.0], seed=4)
    assert noisy == mean_difference([1.0, 0.0, 2.0, 5.0], [0.0, 0.0, 3.0, 1.0], seed=4)
    assert noisy is not None
    assert noisy.low < noisy.value < noisy.high
    assert not noisy.clear


def test_one_application_has_no_bounds() -> None:
    """A difference on a single letter says nothing."""
    assert paired_bootstrap(lambda places: float(len(places)), 1) is None


@given(st.text(max_size=200))
def test_shares_stay_between_0_and_1(letter: str) -> None:
    """Whatever a model writes, a share is a share."""
    assert 0 <= repetition(letter) <= 1
    assert 0 <= copied_share(letter, ngrams_of([letter], 3), 3) <= 1
    assert 0 <= (distinct_n([letter], 2) or 0) <= 1

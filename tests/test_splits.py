"""Splits of letters by job ad, and what a given split leaks."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_letters import tiny_examples

from training.examples import Example, WritingFields
from training.splits import (
    Shares,
    SplitError,
    job_key,
    leaks,
    letter_key,
    remove_duplicates,
    split_by_job,
    split_by_row,
)


def example(job: str, letter: str, wishes: str = "", applicant: str = "Ann") -> Example:
    """Return an example of which only these parts matter."""
    return Example(WritingFields(job, wishes, applicant=applicant), letter)


def test_a_letter_told_twice_is_kept_once() -> None:
    """Two letters of the same words are one, whatever their case, spaces and marks, and whoever sent them."""
    first = example("Cook", "I cook.")
    found = remove_duplicates(
        [first, example("Nurse", "i  COOK!", applicant="Bob"), example("Cook", "I bake.")]
    )
    assert found == (first, example("Cook", "I bake."))


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("pqrstuvwxyz")), min_size=30, max_size=60
    )
)
def test_no_ad_and_no_letter_is_on_two_sides(pairs: list[tuple[str, str]]) -> None:
    """However ads and letters repeat, those that share one, or are joined through others, stay together."""
    examples = [example(job, letter) for job, letter in pairs]
    try:
        split = split_by_job(examples, seed=3, shares=Shares(0.2, 0.2))
    except SplitError:
        return  # everything hangs together
    sides = [split.train, split.validation, split.test]
    assert sum(map(len, sides)) == len(examples)
    for key in (job_key, letter_key):
        found = [{key(e) for e in side} for side in sides]
        assert [found[0] & found[1], found[0] & found[2], found[1] & found[2]] == [set(), set(), set()]
    assert leaks((*split.train, *split.validation), split.test).clean == split.test


def test_a_split_does_not_depend_on_the_order_of_the_rows() -> None:
    """The same letters in another order are split the same."""
    examples = list(tiny_examples(60))
    first = split_by_job(examples, seed=1)
    random.Random(5).shuffle(examples)
    again = split_by_job(examples, seed=1)
    assert [set(first.train), set(first.test)] == [set(again.train), set(again.test)]


def test_another_seed_splits_otherwise() -> None:
    """The seed chooses which ads are kept for testing."""
    assert split_by_job(tiny_examples(60), seed=1).test != split_by_job(tiny_examples(60), seed=2).test


def test_the_shares_are_kept() -> None:
    """As many letters are kept apart as was asked for."""
    split = split_by_job(tiny_examples(60), shares=Shares(validation=0.2, test=0.1))
    assert (len(split.train), len(split.validation), len(split.test)) == (42, 12, 6)


@pytest.mark.parametrize(
    ("validation", "test", "message"),
    [(1.0, 0.1, "validation share must be"), (0.1, -0.1, "test share must be"), (0.5, 0.5, "below 1 in all")],
    ids=["whole", "negative", "nothing-left"],
)
def test_impossible_shares_are_refused(validation: float, test: float, message: str) -> None:
    """Shares that leave nothing to learn from are refused."""
    with pytest.raises(SplitError, match=message):
        Shares(validation, test)


def test_too_few_ads_are_refused() -> None:
    """Letters that all answer one ad can't be split, and the error says so."""
    with pytest.raises(SplitError, match="10 letters in 1 job ads leave none"):
        split_by_job([example("Cook", f"letter {n}") for n in range(10)])


def test_the_published_way_leaks_and_the_report_counts_it() -> None:
    """A split by row keeps duplicates and puts one ad on both sides; the report counts ads and letters."""
    examples = [example(f"Job {n % 20}", f"letter {n % 50}") for n in range(100)]
    split = split_by_row(examples, seed=0)
    report = leaks((*split.train, *split.validation), split.test)
    assert (len(split.train), len(split.validation), len(split.test)) == (63, 7, 30)
    assert report.jobs == 30
    assert 0 < report.letters < 30
    assert report.clean == ()


def test_a_leak_report_says_what_stands_on_both_sides() -> None:
    """An ad that is shared, a prompt that is shared and a letter that is shared are each counted."""
    train = [example("Cook", "I cook."), example("Nurse", "I nurse.")]
    test = [
        example("cook", "I bake.", applicant="Bob"),
        example("NURSE", "I care."),
        example("Driver", "I cook"),
        example("Welder", "I weld."),
    ]
    report = leaks(train, test)
    assert (report.jobs, report.prompts, report.letters) == (2, 1, 1)
    assert report.clean == (test[3],)

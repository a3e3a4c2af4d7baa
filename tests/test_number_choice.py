from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.judges.number_choice import NumberChoice, likeliest

OPEN, CLOSE = 10, 11
"""Tokens of the brackets; 0 to 9 are the digits' own."""


def digit_by_digit(count: int) -> tuple[tuple[int, ...], ...]:
    """``[n]`` for n from 1, as tokenizers spell it that split numbers into digits."""
    return tuple((OPEN, *map(int, str(number)), CLOSE) for number in range(1, count + 1))


@given(st.integers(min_value=1, max_value=130), st.randoms(use_true_random=False))
def test_the_probabilities_are_those_of_all_numbers_and_no_other(count: int, random: object) -> None:
    """Whatever the logits, they sum to one over the numbers that exist."""
    choice = NumberChoice(digit_by_digit(count))
    generator = torch.Generator().manual_seed(random.randrange(2**31))  # type: ignore[attr-defined]
    logits = 10 * torch.randn(len(choice.asked), 12, generator=generator)
    found = choice.probabilities(logits)
    assert len(found) == count
    assert math.isclose(sum(found), 1, rel_tol=1e-9)
    assert 1 <= likeliest(found) <= count


def test_a_first_digit_does_not_win_by_the_numbers_behind_it() -> None:
    """1 shares its first digit with 10 to 12: their probability is not its own."""
    choice = NumberChoice(digit_by_digit(12))
    assert choice.asked == ((OPEN,), (OPEN, 1))
    first = torch.full((12,), -100.0)
    first[1], first[7] = 0.0, -0.2
    behind_one = torch.full((12,), -100.0)
    behind_one[[0, 1, 2, CLOSE]] = 0.0
    found = choice.probabilities(torch.stack([first, behind_one]))
    assert likeliest(found) == 7
    assert found[0] == pytest.approx(found[9])


def test_one_number_asks_the_model_nothing() -> None:
    """A letter of one sentence can only be quoted by it."""
    choice = NumberChoice(digit_by_digit(1))
    assert choice.asked == ()
    assert choice.segments(0, 1) == ()
    assert choice.probabilities(torch.empty(0, 12)) == [1.0]


def test_segments_hold_each_token_once() -> None:
    """The brackets are read once, then one digit for each ten that has several numbers."""
    choice = NumberChoice(digit_by_digit(23))
    assert choice.asked == ((OPEN,), (OPEN, 1), (OPEN, 2))
    assert [(s.parent, s.ids) for s in choice.segments(4, 9)] == [(4, (OPEN,)), (9, (1,)), (9, (2,))]


@pytest.mark.parametrize(
    ("spelled", "message"),
    [
        pytest.param((), "spelled differently", id="none"),
        pytest.param(((1,), (1,)), "spelled differently", id="twice"),
        pytest.param(((1,), (1, 2)), "beginning of another", id="one begins another"),
    ],
)
def test_numbers_that_cannot_be_told_apart_are_refused(
    spelled: tuple[tuple[int, ...], ...], message: str
) -> None:
    """A choice must end where a number ends."""
    with pytest.raises(ValueError, match=message):
        NumberChoice(spelled)

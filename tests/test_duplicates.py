from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.duplicates import EDIT, NEAR_DUPLICATE, normalised, resemblance, shingles, signature

LETTER = """Dear team, I have cooked for twelve years in three hotels, and for the last four I have led a kitchen of nine.
I order for two hundred guests a day, keep the cost of food below thirty percent, and train whoever is new to the line.
Last spring we changed the whole menu within a week after our supplier closed, and not one evening was cancelled. I would
like to bring that calm to your house. I can start in March and am glad to cook for you on any evening that suits you."""
OTHER = """To whom it may concern, my background is in network support. I configured switches and firewalls for a school
district with forty buildings, answered the help desk on Fridays, and wrote the guide that new technicians still use. I hold
the usual certificates and have begun to study for the next one. Please find my details in the form that I have filled in."""


def alike(one: str, other: str) -> float:
    """Return the resemblance of two texts."""
    return resemblance(shingles(one), shingles(other))


def share_a_band(one: str, other: str) -> bool:
    """Say whether a store would find one as a candidate for the other."""
    return any(a == b for a, b in zip(signature(one), signature(other), strict=False))


def test_the_same_words_are_the_same_text() -> None:
    """Case, white space and punctuation make no other letter."""
    other = "  " + LETTER.upper().replace(",", " ;\n")
    assert normalised(LETTER) == normalised(other)
    assert (signature(LETTER), alike(LETTER, other)) == (signature(other), 1.0)


def test_resemblance_is_shared_over_all_three_word_runs() -> None:
    """Counted by hand: a b c d has abc, bcd; b c d e has bcd, cde."""
    assert alike("a b c d", "b c d e") == 1 / 3
    assert alike("one two", "one two") == 1.0
    assert alike("one two", "three") == alike("", "") == alike("", "one") == 0.0


def test_a_sentence_left_out_is_a_near_duplicate() -> None:
    """A template with one sentence changed is found, through a shared band."""
    shorter = LETTER.replace(
        "I can start in March and am glad to cook for you on any evening that suits you.", "Bye."
    )
    assert NEAR_DUPLICATE <= alike(LETTER, shorter) < 1
    assert share_a_band(LETTER, shorter)


def test_letters_of_two_people_are_nothing_alike() -> None:
    """Neither near-duplicates nor edits of one another."""
    assert alike(LETTER, OTHER) < EDIT
    assert not share_a_band(LETTER, OTHER)


@pytest.mark.parametrize(
    "edited",
    [
        LETTER.replace("twelve", "thirteen"),
        LETTER[: len(LETTER) // 2],
        f"{LETTER} {OTHER}",
        f"Hello! {LETTER}",
    ],
    ids=["a word", "half of it", "twice as long", "a greeting"],
)
def test_edits_count_as_edits(edited: str) -> None:
    """What an applicant sends again after some work is still the same letter."""
    assert alike(LETTER, edited) >= EDIT


def test_signatures_are_pinned() -> None:
    """They stand in stores, so no version of anything may change them."""
    assert signature("I cook.")[:3] == (4720987643811435387, 4979931430283645016, 8301514300865990999)
    assert len(signature("I cook.")) == 25
    assert len(signature("...")) == 1


def test_similar_texts_meet_in_a_band_as_often_as_computed() -> None:
    """Chance of sharing one of 24 bands of 4 at resemblance s: 1 - (1 - s^4)^24, within four standard errors."""
    generator = random.Random(1)
    expected = met = variance = 0.0
    for _ in range(300):
        words = [f"w{generator.randrange(10_000)}" for _ in range(120)]
        changed = list(words)
        for place in generator.sample(range(120), generator.choice([2, 6, 10, 16])):
            changed[place] = "x"
        s = alike(" ".join(words), " ".join(changed))
        chance = 1 - (1 - s**4) ** 24
        expected += chance
        variance += chance * (1 - chance)
        met += share_a_band(" ".join(words), " ".join(changed))
    assert abs(met - expected) <= 4 * variance**0.5


def test_scripts_without_spaces_have_words_too() -> None:
    """Otherwise a Chinese letter would be one word, and never near another."""
    one = "尊敬的招聘经理我写信申请贵公司的项目经理职位"
    assert 0 < alike(one, one.replace("招聘", "人事")) < 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_resemblance_is_symmetric_and_bounded(one: str, other: str) -> None:
    """From 0 to 1, whichever way round, and 1 for any text with words beside itself."""
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 1
    assert alike(one, one) == (1.0 if normalised(one) else 0.0)


@given(st.text(max_size=200))
def test_signatures_fit_a_signed_column(text: str) -> None:
    """63 bits, and shingles sorted without repeats."""
    assert all(0 <= band < 2**63 for band in signature(text))
    assert np.array_equal(shingles(text), np.unique(shingles(text)))

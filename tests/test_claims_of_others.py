"""Whose merit a sentence speaks of, and whether it repeats the advertisement or takes back what it names."""

from __future__ import annotations

import pytest

from agents.judges.claims import Standing, standing_at, standings

OTHERS = [
    "My head chef handles the wine list.",
    "Our kitchen porter has WINE papers.",
    "The consultant we hired knows wine.",
    "The colleague I work beside sells wine.",
    "Most of our drivers deliver wine.",
    "Everybody in my crew but me knows wine.",
    "Our platform team stores wine.",
    "At my company the marketing people buy the wine.",
    "A woman with thirty years in the trade buys our wine.",
    "It was my brother who bought the wine.",
    "Wine was always chosen by a colleague.",
    "The wine on our shelf belongs to the manager.",
    "My father sold wine to restaurants.",
]
OWN = [
    "I sell wine with my brother.",
    "The manager asked me to buy the wine.",
    "My registered wine license is active.",
    "My Sommelier Manager certificate covers wine.",
    "The wine list was written by me.",
    "I was trained by a master in wine.",
    "Together with a colleague I bought the wine.",
    "My team and I bought the wine.",
    "Because our chef hated paper, the wine landed on my desk.",
    "It was me who bought the wine.",
]
ASKED = [
    "Wine, you write, is a plus.",
    "Knowledge of wine, your posting says, comes first.",
    "Wine seems to matter to you.",
    "You sell wine.",
    "I noticed that wine is part of the post.",
    "The years of wine that you mention are many.",
    "A diploma in wine is required.",
]
TAKEN_BACK = [
    "As for wine, I respect it from a distance.",
    "Wine is not for me.",
    "Wine is something I have never sold.",
    "Wine is a field I have no experience in.",
    "Wine is new to me.",
    "Wine is missing from my papers.",
]


def _standing(sentence: str) -> Standing:
    place = sentence.lower().index("wine")
    return standing_at(standings(sentence), place, place + 4)


@pytest.mark.parametrize("sentence", OTHERS)
def test_other_peoples_merit_is_not_the_applicants(sentence: str) -> None:
    """A clause with another subject, or another doer, claims nothing for the applicant."""
    assert _standing(sentence) == Standing.NOT_OWN


@pytest.mark.parametrize("sentence", OWN)
def test_the_applicants_own_merit_stays(sentence: str) -> None:
    """Other people in a sentence take nothing away where the applicant is the doer."""
    assert _standing(sentence) == Standing.FACT


@pytest.mark.parametrize("sentence", ASKED)
def test_the_advertisements_words_claim_nothing(sentence: str) -> None:
    """Also where the cue comes after the words."""
    assert _standing(sentence) == Standing.NOT_OWN


@pytest.mark.parametrize("sentence", TAKEN_BACK)
def test_what_is_named_first_can_be_taken_back(sentence: str) -> None:
    """A denial reaches back over what it denies."""
    assert _standing(sentence) == Standing.DENIED


@pytest.mark.parametrize(
    "sentence",
    ["I have not left wine since.", "I have not been out of wine for a day.", "I can't wait to sell wine."],
)
def test_denying_an_end_denies_no_merit(sentence: str) -> None:
    """Not having stopped is having gone on; not being able to wait is a wish."""
    assert _standing(sentence) > Standing.DENIED


def test_hearsay_is_a_hedge() -> None:
    """What others say about the applicant is second-hand."""
    assert _standing("It has been said that you know wine.") == Standing.HEDGED

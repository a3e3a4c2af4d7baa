from __future__ import annotations

from pathlib import Path

import pytest

from agents.intervals import COVERS, WIDENING
from agents.verdict import Finding, Label, Quote, Requirement
from evals.score_ranges import (
    FACTORS,
    ReadLetter,
    fit_widening,
    held_share,
    left_out_factors,
    mean_width,
    measure_ranges,
    read_jobs,
)

GOLD = Path(__file__).resolve().parents[2] / "shared" / "gold" / "jobs.json"
ASKED = (Requirement("a", "baking", "must", 2.0), Requirement("b", "cooking", "must", 2.0))


def read(score: float, *labels: Label, confidence: float = 0.8) -> ReadLetter:
    """A letter with these findings, and what a reader gave it."""
    findings = tuple(
        Finding(one.id, label, confidence, None if label == "not_shown" else Quote("word", 0, 4))
        for one, label in zip(ASKED, labels, strict=True)
    )
    return ReadLetter(findings, ASKED, score)


RIGHT = [read(10, "met", "met"), read(5.5, "met", "not_shown"), read(1, "not_shown", "not_shown")]
WRONG = [read(1, "met", "met"), read(10, "met", "not_shown", confidence=1.0)]


def test_a_judge_that_is_right_needs_no_wider_ranges() -> None:
    """The factor is never below 1, where the judge's confidences are taken at their word."""
    assert fit_widening(RIGHT) == FACTORS[0] == 1


def test_a_judge_that_is_wrong_gets_the_widest() -> None:
    """Where no factor holds four fifths the largest is taken, which shows in the ranges' width."""
    assert fit_widening(WRONG) == FACTORS[-1]


def test_the_factor_grows_until_four_fifths_are_held() -> None:
    """A score a little beyond its range widens it just so far; a letter that shows nothing has no say."""
    near = [read(7.8, "met", "met", confidence=0.95), read(10, "not_shown", "not_shown")]
    factor = fit_widening(near)
    assert FACTORS[0] < factor < FACTORS[-1]
    assert measure_ranges([near[:1]], [factor]).held.value == 1
    smaller = FACTORS[FACTORS.index(factor) - 1]
    assert measure_ranges([near[:1]], [smaller]).held.value == 0


def test_a_job_has_no_part_in_its_own_factor() -> None:
    """Left out, the wrong job is measured with the right one's factor, and the other way round."""
    assert left_out_factors([RIGHT, WRONG]) == [FACTORS[-1], FACTORS[0]]
    with pytest.raises(ValueError, match="at least 2 labelled jobs, but got 1"):
        left_out_factors([RIGHT])


def test_without_ranges_nothing_is_measured() -> None:
    """A baseline has no share and no width."""
    assert (held_share({"a": 1.0}, {}), mean_width({})) == (None, None)
    with pytest.raises(ValueError, match="but got 0"):
        fit_widening([])


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.is_file(), reason="needs the labelled jobs in ../shared/gold")
def test_the_ranges_hold_what_they_promise() -> None:
    """About four fifths of the labelled scores, with the shipped factor and with one that never saw the job."""
    jobs = list(read_jobs(GOLD).values())
    for factors in ([WIDENING] * len(jobs), left_out_factors(jobs)):
        found = measure_ranges(jobs, factors)
        assert found.held.value is not None
        assert found.width.value is not None
        assert found.held.value > COVERS - 0.08
        assert found.width.value < 3

"""What is fitted for a job comes from the other jobs alone, and with the shipped numbers it is the product's own answer."""

from __future__ import annotations

from fractions import Fraction

import pytest
from typer.testing import CliRunner

from agents.judges.evidence import Weighed
from evals.answers import Contestant, answer_of, judge_verdict
from evals.gold import LabelledJob, bundled_jobs
from evals.job_store import job_store
from evals.judging import measure_judging
from evals.leave_one_out import (
    SHIPPED,
    Fit,
    NothingToFit,
    WeighedJob,
    answer_with,
    fit,
    leave_one_out,
    weigh_job,
)
from ingestion.letter_embedder import LetterEmbedder
from ui.cli import app

LETTERS = ("105", "107", "114", "115", "116", "143", "151", "209")


def weighed_job(topic: str, strengths: dict[str, tuple[float, str, float]]) -> WeighedJob:
    """A job of one requirement; each letter has a strength, its right label and its right score."""
    job = LabelledJob.model_validate(
        {
            "topic": topic,
            "job_description": "We need a baker.",
            "requirements": [{"id": "r1", "text": "baking", "kind": "must"}],
            "acceptable_winners": (),
            "letters": [
                {"letter_id": name, "score": score, "text": "I bake."}
                for name, (_, _, score) in strengths.items()
            ],
            "labels": [
                {"letter_id": name, "requirement_id": "r1", "labels": [label]}
                for name, (_, label, _) in strengths.items()
            ],
        }
    )
    weighed = {(name, "r1"): Weighed(one[0], 0, None, None, None) for name, one in strengths.items()}
    return WeighedJob(job, weighed)


LOW = {"a": (0.55, "met", 10), "b": (0.35, "partial", 4.6), "c": (0.25, "not_shown", 1)}
HIGH = {"a": (1.05, "met", 10), "b": (0.85, "partial", 8.2), "c": (0.65, "not_shown", 1)}


def test_each_job_is_answered_with_what_the_other_teaches() -> None:
    """One job teaches low thresholds, the other high ones: each is judged by those of the other, and wrongly."""
    jobs = [weighed_job("low", LOW), weighed_job("high", HIGH)]
    found = leave_one_out(jobs)
    assert found.fits == (fit([jobs[1]]), fit([jobs[0]]))
    assert 0.65 < found.fits[0].partial <= 0.85 < found.fits[0].met <= 1.05
    assert 0.25 < found.fits[1].partial <= 0.35 < found.fits[1].met <= 0.55
    assert set((found.answers[0].labels or {}).values()) == {"not_shown"}
    assert set((found.answers[1].labels or {}).values()) == {"met"}


def test_the_worth_of_partly_met_follows_the_scores() -> None:
    """A recruiter who gives 8.2 for it has it at four fifths."""
    assert fit([weighed_job("one", HIGH), weighed_job("two", HIGH)]).worth == Fraction(4, 5)


def test_other_numbers_give_other_answers() -> None:
    """Labels, scores and the winner follow the fit; nothing of the shipped thresholds is left in them."""
    job = weighed_job("one", LOW)
    strict = answer_with(job, Fit(1.0, 0.5, Fraction(1, 5)))
    assert strict.labels == {("a", "r1"): "partial", ("b", "r1"): "not_shown", ("c", "r1"): "not_shown"}
    assert strict.scores == {"a": 2.8, "b": 1.0, "c": 1.0}
    assert strict.winner is None
    assert answer_with(job, Fit(0.5, 0.3, Fraction(1, 2))).winner == "a"


def test_one_job_is_not_left_out_of_one() -> None:
    """The rule, the value."""
    with pytest.raises(NothingToFit, match="at least 2 labelled jobs, but got 1"):
        leave_one_out([weighed_job("one", LOW)])


def test_only_the_default_judge_has_something_to_fit() -> None:
    """A language model's labels have no thresholds here."""
    with pytest.raises(NothingToFit, match="--strategy labels"):
        measure_judging(bundled_jobs(), Contestant("bge-qwen"), leave_one_job_out=True)
    ran = CliRunner().invoke(
        app,
        ["eval", "judging", "samples", "--leave-one-job-out", "--pipeline", "bge-qwen"],
        env={"COLUMNS": "200"},
    )
    assert ran.exit_code == 2
    assert "evidence judge" in ran.output


def test_with_the_shipped_numbers_it_is_the_answer_of_a_screening(embedder: LetterEmbedder) -> None:
    """Labels, confidences, scores, order and winner, letter by letter."""
    whole = next(job for job in bundled_jobs() if job.topic == "sous-chef")
    job = whole.model_copy(
        update={
            "letters": tuple(one for one in whole.letters if one.letter_id in LETTERS),
            "labels": tuple(one for one in whole.labels if one.letter_id in LETTERS),
        }
    )
    with job_store() as letters:
        posting = letters.posting(job, embedder)
        asked = job.asked()
        verdict = judge_verdict(letters.store, posting, job.job_description, asked, Contestant())
        weighed = weigh_job(letters.store, posting, job, embedder)
    assert answer_with(weighed, SHIPPED) == answer_of(verdict, asked)

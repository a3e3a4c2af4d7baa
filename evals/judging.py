"""How well letters are judged: the judge beside three baselines on the same labelled jobs, in one run.

Behind ``winnow eval judging FILE``. The letters go the way of every letter: ingested into a store (a temporary one),
then screened. Knows nothing about how findings are made.

Three choices, the same for each system. The order is the one shown, ties broken; where labelled scores tie, even the
best such order has a tau below 1. A pair for which two labels are right counts as whichever of them was given, and
stays out of the AUC. "Contradicted" counts as "not shown": both are worth nothing in the score, and the labelled jobs
hold too few for a class of their own.
"""

from __future__ import annotations

import json as json_format
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agents.verdict import Label
from evals.answers import (
    BEST_SENTENCE,
    BM25,
    JUDGE,
    WHOLE_LETTER,
    Answer,
    Contestant,
    Say,
    answer_of,
    best_sentence_answer,
    bm25_answer,
    judge_verdict,
    silent,
    whole_letter_answer,
    whole_letter_vectors,
    with_labels,
)
from evals.gold import LabelledJob, load_jobs
from evals.job_store import job_store
from evals.leave_one_out import Fit, NothingToFit, WeighedJob, leave_one_out, weigh_job
from evals.metrics import (
    Estimate,
    kendall_tau_b,
    mean_absolute_error,
    mean_with_error,
    ndcg,
    pooled_with_error,
)
from evals.score_ranges import held_share, mean_width
from evals.thresholds import JudgedPair, best_thresholds, label_f1, met_auc
from evals.wrong_labels import Kind, WrongLabel, in_order, kinds_of, wrong_of_job

if TYPE_CHECKING:
    import numpy as np


OFFLINE = Contestant()
"""The default pipeline, whose encoder the baselines use whatever the judge's is."""

LEFT_OUT = ", refitted"
"""Follows a system's name where what can be fitted of it was fitted on all jobs but the one measured."""


NOT_MEASURED = Estimate(None, None, 0)


@dataclass(frozen=True, slots=True)
class JobMeasures:
    """One system on one job. ``pairs`` is empty and ``score_error`` None for a system without labels or scores.

    ``range_held`` is the share of letters whose labelled score lies within the range of theirs, ``range_width`` the mean
    width in points; None for a system without ranges.
    """

    topic: str
    winner: str | None
    acceptable: bool
    ndcg: float | None
    tau: float | None
    score_error: float | None
    pairs: tuple[JudgedPair, ...]
    unjudged: int
    range_held: float | None = None
    range_width: float | None = None

    @property
    def macro_f1(self) -> float | None:
        """Macro-F1 of this job's labels alone; a label that is neither right nor given anywhere has no part in it."""
        return label_f1(self.pairs)

    @property
    def met_auc(self) -> float | None:
        """AUC of this job's pairs alone."""
        return met_auc(self.pairs)


@dataclass(frozen=True, slots=True)
class SystemMeasures:
    """One system on all jobs: each measure with its standard error and the number of jobs behind it.

    The first four are means over jobs; macro-F1 and AUC are taken over all pairs, their errors by leaving out a job.
    """

    system: str
    acceptable_winner: Estimate
    ndcg: Estimate
    kendall_tau: Estimate
    score_error: Estimate
    macro_f1: Estimate
    met_auc: Estimate
    jobs: tuple[JobMeasures, ...]
    range_held: Estimate = NOT_MEASURED
    range_width: Estimate = NOT_MEASURED


@dataclass(frozen=True, slots=True)
class JudgingReport:
    """All systems on the same letters. ``thresholds`` are those given to the best-sentence baseline: partial, met.

    ``kinds`` counts the labelled pairs by the kind of what is asked, and ``wrong`` are the judge's wrong labels.
    ``fits`` are what was fitted of the judge on all jobs but one, in the order of the jobs; empty where none was left out.
    """

    jobs: int
    letters: int
    pairs: int
    thresholds: tuple[float, float]
    systems: tuple[SystemMeasures, ...]
    fits: tuple[Fit, ...] = ()
    kinds: Mapping[Kind, int] = field(default_factory=dict)
    wrong: tuple[WrongLabel, ...] = ()

    def system(self, name: str) -> SystemMeasures:
        """Return the system of that name."""
        return next(one for one in self.systems if one.system == name)


def main(
    path: Path,
    by: Contestant = OFFLINE,
    *,
    leave_one_job_out: bool = False,
    errors: Say | None = None,
    json: bool = False,
    say: Say = silent,
) -> int:
    """Measure, print one table and one row a job (or one JSON object), and return the exit status.

    With ``errors`` the judge's wrong labels are counted by kind and cause, and it is told each of them in a line.

    Raises:
        GoldError: the labelled jobs break a rule.
        ValueError: the judge cannot run here, or has nothing that could be fitted to labelled jobs.
    """
    from evals.report import judging_json, print_judging
    from evals.wrong_labels_report import describe

    report = measure_judging(load_jobs(path), by, leave_one_job_out=leave_one_job_out, say=say)
    if json:
        shown = judging_json(report, errors=errors is not None)
        print(json_format.dumps(shown, ensure_ascii=False, allow_nan=False))
        return 0
    print_judging(report, errors=errors is not None)
    if errors is not None:
        for one in report.wrong:
            errors(describe(one))
    return 0


def measure_judging(
    jobs: Sequence[LabelledJob],
    by: Contestant = OFFLINE,
    *,
    leave_one_job_out: bool = False,
    say: Say = silent,
) -> JudgingReport:
    """Let a judge and the baselines answer each job, and measure their answers.

    With ``leave_one_job_out`` the systems with labels answer once more, with what could be fitted on the other jobs alone.

    Raises:
        NothingToFit: one job can't be left out of fewer than two, or the judge is not the default one.
    """
    if leave_one_job_out and (by.choice().strategy != "evidence" or by.top_k is not None):
        raise NothingToFit(
            "leaving one job out is for the evidence judge on all letters, the only one with thresholds to fit, but got "
            f"--strategy {by.choice().strategy}{'' if by.top_k is None else f' --top-k {by.top_k}'}"
        )
    answers, weighed, wrong = _answers(jobs, by, say, weigh=leave_one_job_out)
    unlabelled = [labelled_pairs(*one) for one in zip(jobs, answers[BEST_SENTENCE], strict=True)]
    thresholds = best_thresholds([pair for pairs in unlabelled for pair in pairs])
    left_out = leave_one_out(weighed) if leave_one_job_out else None
    systems: dict[str, Sequence[Answer]] = {}
    for name, found in answers.items():
        if name == BEST_SENTENCE:
            systems[name] = [with_labels(one, *thresholds) for one in found]
            if left_out is not None:
                cuts = [best_thresholds(_all_but(place, unlabelled)) for place in range(len(jobs))]
                systems[name + LEFT_OUT] = [
                    with_labels(one, *cut) for one, cut in zip(found, cuts, strict=True)
                ]
            continue
        systems[name] = found
        if name == JUDGE and left_out is not None:
            systems[name + LEFT_OUT] = left_out.answers
    return JudgingReport(
        jobs=len(jobs),
        letters=sum(len(job.letters) for job in jobs),
        pairs=sum(len(job.labels) for job in jobs),
        thresholds=thresholds,
        systems=tuple(measure_system(name, jobs, found) for name, found in systems.items()),
        fits=() if left_out is None else left_out.fits,
        kinds=kinds_of(jobs),
        wrong=in_order(wrong),
    )


def _all_but(place: int, groups: Sequence[Sequence[JudgedPair]]) -> list[JudgedPair]:
    return [pair for number, group in enumerate(groups) if number != place for pair in group]


def _answers(
    jobs: Sequence[LabelledJob], by: Contestant, say: Say, *, weigh: bool
) -> tuple[dict[str, list[Answer]], list[WeighedJob], list[WrongLabel]]:
    """Return each system's answers in the order of the jobs, where asked for the judge's strengths, and its wrong labels.

    The baselines keep the default encoder whatever the judge's is, so that they are the same beside every judge.
    """
    from agents.loading import load_pipeline_embedder

    embedder = load_pipeline_embedder(OFFLINE.pipeline)
    own = load_pipeline_embedder(by.pipeline, by.embedder)
    found: dict[str, list[Answer]] = {JUDGE: [], BM25: [], WHOLE_LETTER: [], BEST_SENTENCE: []}
    weighed: list[WeighedJob] = []
    wrong: list[WrongLabel] = []
    whole: dict[str, dict[str, np.ndarray]] = {}
    with job_store() as letters:
        store = letters.store
        for job in jobs:
            posting, asked = letters.posting(job, embedder), job.asked()
            letters.posting(job, own)
            if posting not in whole:
                whole[posting] = whole_letter_vectors(store, posting, embedder)
            verdict = judge_verdict(
                store, posting, job.job_description, asked, by, say=say if job is jobs[0] else silent
            )
            found[JUDGE].append(answer_of(verdict, asked))
            wrong.extend(wrong_of_job(job, verdict))
            if weigh:
                weighed.append(weigh_job(store, posting, job, own))
            found[BM25].append(bm25_answer(store, posting, job.job_description))
            found[WHOLE_LETTER].append(whole_letter_answer(whole[posting], job.job_description, embedder))
            found[BEST_SENTENCE].append(best_sentence_answer(store, posting, asked, embedder))
    return found, weighed, wrong


def measure_system(name: str, jobs: Sequence[LabelledJob], answers: Sequence[Answer]) -> SystemMeasures:
    """Measure one system's answers, one a job."""
    measured = tuple(measure_job(job, answer) for job, answer in zip(jobs, answers, strict=True))
    pairs = [job.pairs for job in measured]
    return SystemMeasures(
        system=name,
        acceptable_winner=mean_with_error([float(job.acceptable) for job in measured]),
        ndcg=_mean(job.ndcg for job in measured),
        kendall_tau=_mean(job.tau for job in measured),
        score_error=_mean(job.score_error for job in measured),
        macro_f1=pooled_with_error(label_f1, pairs),
        met_auc=pooled_with_error(met_auc, pairs),
        jobs=measured,
        range_held=_mean(job.range_held for job in measured),
        range_width=_mean(job.range_width for job in measured),
    )


def measure_job(job: LabelledJob, answer: Answer) -> JobMeasures:
    """Measure one answer. Where no letter is acceptable, naming none is right."""
    scores = {letter.letter_id: letter.score for letter in job.letters}
    if set(answer.order) != set(scores) or len(answer.order) != len(scores):
        raise ValueError(
            f"{job.topic}: an order must hold each letter once, but holds {len(answer.order)} of {len(scores)}"
        )
    gains = [scores[letter_id] for letter_id in answer.order]
    return JobMeasures(
        topic=job.topic,
        winner=answer.winner,
        acceptable=(
            answer.winner in job.acceptable_winners if job.acceptable_winners else answer.winner is None
        ),
        ndcg=ndcg(gains),
        tau=kendall_tau_b(gains, range(len(gains), 0, -1)),
        score_error=None if answer.scores is None else mean_absolute_error(scores, answer.scores),
        pairs=labelled_pairs(job, answer),
        unjudged=answer.unjudged,
        range_held=held_share(scores, answer.ranges or {}),
        range_width=mean_width(answer.ranges or {}),
    )


def labelled_pairs(job: LabelledJob, answer: Answer) -> tuple[JudgedPair, ...]:
    """Put the right labels beside the given one, "contradicted" as "not_shown"."""
    if answer.p_met is None:
        return ()
    return tuple(
        JudgedPair(
            right=tuple(dict.fromkeys(_folded(label) for label in one.labels)),
            found=None
            if answer.labels is None
            else _folded(answer.labels[one.letter_id, one.requirement_id]),
            p_met=answer.p_met[one.letter_id, one.requirement_id],
        )
        for one in job.labels
    )


_FOLDED: Mapping[Label, Label] = {"contradicted": "not_shown"}


def _folded(label: Label) -> Label:
    return _FOLDED.get(label, label)


def _mean(values: Iterable[float | None]) -> Estimate:
    return mean_with_error([value for value in values if value is not None])

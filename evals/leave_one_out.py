"""Leave one job out: what can be fitted of the default judge is fitted on the other jobs and measured on the one left out.

Fitted are three numbers: the strengths from which a requirement is met and partly met, and what partly met is worth. The
judge's rules and word lists are what they are, whatever jobs they were written with. Reads no store and prints nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from agents.intervals import score_interval
from agents.judges.evidence import MET, PARTIAL, Weighed, label_confidence
from agents.scoring import VALUE, first_or_reason, shown_score, standing_of
from agents.verdict import Assessment, Finding, Label, Quote, Ranked
from evals.answers import Answer, Pair, met_probability
from evals.gold import LabelledJob
from evals.metrics import mean_absolute_error
from evals.thresholds import JudgedPair, middle_thresholds

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

CUTS = tuple(round(0.2 + 0.02 * step, 2) for step in range(46))
"""Strengths tried as thresholds: 0.20 to 1.10, which is about where strengths end."""

WORTHS = tuple(Fraction(step, 20) for step in range(21))
"""Values of a partly shown requirement that are tried, beside 1 for a met one."""

_UNREAD = Weighed(0.0, 0, None, None, None)
_SOME_WORDS = Quote("-", 0, 1)
"""Stands where a finding has a quote; no measure reads it."""


class NothingToFit(ValueError):
    """No job can be left out: of one job, or for a judge without numbers that labelled jobs could fit."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The numbers that are fitted. ``met`` and ``partial`` are strengths, ``worth`` is 0 to 1."""

    met: float
    partial: float
    worth: Fraction


SHIPPED = Fit(MET, PARTIAL, VALUE["partial"])


@dataclass(frozen=True, slots=True)
class WeighedJob:
    """A labelled job and how strongly each of its letters supports each requirement; ``unread`` letters were not judged."""

    job: LabelledJob
    weighed: Mapping[Pair, Weighed]
    unread: tuple[str, ...] = ()

    def pairs(self) -> list[JudgedPair]:
        """Return the labelled pairs with their strengths, "contradicted" folded into "not shown"."""
        return [
            JudgedPair(
                tuple(dict.fromkeys(_folded(label) for label in one.labels)),
                None,
                self.weighed[one.letter_id, one.requirement_id].strength,
            )
            for one in self.job.labels
        ]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One answer a job, each with the fit of all other jobs, and those fits in the order of the jobs."""

    answers: tuple[Answer, ...]
    fits: tuple[Fit, ...]


def weigh_job(store: Store, posting: str, job: LabelledJob, embedder: LetterEmbedder) -> WeighedJob:
    """Weigh the stored letters of a job as a screening by the default judge would."""
    from agents.judges.evidence import EvidenceJudge

    asked = job.asked()
    weigh = EvidenceJudge(embedder).weigher(asked)
    weighed: dict[Pair, Weighed] = {}
    unread: list[str] = []
    for material in store.material(posting, embedder.identity.key):
        letter = material.letter
        if letter.language in EvidenceJudge.languages:
            found = weigh(material)
        else:
            unread.append(letter.letter_id)
            found = (_UNREAD,) * len(asked)
        weighed |= {(letter.letter_id, r.id): one for r, one in zip(asked, found, strict=True)}
    return WeighedJob(job, weighed, tuple(unread))


def leave_one_out(jobs: Sequence[WeighedJob]) -> LeftOut:
    """Answer each job with what was fitted on all others.

    Raises:
        NothingToFit: fewer than two jobs.
    """
    if len(jobs) < 2:
        raise NothingToFit(f"leaving one job out needs at least 2 labelled jobs, but got {len(jobs)}")
    fits = [fit([other for other in jobs if other is not job]) for job in jobs]
    return LeftOut(tuple(answer_with(job, one) for job, one in zip(jobs, fits, strict=True)), tuple(fits))


def fit(jobs: Sequence[WeighedJob]) -> Fit:
    """Return the thresholds with the best macro-F1 over all pairs, then the worth with the least error of the scores."""
    partial, met = middle_thresholds([pair for job in jobs for pair in job.pairs()], CUTS)
    errors: dict[Fraction, float] = {}
    for worth in WORTHS:
        answers = [answer_with(job, Fit(met, partial, worth)) for job in jobs]
        errors[worth] = sum(_score_error(job.job, one) for job, one in zip(jobs, answers, strict=True))
    least = min(errors.values())
    equals = [worth for worth, error in errors.items() if error <= least + 1e-12]
    return Fit(met, partial, equals[len(equals) // 2])


def answer_with(job: WeighedJob, fitted: Fit) -> Answer:
    """Return the answer that the default judge would give with these numbers in place of its own."""
    asked = job.job.asked()
    scored: list[tuple[Fraction, Assessment]] = []
    for key, letter in enumerate(job.job.letters):
        if letter.letter_id not in job.unread:
            findings = tuple(_finding(r.id, job.weighed[letter.letter_id, r.id], fitted) for r in asked)
            worth = sum(
                (
                    Fraction(str(r.weight)) * _worth(f.label, fitted)
                    for r, f in zip(asked, findings, strict=True)
                ),
                Fraction(0),
            )
            whole = sum((Fraction(str(r.weight)) for r in asked), Fraction(0))
            scored.append((1 + 9 * worth / whole, Assessment(key, letter.letter_id, None, None, findings)))
    scored.sort(key=lambda one: standing_of(*one, asked))
    ranking = [
        Ranked(rank, assessment, shown_score(score), None)
        for rank, (score, assessment) in enumerate(scored, start=1)
    ]
    first, _ = first_or_reason(ranking, asked, len(job.job.letters))
    labels: dict[Pair, Label] = {(unread, r.id): "not_shown" for unread in job.unread for r in asked}
    p_met = dict.fromkeys(labels, 0.0)
    for ranked in ranking:
        for finding in ranked.assessment.findings:
            pair = ranked.assessment.letter_id, finding.requirement_id
            labels[pair], p_met[pair] = finding.label, met_probability(finding)
    return Answer(
        winner=None if first is None else first.assessment.letter_id,
        order=(*(ranked.assessment.letter_id for ranked in ranking), *job.unread),
        labels=labels,
        p_met=p_met,
        scores=dict.fromkeys(job.unread, 1.0) | {r.assessment.letter_id: r.score for r in ranking},
        ranges={one.assessment.letter_id: score_interval(one.assessment.findings, asked) for one in ranking},
        unjudged=len(job.unread),
    )


def _finding(requirement_id: str, weighed: Weighed, fitted: Fit) -> Finding:
    label = weighed.label(fitted.met, fitted.partial)
    confidence = (
        0.7
        if label == "contradicted"
        else label_confidence(label, weighed.strength, fitted.met, fitted.partial)
    )
    return Finding(requirement_id, label, confidence, None if label == "not_shown" else _SOME_WORDS)


def _worth(label: Label, fitted: Fit) -> Fraction:
    return fitted.worth if label == "partial" else VALUE[label]


def _score_error(job: LabelledJob, answer: Answer) -> float:
    error = mean_absolute_error({one.letter_id: one.score for one in job.letters}, answer.scores or {})
    return 0.0 if error is None else error


def _folded(label: Label) -> Label:
    return "not_shown" if label == "contradicted" else label

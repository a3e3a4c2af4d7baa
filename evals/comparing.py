"""Several pipelines on the same letters: what each retrieves, whom each names and why, and how far they agree.

Behind ``winnow eval judging --compare``. A pipeline that can't run here is named with what is missing, never left out in
silence. Knows nothing about how letters are judged.
"""

from __future__ import annotations

import json as json_format
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from evals.answers import Contestant, Say, answer_of, judge_verdict, silent
from evals.gold import LabelledJob, load_jobs
from evals.job_store import JobStore, job_store
from evals.judging import SystemMeasures, measure_system
from evals.metrics import kendall_tau_b

if TYPE_CHECKING:
    from agents.server_settings import ServerSettings
    from agents.verdict import Verdict
    from ingestion.letter_embedder import LetterEmbedder

TOP_K = 10
"""Letters shown as retrieved, and read by a comparison-only strategy, unless a person says otherwise."""

DONE, FAILED, REFUSED = 0, 1, 3
"""Exit status: all pipelines ran, none did, some did."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One letter in the order of an embedder, with the cosine of its best passage to the job."""

    letter_id: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """What one pipeline says about one job. ``retrieved`` holds every letter, the nearest first."""

    topic: str
    embedder: str
    judge: str
    retrieved: tuple[Retrieved, ...]
    verdict: Verdict

    @property
    def winner(self) -> str | None:
        """Id of the letter that is named, if one is."""
        return self.verdict.winner.letter_id if self.verdict.winner else None

    @property
    def ranked(self) -> tuple[str, ...]:
        """Ids of the judged letters, best first; a comparison ranks its pick alone."""
        return tuple(one.assessment.letter_id for one in self.verdict.ranking)


@dataclass(frozen=True, slots=True)
class Ran:
    """A pipeline that ran: its answers in the order of the jobs, and how they measure against the labels."""

    name: str
    answers: tuple[JobAnswer, ...]
    measures: SystemMeasures


@dataclass(frozen=True, slots=True)
class Skipped:
    """A pipeline that could not run here, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two pipelines agree about one job.

    ``shared_top`` counts the letters that both retrieve among their first ``top_k``; ``retrieval_tau`` is Kendall's
    tau-b of their retrieval orders, ``ranking_tau`` that of their rankings over the letters that both judged. None where
    fewer than two letters are in both.
    """

    topic: str
    first: str
    second: str
    same_winner: bool
    shared_top: int
    retrieval_tau: float | None
    ranking_tau: float | None


@dataclass(frozen=True, slots=True)
class ComparingReport:
    """All pipelines on the same jobs."""

    jobs: tuple[LabelledJob, ...]
    top_k: int
    ran: tuple[Ran, ...]
    skipped: tuple[Skipped, ...]
    agreements: tuple[Agreement, ...]


def main(
    path: Path,
    by: Mapping[str, Contestant],
    *,
    top_k: int = TOP_K,
    json: bool = False,
    say: Say = silent,
) -> int:
    """Compare the pipelines, print what each says, and return the exit status: 3 where one was skipped.

    Raises:
        GoldError: the labelled jobs break a rule.
    """
    from evals.comparing_report import comparing_json, print_comparing

    jobs = load_jobs(path)
    report = compare_pipelines(jobs, by, top_k=top_k, say=say)
    if json:
        print(json_format.dumps(comparing_json(report), ensure_ascii=False, allow_nan=False))
    else:
        print_comparing(report)
    return FAILED if not report.ran else REFUSED if report.skipped else DONE


def contestants(
    names: Sequence[str],
    *,
    llm: str | None = None,
    embedder: str | None = None,
    server: ServerSettings | None = None,
) -> dict[str, Contestant]:
    """Return what ``PIPELINE`` or ``PIPELINE:STRATEGY`` names.

    ``llm`` goes to the pipelines with a language model on this machine, ``embedder`` to all with a language model,
    ``server`` to the one that asks a server.

    Raises:
        PipelineError: no such pipeline or strategy, one named twice, or something given that none of them uses.
    """
    from agents.registry import STRATEGIES, PipelineError, pipeline_row

    found: dict[str, Contestant] = {}
    for name in names:
        pipeline, colon, strategy = name.partition(":")
        row = pipeline_row(pipeline)
        if colon and strategy not in STRATEGIES:
            raise PipelineError(
                f"a pipeline's strategy must be one of {', '.join(STRATEGIES)}, but got {name!r}"
            )
        if name in found:
            raise PipelineError(
                f"each pipeline is compared once, but got {name} twice; leave one of them out"
            )
        found[name] = Contestant(
            pipeline,
            strategy if colon else None,
            llm=llm if row.llm is not None and strategy != "evidence" else None,
            embedder=embedder if row.llm is not None or row.server else None,
            server=server if row.server else None,
        )
    for flag, value in (("llm", llm), ("embedder", embedder), ("server", server)):
        if value is not None and all(getattr(one, flag) is None for one in found.values()):
            raise PipelineError(
                f"--{'server-url' if flag == 'server' else flag} was given, but {', '.join(found)} would not use it; "
                "leave it out, or name a pipeline that does"
            )
    return found


def missing(one: Contestant) -> str | None:
    """Return what keeps a contestant from running here, in one line, or None."""
    from agents.llms import llm_missing
    from agents.registry import PipelineError, embedder_missing

    try:
        choice = one.choice()
    except PipelineError as error:
        return str(error)
    found = embedder_missing(choice.embedder)
    return llm_missing(choice.llm) if found is None and choice.llm is not None else found


def compare_pipelines(
    jobs: Sequence[LabelledJob],
    by: Mapping[str, Contestant],
    *,
    top_k: int = TOP_K,
    say: Say = silent,
) -> ComparingReport:
    """Let each pipeline answer every job, one pipeline after the other, so that one model is loaded at a time."""
    from agents.comparison import ComparisonError
    from agents.judges.guided import GuidedError
    from agents.llms import LLMError
    from agents.registry import PipelineError
    from ingestion.minilm import WeightsError

    ran: list[Ran] = []
    skipped: list[Skipped] = []
    with job_store() as letters:
        for name, one in by.items():
            reason = missing(one)
            if reason is None:
                say(f"{name}: judging {len(jobs)} jobs")
                try:
                    answers = tuple(
                        _answer(job, one, letters, top_k, say if job is jobs[0] else silent) for job in jobs
                    )
                except (ComparisonError, GuidedError, LLMError, PipelineError, WeightsError) as error:
                    reason = str(error)
                else:
                    ran.append(_measured(name, jobs, answers))
            if reason is not None:
                say(f"{name}: skipped, since {reason}")
                skipped.append(Skipped(name, reason))
    agreements = tuple(
        agreement(first, second, place, top_k)
        for place in range(len(jobs))
        for first, second in combinations(ran, 2)
    )
    return ComparingReport(tuple(jobs), top_k, tuple(ran), tuple(skipped), agreements)


def agreement(first: Ran, second: Ran, place: int, top_k: int) -> Agreement:
    """Compare what two pipelines say about the job at ``place``."""
    one, other = first.answers[place], second.answers[place]
    orders = [[letter.letter_id for letter in answer.retrieved] for answer in (one, other)]
    return Agreement(
        topic=one.topic,
        first=first.name,
        second=second.name,
        same_winner=one.winner == other.winner,
        shared_top=len(set(orders[0][:top_k]) & set(orders[1][:top_k])),
        retrieval_tau=order_tau(*orders),
        ranking_tau=order_tau(one.ranked, other.ranked),
    )


def order_tau(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Return Kendall's tau-b of two orders over what is in both, None for fewer than two.

    >>> order_tau(["a", "b", "c"], ["c", "b", "x", "a"])
    -1.0
    >>> order_tau(["a"], ["a"]) is None
    True
    """
    places = {letter_id: place for place, letter_id in enumerate(second)}
    both = [letter_id for letter_id in first if letter_id in places]
    return kendall_tau_b(range(len(both)), [places[letter_id] for letter_id in both])


def _answer(job: LabelledJob, by: Contestant, letters: JobStore, top_k: int, say: Say) -> JobAnswer:
    from agents.loading import load_pipeline_embedder

    choice = by.choice()
    embedder = load_pipeline_embedder(by.pipeline, by.embedder)
    posting = letters.posting(job, embedder)
    if choice.comparison_only:
        by = replace(by, top_k=top_k)
    verdict = judge_verdict(letters.store, posting, job.job_description, job.asked(), by, say=say)
    model = choice.llm or (choice.server and choice.server.url)
    return JobAnswer(
        topic=job.topic,
        embedder=embedder.identity.model,
        judge=f"{choice.strategy}, {model}" if model else choice.strategy,
        retrieved=_retrieved(letters, posting, job.job_description, embedder),
        verdict=verdict,
    )


def _retrieved(
    letters: JobStore, posting: str, job_description: str, embedder: LetterEmbedder
) -> tuple[Retrieved, ...]:
    """Return every letter by its vectors alone: what the embedder makes of the job, without BM25."""
    from agents.retrieval import LetterRetriever
    from ingestion.vectors import LetterVectorStore

    vectors = LetterVectorStore(letters.store, embedder.identity, embedder.runtime)
    retriever = LetterRetriever(letters.store, vectors, embedder, posting, mode="dense")
    return tuple(Retrieved(one.letter.letter_id, one.dense) for one in retriever.order(job_description))


def _measured(name: str, jobs: Sequence[LabelledJob], answers: tuple[JobAnswer, ...]) -> Ran:
    found = [answer_of(one.verdict, job.asked()) for one, job in zip(answers, jobs, strict=True)]
    return Ran(name, answers, measure_system(name, jobs, found))

"""Looking back at a screening: the same verdict from the stored findings, or the letters judged once more.

Needs no model to replay; to judge again it needs the embedder that the screening was made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.comparison import Comparer
from agents.judging import PoolEntry, judge_pool
from agents.loading import load_judge, load_pipeline_embedder
from agents.registry import Choice, PipelineError, choose, pipeline_row
from agents.stored_screening import stored_verdict
from agents.verdict import Label, Verdict
from ingestion.store import Store

if TYPE_CHECKING:
    from agents.server_settings import ServerSettings


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One label that differs when a letter is judged again."""

    letter_id: str
    requirement_id: str
    before: Label
    after: Label


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What judging again found: how many labels were compared, which differ, which letters are gone or changed hands.

    ``failed`` are letters (id, reason) that were judged then and can't be now.
    """

    labels: int
    changes: tuple[LabelChange, ...]
    gone: tuple[str, ...]
    failed: tuple[tuple[str, str], ...] = ()


def replay(store: Store, screening_id: str) -> Verdict:
    """Recompute score, order and rationale from the stored findings.

    Raises:
        StoreError: there is no screening of that id.
    """
    return stored_verdict(store, screening_id)


def rejudge(store: Store, screening_id: str, server: ServerSettings | None = None) -> Rejudged:
    """Judge the letters of a screening again and report each label that differs.

    ``server`` is where to ask again, for a screening that was judged on a server. A letter that was judged and now
    can't be counts among ``failed``.

    Raises:
        PipelineError: the screening has no labels, or its pipeline cannot run here.
    """
    verdict = replay(store, screening_id)
    if verdict.comparison_only:
        raise PipelineError(
            f"judging again compares labels, but screening {screening_id} is by --strategy {verdict.strategy}, which gives "
            "none; screen once more instead"
        )
    choice = choice_of(verdict, server)
    embedder = load_pipeline_embedder(choice.pipeline, choice.embedder)
    judge = load_judge(choice, embedder)
    assert not isinstance(judge, Comparer)
    before = {ranked.assessment.letter_key: ranked.assessment for ranked in verdict.ranking}
    present = {letter.key: letter for letter in store.letters(verdict.posting.name, list(before))}
    pool = [PoolEntry(present[key], before[key].similarity) for key in before if key in present]
    again = judge_pool(store, embedder.identity.key, pool, judge, verdict.posting.requirements)
    changes: list[LabelChange] = []
    for assessment in again.assessments:
        old = before[assessment.letter_key]
        for was, now in zip(old.findings, assessment.findings, strict=True):
            if was.label != now.label:
                changes.append(LabelChange(old.letter_id, was.requirement_id, was.label, now.label))
    gone = tuple(old.letter_id for key, old in before.items() if key not in present)
    labels = sum(len(assessment.findings) for assessment in again.assessments)
    failed = tuple((one.letter_id, one.reason) for one in again.unjudged)
    return Rejudged(labels, tuple(changes), gone, failed)


def choice_of(verdict: Verdict, server: ServerSettings | None) -> Choice:
    """Return what the screening was judged with; where the fallback judged, that is the offline pipeline."""
    given = verdict.pipeline.get("given")
    named = given if isinstance(given, dict) else {}
    if "fallback_from" in named:
        return choose("offline", strategy=verdict.strategy)
    llm, embedder = named.get("llm"), named.get("embedder")
    name = str(verdict.pipeline["name"])
    return choose(
        name,
        strategy=verdict.strategy,
        llm=None if llm is None else str(llm),
        embedder=None if embedder is None else str(embedder),
        server=server if pipeline_row(name).server else None,
    )

"""Looking back at a screening: the same verdict from the stored findings, or the letters judged once more.

Needs no model to replay; to judge again it needs the embedder that the screening was made with.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.judging import PoolEntry, judge_pool
from agents.registry import load_pipeline_embedder
from agents.screening import JUDGES
from agents.stored_screening import verdict_of
from agents.verdict import Label, Verdict
from ingestion.store import Store


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One label that differs when a letter is judged again."""

    letter_id: str
    requirement_id: str
    before: Label
    after: Label


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What judging again found: how many labels were compared, which differ, which letters are gone or changed hands."""

    labels: int
    changes: tuple[LabelChange, ...]
    gone: tuple[str, ...]


def replay(store: Store, screening_id: str) -> Verdict:
    """Recompute score, order and rationale from the stored findings.

    Raises:
        StoreError: there is no screening of that id.
    """
    return verdict_of(store.screening(screening_id))


def rejudge(store: Store, screening_id: str) -> Rejudged:
    """Judge the letters of a screening again and report each label that differs."""
    verdict = replay(store, screening_id)
    embedder = load_pipeline_embedder(str(verdict.pipeline["name"]))
    judge = JUDGES[verdict.strategy](embedder)
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
    return Rejudged(labels, tuple(changes), gone)

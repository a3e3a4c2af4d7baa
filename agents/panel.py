"""Who reads the letters of a screening: a judge or a comparison, and the judge that takes over when letters fail.

One ranking never mixes judges: where the second one is needed, it judges the whole pool. Knows nothing about models.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agents.comparison import Comparer, Comparison
from agents.judging import (
    Judge,
    Judged,
    PoolEntry,
    foreign_letters,
    judge_pool,
    over_limit_letters,
    stand_aside,
)
from agents.verdict import Requirement, Unjudged
from ingestion.store import Store


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge, and the key of the embedder whose sentence vectors it is handed."""

    judge: Judge
    embedder_key: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The first judge, and the one that judges everybody again where the first fails on anybody."""

    first: Seat
    fallback: Seat | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of the pool, whose judgement it is, and what people should be told about it."""

    judged: Judged
    judge: Judge
    notices: tuple[tuple[str, str], ...]


def hear(
    store: Store,
    panel: Panel,
    pool: Sequence[PoolEntry],
    requirements: Sequence[Requirement],
    *,
    top_k: int | None,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Heard:
    """Let the panel judge the pool.

    Raises:
        ScreeningCancelled: ``cancel`` was set.
    """

    def by(seat: Seat) -> Judged:
        return judge_pool(
            store,
            seat.embedder_key,
            pool,
            seat.judge,
            requirements,
            limit=top_k if top_k is not None else seat.judge.limit,
            on_progress=on_progress,
            cancel=cancel,
        )

    judged = by(panel.first)
    if not judged.failed or panel.fallback is None:
        return Heard(judged, panel.first.judge, ())
    first, second = panel.first.judge.strategy, panel.fallback.judge.strategy
    tried = judged.failed + len(judged.assessments)
    words = (
        f"--strategy {first} could not judge {judged.failed} of {tried} letters, so the {second} judge judged all of "
        "them again; without --fallback the reasons are named"
    )
    return Heard(by(panel.fallback), panel.fallback.judge, (("fallback", words),))


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of a pool: the letter that was picked with its score, and everyone else with a reason.

    ``words`` are the model's own, or code's where ``counted``; ``declined`` says why nobody was picked.
    """

    pick: tuple[Unjudged, float] | None
    others: tuple[Unjudged, ...]
    words: str
    counted: bool
    declined: str | None
    notices: tuple[tuple[str, str], ...]


def compare_pool(
    comparer: Comparer,
    pool: Sequence[PoolEntry],
    job_description: str,
    requirements: Sequence[Requirement],
    *,
    top_k: int | None,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Compared:
    """Let the comparison look at the pool, in its order, at most as many letters as it takes at once.

    Raises:
        ScreeningCancelled: ``cancel`` was set.
    """
    limit = top_k if top_k is not None else comparer.limit
    readable = [entry for entry in pool if entry.letter.language in comparer.languages]
    chosen = readable if limit is None else readable[:limit]
    left_out = (
        *foreign_letters(pool, comparer.languages),
        *over_limit_letters(readable[len(chosen) :], len(chosen)),
    )
    entries = {entry.letter.key: entry for entry in chosen}
    comparison = comparer.compare(
        job_description,
        requirements,
        [entry.letter for entry in chosen],
        on_progress=on_progress,
        cancel=cancel,
    )
    _check(comparison, entries)
    others = tuple(stand_aside(entries[key], reason) for key, reason in comparison.others)
    notices: tuple[tuple[str, str], ...] = ()
    if len(chosen) < len(readable):
        notices = (
            (
                "judge_limit",
                f"compared {len(chosen):,} of {len(pool):,}; the rest are ordered by retrieval only",
            ),
        )
    if comparison.pick is None:
        return Compared(None, (*others, *left_out), "", False, comparison.declined, notices)
    picked = stand_aside(entries[comparison.pick.letter_key], "")
    pick = comparison.pick
    return Compared((picked, pick.score), (*others, *left_out), pick.words, pick.counted, None, notices)


def _check(comparison: Comparison, entries: Mapping[int, PoolEntry]) -> None:
    named = [key for key, _ in comparison.others]
    if comparison.pick is not None:
        named.append(comparison.pick.letter_key)
    if sorted(named) != sorted(entries):
        raise AssertionError("a comparison must place each of its letters exactly once")

"""The whole story: open a store, retrieve the letters of a posting, judge them, name the winner, keep the screening.

Knows nothing about terminals or pages; ``open_engine`` is the door for engineers.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from llama_index.core.base.response.schema import RESPONSE_TYPE
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle

from agents.fingerprint import fingerprint
from agents.judges.evidence import EvidenceJudge
from agents.judging import Judge, PoolEntry, judge_pool, language_name
from agents.registry import load_pipeline_embedder, strategy_of
from agents.requirements import RequirementsError, load_requirements, read_job
from agents.retrieval import LetterRetriever, RetrievalMode
from agents.shared_text import shared_texts
from agents.stored_screening import Header, RequirementRow, keep, verdict_of
from agents.verdict import Requirement, Verdict
from agents.winner import WinnerSynthesizer
from ingestion.language import detect_language
from ingestion.records import StoreError
from ingestion.store import Store
from ingestion.vectors import LetterVectorStore

if TYPE_CHECKING:
    from ingestion.embedders import LetterEmbedder

Requirements = Sequence[Requirement] | str | Path
"""Requirements themselves, or the path of a JSON or YAML file that holds them."""


LOCK_WAIT_S = 120.0
"""Seconds that a finished screening waits for another writer, so that minutes of judging are not lost to an ingest."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one engine was opened with. ``top_k`` limits who is judged; None judges everyone."""

    pipeline: str
    posting: str
    retrieval: RetrievalMode
    top_k: int | None
    requirements: tuple[Requirement, ...] | None


class ScreeningEngine(RetrieverQueryEngine):
    """A query engine whose query is a job description and whose answer is a verdict over all letters of a posting."""

    def __init__(
        self,
        store: Store,
        embedder: LetterEmbedder,
        judge: Judge,
        settings: Settings,
        *,
        streaming: bool = False,
        owns_store: bool = False,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.judge = judge
        self.settings = settings
        self.on_progress: Callable[[int, int], None] | None = None
        self.cancel: threading.Event | None = None
        self._owns_store = owns_store
        vectors = LetterVectorStore(store, embedder.identity, embedder.runtime)
        retriever = LetterRetriever(store, vectors, embedder, settings.posting, mode=settings.retrieval)
        super().__init__(
            retriever=retriever,
            response_synthesizer=WinnerSynthesizer(self._name_winner, streaming=streaming),
            callback_manager=CallbackManager([]),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store, if this engine opened it."""
        if self._owns_store:
            self.store.close()

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        with self.callback_manager.event(
            CBEventType.QUERY, payload={EventPayload.QUERY_STR: query_bundle.query_str}
        ) as event:
            started = time.perf_counter()
            nodes = self.retrieve(query_bundle)
            elapsed = time.perf_counter() - started
            response = self._response_synthesizer.synthesize(query_bundle, nodes, retrieve_seconds=elapsed)
            event.on_end(payload={EventPayload.RESPONSE: response})
        return response

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        with self.callback_manager.event(
            CBEventType.QUERY, payload={EventPayload.QUERY_STR: query_bundle.query_str}
        ) as event:
            started = time.perf_counter()
            nodes = await self.aretrieve(query_bundle)
            elapsed = time.perf_counter() - started
            response = await self._response_synthesizer.asynthesize(
                query_bundle, nodes, retrieve_seconds=elapsed
            )
            event.on_end(payload={EventPayload.RESPONSE: response})
        return response

    def _name_winner(
        self, job_description: str, nodes: Sequence[NodeWithScore], retrieve_seconds: float
    ) -> Verdict:
        started = time.perf_counter()
        settings = self.settings
        requirements, left_out = settings.requirements, ()
        if requirements is None:
            requirements, left_out = _read(job_description, self.judge)
        keys = [node.node.metadata["letter_key"] for node in nodes]
        letters = {letter.key: letter for letter in self.store.letters(settings.posting, keys)}
        pool = [
            PoolEntry(letters[key], _rounded(node.node.metadata["dense"]))
            for key, node in zip(keys, nodes, strict=True)
            if key in letters
        ]
        judged = judge_pool(
            self.store,
            self.embedder.identity.key,
            pool,
            self.judge,
            requirements,
            limit=settings.top_k if settings.top_k is not None else self.judge.limit,
            on_progress=self.on_progress,
            cancel=self.cancel,
        )
        judge_seconds = time.perf_counter() - started
        header = Header(
            strategy=self.judge.strategy,
            posting=settings.posting,
            job_description=job_description,
            requirements=tuple(
                RequirementRow(id=r.id, text=r.text, kind=r.kind, weight=r.weight) for r in requirements
            ),
            pipeline=fingerprint(
                settings.pipeline, self.embedder, self.judge, requirements, settings.retrieval, settings.top_k
            ),
            over_limit=judged.over_limit,
            letters=len(pool),
            left_out=left_out,
            seconds=(
                round(retrieve_seconds, 6),
                round(judge_seconds, 6),
                round(retrieve_seconds + judge_seconds, 6),
            ),
        )
        stored = keep(
            f"s-{secrets.token_hex(6)}",
            datetime.now(UTC).isoformat(timespec="seconds"),
            header,
            judged.assessments,
            judged.unjudged,
            shared_texts(letters.values(), self.store.duplicates(settings.posting)),
        )
        with self.store.writing() as tx:
            tx.put_screening(stored)
        return verdict_of(stored)


def _rounded(similarity: float | None) -> float | None:
    return None if similarity is None else round(similarity, 6)


def open_engine(
    store: str | Path | Store,
    pipeline: str = "offline",
    posting: str | None = None,
    requirements: Requirements | None = None,
    strategy: str | None = None,
    top_k: int | None = None,
    streaming: bool = False,
    retrieval: RetrievalMode = "hybrid",
) -> ScreeningEngine:
    """Open a query engine on one posting of a store.

    Args:
        store: the store's folder, or an open store (which the caller closes).
        posting: may be left out where the store holds just one.
        requirements: given ones, or the path of a file; None extracts them from each job description.
        top_k: judge at most this many letters, chosen by retrieval; None judges all of them.

    Raises:
        StoreError: no such store or posting, several postings and none named, or letters without vectors.
        PipelineError: no such pipeline or strategy, or it cannot run on this machine.
        ValueError: ``top_k`` or ``retrieval`` out of range.
    """
    if top_k is not None and top_k < 1:
        raise ValueError(f"--top-k must be at least 1, but got {top_k}")
    chosen_strategy = strategy_of(pipeline, strategy)
    given = _given(requirements)
    owned = not isinstance(store, Store)
    opened = store if isinstance(store, Store) else Store.open(Path(store), lock_wait_s=LOCK_WAIT_S)
    try:
        name = _only_posting(opened) if posting is None else opened.posting(posting).name
        embedder = load_pipeline_embedder(pipeline)
        missing = opened.unembedded(name, embedder.identity.key)
        if missing:
            raise StoreError(
                f"{len(missing)} letters of posting {name!r} have no vectors of {embedder.identity.model}; "
                f"run: winnow embed --pipeline {pipeline} --posting {name}"
            )
        judge = JUDGES[chosen_strategy](embedder)
        settings = Settings(pipeline, name, retrieval, top_k, given)
        return ScreeningEngine(opened, embedder, judge, settings, streaming=streaming, owns_store=owned)
    except BaseException:
        if owned:
            opened.close()
        raise


def _read(job_description: str, judge: Judge) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """Return the requirements of a job description, and those that are over the limit."""
    language = detect_language(job_description)
    if language not in judge.languages:
        raise RequirementsError(
            f"the job description must be in a language that the judge reads, but it reads as {language_name(language)}; "
            "translate it, or pass requirements of your own with --requirements"
        )
    reading = read_job(job_description)
    return reading.requirements, tuple(
        part.text for part in reading.left_out if "over the limit" in part.reason
    )


JUDGES: dict[str, Callable[[LetterEmbedder], Judge]] = {"evidence": EvidenceJudge}


def _given(requirements: Requirements | None) -> tuple[Requirement, ...] | None:
    if requirements is None:
        return None
    if isinstance(requirements, str | Path):
        return load_requirements(Path(requirements))
    if not requirements:
        raise ValueError("requirements must hold at least one requirement, but got 0")
    return tuple(requirements)


def _only_posting(store: Store) -> str:
    names = [row.name for row in store.postings()]
    if not names:
        raise StoreError("the store holds no posting yet; run: winnow ingest PATH")
    if len(names) > 1:
        raise StoreError(
            f"the store holds {len(names)} postings ({', '.join(names)}); name one with --posting"
        )
    return names[0]

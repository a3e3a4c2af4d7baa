"""The whole story: open a store, retrieve the letters of a posting, judge them, name the winner, keep the screening.

Knows nothing about terminals or pages; ``open_engine`` is the door for engineers.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from llama_index.core.base.response.schema import RESPONSE_TYPE
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle

from agents.comparison import Comparer
from agents.fingerprint import fingerprint
from agents.judging import Judge, PoolEntry, language_name
from agents.loading import load_judge, load_pipeline_embedder, pipeline_llm
from agents.panel import Panel, Seat, compare_pool, hear
from agents.registry import Choice, PipelineError, choose
from agents.requirements import RequirementsError, load_requirements, read_job
from agents.retrieval import LetterRetriever, RetrievalMode
from agents.shared_text import shared_texts
from agents.stored_screening import (
    PROSE_KIND,
    WORDS_KIND,
    Header,
    ProseRow,
    RequirementRow,
    SharedText,
    WordsRow,
    keep,
    keep_comparison,
    stored_verdict,
)
from agents.verdict import Requirement, Verdict
from agents.winner import WinnerSynthesizer
from ingestion.language import detect_language
from ingestion.letter import Letter
from ingestion.records import StoredScreening, StoreError
from ingestion.store import Store
from ingestion.vectors import LetterVectorStore

if TYPE_CHECKING:
    from llama_index.core.chat_engine.types import BaseChatEngine
    from llama_index.core.llms import LLM

    from agents.server_settings import ServerSettings
    from ingestion.embedders import LetterEmbedder

Requirements = Sequence[Requirement] | str | Path
"""Requirements themselves, or the path of a JSON or YAML file that holds them."""


LOCK_WAIT_S = 120.0
"""Seconds that a finished screening waits for another writer, so that minutes of judging are not lost to an ingest."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one engine was opened with. ``top_k`` limits who is judged; None leaves that to the judge.

    ``prose`` asks the language model for sentences about the findings.
    """

    choice: Choice
    posting: str
    retrieval: RetrievalMode
    top_k: int | None
    requirements: tuple[Requirement, ...] | None
    prose: bool = False


class ScreeningEngine(RetrieverQueryEngine):
    """A query engine whose query is a job description and whose answer is a verdict over all letters of a posting."""

    def __init__(
        self,
        store: Store,
        embedder: LetterEmbedder,
        readers: Panel | Comparer,
        settings: Settings,
        *,
        streaming: bool = False,
        owns_store: bool = False,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.readers = readers
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

    @property
    def llm(self) -> LLM | None:
        """The language model of this engine's pipeline, None where it has none."""
        return pipeline_llm(self.settings.choice)

    def describe(self) -> str | None:
        """Say which language model reads letters and where, in a sentence; None where there is none."""
        llm = self.llm
        describe = getattr(llm, "describe", None)
        return None if describe is None else str(describe())

    def chat(self, screening_id: str) -> BaseChatEngine:
        """Return a chat about one screening, with this engine's language model if it has one.

        Raises:
            StoreError: there is no screening of that id.
        """
        from agents.chat import open_chat

        return open_chat(self.store, screening_id, self.llm)

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
            requirements, left_out = _read(job_description, self._languages)
        keys = [node.node.metadata["letter_key"] for node in nodes]
        letters = {letter.key: letter for letter in self.store.letters(settings.posting, keys)}
        pool = [
            PoolEntry(letters[key], _rounded(node.node.metadata["dense"]))
            for key, node in zip(keys, nodes, strict=True)
            if key in letters
        ]
        asked = _Asked(job_description, requirements, left_out, pool, retrieve_seconds, started)
        shared = shared_texts(letters.values(), self.store.duplicates(settings.posting))
        words = ""
        if isinstance(self.readers, Panel):
            stored = self._judge(self.readers, asked, shared)
        else:
            stored, words = self._compare(self.readers, asked, shared)
        with self.store.writing() as tx:
            tx.put_screening(stored)
            if words:
                row = WordsRow(words=words)
                tx.add_screening_text(stored.screening_id, WORDS_KIND, row.model_dump_json())
        if settings.prose:
            self._write_prose(stored.screening_id, letters)
        return stored_verdict(self.store, stored.screening_id)

    @property
    def _languages(self) -> frozenset[str]:
        readers = self.readers
        return readers.first.judge.languages if isinstance(readers, Panel) else readers.languages

    def _judge(self, panel: Panel, asked: _Asked, shared: SharedText) -> StoredScreening:
        heard = hear(
            self.store,
            panel,
            asked.pool,
            asked.requirements,
            top_k=self.settings.top_k,
            on_progress=self.on_progress,
            cancel=self.cancel,
        )
        judged = heard.judged
        header = self._header(asked, heard.judge, judged.over_limit, heard.notices)
        return keep(*_new_id(), header, judged.assessments, judged.unjudged, shared)

    def _compare(self, comparer: Comparer, asked: _Asked, shared: SharedText) -> tuple[StoredScreening, str]:
        compared = compare_pool(
            comparer,
            asked.pool,
            asked.job_description,
            asked.requirements,
            top_k=self.settings.top_k,
            on_progress=self.on_progress,
            cancel=self.cancel,
        )
        header = self._header(asked, comparer, 0, compared.notices)
        return keep_comparison(*_new_id(), header, compared.pick, compared.others, shared), compared.words

    def _header(
        self, asked: _Asked, reader: Judge | Comparer, over_limit: int, notices: tuple[tuple[str, str], ...]
    ) -> Header:
        settings = self.settings
        judge_seconds = time.perf_counter() - asked.started
        pipeline = fingerprint(
            settings.choice,
            self.embedder,
            reader,
            asked.requirements,
            settings.retrieval,
            settings.top_k,
        )
        server = settings.choice.server
        if server is not None:
            notices = (*notices, ("server", f"the text of the letters was sent to {server.url}"))
        return Header(
            strategy=reader.strategy,
            posting=settings.posting,
            job_description=asked.job_description,
            requirements=tuple(
                RequirementRow(id=r.id, text=r.text, kind=r.kind, weight=r.weight) for r in asked.requirements
            ),
            pipeline=pipeline,
            over_limit=over_limit,
            letters=len(asked.pool),
            left_out=asked.left_out,
            seconds=(
                round(asked.retrieve_seconds, 6),
                round(judge_seconds, 6),
                round(asked.retrieve_seconds + judge_seconds, 6),
            ),
            comparison_only=not isinstance(self.readers, Panel),
            notices=notices,
        )

    def _write_prose(self, screening_id: str, letters: Mapping[int, Letter]) -> None:
        """Let the language model put the findings into sentences; what no finding supports is dropped and counted."""
        from agents.prose import write_prose

        verdict = stored_verdict(self.store, screening_id)
        llm = self.llm
        if llm is None or verdict.winner is None:
            return
        prose = write_prose(llm, verdict, letters)
        row = ProseRow(sentences=prose.sentences, dropped=prose.dropped)
        with self.store.writing() as tx:
            tx.add_screening_text(screening_id, PROSE_KIND, row.model_dump_json())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one query asked for: the job, its requirements, those over the limit, and the pool in retrieval order."""

    job_description: str
    requirements: tuple[Requirement, ...]
    left_out: tuple[str, ...]
    pool: Sequence[PoolEntry]
    retrieve_seconds: float
    started: float


def _new_id() -> tuple[str, str]:
    """Return an id for a screening, and the time in UTC."""
    return f"s-{secrets.token_hex(6)}", datetime.now(UTC).isoformat(timespec="seconds")


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
    *,
    llm: str | None = None,
    embedder: str | None = None,
    server: ServerSettings | None = None,
    fallback: str | None = None,
    prose: bool = False,
) -> ScreeningEngine:
    """Open a query engine on one posting of a store.

    Args:
        store: the store's folder, or an open store (which the caller closes).
        posting: may be left out where the store holds just one.
        requirements: given ones, or the path of a file; None extracts them from each job description.
        top_k: judge at most this many letters, chosen by retrieval; None judges all, or as many as an LLM judge takes (50).
        llm: a language model's name or folder, instead of the pipeline's.
        embedder: an embedder's name or folder, instead of the pipeline's.
        server: where the ``server`` pipeline sends letters.
        fallback: "evidence" lets that judge judge the whole pool where the language model fails on any letter.
        prose: let the language model put the findings into sentences, each checked against them.

    Raises:
        StoreError: no such store or posting, several postings and none named, or letters without vectors.
        PipelineError: no such pipeline or strategy, or it cannot run on this machine.
        LLMError: the language model's weights are missing, or need more memory than there is.
        ServerError: the server does not answer.
        ValueError: ``top_k`` or ``retrieval`` out of range.
    """
    if top_k is not None and top_k < 1:
        raise ValueError(f"--top-k must be at least 1, but got {top_k}")
    choice = choose(pipeline, strategy=strategy, embedder=embedder, llm=llm, server=server)
    _check_extras(choice, fallback, prose=prose)
    given = _given(requirements)
    owned = not isinstance(store, Store)
    opened = store if isinstance(store, Store) else Store.open(Path(store), lock_wait_s=LOCK_WAIT_S)
    try:
        name = _only_posting(opened) if posting is None else opened.posting(posting).name
        encoder = load_pipeline_embedder(pipeline, choice.embedder)
        _require_vectors(opened, name, encoder, pipeline, embedder)
        second = None if fallback is None else _fallback_seat(opened, name)
        judge = load_judge(choice, encoder)
        readers = judge if isinstance(judge, Comparer) else Panel(Seat(judge, encoder.identity.key), second)
        settings = Settings(choice, name, retrieval, top_k, given, prose)
        return ScreeningEngine(opened, encoder, readers, settings, streaming=streaming, owns_store=owned)
    except BaseException:
        if owned:
            opened.close()
        raise


def _check_extras(choice: Choice, fallback: str | None, *, prose: bool) -> None:
    if fallback is not None and fallback != "evidence":
        raise PipelineError(f"--fallback must be evidence, but got {fallback!r}")
    if fallback is not None and choice.strategy != "labels":
        raise PipelineError(
            f"--fallback goes with --strategy labels, but --strategy is {choice.strategy}; leave one of them out"
        )
    if prose and choice.llm is None and choice.server is None:
        raise PipelineError(
            f"--prose needs a language model, but --pipeline {choice.pipeline} has none; give --llm NAME_OR_FOLDER"
        )
    if prose and choice.comparison_only:
        raise PipelineError(
            f"--prose is written from findings, but --strategy {choice.strategy} gives none; leave one of them out"
        )


def _require_vectors(
    store: Store, posting: str, encoder: LetterEmbedder, pipeline: str, embedder: str | None
) -> None:
    missing = store.unembedded(posting, encoder.identity.key)
    if missing:
        other = f" --embedder {embedder}" if embedder else ""
        raise StoreError(
            f"{len(missing)} letters of posting {posting!r} have no vectors of {encoder.identity.model}; "
            f"run: winnow embed --pipeline {pipeline}{other} --posting {posting}"
        )


def _fallback_seat(store: Store, posting: str) -> Seat:
    """Return the evidence judge with its own encoder; its vectors must be there before anything starts."""
    encoder = load_pipeline_embedder("offline")
    _require_vectors(store, posting, encoder, "offline", None)
    judge = load_judge(choose("offline"), encoder)
    assert not isinstance(judge, Comparer)
    return Seat(judge, encoder.identity.key)


def _read(job_description: str, languages: frozenset[str]) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """Return the requirements of a job description, and those that are over the limit."""
    language = detect_language(job_description)
    if language not in languages:
        raise RequirementsError(
            f"the job description must be in a language that the judge reads, but it reads as {language_name(language)}; "
            "translate it, or pass requirements of your own with --requirements"
        )
    reading = read_job(job_description)
    return reading.requirements, tuple(
        part.text for part in reading.left_out if "over the limit" in part.reason
    )


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

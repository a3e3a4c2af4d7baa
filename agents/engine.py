"""The query engine of a screening: it retrieves the letters of a posting, has them read, and keeps and returns the verdict.

Knows nothing about how its judge, model and store were chosen and opened.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from llama_index.core.base.response.schema import RESPONSE_TYPE
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle

from agents.comparison import Comparer
from agents.fingerprint import fingerprint
from agents.job_notices import job_notices
from agents.judging import Judge, PoolEntry, language_name
from agents.loading import pipeline_llm
from agents.panel import Panel, compare_pool, hear
from agents.registry import STRATEGIES, Choice
from agents.requirements import RequirementsError, read_job
from agents.retrieval import LetterRetriever, RetrievalMode
from agents.screening_record import record_screening
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
    verdict_of,
)
from agents.verdict import Requirement, Verdict
from agents.winner import WinnerSynthesizer
from ingestion.language import detect_language
from ingestion.letter import Letter
from ingestion.records import StoredScreening
from ingestion.store import Store
from ingestion.vectors import LetterVectorStore

if TYPE_CHECKING:
    from llama_index.core.chat_engine.types import BaseChatEngine
    from llama_index.core.llms import LLM

    from ingestion.embedders import LetterEmbedder


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
        vectors: LetterVectorStore | None = None,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.readers = readers
        self.settings = settings
        self.on_progress: Callable[[int, int], None] | None = None
        self.cancel: threading.Event | None = None
        self._owns_store = owns_store
        self._vectors = vectors or LetterVectorStore(store, embedder.identity, embedder.runtime)
        retriever = LetterRetriever(store, self._vectors, embedder, settings.posting, mode=settings.retrieval)
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
        """Say which language model a screening asks and where, in a sentence; None where it asks none."""
        if not (STRATEGIES[self.settings.choice.strategy].needs_llm or self.settings.prose):
            return None
        llm = self.llm
        describe = getattr(llm, "describe", None)
        return None if describe is None else str(describe())

    def asking(
        self,
        requirements: tuple[Requirement, ...] | None,
        *,
        on_progress: Callable[[int, int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> ScreeningEngine:
        """Return an engine over the same store, index and models that asks these requirements.

        Where several people share an engine, each screening gets one of its own, so that none sees another's progress
        or is stopped by another's ``cancel``.
        """
        settings = replace(self.settings, requirements=requirements)
        engine = ScreeningEngine(self.store, self.embedder, self.readers, settings, vectors=self._vectors)
        engine.on_progress = on_progress
        engine.cancel = cancel
        return engine

    def chat(self, screening_id: str) -> BaseChatEngine:
        """Return a chat about one screening, with this engine's language model if it has one.

        Raises:
            StoreError: there is no screening of that id.
        """
        from agents.chat.engine import open_chat

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
        job = _read(job_description, self._languages, settings.requirements)
        keys = [node.node.metadata["letter_key"] for node in nodes]
        letters = {letter.key: letter for letter in self.store.letters(settings.posting, keys)}
        pool = [
            PoolEntry(letters[key], _rounded(node.node.metadata["dense"]))
            for key, node in zip(keys, nodes, strict=True)
            if key in letters
        ]
        asked = _Asked(job_description, job, pool, retrieve_seconds, started)
        shared = shared_texts(letters.values(), self.store.duplicates(settings.posting))
        words = WordsRow(words="")
        if isinstance(self.readers, Panel):
            stored = self._judge(self.readers, asked, shared)
        else:
            stored, words = self._compare(self.readers, asked, shared)
        with self.store.writing() as tx:
            tx.put_screening(stored)
            record_screening(tx, stored, verdict_of(stored))
            if words.words:
                tx.add_screening_text(stored.screening_id, WORDS_KIND, words.model_dump_json())
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
            asked.job.requirements,
            top_k=self.settings.top_k,
            on_progress=self.on_progress,
            cancel=self.cancel,
        )
        judged = heard.judged
        header = self._header(asked, heard.judge, judged.over_limit, heard.notices)
        return keep(*_new_id(), header, judged.assessments, judged.unjudged, shared)

    def _compare(
        self, comparer: Comparer, asked: _Asked, shared: SharedText
    ) -> tuple[StoredScreening, WordsRow]:
        compared = compare_pool(
            comparer,
            asked.pool,
            asked.job_description,
            asked.job.requirements,
            top_k=self.settings.top_k,
            on_progress=self.on_progress,
            cancel=self.cancel,
        )
        header = self._header(asked, comparer, 0, compared.notices, compared.declined)
        stored = keep_comparison(*_new_id(), header, compared.pick, compared.others, shared)
        return stored, WordsRow(words=compared.words, counted=compared.counted)

    def _embedder_of(self, reader: Judge | Comparer) -> str:
        """Return the key of the embedder whose vectors the judge read: the fallback has one of its own."""
        readers = self.readers
        if isinstance(readers, Panel) and readers.fallback is not None and reader is readers.fallback.judge:
            return readers.fallback.embedder_key
        return self.embedder.identity.key

    def _header(
        self,
        asked: _Asked,
        reader: Judge | Comparer,
        over_limit: int,
        notices: tuple[tuple[str, str], ...],
        declined: str | None = None,
    ) -> Header:
        settings = self.settings
        notices = (*asked.job.notices, *notices)
        judge_seconds = time.perf_counter() - asked.started
        pipeline = fingerprint(
            settings.choice,
            self.embedder,
            reader,
            asked.job.requirements,
            settings.retrieval,
            settings.top_k,
            self._embedder_of(reader),
        )
        if settings.prose:
            from agents.prose import prose_fingerprint

            writer = getattr(self.llm, "fingerprint", None)
            pipeline["prose"] = {**prose_fingerprint(), "llm": None if writer is None else writer()}
        server = settings.choice.server
        if server is not None:
            notices = (*notices, ("server", f"the text of the letters was sent to {server.url}"))
        return Header(
            strategy=reader.strategy,
            posting=settings.posting,
            job_description=asked.job_description,
            requirements=tuple(
                RequirementRow(id=r.id, text=r.text, kind=r.kind, weight=r.weight)
                for r in asked.job.requirements
            ),
            pipeline=pipeline,
            over_limit=over_limit,
            letters=len(asked.pool),
            left_out=asked.job.over_limit,
            seconds=(
                round(asked.retrieve_seconds, 6),
                round(judge_seconds, 6),
                round(asked.retrieve_seconds + judge_seconds, 6),
            ),
            comparison_only=not isinstance(self.readers, Panel),
            notices=notices,
            declined=declined,
        )

    def _write_prose(self, screening_id: str, letters: Mapping[int, Letter]) -> None:
        """Let the language model put the findings into sentences; what no finding supports is dropped and counted.

        The screening is kept already: a model that fails now costs the sentences, not the verdict. Writing takes minutes;
        where a letter was erased meanwhile nothing is kept, since the sentences may speak of it.
        """
        from agents.judges.labels import out_of_memory
        from agents.llms import LLMError
        from agents.prose import write_prose

        verdict = stored_verdict(self.store, screening_id)
        llm = self.llm
        if llm is None or verdict.winner is None:
            return
        try:
            prose = write_prose(llm, verdict, letters)
            row = ProseRow(sentences=prose.sentences, dropped=prose.dropped)
        except LLMError as error:
            row = ProseRow(sentences=(), dropped=0, failed=str(error))
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            row = ProseRow(sentences=(), dropped=0, failed="memory ran out while the model wrote")
        with self.store.writing() as tx:
            if len(self.store.screening(screening_id).entries) == verdict.pool:
                tx.add_screening_text(screening_id, PROSE_KIND, row.model_dump_json())


@dataclass(frozen=True, slots=True)
class _Job:
    """What a job asks: its requirements, those over the limit, and (code, text) of what became no requirement."""

    requirements: tuple[Requirement, ...]
    over_limit: tuple[str, ...]
    notices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one query asked for: the job and what was read from it, and the pool in retrieval order."""

    job_description: str
    job: _Job
    pool: Sequence[PoolEntry]
    retrieve_seconds: float
    started: float


def _new_id() -> tuple[str, str]:
    """Return an id for a screening, and the time in UTC."""
    return f"s-{secrets.token_hex(6)}", datetime.now(UTC).isoformat(timespec="seconds")


def _rounded(similarity: float | None) -> float | None:
    return None if similarity is None else round(similarity, 6)


def _read(job_description: str, languages: frozenset[str], own: tuple[Requirement, ...] | None) -> _Job:
    """Read a job description. ``own`` are requirements that somebody brought: then it need not be readable."""
    try:
        language = detect_language(job_description)
        if language not in languages:
            raise RequirementsError(
                f"the job description must be in a language that the judge reads, but it reads as {language_name(language)}; "
                "translate it, or pass requirements of your own with --requirements"
            )
        reading = read_job(job_description)
    except RequirementsError:
        if own is None:
            raise
        return _Job(own, (), job_notices(None, own))
    if own is not None:
        return _Job(own, (), job_notices(reading, own))
    over_limit = tuple(part.text for part in reading.left_out if "over the limit" in part.reason)
    return _Job(reading.requirements, over_limit, job_notices(reading))

"""The door for engineers: ``open_engine`` puts store, pipeline, judge and requirements together.

Whatever can't run here is refused before anything is judged. Knows nothing about terminals or pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agents.comparison import Comparer
from agents.engine import ScreeningEngine, Settings
from agents.loading import load_judge, load_pipeline_embedder, pipeline_llm
from agents.panel import Panel, Seat
from agents.registry import Choice, PipelineError, check_extras, choose, embedder_missing
from agents.requirements import load_requirements
from agents.retrieval import RetrievalMode
from agents.verdict import Requirement
from ingestion.records import StoreError
from ingestion.store import Store

if TYPE_CHECKING:
    from agents.server_settings import ServerSettings
    from ingestion.embedders import LetterEmbedder

__all__ = ["Requirements", "ScreeningEngine", "Settings", "open_engine"]

Requirements = Sequence[Requirement] | str | Path
"""Requirements themselves, or the path of a JSON or YAML file that holds them."""


LOCK_WAIT_S = 120.0
"""Seconds that a finished screening waits for another writer, so that minutes of judging are not lost to an ingest."""


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
    check_extras(choice, fallback, prose=prose)
    given = _given(requirements)
    owned = not isinstance(store, Store)
    opened = store if isinstance(store, Store) else Store.open(Path(store), lock_wait_s=LOCK_WAIT_S)
    try:
        name = _only_posting(opened) if posting is None else opened.posting(posting).name
        _require_models(choice)
        encoder = load_pipeline_embedder(pipeline, choice.embedder)
        _require_vectors(opened, name, encoder, pipeline, embedder)
        second = None if fallback is None else _fallback_seat(opened, name)
        judge = load_judge(choice, encoder)
        if prose:
            pipeline_llm(choice)  # what can't write is refused now, not after everybody was judged
        readers = judge if isinstance(judge, Comparer) else Panel(Seat(judge, encoder.identity.key), second)
        settings = Settings(choice, name, retrieval, top_k, given, prose)
        return ScreeningEngine(opened, encoder, readers, settings, streaming=streaming, owns_store=owned)
    except BaseException:
        if owned:
            opened.close()
        raise


def _require_models(choice: Choice) -> None:
    """Name all weights that are missing at once, so that nobody downloads one and is refused for the other."""
    if choice.llm is None:
        return
    from agents.llms import llm_missing

    missing = [embedder_missing(choice.embedder), llm_missing(choice.llm)]
    if all(missing):
        lacking = "; and ".join(one for one in missing if one)
        raise PipelineError(
            f"pipeline {choice.pipeline} cannot run here: {lacking}; --pipeline offline needs nothing"
        )


def _require_vectors(
    store: Store, posting: str, encoder: LetterEmbedder, pipeline: str, embedder: str | None
) -> None:
    missing = store.unembedded(posting, encoder.identity.key)
    if missing:
        _refuse_old_masks(store, posting, encoder)
        other = f" --embedder {embedder}" if embedder else ""
        raise StoreError(
            f"{len(missing)} letters of posting {posting!r} have no vectors of {encoder.identity.model}; "
            f"run: winnow embed --pipeline {pipeline}{other} --posting {posting}"
        )


def _refuse_old_masks(store: Store, posting: str, encoder: LetterEmbedder) -> None:
    """Say so where the letters stand as an earlier version of the masking left them: embedding alone would not mend that."""
    wanted, row = encoder.identity, store.posting(posting)
    for identity, _ in store.embedders():
        other = identity.model == wanted.model and identity.masking != wanted.masking
        if row.blind and other and len(store.unembedded(posting, identity.key)) < row.letters:
            raise StoreError(
                f"letters must be masked by version {wanted.masking} of the rules, but those of posting {posting!r} were "
                f"masked by version {identity.masking}; read them into a new store: winnow ingest PATH --store NEW"
            )


def _fallback_seat(store: Store, posting: str) -> Seat:
    """Return the evidence judge with its own encoder; its vectors must be there before anything starts."""
    encoder = load_pipeline_embedder("offline")
    _require_vectors(store, posting, encoder, "offline", None)
    judge = load_judge(choose("offline"), encoder)
    assert not isinstance(judge, Comparer)
    return Seat(judge, encoder.identity.key)


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

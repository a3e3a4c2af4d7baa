"""One row a pipeline: which embedder and which judge work together, and what they need to run here.

Knows names and needs; loading is deferred to the room that owns the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.embedders import LetterEmbedder


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One pipeline. ``embedder`` is a row of EMBEDDERS, ``strategy`` the judge that reads by default."""

    name: str
    embedder: str
    strategy: str


PIPELINES: dict[str, PipelineRow] = {
    "offline": PipelineRow("offline", "minilm", "evidence"),
    "bge-qwen": PipelineRow("bge-qwen", "bge-large", "labels"),
    "e5-phi3": PipelineRow("e5-phi3", "e5-large", "labels"),
}

STRATEGIES: dict[str, str] = {
    "evidence": "reads sentences, terms, years, degrees and credentials; no language model",
}
"""The judges of this version, by the name that --strategy takes."""


class PipelineError(ValueError):
    """A pipeline or strategy that does not exist or cannot run here."""


def pipeline_row(name: str) -> PipelineRow:
    """Return the row called ``name``.

    Raises:
        PipelineError: there is none of that name.
    """
    if name not in PIPELINES:
        raise PipelineError(f"--pipeline must be one of {', '.join(PIPELINES)}, but got {name!r}")
    return PIPELINES[name]


def strategy_of(pipeline: str, strategy: str | None) -> str:
    """Return the judge to use: the one asked for, or the pipeline's own.

    Raises:
        PipelineError: this version has no such judge.
    """
    chosen = strategy or pipeline_row(pipeline).strategy
    if chosen in STRATEGIES:
        return chosen
    known = ", ".join(STRATEGIES)
    if strategy is None:
        raise PipelineError(
            f"pipeline {pipeline} judges by {chosen}, which this version does not have; "
            f"use --pipeline offline (judges: {known})"
        )
    raise PipelineError(f"--strategy must be one of {known}, but got {strategy!r}")


def pipeline_missing(name: str) -> str | None:
    """Return what keeps the pipeline from screening on this machine, in one line, or None."""
    row = pipeline_row(name)
    if row.strategy not in STRATEGIES:
        return f"its judge ({row.strategy}) is not in this version"
    return embedder_missing(name)


def embedder_missing(name: str) -> str | None:
    """Return what keeps the pipeline's embedder from loading on this machine, in one line, or None."""
    from ingestion.embedders import embedder_available

    return embedder_available(pipeline_row(name).embedder)


@lru_cache(maxsize=2)
def load_pipeline_embedder(name: str) -> LetterEmbedder:
    """Load the pipeline's embedder, once a process.

    Raises:
        PipelineError: it cannot run here; the message says what is missing and what to do.
    """
    from ingestion.blinding import MASKING_VERSION
    from ingestion.embedders import load_embedder

    row = pipeline_row(name)
    missing = embedder_missing(name)
    if missing is not None:
        raise PipelineError(f"pipeline {name} cannot run here: {missing}; --pipeline offline needs nothing")
    return load_embedder(row.embedder, masking=MASKING_VERSION)

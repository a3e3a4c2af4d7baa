"""One row a pipeline: which embedder and which judge work together, and what they need to run here.

Knows names and needs; loading is deferred to the room that owns the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.embedders import LetterEmbedder


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One pipeline. ``embedder`` is a row of EMBEDDERS, ``strategy`` the default judge."""

    name: str
    embedder: str
    strategy: str
    needs: str


PIPELINES: dict[str, PipelineRow] = {
    "offline": PipelineRow("offline", "minilm", "evidence", "nothing: no network, no key, no GPU"),
    "bge": PipelineRow("bge", "bge-large", "evidence", "the weights of BAAI/bge-large-en-v1.5"),
    "e5": PipelineRow("e5", "e5-large", "evidence", "the weights of intfloat/e5-large-v2"),
}


class PipelineError(ValueError):
    """A pipeline that does not exist or cannot run here."""


def pipeline_row(name: str) -> PipelineRow:
    """Return the row called ``name``.

    Raises:
        PipelineError: there is none of that name.
    """
    if name not in PIPELINES:
        raise PipelineError(f"--pipeline must be one of {', '.join(PIPELINES)}, but got {name!r}")
    return PIPELINES[name]


def pipeline_missing(name: str) -> str | None:
    """Return what keeps the pipeline from running on this machine, in one line, or None."""
    from ingestion.embedders import embedder_available

    return embedder_available(pipeline_row(name).embedder)


def load_pipeline_embedder(name: str) -> LetterEmbedder:
    """Load the pipeline's embedder.

    Raises:
        PipelineError: it cannot run here; the message says what is missing and what to do.
    """
    from ingestion.blinding import MASKING_VERSION
    from ingestion.embedders import load_embedder

    row = pipeline_row(name)
    missing = pipeline_missing(name)
    if missing is not None:
        raise PipelineError(f"pipeline {name} cannot run here: {missing}; --pipeline offline needs nothing")
    return load_embedder(row.embedder, masking=MASKING_VERSION)

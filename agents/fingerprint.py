"""The fingerprint of a result: everything that it depends on besides the letters themselves.

Holds names, versions and hashes only, never a word of a letter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agents.comparison import Comparer
from agents.judging import Judge
from agents.registry import Choice, pipeline_row
from agents.verdict import Requirement

if TYPE_CHECKING:
    from ingestion.embedders import LetterEmbedder

LIBRARIES = (
    "faiss-cpu",
    "llama-index-core",
    "numpy",
    "sentence-transformers",
    "tokenizers",
    "torch",
    "transformers",
)
"""Libraries whose version can change a vector, an order or a label."""


def requirements_hash(requirements: Sequence[Requirement]) -> str:
    """Return sixteen hex digits that stand for the requirements and their weights."""
    rows = [[r.id, r.text, r.kind, r.weight] for r in requirements]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def fingerprint(
    choice: Choice,
    embedder: LetterEmbedder,
    judge: Judge | Comparer,
    requirements: Sequence[Requirement],
    retrieval: str,
    top_k: int | None,
    judge_embedder: str,
) -> dict[str, JsonValue]:
    """Return the fingerprint as plain JSON data.

    ``judge_embedder`` is the key of the embedder whose vectors the judge read. ``given`` is what a person named in place of the pipeline's own rows; judging again needs it.
    """
    identity = embedder.identity
    row = pipeline_row(choice.pipeline)
    given: dict[str, JsonValue] = {}
    if choice.llm != row.llm and choice.llm is not None:
        given["llm"] = choice.llm
    if choice.embedder != row.embedder:
        given["embedder"] = choice.embedder
    if choice.server is not None:
        given["server"] = choice.server.url
    if choice.strategy != judge.strategy:
        given["fallback_from"] = choice.strategy
        given["fallback_embedder"] = judge_embedder
    return {
        "name": choice.pipeline,
        **({"given": given} if given else {}),
        "judge": judge.fingerprint(),
        "embedder": {
            "model": identity.model,
            "revision": identity.revision,
            "pooling": identity.pooling,
            "query_prefix": identity.query_prefix,
            "passage_prefix": identity.passage_prefix,
            "dimension": identity.dimension,
            "runtime": dict(sorted(embedder.runtime.items())),
        },
        "masking": identity.masking,
        "retrieval": retrieval,
        "top_k": top_k,
        "requirements": requirements_hash(requirements),
        "libraries": {name: version(name) for name in LIBRARIES},
        "seed": None,
    }

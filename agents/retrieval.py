"""The order in which letters are read: dense and BM25, fused by standardised scores, one node a letter.

Decides nobody's fate: what is retrieved late is still judged, unless the pool exceeds the judge limit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ingestion.letter import Letter, natural_key
from ingestion.passages import split_passages
from ingestion.snapshots import Hit
from ingestion.store import Store
from ingestion.vectors import LetterVectorStore

if TYPE_CHECKING:
    from ingestion.embedders import LetterEmbedder

RetrievalMode = Literal["dense", "bm25", "hybrid"]
RETRIEVAL_MODES: tuple[RetrievalMode, ...] = get_args(RetrievalMode)

DENSE_SHARE = 0.7
"""Weight of the standardised cosines beside 1 minus it for BM25; chosen on the tuning halves of docs/retrieval.md."""

HIDDEN_KEYS = ["letter_key", "letter_id", "posting", "start", "end", "dense", "bm25"]
"""Metadata that neither an embedder nor a language model may see."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One letter in retrieval order. ``dense`` is a cosine, ``bm25`` larger for better, either may be absent."""

    letter: Letter
    start: int
    end: int
    dense: float | None
    bm25: float | None
    score: float


class LetterRetriever(BaseRetriever):
    """Returns one node for each letter of a posting: its best passage, in a stable order."""

    def __init__(
        self,
        store: Store,
        vectors: LetterVectorStore,
        embedder: LetterEmbedder,
        posting: str,
        *,
        mode: RetrievalMode = "hybrid",
    ) -> None:
        if mode not in RETRIEVAL_MODES:
            raise ValueError(f"--retrieval must be one of {', '.join(RETRIEVAL_MODES)}, but got {mode!r}")
        super().__init__(callback_manager=CallbackManager([]))
        self._store = store
        self._vectors = vectors
        self._embedder = embedder
        self._posting = posting
        self._mode: RetrievalMode = mode

    @property
    def mode(self) -> RetrievalMode:
        """How letters are ordered: dense, bm25 or hybrid."""
        return self._mode

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(entry) for entry in self.order(query_bundle.query_str)]

    def order(self, job_description: str) -> list[Retrieved]:
        """Return every letter of the posting, best first; ties stand in natural id order."""
        letters = {letter.key: letter for letter in self._store.letters(self._posting)}
        if not letters:
            return []
        best: dict[int, Hit] = {}
        lexical: dict[int, float] = {}
        if self._mode != "bm25":
            best = self._best_hits(job_description)
        if self._mode != "dense":
            lexical = dict(self._store.bm25(self._posting, job_description))
        fused = self._fuse(letters, {key: hit.similarity for key, hit in best.items()}, lexical)
        spans = self._store.spans([hit.passage_id for hit in best.values()])
        entries = [
            Retrieved(
                letter=letter,
                start=spans[best[key].passage_id][0] if key in best else 0,
                end=spans[best[key].passage_id][1] if key in best else len(letter.judged_text),
                dense=best[key].similarity if key in best else None,
                bm25=lexical.get(key),
                score=fused[key],
            )
            for key, letter in letters.items()
        ]
        return sorted(entries, key=lambda entry: (-entry.score, natural_key(entry.letter.letter_id)))

    def _best_hits(self, job_description: str) -> dict[int, Hit]:
        best: dict[int, Hit] = {}
        for hit in self._vectors.nearest(self.query_vector(job_description), None, posting=self._posting):
            best.setdefault(hit.letter_key, hit)
        return best

    def query_vector(self, job_description: str) -> np.ndarray:
        """Embed a job description of any length: float32 (dimension,), unit norm.

        A description longer than the encoder's window is the mean of its passages, so that none of it is cut off.
        """
        spans = split_passages(job_description)
        if not spans:
            raise ValueError("a job description must not be empty")
        parts = np.stack([self._embedder.embed_query(job_description[start:end]) for start, end in spans])
        mean = parts.mean(axis=0, dtype=np.float64)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    def _fuse(
        self, letters: Mapping[int, Letter], dense: Mapping[int, float], lexical: Mapping[int, float]
    ) -> dict[int, float]:
        if self._mode == "dense":
            return {key: dense.get(key, 0.0) for key in letters}
        if self._mode == "bm25":
            return {key: lexical.get(key, 0.0) for key in letters}
        by_meaning, by_words = (standardised(scores, letters) for scores in (dense, lexical))
        return {key: DENSE_SHARE * by_meaning[key] + (1 - DENSE_SHARE) * by_words[key] for key in letters}


def standardised(scores: Mapping[int, float], keys: Collection[int]) -> dict[int, float]:
    """Return for each key how many standard deviations its score lies above the mean of all; a key without a score has 0.

    Sums are exact, so the order of the keys changes no digit. Where all scores are equal, each is 0 above the mean.

    >>> standardised({1: 3.0, 2: 1.0}, [1, 2])
    {1: 1.0, 2: -1.0}
    >>> standardised({}, [1, 2])
    {1: 0.0, 2: 0.0}
    """
    values = {key: scores.get(key, 0.0) for key in keys}
    mean = math.fsum(values.values()) / len(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values.values()) / len(values))
    return {key: (value - mean) / spread if spread > 0 else 0.0 for key, value in values.items()}


def _node(entry: Retrieved) -> NodeWithScore:
    letter = entry.letter
    node = TextNode(
        id_=f"{letter.key}:passage:{entry.start}:{entry.end}",
        text=letter.judged_text[entry.start : entry.end],
        metadata={
            "letter_key": letter.key,
            "letter_id": letter.letter_id,
            "posting": letter.posting,
            "start": entry.start,
            "end": entry.end,
            "dense": entry.dense,
            "bm25": entry.bm25,
        },
        excluded_embed_metadata_keys=HIDDEN_KEYS,
        excluded_llm_metadata_keys=HIDDEN_KEYS,
    )
    return NodeWithScore(node=node, score=entry.score)

"""Retrieval against known answers: recall, MRR and nDCG of dense, BM25 and hybrid search, for every embedder that can load.

Behind ``winnow eval retrieval``. The documents go through the product's own ingest and are ordered by its own retriever.
Knows nothing about files or tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from evals.answers import Say, silent
from evals.metrics import Estimate, mean_with_error
from evals.paired_bootstrap import Difference, paired_bootstrap
from evals.retrieval_sets import RetrievalSet

if TYPE_CHECKING:
    from agents.retrieval import RetrievalMode
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

MEASURES: dict[str, str] = {
    "recall@1": "R@1",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "recall@50": "R@50",
    "mrr": "RR",
    "ndcg@10": "nDCG@10",
}
"""Our name of a measure -> its name in ir-measures."""

KEPT = 50
"""How many of the first documents of a query are kept; as deep as the measures look, except MRR."""

COMPARED = "recall@10"
"""The measure that the paired bootstrap compares first."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document in the order of a search. ``similarity`` is what the mode sorts by: cosine, BM25 or fused ranks."""

    doc_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class QueryScores:
    """One query: the first documents, and each measure."""

    query_id: str
    first: tuple[Found, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SystemScores:
    """One way to search one set: what it is called, its model (None for BM25 alone), and every query's scores."""

    set_name: str
    system: str
    model: str | None
    queries: tuple[QueryScores, ...]

    def of(self, measure: str) -> dict[str, float]:
        """Return query id -> score."""
        return {query.query_id: query.scores[measure] for query in self.queries}

    def mean(self, measure: str) -> Estimate:
        """Return the mean over queries with its standard error."""
        return mean_with_error(list(self.of(measure).values()))


@dataclass(frozen=True, slots=True)
class Versus:
    """How much ``second`` is above ``first`` on one measure."""

    set_name: str
    measure: str
    first: str
    second: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class SetReport:
    """One set: what was searched, how well, what was refused at ingest, and which systems differ."""

    name: str
    relevance: str
    documents: int
    queries: int
    refused: tuple[str, ...]
    systems: tuple[SystemScores, ...]
    versus: tuple[Versus, ...]


def measure_set(
    found: RetrievalSet,
    embedders: Mapping[str, LetterEmbedder],
    modes: Sequence[RetrievalMode],
    *,
    say: Say = silent,
) -> SetReport:
    """Search the set in each mode with each embedder; BM25 alone needs none and is measured once."""
    from evals.retrieval_store import fill, retrieval_store

    systems: list[SystemScores] = []
    refused: list[str] = []
    with retrieval_store() as store:
        for name, embedder in embedders.items():
            refused += fill(store, embedder, found, say)
            for mode in modes:
                if mode == "bm25" and any(one.model is None for one in systems):
                    continue
                system = system_name(name, mode)
                say(f"{found.name}: {len(found.queries)} queries, {system}")
                systems.append(_measured(store, embedder, found, mode, system))
    return SetReport(
        found.name,
        found.relevance,
        len(found.documents),
        len(found.queries),
        tuple(refused),
        tuple(systems),
        tuple(_versus(systems)),
    )


def system_name(embedder: str, mode: RetrievalMode) -> str:
    """Return what a table calls a way to search.

    >>> system_name("minilm", "hybrid"), system_name("minilm", "bm25")
    ('minilm hybrid', 'bm25')
    """
    return "bm25" if mode == "bm25" else f"{embedder} {mode}"


def searcher(
    store: Store, embedder: LetterEmbedder, mode: RetrievalMode
) -> Callable[[str], tuple[Found, ...]]:
    """Return what finds every document in the product's own order."""
    from agents.retrieval import LetterRetriever
    from evals.retrieval_store import POSTING
    from ingestion.vectors import LetterVectorStore

    vectors = LetterVectorStore(store, embedder.identity, embedder.runtime)
    retriever = LetterRetriever(store, vectors, embedder, POSTING, mode=mode)
    return lambda text: tuple(Found(one.letter.letter_id, one.score) for one in retriever.order(text))


def scored(order: Sequence[str], relevant: Mapping[str, int]) -> dict[str, float]:
    """Return each measure of one query, by trec_eval's definitions.

    ``recall@k`` is the share of the answers among the first k, ``mrr`` is one over the place of the first answer (0 where
    none is found), ``ndcg@10`` discounts by log2 and has linear gains. The order stands as it is: ties were broken.

    >>> scored(["x", "a", "b"], {"a": 1})["mrr"]
    0.5
    """
    import ir_measures

    if not order:
        return dict.fromkeys(MEASURES, 0.0)
    wanted = {ir_measures.parse_measure(theirs): ours for ours, theirs in MEASURES.items()}
    answers = [ir_measures.Qrel("q", doc_id, relevance) for doc_id, relevance in relevant.items()]
    run = [ir_measures.ScoredDoc("q", doc_id, -float(place)) for place, doc_id in enumerate(order)]
    found = {wanted[one.measure]: one.value for one in ir_measures.iter_calc(list(wanted), answers, run)}
    return {ours: float(found[ours]) for ours in MEASURES}


def compare_runs(first: Sequence[SystemScores], second: Sequence[SystemScores]) -> tuple[Versus, ...]:
    """Compare the systems that stand in both runs, on the queries that both asked."""
    before = {(one.set_name, one.system): one for one in first}
    return tuple(
        Versus(
            now.set_name,
            measure,
            f"{now.system} (first run)",
            f"{now.system} (second run)",
            paired_bootstrap(before[now.set_name, now.system].of(measure), now.of(measure)),
        )
        for now in second
        if (now.set_name, now.system) in before
        for measure in MEASURES
    )


def _measured(
    store: Store, embedder: LetterEmbedder, found: RetrievalSet, mode: RetrievalMode, system: str
) -> SystemScores:
    queries: list[QueryScores] = []
    search = searcher(store, embedder, mode)
    for query in found.queries:
        order = search(query.text)
        scores = scored([one.doc_id for one in order], query.relevant)
        queries.append(QueryScores(query.query_id, order[:KEPT], scores))
    return SystemScores(
        found.name, system, None if mode == "bm25" else embedder.identity.model, tuple(queries)
    )


def _versus(systems: Sequence[SystemScores]) -> Iterator[Versus]:
    """Compare each hybrid with BM25 and with its own dense search, and each embedder's with the one before it."""
    by_name = {one.system: one for one in systems}
    hybrids = [one for one in systems if one.system.endswith(" hybrid")]
    pairs = [
        (first, one.system)
        for one in hybrids
        for first in ("bm25", f"{one.system.removesuffix(' hybrid')} dense")
        if first in by_name
    ]
    pairs += [(one.system, other.system) for one, other in pairwise(hybrids)]
    for first, second in pairs:
        for measure in MEASURES:
            yield Versus(
                systems[0].set_name,
                measure,
                first,
                second,
                paired_bootstrap(by_name[first].of(measure), by_name[second].of(measure)),
            )

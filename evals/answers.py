"""What the judge and the baselines answer about a labelled job, each from the same stored letters.

Knows nothing about which answers are right; only the thresholds of one baseline are set by a caller who does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.verdict import Finding, Label, Requirement, Verdict
from ingestion.letter import natural_key

if TYPE_CHECKING:
    from agents.registry import Choice
    from agents.server_settings import ServerSettings
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

JUDGE = "the judge"
BM25 = "BM25, whole letter"
WHOLE_LETTER = "MiniLM, whole letter"
BEST_SENTENCE = "MiniLM, best sentence"

SPECIAL_PIECES = 2
"""Word pieces of the encoder's window that hold no text: one before it, one after."""

Pair = tuple[str, str]
"""Letter id and requirement id."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one system says about one job.

    ``order`` holds every letter, best first. ``winner`` is None where none is named. ``labels``, ``p_met`` (larger where
    "met" is likelier; cosines will do), ``scores`` (1-10) and ``ranges`` (what each score's range is, low and high) are None
    for a system that gives none.
    """

    winner: str | None
    order: tuple[str, ...]
    labels: Mapping[Pair, Label] | None = None
    p_met: Mapping[Pair, float] | None = None
    scores: Mapping[str, float] | None = None
    ranges: Mapping[str, tuple[float, float]] | None = None
    unjudged: int = 0


Say = Callable[[str], None]
"""Told what goes on, in sentences for people."""


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to judge: a pipeline, and what is given in place of what its row says."""

    pipeline: str = "offline"
    strategy: str | None = None
    llm: str | None = None
    embedder: str | None = None
    server: ServerSettings | None = None
    top_k: int | None = None

    def choice(self) -> Choice:
        """Return what runs.

        Raises:
            PipelineError: no such pipeline or strategy, or parts that don't go together.
        """
        from agents.registry import choose

        return choose(
            self.pipeline, strategy=self.strategy, embedder=self.embedder, llm=self.llm, server=self.server
        )


def judge_verdict(
    store: Store,
    posting: str,
    job_description: str,
    requirements: Sequence[Requirement],
    by: Contestant,
    *,
    say: Say = silent,
) -> Verdict:
    """Screen the posting as ``winnow screen`` does; ``say`` is told which language model reads, and where."""
    from agents.screening import open_engine

    engine = open_engine(
        store,
        by.pipeline,
        posting=posting,
        requirements=requirements,
        strategy=by.strategy,
        top_k=by.top_k,
        llm=by.llm,
        embedder=by.embedder,
        server=by.server,
    )
    reader = engine.describe()
    if reader is not None:
        say(f"language model: {reader}")
    metadata = engine.query(job_description).metadata
    verdict = None if metadata is None else metadata["verdict"]
    if not isinstance(verdict, Verdict):
        raise TypeError(f"a screening must answer with a Verdict, but got {type(verdict).__name__}")
    return verdict


def answer_of(verdict: Verdict, requirements: Sequence[Requirement]) -> Answer:
    """Read a verdict as an answer.

    A letter that stands unjudged comes last, shows nothing and gets the lowest score: a judge gains nothing by it. A
    comparison labels and scores no one, so it answers with a winner and an order only.
    """
    order = [ranked.assessment.letter_id for ranked in verdict.ranking]
    order += [one.letter_id for one in verdict.unjudged]
    winner = verdict.winner.letter_id if verdict.winner else None
    if verdict.comparison_only:
        return Answer(winner=winner, order=tuple(order))
    labels: dict[Pair, Label] = {}
    p_met: dict[Pair, float] = {}
    scores: dict[str, float] = {}
    for ranked in verdict.ranking:
        letter_id = ranked.assessment.letter_id
        scores[letter_id] = ranked.score
        for finding in ranked.assessment.findings:
            labels[letter_id, finding.requirement_id] = finding.label
            p_met[letter_id, finding.requirement_id] = met_probability(finding)
    for one in verdict.unjudged:
        scores[one.letter_id] = 1.0
        for requirement in requirements:
            labels[one.letter_id, requirement.id] = "not_shown"
            p_met[one.letter_id, requirement.id] = 0.0
    ranges = {one.assessment.letter_id: one.interval for one in verdict.ranking if one.interval is not None}
    return Answer(winner, tuple(order), labels, p_met, scores, ranges or None, len(verdict.unjudged))


def met_probability(finding: Finding) -> float:
    """Return how likely "met" is: the confidence of a met, else half of what the confidence leaves to other labels.

    >>> met_probability(Finding("r1", "not_shown", 0.8, None))
    0.1
    """
    if finding.label == "met":
        return finding.confidence
    return round((1 - finding.confidence) / 2, 6)


def bm25_answer(store: Store, posting: str, job_description: str) -> Answer:
    """Order whole letters by BM25 of the job description; a letter that shares no word with it gets 0."""
    ids = {letter.key: letter.letter_id for letter in store.letters(posting)}
    ranks = dict.fromkeys(ids.values(), 0.0)
    ranks |= {ids[key]: score for key, score in store.bm25(posting, job_description)}
    return _by(ranks)


def whole_letter_vectors(store: Store, posting: str, embedder: LetterEmbedder) -> dict[str, np.ndarray]:
    """Embed each letter as one text, what exceeds the window cut off, as a sentence encoder does with a long text.

    Returns float32 (dimension,), unit norm, by letter id.
    """
    letters = list(store.letters(posting))
    window = embedder.window - SPECIAL_PIECES
    vectors = embedder.embed_passages([first_pieces(letter.judged_text, window) for letter in letters])
    return {letter.letter_id: vector for letter, vector in zip(letters, vectors, strict=True)}


def whole_letter_answer(
    letters: Mapping[str, np.ndarray], job_description: str, embedder: LetterEmbedder
) -> Answer:
    """Order letters by the cosine of the whole letter to the job, which is cut off like them."""
    query = embedder.embed_query(first_pieces(job_description, embedder.window - SPECIAL_PIECES))
    return _by({letter_id: float(vector @ query) for letter_id, vector in letters.items()})


def first_pieces(text: str, count: int) -> str:
    """Return as much of ``text`` as its first ``count`` MiniLM word pieces cover."""
    from ingestion.minilm import piece_starts

    starts = piece_starts(text)
    return text[: starts[count]] if len(starts) > count else text


def best_sentence_answer(
    store: Store, posting: str, requirements: Sequence[Requirement], embedder: LetterEmbedder
) -> Answer:
    """Order letters by the cosine of the best sentence to each requirement, averaged over the requirements.

    Its ``p_met`` are the cosines; ``with_labels`` adds labels once thresholds are known.
    """
    queries = embedder.embed_queries([requirement.text for requirement in requirements])
    best: dict[str, np.ndarray] = {}
    for material in store.material(posting, embedder.identity.key):
        best[material.letter.letter_id] = (material.vectors @ queries.T).max(axis=0)
    cosines = {
        (letter_id, requirement.id): float(cosine)
        for letter_id, row in best.items()
        for requirement, cosine in zip(requirements, row, strict=True)
    }
    answer = _by({letter_id: float(row.mean()) for letter_id, row in best.items()})
    return Answer(winner=answer.winner, order=answer.order, p_met=cosines)


def with_labels(answer: Answer, partial: float, met: float) -> Answer:
    """Label each pair by two thresholds on its cosine: ``met`` and above, ``partial`` and above, and the rest."""
    if answer.p_met is None:
        raise ValueError("labels by thresholds need a cosine a pair, but the answer has none")
    labels: dict[Pair, Label] = {
        pair: "met" if cosine >= met else "partial" if cosine >= partial else "not_shown"
        for pair, cosine in answer.p_met.items()
    }
    return Answer(answer.winner, answer.order, labels, answer.p_met)


def _by(ranks: Mapping[str, float]) -> Answer:
    """Order by rank value, ties in natural id order; the first is the winner, since no baseline ever declines."""
    order = tuple(sorted(ranks, key=lambda letter_id: (-ranks[letter_id], natural_key(letter_id))))
    return Answer(winner=order[0] if order else None, order=order)

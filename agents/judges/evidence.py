"""The default judge: for each requirement the letter's best sentence, labelled by what its words and meaning show.

Needs no language model. A letter is read alone, and every label but not_shown quotes the words that carry it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import JsonValue

from agents.judges.asks import Ask, read_ask
from agents.judges.claimant import Claimant, ClaimModel, claim_model_hash, claimant_of, load_claim_model
from agents.judges.conditions import conditions_of
from agents.judges.lexicon import lexicon_hash
from agents.judges.matching import Reading, read_sentence
from agents.judges.support import HALF, MET, NO_SUPPORT, PARTIAL, Support, support_of
from agents.judging import LetterReader, quote_span
from agents.rationale import listed
from agents.registry import PipelineError
from agents.verdict import Finding, Label, Requirement
from ingestion.records import LetterMaterial

if TYPE_CHECKING:
    from ingestion.embedders import LetterEmbedder

EVIDENCE_VERSION = "3"
"""Raised when the same letter and requirement may get another label."""

CALIBRATED_FOR = "sentence-transformers/all-MiniLM-L6-v2"
"""The encoder whose cosines the thresholds were set for; another's cosines mean something else."""

SLOPE = 9.0
"""Steepness of the logistic curve that turns distance from a threshold into confidence."""

QUOTE_MINIMUM = 25
"""Characters below which a quote is widened to its clause, so that it can be understood alone."""

_CLAUSE_EDGE = re.compile(r"(?:[;—•]|[,:](?!\d))\s*|\s–\s|\s-\s|\band\b\s*|\bbut\b\s*")


class EvidenceJudge:
    """Labels by words, years, degrees, credentials, whose claim it is, and MiniLM cosines."""

    strategy: str = "evidence"
    languages: frozenset[str] = frozenset({"en"})
    limit: int | None = None

    def __init__(self, embedder: LetterEmbedder, *, learned: bool = True) -> None:
        """Take an embedder of the model the judge is calibrated for; ``learned=False`` leaves out the claim model, to compare."""
        if embedder.identity.model != CALIBRATED_FOR:
            raise PipelineError(
                f"the evidence judge is calibrated for {CALIBRATED_FOR}, but the pipeline embeds with "
                f"{embedder.identity.model}; use --pipeline offline"
            )
        self._embedder = embedder
        self._claims = load_claim_model() if learned else None

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this judge depends on."""
        return {
            "strategy": self.strategy,
            "version": EVIDENCE_VERSION,
            "lexicon": lexicon_hash(),
            "claims": claim_model_hash() if self._claims else None,
        }

    def reader(self, requirements: Sequence[Requirement]) -> LetterReader:
        """Embed the requirements once and return the function that reads one letter against them."""
        weigh = self.weigher(requirements)

        def read(material: LetterMaterial) -> tuple[Finding, ...]:
            found = zip(requirements, weigh(material), strict=True)
            return tuple(_finding(requirement, weighed, material) for requirement, weighed in found)

        return read

    def weigher(self, requirements: Sequence[Requirement]) -> Callable[[LetterMaterial], tuple[Weighed, ...]]:
        """Embed the requirements once and return the function that weighs one letter against each, without a label."""
        wanted = [_Wanted.of(requirement.text, self._embedder) for requirement in requirements]

        def weigh(material: LetterMaterial) -> tuple[Weighed, ...]:
            judged_text = material.letter.judged_text
            readings = [read_sentence(judged_text[s.start : s.end]) for s in material.sentences]
            vectors = material.vectors.astype(np.float64)
            letter = _Sentences(readings, vectors, self._claims)
            return tuple(_weigh(one, letter) for one in wanted)

        return weigh


class _Sentences:
    """One letter's sentences as they are read: ``readings`` and unit ``vectors`` (sentences, dimension)."""

    def __init__(self, readings: Sequence[Reading], vectors: np.ndarray, claims: ClaimModel | None) -> None:
        self.readings = readings
        self.vectors = vectors
        self._claims = claims
        self._claimants: dict[int, Claimant] = {}

    def claimant(self, index: int) -> Claimant:
        """Return whose claim the sentence clearly makes, ``own`` where that is not clear. Asked of few, so worked out late."""
        if self._claims is None:
            return "own"
        if index not in self._claimants:
            reading = self.readings[index]
            (row,) = self._claims.probabilities([reading], self.vectors[index : index + 1])
            self._claimants[index] = claimant_of(reading, row)
        return self._claimants[index]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for, a requirement or one condition of it, with its vector (dimension,)."""

    ask: Ask
    query: np.ndarray
    conditions: tuple[_Wanted, ...] = ()

    @classmethod
    def of(cls, text: str, embedder: LetterEmbedder) -> _Wanted:
        texts = (text, *conditions_of(text))
        queries = embedder.embed_queries(texts).astype(np.float64)
        whole, *parts = (cls(read_ask(one), query) for one, query in zip(texts, queries, strict=True))
        return replace(whole, conditions=tuple(parts))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a letter says for one requirement before any threshold: its best sentence, and the first that denies it.

    ``strength`` is 0 to about 1.2; ``place`` and ``denied_at`` are numbers of sentences, ``denied_at`` None without a denial.
    """

    strength: float
    place: int
    support: Support | None
    denied_at: int | None
    denial: Support | None

    def label(self, met: float = MET, partial: float = PARTIAL) -> Label:
        """Return the label for these thresholds of the strength: a denial counts where nothing else is shown."""
        if self.strength < partial and self.denial is not None:
            return "contradicted"
        return "met" if self.strength >= met else "partial" if self.strength >= partial else "not_shown"


def _weigh(wanted: _Wanted, letter: _Sentences) -> Weighed:
    whole = _weigh_one(wanted, letter)
    if not wanted.conditions or whole.strength >= MET:
        return whole
    parts = [_weigh_one(part, letter) for part in wanted.conditions]
    return _joined(whole, parts, wanted)


def _weigh_one(wanted: _Wanted, letter: _Sentences) -> Weighed:
    similarities = letter.vectors @ wanted.query
    best: Support | None = None
    place = 0
    denied_at: int | None = None
    denial: Support | None = None
    for index, reading in enumerate(letter.readings):
        support = support_of(wanted.ask, reading, round(float(similarities[index]), 6))
        if support.strength >= PARTIAL and letter.claimant(index) != "own":
            support = NO_SUPPORT
        if support.denied and denial is None:
            denied_at, denial = index, support
        if best is None or support.strength > best.strength:
            best, place = support, index
    return Weighed(0.0 if best is None else best.strength, place, best, denied_at, denial)


def _joined(whole: Weighed, parts: Sequence[Weighed], wanted: _Wanted) -> Weighed:
    """Read conditions one by one: all plainly shown is met, wherever they stand; some of them are a part.

    The weakest of those shown speaks, so that its words are quoted, and a note names the rest.
    """
    texts = [part.ask.text for part in wanted.conditions]
    shown = [place for place, part in enumerate(parts) if part.strength >= PARTIAL]
    if not shown:
        return whole
    weakest = min(shown, key=lambda place: parts[place].strength)
    strength = parts[weakest].strength
    missing = [text for place, text in enumerate(texts) if place not in shown]
    if missing:
        strength = min(strength, HALF)
        note = f"{listed([texts[place] for place in shown])} shown, not {listed(missing)}"
    else:
        others = [texts[place] for place in shown if place != weakest]
        note = f"{texts[weakest]} here, {listed(others)} elsewhere in the letter"
    if strength <= whole.strength and whole.support is not None:
        return whole if whole.support.note else replace(whole, support=replace(whole.support, note=note))
    support = parts[weakest].support
    assert support is not None
    return replace(whole, strength=strength, place=parts[weakest].place, support=replace(support, note=note))


def _finding(requirement: Requirement, weighed: Weighed, material: LetterMaterial) -> Finding:
    label = weighed.label()
    if label == "contradicted" and weighed.denial is not None and weighed.denied_at is not None:
        return _quoted(requirement, label, 0.7, material, weighed.denied_at, weighed.denial)
    confidence = label_confidence(label, weighed.strength)
    if weighed.support is None or label == "not_shown":
        return Finding(requirement.id, "not_shown", confidence, None)
    return _quoted(requirement, label, confidence, material, weighed.place, weighed.support)


def label_confidence(label: Label, strength: float, met: float = MET, partial: float = PARTIAL) -> float:
    """Return how far the strength lies on the label's side of its thresholds, as a probability."""
    above_met = 1 / (1 + math.exp(-SLOPE * (strength - met)))
    above_partial = 1 / (1 + math.exp(-SLOPE * (strength - partial)))
    by_label = {"met": above_met, "partial": above_partial - above_met, "not_shown": 1 - above_partial}
    return round(by_label[label], 6)


def _quoted(
    requirement: Requirement,
    label: Label,
    confidence: float,
    material: LetterMaterial,
    place: int,
    support: Support,
) -> Finding:
    sentence = material.sentences[place]
    text = material.letter.judged_text[sentence.start : sentence.end]
    start, end = clause_around(text, support.start, support.end)
    quote = quote_span(material.letter, sentence.start + start, sentence.start + end)
    return Finding(requirement.id, label, confidence, quote, support.note)


def clause_around(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to the clause it stands in, so that the quote reads as words that somebody wrote.

    >>> text = "I hold a degree in Law, and have obtained AWS certification."
    >>> first, last = clause_around(text, 42, 59)
    >>> text[first:last]
    'have obtained AWS certification'
    >>> text = "I doubled sales to 40,000 units, and left."
    >>> first, last = clause_around(text, 2, 9)
    >>> text[first:last]
    'I doubled sales to 40,000 units'
    """
    edges = [0, *(match.end() for match in _CLAUSE_EDGE.finditer(sentence))]
    first = max((edge for edge in edges if edge <= start), default=0)
    closing = [match.start() for match in _CLAUSE_EDGE.finditer(sentence, end)]
    last = min(closing, default=len(sentence))
    while last - first < QUOTE_MINIMUM and first > 0:
        first = max(edge for edge in edges if edge < first)
    while last - first < QUOTE_MINIMUM and last < len(sentence):
        later = [match.start() for match in _CLAUSE_EDGE.finditer(sentence, last + 1)]
        last = min(later, default=len(sentence))
    while last > first and sentence[last - 1] in " ,;:.!\n\t":
        last -= 1
    while first < last and sentence[first].isspace():
        first += 1
    return (first, last) if last > first else (0, len(sentence))

"""Readers of planted letters whose answers are known: one that knows the truth, one that sees merit everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from agents.judging import LetterReader
from agents.verdict import Finding, Label, Quote, Requirement
from evals.planted import PlantedLetter, Trade
from ingestion.letter import Letter, OffsetMap, Passage
from ingestion.records import LetterMaterial


def material_without_vectors(planted: PlantedLetter) -> LetterMaterial:
    """The letter as one sentence; no vector says anything about it."""
    text = planted.text
    letter = Letter(1, "planted", planted.letter_id, None, text, text, OffsetMap(()), "en", "planted")
    return LetterMaterial(letter, (Passage(0, 1, "sentence", 0, len(text)),), np.zeros((1, 384), np.float32))


def knowing_reader(trades: Sequence[Trade]) -> Callable[[Sequence[Requirement]], LetterReader]:
    """A reader that looks each requirement's showing sentences up."""
    showing: dict[str, tuple[str, ...]] = {}
    for one in (one for trade in trades for one in trade.requirements):
        showing[one.text] = (*showing.get(one.text, ()), *one.shows, *one.otherwise)

    def reader(asked: Sequence[Requirement]) -> LetterReader:
        def read(material: LetterMaterial) -> tuple[Finding, ...]:
            text = material.letter.text
            return tuple(
                _finding(one, "met" if any(s in text for s in showing[one.text]) else "not_shown", text)
                for one in asked
            )

        return read

    return reader


def keen_reader(asked: Sequence[Requirement]) -> LetterReader:
    """A reader for whom everything is met."""

    def read(material: LetterMaterial) -> tuple[Finding, ...]:
        return tuple(_finding(one, "met", material.letter.text) for one in asked)

    return read


def _finding(one: Requirement, label: Label, text: str) -> Finding:
    quote = None if label == "not_shown" else Quote(text[:10], 0, 10)
    return Finding(one.id, label, 1.0, quote)

"""What a judge makes of planted letters: its labels by kind of sentence, its order and winner, and what deleting does.

Judges letters as they are, without a store, by a function from requirements to a reader; prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from agents.verdict import Assessment, Label
from evals.metrics import Estimate, kendall_tau_b, pooled_with_error
from evals.planted import PlantedLetter, PlantedRequirement, Trade, Truth, planted_letters

if TYPE_CHECKING:
    from agents.judging import LetterReader
    from agents.verdict import Requirement
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.records import LetterMaterial

TRUTHS: tuple[Truth, ...] = get_args(Truth)
POOLS = 4
POOL = 12
"""Pools a trade, and letters a pool: a shortlist in which several people show nearly everything."""

RIGHT: Mapping[Truth, frozenset[Label]] = {
    "shown": frozenset({"met"}),
    "otherwise": frozenset({"met"}),
    "absent": frozenset({"not_shown"}),
    "wish": frozenset({"not_shown"}),
    "other": frozenset({"not_shown"}),
    "denial": frozenset({"contradicted", "not_shown"}),
    "asked": frozenset({"not_shown"}),
    "neighbour": frozenset({"not_shown", "partial"}),
}
"""Which labels are right. Silence about a denial scores the same; whether a neighbour earns half is a matter of taste."""

_WORTH: Mapping[Label, float] = {"met": 1.0, "partial": 0.5, "not_shown": 0.0, "contradicted": 0.0}


@dataclass(frozen=True, slots=True)
class PlantedLabel:
    """One label beside the truth. ``sentence`` is the planted one, None where nothing was planted; ``note`` is the judge's."""

    requirement: str
    truth: Truth
    sentence: str | None
    found: Label
    quote: str | None
    note: str = ""

    @property
    def right(self) -> bool:
        """Whether the label is one of the right ones."""
        return self.found in RIGHT[self.truth]


@dataclass(frozen=True, slots=True)
class TradeMeasures:
    """What was measured in one trade, one number a pool, a deletion or a label (1 for right, 0 for wrong)."""

    name: str
    held_out: bool
    letters: int
    labels: tuple[PlantedLabel, ...]
    winners: tuple[float, ...]
    taus: tuple[float, ...]
    dropped: tuple[float, ...]
    unchanged: tuple[float, ...]
    swapped: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A share or mean over ``items``; its standard error is that of leaving out one trade at a time."""

    name: str
    estimate: Estimate
    items: int


JudgeReader = Callable[["Sequence[Requirement]"], "LetterReader"]
Material = Callable[[PlantedLetter], "LetterMaterial"]


def measure_trades(
    trades: Sequence[Trade], reader: JudgeReader, material: Material, *, seed: int, pools: int = POOLS
) -> tuple[TradeMeasures, ...]:
    """Write letters of each trade, let the judge read them, and measure.

    Raises:
        ValueError: fewer than two trades, since a job is swapped for another trade's.
    """
    if len(trades) < 2:
        raise ValueError(f"swapping a job needs at least 2 trades, but got {len(trades)}")
    measured: list[TradeMeasures] = []
    for place, trade in enumerate(trades):
        other = trades[(place + 1) % len(trades)]
        measured.append(_measure_trade(trade, other, reader, material, seed, pools))
    return tuple(measured)


def _measure_trade(
    trade: Trade, other: Trade, reader: JudgeReader, material: Material, seed: int, pools: int
) -> TradeMeasures:
    asked = [one.requirement() for one in trade.requirements]
    read = _Judge(asked, reader, material)
    elsewhere = _Judge([one.requirement() for one in other.requirements], reader, material)
    labels: list[PlantedLabel] = []
    winners: list[float] = []
    taus: list[float] = []
    dropped: list[float] = []
    unchanged: list[float] = []
    swapped: list[float] = []
    for pool in range(pools):
        letters = planted_letters(trade, POOL, seed * 1000 + pool)
        strangers = planted_letters(other, POOL, seed * 1000 + pool)
        found = [read(letter) for letter in letters]
        for letter, assessment in zip(letters, found, strict=True):
            labels.extend(_labels(trade.requirements, letter, assessment))
            for drop, same in _deletions(letter, assessment, read):
                dropped.append(drop)
                unchanged.extend(same)
        worth = [_true_worth(letter, asked) for letter in letters]
        best = {one.letter_id for one, score in zip(letters, worth, strict=True) if score == max(worth)}
        winners.append(float(read.winner(letters) in best))
        tau = kendall_tau_b(worth, [read.score(one) for one in found])
        if tau is not None:
            taus.append(tau)
        mixed = [*letters, *strangers]
        swapped.append(float(read.winner(mixed) != elsewhere.winner(mixed)))
    return TradeMeasures(
        trade.name,
        trade.held_out,
        pools * POOL,
        tuple(labels),
        tuple(winners),
        tuple(taus),
        tuple(dropped),
        tuple(unchanged),
        tuple(swapped),
    )


class _Judge:
    """A judge asked for one job's requirements."""

    def __init__(self, asked: Sequence[Requirement], reader: JudgeReader, material: Material) -> None:
        self._asked = asked
        self._read = reader(asked)
        self._material = material

    def __call__(self, letter: PlantedLetter) -> Assessment:
        return Assessment(1, letter.letter_id, None, None, self._read(self._material(letter)))

    def score(self, assessment: Assessment) -> float:
        from agents.scoring import exact_score

        return float(exact_score(assessment.findings, self._asked))

    def winner(self, letters: Sequence[PlantedLetter]) -> str | None:
        from agents.scoring import first_or_reason, rank_letters

        ranking = rank_letters([self(letter) for letter in letters], self._asked)
        first, _ = first_or_reason(ranking, self._asked, len(letters))
        return None if first is None else first.assessment.letter_id


def _labels(
    requirements: Sequence[PlantedRequirement], letter: PlantedLetter, assessment: Assessment
) -> Iterator[PlantedLabel]:
    planted = {one.requirement_id: one.text for one in letter.planted}
    for one, finding in zip(requirements, assessment.findings, strict=True):
        quote = None if finding.quote is None else finding.quote.text
        yield PlantedLabel(
            one.text, letter.truth_of(one.id), planted.get(one.id), finding.label, quote, finding.note
        )


def _deletions(
    letter: PlantedLetter, assessment: Assessment, read: _Judge
) -> Iterator[tuple[float, list[float]]]:
    """Delete each showing sentence whose label earned something: did that label fall, did the others stay?"""
    before: dict[str, Label] = {finding.requirement_id: finding.label for finding in assessment.findings}
    for requirement_id in sorted(letter.shown):
        if _WORTH[before[requirement_id]] == 0:
            continue
        after: dict[str, Label] = {
            finding.requirement_id: finding.label for finding in read(letter.without(requirement_id)).findings
        }
        fell = _WORTH[after[requirement_id]] < _WORTH[before[requirement_id]]
        yield float(fell), [float(after[one] == before[one]) for one in before if one != requirement_id]


def _true_worth(letter: PlantedLetter, asked: Sequence[Requirement]) -> float:
    return sum(one.weight for one in asked if one.id in letter.shown)


def measures_of(trades: Sequence[TradeMeasures]) -> tuple[Measure, ...]:
    """Return each measure over some trades: the labels by kind first, then the order, then the deletions."""
    rows: list[tuple[str, list[tuple[float, ...]]]] = [
        (truth, [tuple(float(one.right) for one in trade.labels if one.truth == truth) for trade in trades])
        for truth in TRUTHS
    ]
    rows += [
        ("all labels", [tuple(float(one.right) for one in trade.labels) for trade in trades]),
        ("acceptable winner", [trade.winners for trade in trades]),
        ("Kendall tau", [trade.taus for trade in trades]),
        ("deletion drops the label", [trade.dropped for trade in trades]),
        ("other labels unchanged", [trade.unchanged for trade in trades]),
        ("another job, another winner", [trade.swapped for trade in trades]),
    ]
    return tuple(
        Measure(name, pooled_with_error(_mean, groups), sum(len(group) for group in groups))
        for name, groups in rows
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def letter_material(embedder: LetterEmbedder) -> Material:
    """Return a function that masks, cuts and embeds a planted letter as an ingest would; a sentence is embedded once."""
    from evals.text_material import TextMaterial

    material = TextMaterial(embedder)
    return lambda planted: material(planted.text, planted.letter_id)

"""How the evaluation on planted letters is shown: tables for people, one JSON object for programs.

Measures nothing. Of held-out trades it shows the numbers alone, never a sentence, so that no rule is written for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.planted_measures import TRUTHS, Measure, PlantedLabel, TradeMeasures, measures_of
from evals.wrong_labels import Kind, WrongLabel, cause_of, kind_of
from evals.wrong_labels_report import counts_json, print_counts

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.verdict import Label

NARROWEST = 108
"""Columns below which the tables would break inside their numbers."""

MEANING = {
    "shown": "shown, in its words",
    "otherwise": "shown, in other words",
    "absent": "nothing said",
    "wish": "a wish",
    "other": "somebody else's merit",
    "denial": "a denial",
    "asked": "the advertisement's words",
    "neighbour": "a neighbour of it",
}
LABELS: tuple[Label, ...] = ("met", "partial", "not_shown", "contradicted")


@dataclass(frozen=True, slots=True)
class PlantedReport:
    """What was measured, trade by trade, and the seed that the letters were written with."""

    seed: int
    trades: tuple[TradeMeasures, ...]

    @property
    def parts(self) -> dict[str, tuple[TradeMeasures, ...]]:
        """The open trades and the held-out ones."""
        return {
            "open": tuple(trade for trade in self.trades if not trade.held_out),
            "held_out": tuple(trade for trade in self.trades if trade.held_out),
        }


def planted_json(report: PlantedReport) -> dict[str, JsonValue]:
    """Return the report as ``--json`` prints it: both parts, the labels by kind, and the open trades' wrong labels."""
    return {
        "schema": 1,
        "seed": report.seed,
        "parts": {
            name: {
                "trades": [trade.name for trade in trades],
                "letters": sum(trade.letters for trade in trades),
                "measures": {one.name: _measure_json(one) for one in measures_of(trades)},
                "labels": {truth: dict(found) for truth, found in _found(trades).items()},
                "wrong": counts_json(wrong_of(trades), _kinds(trades)),
            }
            for name, trades in report.parts.items()
        },
        "errors": [
            {
                "trade": trade,
                "kind": wrong.truth,
                "requirement": wrong.requirement,
                "sentence": wrong.sentence,
                "found": wrong.found,
                "quote": wrong.quote,
                "times": times,
            }
            for (trade, wrong), times in errors_of(report.parts["open"])
        ],
    }


def errors_of(trades: Sequence[TradeMeasures]) -> list[tuple[tuple[str, PlantedLabel], int]]:
    """Return the wrong labels of trades, each once with how often it occurred, by kind and then the most frequent."""
    counted = Counter((trade.name, one) for trade in trades for one in trade.labels if not one.right)
    return sorted(
        counted.items(), key=lambda entry: (TRUTHS.index(entry[0][1].truth), -entry[1], str(entry[0]))
    )


def wrong_of(trades: Sequence[TradeMeasures]) -> list[WrongLabel]:
    """Return the wrong labels as they are counted by kind and by cause: the right one is the best of the right ones."""
    found: list[WrongLabel] = []
    for trade in trades:
        for one in trade.labels:
            if one.right:
                continue
            right: Label = "met" if one.truth in {"shown", "otherwise"} else "not_shown"
            words, quote = one.sentence or "", one.quote or ""
            text = words if quote in words else f"{words}\n\n{quote}"
            shown = [words] if right == "met" else []
            cause = cause_of(one.requirement, right, one.found, text, shown, quote, one.note)
            kind = kind_of(one.requirement)
            found.append(
                WrongLabel(trade.name, "", kind, one.requirement, right, one.found, cause, words, quote)
            )
    return found


def _kinds(trades: Sequence[TradeMeasures]) -> Counter[Kind]:
    return Counter(kind_of(one.requirement) for trade in trades for one in trade.labels)


def print_planted(report: PlantedReport, *, errors: bool) -> None:
    """Print the measures of both parts, the labels by kind, and with ``errors`` the open trades' wrong ones."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    parts = {name: trades for name, trades in report.parts.items() if trades}
    for name, trades in parts.items():
        letters = sum(trade.letters for trade in trades)
        console.print(
            f"{name.replace('_', ' ')}: {', '.join(trade.name for trade in trades)}; {letters} letters, seed {report.seed}"
        )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for name in parts:
        table.add_column(name.replace("_", " "), justify="right", no_wrap=True)
        table.add_column("n", justify="right", no_wrap=True)
    for rows in zip(*(measures_of(trades) for trades in parts.values()), strict=True):
        cells = [cell for one in rows for cell in (_shown(one), str(one.items))]
        table.add_row(MEANING.get(rows[0].name, rows[0].name), *cells)
    console.print(table)
    console.print("\u00b1 one standard error, by leaving out a trade. Kinds: the share of right labels.\n")
    for name, trades in parts.items():
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
        table.add_column(f"{name.replace('_', ' ')}: what the letter holds", no_wrap=True)
        for label in LABELS:
            table.add_column(label, justify="right", no_wrap=True)
        for truth, found in _found(trades).items():
            table.add_row(MEANING[truth], *(str(found[label]) for label in LABELS))
        console.print(table)
        console.print()
    if errors:
        for name, trades in parts.items():
            print_counts(console, name.replace("_", " "), wrong_of(trades), _kinds(trades))
        for (trade, wrong), times in errors_of(report.parts["open"]):
            said = wrong.sentence or wrong.quote or ""
            console.print(
                f"{times} x {trade}, {MEANING[wrong.truth]}: {wrong.found} for {wrong.requirement!r}: {said}"
            )


def _found(trades: Sequence[TradeMeasures]) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {truth: Counter() for truth in TRUTHS}
    for trade in trades:
        for one in trade.labels:
            counted[one.truth][one.found] += 1
    return counted


def _measure_json(measure: Measure) -> dict[str, JsonValue]:
    value, error = measure.estimate.value, measure.estimate.standard_error
    return {
        "value": None if value is None else round(value, 6),
        "standard_error": None if error is None else round(error, 6),
        "trades": measure.estimate.n,
        "n": measure.items,
    }


def _shown(measure: Measure) -> str:
    value, error = measure.estimate.value, measure.estimate.standard_error
    if value is None:
        return "-"
    return f"{value:.3f}" if error is None else f"{value:.3f} \u00b1{error:.3f}"

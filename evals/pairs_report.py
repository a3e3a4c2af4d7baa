"""How the evaluation on labelled pairs is shown: tables for people, one JSON object for programs.

Measures nothing. Of the part ``test`` it shows numbers alone, never a passage, so that no rule is written for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.pairs import WAYS, PairMeasures, PairReading, PairsReport, folded
from evals.report import six
from evals.wrong_labels import SWAPS
from evals.wrong_labels_report import swap_head

if TYPE_CHECKING:
    from pydantic import JsonValue
    from rich.console import Console

    from agents.verdict import Label
    from evals.metrics import Estimate

NARROWEST = 118
"""Columns below which the tables would break inside their numbers."""

WAY_MEANING = {
    "words": "shown, in its words",
    "otherwise": "shown, in other words",
    "weaker": "something weaker",
    "denied": "a denial",
    "wish": "a wish",
    "others": "somebody else's merit",
    "advertisement": "the advertisement's words",
    "neighbour": "a neighbour of it",
    "unrelated": "something unrelated",
}
LABELS: tuple[Label, ...] = ("met", "partial", "not_shown", "contradicted")
_ESTIMATES = ("accuracy", "macro_f1", "auc", "quotes_overlap", "quote_f1")


def print_pairs(report: PairsReport, *, errors: bool) -> None:
    """Print the measures over all pairs, by way, by kind and by trade, and with ``errors`` the wrong labels of train."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    whole = report.overall
    console.print(
        f"{report.part}: {len(report.by_trade)} trade{'' if len(report.by_trade) == 1 else 's'}, {whole.passages:,} passages, {whole.pairs:,} pairs of a passage "
        "and a wording of its requirement\n"
    )
    every = ["accuracy", "macro_f1", "auc", "quotes_overlap", "quote_f1"]
    _print_table(console, "", [whole], every)
    _print_table(console, "what the passage is", report.by_way, ["accuracy", "auc"], counts=True)
    _print_table(console, "kind of requirement", report.by_kind, every)
    _print_table(console, "trade", report.by_trade, every)
    console.print(
        "\u00b1 one standard error, by leaving out a trade. A denial counts as not shown. AUC: met against the rest; for a "
        "passage\nthat shows it, against all that do not; for any other, all that show it against these. Quotes: pairs with "
        "words\nmarked and words quoted; F1 over words."
    )
    if errors:
        console.print()
        _print_swaps(console, report)
        if report.part == "test":
            console.print(
                "The wrong labels of test are not listed: it is measured on, and no rule is written for it."
            )
        for wrong in errors_of(report):
            console.print(
                f"{wrong.pair.trade}, {WAY_MEANING[wrong.pair.way]}: {wrong.found} for {wrong.pair.requirement!r} "
                f"({wrong.pair.kind}): {wrong.pair.passage}"
                + ("" if wrong.quote is None else f"  [quoted: {wrong.quote}]")
            )


def _print_swaps(console: Console, report: PairsReport) -> None:
    """Print which label stands for which, by kind of requirement."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("kind of requirement", no_wrap=True)
    for head in ("pairs", "wrong", *(swap_head(right, found) for right, found in SWAPS)):
        table.add_column(head, justify="right", no_wrap=True)
    for name, some in [
        *((kind.name, [r for r in report.readings if r.pair.kind == kind.name]) for kind in report.by_kind),
        ("all", report.readings),
    ]:
        counted = Counter((one.expected, folded(one.found)) for one in some)
        wrong = sum(not one.right for one in some)
        table.add_row(name, str(len(some)), str(wrong), *(str(counted[swap] or "") for swap in SWAPS))
    console.print(table)
    console.print()


def errors_of(report: PairsReport) -> list[PairReading]:
    """Return the wrong labels by way and kind, the surest mistakes first; none of the part ``test``."""
    if report.part == "test":
        return []
    wrong = [one for one in report.readings if not one.right]
    return sorted(
        wrong,
        key=lambda one: (
            WAYS.index(one.pair.way),
            one.pair.kind,
            one.strength if one.pair.label == "met" else -one.strength,
            one.pair.trade,
            one.pair.passage,
            one.pair.requirement,
        ),
    )


def pairs_json(report: PairsReport) -> dict[str, JsonValue]:
    """Return the report as ``--json`` prints it; the wrong labels of ``train`` with it."""
    return {
        "schema": 1,
        "part": report.part,
        "trades": len(report.by_trade),
        "passages": report.overall.passages,
        "pairs": report.overall.pairs,
        "overall": _json(report.overall),
        "by_way": {one.name: _json(one) for one in report.by_way},
        "by_kind": {one.name: _json(one) for one in report.by_kind},
        "by_trade": {one.name: _json(one) for one in report.by_trade},
        "errors": [
            {
                "trade": one.pair.trade,
                "kind": one.pair.kind,
                "way": one.pair.way,
                "requirement": one.pair.requirement,
                "passage": one.pair.passage,
                "found": one.found,
                "strength": six(one.strength),
                "quote": one.quote,
            }
            for one in errors_of(report)
        ],
    }


_HEADS = {
    "accuracy": "right\nlabels",
    "macro_f1": "label\nmacro-F1",
    "auc": "AUC",
    "quotes_overlap": "quotes on\nthe words",
    "quote_f1": "quote\nword F1",
}


def _print_table(
    console: Console, title: str, rows: Sequence[PairMeasures], shown: Sequence[str], *, counts: bool = False
) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(title, no_wrap=True)
    table.add_column("pairs", justify="right", no_wrap=True)
    for name in shown:
        table.add_column(_HEADS[name], justify="right", no_wrap=True)
    for label in LABELS if counts else ():
        table.add_column(label, justify="right", no_wrap=True)
    for one in rows:
        cells = [_shown(getattr(one, name)) for name in shown]
        cells += [str(one.found[label]) for label in LABELS] if counts else []
        table.add_row(WAY_MEANING.get(one.name, one.name), str(one.pairs), *cells)
    console.print(table)
    console.print()


def _json(one: PairMeasures) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {label: one.found[label] for label in LABELS}
    estimates: dict[str, JsonValue] = {name: _estimate_json(getattr(one, name)) for name in _ESTIMATES}
    return {"pairs": one.pairs, "passages": one.passages, "quotes": one.quotes, "found": found, **estimates}


def _estimate_json(one: Estimate) -> dict[str, JsonValue]:
    return {"value": six(one.value), "standard_error": six(one.standard_error), "trades": one.n}


def _shown(one: Estimate) -> str:
    if one.value is None:
        return "-"
    return (
        f"{one.value:.3f}"
        if one.standard_error is None
        else f"{one.value:.3f} \u00b1{one.standard_error:.3f}"
    )

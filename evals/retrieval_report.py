"""How a retrieval evaluation is shown: tables for people, one JSON object for programs.

Measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agents.rationale import one_line
from evals.report import NARROWEST, number, six
from evals.retrieval import COMPARED, MEASURES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from evals.metrics import Estimate
    from evals.retrieval import SetReport, SystemScores, Versus
    from evals.retrieval_compare import Beside

NAMED = 40
"""Characters of a document id that a table shows."""

QUERY_SHOWN = 90
"""Characters of a query that are shown."""

SMALLEST_SHOWN = 0.0005
"""A smaller p is shown as below 0.001."""


def print_sets(reports: Sequence[SetReport]) -> None:
    """Print for each set a table of the systems, the bootstrap of one measure, and what was refused."""
    console = _console()
    for report in reports:
        console.print(
            f"SET {one_line(report.name)}: {report.queries} queries, {report.documents} documents; an answer is "
            f"{report.relevance}",
            soft_wrap=True,
        )
        console.print(_systems_table(report.systems))
        console.print(f"\u00b1 one standard error, n = {report.queries} queries")
        shown = [one for one in report.versus if one.measure == COMPARED]
        if shown:
            _print_versus(console, shown)
        for line in report.refused:
            console.print(f"REFUSED {one_line(line)}", soft_wrap=True)
        console.print()


def print_runs(found: Sequence[Versus]) -> None:
    """Print how much the second of two saved runs is above the first."""
    console = _console()
    for name in dict.fromkeys(one.set_name for one in found):
        console.print(f"SET {one_line(name)}")
        _print_versus(console, [one for one in found if one.set_name == name])
        console.print()


def print_beside(beside: Beside) -> None:
    """Print two orders side by side; a star marks an answer, and the last lines say what both hold."""
    table = _table("rank")
    for name in beside.names:
        table.add_column(name)
        table.add_column("similarity", justify="right", no_wrap=True)
    for rank in range(max(map(len, beside.found))):
        cells = []
        for order in beside.found:
            one = order[rank] if rank < len(order) else None
            star = " *" if one is not None and one.doc_id in beside.relevant else ""
            cells += [f"{_id(one.doc_id)}{star}", f"{one.similarity:.4f}"] if one is not None else ["", ""]
        table.add_row(str(rank + 1), *cells)
    console = _console()
    console.print(f"QUERY {one_line(beside.query_id)} of {one_line(beside.set_name)}", soft_wrap=True)
    console.print(one_line(beside.text)[:QUERY_SHOWN], soft_wrap=True)
    console.print(table)
    depth = max(map(len, beside.found))
    console.print(
        f"in both: {len(beside.shared)} of {depth} ({', '.join(map(_id, beside.shared)) or 'none'})",
        soft_wrap=True,
    )
    console.print(
        f"Kendall tau of the whole orders: {number(beside.tau)}; * answers the query", soft_wrap=True
    )


def sets_json(reports: Sequence[SetReport], skipped: Sequence[tuple[str, str]]) -> dict[str, JsonValue]:
    """Return the reports as JSON values; numbers have at most 6 decimals, null is "not defined"."""
    return {
        "schema": 1,
        "sets": [
            {
                "set": report.name,
                "relevance": report.relevance,
                "documents": report.documents,
                "queries": report.queries,
                "refused": list(report.refused),
                "systems": [
                    {
                        "system": one.system,
                        "model": one.model,
                        **{measure: _estimate_json(one.mean(measure)) for measure in MEASURES},
                    }
                    for one in report.systems
                ],
                "differences": [_versus_json(one) for one in report.versus],
            }
            for report in reports
        ],
        "skipped": [{"embedder": name, "reason": reason} for name, reason in skipped],
    }


def runs_json(found: Sequence[Versus]) -> dict[str, JsonValue]:
    """Return the differences of two saved runs as JSON values."""
    return {"schema": 1, "differences": [{"set": one.set_name, **_versus_json(one)} for one in found]}


def beside_json(beside: Beside) -> dict[str, JsonValue]:
    """Return one query's two orders as JSON values."""
    return {
        "schema": 1,
        "set": beside.set_name,
        "query_id": beside.query_id,
        "query": beside.text,
        "answers": list(beside.relevant),
        "sides": [
            {
                "system": name,
                "found": [{"id": one.doc_id, "similarity": six(one.similarity)} for one in order],
            }
            for name, order in zip(beside.names, beside.found, strict=True)
        ],
        "in_both": list(beside.shared),
        "kendall_tau": six(beside.tau),
    }


def _systems_table(systems: Sequence[SystemScores]) -> Table:
    table = _table("")
    for measure in MEASURES:
        table.add_column(measure, justify="right", no_wrap=True)
    for one in systems:
        table.add_row(_id(one.system), *(_shown(one.mean(measure)) for measure in MEASURES))
    return table


def _print_versus(console: Console, found: Sequence[Versus]) -> None:
    table = _table("paired bootstrap", no_wrap=False)
    for head in ("measure", "difference", "95 % interval", "p", "n"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in found:
        gain = one.difference
        interval = "-" if gain.low is None else f"{gain.low:+.3f} to {gain.high:+.3f}"
        table.add_row(
            one_line(f"{one.second} above {one.first}"),
            one.measure,
            "-" if gain.mean is None else f"{gain.mean:+.3f}",
            interval,
            _p(gain.p),
            str(gain.n),
        )
    console.print(table)


def _versus_json(one: Versus) -> dict[str, JsonValue]:
    gain = asdict(one.difference)
    return {
        "measure": one.measure,
        "first": one.first,
        "second": one.second,
        **{name: value if name == "n" else six(value) for name, value in gain.items()},
    }


def _estimate_json(estimate: Estimate) -> dict[str, JsonValue]:
    return {
        "value": six(estimate.value),
        "standard_error": six(estimate.standard_error),
        "n": estimate.n,
    }


def _shown(estimate: Estimate) -> str:
    error = "" if estimate.standard_error is None else f" \u00b1{estimate.standard_error:.3f}"
    return f"{number(estimate.value)}{error}"


def _p(value: float | None) -> str:
    return "< 0.001" if value is not None and value < SMALLEST_SHOWN else number(value)


def _id(doc_id: str) -> str:
    return one_line(doc_id)[:NAMED]


def _table(first: str, *, no_wrap: bool = True) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, no_wrap=no_wrap)
    return table


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    return console

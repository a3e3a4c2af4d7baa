"""How an evaluation is shown: tables for people, one JSON object for programs.

Measures nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import JsonValue

from evals.wrong_labels_report import counts_json, print_counts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from evals.judging import JudgingReport, SystemMeasures
    from evals.metrics import Estimate

NARROWEST = 118
"""Columns below which the tables of an evaluation would break inside their numbers."""

_MEASURES: dict[str, str] = {
    "acceptable_winner": "acceptable\nwinner",
    "ndcg": "nDCG",
    "kendall_tau": "Kendall\ntau",
    "macro_f1": "label\nmacro-F1",
    "met_auc": "met\nAUC",
    "score_error": "score off by\n(mean)",
}
"""Field of SystemMeasures -> head of its column."""

_RANGES = ("range_held", "range_width")
"""Fields of SystemMeasures that only a judge with ranges has; they stand in a line of their own."""


def print_judging(report: JudgingReport, *, errors: bool = False) -> None:
    """Print one table of all systems, one of the judge's jobs, and with ``errors`` its wrong labels by kind and cause."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    console.print(
        f"{report.jobs} labelled jobs, {report.letters} letters, {report.pairs} labelled (letter, requirement) pairs"
    )
    console.print(measures_table(report.systems))
    partial, met = report.thresholds
    console.print(
        f"\u00b1 one standard error, n = {report.jobs} jobs. The best sentence's labels use the two thresholds that are "
        f"best\nfor these very labels (partial from {partial:.3f}, met from {met:.3f}); the judge's are fixed in its code.\n"
    )
    for system in report.systems:
        if system.range_held.n:
            console.print(
                f"{system.system}: {_shown(system.range_held)} of the labelled scores lie in their 80 % range, which is "
                f"{_shown(system.range_width)} points wide."
            )
    if report.fits:
        _print_fits(console, report)
    judge = report.systems[0]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(f"{judge.system}, job by job", no_wrap=True)
    for head in (
        "winner",
        "acceptable",
        "nDCG",
        "Kendall tau",
        "macro-F1",
        "met AUC",
        "score off by",
        "unjudged",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for job in judge.jobs:
        table.add_row(
            job.topic,
            job.winner or "none",
            "yes" if job.acceptable else "no",
            *(number(value) for value in (job.ndcg, job.tau, job.macro_f1, job.met_auc, job.score_error)),
            str(job.unjudged),
        )
    console.print(table)
    if errors:
        console.print()
        print_counts(console, judge.system, report.wrong, report.kinds)


def _print_fits(console: Console, report: JudgingReport) -> None:
    """Say what was fitted without each job, beside what the judge's code holds."""
    from rich import box
    from rich.table import Table

    from evals.leave_one_out import SHIPPED

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("fitted without", no_wrap=True)
    for head in ("met from", "partly met from", "partly met is worth"):
        table.add_column(head, justify="right", no_wrap=True)
    topics = [job.topic for job in report.systems[0].jobs]
    for name, one in [*zip(topics, report.fits, strict=True), ("as shipped", SHIPPED)]:
        table.add_row(name, f"{one.met:.2f}", f"{one.partial:.2f}", f"{float(one.worth):.2f}")
    console.print(table)
    console.print(
        "Refitted: two thresholds of the strength and the worth of partly met, set on the other jobs alone, for the "
        "best macro-F1\nand the least score error. The judge's rules and word lists are the same in every row.\n"
    )


def measures_table(systems: Sequence[SystemMeasures]) -> Table:
    """Return one row a system: each measure with its standard error."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for head in _MEASURES.values():
        table.add_column(head, justify="right", no_wrap=True)
    for system in systems:
        table.add_row(system.system, *(_shown(estimate) for estimate in _estimates(system).values()))
    return table


def judging_json(report: JudgingReport, *, errors: bool = False) -> dict[str, JsonValue]:
    """Return the report as JSON values; numbers have at most 6 decimals, null is "not defined"."""
    found: dict[str, JsonValue] = {
        "schema": 1,
        "jobs": report.jobs,
        "letters": report.letters,
        "pairs": report.pairs,
        "thresholds": {"partial": round(report.thresholds[0], 6), "met": round(report.thresholds[1], 6)},
        "systems": [measures_json(system) for system in report.systems],
    }
    if report.fits:
        found["fitted_without_each"] = [
            {"met": one.met, "partial": one.partial, "worth": float(one.worth)} for one in report.fits
        ]
    if errors:
        found["errors"] = counts_json(report.wrong, report.kinds)
    return found


def measures_json(system: SystemMeasures) -> dict[str, JsonValue]:
    """Return one system's measures as JSON values."""
    return {
        "system": system.system,
        **{name: _rounded(estimate) for name, estimate in _estimates(system).items()},
        **{name: _rounded(getattr(system, name)) for name in _RANGES if getattr(system, name).n},
        "by_job": [
            {
                "topic": job.topic,
                "winner": job.winner,
                "acceptable": job.acceptable,
                "ndcg": six(job.ndcg),
                "kendall_tau": six(job.tau),
                "macro_f1": six(job.macro_f1),
                "met_auc": six(job.met_auc),
                "score_error": six(job.score_error),
                "unjudged": job.unjudged,
            }
            for job in system.jobs
        ],
    }


def _estimates(system: SystemMeasures) -> dict[str, Estimate]:
    return {name: getattr(system, name) for name in _MEASURES}


def _rounded(estimate: Estimate) -> dict[str, JsonValue]:
    return {key: six(value) if key != "n" else value for key, value in asdict(estimate).items()}


def six(value: float | None) -> float | None:
    """Round to the 6 decimals that JSON shows; None where there is no number."""
    return None if value is None or math.isnan(value) else round(value, 6)


def _shown(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    error = "" if estimate.standard_error is None else f" \u00b1{estimate.standard_error:.3f}"
    return f"{estimate.value:.3f}{error}"


def number(value: float | None) -> str:
    """Return a number as a table shows it, a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"

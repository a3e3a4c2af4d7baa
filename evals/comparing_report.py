"""How a comparison of pipelines is shown: job by job for people, one JSON object for programs.

Measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agents.rationale import one_line
from evals.report import NARROWEST, measures_json, measures_table, number, six

if TYPE_CHECKING:
    from rich.console import Console

    from evals.comparing import Agreement, ComparingReport, JobAnswer, Ran

NAMED = 24
"""Characters of a letter id that a table shows."""


def print_comparing(report: ComparingReport) -> None:
    """Print each job with what every pipeline says about it, then the measures, then what was skipped."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    for place, job in enumerate(report.jobs):
        if not report.ran:
            break
        console.print(f"JOB {one_line(job.topic)}: {len(job.letters)} letters")
        _print_retrieved(console, report, place)
        for ran in report.ran:
            _print_verdict(console, ran, ran.answers[place])
        found = [one for one in report.agreements if one.topic == job.topic]
        if found:
            _print_agreements(console, found, report.top_k)
        console.print()
    if report.ran:
        console.print(f"MEASURES on {len(report.jobs)} labelled jobs")
        console.print(measures_table([ran.measures for ran in report.ran]))
    for one in report.skipped:
        console.print(f"SKIPPED {one.name}: {one_line(one.reason)}")


def _print_retrieved(console: Console, report: ComparingReport, place: int) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("retrieved\nand cosine", justify="right", no_wrap=True)
    for ran in report.ran:
        table.add_column(f"{ran.name}\n{ran.answers[place].embedder.rsplit('/', 1)[-1]}")
    first = [ran.answers[place].retrieved[: report.top_k] for ran in report.ran]
    for rank in range(max(len(letters) for letters in first)):
        table.add_row(
            str(rank + 1),
            *(
                f"{one_line(letters[rank].letter_id)[:NAMED]}  {number(letters[rank].similarity)}"
                if rank < len(letters)
                else ""
                for letters in first
            ),
        )
    console.print(table)


def _print_verdict(console: Console, ran: Ran, answer: JobAnswer) -> None:
    winner = answer.verdict.winner
    only = ", COMPARISON ONLY" if answer.verdict.comparison_only else ""
    console.print(f"{ran.name} ({answer.judge}{only})", soft_wrap=True)
    if winner is None:
        console.print(f"  WINNER ID: none      {one_line(answer.verdict.declined_because or '')}")
        return
    console.print(f"  WINNER ID: {one_line(winner.letter_id)}      MATCH SCORE: {winner.score:g}/10")
    console.print(f"  DECISION RATIONALE: {one_line(winner.rationale)}")


def _print_agreements(console: Console, found: Sequence[Agreement], top_k: int) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("agreement")
    for head in (
        "same\nwinner",
        f"letters in\nboth top {top_k}",
        "Kendall tau\nof retrieval",
        "Kendall tau\nof ranking",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for one in found:
        table.add_row(
            f"{one.first} and {one.second}",
            "yes" if one.same_winner else "no",
            str(one.shared_top),
            number(one.retrieval_tau),
            number(one.ranking_tau),
        )
    console.print(table)


def comparing_json(report: ComparingReport) -> dict[str, JsonValue]:
    """Return the report as JSON values; numbers have at most 6 decimals, null is "not defined"."""
    return {
        "schema": 1,
        "top_k": report.top_k,
        "jobs": [_job_json(report, place) for place in range(len(report.jobs))],
        "measures": [measures_json(ran.measures) for ran in report.ran],
        "skipped": [{"pipeline": one.name, "reason": one.reason} for one in report.skipped],
    }


def _job_json(report: ComparingReport, place: int) -> JsonValue:
    job = report.jobs[place]
    return {
        "topic": job.topic,
        "letters": len(job.letters),
        "pipelines": [_answer_json(ran.name, ran.answers[place], report.top_k) for ran in report.ran],
        "agreement": [
            {
                "pipelines": [one.first, one.second],
                "same_winner": one.same_winner,
                "shared_top": one.shared_top,
                "retrieval_tau": six(one.retrieval_tau),
                "ranking_tau": six(one.ranking_tau),
            }
            for one in report.agreements
            if one.topic == job.topic
        ],
    }


def _answer_json(name: str, answer: JobAnswer, top_k: int) -> JsonValue:
    winner = answer.verdict.winner
    return {
        "pipeline": name,
        "embedder": answer.embedder,
        "judge": answer.judge,
        "comparison_only": answer.verdict.comparison_only,
        "retrieved": [
            {"letter_id": one.letter_id, "similarity": six(one.similarity)}
            for one in answer.retrieved[:top_k]
        ],
        "winner": None
        if winner is None
        else {"letter_id": winner.letter_id, "score": winner.score, "rationale": winner.rationale},
        "declined_because": answer.verdict.declined_because,
        "ranking": list(answer.ranked),
    }

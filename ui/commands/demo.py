"""`winnow demo`: the whole story on the bundled letters, in a store that is gone afterwards.

Uses what every other command uses; nothing here is made for show.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingestion.samples import DEMO_JOB, jobs, letters_folder
from ui.answers import verdict_in
from ui.commands.ingest import report_lines
from ui.layout import PAGE, fold, requirement_lines
from ui.progress import progress_bar
from ui.terminal import say

if TYPE_CHECKING:
    from agents.verdict import Verdict

EXAMPLE = "Example: winnow demo --job cloud-engineer"


def demo(
    job: Annotated[str, typer.Option("--job", help="Which bundled job to screen for.")] = DEMO_JOB,
) -> None:
    """Read the bundled letters, screen them for a bundled job and print the verdict."""
    started = time.perf_counter()
    bundled = jobs()
    if job not in bundled:
        raise typer.BadParameter(f"--job must be one of {', '.join(bundled)}, but got {job!r}")
    from agents.loading import load_pipeline_embedder
    from agents.report import render_report
    from agents.screening import open_engine
    from ingestion.ingest import ingest
    from ingestion.store import Store

    embedder = load_pipeline_embedder("offline")
    loaded = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="winnow-demo-") as folder,
        Store.open(Path(folder) / "store", create=True) as store,
    ):
        with progress_bar("reading letters") as show:
            report = ingest(
                store,
                embedder,
                [str(letters_folder())],
                on_batch=lambda progress: show(progress.read, None),
            )
        ingested = time.perf_counter()
        with progress_bar("judging letters") as show, open_engine(store) as engine:
            engine.on_progress = show
            verdict = verdict_in(engine.query(bundled[job].text))
    for line in report_lines(report):
        say(line)
    for outcome in report.refused:
        say(f"refused: {outcome}")
    say()
    say(fold("\n".join(job_lines(verdict)), PAGE))
    say()
    say(fold(render_report(verdict), PAGE))
    say()
    stages = (
        ("load the encoder", loaded - started),
        ("read, mask and embed", ingested - loaded),
        ("retrieve", verdict.seconds.retrieve),
        ("judge", verdict.seconds.judge),
        ("in all", time.perf_counter() - started),
    )
    say("SECONDS  " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in stages))


def job_lines(verdict: Verdict) -> list[str]:
    """Return the job description and the requirements that letters are judged by."""
    lines = ["JOB", *(f"  {line}".rstrip() for line in verdict.posting.job_description.strip().splitlines())]
    return [*lines, "", *requirement_lines(verdict.posting.requirements)]

"""Evaluations over the bundled letters, started from the page and kept where the page looks for results.

Draws nothing; measures nothing itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ui.dashboard.shared import embedder_for
from ui.dashboard.work import Job, Stopped

if TYPE_CHECKING:
    from pydantic import JsonValue

SAMPLES: Final = Path("samples")
"""The word that stands for the bundled letters and jobs."""


def measure_judging_samples(folder: Path, job: Job) -> Path:
    """Measure the offline judge on the bundled jobs and keep the report; return its file.

    Raises:
        Stopped: the job was asked to stop; nothing is kept then.
    """
    from evals.gold import load_jobs
    from evals.judging import measure_judging
    from evals.report import judging_json

    embedder_for("offline")
    return keep(
        folder / "judging-samples.json", judging_json(measure_judging(load_jobs(SAMPLES), say=_heard(job)))
    )


def measure_retrieval_samples(folder: Path, job: Job) -> Path:
    """Measure dense, BM25 and hybrid search on the bundled letters and keep the report; return its file.

    Raises:
        Stopped: the job was asked to stop; nothing is kept then.
    """
    from agents.retrieval import RETRIEVAL_MODES
    from evals.retrieval import measure_set
    from evals.retrieval_report import sets_json
    from evals.retrieval_sets import load_set

    embedders = {"minilm": embedder_for("offline")}
    report = measure_set(load_set(SAMPLES), embedders, list(RETRIEVAL_MODES), say=_heard(job))
    return keep(folder / "retrieval-samples.json", sets_json([report], []))


def keep(file: Path, report: dict[str, JsonValue]) -> Path:
    """Write a report whole or not at all, for its owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(report, stream, ensure_ascii=False, allow_nan=False)
        stream.write("\n")
    fresh.replace(file)
    return file


def _heard(job: Job) -> Callable[[str], None]:
    """Return what an evaluation tells its steps to: each counts, and is where it can be stopped."""

    def hear(line: str) -> None:
        del line
        if job.cancel.is_set():
            raise Stopped
        job.progress(job.done + 1, 0)

    return hear

"""The Evidence page: how good the judging, the search and the letter writers were measured to be, and how a score is made.

Every number comes from a file that an evaluation wrote; where there is none, the page says the command that makes it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import streamlit as st

from evals.saved_results import (
    Kept,
    SavedComparing,
    SavedJudging,
    SavedLetters,
    SavedRetrieval,
    SavedTrust,
    Unread,
    read_results,
)
from training.loss_curve import curves_below
from ui.dashboard.access import require_access
from ui.dashboard.how_it_works import draw_machine, draw_pipeline, draw_score
from ui.dashboard.measured_results import draw_curve, draw_kept
from ui.dashboard.sample_evaluation import measure_judging_samples, measure_retrieval_samples
from ui.dashboard.words import label, plain
from ui.dashboard.work import Job, follow, job_at, start
from ui.settings import read_settings
from ui.terminal import one_line

Part = Literal["Judging", "Search", "Letter writers", "Trust", "Training", "The score", "This machine"]
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: the results that belong to it, what it is about, and the command that makes one."""

    kinds: tuple[type, ...]
    about: str
    command: str
    measure: Callable[[Path, Job], Path] | None = None


EVALUATIONS: Final[dict[Part, Evaluation]] = {
    "Judging": Evaluation(
        (SavedJudging, SavedComparing),
        "Winners, orders and labels beside those of people, on labelled jobs, with simple baselines in the same run.",
        "winnow eval judging samples --json > {}/judging.json",
        measure_judging_samples,
    ),
    "Search": Evaluation(
        (SavedRetrieval,),
        "How early the search finds the letters that answer a job.",
        "winnow eval retrieval samples --json > {}/retrieval.json",
        measure_retrieval_samples,
    ),
    "Letter writers": Evaluation(
        (SavedLetters,),
        "Letters of a base model, an adapter and the template on applications that none was trained on.",
        "winnow eval letters TABLE --writer MODEL --writer MODEL+ADAPTER --out {}/letters",
    ),
    "Trust": Evaluation(
        (SavedTrust,),
        "Whether the same letter is read the same whoever signs it.",
        "winnow eval trust --names FOLDER --json > {}/trust.json",
    ),
}


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Evidence")
    st.write("How good is it? Beside each number stands on what it was measured, and how far it may be off.")
    part = st.segmented_control("Part", PARTS, default=PARTS[0], required=True, key="evidence_part")
    folder = read_settings(os.environ).results
    if part in EVALUATIONS:
        _draw_evaluation(part, EVALUATIONS[part], folder)
    elif part == "Training":
        _draw_training(folder)
    elif part == "The score":
        st.header("How a score is made")
        draw_score()
    else:
        st.header("The pipeline in use")
        draw_pipeline()
        st.subheader("What can run here")
        draw_machine()


def _draw_evaluation(part: Part, evaluation: Evaluation, folder: Path) -> None:
    st.header(label(part))
    st.caption(label(evaluation.about, at_most=300))
    kept, unread = read_results(folder)
    mine = [one for one in kept if isinstance(one.result, evaluation.kinds)]
    chosen = _choose(mine, part)
    if chosen is None:
        st.info(
            "Nothing of this was measured yet, or its result is not in the folder of results. This command makes one:"
        )
        st.code(evaluation.command.format(folder), language=None, wrap_lines=True)
    else:
        draw_kept(chosen, key=f"evidence_{part}")
    if evaluation.measure is not None:
        _draw_measuring(part, evaluation.measure, folder)
    if chosen is not None:
        with st.expander("Measure again, or on data of your own"):
            st.code(evaluation.command.format(folder), language=None, wrap_lines=True)
    _draw_unread(unread)


def _choose(mine: list[Kept], part: Part) -> Kept | None:
    if len(mine) < 2:
        return mine[0] if mine else None
    by_file = {one.file: one for one in mine}
    file = st.selectbox("Result", list(by_file), format_func=one_line, key=f"evidence_file_{part}")
    return by_file[file]


def _draw_measuring(part: Part, measure: Callable[[Path, Job], Path], folder: Path) -> None:
    """Draw the button that measures on the bundled letters, and the job while it runs."""
    key = f"evidence_job_{part}"
    job = job_at(key)
    running = job is not None and job.state == "running"
    if st.button(
        "Measure on the bundled letters (a minute or so)",
        icon=":material/speed:",
        disabled=running,
        key=f"evidence_measure_{part}",
    ):
        start(key, "Measuring", lambda job: measure(folder, job))
        st.rerun()
    if follow(key) is None:
        return
    assert job is not None
    if job.state == "failed":
        st.error("It could not be measured.")
        plain(job.failure)
    elif job.state == "stopped":
        st.warning("Stopped; nothing was kept.")


def _draw_training(folder: Path) -> None:
    st.header("Training")
    st.caption("The losses of the adapters that were trained into the folder of results.")
    curves, unread = curves_below(folder)
    if not curves:
        st.info("No training is in the folder of results. This command makes one:")
        st.code(f"winnow train TABLE --model MODEL --out {folder}/my-adapter", language=None, wrap_lines=True)
    for place, curve in enumerate(curves):
        draw_curve(curve, key=f"evidence_curve_{place}")
    _draw_unread(tuple(Unread(*one) for one in unread))


def _draw_unread(unread: tuple[Unread, ...]) -> None:
    if unread:
        with st.expander(f"Files in the folder of results that hold none ({len(unread)})"):
            plain("\n".join(f"{one_line(one.file)}: {one_line(one.why)}" for one in unread))

"""The Screen page: a job description in, requirements as a table, and the result with every letter's evidence.

Puts the parts together; each is drawn by a file of its own in ``ui/dashboard/``.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from agents.verdict import Requirement, Verdict
from ingestion.records import PostingRow, StoreError
from ui.dashboard.access import require_access
from ui.dashboard.choice import choose_screening, chosen_posting, chosen_screening
from ui.dashboard.job_input import draw_job
from ui.dashboard.pipeline_choice import Chosen, draw_pipeline
from ui.dashboard.requirement_editor import draw_requirements, has_lines, read_requirements
from ui.dashboard.result_view import ask_again, draw_result
from ui.dashboard.shared import engine_for, verdict_of
from ui.dashboard.words import label, plain
from ui.dashboard.work import Job, Stopped, follow, job_at, start
from ui.failures import describe

SCREENING_JOB = "screening_job"
_OPEN = "new_screening_open"


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Screen", anchor=False)
    posting = chosen_posting()
    if posting is None:
        st.info("There are no letters yet. Read them in on the Letters page, or with winnow ingest.")
        return
    blind = "names and contacts are masked" if posting.blind else "names are shown"
    st.caption(
        f"Posting {label(posting.name)}: {posting.letters:,} letters, {blind} "
        "(this was fixed when its first letter was read in)"
    )
    _finish()
    screening = chosen_screening()
    if job_at(SCREENING_JOB) is None:
        st.session_state.setdefault(_OPEN, screening is None)
        with st.expander("New screening", key=_OPEN, icon=":material/add_circle:", on_change="rerun"):
            _draw_form(posting)
    follow(SCREENING_JOB)
    if screening is not None:
        _draw_screening(posting, screening)


def _draw_form(posting: PostingRow) -> None:
    """Draw what a new screening needs: the job, its requirements, and who reads."""
    job = draw_job()
    st.button(
        "Read the requirements",
        type="secondary" if has_lines() else "primary",
        icon=":material/checklist:",
        on_click=read_requirements,
        args=(job,),
        disabled=not job.strip(),
        help=None if job.strip() else "Paste a job description first.",
    )
    if not has_lines():
        return
    requirements = draw_requirements(job)
    with st.expander("How the letters are read"):
        chosen = draw_pipeline()
    if chosen.missing is not None:
        st.error("The chosen pipeline can't run here:")
        plain(chosen.missing)
    ready = requirements is not None and chosen.missing is None and job.strip()
    st.button(
        f"Screen {posting.letters:,} letters",
        type="primary",
        icon=":material/play_arrow:",
        key="start_screening",
        disabled=not ready,
        on_click=_start,
        args=(posting, job, requirements, chosen),
    )


def _start(
    posting: PostingRow, job: str, requirements: tuple[Requirement, ...] | None, chosen: Chosen
) -> None:
    if requirements is not None:
        start(SCREENING_JOB, "Reading letters", screening_work(posting.name, job, requirements, chosen))


def screening_work(
    posting: str, job_text: str, requirements: tuple[Requirement, ...], chosen: Chosen
) -> Callable[[Job], object]:
    """Return the work of a screening for a thread of its own; its result is the screening's id."""

    def work(job: Job) -> str:
        engine = engine_for(posting, chosen.pipeline, chosen.strategy)
        if job.cancel.is_set():
            raise Stopped
        asked = engine.asking(requirements, on_progress=job.progress, cancel=job.cancel)
        response = asked.query(job_text)
        verdict = (response.metadata or {})["verdict"]
        assert isinstance(verdict, Verdict)
        return verdict.screening_id

    return work


def _finish() -> None:
    """Turn to the result of a screening that has ended, or say why there is none."""
    job = job_at(SCREENING_JOB)
    if job is None or job.state == "running":
        return
    del st.session_state[SCREENING_JOB]
    if job.state == "done":
        choose_screening(str(job.result))
        st.session_state[_OPEN] = False
        st.rerun()
    if job.state == "stopped":
        st.info("Stopped. Nothing of this screening was kept.")
    else:
        st.error("The screening could not be made.")
        plain(job.failure)


def _draw_screening(posting: PostingRow, screening: str) -> None:
    try:
        verdict = verdict_of(screening)
    except StoreError as error:
        st.error("This screening can't be shown.")
        plain(describe(error))
        return
    st.button(
        "Change its requirements and screen again",
        icon=":material/edit:",
        on_click=_again,
        args=(verdict,),
    )
    draw_result(posting, verdict)


def _again(verdict: Verdict) -> None:
    st.session_state[_OPEN] = True
    ask_again(verdict)

"""Work that takes longer than a click: it runs in a thread of its own, shows where it stands, and can be stopped.

A browser session holds its jobs in its state; a page polls them. Knows nothing about what is worked on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal, TypeVar

import streamlit as st

from ui.dashboard.words import label
from ui.failures import describe

T = TypeVar("T")
State = Literal["running", "done", "stopped", "failed"]
POLL_S = 0.25
"""Seconds between two looks at a running job."""


class Stopped(Exception):
    """Raised inside a job that was asked to stop."""


class Job:
    """One piece of work in its own thread.

    ``work`` is called with this job: it reports with ``job.progress(done, total)``, looks at ``job.cancel`` and returns
    its result. ``done`` of ``total`` units are finished; ``total`` 0 means that it can't be told yet.
    """

    def __init__(self, title: str, work: Callable[[Job], object]) -> None:
        self.title = title
        self.cancel = threading.Event()
        self.state: State = "running"
        self.done = 0
        self.total = 0
        self.result: object = None
        self.failure = ""
        self.started = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(work,), name=f"winnow: {title}", daemon=True)
        self._thread.start()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is."""
        self.done, self.total = done, total

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)

    def _run(self, work: Callable[[Job], object]) -> None:
        from agents.judging import ScreeningCancelled

        try:
            self.result = work(self)
            self.state = "done"
        except (Stopped, ScreeningCancelled):
            self.state = "stopped"
        except Exception as error:
            self.failure = describe(error)
            self.state = "failed"


def start(key: str, title: str, work: Callable[[Job], object]) -> Job:
    """Start a job of this session under a key; one that still runs there is kept instead."""
    standing = st.session_state.get(key)
    if isinstance(standing, Job) and standing.state == "running":
        return standing
    job = Job(title, work)
    st.session_state[key] = job
    return job


def job_at(key: str) -> Job | None:
    """Return this session's job under a key, None where there is none."""
    found = st.session_state.get(key)
    return found if isinstance(found, Job) else None


def follow(key: str, *, can_stop: bool = True) -> Job | None:
    """Draw a running job with its bar and a stop button, and return it once it has ended; the page then draws the rest.

    The part that polls redraws itself alone; the page is run again when the job ends.
    """
    job = job_at(key)
    if job is None or job.state != "running":
        return job
    _bar(key, can_stop)
    return None


@st.fragment(run_every=POLL_S)
def _bar(key: str, can_stop: bool) -> None:
    job = job_at(key)
    if job is None or job.state != "running":
        st.rerun()
        return
    share = min(1.0, job.done / job.total) if job.total else 0.0
    if job.total:
        where = f"{job.done:,} of {job.total:,}"
    else:
        where = f"{job.done:,} so far" if job.done else "starting"
    st.progress(share, text=f"{label(job.title)}: {where}")
    if can_stop and st.button("Stop", key=f"{key}-stop", disabled=job.cancel.is_set()):
        job.cancel.set()
        st.rerun(scope="fragment")

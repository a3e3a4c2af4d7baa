"""The dashboard's first page: choose a posting, paste a job description, read the verdict.

Letters are other people's words: they reach the page through ``st.text`` and ``st.dataframe`` only, never as
markdown or HTML. Holds no judging logic.
"""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from agents.rationale import one_line_reason
from agents.report import count_labels, render_report
from agents.screening import ScreeningEngine, open_engine
from agents.verdict import Verdict
from ingestion.store import Store, StoreError
from ui.answers import verdict_in
from ui.failures import describe
from ui.settings import read_settings
from ui.terminal import one_line, visible


@st.cache_resource(show_spinner="Opening the store", max_entries=4)
def engine_for(folder: Path, posting: str) -> ScreeningEngine:
    """Return the engine of one posting; the encoder stays loaded between screenings."""
    return open_engine(folder, posting=posting)


def posting_names(folder: Path) -> list[str]:
    """Return the postings of the store, an empty list while there is no store."""
    try:
        with Store.open(folder) as store:
            return [row.name for row in store.postings()]
    except StoreError as error:
        st.text(describe(error))
        return []


def ranking_table(verdict: Verdict) -> list[dict[str, str | int | float]]:
    """Return one row a judged letter, in ranking order."""
    requirements = verdict.posting.requirements
    return [
        {
            "rank": ranked.rank,
            "id": one_line(ranked.assessment.letter_id),
            "score": ranked.score,
            "met": count_labels(ranked.assessment.findings, "met"),
            "partial": count_labels(ranked.assessment.findings, "partial"),
            "not shown": count_labels(ranked.assessment.findings, "not_shown"),
            "why": one_line(one_line_reason(ranked, requirements)),
        }
        for ranked in verdict.ranking
    ]


def show(verdict: Verdict) -> None:
    """Draw the report, then the ranking as a table."""
    st.subheader("Verdict")
    st.text(visible(render_report(verdict)))
    st.subheader("Ranking")
    st.dataframe(ranking_table(verdict), hide_index=True)
    st.caption("A recommendation, computed from the findings. A person decides.")


def page() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Winnow", layout="wide")
    st.title("Winnow")
    folder = read_settings(os.environ).store
    names = posting_names(folder)
    if not names:
        st.info("No letters yet. Read some in with: winnow ingest PATH")
        return
    posting = st.selectbox("Posting", names)
    job = st.text_area("Job description", height=180)
    if st.button("Screen the letters", type="primary"):
        if not job.strip():
            st.warning("Paste a job description first.")
            return
        with st.spinner("Judging every letter"):
            try:
                st.session_state["verdict"] = verdict_in(engine_for(folder, posting).query(job))
            except Exception as error:
                st.session_state.pop("verdict", None)
                st.error("The screening failed.")
                st.text(describe(error))
    if "verdict" in st.session_state:
        show(st.session_state["verdict"])


page()

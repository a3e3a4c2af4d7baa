"""The requirements of a new screening as a table that a person edits, and what of the job became none and why.

Reads a job through ``agents.requirements``; what a valid requirement is stands in ``agents.requirements_file``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from agents.requirements_file import RequirementsError
from agents.verdict import Requirement
from ui.dashboard.requirement_lines import (
    RequirementLine,
    TableEdits,
    edited,
    lines_of,
    requirements_in,
    table_of,
)
from ui.dashboard.words import label, plain

if TYPE_CHECKING:
    from agents.requirements import JobReading

_LINES = "requirement_lines"
_VERSION = "requirement_version"
_NOW = "requirement_lines_now"
_READING = "requirement_reading"
_READ_FROM = "requirements_read_from"
_REFUSED = "requirements_refused"
READABLE_JOBS = "en"
"""The language that requirements are read in."""


def table_key() -> str:
    """Return the key of the table as it stands; a new one after each reading or move, so that no edit is applied twice."""
    return f"requirements-{st.session_state.get(_VERSION, 0)}"


def read_requirements(job: str) -> None:
    """Fill the table from a job description, or keep why that can't be done and leave an empty line to write in."""
    from agents.judging import language_name
    from agents.requirements import read_job
    from ingestion.language import detect_language

    st.session_state[_REFUSED] = ""
    try:
        language = detect_language(job)
        if job.strip() and language != READABLE_JOBS:
            raise RequirementsError(
                f"requirements are read from English, but this job reads as {language_name(language)}; translate it, or "
                "write the requirements yourself, in English"
            )
        reading = read_job(job)
    except RequirementsError as error:
        st.session_state[_REFUSED] = str(error).replace(", or pass a file with --requirements", "")
        set_lines((RequirementLine(),), job)
        return
    set_lines(lines_of(reading.requirements), job, reading)


def set_lines(lines: tuple[RequirementLine, ...], job: str, reading: JobReading | None = None) -> None:
    """Put these lines into the table. ``reading`` is what they come from, with what became no requirement."""
    st.session_state[_LINES] = st.session_state[_NOW] = lines
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1
    st.session_state[_READING] = reading
    st.session_state[_READ_FROM] = job


def has_lines() -> bool:
    """Say whether there is a table yet."""
    return bool(st.session_state.get(_LINES))


def draw_requirements(job: str) -> tuple[Requirement, ...] | None:
    """Draw the table, and return its requirements; None where they break a rule, which is then shown."""
    refused = st.session_state.get(_REFUSED)
    if refused:
        st.warning("No requirements could be read. Write them into the table, or change the job description.")
        plain(refused)
    elif st.session_state.get(_READ_FROM) != job:
        st.caption("The job description has changed since these requirements were read.")
    st.caption(
        "Click a cell to change it, or write into the last line to add a requirement. Untick a box to leave one out; "
        "give it another number under Order to move it."
    )
    if (
        table_key() not in st.session_state
    ):  # another page was shown meanwhile, and the table forgot its edits
        st.session_state[_LINES] = st.session_state[_NOW]
    lines: tuple[RequirementLine, ...] = st.session_state[_LINES]
    column = st.column_config
    st.data_editor(
        table_of(lines),
        key=table_key(),
        num_rows="dynamic",
        hide_index=True,
        placeholder="usual",
        on_change=_move,
        column_order=["on", "text", "kind", "weight", "place"],
        column_config={
            "on": column.CheckboxColumn("Use", default=True, width="small"),
            "text": column.TextColumn("Requirement", width="large", max_chars=500),
            "kind": column.SelectboxColumn(
                "Must or nice", options=["must", "nice"], default="must", width="small"
            ),
            "weight": column.NumberColumn(
                "Weight", help="How much it counts. Usual: 2 for a must, 1 for a nice-to-have.", width="small"
            ),
            "place": column.NumberColumn("Order", min_value=1, step=1, width="small"),
        },
        alt="The requirements that letters are judged by",
    )
    _draw_reading()
    st.session_state[_NOW] = edited(lines, _edits())
    try:
        requirements = requirements_in(st.session_state[_NOW])
    except RequirementsError as error:
        st.error("The requirements can't be used yet.")
        plain(str(error))
        return None
    _draw_own_notices(requirements)
    return requirements


def _edits() -> TableEdits:
    state = st.session_state.get(table_key())
    if not isinstance(state, Mapping):
        return TableEdits({}, (), ())
    return TableEdits(
        changed=state.get("edited_rows", {}),
        added=state.get("added_rows", ()),
        removed=state.get("deleted_rows", ()),
    )


def _move() -> None:
    """Put the rows in their new order once one was given another place; other edits stay with the table."""
    edits = _edits()
    if edits.moves:
        st.session_state[_LINES] = st.session_state[_NOW] = edited(st.session_state[_LINES], edits)
        st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def _draw_own_notices(requirements: tuple[Requirement, ...]) -> None:
    """Warn of requirements that a letter can't answer or that stand in for something else; they are judged all the same."""
    from agents.job_notices import own_notices

    notices = own_notices(requirements)
    if notices:
        st.warning("Some requirements are better asked otherwise. They are judged as they stand.")
        plain("\n".join(text for _, text in notices))


def _draw_reading() -> None:
    """Draw what of the job became no requirement: questions for the form, doubtful criteria, and what was left out."""
    from agents.job_notices import doubtful_line

    reading: JobReading | None = st.session_state.get(_READING)
    if reading is None:
        return
    if reading.form_questions:
        with st.expander(f"Ask on the application form ({len(reading.form_questions)})", expanded=True):
            st.dataframe(
                {
                    "Question": [one.question for one in reading.form_questions],
                    "Must or nice": [one.kind for one in reading.form_questions],
                    "In the job": [one.text for one in reading.form_questions],
                },
                hide_index=True,
            )
    if reading.doubtful:
        with st.expander(
            f"Criteria that stand in for something else ({len(reading.doubtful)})", expanded=True
        ):
            for one in reading.doubtful:
                st.markdown(f"- {label(doubtful_line(one, kept=bool(one.kept)), at_most=600)}")
    if reading.left_out:
        with st.expander(f"What was left out of the job description, and why ({len(reading.left_out)})"):
            st.dataframe(
                {
                    "Left out": [one.text for one in reading.left_out],
                    "Why": [one.reason for one in reading.left_out],
                },
                hide_index=True,
            )

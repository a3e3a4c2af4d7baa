"""The Write page, for an applicant: fields in, letters out, and what each of them made up. Nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from training.examples import FieldsError, WritingFields
from training.writer import TEMPLATE, Sampling
from ui.dashboard.access import configured_login, require_access
from ui.dashboard.words import plain
from ui.dashboard.work import follow, job_at, start
from ui.dashboard.writers import WriterChoice, WrittenLetter, models_here, write_letters
from ui.dashboard.written_letters import draw_letters

JOB: Final = "write_job"
LONGEST_FIELD: Final = 4_000
"""Characters of one field: a letter has fewer."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    title: str
    placeholder: str
    long: bool = False


FIELDS: Final = (
    _Field("job_title", "Job you apply for", "Data Engineer"),
    _Field("company", "Company", "Northwind"),
    _Field("applicant", "Your name", "Jo Roe"),
    _Field("current_experience", "Your job now", "Data Analyst at Fabrikam for 3 years", long=True),
    _Field("past_experience", "Earlier jobs", "Junior Analyst at Contoso for 2 years", long=True),
    _Field("qualifications", "Degrees and certificates", "BSc in Statistics", long=True),
    _Field("skills", "Skills, parted by commas", "Python, SQL, dashboards", long=True),
    _Field("preferred_qualifications", "What the employer wishes for", "Experience with Kafka", long=True),
)


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Write")
    st.write(
        "For applicants: fill in the fields, and compare the letters that a template and language models make of them. Each "
        "letter is checked against your fields. Nothing you type here is stored."
    )
    fields = _draw_fields()
    choices = _draw_writers()
    strict = st.toggle(
        "Take out what is made up",
        key="write_strict",
        help="A model writes again, up to four times; then sentences that state what your fields do not hold are taken out.",
    )
    job = job_at(JOB)
    running = job is not None and job.state == "running"
    if st.button(
        "Write", type="primary", icon=":material/edit:", key="write_start", disabled=running or not choices
    ):
        try:
            told = WritingFields(**fields)
        except FieldsError:
            st.warning("Fill in the job you apply for: every letter needs it.")
            return
        start(
            JOB,
            "Writing",
            lambda job: write_letters(choices, told, Sampling(), strict=strict, job=job),
        )
        st.rerun()
    ended = follow(JOB)
    if ended is not None:
        _draw_end(ended.state, ended.failure, ended.result)


def _draw_fields() -> dict[str, str]:
    """Draw the fields, the short ones in one row and the long ones in pairs, and return what stands in them."""
    short, long = [one for one in FIELDS if not one.long], [one for one in FIELDS if one.long]
    rows = [short, *(long[place : place + 2] for place in range(0, len(long), 2))]
    typed: dict[str, str] = {}
    for row in rows:
        for column, one in zip(st.columns(3 if row is short else 2), row, strict=False):
            with column:
                typed[one.name] = _draw_field(one)
    return typed


def _draw_field(one: _Field) -> str:
    key = f"write_{one.name}"
    if one.long:
        return st.text_area(
            one.title, key=key, max_chars=LONGEST_FIELD, placeholder=one.placeholder, height=100
        ).strip()
    return st.text_input(one.title, key=key, max_chars=LONGEST_FIELD, placeholder=one.placeholder).strip()


def _draw_writers() -> tuple[WriterChoice, ...]:
    """Draw the writers that can write here, and return those that are chosen."""
    here, missing = models_here()
    names = [TEMPLATE, *here]
    chosen = st.multiselect(
        "Writers",
        names,
        default=[TEMPLATE],
        format_func=lambda name: WriterChoice(name).words,
        key="write_writers",
    )
    choices = [WriterChoice(name) for name in chosen]
    if (
        not configured_login().configured
    ):  # whoever comes through a login does not choose folders of this machine
        with st.expander("A model or an adapter from a folder of this machine"):
            model = st.text_input(
                "Folder of a base model", key="write_model", help="A model that transformers can load."
            ).strip()
            adapter = st.text_input(
                "Folder of an adapter",
                key="write_adapter",
                help="As `winnow train` makes it. It is put on the base model above, else on the one it was trained on.",
            ).strip()
        if model:
            choices.append(WriterChoice(model))
        if adapter:
            choices.append(WriterChoice(model or TEMPLATE, Path(adapter)))
    if missing:
        with st.expander(f"Models that can't write here ({len(missing)})"):
            plain("\n".join(f"{name}: {lacks}" for name, lacks in missing.items()))
    return tuple(choices)


def _draw_end(state: str, failure: str, result: object) -> None:
    if state == "failed":
        st.error("No letter could be written.")
        plain(failure)
    elif state == "stopped":
        st.warning("Stopped.")
    elif isinstance(result, tuple):
        letters = [one for one in result if isinstance(one, WrittenLetter)]
        st.header(f"{len(letters)} letters" if len(letters) > 1 else "Your letter")
        st.caption(
            "Numbers mark what is not in your fields. The check reads English, and can miss things: read it yourself."
        )
        draw_letters(letters)

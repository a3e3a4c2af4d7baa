"""The job description of a new screening: pasted, read from a file, or one of the bundled examples.

Knows nothing about requirements.
"""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from ui.dashboard.words import plain
from ui.failures import describe

JOB = "job_text"
LONGEST_JOB = 50_000
"""Characters of a job description: many times what a long one has."""
LARGEST_FILE_MB = 10
PLAIN_SUFFIXES = ("txt", "md")
DOCUMENT_SUFFIXES = ("pdf", "docx")

_TROUBLE = "job_trouble"
_HIDDEN = "job_hidden"


def draw_job() -> str:
    """Draw the box for the job description and the ways to fill it, and return its text."""
    st.text_area(
        "Job description",
        key=JOB,
        height=200,
        persist_state="session",
        placeholder="Paste the job description: what the person will do, and what they must bring.",
    )
    with st.container(horizontal=True):
        with st.popover("Read it from a file", icon=":material/upload_file:"):
            st.file_uploader(
                "A job description as text, PDF or Word",
                type=[*PLAIN_SUFFIXES, *DOCUMENT_SUFFIXES],
                max_upload_size=LARGEST_FILE_MB,
                key="job_file",
                on_change=_take_file,
            )
        with st.popover("Try an example", icon=":material/lightbulb:"):
            st.caption("Jobs that were written for this program, as its bundled letters were.")
            for name, title in EXAMPLES.items():
                st.button(title, key=f"example-{name}", on_click=_take_example, args=(name,))
    trouble = st.session_state.get(_TROUBLE)
    if trouble:
        st.error("The file can't be read as a job description.")
        plain(trouble)
    hidden = st.session_state.get(_HIDDEN)
    if hidden:
        st.warning("The file holds text that a reader can't see. It was left out.")
        plain("\n".join(hidden))
    return str(st.session_state.get(JOB) or "")


EXAMPLES = {
    "sous-chef": "Sous-chef",
    "maintenance-electrician": "Maintenance electrician",
    "care-home-nurse": "Care home nurse",
    "cloud-engineer": "Cloud engineer",
}
"""The bundled jobs by name, and what they are called here."""


def job_from_file(name: str, data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of an uploaded job description, and a line for each thing that was hidden in it.

    Raises:
        DocumentRefused: it can't be read, holds no text or too much of it.
    """
    from ingestion.decoding import decode
    from ingestion.document import DocumentRefused

    suffix = PurePath(name).suffix.lower().lstrip(".")
    hidden: tuple[str, ...] = ()
    if suffix in PLAIN_SUFFIXES:
        try:
            text = decode(data)
        except UnicodeDecodeError as error:
            raise DocumentRefused(
                "a text file must be UTF-8",
                f"byte {error.start} is not",
                "save it as UTF-8, or paste the text",
            ) from error
    elif suffix in DOCUMENT_SUFFIXES:
        from ingestion.sandbox import parse

        document = parse(suffix, data)
        text = document.text
        hidden = tuple(f"{one.place}: {one.excerpt}" for one in document.hidden)
    else:
        known = ", ".join((*PLAIN_SUFFIXES, *DOCUMENT_SUFFIXES))
        raise DocumentRefused(
            f"a job description must be one of {known}", f"got {suffix or 'no ending'}", "paste it"
        )
    if not text.strip():
        raise DocumentRefused(
            "a job description must hold text", "this file holds none", "paste the text instead"
        )
    if len(text) > LONGEST_JOB:
        raise DocumentRefused(
            f"a job description may have at most {LONGEST_JOB:,} characters",
            f"this one has {len(text):,}",
            "give the description alone",
        )
    return text.strip(), hidden


def _take_file() -> None:
    given = st.session_state.get("job_file")
    if given is None:
        return
    try:
        text, hidden = job_from_file(given.name, given.getvalue())
    except (ValueError, OSError) as error:
        st.session_state[_TROUBLE], st.session_state[_HIDDEN] = describe(error), ()
        return
    st.session_state[JOB] = text
    st.session_state[_TROUBLE], st.session_state[_HIDDEN] = "", hidden


def _take_example(name: str) -> None:
    from ingestion.samples import jobs

    st.session_state[JOB] = jobs()[name].text
    st.session_state[_TROUBLE], st.session_state[_HIDDEN] = "", ()

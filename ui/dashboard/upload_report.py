"""What became of an upload: counts, a line a letter, and what was hidden in them.

Knows nothing about how files are read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from ui.dashboard.uploads import UploadResult, file_of
from ui.dashboard.words import many, plain
from ui.dashboard.work import Job
from ui.exports import harmless
from ui.terminal import one_line

if TYPE_CHECKING:
    from ingestion.ingest import Outcome, Status

SHOWN: Final = 200
"""Lines that a table shows; the file to download holds all that were kept."""

TOLD: Final = 10
"""Refusals that are told in full; the others stand in the table."""

SAYS: Final[dict[Status, str]] = {
    "stored": "stored",
    "duplicate": "stored, repeats another",
    "updated": "updated",
    "unchanged": "unchanged",
    "refused": "refused",
}
SIGN: Final[dict[Status, str]] = {
    "stored": "✓",
    "duplicate": "≈",
    "updated": "↻",
    "unchanged": "=",
    "refused": "✕",
}
"""A sign for each outcome, so that colour is never the only one."""

WITHOUT_NAMES: Final = "The posting is blind: where a file's name could be a person's, it is not said here under which id its letter stands."

_FIELDS: Final = {
    "--id-prefix": "“Put before every id”",
    "--replace": "“Replace letters that have the same id”",
    "--readmit": "“Take in letters that were erased before”",
    "--text-column": "“Column with the letter”",
    "--id-column": "“Column with the id”",
    "--name-column": "“Column with the applicant's name”",
}
"""What a remedy calls an option at the terminal, and what it is called on this page."""


def draw_report(job: Job) -> None:
    """Draw how an upload ended."""
    if job.state == "failed":
        st.error("The letters could not be read in. What was stored before this stays.")
        plain(page_words(job.failure))
        return
    if job.state == "stopped" or not isinstance(job.result, UploadResult):
        st.warning(f"Stopped. {many(job.done, 'letter')} had been read, and what was read stays.")
        return
    result = job.result
    counts = result.report.counts
    taken = result.report.read - counts["refused"]
    if counts["refused"]:
        st.warning(f"Read: {many(taken, 'letter')}. Refused: {counts['refused']:,}.")
    else:
        st.success(f"Read: {many(taken, 'letter')}, in {result.report.seconds:.1f} s.")
    st.dataframe(
        [
            {"": SIGN[status], "what": words, "letters": counts[status]}
            for status, words in SAYS.items()
            if counts[status]
        ],
        hide_index=True,
        width="content",
        alt="How many letters were stored, changed or refused",
    )
    rows = sorted(result.outcomes, key=lambda one: (one.status != "refused", one.status == "unchanged"))
    refused = [one for one in rows if one.status == "refused"][:TOLD]
    plain("\n".join(f"✕ {one_line(file_of(one.source))}: {page_words(one.detail)}" for one in refused))
    _draw_outcomes(rows)
    _draw_intake(result)


def _draw_outcomes(outcomes: Sequence[Outcome]) -> None:
    lines = outcome_lines(outcomes)
    with st.expander(f"What became of each file or row ({len(lines):,})", expanded=len(lines) <= SHOWN):
        st.dataframe(
            lines[:SHOWN], hide_index=True, alt="What became of each file or row", key="upload_outcomes"
        )
        if any(one.letter_id is None and one.status != "refused" for one in outcomes):
            st.caption(WITHOUT_NAMES)
        if len(lines) > SHOWN:
            st.caption(f"The first {SHOWN} are shown, refused ones first.")
        st.download_button(
            "Download the whole list (CSV)",
            outcome_csv(lines),
            "letters-read.csv",
            "text/csv",
            on_click="ignore",
            key="upload_csv",
        )


def outcome_lines(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    """Return a row for each outcome, in words."""
    return [
        {
            "": SIGN[one.status],
            "file": one_line(file_of(one.source)),
            "letter": one_line(one.letter_id or ""),
            "became": SAYS[one.status],
            "why": page_words(one.detail),
        }
        for one in outcomes
    ]


def outcome_csv(lines: Sequence[dict[str, str]]) -> bytes:
    """Return the rows as a CSV file in which no spreadsheet finds a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["file", "letter", "became", "why"])
    writer.writerows([harmless(line[name]) for name in ("file", "letter", "became", "why")] for line in lines)
    return stream.getvalue().encode("utf-8-sig")


def page_words(text: str) -> str:
    """Return a message with the options of the terminal called as they are on this page.

    >>> page_words("use --id-prefix if this is another letter")
    'use “Put before every id” if this is another letter'
    """
    shown = one_line(text)
    for flag, name in _FIELDS.items():
        shown = shown.replace(flag, name)
    return shown


def _draw_intake(result: UploadResult) -> None:
    from ingestion.hiding import HIDING

    intake = result.report.intake
    if intake.with_hidden:
        st.warning(
            f"Text that a reader can't see was found in {many(intake.with_hidden, 'letter')}. It was left out, and lowers "
            "no score. Open a letter to see what it says."
        )
        st.dataframe(
            [
                {
                    "letter": one_line(one.letter_id or file_of(one.source)),
                    "what": HIDING.get(one.hidden.kind, one_line(one.hidden.kind)),
                    "where": one_line(one.hidden.place),
                }
                for one in intake.hidden[:SHOWN]
            ],
            hide_index=True,
            alt="Hidden text that was found",
        )
    if intake.set_aside:
        with st.expander(f"Attachments and files that are no letters ({len(intake.set_aside):,})"):
            st.dataframe(
                [
                    {"file": one_line(file_of(one.source)), "why it was left out": page_words(one.why)}
                    for one in intake.set_aside[:SHOWN]
                ],
                hide_index=True,
                alt="What was left out, and why",
            )

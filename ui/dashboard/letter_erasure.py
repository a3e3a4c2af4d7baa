"""Erasing a letter from the page: what goes, a typed confirmation, and the certificate.

Knows nothing about where the bytes are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ingestion.erasure import NOT_COVERED, Certificate, erase, letters_of_applicant
from ingestion.letter import Letter
from ui.dashboard.letter_list import open_letter
from ui.dashboard.shared import open_store
from ui.dashboard.words import label, many, plain
from ui.dashboard.work import follow, job_at, start
from ui.terminal import one_line

if TYPE_CHECKING:
    from ui.dashboard.work import Job

JOB = "erase_job"

GOES = (
    "the letter, as it was read and as it was masked",
    "its passages, its numbers in every index, and its links to other letters",
    "what every screening found in it, and all chat about those screenings",
    "notes, reasons and quotes about it in the ledger; that it was erased stays there, without words",
)
"""What an erasure removes, in a recruiter's words."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What the page says after an erasure; it holds nothing of the person."""

    certificate: Certificate


def draw_erasure(letter: Letter, *, revealed: bool) -> None:
    """Draw the way to erase the open letter."""
    with st.expander("Erase this letter", icon=":material/delete_forever:"):
        st.write("This can't be undone. What goes:")
        plain("\n".join(f"• {line}" for line in GOES))
        st.write("What it can't reach:")
        plain("\n".join(f"• {line}" for line in NOT_COVERED))
        keys = [letter.key]
        others = _others(letter) if revealed else []
        if others:
            plain(
                "\n".join(
                    f"• letter {one_line(one.letter_id)} of posting {one_line(one.posting)}" for one in others
                )
            )
            if st.checkbox(
                f"Erase these too, under the same name ({many(len(others), 'letter')})",
                key=f"erase_others_{letter.key}",
            ):
                keys += [one.key for one in others]
        typed = st.text_input(
            "To erase it, type the letter's id",
            key=f"erase_typed_{letter.key}",
            placeholder=one_line(letter.letter_id),
        )
        ready = typed.strip() == one_line(letter.letter_id)
        if st.button("Erase for good", type="primary", disabled=not ready, key=f"erase_now_{letter.key}"):
            store = open_store()
            start(JOB, "Erasing", lambda _: Erased(erase(store, keys)))
            open_letter(None)
            st.rerun()


def draw_erased() -> bool:
    """Draw an erasure that runs or has ended; say whether one is under way, so that the page draws nothing else."""
    job = job_at(JOB)
    if job is None:
        return False
    if job.state == "running":
        follow(JOB, can_stop=False)
        return True
    _draw_end(job)
    return False


def _draw_end(job: Job) -> None:
    if not isinstance(job.result, Erased):
        st.error("The erasure did not end as it should.")
        plain(job.failure)
    else:
        done = job.result.certificate
        removed = done.removed
        st.success(
            f"Erased: {many(removed.letters, 'letter')}, {many(removed.passages, 'passage')}, findings in "
            f"{many(removed.screening_entries, 'screening')}, {many(removed.hidden_texts, 'hidden text')}, "
            f"{many(removed.ledger_payloads, 'text')} of the ledger."
        )
        st.caption(
            f"Certificate of {label(done.erased)}, entry {done.ledger_place} of the ledger. It holds numbers, no words of the "
            "letter."
        )
        st.download_button(
            "Download the certificate (JSON)",
            json.dumps(done.as_json(), indent=1) + "\n",
            f"erasure-{done.ledger_place}.json",
            "application/json",
            on_click="ignore",
            key="erase_certificate",
        )
    if st.button("Close this notice", key="erase_close"):
        del st.session_state[JOB]
        st.rerun()


def _others(letter: Letter) -> list[Letter]:
    if not letter.applicant or not any(map(str.isalnum, letter.applicant)):
        return []
    return [one for one in letters_of_applicant(open_store(), letter.applicant) if one.key != letter.key]

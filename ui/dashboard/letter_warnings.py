"""What a person should know about a letter before trusting its findings: repeated text, and text that was hidden in it.

A warning never rejects anyone. Knows nothing about how either was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import streamlit as st

from agents.verdict import Verdict
from ingestion.intake_rows import HygieneFinding
from ui.dashboard.shared import open_store, store_folder
from ui.terminal import one_line

EXCERPT_SHOWN = 200
"""Characters of a hidden text that a warning shows."""


def warnings_of(verdict: Verdict) -> dict[str, tuple[str, ...]]:
    """Return the warnings about each letter, by letter id; letters without are left out."""
    return _warnings(store_folder(), verdict.screening_id, open_store().version, verdict)


@st.cache_resource(show_spinner=False, max_entries=8)
def _warnings(folder: Path, screening_id: str, version: int, _verdict: Verdict) -> dict[str, tuple[str, ...]]:
    del folder, screening_id, version
    ids = {one.assessment.letter_key: one.assessment.letter_id for one in _verdict.ranking}
    ids |= {one.letter_key: one.letter_id for one in _verdict.unjudged}
    return gathered(_verdict, ids, open_store().hygiene(list(ids)))


def gathered(
    verdict: Verdict, ids: Mapping[int, str], hidden: Mapping[int, Iterable[HygieneFinding]]
) -> dict[str, tuple[str, ...]]:
    """Put the notices of a verdict and what was hidden in its letters together, by letter id.

    What was hidden is told once, piece by piece; the verdict's own line about it stands in reports.
    """
    found: dict[str, list[str]] = {}
    for notice in verdict.warnings:
        if notice.letter_id is not None and notice.code != "hidden_text":
            found.setdefault(notice.letter_id, []).append(one_line(notice.text))
    for key, findings in hidden.items():
        found.setdefault(ids[key], []).extend(hidden_line(one) for one in findings)
    return {letter_id: tuple(lines) for letter_id, lines in found.items()}


def hidden_line(finding: HygieneFinding) -> str:
    """Return what was hidden, how and where, in a line."""
    from ingestion.hiding import HIDING

    how = HIDING.get(finding.kind, finding.kind)
    words = one_line(finding.excerpt)
    if len(words) > EXCERPT_SHOWN:
        words = words[: EXCERPT_SHOWN - 1].rstrip() + "…"
    return f"hidden text, kept out of the evidence ({one_line(finding.place)}): “{words}”. {how}"

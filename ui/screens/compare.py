"""The Compare page: two to four candidates of the chosen screening side by side, requirement by requirement.

Knows nothing about how letters were judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ingestion.records import StoreError
from ui.dashboard.access import require_access
from ui.dashboard.comparison import Beside, draw_heads, draw_requirements
from ui.dashboard.conversation import chat_of
from ui.dashboard.names import candidate
from ui.dashboard.result import Result, chosen_result, decisions_of, reviewed_of
from ui.dashboard.words import plain
from ui.failures import describe

if TYPE_CHECKING:
    from agents.chat.facts import Comparison

MOST = 4
"""Candidates that fit beside each other."""


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Compare")
    result = chosen_result()
    if result is None:
        return
    if result.verdict.comparison_only:
        st.info(
            "This screening is for comparison only: it has no findings to put side by side. Choose another one."
        )
        return
    letters = _letters(result)
    if len(letters) < 2:
        st.info("A comparison needs at least two letters, and this screening has fewer.")
        return
    chosen = _choose(result, letters)
    if len(chosen) < 2:
        st.info("Choose two to four candidates.")
        return
    try:
        _draw(result, letters, chosen)
    except (StoreError, ValueError) as error:
        st.error("These letters can't be compared.")
        plain(describe(error))


def _letters(result: Result) -> dict[str, Beside]:
    """Return the letters of the screening by id, in their order."""
    judged: dict[str, Beside] = {one.letter_id: one for one in reviewed_of(result.verdict).ranking}
    return judged | {one.letter_id: one for one in result.verdict.unjudged}


def _choose(result: Result, letters: dict[str, Beside]) -> list[str]:
    """Draw the box that says who is compared; it is kept while other pages are looked at."""
    key = f"compared_{result.verdict.screening_id}"
    kept = [one for one in st.session_state.get(key, list(letters)[:2]) if one in letters]
    chosen = st.multiselect(
        "Candidates",
        list(letters),
        default=kept,
        max_selections=MOST,
        key=f"{key}_box",
        format_func=lambda one: candidate(
            result.posting, letters[one].letter_key, one, letters[one].applicant
        ),
        help="Two to four, in the order of the ranking.",
    )
    st.session_state[key] = chosen
    return chosen


def _draw(result: Result, letters: dict[str, Beside], chosen: list[str]) -> None:
    from agents.chat.lookups import compare

    verdict = result.verdict
    comparison: Comparison = compare(chat_of(verdict.screening_id).subject(), chosen)
    beside = [letters[one] for one in chosen]
    differing = st.toggle("Only where they differ", key=f"compare_differ_{verdict.screening_id}")
    draw_heads(result.posting, verdict, beside, decisions_of(verdict.screening_id))
    rows = [row for row in comparison.rows if row.better or not differing]
    if not rows:
        st.info("They show the same for every requirement.")
    draw_requirements(result.posting, verdict.posting.requirements, rows, beside)

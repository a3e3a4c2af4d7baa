"""The Decide page: a person advances, holds or rejects candidates of the chosen screening, and changes labels and scores.

The program never decides: nothing is recorded but by a click on this page.
"""

from __future__ import annotations

import streamlit as st

from ingestion.records import StoreError
from ui.dashboard.access import require_access
from ui.dashboard.decision_card import draw_candidate
from ui.dashboard.decision_forms import Candidate, draw_done
from ui.dashboard.decision_table import draw_counts, draw_table
from ui.dashboard.ledger_view import draw_ledger
from ui.dashboard.names import candidate
from ui.dashboard.result import Result, chosen_result, decisions_of, reviewed_of
from ui.dashboard.words import plain
from ui.failures import describe


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Decide")
    st.caption(
        "The program recommends. It never decides: every decision here is yours, with your reason, and is recorded."
    )
    result = chosen_result()
    if result is None:
        return
    draw_done()
    try:
        if result.verdict.comparison_only:
            st.warning(
                "No decision can be taken on this screening. It is for comparison only: a language model picked a letter "
                "without findings, so there is nothing to rest a decision on. Screen the posting with findings, then decide."
            )
        else:
            _draw(result)
        draw_ledger(result.verdict.screening_id)
    except StoreError as error:
        st.error("The decisions of this screening can't be read.")
        plain(describe(error))


def _draw(result: Result) -> None:
    verdict, posting = result.verdict, result.posting
    reviewed, decided = reviewed_of(verdict), decisions_of(verdict.screening_id)
    candidates: list[Candidate] = [*reviewed.ranking, *verdict.unjudged]
    draw_counts(candidates, decided)
    if reviewed.changed:
        first = "nobody" if reviewed.winner is None else reviewed.winner
        judged = "nobody" if verdict.winner is None else verdict.winner.letter_id
        plain(f"With what people changed, first stands {first}; by the judge alone, {judged}.")
    rows = draw_table(posting, verdict.screening_id, candidates, decided)
    if not rows:
        return
    by_id = {one.letter_id: one for one in rows}
    chosen = st.selectbox(
        "Candidate to decide about",
        list(by_id),
        format_func=lambda one: candidate(posting, by_id[one].letter_key, one, by_id[one].applicant),
        key=f"decide_who_{verdict.screening_id}",
    )
    if chosen is not None:
        with st.container(border=True):
            draw_candidate(posting, verdict, by_id[chosen], decided.get(chosen))

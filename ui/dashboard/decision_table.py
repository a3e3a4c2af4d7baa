"""The candidates of a screening with what was decided about each: counts, and a page of them as a table.

Decides nothing. A filter hides lines here, never a letter from the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from agents.ledger_payloads import REASONS
from agents.overlay import ReviewedLetter
from ingestion.records import PostingRow
from ui.dashboard.decision_forms import Candidate
from ui.dashboard.names import candidate
from ui.dashboard.ranking_rows import DECIDED
from ui.terminal import one_line

if TYPE_CHECKING:
    from agents.decisions import Decision

PAGE = 25
"""Candidates of one page."""
OPEN = "open"
_ALWAYS = frozenset({"rank", "candidate", "score", "decision"})
"""Columns that stand even where they say nothing."""
SHOWN = {"all": "everybody", OPEN: "not decided yet", **DECIDED}


def draw_counts(candidates: Sequence[Candidate], decided: Mapping[str, Decision]) -> None:
    """Draw how many candidates stand where."""
    counts = Counter(decided[one.letter_id].action for one in candidates if one.letter_id in decided)
    cells = {"Not decided yet": len(candidates) - counts.total()}
    cells |= {words.capitalize(): counts[action] for action, words in DECIDED.items()}
    with st.container(horizontal=True):
        for words, count in cells.items():
            st.metric(words, f"{count:,}", border=True, width=150)


def draw_table(
    posting: PostingRow,
    screening_id: str,
    candidates: Sequence[Candidate],
    decided: Mapping[str, Decision],
) -> list[Candidate]:
    """Draw a page of the candidates, in their order, and return those on it."""
    choice, paging = st.columns([3, 1])
    shown = choice.selectbox(
        "Show", list(SHOWN), format_func=lambda one: SHOWN[one], key=f"decide_show_{screening_id}"
    )
    found = [one for one in candidates if _is_shown(one, shown, decided)]
    pages = max(1, -(-len(found) // PAGE))
    key = f"decide_page_{screening_id}_{shown}"
    if st.session_state.get(key, 1) > pages:
        st.session_state[key] = pages
    number = paging.number_input(f"Page (of {pages})", 1, pages, key=key, disabled=pages == 1)
    page = found[(number - 1) * PAGE : number * PAGE]
    if not page:
        st.info("Nobody stands here.")
        return page
    lines = [_line(posting, one, decided.get(one.letter_id)) for one in page]
    filled = [name for name in lines[0] if name in _ALWAYS or any(line[name] for line in lines)]
    st.dataframe(
        [{name: line[name] for name in filled} for line in lines],
        hide_index=True,
        alt="Candidates and what was decided about them",
    )
    return page


def _is_shown(one: Candidate, shown: str | None, decided: Mapping[str, Decision]) -> bool:
    standing = decided.get(one.letter_id)
    if shown in (None, "all"):
        return True
    return standing is None if shown == OPEN else standing is not None and standing.action == shown


def _line(posting: PostingRow, one: Candidate, standing: Decision | None) -> dict[str, str]:
    judged = isinstance(one, ReviewedLetter)
    return {
        "rank": str(one.rank) if judged else "–",
        "candidate": candidate(posting, one.letter_key, one.letter_id, one.applicant),
        "score": f"{one.score:.1f}" if judged else "not judged",
        "judge's own": f"rank {one.judged_rank}, {one.judged_score:.1f}" if judged and one.changed else "",
        "decision": DECIDED[standing.action] if standing else "",
        "reason": ""
        if standing is None or standing.reason is None
        else REASONS.get(standing.reason, standing.reason),
        "note": one_line(standing.note) if standing else "",
        "by": one_line(standing.actor) if standing else "",
        "when (UTC)": standing.created[:16].replace("T", " ") if standing else "",
    }

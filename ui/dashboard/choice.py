"""What the pages speak of: the posting and the screening that stand chosen in the sidebar.

The choice lives in the session, and in the address, so that a link opens the same screening.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from ingestion.records import PostingRow, ScreeningSummary
from ui.dashboard.shared import open_store, postings, screenings
from ui.terminal import one_line

POSTING = "chosen_posting"
SCREENING = "chosen_screening"


def draw_choice() -> None:
    """Draw the two boxes of the sidebar, and keep what is chosen."""
    rows = postings()
    with st.sidebar:
        if not rows:
            st.caption("No letters yet: the Letters page reads them in.")
            return
        names = [row.name for row in rows]
        _adopt(POSTING, names, _linked_posting(), default=_busiest(rows))
        st.selectbox("Posting", names, key=POSTING, format_func=one_line)
        posting = st.session_state[POSTING]
        done = screenings(posting)
        if not done:
            st.session_state.pop(SCREENING, None)
            _write_address(posting=posting)
            st.caption("No screening of this posting yet.")
            return
        ids = [one.screening_id for one in done]
        _adopt(SCREENING, ids, st.query_params.get("screening"), default=ids[0])
        titles = titles_of([(one, _job_line(one.screening_id)) for one in done])
        st.selectbox("Screening", ids, key=SCREENING, format_func=lambda one: titles[one])
        _write_address(posting=posting, screening=st.session_state[SCREENING])


def chosen_posting() -> PostingRow | None:
    """Return the chosen posting, None while the store holds none."""
    name = st.session_state.get(POSTING)
    rows = postings()
    return next((row for row in rows if row.name == name), rows[0] if rows else None)


def chosen_screening() -> str | None:
    """Return the id of the chosen screening, None while its posting has none."""
    found = st.session_state.get(SCREENING)
    return found if isinstance(found, str) else None


def choose_screening(screening_id: str) -> None:
    """Make a screening the chosen one when the page is drawn next."""
    st.session_state["adopt_" + SCREENING] = screening_id


def choose_posting(name: str) -> None:
    """Make a posting the chosen one when the page is drawn next."""
    st.session_state["adopt_" + POSTING] = name


def _linked_posting() -> str | None:
    """Return the posting that the address speaks of: its screening's, else the one it names."""
    linked = st.query_params.get("screening")
    of_screening = (one.posting for one in open_store().screenings() if one.screening_id == linked)
    return next(of_screening, None) or st.query_params.get("posting")


def _write_address(**chosen: str) -> None:
    """Keep the choice in the address, so that the page drawn anew, or opened by another person, speaks of the same."""
    if st.query_params.to_dict() != chosen:
        st.query_params.from_dict(chosen)


def _adopt(key: str, options: list[str], linked: str | None, *, default: str) -> None:
    """Give a box its value before it is drawn: what code chose, what stood there, what the address says, the default."""
    wanted = st.session_state.pop("adopt_" + key, None)
    for one in (wanted, st.session_state.get(key), linked, default):
        if one in options:
            st.session_state[key] = one
            return


def _busiest(rows: list[PostingRow]) -> str:
    return max(rows, key=lambda row: row.letters).name


def titles_of(listed: Sequence[tuple[ScreeningSummary, str]]) -> dict[str, str]:
    """Return a line for each screening, by id: when, and the first words of its job description.

    No two are the same: Streamlit tells the options of a box apart by what they are called.
    """
    titles: dict[str, str] = {}
    taken: set[str] = set()
    for summary, job in listed:
        title = f"{summary.created[:19].replace('T', ' ')} · {job}"
        if title in taken:
            title = f"{title} · {summary.screening_id}"
        taken.add(title)
        titles[summary.screening_id] = title
    return titles


@st.cache_data(show_spinner=False, max_entries=512)
def _job_line(screening_id: str) -> str:
    header = json.loads(open_store().screening(screening_id).header)
    line = one_line(header["job_description"])
    return line if len(line) <= 60 else line[:59].rstrip() + "…"

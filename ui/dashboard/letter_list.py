"""A posting's letters as a list to look through: a page of 25, a search, and which one is open.

Reads one page from the store, whatever the posting holds.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

import streamlit as st

from ingestion.browsing import BrowsedLetter, LetterPage, Order, letter_page
from ingestion.records import PostingRow
from ui.dashboard.names import candidate, named_keys
from ui.dashboard.shared import open_store
from ui.dashboard.words import many
from ui.terminal import one_line

PAGE: Final = 25
"""Letters on one page."""

OPEN = "open_letter"
"""Where the session keeps the key of the letter that is open."""
LISTED = "listed_letters"
"""Where it keeps the keys of the page that the letter was opened from."""
_TURN = "letters_turn"

ORDERS: Final[dict[Order, str]] = {"id": "by id", "newest": "the newest first"}
FORMATS: Final = {"pdf": "PDF", "docx": "Word", "eml": "e-mail", "text": "text", "table": "table"}


def draw_list(posting: PostingRow) -> None:
    """Draw the list; a letter that is chosen is opened when the page is drawn next."""
    found = _draw_search(posting)
    if found is None:
        return
    st.session_state[LISTED] = tuple(row.key for row in found.rows)
    turn = st.session_state.setdefault(_TURN, 0)
    event = st.dataframe(
        [_line(posting, row) for row in found.rows],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"letters_table_{turn}",
        height="content",
        alt="The letters of this page",
    )
    picked = list(event.selection.rows)
    named = {row.key: candidate(posting, row.key, row.letter_id, row.applicant) for row in found.rows}
    chosen = st.selectbox(
        "Open a letter",
        list(named),
        index=None,
        format_func=lambda key: named[key],
        placeholder="Tick a row above, or choose here",
        key=f"letters_open_{turn}",
    )
    key = found.rows[picked[0]].key if picked and picked[0] < len(found.rows) else chosen
    if key is not None:
        open_letter(key)
        st.rerun()


def open_letter(key: int | None) -> None:
    """Open a letter, or the list again for None; what was ticked in the list is forgotten."""
    st.session_state[OPEN] = key
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def opened_letter() -> int | None:
    """Return the key of the letter that is open in this session."""
    found = st.session_state.get(OPEN)
    return found if isinstance(found, int) else None


def listed_keys() -> tuple[int, ...]:
    """Return the keys of the page that the open letter was opened from."""
    found = st.session_state.get(LISTED)
    return found if isinstance(found, tuple) else ()


def _draw_search(posting: PostingRow) -> LetterPage | None:
    what = "Words in the letters, or an id" if posting.blind else "Words in the letters, an id or a name"
    box, order_box = st.columns([3, 1], vertical_alignment="bottom")
    search = box.text_input(
        "Search", key="letters_search", max_chars=300, placeholder=what, persist_state="session"
    )
    order = order_box.selectbox(
        "Order",
        list(ORDERS),
        format_func=lambda one: ORDERS[one],
        key="letters_order",
        persist_state="session",
    )
    if posting.blind:
        st.caption(
            "Blind posting: letters go by their ids, and names are found only where you revealed them."
        )
    store = open_store()
    with store.reading() as connection:
        first = letter_page(
            connection, posting.posting_id, search=search, limit=PAGE, order=order, named=named_keys(posting)
        )
        if not first.total:
            st.info("No letter is found by that." if search.strip() else "This posting has no letters yet.")
            return None
        pages = -(-first.total // PAGE)
        st.caption(
            many(first.total, "letter")
            if not search.strip()
            else f"{many(first.total, 'letter')} found, the best first"
        )
        if pages == 1:
            return first
        number = _page_number(posting, search, order, pages)
        if number == 1:
            return first
        return letter_page(
            connection,
            posting.posting_id,
            search=search,
            offset=(number - 1) * PAGE,
            limit=PAGE,
            order=order,
            named=named_keys(posting),
        )


def _page_number(posting: PostingRow, search: str, order: str, pages: int) -> int:
    """Draw the pages; another search begins with the first one, and a letter that is closed leads back to its page."""
    asked = crc32(search.encode(errors="replace"))
    number = st.pagination(
        pages, key=f"letters_page_{posting.posting_id}_{order}_{asked}", persist_state="session"
    )
    return min(number, pages)


def _line(posting: PostingRow, row: BrowsedLetter) -> dict[str, str | int]:
    from ingestion.language import language_name

    return {
        "letter": candidate(posting, row.key, row.letter_id, row.applicant),
        "warning": f"⚠ hidden text ({row.hidden})" if row.hidden else "",
        "language": language_name(row.language),
        "characters": row.characters,
        "format": FORMATS.get(row.format or "", one_line(row.format or "not kept")),
        "received": (row.received or "not kept")[:16].replace("T", " "),
    }

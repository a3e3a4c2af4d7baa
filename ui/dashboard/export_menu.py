"""The exports of a result: spreadsheets and a page to print. Each one that is taken goes into the ledger first.

In a posting that is blind the files hold names only of letters that were revealed, unless a person asks for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from agents.unnamed import unnamed
from agents.verdict import Verdict
from ingestion.records import PostingRow
from ui.dashboard.access import actor
from ui.dashboard.names import revealed_of
from ui.dashboard.shared import open_store
from ui.exports import ExportKind, export_bytes

if TYPE_CHECKING:
    from ingestion.store import Store

MIME: dict[ExportKind, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
}
TITLES: dict[ExportKind, str] = {
    "html": "A page to print (HTML)",
    "xlsx": "A workbook (XLSX)",
    "csv": "A table (CSV)",
}


def draw_exports(posting: PostingRow, verdict: Verdict) -> None:
    """Draw the menu. A file is made when it is asked for, never before."""
    with st.popover("Export", icon=":material/download:"):
        with_names = not posting.blind
        if posting.blind:
            with_names = st.checkbox(
                "With all names and contacts", key=f"export-names-{verdict.screening_id}", value=False
            )
            if with_names:
                st.caption("That the file held all names is recorded.")
            else:
                st.caption("Candidates stand as ids, but for names that you have revealed here.")
        keys = [one.assessment.letter_key for one in verdict.ranking]
        keys += [one.letter_key for one in verdict.unjudged]
        revealed = None if with_names else revealed_of(posting, keys)
        for kind, title in TITLES.items():
            st.download_button(
                title,
                exporting(open_store(), verdict, kind, revealed, actor()),
                file_name=f"{verdict.screening_id}.{kind}",
                mime=MIME[kind],
                key=f"export-{kind}-{verdict.screening_id}",
                on_click="ignore",
            )
        st.caption("Each export is recorded in the ledger.")


def exporting(
    store: Store, verdict: Verdict, kind: ExportKind, revealed: frozenset[int] | None, who: str
) -> Callable[[], bytes]:
    """Return a function that makes the file, records that it left, and hands it over. ``revealed`` None is everybody.

    It runs in a thread of its own, after the page is drawn, so it asks Streamlit for nothing.
    """

    def made() -> bytes:
        from agents.ledger import note_export

        shown, what = verdict, f"{kind}, with names"
        if revealed is not None:
            keys = [one.assessment.letter_key for one in verdict.ranking]
            letters = {letter.key: letter for letter in store.letters(verdict.posting.name, keys)}
            shown = unnamed(verdict, letters, revealed)
            what = kind if not revealed else f"{kind}, with {len(revealed)} names"
        data = export_bytes(shown, kind)
        note_export(store, verdict.screening_id, kind=what, letters=verdict.pool, actor=who)
        return data

    return made

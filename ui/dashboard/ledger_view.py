"""The ledger as a person reads it: the entries of a screening, newest first, and whether the whole of it is sound.

Draws what the ledger holds; what was erased says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from agents.ledger_payloads import ACTIONS
from ui.dashboard.shared import open_store
from ui.dashboard.words import plain
from ui.terminal import one_line

if TYPE_CHECKING:
    from agents.ledger import LedgerLine

PAGE = 25
"""Entries of one page."""
BROKEN_SHOWN = 20


def draw_ledger(screening_id: str) -> None:
    """Draw the entries that speak of a screening, and the button that checks the ledger of the store."""
    st.header("The ledger", anchor=False)
    st.caption(
        "Every entry is chained to the one before, so that a changed or a missing one shows. Erasing a person takes out what was "
        "said about them; the chain stays whole, and the place says “erased”."
    )
    _draw_check()
    from agents.ledger import history

    lines = history(open_store(), screening_id)[::-1]
    pages = max(1, -(-len(lines) // PAGE))
    number = 1
    if pages > 1:
        number = st.number_input(
            f"Page of the ledger (of {pages})", 1, pages, key=f"ledger_page_{screening_id}"
        )
    st.dataframe(
        [_line(one) for one in lines[(number - 1) * PAGE : number * PAGE]],
        hide_index=True,
        alt="Entries of the ledger about this screening",
    )


def _draw_check() -> None:
    if not st.button("Verify the ledger", icon=":material/verified_user:", key="ledger_verify"):
        return
    from agents.ledger import verify

    with st.spinner("Checking every entry"):
        check = verify(open_store())
    if not check.broken:
        st.success(
            f"The ledger is sound: {check.entries:,} entries, {check.payloads:,} with their words, {check.erased:,} erased."
        )
        st.caption(
            "A chain can't tell that its end was cut off. Note this last hash elsewhere, and compare it:"
        )
        st.code(check.head, language=None)
        return
    st.error(f"The ledger is not sound: {len(check.broken)} findings.")
    plain("\n".join(check.broken[:BROKEN_SHOWN]))
    if len(check.broken) > BROKEN_SHOWN:
        st.caption(f"and {len(check.broken) - BROKEN_SHOWN} more")


def _line(one: LedgerLine) -> dict[str, str]:
    who = "" if one.letter_key is None else one_line(one.letter_id) if one.letter_id else "erased"
    return {
        "place": str(one.place),
        "when (UTC)": one.created[:19].replace("T", " "),
        "what": ACTIONS.get(one.action, one.action),
        "candidate": who,
        "by": one_line(one.actor) if one.actor else "",
        "words": one_line(one.payload),
    }

"""The dashboard: who may look, which posting and screening the pages speak of, and the pages themselves.

Holds no judging logic; each page stands in `ui/screens/`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ingestion.records import StoreError
from ui.dashboard.access import require_access
from ui.dashboard.choice import draw_choice
from ui.failures import describe
from ui.screens import ask, compare, decide, evidence, letters, screen, write

# Streamlit fetches the icons it knows by name from a host on the net; this one is the project's own.
ICON = Path(__file__).with_name("icon.png")

st.set_page_config(page_title="Winnow", page_icon=str(ICON), layout="wide")
require_access()
chosen = st.navigation(
    {
        "Screening": [
            st.Page(screen.page, title="Screen", icon=":material/fact_check:", default=True),
            st.Page(compare.page, title="Compare", url_path="compare", icon=":material/view_column:"),
            st.Page(ask.page, title="Ask", url_path="ask", icon=":material/forum:"),
            st.Page(decide.page, title="Decide", url_path="decide", icon=":material/gavel:"),
        ],
        "Letters": [
            st.Page(letters.page, title="Letters", url_path="letters", icon=":material/inbox:"),
            st.Page(write.page, title="Write", url_path="write", icon=":material/edit_note:"),
        ],
        "How good is it": [
            st.Page(evidence.page, title="Evidence", url_path="evidence", icon=":material/monitoring:"),
        ],
    }
)
try:
    draw_choice()
    chosen.run()
except StoreError as error:
    st.error("The store can't be read.")
    st.text(describe(error))

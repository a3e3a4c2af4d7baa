"""The Letters page."""

from __future__ import annotations

import streamlit as st

from ui.dashboard.access import require_access


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Letters")

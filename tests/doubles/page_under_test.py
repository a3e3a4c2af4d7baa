"""One page of the dashboard drawn by Streamlit's own test driver, on a store that was screened for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
from ui.dashboard.choice import draw_choice
from ui.screens import {name}

draw_choice()
{name}.page()
"""


def screen_for_pages(folder: Path) -> str:
    """Screen the bundled letters of a store for the job of the bundled sous-chef, and return the screening's id."""
    from agents.screening import open_engine
    from ingestion.samples import jobs
    from ingestion.store import Store

    with Store.open(folder) as store:
        job = jobs()["sous-chef"]
        engine = open_engine(store, requirements=job.requirements_path)
        return (engine.query(job.text).metadata or {})["screening_id"]


def draw_page(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Draw the page ``name`` once, with the sidebar that chooses posting and screening."""
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("WINNOW_STORE", str(folder))
    page = AppTest.from_string(SCRIPT.format(name=name), default_timeout=60)
    page.session_state["store_of_test"] = folder
    return page.run()


def said(page: AppTest) -> str:
    """Return every text of a page that nothing reads as markup."""
    return "\n".join(one.value for one in page.text)


def drawn_html(page: AppTest) -> str:
    """Return all HTML of a page."""
    return "\n".join(one.proto.body for one in page.get("html"))

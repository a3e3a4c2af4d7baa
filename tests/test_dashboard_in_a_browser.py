from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dashboard_browser import looking, served, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = ("", "compare", "ask", "decide", "letters", "write", "evidence")


@pytest.mark.parametrize("width", [1280, 390], ids=["a desk", "a telephone"])
def test_every_page_is_drawn_and_asks_no_other_host(
    width: int, browser: Browser, own_store: Path, tmp_path: Path
) -> None:
    """Each page shows its title, no error, nothing wider than the window, and every request stays on the machine."""
    hosts: list[str] = []
    with served(own_store, tmp_path / "log") as address, looking(browser, hosts, width=width) as page:
        for name in PAGES:
            page.goto(f"{address}/{name}")
            settled(page)
            assert page.locator("h1").count() == 1, name
            assert page.locator("[data-testid='stException']").count() == 0, name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert set(hosts) == {"127.0.0.1"}

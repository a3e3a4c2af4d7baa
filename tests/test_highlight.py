from __future__ import annotations

from typing import TYPE_CHECKING

from ui.dashboard.highlight import MatrixRow, matrix_table

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_file_name_in_the_matrix_stays_readable_on_a_telephone(browser: Browser) -> None:
    """At 390 pixels an id breaks into a few lines, not into one letter a line; the table scrolls inside its frame."""
    row = MatrixRow("1", "application_of_the_fourth_of_may.docx", "6.4", ("met",) * 8)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    try:
        page.set_content(matrix_table(["cooking"] * 8, [row]))
        box = page.locator("tbody tr").bounding_box()
        width = page.evaluate("document.documentElement.scrollWidth")
    finally:
        page.close()
    assert box is not None
    assert box["height"] < 120
    assert width == 390

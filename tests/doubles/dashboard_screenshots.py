"""Draws the pictures of docs/dashboard.md anew: a store with the bundled letters, a screening, and each page in Chromium.

Run as `PYTHONPATH=.:tests/doubles python tests/doubles/dashboard_screenshots.py docs`. Knows nothing of what the pages say.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard_browser import chromium, looking, served, settled
from PIL import Image
from playwright.sync_api import sync_playwright

from ingestion.samples import DEMO_JOB, FOLDER, jobs

if TYPE_CHECKING:
    from playwright.sync_api import Page

HEIGHTS = {
    "screen": 1150,
    "compare": 1000,
    "ask": 1000,
    "decide": 1150,
    "letters": 900,
    "write": 1000,
    "evidence": 1000,
}
QUESTION = "Why did 115 come first?"


def prepare(store: Path) -> None:
    """Read the bundled letters in, screen them for the bundled job, and measure the judge on them."""
    winnow = str(Path(sys.executable).parent / "winnow")
    subprocess.run([winnow, "ingest", str(FOLDER / "letters"), "--store", str(store)], check=False)
    subprocess.run([winnow, "screen", jobs()[DEMO_JOB].text, "--store", str(store)], check=True)
    results = store / "evaluations"
    results.mkdir()
    with (results / "judging.json").open("w", encoding="utf-8") as stream:
        subprocess.run([winnow, "eval", "judging", "samples", "--json"], stdout=stream, check=True)


def draw(page: Page, address: str, folder: Path) -> None:
    """Take the picture of each page, in 128 colours, so that it stays small."""
    for name, height in HEIGHTS.items():
        page.set_viewport_size({"width": 1280, "height": height})
        page.goto(f"{address}/{'' if name == 'screen' else name}")
        settled(page)
        if name == "ask":
            page.get_by_placeholder("Ask about this screening").fill(QUESTION)
            page.keyboard.press("Enter")
            page.get_by_role("button", name=re.compile(r"^\[1\]")).first.wait_for()
        page.wait_for_timeout(1500)
        settled(page)
        file = folder / f"{name}.png"
        page.screenshot(path=file)
        with Image.open(file) as picture:
            picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(file, optimize=True)


def main() -> None:
    """Draw into the folder that is named."""
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        store = Path(work) / "store"
        prepare(store)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with served(store, Path(work) / "log") as address, looking(browser, []) as page:
            draw(page, address, folder)


if __name__ == "__main__":
    main()

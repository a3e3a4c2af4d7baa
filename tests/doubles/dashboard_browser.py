"""The dashboard as a person has it: `winnow ui` on a store, and a headless Chromium looking at it.

Every request that the browser makes is noted, so that a test can say that none left the machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

START_S = 90
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The Chromium of this machine, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def free_port() -> int:
    """A port of this machine that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def served(store: Path, log: Path, port: int | None = None) -> Iterator[str]:
    """The address of a dashboard on ``store``, started in the folder of ``log`` and up for as long as the block runs."""
    port = port or free_port()
    command = [str(Path(sys.executable).parent / "winnow"), "ui", "--port", str(port), "--store", str(store)]
    with (
        log.open("w", encoding="utf-8") as stream,
        subprocess.Popen(
            command, cwd=log.parent, stdout=stream, stderr=stream, env=dict(os.environ)
        ) as process,
    ):
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                reply.read()
                return
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.2)


@contextmanager
def looking(browser: Browser, hosts: list[str], *, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page of a fresh session; the host of each of its requests is appended to ``hosts``."""
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("request", lambda request: hosts.append(urlsplit(request.url).hostname or request.url[:20]))
    try:
        yield page
    finally:
        context.close()


def settled(page: Page) -> None:
    """Wait until the page has been drawn and no script runs any more."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=60_000)
    page.wait_for_load_state("networkidle")

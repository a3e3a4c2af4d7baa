"""`winnow ui`: starts the dashboard for this machine only.

Knows how Streamlit is started; the page itself is `ui/app.py`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.options import StoreOption, settings_for
from ui.terminal import note

EXAMPLE = "Example: winnow ui --store letters-store --port 8600"

APP = Path(__file__).resolve().parent.parent / "app.py"

STREAMLIT_SETTINGS: dict[str, str] = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",
    "server.fileWatcherType": "none",
    "browser.serverAddress": "127.0.0.1",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
}
"""As in .streamlit/config.toml, which Streamlit reads only when it is started in the checkout."""


def streamlit_command(port: int) -> list[str]:
    """Return the command that serves the dashboard at ``port`` of this machine."""
    settings = [f"--{key}={value}" for key, value in STREAMLIT_SETTINGS.items()]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *settings, f"--server.port={port}"]


def serve(
    store: StoreOption = None,
    port: Annotated[int, typer.Option("--port", help="Port on this machine.")] = 8501,
) -> None:
    """Open the dashboard on this machine; nothing listens beyond it."""
    folder = settings_for(store).store
    if not 1024 <= port <= 65535:
        raise typer.BadParameter(f"--port must be between 1024 and 65535, but got {port}")
    note(f"dashboard: http://127.0.0.1:{port} (store {folder}; Ctrl-C ends it)")
    environment = {**os.environ, "WINNOW_STORE": str(folder.absolute())}
    command = streamlit_command(port)
    os.execve(command[0], command, environment)  # noqa: S606 - this program's own page, no shell

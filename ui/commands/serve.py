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
    "server.maxUploadSize": "10",
    "browser.serverAddress": "127.0.0.1",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "runner.postScriptGC": "false",
    "theme.light.primaryColor": "#2f7d6b",
    "theme.dark.primaryColor": "#3d9c86",
}
"""As in .streamlit/config.toml, which Streamlit reads only when it is started in the checkout.

A full garbage collection after each run, four times a second while a bar is shown, held up the screening in the same
process: the first screening of 813 letters took 83 s instead of 6 (measured 2026-11, two busy cores).

A colour of both themes, ``theme.primaryColor``, would make one theme of them, the light one, whatever the browser asks for.
"""


def streamlit_command(port: int, address: str = "127.0.0.1") -> list[str]:
    """Return the command that serves the dashboard at ``port`` of an address of this machine."""
    chosen = STREAMLIT_SETTINGS | {"server.address": address}
    if address != STREAMLIT_SETTINGS["server.address"]:
        del chosen["browser.serverAddress"]
    settings = [f"--{key}={value}" for key, value in chosen.items()]
    return [sys.executable, "-m", "ui.warm_streamlit", "run", str(APP), *settings, f"--server.port={port}"]


def serve(
    store: StoreOption = None,
    port: Annotated[int, typer.Option("--port", help="Port on this machine.")] = 8501,
    address: Annotated[
        str,
        typer.Option(
            "--address", help="Where to listen. Beyond this machine only with a login: docs/dashboard.md."
        ),
    ] = "127.0.0.1",
    results: Annotated[
        Path | None,
        typer.Option(
            "--results",
            help="Folder of the evaluations' results. Default: WINNOW_RESULTS, else evaluations/ in the store.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Open the dashboard on this machine; nothing listens beyond it unless a login is configured."""
    settings = settings_for(store)
    folder = settings.store
    if not 1024 <= port <= 65535:
        raise typer.BadParameter(f"--port must be between 1024 and 65535, but got {port}")
    _must_be_guarded(address)
    note(f"dashboard: http://{address}:{port} (store {folder}; Ctrl-C ends it)")
    environment = {**os.environ, "WINNOW_STORE": str(folder.absolute())}
    environment["WINNOW_RESULTS"] = str((results or settings.results).absolute())
    command = streamlit_command(port, address)
    os.execve(command[0], command, environment)  # noqa: S606 - this program's own page, no shell


def _must_be_guarded(address: str) -> None:
    """End the run as wrong usage where letters would be shown beyond this machine without a login."""
    from ui.dashboard.access import configured_login, is_loopback

    if is_loopback(address):
        return
    login = configured_login()
    if not login.configured or not login.emails:
        raise typer.BadParameter(
            f"--address must be of this machine alone unless a login with a list of people is configured, but got {address}; "
            "set up [auth] and [access] emails in .streamlit/secrets.toml (docs/dashboard.md)"
        )

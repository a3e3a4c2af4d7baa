"""The settings a command starts from: flags first, then the environment, then the defaults.

Knows nothing about what the settings do; each room documents its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_STORE = Path(".winnow")
"""Where the store is when neither --store nor WINNOW_STORE says so: a folder beside the work."""

RESULTS = "evaluations"
"""The folder of a store that evaluation results are kept in, unless WINNOW_RESULTS names another."""

KNOWN = {
    "WINNOW_STORE": "the store's folder",
    "WINNOW_SERVER_URL": "the OpenAI-compatible server of --pipeline server",
    "WINNOW_SERVER_MODEL": "the model's name on that server, where it lists several",
    "WINNOW_SERVER_KEY": "the key that this server wants; no other key in the environment is ever sent",
    "WINNOW_RESULTS": "the folder of evaluation results that the dashboard shows",
    "WINNOW_TRACEBACK": "1: where an unexpected error came from, in full",
}


class SettingsError(ValueError):
    """A setting that does not exist or can't be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``store`` is a folder; ``traceback`` shows where an unexpected error came from.

    ``results`` is where the dashboard looks for the results of evaluations; ``server_url``, ``server_model`` and
    ``server_key`` belong to ``--pipeline server``.
    """

    store: Path = DEFAULT_STORE
    traceback: bool = False
    results: Path = DEFAULT_STORE / RESULTS
    server_url: str | None = None
    server_model: str | None = None
    server_key: str | None = field(default=None, repr=False)


def read_settings(environment: Mapping[str, str], store: Path | None = None) -> Settings:
    """Return the settings of this run; ``store`` is what --store was given.

    Raises:
        SettingsError: a WINNOW_ variable that Winnow does not know, or a value it can't use.
    """
    unknown = sorted(key for key in environment if key.startswith("WINNOW_") and key not in KNOWN)
    if unknown:
        raise SettingsError(
            f"environment variables that start with WINNOW_ must be one of {', '.join(KNOWN)}, "
            f"but got {', '.join(unknown)}: unset it, or correct its name"
        )
    traceback = environment.get("WINNOW_TRACEBACK", "0")
    if traceback not in {"0", "1"}:
        raise SettingsError(f"WINNOW_TRACEBACK must be 0 or 1, but got {traceback!r}")
    folder = store or Path(environment.get("WINNOW_STORE") or DEFAULT_STORE)
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"--store must be a folder, but {folder} is a file: name a folder")
    return Settings(
        store=folder,
        traceback=traceback == "1",
        results=Path(environment.get("WINNOW_RESULTS") or folder / RESULTS),
        server_url=environment.get("WINNOW_SERVER_URL") or None,
        server_model=environment.get("WINNOW_SERVER_MODEL") or None,
        server_key=environment.get("WINNOW_SERVER_KEY") or None,
    )

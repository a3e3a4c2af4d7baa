"""Streamlit with what the pages need being loaded meanwhile, so that the first visitor does not wait for it.

`winnow ui` starts this in Streamlit's place, with Streamlit's own arguments. Knows nothing about the pages.
"""

from __future__ import annotations

import importlib
import threading

NEEDED = (
    "pandas",
    "pyarrow",
    "ui.screens.screen",
    "ui.screens.compare",
    "ui.screens.ask",
    "ui.screens.decide",
    "ui.screens.letters",
    "ui.screens.write",
    "ui.screens.evidence",
    "agents.stored_screening",
    "agents.ledger",
    "agents.screening",
    "agents.chat.engine",
    "ingestion.ingest",
    "torch",
)
"""Modules in the order in which a visitor meets them."""


def warm() -> None:
    """Import what the pages import when they are first drawn or first screened. What fails here fails there, in words."""
    for module in NEEDED:
        try:
            importlib.import_module(module)
        except Exception:
            return


def main() -> None:
    """Run Streamlit's command line while the rest is loaded beside it."""
    from streamlit.web.cli import main as streamlit

    threading.Thread(target=warm, name="winnow: warming up", daemon=True).start()
    streamlit()


if __name__ == "__main__":
    main()

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ui.warm_streamlit import NEEDED

ROOT = Path(__file__).resolve().parent.parent


def test_what_is_warmed_up_can_be_imported() -> None:
    """Every module on the list is there: a slip would end the warming up in silence."""
    code = f"import importlib\nfor name in {NEEDED!r}: importlib.import_module(name)"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, timeout=120)


def test_streamlit_takes_its_arguments_as_ever() -> None:
    """The start is Streamlit's own command line."""
    done = subprocess.run(
        [sys.executable, "-m", "ui.warm_streamlit", "run", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "--server.address" in done.stdout

"""Asking before something can't be undone, and writing a result to a file that must not be there yet.

Knows nothing about what is done.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from ui.terminal import note


def confirm(question: str, *, command: str, nothing: str) -> None:
    """Ask on stderr; anything but yes ends the run with ``nothing`` said and nothing done."""
    if not sys.stdin.isatty():
        note(f"winnow: {command} asks before it removes anything, and nobody is at the terminal: add --yes")
        raise typer.Exit(2)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        note(nothing)
        raise typer.Exit(1)


def write_new(file: Path, text: str) -> None:
    """Write a file that only its owner may read. Raises FileExistsError where it is there already."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)

"""What reaches a terminal: text from letters made harmless, messages on stderr, results on stdout.

Knows nothing about what the text says.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pydantic import JsonValue

# Joiners that shape scripts and emoji; every other invisible character can hide or reorder text.
_JOINERS = {"\u200c", "\u200d"}
_SPACES = {"Zs"}


def visible(text: str) -> str:
    r"""Return ``text`` with every character that steers a terminal or hides text written out.

    Control characters, escape sequences, bidirectional overrides and other invisible characters become
    ``<U+001B>``; line breaks and tabs stay.

    >>> visible("a\x1b[31mb")
    'a<U+001B>[31mb'
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text.replace("\r\n", "\n"))


def _shown(character: str) -> str:
    if character.isprintable() or character in "\n\t" or character in _JOINERS:
        return character
    if unicodedata.category(character) in _SPACES:
        return character
    return f"<U+{ord(character):04X}>"


def one_line(text: str) -> str:
    r"""Return ``text`` as ``visible`` shows it, on one line.

    >>> one_line("a\n\n  b")
    'a b'
    """
    return " ".join(visible(text).split())


def say(text: str = "", *, to: TextIO | None = None) -> None:
    """Print a result, line breaks kept; to stdout unless told otherwise."""
    stream = to or sys.stdout
    stream.write(visible(text) + "\n")


def note(text: str) -> None:
    """Print a message about the work, on stderr, where it can't mix with a result."""
    sys.stderr.write(visible(text) + "\n")


def say_json(value: Mapping[str, JsonValue]) -> None:
    """Print exactly one JSON object on stdout.

    Invisible characters are written as escapes: the same JSON value, and harmless on a terminal.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    sys.stdout.write(text + "\n")


def on_a_terminal(stream: TextIO) -> bool:
    """Whether a person watches ``stream``; a pipe or a file gets no progress bar."""
    return stream.isatty()


def prepare_streams() -> None:
    """Let stdout and stderr take any letter: UTF-8, and never an error for a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")

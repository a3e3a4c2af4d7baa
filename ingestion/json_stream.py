"""The values of a JSON file, one at a time: those of its one array, or those that follow one another.

Knows nothing about letters. Built on Python's own decoder; ijson's fast backend ends the whole process at a number of
more than 4,300 digits (ijson 3.6.0 with yajl2_c, seen 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

_BLOCK = 65_536  # characters read at once, and at least
# Longest value, in characters: a letter has at most 100,000, and the rest of its row is small.
MAX_VALUE_CHARACTERS = 1_000_000


def json_values(handle: TextIO) -> Iterator[object]:
    """Yield the values. Raises ValueError or RecursionError where the file is no JSON; those before it were yielded."""
    reader = _Reader(handle)
    if reader.next_character() != "[":
        while reader.next_character():
            yield reader.value()
        return
    reader.step()
    if reader.next_character() == "]":
        reader.step()
    else:
        yield reader.value()
        while (mark := reader.next_character()) == ",":
            reader.step()
            yield reader.value()
        if mark != "]":
            raise ValueError(
                f"{mark!r} where a comma or a closing bracket belongs" if mark else "it breaks off"
            )
        reader.step()
    if reader.next_character():
        raise ValueError("something after the array's end")


class _Reader:
    """A window of the file that begins at the next value."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle
        self._decoder = json.JSONDecoder()
        self._window = ""
        self._at = 0
        self._ended = False

    def next_character(self) -> str:
        """Return the next character that is no white space, "" at the end."""
        while True:
            while self._at < len(self._window) and self._window[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._read_on():
                return ""

    def step(self) -> None:
        """Pass over one character."""
        self._at += 1

    def value(self) -> object:
        """Return the next value, and pass over it."""
        self.next_character()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._too_long() or not self._read_on():
                    raise ValueError(error.msg if self._at < len(self._window) else "it breaks off") from None
                continue
            length = end - self._at
            # Near the end of the window a number may be cut: at "1", at "1." or at "1e+".
            if len(self._window) - end < 3 and not self._too_long() and self._read_on():
                continue
            self._at += length
            return value

    def _too_long(self) -> bool:
        return len(self._window) - self._at > MAX_VALUE_CHARACTERS

    def _read_on(self) -> bool:
        """Drop what was passed over, and read as much as is left, so that long values cost no more than their length."""
        if self._ended:
            return False
        left = len(self._window) - self._at
        block = self._handle.read(max(_BLOCK, left))
        self._ended = not block
        self._window = self._window[self._at :] + block
        self._at = 0
        return bool(block)

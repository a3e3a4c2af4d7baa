"""How JSON and JSONL become letters: one object a letter, streamed.

Knows nothing about postings or the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from ingestion.columns import ColumnMap, recognise
from ingestion.decoding import open_text
from ingestion.raw_letter import UNDECODABLE, Columns, RawLetter, Refusal

# Longest line, in characters: one letter has at most 100,000, and the rest of its row is small.
MAX_LINE_CHARACTERS = 4_000_000
_BLOCK = 65_536  # characters
_OBJECT = "a letter must be a JSON object"


def read_json_lines(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a JSONL file. Blank lines are no rows."""
    rows = _Rows(name, columns)
    with open_text(path) as handle:
        number = -1
        while line := handle.readline(MAX_LINE_CHARACTERS + 1):
            if not line.strip():
                continue
            number += 1
            source = f"{name} row {number}"
            if len(line) > MAX_LINE_CHARACTERS:
                while line and line[-1] not in "\r\n":
                    line = handle.readline(MAX_LINE_CHARACTERS)
                rule = f"a line must have at most {MAX_LINE_CHARACTERS:,} characters"
                yield Refusal(source, None, rule, "more", "shorten it")
                continue
            try:
                value: object = json.loads(line)
            except (ValueError, RecursionError) as error:
                shown = str(error) or type(error).__name__
                yield Refusal(
                    source, None, "a line must be one JSON object", shown, "correct that line and run again"
                )
                continue
            yield rows.letter(number, value)


def read_json(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a JSON file: an array of objects, or objects one after the other."""
    import ijson

    rows = _Rows(name, columns)
    number = -1
    with open_text(path) as handle:
        start = handle.read(1)
        while start and start.isspace():
            start = handle.read(1)
        if not start:
            yield Refusal(
                name, None, "a JSON file must hold an array of objects", "an empty file", "add the letters"
            )
            return
        stream = _Utf8(handle, start)
        array = start == "["
        try:
            for value in ijson.items(stream, "item" if array else "", multiple_values=not array):
                number += 1
                yield rows.letter(number, value)
        except (ijson.JSONError, ValueError, RecursionError, OverflowError) as error:
            detail = str(error).split("\n", 1)[0].strip() or type(error).__name__
            yield Refusal(
                f"{name} row {number + 1}",
                None,
                "a JSON file must be whole",
                detail,
                "correct it and run again; the rows before it are in, none after it could be read",
            )
            return
    if number < 0:
        yield Refusal(
            name, None, "a JSON file must hold an array of objects", "an empty array", "add the letters"
        )


class _Utf8:
    """A text file as the bytes that ijson wants. Bytes that are no text become a mark that is refused with its row."""

    def __init__(self, handle: TextIO, start: str) -> None:
        self._handle = handle
        self._start = start

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        text = self._start + self._handle.read(_BLOCK if size < 0 else max(1, size // 4))
        self._start = ""
        try:
            return text.encode()
        except UnicodeEncodeError:
            return "".join(UNDECODABLE if "\ud800" <= c <= "\udfff" else c for c in text).encode()


class _Rows:
    """The rows of one file. The first row that has a letter settles the columns for all of them."""

    def __init__(self, name: str, columns: Columns) -> None:
        self._name = name
        self._columns = columns
        self._map: ColumnMap | None = None

    def letter(self, number: int, value: object) -> RawLetter | Refusal:
        source = f"{self._name} row {number}"
        if not isinstance(value, Mapping):
            return Refusal(
                source, None, _OBJECT, f"a {type(value).__name__}", "write {...} with its text and id"
            )
        names = [str(key) for key in value]
        found = self._map
        if (
            found is None
            or found.text not in value
            or (found.id is None) != (_id_of(names, self._columns) is None)
        ):
            now = recognise(source, names, self._columns)
            if isinstance(now, Refusal):
                return now
            if self._map is None:
                self._map = now
            elif now != self._map:
                return Refusal(
                    source,
                    None,
                    f"every row must have the columns of the first ({_shown(self._map)})",
                    _shown(now),
                    "give all rows the same columns",
                )
            found = self._map
        return found.letter(source, number, value)


def _id_of(names: list[str], columns: Columns) -> str | None:
    found = recognise("", names, columns)
    return None if isinstance(found, Refusal) else found.id


def _shown(found: ColumnMap) -> str:
    return f"text {found.text!r}, id {found.id!r}"

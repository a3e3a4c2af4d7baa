"""How JSON and JSONL become letters: one object a letter, streamed.

Knows nothing about postings or the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.columns import ColumnMap, recognise
from ingestion.decoding import open_text
from ingestion.json_stream import json_values
from ingestion.raw_letter import Columns, RawLetter, Refusal

# Longest line, in characters: one letter has at most 100,000, and the rest of its row is small.
MAX_LINE_CHARACTERS = 1_000_000
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
    rows = _Rows(name, columns)
    number = -1
    with open_text(path) as handle:
        try:
            for value in json_values(handle):
                number += 1
                yield rows.letter(number, value)
        except UnicodeDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            yield Refusal(
                f"{name} row {number + 1}",
                None,
                "a JSON file must be whole",
                str(error) or type(error).__name__,
                "correct it and run again; the rows before it are in, none after it could be read",
            )
            return
    if number < 0:
        yield Refusal(name, None, "a JSON file must hold an array of objects", "no object", "add the letters")


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

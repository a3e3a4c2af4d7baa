"""How CSV and TSV become letters, row by row, and what a broken quote costs: its own row and no other.

Knows nothing about postings or the store.

A quote that is never closed, or one inside a text that is not doubled, would silently glue two applicants' letters
together. So quoting is read strictly: the row that breaks it is refused, and reading goes on at the next line from
which two rows in a row have as many fields as the header, quotes in pairs, and ids of a form that was seen before. Where rows are numbered for want of an id column, and it is
not certain that exactly one row was lost, the rest is refused too: its numbers would be guesses.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ingestion.columns import recognise
from ingestion.decoding import open_text
from ingestion.raw_letter import Columns, RawLetter, Refusal

# Longest row, in characters. One letter has at most 100,000; a row of a million is a quote that is never closed.
MAX_ROW_CHARACTERS = 1_000_000
_MAX_ROW_LINES = 100_000  # more than the characters of a letter
# How many characters may be read again in all while looking for the end of one broken row.
_SEARCH_CHARACTERS = 40_000_000
# How many forms of ids are remembered; a file whose ids have more has no form.
_FORMS = 100
_QUOTING = 'a field that begins with a quote must end with one, and a quote inside must be doubled ("")'


class _TooLong(Exception):
    pass


class _Lines(Iterator[str]):
    """The physical lines of a file, which remember those of the current row and can take them back."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self._characters = 0  # of the current row
        self.number = 0  # of the last line that was handed out, from 1

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._handle.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.row.append(line)
        self._characters += len(line)
        self.number += 1
        if len(line) > MAX_ROW_CHARACTERS:
            rest = line
            while rest and rest[-1] not in "\r\n":  # drop the rest of a line that does not fit in memory
                rest = self._handle.readline(MAX_ROW_CHARACTERS)
            self.row = [line[:100]]
        if self._characters > MAX_ROW_CHARACTERS or len(self.row) > _MAX_ROW_LINES:
            raise _TooLong
        return line

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.row, self._characters = [], 0

    def take_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def read_comma_separated(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a CSV or TSV file. Commas, semicolons and tabs are told apart by the header."""
    with open_text(path) as handle:
        lines = _Lines(handle)
        delimiter, header = _header(lines)
        if not header:
            yield Refusal(
                name, None, "a table must begin with a header row", "an empty file", "add the header"
            )
            return
        found = recognise(name, header, columns)
        if isinstance(found, Refusal):
            yield found
            return
        forms: set[str] = set()
        number = -1
        place = "row"  # after a broken row of unknown length, rows are told by their line
        while True:
            first = lines.number + 1
            fields = _row(lines, delimiter)
            if fields is None:
                return
            number += 1
            source = f"{name} {place} {number if place == 'row' else first}"
            if isinstance(fields, str):
                skipped = _skip_broken(lines, delimiter, header, found.id, forms)
                where = f"line {first}" if skipped == 1 else f"lines {first} to {first + skipped - 1}"
                yield Refusal(source, None, _QUOTING, f"{fields} ({where})", "correct that row and run again")
                if skipped > 1:
                    if found.id is None:
                        yield Refusal(
                            name,
                            None,
                            "rows without an id column are numbered, so none may be lost",
                            f"a break at line {first} that ends at an unknown row",
                            "correct it, or name an --id-column; the rows before it are in",
                        )
                        return
                    place = "line"
                continue
            _trim(fields, len(header))
            if len(fields) != len(header):
                rule = f"a row must have {len(header)} fields like the header"
                yield Refusal(source, None, rule, str(len(fields)), "check its separators and quotes")
                continue
            cells = dict(zip(header, fields, strict=True))
            if found.id is not None and len(forms) < _FORMS:
                forms.add(_form(cells[found.id]))
            yield found.letter(source, number, cells)


def _header(lines: _Lines) -> tuple[str, list[str]]:
    """Return the separator that splits the header into most columns (a comma at a tie), and the columns."""
    best: tuple[str, list[str]] = (",", [])
    for delimiter in (",", ";", "\t"):
        fields = _row(lines, delimiter)
        taken = lines.row
        if isinstance(fields, list) and len(fields) > len(best[1]):
            best = (delimiter, fields)
        lines.take_back(taken)
    _row(lines, best[0])
    return best


def _row(lines: _Lines, delimiter: str) -> list[str] | str | None:
    """Return the next row's fields, what is wrong with it, or None at the end. Blank lines are no rows."""
    while True:
        lines.begin_row()
        csv.field_size_limit(MAX_ROW_CHARACTERS + 1)
        try:
            fields = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
        except _TooLong:
            return f"a row of more than {MAX_ROW_CHARACTERS:,} characters or {_MAX_ROW_LINES:,} lines"
        except csv.Error as error:
            return str(error)
        if fields is None or fields:
            return fields


def _trim(fields: list[str], width: int) -> None:
    """Drop the empty fields that spreadsheets append to a row."""
    while len(fields) > width and not fields[-1]:
        fields.pop()


def _form(letter_id: str) -> str:
    """Return what an id looks like: "a0-0" for "row12-7"."""
    return re.sub(r"[0-9]+", "0", re.sub(r"[^\W\d_]+", "a", letter_id.strip()))


def _skip_broken(
    lines: _Lines, delimiter: str, header: list[str], id_column: str | None, forms: set[str]
) -> int:
    """Move to where rows are whole again; return how many lines the broken row took."""

    def is_whole(fields: list[str] | str | None) -> bool:
        if fields is None:
            return True
        if isinstance(fields, str) or sum(line.count('"') for line in lines.row) % 2:
            return False
        _trim(fields, len(header))
        if len(fields) != len(header):
            return False
        if id_column is None or not forms or len(forms) == _FORMS:
            return True
        return _form(fields[header.index(id_column)]) in forms

    skipped = 1
    read = 0
    lines.take_back(lines.row[1:])
    while read < _SEARCH_CHARACTERS:
        tried: list[str] = []
        whole = True
        for _ in range(2):
            whole = is_whole(_row(lines, delimiter))
            tried += lines.row
            if not whole:
                break
        read += sum(map(len, tried))
        if whole or not tried:
            lines.take_back(tried)
            return skipped
        lines.take_back(tried[1:])
        skipped += 1
    while _row(lines, delimiter) is not None:  # give up: nothing after this can be told apart
        skipped += len(lines.row)
    return skipped

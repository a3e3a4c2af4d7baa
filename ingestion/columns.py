"""Which column of a table holds the letter, its id and the applicant's name.

Knows nothing about file formats: it sees column names and the cells of one row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.raw_letter import Columns, RawLetter, Refusal, make_letter

# Names that are recognised without a flag, first match wins. Compared in lower case, words joined by "_".
TEXT_NAMES = ("cover_letter", "coverletter", "cover_letter_text", "letter_text", "letter", "text")
ID_NAMES = ("letter_id", "id", "candidate_id", "applicant_id", "application_id")
NAME_NAMES = ("applicant_name", "candidate_name", "full_name", "name", "applicant", "candidate")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns of one table. ``id`` None means that letters are numbered by their row, from 0."""

    text: str
    id: str | None
    name: str | None

    def letter(self, source: str, number: int, cells: Mapping[str, object]) -> RawLetter | Refusal:
        """Read one row; ``number`` is its place in the table, from 0."""
        return make_letter(
            source,
            letter_id=number if self.id is None else cells.get(self.id),
            text=cells.get(self.text),
            applicant=None if self.name is None else cells.get(self.name),
        )


def recognise(source: str, names: Sequence[str], columns: Columns) -> ColumnMap | Refusal:
    """Find the columns among a table's ``names``; a Refusal names those that stand there."""
    found: dict[str, str | None] = {}
    for what, flag, asked, known in (
        ("text", "--text-column", columns.text, TEXT_NAMES),
        ("id", "--id-column", columns.id, ID_NAMES),
        ("name", "--name-column", columns.name, NAME_NAMES),
    ):
        column = _named(asked, names) if asked is not None else _known(known, names)
        if column is None and (asked is not None or what == "text"):
            rule = (
                f"a table must have the column {asked!r}"
                if asked is not None
                else "a table must have a column of letters (Cover Letter, letter or text)"
            )
            shown = ", ".join(repr(name) for name in names[:40]) or "none"
            return Refusal(source, None, rule, f"the columns {shown}", f"name the right one with {flag}")
        if column is not None and list(names).count(column) > 1:
            rule = f"the column {column!r} must stand only once"
            return Refusal(
                source, None, rule, f"{list(names).count(column)} of it", f"rename one, or use {flag}"
            )
        found[what] = column
    text = found["text"]
    assert text is not None
    return ColumnMap(text, found["id"], found["name"])


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def _named(asked: str, names: Sequence[str]) -> str | None:
    if asked in names:
        return asked
    return next((name for name in names if _plain(name) == _plain(asked) != ""), None)


def _known(known: Sequence[str], names: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[name] for name in known if name in plain), None)

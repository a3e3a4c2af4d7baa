"""What reading yields: a letter as it was found, or a refusal that says why there is none.

Knows nothing about file formats, postings or the store.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.document import Document, Hidden
from ingestion.hidden_characters import reveal

# Longest letter taken in, in characters: the longest of 1,754 sample letters has 2,943 (measured 2026-11). Beyond
# 100,000 a text is a book or a broken quote, and would hold its batch up for minutes.
MAX_CHARACTERS = 100_000
# Longest id, in characters: ids stand in tables, file names of exports and command lines.
MAX_ID_CHARACTERS = 200
# Longest name, address or subject, in characters.
MAX_GUESS_CHARACTERS = 300
_WHOLE = 1e15  # below this every whole number is exact as a float


@dataclass(frozen=True, slots=True)
class RawLetter:
    """One letter as it was found. ``source`` names folder, file and row ("exports/letters.csv row 12").

    ``format`` is "table", "text", "pdf", "docx" or "eml". ``name_guessed`` says that the applicant's name was read from
    the document or message; ``email`` and ``subject`` always are. ``hidden`` is what was kept out of the text.
    """

    letter_id: str
    text: str
    applicant: str | None
    source: str
    format: str = "table"
    name_guessed: bool = False
    email: str | None = None
    subject: str | None = None
    hidden: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken in: the rule it broke, the value found, and what to do about it.

    ``clause`` says that the value is a clause ("this one has 31"), as the parsers of documents write it.
    """

    source: str
    letter_id: str | None
    rule: str
    value: str
    remedy: str
    clause: bool = False

    @property
    def detail(self) -> str:
        """What a person reads, without the source."""
        return f"{self.rule}, but {'' if self.clause else 'got '}{self.value}; {self.remedy}"

    def __str__(self) -> str:
        return printable(f"{self.source}: {self.detail}")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part of a message that is no letter, and why it was not taken: nothing is dropped silently."""

    source: str
    why: str

    def __str__(self) -> str:
        return printable(f"{self.source}: {self.why}")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a person named: each None where Winnow shall recognise it by itself."""

    text: str | None = None
    id: str | None = None
    name: str | None = None


def origin_of(source: str) -> str:
    """Return the file part of a source.

    >>> origin_of("exports/letters.csv row 12")
    'exports/letters.csv'
    """
    return re.sub(r" (?:row|line) [0-9]+$", "", source)


def printable(text: str) -> str:
    """Return ``text`` as one line that any terminal can show."""
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def make_letter(
    source: str, *, letter_id: object, text: object, applicant: object, document: Document | None = None
) -> RawLetter | Refusal:
    """Check what a file holds for one letter, and keep out of its text what no reader can see.

    ``letter_id`` and ``applicant`` may be text or a number; ``text`` must be text. ``document`` is what the text was
    read from, None for a row of a table.
    """
    found_id = as_text(letter_id)
    if not found_id:
        value = "nothing" if letter_id is None or found_id == "" else f"a {type(letter_id).__name__}"
        return Refusal(
            source, None, "a letter needs an id", value, "fill in its id and run the command again"
        )
    if len(found_id) > MAX_ID_CHARACTERS or not found_id.isprintable():
        rule = f"an id must be one line of at most {MAX_ID_CHARACTERS} readable characters"
        return Refusal(source, None, rule, repr(found_id[:40]), "correct the id, or name another --id-column")

    def refuse(rule: str, value: str, remedy: str) -> Refusal:
        return Refusal(source, found_id, rule, value, remedy)

    if text is None or (isinstance(text, float) and math.isnan(text)):
        text = ""
    if not isinstance(text, str):
        return refuse(
            "a letter must be text",
            f"a {type(text).__name__}",
            "name the column that holds it with --text-column",
        )
    name = as_text(applicant)
    if _broken(text) or (name is not None and _broken(name)):
        where = "the text" if _broken(text) else "the applicant's name"
        return refuse(
            "a letter must be UTF-8 (or UTF-16 with a byte order mark)",
            f"other bytes in {where}",
            "save the file as UTF-8 and run the command again",
        )
    if not any(map(str.isalnum, text)):
        return refuse("a letter must not be empty", "no word", "add its text, or leave the row out")
    if len(text) > MAX_CHARACTERS:
        return refuse(
            f"a letter must have at most {MAX_CHARACTERS:,} characters",
            f"{len(text):,}",
            "shorten it, or check that its closing quote stands where it should",
        )
    if "\0" in text:
        return refuse(
            "a letter must not hold NUL characters",
            f"one at character {text.index(chr(0)):,}",
            "export it again as text",
        )
    if applicant is not None and name is None:
        return refuse(
            "an applicant's name must be text",
            f"a {type(applicant).__name__}",
            "name the column that holds it with --name-column",
        )
    return _visible(RawLetter(found_id, text, name, source), document)


def _visible(found: RawLetter, document: Document | None) -> RawLetter | Refusal:
    """Return the letter without its invisible characters, and with what its document says of it."""
    text, hidden = reveal(found.text)
    if not any(map(str.isalnum, text)):
        rule, remedy = "a letter must not be empty", "add its text, or leave it out"
        return Refusal(found.source, found.letter_id, rule, "no word that can be seen", remedy)
    document = document or Document("", format="table")
    seen = dict.fromkeys([*document.hidden, *hidden])
    name = _one_line(found.applicant)
    return replace(
        found,
        text=text,
        applicant=name or _one_line(document.name),
        format=document.format,
        name_guessed=name is None and _one_line(document.name) is not None,
        email=_one_line(document.email),
        subject=_one_line(document.subject),
        hidden=tuple(seen),
    )


def _one_line(value: str | None) -> str | None:
    """Return a name, an address or a subject as one visible line."""
    if value is None or _broken(value):
        return None
    return " ".join(printable(" ".join(reveal(value)[0].split())).split())[:MAX_GUESS_CHARACTERS] or None


def as_text(value: object) -> str | None:
    """Return an id or a name as text: "12" for 12 and for 12.0, "" for a missing number; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        if math.isnan(value):
            return ""
        # 1e999999 is finite too, and has a million digits.
        return str(int(value)) if abs(value) < _WHOLE and value == int(value) else str(value)
    return None


def _broken(text: str) -> bool:
    """Say whether ``text`` holds bytes that could not be decoded; they are read as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False

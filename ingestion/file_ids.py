"""What a letter that is a file of its own is called where nobody may read a person's name off it.

A file goes by its path. In a blind posting it does so only where the path is plain (numbers, and words such as "letter"):
any other could be somebody's name, so the letter goes by its content, and the path is kept as its source alone. Knows
nothing about the store.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath
from typing import Final

from ingestion.raw_letter import origin_of
from ingestion.readers import READABLE_SUFFIXES

PLAIN_WORDS: Final = frozenset(
    "anschreiben application applications attachment bewerbung body candidate candidates cover coverletter document file "
    "files letter letters message motivation part upload uploads".split()
)
"""What a path may hold beside numbers and still be shown. None of them is a usual name."""

_PLAIN_PART: Final = re.compile(r"[a-z]*(?:[ _.-]+[a-z]+)*[ _.-]*(?:\(?[0-9]{1,6}\)?)?")
"""Words, then at most one number of six digits: more could be a date of birth or a telephone."""

_MADE: Final = re.compile(r"t[0-9a-f]{8}(?:-[0-9]+)?")


def path_of(source: str) -> str:
    """Return a file's path below the folder that was given.

    >>> path_of("inbox/ada/letter.pdf")
    'ada/letter.pdf'
    """
    return source.split("/", 1)[-1].strip()


def is_plain(path: str) -> bool:
    """Say whether a path holds nothing that could be a name, a date of birth or a telephone number.

    >>> is_plain("files/letter-003.txt"), is_plain("Jane_Doe.txt"), is_plain("Jane Doe/cover letter.pdf")
    (True, False, False)
    """
    return all(_plain_part(part) for part in path.casefold().split("/"))


def content_id(text: str, count: int = 1) -> str:
    """Return the id of the ``count``-th letter whose text begins with the same hash: "t0a1b2c3d", "t0a1b2c3d-2"."""
    made = f"t{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return made if count == 1 else f"{made}-{count}"


def id_as_read(letter_id: str, source: str, form: str | None) -> str:
    """Return the id that a stored letter had before it went by its content: what was put before it, and its path.

    ``form`` is what it was read from, "table" for a row. A letter that goes by another id keeps that.

    >>> id_as_read("a-t0a1b2c3d", "inbox/Jane_Doe.txt", "text")
    'a-Jane_Doe.txt'
    >>> id_as_read("t0a1b2c3d", "inbox/letters.csv row 3", "table")
    't0a1b2c3d'
    """
    made = re.search(rf"{_MADE.pattern}\Z", letter_id)
    path = path_of(source)
    # Rows of a store from before formats were kept are called text; no text file's name ends as a row's source does.
    row = form in {None, "table"} or (form == "text" and origin_of(source) != source)
    if row or made is None or letter_id.endswith(path):
        return letter_id
    return letter_id[: made.start()] + path


def prefix_of(letter_id: str, source: str) -> str:
    """Return what was put before a path to make the id that was read.

    >>> prefix_of("a-Jane_Doe.txt", "inbox/Jane_Doe.txt")
    'a-'
    """
    path = path_of(source)
    return letter_id[: -len(path)] if path and letter_id.endswith(path) else ""


def _plain_part(part: str) -> bool:
    suffix = PurePath(part).suffix
    stem = part.removesuffix(suffix) if suffix in READABLE_SUFFIXES else part
    return bool(_PLAIN_PART.fullmatch(stem)) and set(re.findall(r"[^\W\d_]+", stem)) <= PLAIN_WORDS

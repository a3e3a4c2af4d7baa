"""Owns the guesses at who wrote a letter and what about, taken only from where they are plain.

Knows nothing about file formats. A guess is shown as one; nothing is decided on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
# Mail boxes of an office rather than of a person.
_OFFICE = re.compile(
    r"(?:hr|jobs?|careers?|recruit\w*|hiring|talent\w*|info|contact|office|apply|applications?|people|team|support"
    r"|noreply|no-reply|bewerbung\w*|personal)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^[ \t]*(?:subject|re|regarding|betreff|objet|asunto)[ \t]*:[ \t]*(\S.{2,150})$",
    re.IGNORECASE | re.MULTILINE,
)
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,4}")
# Where a head ends: letters give address, date and subject within the first 900 characters (30 lines of 30).
_HEAD = 900


@dataclass(frozen=True)
class Guesses:
    """What a letter plainly says of itself; None where it does not."""

    name: str | None
    email: str | None
    subject: str | None


def guess(text: str, author: str | None) -> Guesses:
    r"""Return the guesses from a letter's visible text and the author that its file names.

    The author counts only if it reads as a person's name and stands in the text: files often name a company, a
    template's maker or the owner of a computer.

    >>> guess("Ada Byrne\nada@example.org\nSubject: Analyst\n\nDear all,", "Ada Byrne")
    Guesses(name='Ada Byrne', email='ada@example.org', subject='Analyst')
    """
    name = " ".join((author or "").split())
    standing = " ".join(text.split()).casefold()
    if not _NAME.fullmatch(name) or not name[0].isupper() or not _stands(name, standing):
        name = ""
    subject = _SUBJECT.search(text[:_HEAD])
    return Guesses(name or None, _email(text), subject.group(1).strip() if subject else None)


def _stands(name: str, text: str) -> bool:
    """Say whether the name stands in the text as words of its own."""
    return bool(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text))


def _email(text: str) -> str | None:
    """Return the one personal address of the head, or of the whole letter; None where there are several."""
    for part in (text[:_HEAD], text):
        found = {match for match in _EMAIL.findall(part) if not _OFFICE.match(match)}
        if len({one.casefold() for one in found}) == 1:
            return min(found)
        if found:
            return None
    return None

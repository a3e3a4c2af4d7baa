"""What a file is, told by its first bytes; its name decides only between kinds of text.

Knows nothing about how any of them is read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from typing import Final

HEAD_BYTES: Final = 4096
"""How much of a file ``sniff`` looks at."""

# Kinds that are never read -> (what it is, what to do). The kinds that are read: pdf, zip, docx, eml, parquet, text.
UNREADABLE: Final[dict[str, tuple[str, str]]] = {
    "ole": ("an older Office file, or one with a password", "save it as DOCX or PDF without a password"),
    "rtf": ("an RTF file", "save it as DOCX, PDF or text"),
    "odt": ("an OpenDocument file", "save it as DOCX, PDF or text"),
    "xlsx": ("a workbook", "save its table as CSV"),
    "pptx": ("slides", "save the letter as PDF"),
    "picture": ("a picture", "give the letter's text, or a PDF with a text layer"),
    "archive": ("an archive that is no ZIP", "pack it as ZIP, or unpack it and give the folder"),
    "program": ("a program", "give the letter itself"),
    "binary": ("bytes that are no text", "save it as PDF, DOCX or UTF-8 text"),
    "utf-16": ("what looks like UTF-16 without a byte order mark", "save it as UTF-8"),
}

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"Rar!\x1a", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_WORDS = (b"MZ", b"BZh", b"GIF8")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):[ \t]?")
_OF_A_MESSAGE = {
    b"mime-version",
    b"message-id",
    b"received",
    b"return-path",
    b"content-type",
    b"dkim-signature",
}
_OF_ANY = {b"from", b"to", b"subject", b"date"} | _OF_A_MESSAGE


def sniff(head: bytes, suffix: str = "") -> str:
    """Return the kind of a file that begins with ``head``: a kind that is read, or a key of UNREADABLE.

    ``suffix`` decides only whether text that begins with header lines is a message.

    >>> sniff(b"%PDF-1.7", ".txt"), sniff(b"Dear Sir,", ".pdf")
    ('pdf', 'text')
    """
    # Readers of PDF take up to 1,024 bytes of anything before its mark; a letter may speak of that mark.
    if head.lstrip().startswith(b"%PDF") or (suffix == ".pdf" and b"%PDF-" in head[:1029]):
        return "pdf"
    for magic, kind in _MAGIC:
        # Words begin with some of these too; a program's and a picture's bytes go on with what no text holds.
        if head.startswith(magic) and (magic not in _WORDS or b"\0" in head or not _is_text(head)):
            return kind
    if head.startswith(_MARKS):
        return "text"
    if b"\0" in head:
        return _with_nul(head)
    return "eml" if _is_message(head, suffix) else "text" if _is_text(head) else "binary"


def kind_of_package(names: Collection[str]) -> str:
    """Return what a ZIP file is by the names in it: docx, a key of UNREADABLE, or zip for an archive of files."""
    for member, kind in (
        ("word/document.xml", "docx"),
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsx"),
        ("ppt/presentation.xml", "pptx"),
        ("content.xml", "odt"),
    ):
        if member in names:
            return kind
    return "zip"


def _is_text(head: bytes) -> bool:
    """Say whether bytes may be text of some encoding that goes on from ASCII: hardly any control characters."""
    controls = sum(byte < 32 and byte not in b"\t\n\v\f\r\x1b" for byte in head)
    return controls <= len(head) // 20


def _with_nul(head: bytes) -> str:
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5 and min(even, odd) < len(head) // 20 + 1:
        return "utf-16"
    # A text with a stray NUL is a text: it is refused for that, with the place.
    return "text" if head.count(0) <= len(head) // 20 + 1 and _is_text(head.replace(b"\0", b"")) else "binary"


def _is_message(head: bytes, suffix: str) -> bool:
    """Say whether text begins as an e-mail does.

    Under the name .eml any header will do. Elsewhere it takes one that only mail programs write, since a letter may
    begin with "Subject:" too.
    """
    names: set[bytes] = set()
    for place, line in enumerate(head.removeprefix(codecs.BOM_UTF8).splitlines()):
        if line[:1] in b" \t" and names and line:
            continue
        found = _HEADER.match(line)
        if found is None:
            if place == 0 and line.startswith(b"From "):
                continue
            break
        names.add(found[1].lower())
    if suffix == ".eml":
        return bool(names & _OF_ANY)
    return b"from" in names and bool(names & _OF_A_MESSAGE)

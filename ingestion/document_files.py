"""How one file becomes letters, by what its bytes say it is: a document, a message, a text, or a table's row by row.

Knows nothing about folders, postings or the store. Nothing that a file holds raises: it costs a Refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import IO, Final

from ingestion.decoding import decode
from ingestion.document import Document, DocumentRefused
from ingestion.parsed import Parsed
from ingestion.raw_letter import MAX_CHARACTERS, RawLetter, Refusal, SetAside, make_letter
from ingestion.sandbox import Sandbox
from ingestion.sniffing import UNREADABLE

# Largest document or message, in bytes. A letter of two pages with its fonts has 0.2 MB.
MAX_DOCUMENT_BYTES: Final = 10 << 20
# What names of documents end with. Their content decides what they are, so a PDF may have any of these names.
DOCUMENT_SUFFIXES: Final = (".pdf", ".docx", ".eml", ".zip")

Found = Generator[RawLetter | Refusal | SetAside]
Parse = Callable[[IO[bytes], str, str, Sandbox], Found]


def refuse(name: str, letter_id: str | None, error: DocumentRefused) -> Refusal:
    """Return the refusal of a file or of a part of it."""
    return Refusal(name, letter_id, error.rule, error.value, error.remedy, clause=True)


def read_document(handle: IO[bytes], name: str, kind: str, sandbox: Sandbox) -> Found:
    """Yield the letters of a PDF, a DOCX file or a message; ``kind`` says which."""
    letter_id = name.split("/", 1)[-1]
    data = handle.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        rule = f"a document may have at most {MAX_DOCUMENT_BYTES >> 20} MB"
        yield refuse(name, letter_id, DocumentRefused(rule, "this one has more", "give the letter alone"))
        return
    with closing(sandbox.read(kind, data)) as found:
        for parsed in found:
            yield _letter(name, letter_id, parsed)


def _letter(name: str, letter_id: str, parsed: Parsed) -> RawLetter | Refusal | SetAside:
    part = "" if parsed.part is None else f"/{parsed.part}"
    source, part_id = name + part, letter_id + part
    if parsed.set_aside is not None:
        return SetAside(source, parsed.set_aside)
    if parsed.refused is not None:
        return refuse(source, part_id, DocumentRefused(*parsed.refused))
    document = parsed.document
    assert document is not None
    return make_letter(source, letter_id=part_id, text=document.text, applicant=None, document=document)


def read_text_file(handle: IO[bytes], name: str, kind: str, sandbox: Sandbox) -> Found:
    """Yield the one letter of a text file. Its id is the name as found below the folder that was given."""
    del kind, sandbox  # a text is read here
    letter_id = name.split("/", 1)[-1]
    data = handle.read(4 * (MAX_CHARACTERS + 1) + 1)  # no encoding takes more than 4 bytes a character
    if len(data) > 4 * (MAX_CHARACTERS + 1):
        rule = f"a letter must have at most {MAX_CHARACTERS:,} characters"
        yield Refusal(name, letter_id, rule, f"a file of more than {len(data) - 1:,} bytes", "shorten it")
        return
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        yield Refusal(
            name,
            letter_id,
            "a letter must be UTF-8 (or UTF-16 with a byte order mark)",
            f"other bytes at byte {error.start:,}",
            "save the file as UTF-8 and run the command again",
        )
        return
    yield make_letter(
        name, letter_id=letter_id, text=text, applicant=None, document=Document(text, format="text")
    )


def unreadable(name: str, kind: str) -> Refusal:
    """Return the refusal of a file whose kind is never read."""
    what, remedy = UNREADABLE[kind]
    error = DocumentRefused("a file must be a document, a text or a table", f"this is {what}", remedy)
    return refuse(name, None, error)


DOCUMENTS: Final[dict[str, Parse]] = {
    "pdf": read_document,
    "docx": read_document,
    "eml": read_document,
    "text": read_text_file,
}
"""Kind -> its reader."""

"""What the reading process says of one document, or of one part of a message, and how that crosses the pipe.

Knows nothing about formats or processes. The other end of the pipe handles hostile files, so what comes from it is
checked as strictly as a file would be; it is JSON, which can't hold anything but data.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ingestion.document import Document, DocumentRefused, Hidden

# Most that is kept of one document's hidden text: a person looks at it, and 100 places tell enough.
MAX_HIDDEN = 100
FORMATS = ("text", "pdf", "docx", "eml")
_MAX_GUESS_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Parsed:
    """One thing that reading found: exactly one of ``document``, ``refused`` and ``set_aside`` is there.

    ``part`` is the name of an attachment, None for the file itself. ``set_aside`` says why a part is no letter.
    """

    part: str | None
    document: Document | None = None
    refused: tuple[str, str, str] | None = None
    set_aside: str | None = None


class BadReply(ValueError):
    """What came over the pipe is not what the reading process sends."""


def refusal(part: str | None, error: DocumentRefused) -> Parsed:
    """Return a refused document as reading found it."""
    return Parsed(part, refused=(error.rule, error.value, error.remedy))


def to_wire(parsed: Parsed) -> bytes:
    """Return the JSON of one finding, with no more hidden places than a person looks at."""
    data = asdict(parsed)
    if parsed.document is not None:
        data["document"]["hidden"] = [
            [one.kind, one.place[:_MAX_GUESS_CHARACTERS], one.excerpt[:_MAX_GUESS_CHARACTERS]]
            for one in parsed.document.hidden[:MAX_HIDDEN]
        ]
        for guess in ("name", "email", "subject"):
            value = data["document"][guess]
            data["document"][guess] = None if value is None else value[:_MAX_GUESS_CHARACTERS]
    # What is no Unicode, a font can claim; it could not be stored either.
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def from_wire(reply: bytes) -> Parsed:
    """Return the finding of such JSON. Raises BadReply."""
    try:
        data = json.loads(reply)
        part, document, refused, aside = (data[key] for key in ("part", "document", "refused", "set_aside"))
        found = Parsed(
            _words(part),
            None if document is None else _document(document),
            None if refused is None else _three(refused),
            _words(aside),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadReply(f"a reply must be one finding, but got {reply[:40]!r}") from error
    if [found.document, found.refused, found.set_aside].count(None) != 2:
        raise BadReply("a reply must be one of a document, a refusal and what was set aside")
    return found


def _document(data: dict[str, object]) -> Document:
    hidden = data["hidden"]
    text, form = data["text"], data["format"]
    if not isinstance(text, str) or form not in FORMATS or not isinstance(hidden, list):
        raise TypeError
    return Document(
        text,
        tuple(Hidden(*_three(one)) for one in hidden[:MAX_HIDDEN]),
        _words(data["name"]),
        _words(data["email"]),
        _words(data["subject"]),
        form,
    )


def _words(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value


def _three(value: object) -> tuple[str, str, str]:
    if not isinstance(value, list) or len(value) != 3:
        raise TypeError
    first, second, third = value
    if not (isinstance(first, str) and isinstance(second, str) and isinstance(third, str)):
        raise TypeError
    return first, second, third

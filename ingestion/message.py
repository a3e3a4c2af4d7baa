"""What an e-mail holds: which of its parts are letters, and who says to have sent it.

Knows nothing about how attached documents are read: it is given a function for that. It runs in the reading process.

The rule: the attachments whose names say that they are cover letters are letters; where none does, the body is the
letter if it has 80 words or more, and else every attached document or text that is not named as a CV, certificate or
reference is one, and the body only where nothing is attached that could be. Attached messages are read by the same
rule; whatever else is there is named as set aside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from ingestion.decoding import decode
from ingestion.document import Document, DocumentRefused, Hidden
from ingestion.html_text import html_text
from ingestion.parsed import Parsed, refusal
from ingestion.sniffing import HEAD_BYTES, UNREADABLE, kind_of_package, sniff

Parse = Callable[[str, bytes], Document]

# A body with so many words is the letter itself; "please find attached" has 30. The shortest of 1,754 sample letters has
# more than 80 words.
LETTER_WORDS = 80
MAX_DEPTH = 5  # messages within messages
MAX_PARTS = 100
_MAX_HEADER_CHARACTERS = 2_000
# Kinds that a letter may have come in, read here or not; a signature, a calendar entry or a logo is none.
_MAY_BE_LETTERS = frozenset({"pdf", "docx", "text", "ole", "rtf", "odt", "zip", "archive"})
_TEXT_NAMES = ("", ".txt", ".md", ".pdf", ".docx", ".eml")
_NO_LETTERS = {kind: what for kind, (what, _) in UNREADABLE.items() if kind not in _MAY_BE_LETTERS} | {
    "other text": "text under a name that is no letter's",
    "parquet": "a table",
    "zip": "an archive",
}
_COVER = re.compile(r"cover|letter|motivation|anschreiben|bewerbungsschreiben", re.IGNORECASE)
_OTHER = re.compile(
    r"(?<![a-z])(cv|r[eé]sum[eé]|curriculum|vitae|lebenslauf|zeugnis\w*|certificate\w*|diploma\w*|transcript\w*|"
    r"portfolio|references?|recommendations?)(?![a-z])|(?<=[a-z])(CV|Resume)(?![a-z])"
)
_NEXT = re.compile(rb"\n\r?\nFrom [^\n]*\n[A-Za-z][A-Za-z0-9-]*:")  # a mailbox's next message
_REFERENCE = re.compile(r"reference|recommendation", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Attachment:
    name: str
    data: bytes
    message: Message | None  # an attached message, else None

    @property
    def kind(self) -> str:
        if self.message is not None:
            return "eml"
        kind = sniff(self.data[:HEAD_BYTES], _suffix(self.name))
        if kind == "zip":
            # The names of a package stand plainly in it; a package that is none fails in the parser.
            names = [one for one in ("word/document.xml", "xl/workbook.xml") if one.encode() in self.data]
            kind = kind_of_package(names)
        if kind == "text" and _suffix(self.name) not in _TEXT_NAMES:
            return "other text"
        return kind

    @property
    def is_cover(self) -> bool:
        return bool(_COVER.search(self.name)) and not _REFERENCE.search(self.name)

    @property
    def is_other(self) -> bool:
        plain = re.sub(r"[_\W]+", " ", self.name)
        return not self.is_cover and bool(_OTHER.search(plain.lower()) or _OTHER.search(plain))


def read_message(data: bytes, parse: Parse) -> Iterator[Parsed]:
    """Yield the letters of a message, what is refused of it, and what is set aside."""
    if data.startswith(b"From ") and _NEXT.search(data):
        # Read as one, the second applicant's letter would stand in the first one's.
        rule, remedy = "a file must hold one message", "save each as .eml and give their folder"
        yield refusal(None, DocumentRefused(rule, "this one holds several", remedy))
        return
    try:
        yield from _read(message_from_bytes(data), parse, "", 0)
    except DocumentRefused as error:
        yield refusal(None, error)
    except MemoryError:
        raise
    except (
        Exception
    ) as error:  # Python's parser meets mail of all kinds: what it stumbles over costs that message
        detail = f"this one can't be read ({type(error).__name__})"
        if isinstance(error, RecursionError):
            detail = "this one is nested without end"
        rule = "a message must be whole"
        yield refusal(
            None, DocumentRefused(rule, detail, "export the message again, or save its text as .txt")
        )


def _read(message: Message, parse: Parse, prefix: str, depth: int) -> Iterator[Parsed]:
    if depth > MAX_DEPTH:
        rule = f"a message may hold messages at most {MAX_DEPTH} deep"
        raise DocumentRefused(rule, "these stand deeper", "give the innermost message itself")
    bodies, attachments = _parts(message)
    name, address = _sender(message)
    guessed = Document("", name=name, email=address, subject=_header(message, "Subject"))
    covers = [one for one in attachments if one.is_cover and one.kind != "eml"]
    messages = [one for one in attachments if one.kind == "eml"]
    rest = [one for one in attachments if one not in covers and one not in messages]
    body: DocumentRefused | Document | None
    try:
        body = _body(bodies)
    except DocumentRefused as error:
        body = error
    words = len(body.text.split()) if isinstance(body, Document) else 0
    letters, why = covers, "its letter is attached"
    takes_body = False
    if not covers:
        if words >= LETTER_WORDS or isinstance(body, DocumentRefused):
            takes_body, why = True, "the body is the letter"
        else:
            letters = [one for one in rest if not one.is_other and one.kind in _MAY_BE_LETTERS]
            takes_body = not letters and not messages
            why = "another part is the letter"
    here = prefix or None
    if takes_body:
        yield _guessing(_as_letter(here, body), guessed)
    elif words:
        yield Parsed(
            f"{prefix}(body)", set_aside=f"a body of {words} {'word' if words == 1 else 'words'}: {why}"
        )
    for one in letters:
        yield _guessing(_attached(prefix + one.name, one, parse), guessed)
    for one in rest:
        if one not in letters:
            what = "named as another document" if one.is_other else _NO_LETTERS.get(one.kind, why)
            yield Parsed(prefix + one.name, set_aside=what)
    for one in messages:
        inner = one.message or message_from_bytes(one.data)
        yield from _read(inner, parse, f"{prefix}{one.name}/", depth + 1)


def _as_letter(part: str | None, body: DocumentRefused | Document | None) -> Parsed:
    part = None if part is None else part.rstrip("/")
    if isinstance(body, DocumentRefused):
        return refusal(part, body)
    if body is None:
        error = DocumentRefused(
            "a message must hold a letter",
            "this one has neither text nor an attached letter",
            "give the letter",
        )
        return refusal(part, error)
    return Parsed(part, body)


def _attached(name: str, one: _Attachment, parse: Parse) -> Parsed:
    kind = one.kind
    try:
        if kind in {"pdf", "docx"}:
            return Parsed(name, parse(kind, one.data))
        if kind == "text":
            return Parsed(name, Document(decode(one.data), format="text"))
    except UnicodeDecodeError as error:
        return refusal(name, _undecodable(error))
    except DocumentRefused as error:
        return refusal(name, error)
    what, remedy = UNREADABLE.get(kind, (_NO_LETTERS.get(kind, kind), "save it as a file and give that file"))
    return refusal(
        name, DocumentRefused("an attached letter must be PDF, DOCX or text", f"this is {what}", remedy)
    )


def _guessing(parsed: Parsed, guessed: Document) -> Parsed:
    """Return the finding with what the message says of its sender, where the document itself says nothing."""
    document = parsed.document
    if document is None:
        return parsed
    return replace(
        parsed,
        document=replace(
            document,
            name=document.name or guessed.name,
            email=document.email or guessed.email,
            subject=document.subject or guessed.subject,
        ),
    )


def _parts(message: Message) -> tuple[list[Message], list[_Attachment]]:
    """Return the parts that are the body, and those that are attached, in their order."""
    bodies: list[Message] = []
    attachments: list[_Attachment] = []
    used: Counter[str] = Counter()
    waiting = [message]
    for _ in range(MAX_PARTS):
        if not waiting:
            return bodies, attachments
        part = waiting.pop(0)
        kind = part.get_content_type()
        name = _file_name(part)
        payload = part.get_payload()
        if (
            kind == "message/rfc822"
            and isinstance(payload, list)
            and payload
            and isinstance(payload[0], Message)
        ):
            attachments.append(_Attachment(_unique(name or "message.eml", used), b"", payload[0]))
        elif kind == "multipart/alternative" and isinstance(payload, list):
            waiting[:0] = _best([one for one in payload if isinstance(one, Message)])
        elif isinstance(payload, list):
            waiting[:0] = [one for one in payload if isinstance(one, Message)]
        elif kind in {"text/plain", "text/html"} and name is None and _disposition(part) != "attachment":
            bodies.append(part)
        elif not kind.startswith("multipart/"):
            attachments.append(_Attachment(_unique(name or _nameless(kind), used), _payload(part), None))
    rule = f"a message may have at most {MAX_PARTS} parts"
    raise DocumentRefused(rule, "this one has more", "save what it holds as files and give their folder")


def _best(alternatives: list[Message]) -> list[Message]:
    """Return the plain text of the same thing in several forms, where it has words; else the last one, the richest."""
    for one in alternatives:
        if one.get_content_type() == "text/plain" and _payload(one).strip():
            return [one]
    return alternatives[-1:]


def _body(parts: list[Message]) -> Document | None:
    texts: list[str] = []
    hidden: list[Hidden] = []
    for part in parts:
        charset = part.get_content_charset() or "utf-8"
        text = _decoded(_payload(part), charset)
        if part.get_content_type() == "text/html":
            text, found = html_text(text)
            hidden += found
        texts.append(text.replace("\r\n", "\n").strip("\n"))
    whole = "\n\n".join(text for text in texts if text.strip())
    return Document(whole, tuple(hidden), format="eml") if whole or hidden else None


def _decoded(data: bytes, charset: str) -> str:
    for one in (charset, "utf-8"):
        try:
            return data.decode(one)
        except (LookupError, ValueError):  # no such charset, or not these bytes; some codecs are not of text
            continue
    raise _undecodable(None)


def _undecodable(error: UnicodeDecodeError | None) -> DocumentRefused:
    where = "this one is not" if error is None else f"this one is not, from byte {error.start:,}"
    return DocumentRefused(
        "a message's text must be in the encoding that it names, or UTF-8", where, "save its text as UTF-8"
    )


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _disposition(part: Message) -> str:
    return str(part.get("Content-Disposition", "")).partition(";")[0].strip().lower()


def _file_name(part: Message) -> str | None:
    """Return an attachment's name without any folder, as one line; None where it has none."""
    given = part.get_filename()
    if not given:
        return None
    last = re.split(r"[/\\]", _words(given))[-1]
    shown = "".join(one if one.isprintable() else "_" for one in last).strip(" .")
    return shown[-100:] or None


def _nameless(kind: str) -> str:
    return f"part.{re.sub(r'[^a-z0-9]', '', kind.rpartition('/')[2])[:20] or 'bin'}"


def _unique(name: str, used: Counter[str]) -> str:
    used[name] += 1
    if used[name] == 1:
        return name
    stem, suffix = (name[: -len(_suffix(name)) or None], name[len(name) - len(_suffix(name)) :])
    return f"{stem} ({used[name]}){suffix}"


def _suffix(name: str) -> str:
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def _sender(message: Message) -> tuple[str | None, str | None]:
    """Return name and address of who the message says it is from: guesses, anyone can write them."""
    raw = str(message.get("From", ""))[:_MAX_HEADER_CHARACTERS]
    name, address = parseaddr(raw)
    shown = " ".join(_words(name).split())
    if not any(map(str.isalpha, shown)) or "@" in shown:
        shown = ""
    return shown or None, address if "@" in address else None


def _header(message: Message, name: str) -> str | None:
    raw = message.get(name)
    return None if raw is None else " ".join(_words(str(raw)).split()) or None


def _words(encoded: str) -> str:
    """Return a header's words: "José" for "=?utf-8?q?Jos=C3=A9?="."""
    try:
        return str(make_header(decode_header(encoded[:_MAX_HEADER_CHARACTERS])))
    except (HeaderParseError, LookupError, ValueError):
        return encoded[:_MAX_HEADER_CHARACTERS]

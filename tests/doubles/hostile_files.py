"""Files that are broken, or made to break what reads them, each with what its refusal must say.

Built here from nothing, so that no hostile file lies in the repository.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

import docx
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

LETTER = "Dear Hiring Manager,\nI have cooked for over seven years.\nMy soups are known in the town.\nYours, Ada Byrne"


@dataclass(frozen=True)
class Hostile:
    """A file, and what must come of it: words of its refusal, or None where it is a letter."""

    name: str
    build: Callable[[], bytes]
    says: str | None


def pdf(text: str = LETTER, pages: int = 1, password: str | None = None) -> bytes:
    """Return an ordinary PDF."""
    out = io.BytesIO()
    encrypt = None if password is None else StandardEncryption(password, ownerPassword="other", strength=128)
    page = canvas.Canvas(out, encrypt=encrypt)
    for _ in range(pages):
        for number, line in enumerate(text.splitlines()):
            page.drawString(72, 720 - 18 * number, line)
        page.showPage()
    page.save()
    return out.getvalue()


def scanned_pdf() -> bytes:
    """Return a PDF of one picture."""
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawImage(ImageReader(Image.new("RGB", (300, 400), "white")), 50, 50)
    page.save()
    return out.getvalue()


def raw_pdf(objects: dict[int, bytes]) -> bytes:
    """Return a PDF of exactly these objects, the first of which is its catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(objects) + 1)
    for number in range(1, max(objects) + 1):
        out += b"%010d 00000 n \n" % places.get(number, 0)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    return bytes(out)


def page_pdf(content: bytes, stream: bytes = b"", filters: bytes = b"") -> bytes:
    """Return a PDF whose one page has this dictionary and this stream as its content."""
    return raw_pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R " + content + b" >>",
            4: b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), filters, stream),
        }
    )


def deflate_bomb_pdf() -> bytes:
    """Return a PDF whose page unpacks to 1 GB, twice packed."""
    once = zlib.compress(b" " * (64 << 20), 9)
    return page_pdf(b"", zlib.compress(once * 16, 9), b"/Filter [/FlateDecode /FlateDecode]")


def word(text: str = LETTER) -> bytes:
    """Return an ordinary DOCX file."""
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_with(member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a DOCX file one part of which was changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == member else content)
    return out.getvalue()


def laughing_word() -> bytes:
    """Return a DOCX file whose entities unfold to 10 billion words."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 11)
    )

    def change(content: bytes) -> bytes:
        head, _, rest = content.partition(b"<w:document")
        return (
            head + f"<!DOCTYPE w [{entities}]>".encode() + b"<w:document" + rest.replace(b"Dear", b"&a10;", 1)
        )

    return word_with("word/document.xml", change)


def external_word() -> bytes:
    """Return a DOCX file that asks for an entity from this machine's files."""

    def change(content: bytes) -> bytes:
        head, _, rest = content.partition(b"<w:document")
        entity = b'<!DOCTYPE w [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        return head + entity + b"<w:document" + rest.replace(b"Dear", b"&f;", 1)

    return word_with("word/document.xml", change)


def linked_word() -> bytes:
    """Return a DOCX file with a picture and a template that stand on another machine."""
    link = (
        b'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'attachedTemplate" Target="http://192.0.2.1/template.dotm" TargetMode="External"/></Relationships>'
    )
    return word_with(
        "word/_rels/document.xml.rels", lambda content: content.replace(b"</Relationships>", link)
    )


def deep_word() -> bytes:
    """Return a DOCX file whose elements stand 100,000 deep in each other."""
    return word_with(
        "word/document.xml",
        lambda content: content.replace(b"<w:body>", b"<w:body>" + b"<w:p>" * 100_000 + b"</w:p>" * 100_000),
    )


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in files:
            archive.writestr(name, content, compress_type=packing)
    return out.getvalue()


def flat_bomb() -> bytes:
    """Return an archive of 30 kB whose one file has 30 MB."""
    return zipped(("letter.txt", b"a" * (30 << 20)))


def lying_bomb() -> bytes:
    """Return the same bomb, whose list says that the file has 1 kB."""
    bomb = bytearray(flat_bomb())
    place = bomb.index(b"PK\x01\x02")
    bomb[place + 24 : place + 28] = struct.pack("<I", 1024)
    bomb[22:26] = struct.pack("<I", 1024)
    return bytes(bomb)


def nested_archive(depth: int) -> bytes:
    """Return archives within archives, a letter in the innermost."""
    content, name = LETTER.encode(), "letter.txt"
    for level in range(depth):
        content, name = zipped((name, content)), f"{level}.zip"
    return content


def overlapping_archive() -> bytes:
    """Return an archive whose thousand files are the same bytes."""
    one = zipped(("letter.txt", LETTER.encode() * 50))
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[start:end]
    many = b"".join(entry.replace(b"letter.txt", b"lett%06d" % number) for number in range(1000))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1000, 1000, len(many), start, 0)
    return one[:start] + many + tail


def crowded_archive() -> bytes:
    """Return an archive of 12,000 empty files."""
    return zipped(*((f"{number}.txt", b"") for number in range(12_000)), packing=zipfile.ZIP_STORED)


def endless_list() -> bytes:
    """Return an archive whose list claims to have 3 GB."""
    one = bytearray(zipped(("letter.txt", LETTER.encode())))
    place = one.index(b"PK\x05\x06")
    one[place + 12 : place + 16] = struct.pack("<I", 3 << 30)
    return bytes(one)


def link_archive() -> bytes:
    """Return an archive with a link out of it."""
    link = zipfile.ZipInfo("letter.txt")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    return zipped((link, b"/etc/passwd"))


def locked_archive() -> bytes:
    """Return an archive that says its file has a password."""
    one = bytearray(zipped(("letter.txt", LETTER.encode())))
    one[6] |= 1
    one[one.index(b"PK\x01\x02") + 8] |= 1
    return bytes(one)


def damaged_archive() -> bytes:
    """Return an archive in whose packed letter one byte is another."""
    one = bytearray(zipped(("letter.txt", LETTER.encode() * 20)))
    one[60] ^= 0xFF
    return bytes(one)


def message(body: str | None = LETTER, *attached: tuple[str, bytes]) -> EmailMessage:
    """Return an ordinary message."""
    made = EmailMessage()
    made["From"] = "Ada Byrne <ada@example.org>"
    made["To"] = "jobs@example.com"
    made["Subject"] = "Application as a cook"
    if body is not None:
        made.set_content(body)
    for name, content in attached:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def nested_message(depth: int) -> bytes:
    """Return messages within messages."""
    made = message()
    for _ in range(depth):
        outer = message("See below.")
        outer.add_attachment(made)
        made = outer
    return bytes(made)


def deep_multipart(depth: int) -> bytes:
    """Return a message whose parts stand within each other."""
    head = b"From: a@example.org\nMIME-Version: 1.0\n"
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth)
    )
    return head + opening + b"Content-Type: text/plain\n\nI cook.\n"


def crowded_message() -> bytes:
    """Return a message of 500 parts."""
    return bytes(message("See below.", *((f"{number}.txt", b"I cook.") for number in range(500))))


HEAD = b"From: Ada Byrne <ada@example.org>\nSubject: Cook\nMIME-Version: 1.0\n"

HOSTILE = (
    Hostile("truncated.pdf", lambda: pdf()[:400], "whole"),
    Hostile("half.pdf", lambda: pdf()[: len(pdf()) // 2], "whole"),
    Hostile("header-only.pdf", lambda: b"%PDF-1.7\n", "whole"),
    Hostile("garbage.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 100, "whole"),
    Hostile("encrypted.pdf", lambda: pdf(password="secret"), "password"),
    Hostile("scanned.pdf", scanned_pdf, "pictures"),
    Hostile("no-words.pdf", lambda: pdf(""), "hold text"),
    Hostile("pages.pdf", lambda: pdf(pages=21), "at most 20 pages"),
    Hostile(
        "long.pdf",
        lambda: pdf("word " * 40 + "\n" + ("word " * 1200 + "\n") * 2, pages=20),
        "100,000 characters",
    ),
    Hostile(
        "ten-million-pages.pdf",
        lambda: raw_pdf(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 10000000 >>"}
        ),
        "whole",
    ),
    Hostile(
        "endless-tree.pdf",
        lambda: raw_pdf(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"}
        ),
        "whole",
    ),
    Hostile("bomb.pdf", deflate_bomb_pdf, "hold text"),
    Hostile("huge-page.pdf", lambda: page_pdf(b"/MediaBox [0 0 100000000 100000000]", b"BT ET"), "hold text"),
    Hostile(
        "deep-array.pdf", lambda: page_pdf(b"/X " + b"[" * 100_000 + b"]" * 100_000, b"BT ET"), "hold text"
    ),
    Hostile("deep-states.pdf", lambda: page_pdf(b"", b"q " * 200_000), "hold text"),
    Hostile("large.pdf", lambda: pdf() + b"\0" * (11 << 20), "at most 10 MB"),
    Hostile("truncated.docx", lambda: word()[:2000], "whole"),
    Hostile("no-body.docx", lambda: word_with("word/document.xml", lambda _: b"<w/>"), "no body"),
    Hostile("broken-xml.docx", lambda: word_with("word/document.xml", lambda one: one[:-50]), "is broken"),
    Hostile("laughing.docx", laughing_word, "is broken"),
    Hostile("external.docx", external_word, "declares entities"),
    Hostile(
        "bomb.docx",
        lambda: word_with("word/document.xml", lambda one: one + b" " * (60 << 20)),
        "unpacks to more",
    ),
    Hostile("deep.docx", deep_word, "is broken"),
    Hostile("empty.docx", lambda: word(""), "hold visible text"),
    Hostile(
        "older.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as DOCX or PDF"
    ),
    Hostile("linked.docx", linked_word, None),
    Hostile("bomb.zip", flat_bomb, "archive bomb"),
    Hostile("lying.zip", lying_bomb, "whole"),
    Hostile("nested.zip", lambda: nested_archive(5), "3 deep"),
    Hostile("overlapping.zip", overlapping_archive, "overlap"),
    Hostile("crowded.zip", crowded_archive, "at most 10,000 files"),
    Hostile("endless.zip", endless_list, "archive"),
    Hostile("slip.zip", lambda: zipped(("../../letter.txt", LETTER.encode())), "leads out of it"),
    Hostile("absolute.zip", lambda: zipped(("/etc/letter.txt", LETTER.encode())), "leads out of it"),
    Hostile("drive.zip", lambda: zipped(("C:\\letters\\letter.txt", LETTER.encode())), "leads out of it"),
    Hostile("link.zip", link_archive, "this is a link"),
    Hostile("locked.zip", locked_archive, "without a password"),
    Hostile("damaged.zip", damaged_archive, "whole"),
    Hostile(
        "packed-oddly.zip", lambda: zipped(("a.txt", LETTER.encode()), packing=zipfile.ZIP_LZMA), "method 14"
    ),
    Hostile("truncated.zip", lambda: zipped(("a.txt", LETTER.encode()))[:60], "whole"),
    Hostile("empty.zip", zipped, "an empty one"),
    Hostile("nested.eml", lambda: nested_message(100), "5 deep"),
    Hostile("deep-parts.eml", lambda: deep_multipart(5_000), "whole"),
    Hostile("crowded.eml", crowded_message, "at most 100 parts"),
    Hostile("no-body.eml", lambda: HEAD + b"\n", "neither text nor an attached letter"),
    Hostile(
        "bytes.eml",
        lambda: (
            HEAD
            + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ncaf\xe9 \xff\xfe"
        ),
        "UTF-8",
    ),
    Hostile(
        "charset.eml",
        lambda: HEAD + b"Content-Type: text/plain; charset=x-klingon\n\nI cook well.\n",
        None,
    ),
    Hostile(
        "codec.eml", lambda: HEAD + b"Content-Type: text/plain; charset=zlib_codec\n\nI cook well.\n", None
    ),
    Hostile(
        "header.eml",
        lambda: b"Subject: " + b"x" * 9_000_000 + b"\nFrom: a@example.org\n\nI cook well.\n",
        None,
    ),
    Hostile("headers.eml", lambda: HEAD + b"X-A: b\n" * 100_000 + b"\nI cook well.\n", None),
    Hostile(
        "cover-locked.eml", lambda: bytes(message("See.", ("cover.pdf", pdf(password="secret")))), "password"
    ),
    Hostile(
        "cover-older.eml",
        lambda: bytes(message("See.", ("cover.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))),
        "older Office",
    ),
    Hostile("nul.txt", lambda: b"I cook\0 well.", "NUL"),
    Hostile("bare-utf16.txt", lambda: "I cook well.".encode("utf-16-le") * 20, "UTF-16"),
    Hostile("latin.txt", lambda: b"Caf\xe9 cook", "UTF-8"),
    Hostile("empty.txt", lambda: b"", "empty"),
    Hostile("invisible.txt", "\u200b\u2060 \u202e".encode, "empty"),
    Hostile("long.txt", lambda: b"word " * 30_000, "100,000 characters"),
    Hostile("huge.txt", lambda: b"word " * 10_000_000, "100,000 characters"),
    Hostile("program.txt", lambda: b"MZ\x90\0\x03\0\0\0\x04" + b"\0" * 500, "program"),
    Hostile("picture.pdf", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
    Hostile("rich.txt", lambda: b"{\\rtf1 I cook}", "RTF"),
    Hostile("packed.csv", lambda: b"\x1f\x8b\x08\0\0\0\0\0", "no ZIP"),
    Hostile("line.csv", lambda: b"id,text\n1," + "\U0001f373".encode() * 3_000_000, "1,000,000 characters"),
    Hostile("quote.csv", lambda: b'id,text\n1,"never closed\n' + b"x\n" * 300_000, "quote"),
    Hostile("deep.json", lambda: b"[" * 1_000_000, "whole"),
    Hostile("wide.json", lambda: b'[{"text": [' + b"{}," * 2_000_000, "whole"),
    Hostile("wide.jsonl", lambda: b'{"text": [' + b"{}," * 2_000_000 + b"{}]}", "1,000,000 characters"),
    Hostile("header.parquet", lambda: b"PAR1" + b"\0" * 100 + b"\xff\xff\xff\x7fPAR1", "whole"),
    Hostile("cut.parquet", lambda: b"PAR1PAR1", "whole"),
)
"""All of them: what a name ends with says what it pretends to be."""

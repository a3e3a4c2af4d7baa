from __future__ import annotations

import pytest
from hostile_files import LETTER, message, pdf, word, zipped

from ingestion.sniffing import HEAD_BYTES, UNREADABLE, kind_of_package, sniff


@pytest.mark.parametrize("suffix", [".txt", ".pdf", ".csv", ""])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pdf(), "pdf"),
        (b"\n\n" + pdf(), "pdf"),
        (word(), "zip"),
        (zipped(), "zip"),
        (b"PAR1 and more", "parquet"),
        (LETTER.encode(), "text"),
        (b"", "text"),
        ("Grüße, José".encode("latin-1"), "text"),
        ("I cook.".encode("utf-16"), "text"),
        (b"\xef\xbb\xbfI cook.", "text"),
        (("I cook. " * 9).encode("utf-16-be"), "utf-16"),
        (b"MZ\x90\0\x03", "program"),
        (b"\x7fELF\x02\x01", "program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"{\\rtf1", "rtf"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"\x1f\x8b\x08", "archive"),
        (b"MZ is what programs begin with, and letters may too", "text"),
        (b"Subject: Application\n\nI cook.", "text"),
        (b"From: me\nTo: you\n\nI cook.", "text"),
        (bytes(range(32)) * 9, "binary"),
        (bytes(message()).replace(b"From", b"Message-ID: <1@x>\nFrom", 1), "eml"),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, kind: str, suffix: str) -> None:
    """Whatever its name says."""
    assert sniff(data[:HEAD_BYTES], suffix) == kind


def test_under_its_own_name_a_message_needs_one_header() -> None:
    """A letter that begins with "Subject:" is a letter, unless the file says that it is a message."""
    assert sniff(b"Subject: Application\n\nI cook.", ".eml") == "eml"
    assert sniff(b"Dear Sir,\n\nI cook.", ".eml") == "text"


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ({"word/document.xml", "[Content_Types].xml"}, "docx"),
        ({"xl/workbook.xml"}, "xlsx"),
        ({"ppt/presentation.xml"}, "pptx"),
        ({"content.xml", "mimetype"}, "odt"),
        ({"a.txt", "word/letter.xml"}, "zip"),
        (set(), "zip"),
    ],
)
def test_a_package_is_what_it_holds(names: set[str], kind: str) -> None:
    """A DOCX file is an archive of files too."""
    assert kind_of_package(names) == kind


def test_every_kind_that_is_not_read_has_its_remedy() -> None:
    """Nobody is told only that it does not work."""
    assert all(what and remedy for what, remedy in UNREADABLE.values())

"""Owns the reading of a PDF: limits, refusals, and what of its text is visible. Knows nothing about other formats.

Meant to run in a child process: PDFium is a large parser, and what it reads comes from strangers.
"""

from __future__ import annotations

import math

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingestion.document import Document, DocumentRefused, Hidden
from ingestion.letterhead import guess
from ingestion.page_layout import join_pages
from ingestion.pdf_annotations import unseen_notes
from ingestion.pdf_characters import read_characters
from ingestion.pdf_findings import hidden_runs, replaced_texts, shown_text
from ingestion.pdf_visibility import hidden_kinds
from ingestion.raw_letter import MAX_CHARACTERS

# Pages of a document: a cover letter has one or two; with its attachments a handful.
MAX_PAGES = 20
# Share of letters that a font without a usable map to text may garble before the text counts as unreadable.
_GARBLED = 0.3


def read_pdf(data: bytes) -> Document:
    """Return the visible text of a PDF, what is hidden in it, and guesses at who wrote it.

    Form fields and other annotations are read as the page shows them. A scan with recognised text behind it is
    refused: its text can't be seen, so nothing tells whether it says what the picture says.

    Raises:
        DocumentRefused: it is encrypted, malformed, too long, or has no text that can be seen or read.
    """
    document = _opened(data)
    try:
        return _read(document)
    finally:
        document.close()


def _opened(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF.

    Raises:
        DocumentRefused: it is encrypted, malformed, cut off or too long.
    """
    ended = b"%%EOF" in data[-2048:]
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            raise DocumentRefused(
                "a PDF must open without a password", "this one is encrypted", "save it without a password"
            ) from error
        cut = b"%PDF-" in data[:1024] and not ended
        raise _malformed("this one is cut off" if cut else "this one can't be opened") from error
    if not ended and not raw.FPDF_DocumentHasValidCrossReferenceTable(document):
        document.close()
        raise _malformed("this one is cut off")
    pages = len(document)
    if not 1 <= pages <= MAX_PAGES:
        document.close()
        if pages < 1:
            raise _malformed("this one has no page")
        raise DocumentRefused(
            f"a PDF may have at most {MAX_PAGES} pages",
            f"this one has {pages:,}",
            "send the cover letter alone",
        )
    return document


def _malformed(value: str) -> DocumentRefused:
    return DocumentRefused("a PDF must be whole and well formed", value, "export it again as PDF")


def _read(document: pdfium.PdfDocument) -> Document:
    """Read every page of an open PDF.

    Raises:
        DocumentRefused: a page is broken, or no text can be seen or read.
    """
    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()
    pages: list[str] = []
    hidden: list[Hidden] = []
    visible = concealed = pictures = garbled = 0
    left = MAX_CHARACTERS
    for number in range(1, len(document) + 1):
        try:
            page, notes = _flattened(document, number)
        except pdfium.PdfiumError as error:
            raise _malformed(f"page {number} can't be read") from error
        hidden += notes
        try:
            text = read_characters(page, left)
            kinds = hidden_kinds(page, text)
            pictures += any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        except OverflowError as error:
            raise DocumentRefused(
                f"a document may have at most {MAX_CHARACTERS:,} characters",
                f"this one has more by page {number}",
                "send the cover letter alone",
            ) from error
        except pdfium.PdfiumError as error:
            raise _malformed(f"page {number} can't be read") from error
        finally:
            page.close()
        characters = text.characters
        left -= len(characters)
        letters = [one for one, kind in zip(characters, kinds, strict=True) if kind is None]
        visible += sum(one.text.isalnum() for one in letters)
        garbled += sum(_unreadable(one.text) for one in letters)
        concealed += sum(
            one.text.isalnum() for one, kind in zip(characters, kinds, strict=True) if kind is not None
        )
        pages.append(shown_text(letters))
        hidden += hidden_runs(text, kinds, number)
        hidden += replaced_texts(text, kinds, number)
    if garbled > _GARBLED * (visible + garbled) and garbled:
        raise DocumentRefused(
            "a PDF's fonts must say which letters they show",
            "most of this one's do not",
            "export it again as PDF, or send it as DOCX",
        )
    if not visible:
        raise _without_text(concealed, pictures)
    text = join_pages(pages)
    found = guess(text, _meta(document, "Author"))
    return Document(text, tuple(hidden), found.name, found.email, found.subject, "pdf")


def _without_text(concealed: int, pictures: int) -> DocumentRefused:
    """Return the refusal of a PDF in which no text can be seen."""
    if concealed and pictures:
        return DocumentRefused(
            "a PDF's text must be visible",
            "all of this one's is invisible, as behind a scan",
            "send the letter as it was written, not as a picture of it",
        )
    if concealed:
        return DocumentRefused(
            "a PDF's text must be visible", "all of this one's is hidden", "ask for the letter again"
        )
    if pictures:
        return DocumentRefused(
            "a PDF must hold text",
            "this one holds only pictures, as a scan does",
            "send the letter as it was written, or run text recognition and save it as text",
        )
    return DocumentRefused("a PDF must hold text", "this one holds none", "export the letter again as PDF")


def _flattened(document: pdfium.PdfDocument, number: int) -> tuple[pdfium.PdfPage, list[Hidden]]:
    """Return a page whose annotations and form fields are part of its drawing, and the ones that do not show.

    Raises:
        PdfiumError: the page can't be loaded.
    """
    page = document[number - 1]
    width, height = page.get_size()
    if not (math.isfinite(width) and math.isfinite(height) and width >= 1 and height >= 1):
        page.close()
        raise pdfium.PdfiumError("the page has no size")
    notes = list(unseen_notes(page, number))
    if raw.FPDFPage_GetAnnotCount(page):
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number - 1]
    return page, notes


def _unreadable(character: str) -> bool:
    """Say whether a character is what a font without a usable map yields."""
    code = ord(character)
    return code == 0xFFFD or 0xE000 <= code < 0xF900 or (code < 32 and character not in "\t\n\r\x02")


def _meta(document: pdfium.PdfDocument, key: str) -> str:
    """Return an entry of the file's own description."""
    try:
        return document.get_metadata_value(key)
    except UnicodeDecodeError:
        return ""

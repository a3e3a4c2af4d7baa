"""Owns what annotations and form fields of a PDF page say without showing it. Knows nothing about the page's own text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingestion.document import Hidden
from ingestion.hiding import LETTERS_TO_REPORT, excerpt, letters_in

# Annotations whose text is a remark on the page, and those that only mark or link a place.
_REMARKS = {
    raw.FPDF_ANNOT_TEXT,
    raw.FPDF_ANNOT_POPUP,
    raw.FPDF_ANNOT_CARET,
    raw.FPDF_ANNOT_FILEATTACHMENT,
    raw.FPDF_ANNOT_HIGHLIGHT,
    raw.FPDF_ANNOT_UNDERLINE,
    raw.FPDF_ANNOT_SQUIGGLY,
    raw.FPDF_ANNOT_STRIKEOUT,
    raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_SQUARE,
    raw.FPDF_ANNOT_CIRCLE,
}
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW | raw.FPDF_ANNOT_FLAG_INVISIBLE
# An annotation more is no letter.
_MOST_NOTES = 500


def unseen_notes(page: pdfium.PdfPage, number: int) -> Iterator[Hidden]:
    """Yield what annotations say that the page does not show."""
    for index in range(min(_MOST_NOTES, raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            subtype = raw.FPDFAnnot_GetSubtype(annotation)
            unseen = bool(raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN)
            says, kind = "", "note"
            if subtype == raw.FPDF_ANNOT_WIDGET and unseen:
                says, kind = _string(annotation, b"V"), "hidden_field"
            elif subtype in _REMARKS or (unseen and subtype == raw.FPDF_ANNOT_FREETEXT):
                says = _string(annotation, b"Contents")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if letters_in(says) >= LETTERS_TO_REPORT:
            yield Hidden(kind, f"page {number}", excerpt(says))


def _string(annotation: Any, key: bytes) -> str:
    """Return a text of an annotation, empty where there is none."""
    length = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < length < 1_000_000:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")

"""Counts what is found of hidden text, what is a false alarm, and what a page takes; prints the table of the docs.

Run as a program with ``PYTHONPATH=.:tests/doubles``. Processor time, not the clock: other work on the machine stretches the clock.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median

from docx_letters import CLEAN_DOCX, DOCX_METHODS, PLACES, clean_docx, docx_that_hides
from hiding import PDF_METHODS, POSITIONS, SECRET, pdf_that_hides
from pdf_letters import CLEAN_PDFS, LINES, canvas, clean_pdf, letter_lines

from ingestion.document import Document
from ingestion.docx import read_docx
from ingestion.pdf import read_pdf


def measure(
    name: str, read: Callable[[bytes], Document], hidden: Iterable[bytes], clean: Iterable[bytes]
) -> None:
    """Print one format's line; every document of the corpus is one page."""
    found: list[bool] = []
    alarms: list[bool] = []
    seconds: list[float] = []
    for files, counts in ((hidden, found), (clean, alarms)):
        for data in files:
            start = time.process_time()
            document = read(data)
            seconds.append(time.process_time() - start)
            whole = SECRET in " ".join(one.excerpt for one in document.hidden)
            counts.append(
                (whole and "Zanzibar" not in document.text) if counts is found else bool(document.hidden)
            )
    sys.stdout.write(
        f"| {name} | {sum(found)} of {len(found)} | {sum(alarms)} of {len(alarms)} |"
        f" {median(seconds):.3f} s | {max(seconds):.3f} s |\n"
    )


def full_page() -> bytes:
    """Return a page of 3,600 characters in 48 lines, as full as a letter's page gets."""
    line = " ".join(LINES[6:9])[:75]
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        letter_lines(page, [f"{number:02} {line}"[:75] for number in range(48)], size=10, top=780)
        page.save()
        return buffer.getvalue()


def main() -> None:
    """Measure both formats, after one letter of each to load what they need."""
    read_pdf(clean_pdf("plain"))
    read_docx(clean_docx("plain"))
    measure(
        "PDF",
        read_pdf,
        (pdf_that_hides(method, position) for method in PDF_METHODS for position in POSITIONS),
        map(clean_pdf, CLEAN_PDFS),
    )
    measure("PDF, a full page", read_pdf, [], [full_page()] * 20)
    measure(
        "DOCX",
        read_docx,
        (docx_that_hides(method, place) for method in DOCX_METHODS for place in PLACES),
        map(clean_docx, CLEAN_DOCX),
    )


if __name__ == "__main__":
    main()

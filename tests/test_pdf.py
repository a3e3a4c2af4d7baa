from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hiding import PDF_METHODS, POSITIONS, SECRET, assembled, pdf_that_hides, pdf_with_a_layer
from pdf_letters import CLEAN_PDFS, LINES, SHOWN, canvas, clean_pdf, letter_lines, scanned_pdf
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from ingestion.document import Document, DocumentRefused
from ingestion.hiding import HIDING
from ingestion.pdf import read_pdf

KINDS = {
    "white_on_white": "same_colour",
    "nearly_white": "same_colour",
    "dark_on_dark": "same_colour",
    "tiny": "tiny",
    "one_point": "tiny",
    "no_size": "tiny",
    "scaled_away": "tiny",
    "squeezed": "tiny",
    "paint_mode_none": "invisible",
    "paint_mode_clip": "invisible",
    "behind_visible_text": "invisible",
    "white_across_visible_text": "same_colour",
    "transparent": "invisible",
    "nearly_transparent": "invisible",
    "left_of_the_page": "off_page",
    "above_the_page": "off_page",
    "clipped": "clipped",
    "under_a_white_box": "covered",
    "under_a_picture": "covered",
    "white_in_a_form": "same_colour",
    "white_one_letter_at_a_time": "same_colour",
    "other_text_for_programs": "replaced",
    "note_on_the_page": "note",
    "field_that_is_hidden": "hidden_field",
}


def flat(document: Document) -> str:
    """The text of a document on one line."""
    return " ".join(document.text.split())


def drawn(**meta: str) -> bytes:
    """A plain letter with entries in its own description."""
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        page.setAuthor(meta.get("author", ""))
        letter_lines(page, meta["lines"].split("\n") if "lines" in meta else LINES)
        page.save()
        return buffer.getvalue()


@pytest.mark.parametrize(
    "position",
    [pytest.param(one, marks=() if one == "middle" else pytest.mark.slow) for one in POSITIONS],
)
@pytest.mark.parametrize("method", PDF_METHODS)
def test_hidden_text_is_found_and_is_no_part_of_the_letter(method: str, position: str) -> None:
    """Whatever hides the sentence, wherever it stands: it is reported whole, once, and the letter is read without it."""
    document = read_pdf(pdf_that_hides(method, position))
    assert [(one.kind, one.excerpt) for one in document.hidden] == [(KINDS[method], SECRET)]
    assert "Zanzibar" not in document.text
    assert SHOWN in flat(document)


@pytest.mark.slow
@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("method", PDF_METHODS)
def test_hidden_text_is_found_on_turned_pages(method: str, rotation: int) -> None:
    """A page that lies on its side or stands on its head hides nothing more."""
    document = read_pdf(pdf_that_hides(method, "middle", rotation))
    assert [one.excerpt for one in document.hidden] == [SECRET]
    assert "Zanzibar" not in document.text
    assert SHOWN in flat(document)


def test_every_kind_of_hiding_is_explained_to_a_recruiter() -> None:
    """Each kind that a PDF yields has its sentence."""
    assert set(KINDS.values()) | {"switched_off"} <= set(HIDING)
    assert all(sentence.endswith(".") and len(sentence) < 100 for sentence in HIDING.values())


@pytest.mark.parametrize("name", CLEAN_PDFS)
def test_an_honest_letter_raises_no_alarm(name: str) -> None:
    """Banners, tables, small print, watermarks, photos, columns: nothing is reported and the letter is read."""
    document = read_pdf(clean_pdf(name))
    assert document.hidden == ()
    assert SHOWN in flat(document)


def test_a_layer_counts_as_the_viewer_shows_it() -> None:
    """Text on a layer that is off is hidden, on one that is on it is text."""
    off, on = read_pdf(pdf_with_a_layer(shown=False)), read_pdf(pdf_with_a_layer(shown=True))
    assert [(one.kind, one.excerpt) for one in off.hidden] == [("switched_off", SECRET)]
    assert SECRET not in flat(off)
    assert on.hidden == ()
    assert SECRET in flat(on)


def test_places_name_the_page_and_its_part() -> None:
    """A recruiter finds the spot."""
    places = [read_pdf(pdf_that_hides("white_on_white", position)).hidden[0].place for position in POSITIONS]
    assert places == ["page 1, top", "page 1, middle", "page 1, bottom"]


def test_paragraphs_are_whole_and_an_address_keeps_its_lines() -> None:
    """Wrapped lines are joined, wanted breaks stay."""
    text = read_pdf(clean_pdf("plain")).text
    assert text.startswith(
        "Mira Halvorsen\n12 Quay Street, Bergen\nmira.halvorsen@example.org\n\nDear hiring team,\n\nI have kept"
    )
    assert "led a team of four for the last six. In that time" in text
    assert text.endswith("Yours sincerely,\nMira Halvorsen")


def test_columns_are_read_one_after_the_other() -> None:
    """The end of the left column comes before the beginning of the right one."""
    text = flat(read_pdf(clean_pdf("two_columns")))
    assert "cut the month-end close from nine days to three. Before that I audited" in text


def test_form_fields_are_read_as_they_show() -> None:
    """What an applicant typed into a form is text."""
    assert "Available from March" in read_pdf(clean_pdf("form_fields")).text


def test_letters_without_a_font_on_this_machine_stay_text() -> None:
    """A Chinese letter whose font is elsewhere is not taken for a hidden one."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        letter_lines(page)
        page.setFont("STSong-Light", 12)
        page.drawString(72, 400, "我在航运公司做了十一年的会计工作")
        page.save()
        document = read_pdf(buffer.getvalue())
    assert document.hidden == ()
    assert "我在航运公司做了十一年的会计工作" in document.text


def test_guesses_are_taken_where_they_are_plain() -> None:
    """The author counts as the name if the letter says it too; the one personal address counts, a subject line counts."""
    lines = "Mira Halvorsen\nmira@example.org\njobs@example.com\nSubject: Accountant, Bergen\n\nDear hiring team, hello"
    document = read_pdf(drawn(author="Mira Halvorsen", lines=lines))
    assert (document.name, document.email, document.subject, document.format) == (
        "Mira Halvorsen",
        "mira@example.org",
        "Accountant, Bergen",
        "pdf",
    )
    assert read_pdf(drawn(author="Office Templates Ltd")).name is None


def _encrypted() -> bytes:
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        inner: Any = page
        inner._doc.encrypt = StandardEncryption("secret", strength=128)
        letter_lines(page)
        page.save()
        return buffer.getvalue()


def _pages(count: int) -> bytes:
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        for _ in range(count):
            letter_lines(page, LINES[:1])
            page.showPage()
        page.save()
        return buffer.getvalue()


def _empty() -> bytes:
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        page.showPage()
        page.save()
        return buffer.getvalue()


def _all_white() -> bytes:
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        page.setFillColorRGB(1, 1, 1)
        page.drawString(72, 700, SECRET)
        page.save()
        return buffer.getvalue()


def _endless() -> bytes:
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        for row in range(1_100):
            page.drawString(10, 800 - row * 0.7, f"{row} many words " * 8)
        page.save()
        return buffer.getvalue()


def _sizeless() -> bytes:
    return assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 0.2 0.2]>>",
        ]
    )


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            _encrypted,
            "a PDF must open without a password, but this one is encrypted: save it without a password",
        ),
        (
            lambda: b"%PDF-1.7\nnothing",
            "a PDF must be whole and well formed, but this one is cut off: export it again as PDF",
        ),
        (
            lambda: b"",
            "a PDF must be whole and well formed, but this one can't be opened: export it again as PDF",
        ),
        (
            lambda: clean_pdf("plain")[:-400],
            "a PDF must be whole and well formed, but this one is cut off: export it again as PDF",
        ),
        (
            lambda: _pages(21),
            "a PDF may have at most 20 pages, but this one has 21: send the cover letter alone",
        ),
        (
            scanned_pdf,
            "a PDF must hold text, but this one holds only pictures, as a scan does:"
            " send the letter as it was written, or run text recognition and save it as text",
        ),
        (
            lambda: scanned_pdf(recognised=True),
            "a PDF's text must be visible, but all of this one's is invisible, as behind a scan:"
            " send the letter as it was written, not as a picture of it",
        ),
        (_empty, "a PDF must hold text, but this one holds none: export the letter again as PDF"),
        (
            _all_white,
            "a PDF's text must be visible, but all of this one's is hidden: ask for the letter again",
        ),
        (
            _endless,
            "a document may have at most 100,000 characters, but this one has more by page 1:"
            " send the cover letter alone",
        ),
        (
            _sizeless,
            "a PDF must be whole and well formed, but page 1 can't be read: export it again as PDF",
        ),
    ],
    ids=[
        "encrypted",
        "nonsense",
        "nothing",
        "cut off",
        "too many pages",
        "a scan",
        "a recognised scan",
        "no text",
        "only hidden text",
        "too long",
        "no page size",
    ],
)
def test_a_refusal_says_rule_value_and_remedy(made: Callable[[], bytes], said: str) -> None:
    """What can't be read is refused in one plain sentence."""
    with pytest.raises(DocumentRefused) as refusal:
        read_pdf(made())
    assert str(refusal.value) == said


def test_twenty_pages_are_read() -> None:
    """The limit itself is allowed."""
    assert read_pdf(_pages(20)).text.count("Mira Halvorsen") == 20


def test_the_same_bytes_read_the_same() -> None:
    """Reading leaves no trace in the next reading."""
    data = pdf_that_hides("under_a_picture", "top")
    assert read_pdf(data) == read_pdf(data)

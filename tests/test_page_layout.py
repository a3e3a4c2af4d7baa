from __future__ import annotations

import pytest

from ingestion.page_layout import Glyph, join_pages, page_text

WIDTH = 5.0


def line(text: str, y: float, x: float = 0.0, *, size: float = 10.0, spaces: bool = True) -> list[Glyph]:
    """A line in a font whose letters are all half as wide as high."""
    return [
        Glyph(letter, x + place * WIDTH, x + (place + 1) * WIDTH, y, size)
        for place, letter in enumerate(text)
        if spaces or letter != " "
    ]


def page(*lines: tuple[str, float]) -> str:
    """The text of lines that all begin at the left margin."""
    return page_text([glyph for text, y in lines for glyph in line(text, y)])


PROSE = "I have kept the books of a shipping company for eleven years"


def test_words_are_parted_where_the_file_holds_no_spaces() -> None:
    """Gaps make the spaces."""
    assert page_text(line(PROSE, 10, spaces=False)) == PROSE


def test_the_order_of_drawing_does_not_matter() -> None:
    """A page that was drawn backwards reads forwards."""
    assert page_text(
        reversed(line(PROSE, 10) + line("and led a team of four people there since then, daily", 22))
    ) == (f"{PROSE} and led a team of four people there since then, daily")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ((("Dear all,", 10), (PROSE, 22), ("and audits.", 34)), f"Dear all,\n{PROSE} and audits."),
        (((PROSE, 10), (PROSE, 22), (PROSE, 50)), f"{PROSE} {PROSE}\n\n{PROSE}"),
        (((PROSE, 10), ("• SAP", 22), ("• Audit", 34)), f"{PROSE}\n• SAP\n• Audit"),
        (((PROSE[:-5] + "expe-", 10), ("rience.", 22)), PROSE[:-5] + "experience."),
        (((PROSE[:-5] + "well-", 10), ("known.", 22)), PROSE[:-5] + "well-known."),
        (((PROSE[:-5] + "SAP-", 10), ("Modul.", 22)), PROSE[:-5] + "SAP-Modul."),
    ],
    ids=["wanted break", "paragraphs", "list", "parted word", "compound", "capital after a hyphen"],
)
def test_lines_become_paragraphs(lines: tuple[tuple[str, float], ...], text: str) -> None:
    """Wrapped lines are joined; breaks that were wanted stay; hyphens stay where they belong."""
    assert page(*lines) == text


def test_columns_of_prose_are_read_down() -> None:
    """The left column ends before the right one begins."""
    glyphs = [
        glyph
        for row in range(4)
        for text, x in (
            (f"left column line {row} of prose", 0.0),
            (f"right column line {row} of text", 200.0),
        )
        for glyph in line(text, 10 + 12 * row, x)
    ]
    text = page_text(glyphs)
    assert text.index("left column line 3") < text.index("right column line 0")


def test_a_table_is_read_across() -> None:
    """Cells of a row stand on one line."""
    glyphs = [
        glyph
        for row, (skill, years) in enumerate(
            (("Skill", "Years"), ("SAP", "6"), ("Audit", "5"), ("Excel", "11"))
        )
        for text, x in ((skill, 0.0), (years, 200.0))
        for glyph in line(text, 10 + 12 * row, x)
    ]
    assert page_text(glyphs) == "Skill  Years\nSAP  6\nAudit  5\nExcel  11"


def test_hebrew_is_read_from_the_right() -> None:
    """Letters that stand from left to right are told in the order in which they are spoken; numbers keep theirs."""
    spoken = "שלום 2024 עולם"
    seen = "םלוע 2024 םולש"
    assert page_text(line(seen, 10)) == spoken


def test_a_paragraph_goes_on_over_the_page() -> None:
    """Only where its sentence does."""
    assert join_pages(["I led a team", "of four.", "Yours", ""]) == "I led a team of four.\n\nYours"

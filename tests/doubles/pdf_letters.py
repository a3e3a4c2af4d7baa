"""PDF letters with nothing hidden in them: what designers, word processors and printers make of a page.

Knows nothing about how hidden text is found.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

WIDTH, HEIGHT = A4
LINES = (
    "Mira Halvorsen",
    "12 Quay Street, Bergen",
    "mira.halvorsen@example.org",
    "",
    "Dear hiring team,",
    "",
    "I have kept the books of a shipping company for eleven years and led a team of four",
    "for the last six. In that time I moved its accounts from paper to SAP and cut the",
    "month-end close from nine days to three.",
    "",
    "Before that I audited banks in Trieste. I hold a certificate in forensic accounting and",
    "speak Norwegian, Italian and English. I would like to bring this to your office.",
    "",
    "Yours sincerely,",
    "Mira Halvorsen",
)
# A sentence that every clean letter shows; it must be read.
SHOWN = "I have kept the books of a shipping company for eleven years"
TOP, LEADING, LEFT = 740.0, 16.0, 72.0


def canvas(buffer: io.BytesIO, rotation: int = 0, *, wide: bool = False) -> Canvas:
    """Return a canvas whose output depends on nothing but what is drawn."""
    # reportlab exchanges the sides of a page that lies on its side.
    lies = wide is not (rotation in {90, 270})
    page = Canvas(buffer, pagesize=(HEIGHT, WIDTH) if lies else A4, pageCompression=0, invariant=1)
    page.setPageRotation(rotation)
    return page


def letter_lines(
    page: Canvas,
    lines: Sequence[str] = LINES,
    *,
    colour: Color = black,
    size: float = 11.0,
    font: str = "Helvetica",
    left: float = LEFT,
    top: float = TOP,
) -> None:
    """Draw a letter's lines from the top down."""
    page.setFillColor(colour)
    page.setFont(font, size)
    for row, line in enumerate(lines):
        page.drawString(left, top - row * LEADING * size / 11, line)
    page.setFillColor(black)


def photo(seed: int, *, dark: bool = False) -> Image.Image:
    """Return a picture as uneven as a photograph."""
    noise = np.random.default_rng(seed).integers(0, 90, (40, 120, 3), dtype=np.uint8)
    return Image.fromarray(noise if dark else noise + 120).resize((480, 160), Image.Resampling.BICUBIC)


def unicode_font() -> str:
    """Register and name a font that holds Greek, Cyrillic, Hebrew and Arabic."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    if "DejaVu" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(
            TTFont("DejaVu", str(Path(spec.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"))
        )
    return "DejaVu"


def _plain(page: Canvas) -> None:
    letter_lines(page)


def _banner(page: Canvas) -> None:
    page.setFillColor(HexColor("#1f3864"))
    page.rect(0, HEIGHT - 60, WIDTH, 60, stroke=0, fill=1)
    letter_lines(page, ["MIRA HALVORSEN"], colour=white, size=20, top=HEIGHT - 38)
    letter_lines(page)


def _banner_small_print(page: Canvas) -> None:
    page.setFillColor(HexColor("#7f1d1d"))
    page.rect(0, 0, WIDTH, 30, stroke=0, fill=1)
    letter_lines(
        page, ["Bergen - Trieste - mira.halvorsen@example.org"], colour=HexColor("#fecaca"), size=7, top=12
    )
    letter_lines(page)


def _shaded_banner(page: Canvas) -> None:
    page.linearGradient(0, HEIGHT, WIDTH, HEIGHT, (HexColor("#0f766e"), HexColor("#0e7490")), extend=True)
    page.setFillColor(white)
    page.rect(0, 0, WIDTH, HEIGHT - 60, stroke=0, fill=1)
    letter_lines(page, ["Accountant"], colour=white, size=18, top=HEIGHT - 38)
    letter_lines(page)


def _striped_table(page: Canvas) -> None:
    letter_lines(page)
    for row, (skill, years) in enumerate([("Skill", "Years"), ("SAP", "6"), ("Audit", "5"), ("Excel", "11")]):
        page.setFillColor(HexColor("#374151") if row == 0 else HexColor("#f3f4f6" if row % 2 else "#e5e7eb"))
        page.rect(LEFT, 400 - 18 * row, 300, 18, stroke=0, fill=1)
        page.setFillColor(white if row == 0 else black)
        page.setFont("Helvetica", 10)
        page.drawString(LEFT + 4, 405 - 18 * row, skill)
        page.drawString(LEFT + 180, 405 - 18 * row, years)
    page.setFillColor(black)


def _small_print(page: Canvas) -> None:
    letter_lines(page)
    letter_lines(page, ["This letter is confidential and meant for its addressee alone."], size=6, top=60)


def _grey_small_print(page: Canvas) -> None:
    letter_lines(page)
    letter_lines(
        page, ["Registered in Bergen, number 994 002 871."], colour=HexColor("#999999"), size=7, top=50
    )
    letter_lines(page, ["Page 1 of 1, printed on both sides."], colour=HexColor("#aaaaaa"), size=6, top=40)


def _light_grey_heads(page: Canvas) -> None:
    letter_lines(page, ["COVER LETTER"], colour=HexColor("#bbbbbb"), size=9, top=780)
    letter_lines(page)


def _watermark(page: Canvas) -> None:
    page.saveState()
    page.translate(WIDTH / 2, HEIGHT / 2)
    page.rotate(45)
    page.setFont("Helvetica-Bold", 80)
    page.setFillColor(HexColor("#e4e4e4"))
    page.drawCentredString(0, 0, "DRAFT")
    page.restoreState()
    letter_lines(page)


def _see_through_watermark(page: Canvas) -> None:
    letter_lines(page)
    page.saveState()
    page.setFillAlpha(0.15)
    page.setFont("Helvetica-Bold", 90)
    page.translate(120, 300)
    page.rotate(30)
    page.drawString(0, 0, "CONFIDENTIAL")
    page.restoreState()


def _photo(page: Canvas) -> None:
    page.drawImage(ImageReader(photo(2)), 400, 700, 120, 90)
    letter_lines(page)


def _words_on_a_photo(page: Canvas) -> None:
    page.drawImage(ImageReader(photo(3, dark=True)), 0, HEIGHT - 80, WIDTH, 80)
    letter_lines(page, ["Mira Halvorsen, accountant"], colour=white, size=16, top=HEIGHT - 45)
    letter_lines(page)


def _links(page: Canvas) -> None:
    letter_lines(page)
    page.linkURL("https://example.org/mira", (LEFT, TOP - 36, 230, TOP - 20))
    letter_lines(page, ["example.org/mira"], colour=HexColor("#2563eb"), top=380)
    page.line(LEFT, 378, 160, 378)


def _head_and_foot(page: Canvas) -> None:
    letter_lines(page, ["Mira Halvorsen - application"], size=8, colour=HexColor("#666666"), top=815)
    letter_lines(page)
    letter_lines(page, ["Page 1"], size=8, colour=HexColor("#666666"), left=280, top=25)


def _two_columns(page: Canvas) -> None:
    letter_lines(page, LINES[:3])
    prose = " ".join(LINES[6:12]).split()
    for side, words in enumerate((prose[: len(prose) // 2], prose[len(prose) // 2 :])):
        lines = [" ".join(words[start : start + 6]) for start in range(0, len(words), 6)]
        letter_lines(page, lines, size=9, left=LEFT + 240 * side, top=660)


def _side_bar(page: Canvas) -> None:
    page.setFillColor(HexColor("#111827"))
    page.rect(0, 0, 150, HEIGHT, stroke=0, fill=1)
    letter_lines(page, ["SKILLS", "SAP", "Audit", "Excel"], colour=HexColor("#e5e7eb"), left=20, top=700)
    letter_lines(page, left=170, size=9.5)


def _dark_page(page: Canvas) -> None:
    page.setFillColor(HexColor("#0b1020"))
    page.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    letter_lines(page, colour=HexColor("#e2e8f0"))


def _cropped(page: Canvas) -> None:
    page.setCropBox((30, 30, WIDTH - 30, HEIGHT - 30))
    letter_lines(page)


def _embedded_font(page: Canvas) -> None:
    letter_lines(page, font=unicode_font(), size=10)


def _many_alphabets(page: Canvas) -> None:
    letter_lines(page)
    greek_and_cyrillic = ["Μίρα Χάλβορσεν, λογίστρια", "Мира Халворсен, бухгалтер"]
    letter_lines(page, greek_and_cyrillic, font=unicode_font(), size=10, top=420)


def _letter_by_letter(page: Canvas) -> None:
    page.setFont("Times-Roman", 11)
    for row, line in enumerate(LINES):
        x = LEFT
        for letter in line:
            if letter != " ":
                page.drawString(x, TOP - row * LEADING, letter)
            x += page.stringWidth(letter, "Times-Roman", 11)


def _small_grey_letter_by_letter(page: Canvas) -> None:
    letter_lines(page)
    page.setFont("Times-Roman", 7)
    page.setFillColor(HexColor("#888888"))
    x = LEFT
    for letter in "Illegible, it is not: full stops, commas and i's are thin.":
        page.drawString(x, 60, letter)
        x += page.stringWidth(letter, "Times-Roman", 7)


def _heavy_by_drawing_twice(page: Canvas) -> None:
    letter_lines(page)
    letter_lines(page, left=LEFT + 0.3)


def _shadowed_title(page: Canvas) -> None:
    letter_lines(page, ["Mira Halvorsen"], colour=HexColor("#b0b0b0"), size=24, left=LEFT + 1.5, top=778.5)
    letter_lines(page, ["Mira Halvorsen"], size=24, top=780)
    letter_lines(page)


def _outlined_title(page: Canvas) -> None:
    page.saveState()
    text = page.beginText(LEFT, 780)
    text.setFont("Helvetica-Bold", 24)
    text.setTextRenderMode(1)
    text.textOut("Mira Halvorsen")
    page.drawText(text)
    page.restoreState()
    letter_lines(page)


def _title_filled_by_a_picture(page: Canvas) -> None:
    page.saveState()
    text = page.beginText(LEFT, 775)
    text.setFont("Helvetica-Bold", 36)
    text.setTextRenderMode(7)
    text.textOut("Halvorsen")
    page.drawText(text)
    page.drawImage(ImageReader(photo(4, dark=True)), 0, 740, WIDTH, 100)
    page.restoreState()
    letter_lines(page)


def _form_fields(page: Canvas) -> None:
    letter_lines(page)
    form: Any = page.acroForm
    form.textfield(name="start", value="Available from March", x=LEFT, y=400, width=200, height=18)


def _highlighted(page: Canvas) -> None:
    page.setFillColor(HexColor("#fef08a"))
    page.rect(LEFT - 2, TOP - 6 * LEADING - 4, 420, 15, stroke=0, fill=1)
    letter_lines(page)


def _struck_through(page: Canvas) -> None:
    letter_lines(page)
    letter_lines(page, ["two weeks notice three weeks notice"], top=400)
    page.line(LEFT, 404, 155, 404)


def _half_veiled(page: Canvas) -> None:
    letter_lines(page)
    page.saveState()
    page.setFillColor(Color(1, 1, 1, alpha=0.4))
    page.rect(0, 300, WIDTH, 300, stroke=0, fill=1)
    page.restoreState()


def _half_opaque_text(page: Canvas) -> None:
    page.saveState()
    letter_lines(page, colour=Color(0, 0, 0, alpha=0.5))
    page.restoreState()


def _bullets(page: Canvas) -> None:
    letter_lines(page)
    letter_lines(
        page, ["\u2022 SAP, six years", "\u2022 Audit, five years", "\u2013 and a driving licence"], top=420
    )


def _stamped(page: Canvas) -> None:
    letter_lines(page)
    page.saveState()
    page.setStrokeColor(HexColor("#dc2626"))
    page.setFillColor(HexColor("#dc2626"))
    page.rect(380, 640, 120, 30)
    page.setFont("Courier-Bold", 14)
    page.drawString(395, 650, "RECEIVED")
    page.restoreState()


def _spaced_out_title(page: Canvas) -> None:
    text = page.beginText(LEFT, 780)
    text.setFont("Helvetica", 14)
    text.setCharSpace(3)
    text.textOut("ACCOUNTANT")
    text.setCharSpace(0)
    page.drawText(text)
    letter_lines(page)


def _in_a_form(page: Canvas) -> None:
    page.beginForm("body", 0, 0, WIDTH, HEIGHT)
    letter_lines(page)
    page.endForm()
    page.doForm("body")


def _line_by_the_margin(page: Canvas) -> None:
    letter_lines(page)
    page.saveState()
    page.translate(30, 300)
    page.rotate(90)
    page.setFont("Helvetica", 8)
    page.drawString(0, 0, "Application for the post of an accountant")
    page.restoreState()


def _colourful(page: Canvas) -> None:
    letter_lines(page)
    for row, colour in enumerate(("#facc15", "#f97316", "#22c55e", "#ec4899")):
        letter_lines(page, [f"Strength number {row + 1}"], colour=HexColor(colour), top=420 - 16 * row)


_DRAWN: dict[str, Callable[[Canvas], None]] = {
    drawing.__name__.strip("_"): drawing
    for drawing in (
        _plain,
        _banner,
        _banner_small_print,
        _shaded_banner,
        _striped_table,
        _small_print,
        _grey_small_print,
        _light_grey_heads,
        _watermark,
        _see_through_watermark,
        _photo,
        _words_on_a_photo,
        _links,
        _head_and_foot,
        _two_columns,
        _side_bar,
        _dark_page,
        _cropped,
        _embedded_font,
        _many_alphabets,
        _letter_by_letter,
        _small_grey_letter_by_letter,
        _heavy_by_drawing_twice,
        _shadowed_title,
        _outlined_title,
        _title_filled_by_a_picture,
        _form_fields,
        _highlighted,
        _struck_through,
        _half_veiled,
        _half_opaque_text,
        _bullets,
        _stamped,
        _spaced_out_title,
        _in_a_form,
        _line_by_the_margin,
        _colourful,
    )
}
_ROTATED = {"turned_right": 90, "upside_down": 180, "turned_left": 270}
CLEAN_PDFS = (*_DRAWN, *_ROTATED, "landscape", "justified", "typeset")


def clean_pdf(name: str) -> bytes:
    """Return one of the letters with nothing hidden."""
    with io.BytesIO() as buffer:
        if name == "typeset":
            _typeset(buffer)
            return buffer.getvalue()
        page = canvas(buffer, _ROTATED.get(name, 0), wide=name == "landscape")
        if name == "landscape":
            letter_lines(page, top=540)
        elif name == "justified":
            _justified(page)
        else:
            _DRAWN.get(name, _plain)(page)
        page.save()
        return buffer.getvalue()


def _justified(page: Canvas) -> None:
    style = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=14, alignment=TA_JUSTIFY)
    paragraph = Paragraph(" ".join(LINES[6:12]), style)
    paragraph.wrapOn(page, 330, 400)
    paragraph.drawOn(page, LEFT, 600)


def _typeset(buffer: io.BytesIO) -> None:
    body = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=13, spaceAfter=8)
    title = ParagraphStyle(
        "title", fontName="Helvetica-Bold", fontSize=16, leading=20, textColor=HexColor("#1d4ed8")
    )
    flow: list[Any] = [Paragraph("Mira Halvorsen", title), Spacer(1, 12)]
    flow += [Paragraph(" ".join(LINES[6:9]), body), Paragraph(" ".join(LINES[10:12]), body)]
    flow.append(
        Table(
            [["Skill", "Years"], ["SAP", "6"], ["Audit", "5"]],
            style=[
                ("BACKGROUND", (0, 0), (-1, 0), HexColor("#334155")),
                ("TEXTCOLOR", (0, 0), (-1, 0), white),
            ],
        )
    )
    SimpleDocTemplate(buffer, pagesize=A4, invariant=1).build(flow)


def scanned_pdf(*, recognised: bool = False) -> bytes:
    """Return a letter that is only a picture, with or without recognised text behind it."""
    picture = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(picture).text((150, 200), "\n".join(LINES), fill="black", font_size=28)
    with io.BytesIO() as buffer:
        page = canvas(buffer)
        page.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
        if recognised:
            text = page.beginText(LEFT, TOP)
            text.setTextRenderMode(3)
            text.textLines("\n".join(LINES))
            page.drawText(text)
        page.save()
        return buffer.getvalue()

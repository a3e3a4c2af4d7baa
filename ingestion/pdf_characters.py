"""Owns the characters of a PDF page: what each says, where it stands as the page is shown, what draws it.

Knows nothing about whether they can be seen, or how they make lines. Positions are in points from the top left corner
of the page as a viewer turns it; y grows downwards.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

# A page's chain of form objects that is searched for text; producers nest two or three.
_NESTING = 15
# One glyph may stand for a few letters (ffi); one that reads as more is no ligature.
_LETTERS_A_GLYPH = 6
# What PDFium reads a hyphen at the end of a line as.
_HYPHEN = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the shown page, in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top


@dataclass(slots=True, eq=False)
class TextObject:
    """One piece of text as the file draws it: one colour, one font, one way to paint.

    Attributes:
        handle: PDFium's page object.
        box: Where it is drawn.
        size: The font's height on the page, in points, 0 where it has none.
        angle: The direction of its line on the shown page, in degrees, 0 for upright text.
        fill: Red, green, blue and opacity, each 0 to 255.
        mode: How glyphs are painted, 0 to 7 as PDF numbers them; 3 paints nothing, 7 only clips.
        degenerate: Whether it was drawn with no height or width at all and was enlarged to be read.
        replaced: What the file wants programs to read instead of its glyphs, if it does.
        layered: Whether it stands on a layer that can be switched off.
    """

    handle: Any
    box: Box
    size: float
    angle: int
    fill: tuple[int, int, int, int]
    mode: int
    degenerate: bool
    replaced: str | None
    layered: bool


@dataclass(slots=True, eq=False)
class Character:
    """One character. ``box`` is its ink, ``x`` and ``y`` its place on the base line, ``advance`` its end there."""

    text: str
    box: Box
    x: float
    y: float
    advance: float
    drawn: TextObject


@dataclass(slots=True)
class PageText:
    """All characters of a page and what draws them, with the page's width and height in points."""

    width: float
    height: float
    characters: list[Character] = field(default_factory=list)
    objects: list[TextObject] = field(default_factory=list)


class _Geometry:
    """From a PDF's coordinates to those of the page as it is shown: cropped, turned, y downwards."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        self.rotation = page.get_rotation()
        width, height = self.right - self.left, self.top - self.bottom
        self.width, self.height = (height, width) if self.rotation in {90, 270} else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return a point on the shown page."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a rectangle on the shown page."""
        one, other = self.point(left, bottom), self.point(right, top)
        return Box(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def read_characters(page: pdfium.PdfPage, limit: int) -> PageText:
    """Return the text of a page.

    Text drawn without height or width is enlarged in memory so that it can be read: take pictures of the page first
    where they matter. Marks that tell programs to read something other than the glyphs are taken off.

    Raises:
        OverflowError: the page has more than ``limit`` characters.
    """
    geometry = _Geometry(page)
    result = PageText(geometry.width, geometry.height)
    by_address: dict[int, TextObject] = {}
    for handle in _text_handles(page):
        by_address[ctypes.addressof(handle.contents)] = _text_object(handle, geometry)
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > limit:
            raise OverflowError
        result.characters.extend(_characters(textpage, count, geometry, by_address))
    finally:
        textpage.close()
    result.objects = list(by_address.values())
    return result


def _text_handles(page: pdfium.PdfPage) -> Iterator[Any]:
    """Yield PDFium's text objects of the page and of the forms on it."""
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_NESTING):
        yield found.raw


def _text_object(handle: Any, geometry: _Geometry) -> TextObject:
    """Return what draws a text; take its marks off, and give it a size where it has none."""
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    raw.FPDFTextObj_GetFontSize(handle, size)
    raw.FPDFPageObj_GetMatrix(handle, matrix)
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(handle, *edges)
    red, green, blue, alpha = colour = [ctypes.c_uint(0) for _ in range(4)]
    known = raw.FPDFPageObj_GetFillColor(handle, *colour)
    degenerate = _flat(size.value, matrix)
    replaced, layered = _marks(handle)
    if degenerate:
        _enlarge(handle, matrix, size.value)
    return TextObject(
        handle=handle,
        box=geometry.box(*(edge.value for edge in edges)),
        size=0.0 if degenerate else abs(size.value),
        angle=0,
        fill=(red.value, green.value, blue.value, alpha.value) if known else (0, 0, 0, 255),
        mode=raw.FPDFTextObj_GetTextRenderMode(handle),
        degenerate=degenerate,
        replaced=replaced,
        layered=layered,
    )


def _flat(size: float, matrix: Any) -> bool:
    """Say whether a text so scaled has no height or no width that any eye could see."""
    values = (matrix.a, matrix.b, matrix.c, matrix.d, size)
    if not all(map(math.isfinite, values)):
        return True
    across = math.hypot(matrix.a, matrix.b) * abs(size)
    along = math.hypot(matrix.c, matrix.d) * abs(size)
    area = abs(matrix.a * matrix.d - matrix.b * matrix.c) * size * size
    return min(across, along) < 0.01 or area < 1e-4


def _enlarge(handle: Any, matrix: Any, size: float) -> None:
    """Make a text readable for PDFium, which drops one without height or width."""
    if not abs(size) >= 1:
        raw.FPDFTextObj_SetFontSize(handle, 1.0)
    finite = [value if math.isfinite(value) else 0.0 for value in (matrix.e, matrix.f)]
    # Setting the matrix makes PDFium measure the text anew.
    raw.FPDFPageObj_SetMatrix(handle, raw.FS_MATRIX(1, 0, 0, 1, *finite))


def _marks(handle: Any) -> tuple[str | None, bool]:
    """Return the text that a mark puts in the place of the glyphs, and whether a layer mark stands there."""
    replaced: str | None = None
    layered = False
    for index in reversed(range(raw.FPDFPageObj_CountMarks(handle))):
        mark = raw.FPDFPageObj_GetMark(handle, index)
        if not mark:
            continue
        layered |= _wide(raw.FPDFPageObjMark_GetName, mark) == "OC"
        actual = _wide(raw.FPDFPageObjMark_GetParamStringValue, mark, b"ActualText")
        if actual:
            replaced = actual
            raw.FPDFPageObj_RemoveMark(handle, mark)
    return replaced, layered


def _wide(call: Any, *arguments: Any) -> str:
    """Return what a PDFium call writes as UTF-16: first the length, then the text."""
    length = ctypes.c_ulong(0)
    call(*arguments, None, 0, length)
    if not 2 < length.value < 1_000_000:
        return ""
    buffer = ctypes.create_string_buffer(length.value)
    call(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length.value, length)
    return buffer.raw[: length.value].decode("utf-16-le", "replace").rstrip("\0")


def _characters(
    textpage: pdfium.PdfTextPage, count: int, geometry: _Geometry, by_address: dict[int, TextObject]
) -> Iterator[Character]:
    """Yield the characters of a page, pairs of surrogates made one; not the spaces that PDFium adds."""
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    loose = raw.FS_RECTF()
    pending: int | None = None
    seen: dict[tuple[int, float, float], int] = {}
    measured: set[int] = set()
    for index in range(count):
        code = raw.FPDFText_GetUnicode(textpage, index)
        handle = raw.FPDFText_GetTextObject(textpage, index)
        if raw.FPDFText_IsGenerated(textpage, index) == 1 or not handle:
            continue
        if 0xD800 <= code < 0xDC00:
            pending = code
            continue
        if pending is not None and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((pending - 0xD800) << 10) + (code - 0xDC00)
        pending = None
        if code == _HYPHEN:
            code = ord("-")
        elif code == 0 or 0xD800 <= code < 0xE000:
            code = 0xFFFD
        address = ctypes.addressof(handle.contents)
        drawn = by_address.get(address)
        if drawn is None:
            drawn = by_address[address] = _text_object(handle, geometry)
        if address not in measured:
            measured.add(address)
            _measure(textpage, index, drawn, geometry)
        raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
        raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        raw.FPDFText_GetLooseCharBox(textpage, index, loose)
        box = geometry.box(left.value, bottom.value, right.value, top.value)
        wide = geometry.box(loose.left, loose.bottom, loose.right, loose.top)
        if box.width < 0.01 or box.height < 0.01:
            box = wide
        place = (address, round(x.value, 3), round(y.value, 3))
        seen[place] = seen.get(place, 0) + 1
        if seen[place] > _LETTERS_A_GLYPH and drawn.replaced is None and not drawn.degenerate:
            drawn.replaced = ""
        origin = geometry.point(x.value, y.value)
        yield Character(chr(code), box, *origin, _end(drawn.angle, origin, wide), drawn)


def _measure(textpage: pdfium.PdfTextPage, index: int, drawn: TextObject, geometry: _Geometry) -> None:
    """Fill in the size and the direction of a text, as forms around it scale and turn it."""
    if drawn.degenerate:
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, index, matrix)
    size = raw.FPDFText_GetFontSize(textpage, index)
    drawn.size = min(abs(size) * math.hypot(matrix.a, matrix.b), abs(size) * math.hypot(matrix.c, matrix.d))
    turned = math.degrees(math.atan2(matrix.b, matrix.a)) - geometry.rotation
    drawn.angle = round(turned / 5) * 5 % 360


def _end(angle: int, origin: tuple[float, float], box: Box) -> float:
    """Return how far a character reaches along its line, in points from its origin."""
    if angle == 90:
        return max(0.0, origin[1] - box.top)
    if angle == 180:
        return max(0.0, origin[0] - box.left)
    if angle == 270:
        return max(0.0, box.bottom - origin[1])
    return max(0.0, box.right - origin[0])

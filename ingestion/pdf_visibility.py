"""Owns which characters of a PDF page can be seen. Knows nothing about what they say or what is done with the rest.

The page is drawn as it is, and again without its text. Where the two pictures are alike, no text shows, whatever the
reason: its colour, a shape on top, a clip, transparency, a paint mode, a layer that is off. Texts that lie on each
other are taken away in turns, so that visible text vouches for none beneath it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from ingestion.colours import LARGE, SEEN, SEEN_IF_LARGE
from ingestion.pdf_characters import Box, Character, PageText, TextObject

# Pixels a point: 144 dpi, at which the strokes of 6-point print still cover a pixel.
_SCALE = 2.0
# Most pixels of a picture, twice those of an A4 page; larger pages are drawn smaller. Some 60 MB for all at a time.
_PIXELS = 4_000_000
# Below this nothing of a character is on the page: the rest of anti-aliasing.
_NOTHING = 1.5
# Share of a character's box that must differ: the thinnest letters fill a tenth of theirs.
_INK = 0.03
# Points. The smallest print that is read is 4 to 5; Word's and LaTeX's smallest named sizes are 5 and above.
_READABLE = 3.0
# Height of a capital and width of a broad letter in such print, in points: a font may state its size in other units.
_READABLE_CAPITAL, _READABLE_BREADTH = 2.1, 1.2
# Pictures without one layer of overlapping texts each; what lies under more is not looked for.
_LAYERS = 6
# Opacity, of 255, below which a text counts as transparent, and paint modes that leave nothing on the page.
_OPAQUE, _UNPAINTED, _CLIPS = 13, 3, 7
# Code from which letters are not in the fonts that PDFium brings along: Greek and all behind it.
_FOREIGN = 0x370
# Points above which a text is not drawn by itself: its picture might be of any size.
_POSTER = 200.0

Picture = np.ndarray
_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
# The cube root of CIE Lab, from a table: exact to 0.1 of a unit of Lab.
_STEPS = 65_535
_LIGHT = np.arange(_STEPS + 1) / _STEPS
_ROOT = np.where(_LIGHT > 216 / 24389, np.cbrt(_LIGHT), (24389 / 27 * _LIGHT + 16) / 116).astype(np.float32)


def hidden_kinds(page: pdfium.PdfPage, text: PageText) -> list[str | None]:
    """Return for each of ``text.characters`` how it is hidden, or None where it can be seen."""
    characters = text.characters
    if not characters:
        return []
    for one in text.objects:
        if one.degenerate:
            raw.FPDFPageObj_SetIsActive(one.handle, False)
    base = _draw(page, text)
    scale = base.shape[1] / text.width, base.shape[0] / text.height
    layers = _layers(text, base.shape[:2], scale)
    contrasts = [0.0] * len(characters)
    for layer, difference in enumerate(_differences(page, text, base, layers)):
        for index, one in enumerate(characters):
            if layers[one.drawn] == layer:
                contrasts[index] = _contrast(difference, one.box, scale)
    clipping = {one for one in text.objects if one.mode == _CLIPS and layers[one] == 0}
    for index, one in enumerate(characters):
        if one.drawn in clipping:
            contrasts[index] = _ink(base, one.box, scale)
    shown = _shown(characters, contrasts)
    foreign = [ord(one.text) >= _FOREIGN and not seen for one, seen in zip(characters, shown, strict=True)]
    blank = {one.drawn for one, unseen in zip(characters, foreign, strict=True) if unseen}
    blank = {one for one in blank if _has_no_font(page, one)}
    extents = _extents(characters)
    paper = Box(0, 0, text.width, text.height)
    return [
        _kind(one, base, scale, paper, extents[one.drawn], seen=seen, blank=one.drawn in blank)
        for one, seen in zip(characters, shown, strict=True)
    ]


def _draw(page: pdfium.PdfPage, text: PageText) -> Picture:
    """Return the page as it looks, uint8 (height, width, 4): blue, green, red, unused."""
    scale = min(_SCALE, (_PIXELS / max(1.0, text.width * text.height)) ** 0.5)
    # Its annotations are inferred from the default, a whole number.
    bitmap = page.render(scale=scale, may_draw_forms=False, prefer_bgrx=True)  # pyright: ignore[reportArgumentType]
    try:
        return bitmap.to_numpy().copy()
    finally:
        bitmap.close()


def _layers(text: PageText, shape: tuple[int, int], scale: tuple[float, float]) -> dict[TextObject, int]:
    """Return a layer for each text, so that no two of a layer lie on each other; a text drawn twice stays together."""
    taken = [np.zeros(shape, dtype=bool)]
    layers: dict[TextObject, int] = {}
    twins: dict[tuple[int, ...], TextObject] = {}
    says: dict[TextObject, str] = {}
    for character in text.characters:
        says[character.drawn] = says.get(character.drawn, "") + character.text
    for one in text.objects:
        place = _place(one.box)
        twin = next((twins[key] for key in place if key in twins), None)
        # PDFium reads a text drawn twice once: the second says nothing.
        if twin is not None and twin.fill == one.fill and says.get(one, "") in {"", says.get(twin, "")}:
            layers[one] = layers[twin]
            continue
        twins.update(dict.fromkeys(place, one))
        # Lines set close together touch with their descenders: a fifth at each edge is left out.
        rows, columns = _pixels(one.box, shape, scale, 0.2 * one.box.height, 0.1 * one.box.height)
        for layer in range(_LAYERS + 1):
            if layer == len(taken):
                taken.append(np.zeros(shape, dtype=bool))
            if layer == _LAYERS or not taken[layer][rows, columns].any():
                taken[layer][rows, columns] = True
                layers[one] = layer
                break
    return layers


def _place(box: Box) -> list[tuple[int, ...]]:
    """Return keys that two texts share if they cover nearly the same box: heavy print drawn twice, a little apart."""
    edges = (box.left, box.top, box.right, box.bottom)
    return [tuple(round((edge + shift) / 2) for edge in edges) for shift in (0.0, 1.0)]


def _differences(
    page: pdfium.PdfPage, text: PageText, base: Picture, layers: dict[TextObject, int]
) -> Iterator[Picture]:
    """Yield for each layer how much its texts change the page, in Lab units, float32 (height, width)."""
    visible = [one for one in text.objects if not one.degenerate]
    count = min(_LAYERS, 1 + max((layers[one] for one in visible), default=0))

    def without(taken: Sequence[TextObject]) -> Picture:
        for one in taken:
            raw.FPDFPageObj_SetIsActive(one.handle, False)
        try:
            return _lab_difference(base, _draw(page, text))
        finally:
            for one in taken:
                raw.FPDFPageObj_SetIsActive(one.handle, True)

    bare = without(visible)
    if count == 1:
        yield bare
        return
    # White over black print changes the page, and yet nothing but paper shows where it stands: it must also differ
    # from the page without any text.
    for layer in range(count):
        yield np.minimum(bare, without([one for one in visible if layers[one] == layer]))


def _lab_difference(one: Picture, other: Picture) -> Picture:
    """Return the distance of two pictures in CIE Lab, float32 (height, width)."""
    result = np.zeros(one.shape[:2], dtype=np.float32)
    # All four bytes of a pixel at once.
    changed = (one.view(np.uint32) != other.view(np.uint32))[:, :, 0]
    result[changed] = np.linalg.norm(_lab(one[changed]) - _lab(other[changed]), axis=1)
    return result


def _lab(colours: Picture) -> Picture:
    """Return sRGB colours, uint8 (n, 3 or 4) blue first, in CIE Lab under D65, float32 (n, 3).

    IEC 61966-2-1 for the curve and the matrix, CIE 15 for Lab.
    """
    linear = _LINEAR[colours[:, 2::-1]]
    matrix = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], dtype=np.float32
    )
    light = linear @ matrix.T / np.array([0.9505, 1.0, 1.089], dtype=np.float32)
    root = _ROOT[np.minimum(light * _STEPS, _STEPS).astype(np.uint16)]
    x, y, z = root[:, 0], root[:, 1], root[:, 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1).astype(np.float32)


def _pixels(
    box: Box, shape: tuple[int, int], scale: tuple[float, float], trim_y: float = 0.0, trim_x: float = 0.0
) -> tuple[slice, slice]:
    """Return the rows and columns of a box, at least one pixel wide where it lies on the page."""

    def along(low: float, high: float, trim: float, factor: float, size: int) -> slice:
        if high - low > 2 * trim:
            low, high = low + trim, high - trim
        if not (high * factor > 0 and low * factor < size):
            return slice(0, 0)
        start = max(0, int(low * factor))
        return slice(start, max(start + 1, min(size, int(np.ceil(high * factor)))))

    return (
        along(box.top, box.bottom, trim_y, scale[1], shape[0]),
        along(box.left, box.right, trim_x, scale[0], shape[1]),
    )


def _contrast(difference: Picture, box: Box, scale: tuple[float, float]) -> float:
    """Return how much a character stands out: the level that enough of its box reaches."""
    rows, columns = _pixels(box, difference.shape, scale, 0.0, 0.1 * box.width)
    part = difference[rows, columns]
    if not part.size:
        return 0.0
    needed = max(1, int(_INK * part.size))
    peak = float(part.max())
    if needed == 1 or peak < _NOTHING:
        return peak
    return float(np.partition(part, part.size - needed, axis=None)[part.size - needed])


def _ink(base: Picture, box: Box, scale: tuple[float, float]) -> float:
    """Return how much a box of the page varies: what a text shows that other drawing fills."""
    rows, columns = _pixels(box, base.shape[:2], scale)
    part = base[rows, columns, :3].reshape(-1, 3)
    if not len(part):
        return 0.0
    lab = _lab(part)
    return float(np.percentile(np.linalg.norm(lab - np.median(lab, axis=0), axis=1), 90))


def _shown(characters: Sequence[Character], contrasts: Sequence[float]) -> list[bool]:
    """Say of each character whether it shows: letters by the picture, as most of their word in the same text do."""
    seen = [
        contrast >= (SEEN_IF_LARGE if one.drawn.size >= LARGE else SEEN)
        for one, contrast in zip(characters, contrasts, strict=True)
    ]
    result = list(seen)
    for start, end in _units(characters):
        letters = [index for index in range(start, end) if characters[index].text.isalnum()]
        judged = letters or list(range(start, end))
        most = 2 * sum(seen[index] for index in judged) >= len(judged)
        for index in range(start, end):
            result[index] = most
    return result


def _units(characters: Sequence[Character]) -> list[tuple[int, int]]:
    """Return the words, each within one text and without the space after it."""
    units: list[tuple[int, int]] = []
    start = 0
    for index, one in enumerate(characters):
        if index and (one.drawn is not characters[index - 1].drawn or one.text.isspace()):
            units.append((start, index))
            start = index
    return [*units, (start, len(characters))]


def _extents(characters: Sequence[Character]) -> dict[TextObject, tuple[float, float]]:
    """Return how high and how broad the largest letter or digit of each text is, in points, seen along its line."""
    extents: dict[TextObject, tuple[float, float]] = {}
    for one in characters:
        sides = (one.box.height, one.box.width)
        high, broad = sides[::-1] if one.drawn.angle in {90, 270} else sides
        if one.text.isalnum() or one.drawn not in extents:
            highest, broadest = extents.get(one.drawn, (0.0, 0.0))
            extents[one.drawn] = max(high, highest), max(broad, broadest)
    return extents


def _kind(
    one: Character,
    base: Picture,
    scale: tuple[float, float],
    paper: Box,
    extent: tuple[float, float],
    *,
    seen: bool,
    blank: bool,
) -> str | None:
    """Name the way in which a character is hidden, None where it is not."""
    box = one.box
    outside = (
        box.right <= paper.left
        or box.left >= paper.right
        or box.bottom <= paper.top
        or box.top >= paper.bottom
    )
    if outside:
        return "off_page"
    small = extent[0] < _READABLE_CAPITAL or extent[1] < _READABLE_BREADTH
    if one.drawn.degenerate or (one.drawn.size < _READABLE and small):
        return "tiny"
    if one.drawn.replaced == "":
        return "replaced"
    if seen:
        return None
    if one.drawn.mode in {_UNPAINTED, _CLIPS} or one.drawn.fill[3] < _OPAQUE:
        return "invisible"
    rows, columns = _pixels(box, base.shape[:2], scale)
    behind = np.median(base[rows, columns, :3].reshape(-1, 3), axis=0).astype(np.uint8)
    fill = np.array(one.drawn.fill[2::-1], dtype=np.uint8)
    if float(np.linalg.norm(_lab(behind[None]) - _lab(fill[None]))) < 2 * SEEN:
        return "same_colour"
    if blank:
        return None
    if one.drawn.layered:
        return "switched_off"
    return "clipped" if _cut_away(one.drawn) else "covered"


def _has_no_font(page: pdfium.PdfPage, drawn: TextObject) -> bool:
    """Say whether a text shows nothing even by itself, because its font is neither in the file nor on this machine.

    East Asian letters are often written so; other machines show them. What is left to judge them by is their colour,
    size and place.
    """
    font = raw.FPDFTextObj_GetFont(drawn.handle)
    if not font or raw.FPDFFont_GetIsEmbedded(font) != 0 or drawn.degenerate or drawn.size > _POSTER:
        return False
    bitmap = raw.FPDFTextObj_GetRenderedBitmap(page.pdf, page, drawn.handle, 1.0)
    if not bitmap:
        return True
    try:
        size = raw.FPDFBitmap_GetStride(bitmap) * raw.FPDFBitmap_GetHeight(bitmap)
        start = raw.FPDFBitmap_GetBuffer(bitmap)
        return not any((ctypes.c_ubyte * size).from_address(start)) if start and size else True
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def _cut_away(drawn: TextObject) -> bool:
    """Say whether a clip that belongs to the text leaves nothing of it."""
    clip = raw.FPDFPageObj_GetClipPath(drawn.handle)
    return bool(clip) and raw.FPDFClipPath_CountPaths(clip) > 0

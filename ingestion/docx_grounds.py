"""Owns what lies behind text in a DOCX file, and whether the text can be told from it.

Knows nothing about the text itself. Word lays out a page only when it shows it, so what is said here is exact for
formatting and careful about position: text over a picture or over a shape of unknown colour counts as visible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ingestion.colours import LARGE, SEEN, SEEN_IF_LARGE, Rgb, difference
from ingestion.docx_styles import AUTO, Look, Styles, attribute, child, local, number

Element = Any
WHITE: Rgb = (255, 255, 255)
# Points below which print can't be read, and the share of its width that letters need, in percent.
_READABLE, _STRETCH = 3.0, 10.0
# Units: English Metric Units and twentieths of a point in a point, and the height of a line of text.
_EMU, TWIPS, _LINE = 12_700.0, 20.0, 12.0
# A letter's paper where the file names none, in points: A4 with margins of an inch.
_WIDTH, _HEIGHT, _MARGIN = 595.0, 842.0, 72.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text stands on.

    Attributes:
        colour: Its colour, None where it is not known.
        hidden: How everything on it is hidden, whatever it looks like.
        look: Formatting that a table's style gives.
    """

    colour: Rgb | None = WHITE
    hidden: str | None = None
    look: Look = field(default_factory=Look)

    def shaded(self, colour: Rgb | str | None) -> Ground:
        """Return the ground with a shading on it."""
        return replace(self, colour=colour) if isinstance(colour, tuple) else self

    def lost(self, kind: str | None) -> Ground:
        """Return the ground as one whose text is hidden; what was hidden before stays so."""
        return replace(self, hidden=self.hidden or kind)


@dataclass(slots=True)
class Cover:
    """A filled shape or picture that text may lie on: for how many more lines, and in what colour if it is known."""

    lines: float
    colour: Rgb | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A page's size and left and upper margin, in points."""

    width: float = _WIDTH
    height: float = _HEIGHT
    left: float = _MARGIN
    top: float = _MARGIN


def paper(body: Element | None) -> Paper:
    """Return the paper of the last section."""
    section = child(body, "sectPr")
    size, margins = child(section, "pgSz"), child(section, "pgMar")

    def points(element: Element | None, name: str, otherwise: float) -> float:
        value = number(attribute(element, name))
        return otherwise if value is None or value < 0 else value / TWIPS

    return Paper(
        points(size, "w", _WIDTH),
        points(size, "h", _HEIGHT),
        points(margins, "left", _MARGIN),
        points(margins, "top", _MARGIN),
    )


def hidden_kind(look: Look, ground: Ground, covers: Sequence[Cover] = ()) -> str | None:
    """Name the way in which a run is hidden, None where it can be seen."""
    if ground.hidden:
        return ground.hidden
    if look.vanish:
        return "marked_hidden"
    if look.clear:
        return "invisible"
    points = 11.0 if look.points is None else look.points
    if points < _READABLE or (look.stretch is not None and look.stretch < _STRETCH):
        return "tiny"
    if not isinstance(look.colour, tuple):
        return None
    behind = look.shading if isinstance(look.shading, tuple) else ground.colour
    needed = SEEN_IF_LARGE if points >= LARGE else SEEN
    if behind is None or difference(look.colour, behind) >= needed:
        return None
    if not isinstance(look.shading, tuple):
        for cover in covers:
            if cover.lines > 0 and (cover.colour is None or difference(look.colour, cover.colour) >= needed):
                return None
    return "same_colour"


def paragraph_loss(properties: Sequence[Element], page: Paper) -> str | None:
    """Name the way in which paragraph properties hide all text, the paragraph's own first, then its styles'."""
    for own in properties:
        spacing = child(own, "spacing")
        line = number(attribute(spacing, "line"))
        if line is not None:
            if attribute(spacing, "lineRule") == "exact" and line / TWIPS < _READABLE:
                return "clipped"
            break
    for own in properties:
        indent = child(own, "ind")
        for name in ("left", "start", "right", "end", "firstLine", "hanging"):
            value = number(attribute(indent, name)) if indent is not None else None
            if value is not None and abs(value) / TWIPS >= page.width:
                return "off_page"
    frame = next((found for own in properties if (found := child(own, "framePr")) is not None), None)
    if frame is not None:
        across, down = number(attribute(frame, "x")) or 0.0, number(attribute(frame, "y")) or 0.0
        width = number(attribute(frame, "w")) or 0.0
        if across / TWIPS >= page.width or (across + width) / TWIPS <= -page.left:
            return "off_page"
        if abs(down) / TWIPS >= page.height:
            return "off_page"
    return None


def shape_loss(anchor: Element, page: Paper) -> str | None:
    """Name the way in which a drawing (``wp:anchor``, ``wp:inline``) hides the text in it."""
    hidden = attribute(child(anchor, "docPr"), "hidden")
    if hidden in {"1", "true", "on"}:
        return "marked_hidden"
    extent = child(anchor, "extent")
    width = (number(attribute(extent, "cx")) or 0.0) / _EMU
    height = (number(attribute(extent, "cy")) or 0.0) / _EMU
    if extent is not None and min(width, height) < _READABLE:
        return "clipped"
    if local(anchor) != "anchor":
        return None
    across, down = _offset(anchor, "positionH"), _offset(anchor, "positionV")
    if across is not None:
        edge = 0.0 if across[0] == "page" else -page.left
        if across[1] + width <= edge or across[1] >= page.width + edge:
            return "off_page"
    if down is not None:
        edge = 0.0 if down[0] == "page" else -page.top if "argin" in down[0] else -page.height
        if down[1] + height <= edge or down[1] >= page.height:
            return "off_page"
    return None


def _offset(anchor: Element, axis: str) -> tuple[str, float] | None:
    """Return what a position is measured from and its distance in points; None where it is aligned."""
    position = child(anchor, axis)
    distance = child(position, "posOffset")
    value = number(distance.text) if distance is not None else None
    return None if value is None else (attribute(position, "relativeFrom") or "", value / _EMU)


def shape_ground(shape: Element, ground: Ground, styles: Styles, *, others: bool) -> Ground:
    """Return the ground inside a shape (``wps:wsp``). ``others``: more drawings stand in the file to lie on."""
    own = child(shape, "spPr")
    for fill in own if own is not None else ():
        kind = local(fill)
        if kind == "solidFill":
            colours = [styles.drawing_colour(one) for one in fill]
            plain = len(fill) == 1 and not len(fill[0])
            return replace(ground, colour=colours[0] if colours and plain else None)
        if kind in {"gradFill", "blipFill", "pattFill", "grpFill"}:
            return replace(ground, colour=None)
        if kind == "noFill":
            return replace(ground, colour=None) if others else ground
    reference = child(shape, "style", "fillRef")
    if reference is not None and attribute(reference, "idx") not in {None, "0"}:
        return replace(ground, colour=styles.drawing_colour(reference[0]) if len(reference) else None)
    return replace(ground, colour=None) if others else ground


def cover_of(anchor: Element, styles: Styles) -> Cover | None:
    """Return what a floating drawing puts behind or before text, None where it has no fill."""
    extent = child(anchor, "extent")
    lines = (number(attribute(extent, "cy")) or 0.0) / _EMU / _LINE + 1
    picture = False
    for one in anchor.iter():
        kind = local(one)
        if kind == "wsp":
            ground = shape_ground(one, Ground(None), styles, others=False)
            filled = child(one, "spPr", "noFill") is None
            if filled:
                return Cover(lines, ground.colour)
        picture |= kind in {"pic", "blip", "gradFill"}
    return Cover(lines, None) if picture else None


_STYLE = re.compile(r"([\w-]+)\s*:\s*([^;]+)")


def vml_loss(shape: Element, page: Paper) -> str | None:
    """Name the way in which a shape of the older kind (VML) hides the text in it."""
    style = dict(_STYLE.findall(attribute(shape, "style") or ""))
    if style.get("visibility", "").strip() == "hidden" or style.get("display", "").strip() == "none":
        return "marked_hidden"
    width, height = (_points(style.get(name)) for name in ("width", "height"))
    if any(side is not None and side < _READABLE for side in (width, height)):
        return "clipped"
    if "absolute" in style.get("position", ""):
        across = _points(style.get("margin-left") or style.get("left"))
        down = _points(style.get("margin-top") or style.get("top"))
        if across is not None and (across + (width or 0.0) <= -page.left or across >= page.width):
            return "off_page"
        if down is not None and (down + (height or 0.0) <= -page.height or down >= page.height):
            return "off_page"
    return None


def _points(measure: str | None) -> float | None:
    """Return a measure of a style sheet in points."""
    match = re.fullmatch(r"\s*(-?[\d.]+)\s*(pt|in|cm|mm|px)?\s*", measure or "")
    if not match:
        return None
    value = number(match.group(1))
    unit = {"in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75}.get(match.group(2) or "", 1.0)
    return None if value is None else value * unit


def vml_ground(shape: Element, ground: Ground) -> Ground:
    """Return the ground inside a shape of the older kind: white unless it names a fill, unknown for most names."""
    if attribute(shape, "filled") in {"f", "false", "0"}:
        return ground
    fill = attribute(shape, "fillcolor")
    if fill is None:
        return replace(ground, colour=WHITE)
    match = re.match(r"#([0-9a-fA-F]{6})", fill)
    if match:
        code = int(match.group(1), 16)
        return replace(ground, colour=(code >> 16 & 255, code >> 8 & 255, code & 255))
    return replace(ground, colour=WHITE if fill.startswith(("white", "window")) else None)


def settled(look: Look) -> Look:
    """Return a look in which "auto" stands for a colour that is always seen."""
    return replace(look, colour=None) if look.colour == AUTO else look

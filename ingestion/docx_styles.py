"""Owns how a run of a DOCX file looks: its own formatting over its styles, the theme's colours, what lies behind it.

Knows nothing about text or about where on a page it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ingestion.colours import Rgb

Element = Any
# "auto" in Word: black on light ground and white on dark, so always seen.
AUTO = "auto"
# Longest chain of styles; Word itself allows ten.
_CHAIN = 20
_HIGHLIGHTS: dict[str, Rgb] = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "cyan": (0, 255, 255),
    "green": (0, 255, 0),
    "magenta": (255, 0, 255),
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "white": (255, 255, 255),
    "darkBlue": (0, 0, 128),
    "darkCyan": (0, 128, 128),
    "darkGreen": (0, 128, 0),
    "darkMagenta": (128, 0, 128),
    "darkRed": (128, 0, 0),
    "darkYellow": (128, 128, 0),
    "darkGray": (128, 128, 128),
    "lightGray": (192, 192, 192),
}
_OFFICE = {
    "dk1": (0, 0, 0),
    "lt1": (255, 255, 255),
    "dk2": (68, 84, 106),
    "lt2": (231, 230, 230),
    "accent1": (68, 114, 196),
    "accent2": (237, 125, 49),
    "accent3": (165, 165, 165),
    "accent4": (255, 192, 0),
    "accent5": (91, 155, 213),
    "accent6": (112, 173, 71),
    "hlink": (5, 99, 193),
    "folHlink": (149, 79, 114),
}
_THEME_NAMES = {
    "text1": "dk1",
    "dark1": "dk1",
    "tx1": "dk1",
    "background1": "lt1",
    "light1": "lt1",
    "bg1": "lt1",
    "text2": "dk2",
    "dark2": "dk2",
    "tx2": "dk2",
    "background2": "lt2",
    "light2": "lt2",
    "bg2": "lt2",
    "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Formatting of a run; None where nothing is said.

    Attributes:
        vanish: Formatted as hidden.
        colour: Red, green, blue, or ``AUTO``.
        points: Height in points.
        stretch: Width of letters in percent.
        shading: What the run's or paragraph's own ground is, or ``AUTO`` for none.
        clear: Whether its fill is fully transparent.
    """

    vanish: bool | None = None
    colour: Rgb | str | None = None
    points: float | None = None
    stretch: float | None = None
    shading: Rgb | str | None = None
    clear: bool | None = None

    def over(self, below: Look) -> Look:
        """Return this formatting on top of another."""
        return Look(*(_first(getattr(self, one.name), getattr(below, one.name)) for one in fields(Look)))


def _first(upper: Any, lower: Any) -> Any:
    return lower if upper is None else upper


def local(element: Element) -> str:
    """Return an element's name without its namespace: strict and ordinary files differ in nothing else."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first child of a name, then its first child of the next, None where one is missing."""
    for name in names:
        element = next((one for one in element if local(one) == name), None) if element is not None else None
    return element


def attribute(element: Element | None, name: str) -> str | None:
    """Return an attribute of any namespace."""
    if element is None:
        return None
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return value
    return None


def number(text: str | None) -> float | None:
    """Return a measure as a number, None where it is none; strict files write units, which are points here."""
    if text is None:
        return None
    try:
        return float(text.removesuffix("pt").removesuffix("%"))
    except ValueError:
        return None


def switched_on(element: Element | None) -> bool | None:
    """Return whether a switch stands on; None where there is none."""
    if element is None:
        return None
    return attribute(element, "val") not in {"0", "false", "off"}


class Styles:
    """The styles of one file."""

    def __init__(self, styles: Element | None, theme: Element | None) -> None:
        """Take the roots of the styles' and the theme's parts; either may be missing."""
        self._theme = _theme_colours(theme)
        self._styles = {
            attribute(one, "styleId") or "": one
            for one in (styles if styles is not None else ())
            if local(one) == "style"
        }
        self._default = {
            attribute(one, "type"): name
            for name, one in self._styles.items()
            if attribute(one, "default") in {"1", "true", "on"}
        }
        self.defaults = self.look(child(styles, "docDefaults", "rPrDefault", "rPr"))
        self._cache: dict[tuple[str, str], Look] = {}

    def look(self, properties: Element | None) -> Look:
        """Return what run properties (``w:rPr``) say themselves."""
        if properties is None:
            return Look()
        found = {local(one): one for one in properties}
        points = number(attribute(found.get("sz"), "val"))
        shading = self.ground(found.get("shd"))
        highlight = attribute(found.get("highlight"), "val")
        if highlight in _HIGHLIGHTS:
            shading = _HIGHLIGHTS[highlight]
        colour = self._text_colour(found)
        return Look(
            vanish=switched_on(found.get("vanish")),
            colour=colour,
            points=points / 2 if points is not None else None,
            stretch=number(attribute(found.get("w"), "val")),
            shading=shading,
            clear=_transparent(found.get("textFill")),
        )

    def _text_colour(self, found: Mapping[str, Element]) -> Rgb | str | None:
        """Return the colour of a run's letters: a fill of Word 2010 and later covers the plain colour."""
        fill = child(found.get("textFill"), "solidFill")
        for one in fill if fill is not None else ():
            return self.drawing_colour(one)
        return self.colour(found.get("color"), "val", "theme")

    def colour(self, element: Element | None, value: str, theme: str) -> Rgb | str | None:
        """Return the colour that attributes name by value or by theme: ``themeColor`` or ``themeFill`` wins."""
        if element is None:
            return None
        suffix = "Fill" if theme == "themeFill" else ""
        named = self._named(attribute(element, "themeFill" if suffix else "themeColor"))
        if named is not None:
            return _shaded(
                named,
                attribute(element, f"theme{suffix}Tint"),
                attribute(element, f"theme{suffix}Shade"),
            )
        text = attribute(element, value)
        if text is None or text == AUTO:
            return AUTO if text else None
        return _hexadecimal(text)

    def ground(self, shading: Element | None) -> Rgb | str | None:
        """Return the colour of a shading (``w:shd``), None where there is none."""
        if shading is None:
            return None
        pattern = attribute(shading, "val")
        if pattern == "solid":
            return self.colour(shading, "color", "theme")
        return self.colour(shading, "fill", "themeFill")

    def drawing_colour(self, element: Element) -> Rgb | None:
        """Return a colour of a drawing (``a:srgbClr``, ``a:schemeClr``), None where it is of another kind."""
        value = attribute(element, "val")
        kind = local(element)
        if kind == "srgbClr" and value:
            return _hexadecimal(value)
        if kind == "sysClr":
            return _hexadecimal(attribute(element, "lastClr") or "")
        if kind == "schemeClr":
            return self._named(value)
        return None

    def _named(self, name: str | None) -> Rgb | None:
        """Return a colour of the theme."""
        return self._theme.get(_THEME_NAMES.get(name, name)) if name else None

    def paragraph(self, name: str | None) -> Look:
        """Return what a paragraph's style says of its runs; no name is the default style."""
        return self._of(name or self._default.get("paragraph") or "", "paragraph")

    def character(self, name: str | None) -> Look:
        """Return what a character style says."""
        return self._of(name, "character") if name else Look()

    def paragraph_ground(self, name: str | None) -> Rgb | str | None:
        """Return the shading of a paragraph style."""
        for style in self.chain(name or self._default.get("paragraph") or ""):
            ground = self.ground(child(style, "pPr", "shd"))
            if ground is not None:
                return ground
        return None

    def _of(self, name: str, kind: str) -> Look:
        """Return the look of a style over those that it is based on."""
        if (kind, name) not in self._cache:
            look = Look()
            for style in self.chain(name):
                look = look.over(self.look(child(style, "rPr")))
            self._cache[kind, name] = look
        return self._cache[kind, name]

    def chain(self, name: str) -> Iterator[Element]:
        """Yield a style and those it is based on."""
        for _ in range(_CHAIN):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = attribute(child(style, "basedOn"), "val") or ""


def _theme_colours(theme: Element | None) -> dict[str, Rgb]:
    """Return the theme's colours by their short names, Office's own where the file has none."""
    colours = dict(_OFFICE)
    scheme = child(theme, "themeElements", "clrScheme")
    for one in scheme if scheme is not None else ():
        for colour in one:
            value = _hexadecimal(attribute(colour, "lastClr") or attribute(colour, "val") or "")
            if value is not None:
                colours[local(one)] = value
    return colours


def _hexadecimal(text: str) -> Rgb | None:
    """Return a colour written as six hexadecimal digits."""
    text = text.removeprefix("#")
    try:
        code = int(text, 16)
    except ValueError:
        return None
    return (code >> 16 & 255, code >> 8 & 255, code & 255) if len(text) == 6 else None


def _shaded(colour: Rgb, tint: str | None, shade: str | None) -> Rgb:
    """Return a theme's colour made lighter or darker: both are two hexadecimal digits, FF for unchanged."""

    def mixed(share: str, ground: int) -> Rgb:
        try:
            part = min(255, int(share, 16)) / 255
        except ValueError:
            part = 1.0
        red, green, blue = (round(level * part + ground * (1 - part)) for level in colour)
        return red, green, blue

    if tint:
        return mixed(tint, 255)
    return mixed(shade, 0) if shade else colour


def _transparent(fill: Element | None) -> bool | None:
    """Return whether a text fill of Word 2010 and later shows nothing; None where there is no such fill."""
    if fill is None:
        return None
    if child(fill, "noFill") is not None:
        return True
    solid = child(fill, "solidFill")
    for colour in solid if solid is not None else ():
        alpha = number(attribute(child(colour, "alpha"), "val"))
        # Thousandths of a percent of transparency.
        return alpha is not None and alpha >= 95_000
    return False

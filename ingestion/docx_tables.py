"""Owns how a table's style colours its cells: head and foot rows, outer columns, bands. Knows nothing about text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.docx_grounds import TWIPS, Ground
from ingestion.docx_styles import Look, Styles, attribute, child, local, number, switched_on

Element = Any
# Bits of a table's look, for files that write them as one number.
_BITS = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100}
_NO_BANDS = {"noHBand": 0x200, "noVBand": 0x400}
# An exact row height below this, in points, shows no line of text.
_ROW = 3.0


class TableGround:
    """What the cells of one table stand on."""

    def __init__(self, table: Element, styles: Styles, ground: Ground) -> None:
        """Take a table (``w:tbl``) and what it stands on itself."""
        self._styles = styles
        own = child(table, "tblPr")
        name = attribute(child(own, "tblStyle"), "val") or ""
        self._chain = list(styles.chain(name))
        self._switches = _switches(child(own, "tblLook"))
        self._ground = ground.shaded(styles.ground(child(own, "shd")))

    def cell(self, cell: Element, row: int, column: int, rows: int, columns: int) -> Ground:
        """Return what a cell (``w:tc``) at a place stands on."""
        ground = self._ground
        parts = list(self._parts(row, column, rows, columns))
        for style in reversed(self._chain):
            ground = self._with(ground, style)
        for style in reversed(self._chain):
            found = {attribute(one, "type"): one for one in style if local(one) == "tblStylePr"}
            for part in parts:
                if part in found:
                    ground = self._with(ground, found[part])
        return ground.shaded(self._styles.ground(child(cell, "tcPr", "shd")))

    def _with(self, ground: Ground, style: Element) -> Ground:
        """Return the ground under a style's or a part's own formatting."""
        for place in ("tblPr", "tcPr"):
            ground = ground.shaded(self._styles.ground(child(style, place, "shd")))
        look = self._styles.look(child(style, "rPr"))
        return Ground(ground.colour, ground.hidden, look.over(ground.look)) if look != Look() else ground

    def _parts(self, row: int, column: int, rows: int, columns: int) -> Iterator[str]:
        """Yield the parts of a style that a place belongs to, the weakest first."""
        first_row = self._switches["firstRow"]
        if not self._switches["noVBand"]:
            yield "band2Vert" if (column - self._switches["firstColumn"]) % 2 else "band1Vert"
        if not self._switches["noHBand"]:
            yield "band2Horz" if (row - first_row) % 2 else "band1Horz"
        if self._switches["lastColumn"] and column == columns - 1:
            yield "lastCol"
        if self._switches["firstColumn"] and column == 0:
            yield "firstCol"
        if self._switches["lastRow"] and row == rows - 1:
            yield "lastRow"
        if first_row and row == 0:
            yield "firstRow"


def _switches(look: Element | None) -> dict[str, bool]:
    """Return which parts of its style a table uses."""
    try:
        code = int(attribute(look, "val") or "04A0", 16)
    except ValueError:
        code = 0x04A0
    found = {name: bool(code & bit) for name, bit in {**_BITS, **_NO_BANDS}.items()}
    for name in found:
        value = attribute(look, name)
        if value is not None:
            found[name] = value in {"1", "true", "on"}
    return found


def row_loss(row: Element) -> str | None:
    """Name the way in which a table's row hides its text."""
    own = child(row, "trPr")
    if switched_on(child(own, "hidden")):
        return "marked_hidden"
    height = child(own, "trHeight")
    value = number(attribute(height, "val"))
    if value is not None and attribute(height, "hRule") == "exact" and value / TWIPS < _ROW:
        return "clipped"
    return None

"""Owns the walk through a part of a DOCX file: every piece of text in reading order, and how it is hidden if it is.

Knows nothing about files, or about how pieces become a letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ingestion.docx_grounds import (
    Cover,
    Ground,
    Paper,
    cover_of,
    hidden_kind,
    paragraph_loss,
    shape_ground,
    shape_loss,
    vml_ground,
    vml_loss,
)
from ingestion.docx_styles import Look, Styles, attribute, child, local
from ingestion.docx_tables import TableGround, row_loss

Element = Any
# Characters in a line of a letter: what a paragraph uses up of the shape behind it.
_LINE = 85
# Words from which a field's instructions are a text of their own; an address or a date format is one or two.
_INSTRUCTIONS = 6
# Characters from which a picture's description is no description: guides for them advise at most 125.
_DESCRIPTION = 150
# A shape without a picture needs no description of more words than its name has.
_SHAPE_WORDS = 4
# Nested tables, boxes and controls; Word's own files reach five.
_DEPTH = 60


@dataclass(slots=True)
class Piece:
    """A piece of text; ``kind`` says how it is hidden, None where it shows."""

    text: str
    kind: str | None = None


@dataclass(slots=True)
class Paragraph:
    """A paragraph's pieces. ``listed``: an item of a list; ``cell``: one of a table's row, kept on its line."""

    pieces: list[Piece] = field(default_factory=list)
    listed: bool = False
    cell: bool = False

    @property
    def shown(self) -> str:
        """The text that shows."""
        return "".join(piece.text for piece in self.pieces if piece.kind is None)


@dataclass(slots=True)
class Story:
    """What a walk found: paragraphs in order, and the notes that the text refers to, by kind and id."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


class Walker:
    """Walks through parts of one file."""

    def __init__(self, styles: Styles, page: Paper, *, drawings: int) -> None:
        """Take the file's styles, its paper, and how many drawings stand in it."""
        self._styles = styles
        self._page = page
        self._others = drawings > 1
        self._covers: list[Cover] = []
        self._fields: list[list[str] | None] = []
        self._depth = 0

    def walk(self, part: Element, ground: Ground) -> Story:
        """Return the text of a part's root or of a note."""
        story = Story()
        self._fields.clear()
        self._blocks(part, ground, story)
        return story

    def _blocks(self, parent: Element, ground: Ground, story: Story) -> None:
        """Walk through paragraphs and tables."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise RecursionError
        for one in parent:
            kind = local(one)
            if kind == "p":
                self._paragraph(one, ground, story)
            elif kind == "tbl":
                self._table(one, ground, story)
            elif kind == "AlternateContent":
                self._blocks(_choice(one), ground, story)
            elif kind in {"del", "moveFrom"}:
                self._blocks(one, ground.lost("deleted"), story)
            elif kind not in {"sectPr", "tblPr", "tblGrid", "sdtPr", "sdtEndPr"}:
                self._blocks(one, ground, story)
        self._depth -= 1

    def _table(self, table: Element, ground: Ground, story: Story) -> None:
        """Walk through a table; a row of short cells makes one line."""
        rows = list(_inside(table, "tr"))
        grounds = TableGround(table, self._styles, ground)
        for number, row in enumerate(rows):
            cells = list(_inside(row, "tc"))
            stories: list[Story] = []
            for column, cell in enumerate(cells):
                place = grounds.cell(cell, number, column, len(rows), len(cells)).lost(row_loss(row))
                stories.append(Story())
                self._blocks(cell, place, stories[-1])
            short = len(cells) > 1 and all(
                sum(bool(one.pieces) for one in told.paragraphs) <= 1
                and all(len(one.shown) < _LINE for one in told.paragraphs)
                for told in stories
            )
            if short:
                story.paragraphs.append(Paragraph(list(_line(stories)), cell=True))
            else:
                story.paragraphs += [one for told in stories for one in told.paragraphs]
            story.notes += [note for told in stories for note in told.notes]

    def _paragraph(self, element: Element, ground: Ground, story: Story) -> None:
        """Walk through a paragraph; the boxes anchored in it follow it."""
        own = child(element, "pPr")
        name = attribute(child(own, "pStyle"), "val")
        properties = [
            found
            for found in (own, *(child(style, "pPr") for style in self._styles.chain(name or "")))
            if found is not None
        ]
        ground = ground.shaded(self._styles.paragraph_ground(name))
        ground = ground.shaded(self._styles.ground(child(own, "shd")))
        ground = ground.lost(paragraph_loss(properties, self._page))
        base = self._styles.paragraph(name).over(ground.look).over(self._styles.defaults)
        paragraph = Paragraph(listed=any(child(one, "numPr") is not None for one in properties))
        boxes = Story()
        for anchor in _anchors(element):
            cover = cover_of(anchor, self._styles)
            if cover is not None:
                self._covers.append(cover)
        self._runs(element, replace(ground, look=base), paragraph, boxes)
        story.paragraphs += [paragraph, *boxes.paragraphs]
        story.notes += boxes.notes
        lines = 1 + len(paragraph.shown) // _LINE
        for cover in self._covers:
            cover.lines -= lines

    def _runs(self, parent: Element, ground: Ground, paragraph: Paragraph, boxes: Story) -> None:
        """Walk through what a paragraph holds."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise RecursionError
        for one in parent:
            kind = local(one)
            if kind == "r":
                self._run(one, ground, paragraph, boxes)
            elif kind in {"del", "moveFrom"}:
                self._runs(one, ground.lost("deleted"), paragraph, boxes)
            elif kind == "AlternateContent":
                self._runs(_choice(one), ground, paragraph, boxes)
            elif kind == "t":
                # A formula's text stands outside of runs of words.
                paragraph.pieces.append(Piece(one.text or "", ground.hidden))
            elif kind not in {"pPr", "rPr", "sdtPr", "sdtEndPr", "commentRangeStart", "commentRangeEnd"}:
                self._runs(one, ground, paragraph, boxes)
        self._depth -= 1

    def _run(self, run: Element, ground: Ground, paragraph: Paragraph, boxes: Story) -> None:
        """Walk through a run: text of one look."""
        own = child(run, "rPr")
        style = self._styles.character(attribute(child(own, "rStyle"), "val"))
        look = _stacked(self._styles.look(own), style, ground.look)
        kind = hidden_kind(look, ground, self._covers)
        for one in run:
            name = local(one)
            if name == "fldChar":
                self._field(attribute(one, "fldCharType") or "", paragraph)
            elif name in {"instrText", "delInstrText"}:
                if self._fields and self._fields[-1] is not None:
                    self._fields[-1].append(one.text or "")
            elif name == "delText":
                paragraph.pieces.append(Piece(one.text or "", "deleted"))
            elif name in {"footnoteReference", "endnoteReference"}:
                boxes.notes.append((name.removesuffix("Reference"), attribute(one, "id") or ""))
            elif name in {"drawing", "pict", "object", "AlternateContent"}:
                self._drawn([one], replace(ground, look=Look()), boxes)
            elif name in {"ruby", "rubyBase", "rt"}:
                self._runs(one, ground, paragraph, boxes)
            elif text := _text(one, name):
                instructed = bool(self._fields) and self._fields[-1] is not None
                paragraph.pieces.append(Piece(text, "field_code" if instructed else kind))

    def _field(self, kind: str, paragraph: Paragraph) -> None:
        """Keep track of fields: instructions up to the separator, what shows after it."""
        if kind == "begin":
            self._fields.append([])
        elif self._fields:
            instructions = self._fields[-1]
            if instructions and len("".join(instructions).split()) >= _INSTRUCTIONS:
                paragraph.pieces.append(Piece("".join(instructions), "field_code"))
            if kind == "separate":
                self._fields[-1] = None
            elif kind == "end":
                self._fields.pop()

    def _drawn(self, element: Element, ground: Ground, boxes: Story) -> None:
        """Walk through a drawing: its boxes' text, and its description."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise RecursionError
        for one in element:
            kind = local(one)
            if kind == "AlternateContent":
                self._drawn([_choice(one)], ground, boxes)
            elif kind in {"anchor", "inline"}:
                boxes.paragraphs += _description(one)
                self._drawn(one, ground.lost(shape_loss(one, self._page)), boxes)
            elif kind == "wsp":
                self._drawn(one, shape_ground(one, ground, self._styles, others=self._others), boxes)
            elif kind in {"shape", "rect", "roundrect", "oval"}:
                boxes.paragraphs += _described(attribute(one, "alt") or "", pictured=_pictured(one))
                loss = vml_loss(one, self._page)
                self._drawn(one, vml_ground(one, ground).lost(loss), boxes)
            elif kind == "txbxContent":
                self._blocks(one, ground, boxes)
            else:
                self._drawn(one, ground, boxes)
        self._depth -= 1


def _stacked(own: Look, style: Look, below: Look) -> Look:
    """Return a run's look: its own over its character style over its paragraph's. Hiding twice in styles shows again."""
    look = own.over(style).over(below)
    if own.vanish is None and style.vanish is not None:
        return replace(look, vanish=bool(style.vanish) is not bool(below.vanish))
    return look


def _choice(alternative: Element) -> Element:
    """Return the content that today's programs show; the fallback repeats it for older ones."""
    chosen = next((one for one in alternative if local(one) == "Choice"), None)
    return chosen if chosen is not None else next((one for one in alternative if local(one)), ())


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, within controls and tracked changes too."""
    for one in parent:
        kind = local(one)
        if kind == name:
            yield one
        elif kind in {"sdt", "sdtContent", "ins", "moveTo", "customXml", "AlternateContent", "Choice"}:
            yield from _inside(one, name)


def _line(stories: Sequence[Story]) -> Iterator[Piece]:
    """Yield the pieces of a row's cells, parted by two spaces."""
    started = False
    for told in stories:
        pieces = [piece for one in told.paragraphs for piece in one.pieces]
        if pieces and started:
            yield Piece("  ")
        started |= any(piece.kind is None for piece in pieces)
        yield from pieces


def _anchors(paragraph: Element) -> Iterator[Element]:
    """Yield the floating drawings of a paragraph, not those of boxes in it a second time."""
    for one in paragraph.iter():
        if local(one) == "anchor":
            yield one


def _text(element: Element, name: str) -> str:
    """Return what an element of a run prints."""
    if name == "t":
        return element.text or ""
    if name in {"br", "cr"}:
        return "\n"
    if name == "sym":
        return "•" if (attribute(element, "char") or "").upper() in {"F0B7", "F0A7", "2022"} else ""
    return {"tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}.get(name, "")


def _pictured(element: Element) -> bool:
    """Say whether a drawing holds a picture."""
    return any(local(one) in {"pic", "blip", "imagedata", "chart"} for one in element.iter())


def _description(drawing: Element) -> list[Paragraph]:
    """Return a drawing's description where it says more than a picture needs."""
    own = child(drawing, "docPr")
    says = " ".join(filter(None, (attribute(own, "title"), attribute(own, "descr"))))
    return _described(says, pictured=_pictured(drawing))


def _described(says: str, *, pictured: bool) -> list[Paragraph]:
    """Return a description as a hidden paragraph if it is longer than its drawing explains."""
    long = len(says) > _DESCRIPTION if pictured else len(says.split()) > _SHAPE_WORDS
    return [Paragraph([Piece(says, "alternative_text")])] if long else []

"""Owns the reading of a DOCX file: which of its parts a reader sees, in which order. Knows nothing about other formats.

Meant to run in a child process: what it reads comes from strangers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ingestion.document import Document, DocumentRefused, Hidden
from ingestion.docx_grounds import Ground, paper
from ingestion.docx_package import Package, malformed
from ingestion.docx_styles import Styles, attribute, child, local, switched_on
from ingestion.docx_walk import Paragraph, Piece, Story, Walker
from ingestion.hiding import LETTERS_TO_REPORT, excerpt, letters_in
from ingestion.letterhead import guess
from ingestion.raw_letter import MAX_CHARACTERS

Element = Any
# Lines of an address, a signature or a list stand together; a paragraph of prose is longer.
_SHORT = 60


def read_docx(data: bytes) -> Document:
    """Return the visible text of a DOCX file, what is hidden in it, and guesses at who wrote it.

    Text boxes follow the paragraph that they hang on; headers stand first, footers and footnotes last. Tracked
    insertions are text, tracked deletions are not.

    Raises:
        DocumentRefused: it is encrypted, malformed, too long, or has no text that can be seen.
    """
    package = Package(data)
    main = package.main()
    root = package.xml(main)
    body = child(root, "body")
    if root is None or body is None:
        raise malformed("its main part has no body")
    try:
        stories = list(_stories(package, main, root, body))
    except RecursionError as error:
        raise malformed("its tables and boxes stand too deep in each other") from error
    text = "\n\n".join(filter(None, (_told(story.paragraphs) for _, story in stories)))
    hidden = [found for place, story in stories for found in _findings(place, story.paragraphs)]
    if len(text) > MAX_CHARACTERS:
        raise DocumentRefused(
            f"a document may have at most {MAX_CHARACTERS:,} characters",
            f"this one has {len(text):,}",
            "send the cover letter alone",
        )
    if not letters_in(text):
        value = "all of this one's is hidden" if hidden else "this one holds none"
        raise DocumentRefused("a DOCX file must hold visible text", value, "ask for the letter again")
    found = guess(text, _creator(package))
    return Document(text, tuple(hidden), found.name, found.email, found.subject, "docx")


def _stories(package: Package, main: str, root: Element, body: Element) -> Iterator[tuple[str, Story]]:
    """Yield the parts of a file as a reader meets them, each with its place; then what no reader meets."""
    related = package.related(main)

    def part(kind: str) -> Element | None:
        return next((package.xml(name) for found, name in related.values() if found == kind), None)

    styles = Styles(part("styles"), part("theme"))
    settings = part("settings")
    page = paper(body)
    ground = Ground()
    if switched_on(child(settings, "displayBackgroundShape")):
        ground = ground.shaded(styles.colour(child(root, "background"), "color", "theme"))
    drawings = sum(local(one) in {"drawing", "pict"} for one in root.iter())
    heads, feet, unused = _margins(package, related, body, settings)
    walker = Walker(styles, page, drawings=drawings + 2 * bool(_drawn(heads)))
    for head in heads:
        yield "header", walker.walk(head, ground)
    told = walker.walk(body, ground)
    yield "", told
    yield from _notes(walker, part, told, ground)
    for foot in feet:
        yield "footer", walker.walk(foot, ground)
    for one in unused:
        yield "header or footer", walker.walk(one, ground.lost("unused_header"))
    comments = part("comments")
    for comment in comments if comments is not None else ():
        author = attribute(comment, "author")
        place = f"comment by {excerpt(author)[:60]}" if author else "comment"
        yield place, walker.walk(comment, ground.lost("comment"))


def _drawn(parts: Sequence[Element]) -> bool:
    """Say whether a header holds a drawing: it lies behind the text of every page."""
    return any(local(one) in {"drawing", "pict"} for part in parts for one in part.iter())


def _margins(
    package: Package, related: dict[str, tuple[str, str]], body: Element, settings: Element | None
) -> tuple[list[Element], list[Element], list[Element]]:
    """Return the headers and the footers that pages show, and those that none shows."""
    even = switched_on(child(settings, "evenAndOddHeaders"))
    shown: dict[str, str] = {}
    for section in (one for one in body.iter() if local(one) == "sectPr"):
        first = switched_on(child(section, "titlePg"))
        for one in section:
            kind = local(one)
            if kind in {"headerReference", "footerReference"}:
                part = attribute(one, "type") or "default"
                if part == "default" or (part == "first" and first) or (part == "even" and even):
                    shown[attribute(one, "id") or ""] = kind
    heads: list[Element] = []
    feet: list[Element] = []
    unused: list[Element] = []
    for name, (kind, target) in related.items():
        if kind in {"header", "footer"}:
            root = package.xml(target)
            if root is not None:
                (unused if name not in shown else heads if kind == "header" else feet).append(root)
    return heads, feet, unused


def _notes(walker: Walker, part: Any, told: Story, ground: Ground) -> Iterator[tuple[str, Story]]:
    """Yield the footnotes and endnotes: those that the text refers to, then those that it does not."""
    for kind in ("footnote", "endnote"):
        root = part(f"{kind}s")
        for note in root if root is not None else ():
            # Word keeps the lines that part notes from the text among them.
            if attribute(note, "type") in {None, "normal"}:
                used = (kind, attribute(note, "id") or "") in told.notes
                yield kind, walker.walk(note, ground if used else ground.lost("orphan_note"))


def _told(paragraphs: Sequence[Paragraph]) -> str:
    """Return the text that shows, paragraphs parted by an empty line, lines of an address or a list by none."""
    text = ""
    before: Paragraph | None = None
    gap = False
    for one in paragraphs:
        shown = re.sub(r"[ \t]*\n[ \t]*", "\n", one.shown.replace("\t", "  ")).strip()
        if not shown:
            gap |= not one.pieces
            continue
        if before is not None:
            short = len(shown) < _SHORT and len(before.shown) < _SHORT
            alike = one.cell is before.cell and one.listed is before.listed
            near = alike and (one.listed or one.cell or short)
            text += "\n" if near and not gap else "\n\n"
        text += shown
        before, gap = one, False
    return text


def _findings(place: str, paragraphs: Sequence[Paragraph]) -> Iterator[Hidden]:
    """Yield what is hidden: one finding for pieces that follow each other and are hidden alike."""
    pieces: list[tuple[int, Piece]] = []
    for number, one in enumerate((one for one in paragraphs if one.pieces), 1):
        for piece in one.pieces:
            # A space belongs to what it follows.
            blank = not piece.text.strip() and pieces and pieces[-1][0] == number
            pieces.append((number, Piece(piece.text, pieces[-1][1].kind if blank else piece.kind)))
    for kind, group in groupby(pieces, key=lambda entry: entry[1].kind):
        together = list(group)
        says = _joined(together)
        if kind is not None and letters_in(says) >= LETTERS_TO_REPORT:
            yield Hidden(kind, place or f"paragraph {together[0][0]}", excerpt(says))


def _joined(pieces: Sequence[tuple[int, Piece]]) -> str:
    """Return pieces as text, paragraphs parted by a space."""
    text = ""
    last = 0
    for number, piece in pieces:
        text += (" " if last and number != last else "") + piece.text
        last = number
    return text


def _creator(package: Package) -> str | None:
    """Return the author that the file names."""
    try:
        root = package.xml("docProps/core.xml")
    except DocumentRefused:
        return None
    creator = child(root, "creator")
    return creator.text if creator is not None else None

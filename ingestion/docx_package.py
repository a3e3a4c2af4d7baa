"""Owns the parts of a DOCX file: reads them within limits, as XML that can't reach out. Knows nothing about Word.

Sizes are counted while a part is inflated: what a file says of itself is not believed.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ingestion.document import DocumentRefused

# Parts of a file, bytes of one part, and bytes of all that are read. A letter's main part has 20 to 200 kB; the tree of
# one part takes about ten times its bytes in memory.
_PARTS, _PART_BYTES, _ALL_BYTES = 3_000, 12_000_000, 40_000_000
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"

Element = Any


class Package:
    """The parts of one DOCX file."""

    def __init__(self, data: bytes) -> None:
        """Open the file.

        Raises:
            DocumentRefused: it is no DOCX file, is encrypted, or has too many parts.
        """
        if data[:4] == _COMPOUND_FILE:
            raise DocumentRefused(
                "a Word file must be a DOCX that opens without a password",
                "this one is encrypted or in the old DOC format",
                "save it as DOCX without a password",
            )
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError) as error:
            raise malformed("this one can't be opened") from error
        self._names = {one.filename.lstrip("/"): one for one in self._archive.infolist()}
        if len(self._archive.infolist()) > _PARTS:
            raise DocumentRefused(
                f"a DOCX file may have at most {_PARTS:,} parts",
                f"this one has {len(self._archive.infolist()):,}",
                "save the letter again as DOCX",
            )
        self._left = _ALL_BYTES

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return list(self._names)

    def xml(self, name: str) -> Element | None:
        """Return the root of a part, None where there is no such part.

        Raises:
            DocumentRefused: the part is too large, broken, or declares entities.
        """
        data = self._bytes(name)
        if data is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError, LookupError) as error:
            raise malformed(f"its part {name[:60]} is broken") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise malformed(f"its part {name[:60]} declares entities")
        return root

    def main(self) -> str:
        """Return the name of the main part.

        Raises:
            DocumentRefused: there is none.
        """
        root = self.xml("_rels/.rels")
        for one in root if root is not None else ():
            if isinstance(one.tag, str) and one.get("Type", "").endswith("/officeDocument"):
                target = posixpath.normpath(one.get("Target", "").lstrip("/"))
                if target in self._names:
                    return target
        if "word/document.xml" in self._names:
            return "word/document.xml"
        raise malformed("this one has no main part")

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part refers to: id -> (last word of the relation's type, name). Links are left out.

        Raises:
            DocumentRefused: the list of relations is broken.
        """
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for one in root if root is not None else ():
            if not isinstance(one.tag, str) or one.get("TargetMode") == "External":
                continue
            target = one.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = one.get("Type", "").rsplit("/", 1)[-1]
            found[one.get("Id", "")] = (kind, posixpath.normpath(whole))
        return found

    def _bytes(self, name: str) -> bytes | None:
        """Return the bytes of a part, counted as they are inflated."""
        info = self._names.get(name)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise DocumentRefused(
                "a DOCX file must open without a password", "this one is encrypted", "save it without one"
            )
        most = min(_PART_BYTES, self._left)
        try:
            with self._archive.open(info) as part:
                data = part.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise malformed(f"its part {name[:60]} can't be unpacked") from error
        if len(data) > most:
            raise DocumentRefused(
                f"a DOCX file's parts may have at most {_PART_BYTES // 1_000_000} MB each and"
                f" {_ALL_BYTES // 1_000_000} MB in all",
                f"its part {name[:60]} unpacks to more",
                "save the letter again as DOCX",
            )
        self._left -= len(data)
        return data


def malformed(value: str) -> DocumentRefused:
    """Return the refusal of a file that is no whole DOCX."""
    return DocumentRefused("a DOCX file must be whole and well formed", value, "save it again as DOCX")

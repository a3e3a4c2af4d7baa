"""The files in a ZIP archive, unpacked one at a time, with limits that hold whatever the archive says of itself.

Knows nothing about letters. Only one file is unpacked at a time, up to 4 MB in memory and the rest in a file without a
name, so neither a bomb nor a large archive takes memory.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from ingestion.document import DocumentRefused

# All limits are far beyond a season's applications: 2,000 PDF letters of 300 kB are 600 MB.
MAX_ENTRIES = 10_000
MAX_MEMBER_BYTES = 200 << 20
MAX_TOTAL_BYTES = 2 << 30
MAX_DEPTH = 3  # archives within archives
# Text packs to a third, tables to a tenth; a bomb to a thousandth, the most that this packing can do.
MAX_RATIO = 200
# The list of 10,000 files takes 1.3 MB; reading it takes ten times as much memory.
_MAX_DIRECTORY_BYTES = 1_500_000
_BLOCK = 1 << 16
_IN_MEMORY = 4 << 20
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can ask for any amount of memory
_WHOLE = ("an archive must be whole", "pack it again, or give the files as a folder")


@dataclass(slots=True)
class Budget:
    """What one archive and all archives within it may still unpack."""

    entries: int = MAX_ENTRIES
    unpacked: int = MAX_TOTAL_BYTES


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its content, at its beginning, or why it is refused."""

    name: str
    content: IO[bytes] | DocumentRefused


def package_names(handle: IO[bytes]) -> frozenset[str]:
    """Return the names in a ZIP file, none where it cannot be read: what it is, the parser says."""
    try:
        with zipfile.ZipFile(_Bounded(handle)) as archive:  # pyright: ignore[reportArgumentType]
            return frozenset(archive.namelist())
    except (DocumentRefused, zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return frozenset()


def members(handle: IO[bytes], budget: Budget, depth: int = 0) -> Iterator[Member]:
    """Yield the files of an archive by name, each open until the next one is asked for.

    Folders and names that begin with a dot are passed over. Raises DocumentRefused where the whole archive is refused.
    """
    if depth > MAX_DEPTH:
        raise DocumentRefused(
            f"archives may stand in each other {MAX_DEPTH} deep",
            "these stand deeper",
            "unpack it and give the folder",
        )
    try:
        archive = zipfile.ZipFile(_Bounded(handle))  # pyright: ignore[reportArgumentType]
    except DocumentRefused:
        raise
    except (
        Exception
    ) as error:  # zipfile raises what a broken field makes it raise: struct.error, ValueError ...
        raise _not_whole(error) from None
    with archive:
        entries = archive.infolist()
        budget.entries -= len(entries)
        if budget.entries < 0:
            raise DocumentRefused(
                f"an archive may hold at most {MAX_ENTRIES:,} files",
                "this one holds more",
                "pack fewer at a time",
            )
        _check_overlap(entries)
        seen: set[str] = set()
        for entry in sorted(entries, key=lambda one: one.filename.replace("\\", "/")):
            name = entry.filename.replace("\\", "/")
            parts = name.split("/")
            if (
                name.endswith("/")
                or any(one.startswith(".") and one != ".." for one in parts)
                or "__MACOSX" in parts
            ):
                continue
            refused = _refused(entry, parts, name in seen)
            seen.add(name)
            if refused is not None:
                yield Member(name, refused)
                continue
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
                try:
                    _unpack(archive, entry, content, budget)
                except DocumentRefused as error:
                    yield Member(name, error)
                    if budget.unpacked < 0:
                        return
                    continue
                except (
                    Exception
                ) as error:  # as above: zlib.error, BadZipFile for a wrong checksum, EOFError ...
                    yield Member(name, _not_whole(error))
                    continue
                content.seek(0)
                yield Member(name, content)


def _refused(entry: zipfile.ZipInfo, parts: list[str], again: bool) -> DocumentRefused | None:
    """Say why a file is refused by what the archive's list says of it."""
    if parts[0] == "" or ":" in parts[0] or ".." in parts:
        rule = "a file in an archive must have a name inside it"
        return DocumentRefused(rule, "this one leads out of it", "pack the folder again")
    if again:
        rule = "a name must stand only once in an archive"
        return DocumentRefused(rule, "this one stands twice", "rename one of them")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return DocumentRefused(
            "an archive must hold files", "this is a link", "pack the file that it points at"
        )
    if entry.flag_bits & 0x1:
        rule = "a file in an archive must have no password"
        return DocumentRefused(rule, "this one has", "pack it again without a password")
    if entry.compress_type not in _PACKINGS:
        rule = "a file in an archive must be stored or deflated"
        return DocumentRefused(
            rule, f"this one is packed by method {entry.compress_type}", "pack it again as an ordinary ZIP"
        )
    if entry.file_size > MAX_MEMBER_BYTES:
        return _too_large(f"this one has {entry.file_size:,} bytes")
    if entry.file_size > _IN_MEMORY and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        return _bomb()
    return None


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: IO[bytes], budget: Budget) -> None:
    """Unpack one file, counting what comes out: what the list says of its size may be wrong."""
    size = 0
    with archive.open(entry) as packed:
        while block := packed.read(_BLOCK):
            size += len(block)
            budget.unpacked -= len(block)
            if budget.unpacked < 0:
                rule = f"an archive may unpack to at most {MAX_TOTAL_BYTES >> 30} GB"
                raise DocumentRefused(
                    rule, "this one has more", "pack fewer at a time; the files before this one are in"
                )
            if size > MAX_MEMBER_BYTES:
                raise _too_large("this one has more")
            if size > _IN_MEMORY and size > MAX_RATIO * max(entry.compress_size, 1):
                raise _bomb()
            content.write(block)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive whose files share bytes: such a bomb unpacks the same bytes a thousand times."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise DocumentRefused(
                "the files of an archive must not overlap",
                "these do: it is an archive bomb",
                "pack the files again",
            )
        end = entry.header_offset + 30 + entry.compress_size


def _bomb() -> DocumentRefused:
    rule = f"a file in an archive may unpack to at most {MAX_RATIO} times its size"
    return DocumentRefused(
        rule, "this one unpacks to more, as an archive bomb does", "give the file itself, if it is a letter"
    )


def _too_large(value: str) -> DocumentRefused:
    return DocumentRefused(
        f"a file in an archive may have at most {MAX_MEMBER_BYTES >> 20} MB", value, "give the file itself"
    )


def _not_whole(error: Exception) -> DocumentRefused:
    detail = (str(error) or type(error).__name__).splitlines()[0][:100]
    return DocumentRefused(_WHOLE[0], f"this one can't be unpacked ({detail})", _WHOLE[1])


class _Bounded:
    """A file of which no more is read at once than an archive's list of files may take."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_DIRECTORY_BYTES:
            rule = f"an archive may hold at most {MAX_ENTRIES:,} files"
            raise DocumentRefused(rule, "this one holds more", "pack fewer at a time")
        return self._handle.read(_MAX_DIRECTORY_BYTES if size < 0 else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._handle.seek(offset, whence)

    def tell(self) -> int:
        return self._handle.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Leave the file open: it is another's."""

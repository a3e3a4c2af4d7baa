"""A checksum for every page of the database, in a file beside it: damage is found before anything is read.

SQLite notices a broken page only where its structure is broken; a bit that flipped inside a span, an index or a
full-text segment would change a result without a sign. Knows nothing about tables or transactions: a writer forgets
the sums before it commits, and takes them anew once the write-ahead log is in the database file.
"""

from __future__ import annotations

import os
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from ingestion.held_files import HeldFile

SUMS_FILE: Final = "pages"
_OLD_FILE: Final = "pages.old"
_NEW_FILE: Final = "pages.new"
# Above this many bytes an opening reads the whole file only where its time or size is not the one noted with the sums:
# 256 MB take 0.2 s, and a store of 100,000 letters is ten times as large. A backup always reads all of it.
ALWAYS_CHECKED: Final = 256 * 1024 * 1024
_MAGIC: Final = b"WINNOW PAGES 1\n\0"
_READ_BYTES = 1 << 20
_LOG_HEADER = 32
_FRAME_HEADER = 24
_FALLBACK_PAGE = 8192


@dataclass(frozen=True, slots=True)
class _Sums:
    page_bytes: int
    stamp: tuple[int, int]  # of the database file: when it was last written, in ns, and its size
    crcs: array[int]

    def data(self) -> bytes:
        numbers = array("Q", (self.page_bytes, *self.stamp, len(self.crcs)))
        body = _MAGIC + numbers.tobytes() + self.crcs.tobytes()
        return body + array("Q", (zlib.crc32(body),)).tobytes()

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Return the sums in a file, None where there are none that can be trusted."""
        try:
            data = file.read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + 4 * 8
        if len(data) < head + 8 or not data.startswith(_MAGIC):
            return None
        if array("Q", data[-8:])[0] != zlib.crc32(data[:-8]):
            return None
        page_bytes, time_ns, size, count = array("Q", data[len(_MAGIC) : head])
        crcs = array("I", data[head:-8])
        return cls(page_bytes, (time_ns, size), crcs) if len(crcs) == count else None


class PageSums:
    """The sums of one database file. ``forget`` and ``refresh`` are called under the writer's lock, ``wrong_page`` anywhere."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = database.parent / SUMS_FILE
        self._old = database.parent / _OLD_FILE

    @property
    def known(self) -> bool:
        """Whether there are sums at all; there are none while a write is not in the database file yet."""
        return self._file.is_file()

    def forget(self) -> None:
        """Put the sums aside: from now on the database file may change. On the disk when this returns."""
        try:
            self._file.replace(self._old)
        except FileNotFoundError:
            # A write before this one was cut off: which pages it changed is not known.
            self._old.unlink(missing_ok=True)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def refresh(self, changed: set[int] | None) -> None:
        """Take the sums anew; of the pages with these numbers (from 1) only, or of all of them.

        The write-ahead log must be empty.
        """
        old = None if changed is None else _Sums.read(self._old)
        with HeldFile(self._database) as held:
            status = os.fstat(held.descriptor)
            stamp = (status.st_mtime_ns, status.st_size)
            page_bytes = _page_bytes(os.pread(held.descriptor, _FALLBACK_PAGE, 0))
            pages = status.st_size // page_bytes
            if old is None or changed is None or old.page_bytes != page_bytes:
                crcs = array("I", _crcs(held.descriptor, page_bytes, status.st_size))
            else:
                kept = old.crcs[:pages]
                crcs = array("I", kept)
                crcs.extend([0] * (pages - len(kept)))
                for number in changed.union(range(len(kept) + 1, pages + 1)):
                    if number <= pages:
                        page = os.pread(held.descriptor, page_bytes, (number - 1) * page_bytes)
                        crcs[number - 1] = zlib.crc32(page)
        new = self._file.parent / _NEW_FILE
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(_Sums(page_bytes, stamp, crcs).data())
        new.replace(self._file)
        self._old.unlink(missing_ok=True)

    def wrong_page(self, *, always: bool = False) -> int | None:
        """Return the number (from 1) of the first page that is not what was written, None where all are, or no one knows.

        A large file that nothing wrote to since is not read, unless ``always``.
        """
        while True:
            before = self._which()
            sums = _Sums.read(self._file)
            if sums is None:
                return None
            wrong = self._first_wrong(sums, always=always)
            if wrong is None or before == self._which():
                return wrong
            # A writer was at work meanwhile: look at what it left.

    def _which(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns

    def _first_wrong(self, sums: _Sums, *, always: bool) -> int | None:
        with HeldFile(self._database) as held:
            status = os.fstat(held.descriptor)
            untouched = (status.st_mtime_ns, status.st_size) == sums.stamp
            if untouched and status.st_size > ALWAYS_CHECKED and not always:
                return None
            if status.st_size != len(sums.crcs) * sums.page_bytes:
                return min(status.st_size // sums.page_bytes, len(sums.crcs)) + 1
            found = _crcs(held.descriptor, sums.page_bytes, status.st_size)
            for number, (is_now, was) in enumerate(zip(found, sums.crcs, strict=False), start=1):
                if is_now != was:
                    return number
        return None


def _crcs(descriptor: int, page_bytes: int, size: int) -> Iterator[int]:
    """Yield the CRC-32 of each page. By reading, not by mapping: the file may shrink under it."""
    for at in range(0, size, _READ_BYTES):
        piece = memoryview(os.pread(descriptor, _READ_BYTES, at))
        for start in range(0, len(piece), page_bytes):
            yield zlib.crc32(piece[start : start + page_bytes])


def _page_bytes(header: bytes) -> int:
    """Return the page size that a database's header names; see https://www.sqlite.org/fileformat.html, 1.3.2."""
    named = int.from_bytes(header[16:18], "big")
    return 65536 if named == 1 else named if named >= 512 else _FALLBACK_PAGE


def pages_in_log(log: Path) -> set[int] | None:
    """Return the numbers of the pages that a write-ahead log holds, None where it can't be read.

    Frames of an earlier run of the log may stand behind the last ones: pages too many, never one too few. See
    https://www.sqlite.org/fileformat.html, section 4.1.
    """
    try:
        with log.open("rb") as stream:
            header = stream.read(_LOG_HEADER)
            if not header:
                return set()
            size = int.from_bytes(header[8:12], "big")
            if len(header) < _LOG_HEADER or size < 512:
                return None
            end = os.fstat(stream.fileno()).st_size
            starts = range(_LOG_HEADER, end - _FRAME_HEADER + 1, _FRAME_HEADER + size)
            return {int.from_bytes(os.pread(stream.fileno(), 4, at), "big") for at in starts}
    except FileNotFoundError:
        return set()
    except OSError:
        return None

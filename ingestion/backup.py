"""A store in one file that stands for itself: written while others read and write, and checked by reading it back.

Knows nothing about where a backup is restored to (``restoring.py``). The file is an SQLite database with one line behind
its last page: the SHA-256 of all before it. SQLite ignores that line.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from ingestion.database import begin, connect_resting, quick_check
from ingestion.records import StoreDamaged, StoreError
from ingestion.schema import store_state
from ingestion.soundness import check_rows
from ingestion.store import DATABASE_FILE, Store
from ingestion.upkeep import refuse_damaged

_MARK: Final = b"\nWINNOW BACKUP SHA-256 "
_TRAILER_BYTES: Final = len(_MARK) + 64 + 1
_HEADER: Final = b"SQLite format 3\0"
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written. ``letters`` counts those of all postings, ``sha256`` covers the database in it."""

    file: Path
    bytes: int
    letters: int
    postings: int
    screenings: int
    sha256: str


def back_up(store: Store, file: Path, *, replace: bool = False) -> Backup:
    """Write the whole store, as of one moment, into a file that only its owner may read.

    Others may read and write meanwhile. The file appears under its name once it is complete, on the disk and read back
    row by row; ended at any moment before, what stood there is untouched.

    Raises:
        StoreError: the file is there already and not to be replaced, or its folder is not.
        StoreDamaged: the store, or what was read back, is not sound. Nothing is left under the name then.
    """
    if not file.parent.is_dir():
        raise StoreError(f"a backup needs a folder, but there is none at {file.parent}; make it first")
    if file.is_dir() or (file.exists() and not replace):
        raise StoreError(f"a backup must be a new file, but {file} is there; name another, or give --replace")
    refuse_damaged(store.folder / DATABASE_FILE, always=True)
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(6)}.part")
    os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        store.copy_to(scratch)
        letters, postings, screenings = _read_back(scratch)
        digest = _hash_of(scratch, scratch.stat().st_size)
        with scratch.open("ab") as stream:
            stream.write(_MARK + digest.encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        size = scratch.stat().st_size
        _name(scratch, file, replace=replace)
    finally:
        for left in (
            scratch,
            *(scratch.with_name(scratch.name + end) for end in ("-journal", "-wal", "-shm")),
        ):
            left.unlink(missing_ok=True)
    return Backup(file, size, letters, postings, screenings, digest)


def _name(scratch: Path, file: Path, *, replace: bool) -> None:
    """Give a complete file its name at once; never take another's unless told so."""
    if replace:
        scratch.replace(file)
    else:
        try:
            os.link(scratch, file)
        except FileExistsError as error:
            raise StoreError(
                f"a backup must be a new file, but {file} is there now; name another, or give --replace"
            ) from error
        except OSError:  # a file system without hard links
            scratch.rename(file)
    flush_folder(file.parent)


def flush_folder(folder: Path) -> None:
    """Put what a folder says of its files on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_back(file: Path) -> tuple[int, int, int]:
    """Check a database as a whole and row by row; return how many letters, postings and screenings it holds."""
    engine = connect_resting(file)
    try:
        quick_check(engine, indices=True)
        counts = check_rows(engine)
        with begin(engine, write=False) as connection:
            if connection.execute(select(store_state.c.scrub_pending)).scalar_one():
                raise StoreError(
                    "a backup must not hold what is being erased, but an erasure is not through yet; try again"
                )
    finally:
        engine.dispose()
    return counts.letters, counts.postings, counts.screenings


def _hash_of(file: Path, size: int) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while size > 0 and (piece := stream.read(min(_READ_BYTES, size))):
            digest.update(piece)
            size -= len(piece)
    return digest.hexdigest()


@contextmanager
def unpacked(file: Path, into: Path) -> Generator[None]:
    """Copy the database out of a backup to the new file ``into``, and check the sum of it while it is copied.

    A plain copy of a store's database has no sum: it is taken as it is, the caller looks at its pages. On an error, and
    only then, ``into`` is removed.

    Raises:
        StoreError: the file is no backup of a store.
        StoreDamaged: its content is not what was written.
    """
    try:
        _unpack(file, into)
        yield
    except BaseException:
        into.unlink(missing_ok=True)
        raise


def _unpack(file: Path, into: Path) -> None:
    if not file.is_file():
        raise StoreError(
            f"a backup must be a file, but there is none at {file}; name what `winnow backup` wrote"
        )
    with file.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        header = stream.read(100)
        if not header.startswith(_HEADER):
            raise StoreError(
                f"a backup must be a store in one file, but {file} is not; name what `winnow backup` wrote"
            )
        stream.seek(max(size - _TRAILER_BYTES, 0))
        trailer = stream.read()
        written = _sum_in(trailer)
        page = int.from_bytes(header[16:18], "big")
        page = 65536 if page == 1 else page
        if written is None and (page < 512 or size % page):
            raise StoreDamaged(f"a backup ends with its checksum, but {file} does not; restore another one")
        left = size if written is None else size - _TRAILER_BYTES
        stream.seek(0)
        digest = hashlib.sha256()
        descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as copy:
            while left > 0 and (piece := stream.read(min(_READ_BYTES, left))):
                digest.update(piece)
                copy.write(piece)
                left -= len(piece)
            copy.flush()
            os.fsync(copy.fileno())
        if written is not None and digest.hexdigest() != written:
            raise StoreDamaged(
                f"a backup must be what was written, but {file} does not match its checksum; restore another one"
            )


def _sum_in(trailer: bytes) -> str | None:
    if len(trailer) != _TRAILER_BYTES or not trailer.startswith(_MARK) or not trailer.endswith(b"\n"):
        return None
    return trailer[len(_MARK) : -1].decode("ascii", "replace")

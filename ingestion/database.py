"""The SQLite file of a store: connections, durability, and getting rid of old copies.

Knows nothing about tables. SQLite's errors leave here as the store's own.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ingestion.records import StoreBusy, StoreDamaged, StoreError

# Two 384-number vectors fill a page of SQLite's default 4096 bytes to three quarters, five one of 8192 to 94 %.
_PAGE_BYTES = 8192
_BUSY_MS = 10_000
_POOL = 8
_POOL_OVERFLOW = 24
_CHECKPOINT_POLL_S = 0.01
# What SQLite says of a file that is not what was written.
_DAMAGE = (
    "malformed",
    "not a database",
    "Could not decode to UTF-8",
    "unsupported file format",
    "no such table",
    "no such column",
)


def connect(file: Path) -> Engine:
    """Return the pool of connections to ``file``; any number of threads may use it."""
    engine = create_engine(f"sqlite:///{file}", pool_size=_POOL, max_overflow=_POOL_OVERFLOW)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by `_begin`; the driver would begin one only before some statements.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_BUSY_MS}",
        f"page_size = {_PAGE_BYTES}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "cache_size = -16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def connect_resting(file: Path) -> Engine:
    """Return connections that read a file which nobody writes to; no other file is made beside it."""
    address = f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
    )
    event.listen(engine, "connect", _prepare_resting)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_resting(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None


@contextmanager
def begin(engine: Engine, *, write: bool) -> Generator[Connection]:
    """One transaction; committed at the end, rolled back on an exception.

    A reading one sees the store as it was when it began, whatever is committed meanwhile.
    """
    with store_errors(), engine.connect() as connection:
        ready = connection.execution_options(begin="BEGIN IMMEDIATE" if write else "BEGIN")
        with ready.begin():
            yield ready


@contextmanager
def store_errors() -> Generator[None]:
    """Turn SQLite's errors into the store's."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise StoreDamaged(
            "a store must hold text as UTF-8, but some of it is not; restore a backup, "
            "or ingest the letters into a new folder"
        ) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        reason = str(error.orig if isinstance(error, DatabaseError) else error)
        if "locked" in reason or "busy" in reason:
            raise StoreBusy(
                f"one writer at a time, but SQLite says: {reason}; wait until the other one ends, then try again"
            ) from error
        if any(sign in reason for sign in _DAMAGE):
            raise StoreDamaged(
                f"a store must be a sound SQLite file, but SQLite says: {reason}; restore a backup, "
                "or ingest the letters into a new folder"
            ) from error
        raise StoreError(
            f"SQLite refused: {reason}; check the free space and the rights of the store's folder"
        ) from error


@contextmanager
def _bare(engine: Engine) -> Generator[Any]:
    """A driver connection outside any transaction, for what SQLite runs only there."""
    connection = engine.raw_connection()
    try:
        yield connection.driver_connection
    finally:
        connection.close()


def number(engine: Engine, query: Select[int] | Select[bool]) -> int:
    """Answer a query for one number as quickly as can be: every search asks for the store's version."""
    with store_errors(), _bare(engine) as connection:
        return int(connection.execute(str(query)).fetchone()[0])


def truncate_log(engine: Engine, wait_s: float) -> bool:
    """Move the write-ahead log into the database file and cut it to zero bytes.

    Returns False when, after ``wait_s`` seconds, a reader still needs it; the next call does it then.
    """
    deadline = time.monotonic() + wait_s
    with _bare(engine) as connection:
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                except sqlite3.OperationalError:
                    busy = 1
                if not busy:
                    return True
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_CHECKPOINT_POLL_S)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


def copy_database(engine: Engine, file: Path) -> None:
    """Copy the database, as of one moment, into an empty file, as one that needs no other file beside it.

    Others may read and write meanwhile: in one step, SQLite's backup reads from one snapshot.
    """
    with store_errors(), _bare(engine) as connection, closing(sqlite3.connect(file)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def quick_check(engine: Engine, *, indices: bool = False) -> None:
    """Let SQLite look at the structure of every page, and at ``indices`` against their tables if asked.

    Raises StoreDamaged with the first thing that is wrong.
    """
    with store_errors(), _bare(engine) as connection:
        found = connection.execute(f"PRAGMA {'integrity_check' if indices else 'quick_check'}(1)").fetchone()[
            0
        ]
    if found != "ok":
        raise StoreDamaged(
            f"a store must be a sound SQLite file, but SQLite finds: {found}; restore a backup, "
            "or ingest the letters into a new folder"
        )


def rewrite(engine: Engine) -> None:
    """Write the database anew, so that it holds nothing but what can still be read from it.

    ``secure_delete`` overwrites what is deleted, yet a row that SQLite moved between pages before it
    was deleted can leave a copy in the unused part of a page. Takes time in proportion to the store.
    """
    with store_errors(), _bare(engine) as connection:
        try:
            connection.execute("VACUUM")
        except sqlite3.OperationalError as error:
            raise StoreBusy(
                f"erased rows are gone, but their old copies could not be overwritten: {error}; "
                "free space for a second copy of the store, then write to it again"
            ) from error

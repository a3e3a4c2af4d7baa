"""Puts a backup in the place of a store, whole or not at all, and keeps out of it who was erased since.

Knows nothing about how a backup is written. All work is done in a folder inside the store's; one renaming at the end
makes it the store.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ingestion import migrations
from ingestion.backup import flush_folder, unpacked
from ingestion.database import begin, connect, connect_resting, quick_check, truncate_log
from ingestion.erasure_list import carry_over, read_erasure_list, readmit, standing
from ingestion.locking import WriterLock
from ingestion.page_sums import SUMS_FILE, PageSums
from ingestion.records import StoreBusy, StoreDamaged, StoreError
from ingestion.store import DATABASE_FILE, LOCK_FILE, LOCK_WAIT_S, Store
from ingestion.upkeep import RESTORING_FOLDER

# A number of these tables is never used twice, in the restored store neither. The ledger numbers its entries itself.
_NUMBERED = (
    "posting",
    "letter",
    "passage",
    "embedder",
    "passage_vector",
    "sentence_vector",
    "deleted_vector",
)
_READERS_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the store now. ``version`` is that of the backup's tables.

    ``erased`` are internal keys of letters in the backup that were erased since it was made, and so are not in the
    store; ``readmitted`` of those that came back because that was asked for.
    """

    letters: int
    postings: int
    screenings: int
    version: int
    erased: tuple[int, ...]
    readmitted: tuple[int, ...]


def restore(file: Path, folder: Path, *, replace: bool = False, readmit_erased: bool = False) -> Restored:
    """Make a store of a backup in ``folder``; ended at any moment, the folder holds the old store or the new one.

    A store that stands there needs ``replace``. Its erasure list is carried over, and whoever is on it, or on the
    backup's own, is erased from what is restored, unless ``readmit_erased``. Tables of an older version are brought up
    to date. Programs that have the old store open are told to start again.

    Raises:
        StoreError: the file is no backup that this program reads, or a store stands in the folder.
        StoreDamaged: the backup is not sound; or the erasure list of the store that stands there can't be read.
        StoreBusy: another program writes to that store, or keeps its log.
    """
    database = folder / DATABASE_FILE
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"a store lives in a folder, but {folder} is a file; name another --store")
    if database.exists() and not replace:
        raise StoreError(
            f"a store is restored where there is none, but {folder} holds one; name another --store, or give --replace"
        )
    if not file.is_file():
        raise StoreError(
            f"a backup must be a file, but there is none at {file}; name what `winnow backup` wrote"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = WriterLock(folder / LOCK_FILE, LOCK_WAIT_S)
    lock.acquire()
    scratch = folder / RESTORING_FOLDER
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        with unpacked(file, scratch / DATABASE_FILE), _list_of(database) as erased_there:
            done = _prepare(scratch, erased_there, readmit_erased=readmit_erased)
        _swap(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()
    return done


@contextmanager
def _list_of(database: Path) -> Generator[Connection | None]:
    """A connection to the store that stands, to read its erasure list by; None where there is none, or it has no list."""
    if not database.exists():
        yield None
        return
    engine = connect(database)
    try:
        with begin(engine, write=False) as connection:
            migrations.check_version(connection, database)
            listed = connection.exec_driver_sql(
                "SELECT 1 FROM sqlite_master WHERE name = 'erased_letter'"
            ).first()
            if listed is not None:
                _check_list(connection)
    except StoreDamaged as error:
        engine.dispose()
        raise StoreDamaged(
            f"who was erased must stay out, but the erasure list of {database.parent} can't be read ({error}); to restore "
            "without it, name another --store, and erase anew whoever had been erased since the backup"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    try:
        with begin(engine, write=False) as connection:
            yield None if listed is None else connection
    finally:
        engine.dispose()


def _check_list(connection: Connection) -> None:
    """Refuse an erasure list that may lack a row: the store may be replaced because it is damaged."""
    for table in ("erased_letter", "erasure_key"):
        found = connection.exec_driver_sql(f"PRAGMA integrity_check({table})").scalars().first()
        if found != "ok":
            raise StoreDamaged(f"SQLite finds in {table}: {found}")
    read_erasure_list(connection)


def _prepare(scratch: Path, erased_there: Connection | None, *, readmit_erased: bool) -> Restored:
    """Make a sound store of what was unpacked: its own form checked, up to date, and without who was erased."""
    database = scratch / DATABASE_FILE
    resting = connect_resting(database)
    try:
        with begin(resting, write=False) as connection:
            migrations.check_version(connection, database)
            version = migrations.applied_version(connection)
            if not version:
                raise StoreError("a backup must hold a store, but this one is empty; name another")
        quick_check(resting, indices=True)
    finally:
        resting.dispose()
    with Store.open(scratch) as store:
        counts = store.check_rows()
        with store.writing() as tx:
            if erased_there is not None:
                carry_over(tx.changing(), erased_there)
                _never_reuse(tx.connection, erased_there)
            erased = read_erasure_list(tx.connection)
            found = [
                (known.key, hit[1])
                for known in standing(tx.connection)
                if known.key is not None and (hit := erased.find(known)) is not None
            ]
            keys = tuple(key for key, _listed in found)
            if readmit_erased and found:
                readmit(tx.changing(), {one for _key, listed in found for one in listed})
            elif found:
                for key in keys:
                    tx.erase_letter(key, lapsed=True)
    return Restored(
        counts.letters if readmit_erased else counts.letters - len(keys),
        counts.postings,
        counts.screenings,
        version,
        () if readmit_erased else keys,
        keys if readmit_erased else (),
    )


def _never_reuse(connection: Connection, other: Connection) -> None:
    """Go on numbering behind whichever store came further: a number that was erased belongs to nobody else."""
    for table in _NUMBERED:
        query = f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"
        mine = connection.exec_driver_sql(query).scalar() or 0
        theirs = other.exec_driver_sql(query).scalar() or 0
        if theirs > mine:
            connection.exec_driver_sql(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")
            connection.exec_driver_sql(f"INSERT INTO sqlite_sequence VALUES ('{table}', {int(theirs)})")


def _swap(scratch: Path, folder: Path) -> None:
    """Put the prepared database in the old one's place: one renaming, before which the old store's log is emptied."""
    database, prepared = folder / DATABASE_FILE, scratch / DATABASE_FILE
    if prepared.with_name(f"{DATABASE_FILE}-wal").exists():
        raise StoreError("a restored store must be in one file, but its log is left; try again")
    if database.exists():
        engine = connect(database)
        try:
            if not truncate_log(engine, _READERS_WAIT_S):
                raise StoreBusy(
                    f"a store is replaced when nobody reads from it, but a reader keeps the log of {folder}; end the "
                    "other programs that use it, then try again"
                )
        finally:
            engine.dispose()
        PageSums(database).forget()
        # Empty, but of the old file: the new one must not be read through them.
        for end in ("-wal", "-shm"):
            database.with_name(DATABASE_FILE + end).unlink(missing_ok=True)
    prepared.replace(database)
    sums = scratch / SUMS_FILE
    if sums.exists():
        sums.replace(folder / SUMS_FILE)
    flush_folder(folder)

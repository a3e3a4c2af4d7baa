"""What a store's files need after a write and before a read: old copies gone, the log cut, every page known.

Knows nothing about letters. `Store` says when; locks are its business.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, select, update

from ingestion import migrations
from ingestion.database import begin, number, quick_check, rewrite, truncate_log
from ingestion.held_files import HeldFile
from ingestion.locking import WriterLock
from ingestion.page_sums import PageSums, pages_in_log
from ingestion.records import StoreBusy, StoreDamaged, StoreError
from ingestion.schema import store_state

# How long an erasure waits for readers that still see the erased letter.
ERASE_WAIT_S: Final = 30.0
# Where a backup is made ready to become the store. It is there only while the writer's lock is held.
RESTORING_FOLDER: Final = ".restoring"


def refuse_damaged(database: Path, *, always: bool = False) -> None:
    """Check every page of a database that no connection is open to yet. Raises StoreDamaged (``always``: see PageSums)."""
    page = PageSums(database).wrong_page(always=always)
    if page is not None:
        raise StoreDamaged(
            f"a store's file must be what was written, but page {page:,} of {database} is not; restore a backup "
            "(`winnow restore FILE --replace`), or ingest the letters into a new folder"
        )


def migrate(engine: Engine, lock: WriterLock, database: Path) -> None:
    """Bring the tables of a database to the form that this program reads."""
    lock.acquire()
    try:
        PageSums(database).forget()
        with begin(engine, write=True) as connection:
            migrations.migrate(connection)
        truncate_log(engine, wait_s=0)
    finally:
        lock.release()


class Upkeep:
    """Looks after the files of one open store."""

    def __init__(self, engine: Engine, database: Path) -> None:
        self._engine = engine
        self._log = database.with_name(f"{database.name}-wal")
        self._sums = PageSums(database)
        self._database = database
        self._half_restored = database.parent / RESTORING_FOLDER
        self._file_number = database.stat().st_ino
        self._held = HeldFile(database)

    def close(self) -> None:
        """Let go of the database's file; its connections must be closed already."""
        self._held.close()

    def refuse_replaced(self) -> None:
        """Raise StoreError when the file is no longer the one that was opened: a restored store lies there now."""
        try:
            same = self._database.stat().st_ino == self._file_number
        except FileNotFoundError:
            same = False
        if not same:
            raise StoreError(
                f"a store is read from the file that was opened, but {self._database.parent} holds another one now (it "
                "was restored, or removed); start the program again"
            )

    @property
    def due(self) -> bool:
        """Whether something was left undone: an erasure or a restore was cut off, or the pages are not known."""
        return self._scrub_pending() or not self._sums.known or self._half_restored.exists()

    def before_commit(self) -> None:
        """Note that the database file is about to change."""
        self._sums.forget()

    def after_commit(self) -> None:
        """Leave in the files what can be read from the store, and nothing else; then take the sums of the pages.

        Raises StoreBusy when a reader keeps erased pages in the log. One that keeps others only delays the sums.
        """
        changed = pages_in_log(self._log)
        if self._scrub_pending():
            self._scrub()
            changed = None
        if truncate_log(self._engine, wait_s=0):
            self._sums.refresh(changed)

    def settle(self) -> None:
        """Do what was left undone. Raises StoreDamaged where a file whose pages nobody knows is broken."""
        shutil.rmtree(self._half_restored, ignore_errors=True)
        known = self._sums.known
        self._sums.forget()
        if not known:
            quick_check(self._engine)
        self.after_commit()

    def _scrub(self) -> None:
        rewrite(self._engine)
        if not truncate_log(self._engine, ERASE_WAIT_S):
            raise StoreBusy(
                "an erased letter is gone from the store, but a reader still keeps its old pages in the log; "
                "end the other programs that use the store, then write to it once more"
            )
        with begin(self._engine, write=True) as connection:
            connection.execute(update(store_state).values(scrub_pending=False))

    def _scrub_pending(self) -> bool:
        return bool(number(self._engine, select(store_state.c.scrub_pending)))

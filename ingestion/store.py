"""The store: postings, letters, passages, vectors and screenings in one SQLite database, the truth.

Knows nothing about FAISS, encoders or judges. It lives in a folder of its own: the database, its
write-ahead log while it is open, and the lock that keeps writers apart.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, func, select

from ingestion import fulltext, migrations
from ingestion.database import begin, connect, copy_database, number, store_errors, truncate_log
from ingestion.held_files import HeldFile
from ingestion.intake_rows import HygieneFinding, Intake, read_hygiene, read_intake
from ingestion.letter import EmbedderIdentity, Letter, Passage, PassageKind
from ingestion.locking import WriterLock
from ingestion.material import read_material
from ingestion.records import (
    DuplicateLink,
    ErasureCount,
    LetterDraft,
    LetterMaterial,
    PostingRow,
    ScreeningEntry,
    ScreeningSummary,
    ScreeningText,
    StoreBusy,
    StoreDamaged,
    StoredScreening,
    StoreError,
)
from ingestion.rows import embedder_of, letter_columns, letter_of
from ingestion.schema import (
    VECTOR_TABLES,
    duplicate_link,
    embedder,
    letter,
    letter_band,
    passage,
    posting,
    store_state,
)
from ingestion.screenings import list_screenings, read_screening, read_texts
from ingestion.soundness import Counts, check_rows
from ingestion.upkeep import Upkeep, migrate, refuse_damaged
from ingestion.vectorrows import chunks
from ingestion.writing import Transaction, signed

__all__ = [
    "DuplicateLink",
    "ErasureCount",
    "LetterDraft",
    "LetterMaterial",
    "PostingRow",
    "ScreeningEntry",
    "ScreeningSummary",
    "ScreeningText",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoredScreening",
    "Transaction",
]

DATABASE_FILE = "store.sqlite"
LOCK_FILE = "lock"
# How long a writer waits for another one: longer than a batch of letters takes to embed.
LOCK_WAIT_S = 10.0
_LETTERS_A_READ = 500


class Store:
    """An open store. Any number of threads may read while one writes.

    Inside ``writing()`` the same thread's readers see what the transaction has written so far; all
    others see the last commit. An iterator of letters reads in batches, each from one moment, so
    that a long screening never keeps a writer from tidying up.
    """

    def __init__(self, folder: Path, engine: Engine, lock: WriterLock) -> None:
        self.folder = folder
        self._engine = engine
        self._lock = lock
        self._upkeep = Upkeep(engine, folder / DATABASE_FILE)
        self._transaction: Transaction | None = None
        self._callbacks: list[weakref.WeakMethod[Callable[[], None]]] = []

    @classmethod
    def open(cls, folder: Path, *, create: bool = False, lock_wait_s: float = LOCK_WAIT_S) -> Self:
        """Open the store in ``folder``, made now if there is none and ``create`` is true.

        ``lock_wait_s``: seconds that a write waits for another writer. Raises StoreError when there
        is no store, or one of another program; StoreDamaged when its file cannot be read.
        """
        file = folder / DATABASE_FILE
        if not file.is_file():
            if not create:
                raise StoreError(
                    f"a store must be made before it is read, but there is none in {folder}; "
                    "make it with `winnow ingest PATH --store DIR`, or name another --store"
                )
            if folder.exists() and not folder.is_dir():
                raise StoreError(f"a store lives in a folder, but {folder} is a file; name another --store")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = WriterLock(folder / LOCK_FILE, lock_wait_s)
        with store_errors():
            if not file.is_file():
                lock.acquire()
                lock.release()
                return cls._connected(folder, lock)
            with HeldFile(file):
                refuse_damaged(file)
                return cls._connected(folder, lock)

    @classmethod
    def _connected(cls, folder: Path, lock: WriterLock) -> Self:
        file = folder / DATABASE_FILE
        engine = connect(file)
        store = None
        try:
            with begin(engine, write=False) as connection:
                behind = migrations.check_version(connection, file)
            if behind:
                migrate(engine, lock, file)
            file.chmod(0o600)
            store = cls(folder, engine, lock)
            store._settle()
        except BaseException:
            engine.dispose()
            if store is not None:
                store._upkeep.close()
            raise
        return store

    def close(self) -> None:
        """Cut the write-ahead log to nothing and let go of the file."""
        truncate_log(self._engine, wait_s=0)
        self._engine.dispose()
        self._upkeep.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def copy_to(self, file: Path) -> None:
        """Copy the database, as of one moment, into an empty file."""
        self._upkeep.refuse_replaced()
        copy_database(self._engine, file)

    def check_rows(self) -> Counts:
        """Read every row once. Raises StoreDamaged at the first that is not what was written."""
        return check_rows(self._engine)

    # writing

    @contextmanager
    def writing(self) -> Generator[Transaction]:
        """Open the one write transaction; committed and on the disk when the block ends, undone if it raises.

        Raises StoreBusy when another writer does not end in time, StoreError inside another
        transaction of this thread.
        """
        self._lock.acquire()
        try:
            self._upkeep.refuse_replaced()
            with begin(self._engine, write=True) as connection:
                transaction = Transaction(connection)
                self._transaction = transaction
                try:
                    yield transaction
                    transaction.seal()
                    if transaction.changed:
                        self._upkeep.before_commit()
                finally:
                    self._transaction = None
                    transaction.end()
            if transaction.changed:
                self._upkeep.after_commit()
        finally:
            self._lock.release()
        if transaction.changed:
            for reference in list(self._callbacks):
                callback = reference()
                if callback is None:
                    self._callbacks.remove(reference)
                else:
                    callback()

    def _settle(self) -> None:
        """Make up for a write that was cut off after its commit, unless a writer is at work: that one does."""
        if self._upkeep.due:
            with suppress(StoreBusy):
                self._lock.acquire(wait_s=0)
                try:
                    self._upkeep.settle()
                finally:
                    self._lock.release()

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call a bound method after each commit of this object, for as long as its owner lives."""
        self._callbacks.append(weakref.WeakMethod(callback))

    # reading

    @contextmanager
    def reading(self, *, committed: bool = False) -> Generator[Connection]:
        """One reading transaction: everything read through it is of the same moment.

        ``committed`` leaves out what this thread's own open transaction has written.
        """
        transaction = self._transaction
        if transaction is not None and self._lock.held_here and not committed:
            with store_errors():
                yield transaction.connection
        else:
            self._upkeep.refuse_replaced()
            with begin(self._engine, write=False) as connection:
                yield connection

    @property
    def version(self) -> int:
        """How many writes have been committed, by any process."""
        self._upkeep.refuse_replaced()
        return number(self._engine, select(store_state.c.version))

    def postings(self) -> list[PostingRow]:
        """All postings, in the order they were made."""
        with self.reading() as connection:
            rows = connection.execute(
                select(posting, func.count(letter.c.letter_key))
                .join_from(posting, letter, isouter=True)
                .group_by(posting.c.posting_id)
                .order_by(posting.c.posting_id)
            )
            return [PostingRow(*row) for row in rows]

    def posting(self, name: str) -> PostingRow:
        """The posting of this name. Raises StoreError that names the known ones."""
        with self.reading() as connection:
            posting_id = self._posting_id(connection, name)
            letters = select(func.count()).where(letter.c.posting_id == posting_id).scalar_subquery()
            row = connection.execute(select(posting, letters).where(posting.c.posting_id == posting_id)).one()
            return PostingRow(*row)

    def posting_id(self, name: str) -> int:
        """The number of the posting of this name. Raises StoreError that names the known ones."""
        with self.reading() as connection:
            return self._posting_id(connection, name)

    def _posting_id(self, connection: Connection, name: str) -> int:
        found = connection.execute(
            select(posting.c.posting_id).where(posting.c.name == name)
        ).scalar_one_or_none()
        if found is None:
            known = connection.execute(select(posting.c.name).order_by(posting.c.posting_id)).scalars().all()
            raise StoreError(
                f"a posting must be in the store, but there is no {name!r}; "
                f"known: {', '.join(known) if known else 'none, ingest letters first'}"
            )
        return int(found)

    def letter(self, posting_name: str, letter_id: str) -> Letter | None:
        """The letter that people call ``letter_id`` in a posting, None when there is none."""
        with self.reading() as connection:
            posting_id = self._posting_id(connection, posting_name)
            row = connection.execute(
                letter_columns().where(letter.c.posting_id == posting_id, letter.c.letter_id == letter_id)
            ).first()
            return None if row is None else letter_of(row)

    def letter_by_key(self, key: int) -> Letter:
        """The letter with this key. Raises StoreError when there is none (any more)."""
        with self.reading() as connection:
            row = connection.execute(letter_columns().where(letter.c.letter_key == key)).first()
        if row is None:
            raise StoreError(
                f"a letter must be in the store, but there is none with key {key}; was it erased?"
            )
        return letter_of(row)

    def letter_keys(self, posting_name: str) -> list[int]:
        """Keys of all letters of a posting, ascending."""
        with self.reading() as connection:
            posting_id = self._posting_id(connection, posting_name)
            keys = connection.execute(select(letter.c.letter_key).where(letter.c.posting_id == posting_id))
            return sorted(keys.scalars())

    def letters(self, posting_name: str, keys: Sequence[int] | None = None) -> Iterator[Letter]:
        """Letters of a posting in the order of their keys: all, or those of ``keys`` that stand in it."""
        for some in self._batches(posting_name, keys):
            with self.reading() as connection:
                rows = connection.execute(
                    letter_columns()
                    .where(letter.c.letter_key.in_(some), posting.c.name == posting_name)
                    .order_by(letter.c.letter_key)
                ).all()
            yield from map(letter_of, rows)

    def _batches(self, posting_name: str, keys: Sequence[int] | None) -> Iterator[Sequence[int]]:
        wanted = self.letter_keys(posting_name)
        if keys is not None:
            wanted = sorted(set(wanted).intersection(keys))
        yield from chunks(wanted, _LETTERS_A_READ)

    def passages(self, letter_key: int, kind: PassageKind | None = None) -> list[Passage]:
        """A letter's passages and sentences, or one kind of them, in the order of the text."""
        chosen = select(passage).where(passage.c.letter_key == letter_key)
        if kind is not None:
            chosen = chosen.where(passage.c.kind == kind)
        with self.reading() as connection:
            rows = connection.execute(
                chosen.order_by(passage.c.kind, passage.c.span_start, passage.c.span_end)
            )
            return [Passage(*row) for row in rows]

    def spans(self, passage_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Where passages stand in their letters' judged text: passage id -> (start, end)."""
        found: dict[int, tuple[int, int]] = {}
        with self.reading() as connection:
            for some in chunks(passage_ids):
                rows = connection.execute(
                    select(passage.c.passage_id, passage.c.span_start, passage.c.span_end).where(
                        passage.c.passage_id.in_(some)
                    )
                )
                found.update({row.passage_id: (row.span_start, row.span_end) for row in rows})
        return found

    def material(
        self, posting_name: str, embedder_key: str, keys: Sequence[int] | None = None
    ) -> Iterator[LetterMaterial]:
        """Letters in the order of their keys, each with its sentences and their vectors.

        Raises StoreError at the first letter that has no vectors of this embedder.
        """
        for some in self._batches(posting_name, keys):
            with self.reading() as connection:
                found = read_material(connection, some, embedder_key)
            yield from found

    def unembedded(self, posting_name: str, embedder_key: str) -> list[int]:
        """Keys of the letters that lack passages, or some vector of this embedder."""
        lacking = [
            ~select(table.c.vector_id)
            .join_from(table, embedder)
            .where(table.c.passage_id == passage.c.passage_id, embedder.c.key == embedder_key)
            .exists()
            & (passage.c.kind == kind)
            for kind, table in VECTOR_TABLES.items()
        ]
        mine = passage.c.letter_key == letter.c.letter_key
        with self.reading() as connection:
            rows = connection.execute(
                select(letter.c.letter_key)
                .where(
                    letter.c.posting_id == self._posting_id(connection, posting_name),
                    ~select(passage.c.passage_id).where(mine).exists()
                    | select(passage.c.passage_id).where(mine, lacking[0] | lacking[1]).exists(),
                )
                .order_by(letter.c.letter_key)
            )
            return list(rows.scalars())

    def embedders(self) -> list[tuple[EmbedderIdentity, dict[str, str]]]:
        """Every embedder that vectors were stored of, with the runtime of its first ones."""
        with self.reading() as connection:
            rows = connection.execute(select(embedder).order_by(embedder.c.embedder_id)).all()
        return [(embedder_of(row), json.loads(row.runtime)) for row in rows]

    def duplicates(self, posting_name: str) -> list[DuplicateLink]:
        """All duplicate links of a posting, by letter key."""
        with self.reading() as connection:
            rows = connection.execute(
                select(
                    duplicate_link.c.letter_key,
                    duplicate_link.c.of_key,
                    letter.c.letter_id,
                    duplicate_link.c.similarity,
                )
                .join_from(duplicate_link, letter, duplicate_link.c.of_key == letter.c.letter_key)
                .where(letter.c.posting_id == self._posting_id(connection, posting_name))
                .order_by(duplicate_link.c.letter_key, duplicate_link.c.of_key)
            )
            return [DuplicateLink(*row) for row in rows]

    def intake(self, keys: Sequence[int]) -> dict[int, Intake]:
        """How letters came in, by key. Raises StoreDamaged."""
        with self.reading() as connection:
            return read_intake(connection, keys)

    def hygiene(self, keys: Sequence[int]) -> dict[int, tuple[HygieneFinding, ...]]:
        """What was hidden in letters, by key, those with nothing left out. Raises StoreDamaged."""
        with self.reading() as connection:
            return read_hygiene(connection, keys)

    def near_duplicates(self, posting_name: str, signature: tuple[int, ...]) -> list[int]:
        """Keys of the posting's letters that share at least one band with ``signature``, ascending."""
        found: set[int] = set()
        with self.reading() as connection:
            posting_id = self._posting_id(connection, posting_name)
            for place, band in enumerate(signature):
                found.update(
                    connection.execute(
                        select(letter_band.c.letter_key).where(
                            letter_band.c.posting_id == posting_id,
                            letter_band.c.place == place,
                            letter_band.c.band == signed(band),
                        )
                    ).scalars()
                )
        return sorted(found)

    def bm25(self, posting_name: str, query: str, limit: int | None = None) -> list[tuple[int, float]]:
        """(letter key, score) of the letters that share a word with free text; larger scores are better."""
        if limit is not None and limit < 1:
            raise StoreError(f"limit must be at least 1, but got {limit}; leave it out for all letters")
        with self.reading() as connection:
            return fulltext.rank_letters(connection, self._posting_id(connection, posting_name), query, limit)

    def screening(self, screening_id: str) -> StoredScreening:
        """A stored screening with its entries. Raises StoreError when unknown, StoreDamaged when unsound."""
        with self.reading() as connection:
            return read_screening(connection, screening_id)

    def screenings(self, posting_name: str | None = None) -> list[ScreeningSummary]:
        """All screenings, or a posting's, oldest first."""
        with self.reading() as connection:
            chosen = None if posting_name is None else self._posting_id(connection, posting_name)
            return list_screenings(connection, chosen)

    def screening_texts(self, screening_id: str, kind: str) -> list[ScreeningText]:
        """A screening's texts of one kind, oldest first. Raises StoreError or StoreDamaged."""
        with self.reading() as connection:
            return read_texts(connection, screening_id, kind)

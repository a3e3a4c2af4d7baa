"""Reads a whole database once, row by row, and refuses it at the first row that is not what was written.

Knows nothing about where the database lies or what will be done with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from ingestion.checksums import vector_checksum
from ingestion.database import begin
from ingestion.erasure_list import read_erasure_list
from ingestion.intake_rows import read_hygiene, read_intake
from ingestion.records import StoreDamaged
from ingestion.rows import damaged_vector, embedder_of, letter_columns, letter_of
from ingestion.schema import VECTOR_TABLES, embedder, letter, posting, screening, screening_text
from ingestion.screenings import read_screening, read_texts

_ROWS_A_READ = 1024


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of each there is in a sound database."""

    letters: int
    postings: int
    screenings: int
    vectors: int


def check_rows(engine: Engine) -> Counts:
    """Read every row that has a checksum, and every reference, from one moment. Raises StoreDamaged.

    Broken entries of the ledger are left to `winnow ledger verify`, which names them: a ledger that somebody changed is
    evidence, and must survive a backup as it is.
    """
    with begin(engine, write=False) as connection:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StoreDamaged(
                f"every row must belong to one that stands, but row {broken[1]} of {broken[0]} belongs to none in "
                f"{broken[2]}; restore a backup, or ingest the letters into a new folder"
            )
        keys: list[int] = []
        for rows in _pieces(connection, letter_columns().order_by(letter.c.letter_key)):
            some = [letter_of(row).key for row in rows]
            read_intake(connection, some)
            read_hygiene(connection, some)
            keys += some
        vectors = sum(_check_vectors(connection, table) for table in VECTOR_TABLES.values())
        for row in connection.execute(select(embedder)).all():
            embedder_of(row)
        ids = connection.execute(select(screening.c.screening_id)).scalars().all()
        for one in ids:
            read_screening(connection, one)
        kinds = select(screening_text.c.screening_id, screening_text.c.kind).distinct()
        for one, kind in connection.execute(kinds).all():
            read_texts(connection, one, kind)
        read_erasure_list(connection)
        postings = connection.execute(select(func.count()).select_from(posting)).scalar_one()
    return Counts(len(keys), postings, len(ids), vectors)


def _check_vectors(connection: Connection, table: Any) -> int:
    count = 0
    for rows in _pieces(connection, select(table)):
        for row in rows:
            sound = vector_checksum(
                row.vector, row.passage_id, row.letter_key, row.posting_id, row.embedder_id
            )
            if sound != row.checksum:
                raise damaged_vector(row.letter_key)
            count += 1
    return count


def _pieces(connection: Connection, chosen: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows a few at a time: a store may be larger than the memory."""
    streamed = connection.execution_options(yield_per=_ROWS_A_READ)
    yield from streamed.execute(chosen).partitions(_ROWS_A_READ)

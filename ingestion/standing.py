"""Which letters of a posting stand under given ids, or came from given files: one query for a whole batch.

Knows nothing about what will become of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from ingestion.file_ids import id_as_read, path_of
from ingestion.letter import Letter
from ingestion.rows import letter_columns, letter_of
from ingestion.schema import letter, letter_intake, posting
from ingestion.writing import Transaction


def letters_by_id(tx: Transaction, posting_name: str, ids: Sequence[str]) -> dict[str, Letter]:
    """Return the posting's letters that have one of ``ids``, by id; none where there is no such posting yet."""
    rows = tx.connection.execute(
        letter_columns().where(posting.c.name == posting_name, letter.c.letter_id.in_(ids))
    )
    return {one.letter_id: one for one in map(letter_of, rows)}


def ids_by_file(connection: Connection, posting_name: str, sources: Iterable[str]) -> dict[str, str]:
    """Return the ids of the posting's letters that came from files at the same paths, by the id as it was read.

    The folder that was given makes no difference. A scan of the posting's letters.
    """
    paths = sorted({path_of(one) for one in sources})
    below = func.trim(func.substr(letter.c.source, func.instr(letter.c.source, "/") + 1))
    rows = connection.execute(
        select(letter.c.letter_id, letter.c.source, letter_intake.c.format)
        .join_from(letter, posting)
        .join(letter_intake, letter_intake.c.letter_key == letter.c.letter_key)
        .where(posting.c.name == posting_name, letter_intake.c.format != "table", below.in_(paths))
    )
    return {id_as_read(*row): row.letter_id for row in rows}

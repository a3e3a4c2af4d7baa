"""Which letters of a posting stand under given ids: one query for a whole batch.

Knows nothing about what will become of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.letter import Letter
from ingestion.rows import letter_columns, letter_of
from ingestion.schema import letter, posting
from ingestion.writing import Transaction


def letters_by_id(tx: Transaction, posting_name: str, ids: Sequence[str]) -> dict[str, Letter]:
    """Return the posting's letters that have one of ``ids``, by id; none where there is no such posting yet."""
    rows = tx.connection.execute(
        letter_columns().where(posting.c.name == posting_name, letter.c.letter_id.in_(ids))
    )
    return {one.letter_id: one for one in map(letter_of, rows)}

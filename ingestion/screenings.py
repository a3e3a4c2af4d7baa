"""Reads stored screenings back, sound or not at all.

Knows nothing about what they say: headers and payloads are text to it.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ingestion.records import ScreeningEntry, ScreeningSummary, StoredScreening, StoreError
from ingestion.rows import damaged_screening, entry_checksum, screening_checksum
from ingestion.schema import posting, screening, screening_entry


def read_screening(connection: Connection, screening_id: str) -> StoredScreening:
    """Return a screening with its entries. Raises StoreError when unknown, StoreDamaged when unsound."""
    row = connection.execute(
        select(screening, posting.c.name)
        .join_from(screening, posting)
        .where(screening.c.screening_id == screening_id)
    ).first()
    if row is None:
        raise StoreError(
            f"a screening must be in the store, but there is no {screening_id!r}; `winnow screen` makes one"
        )
    entries = connection.execute(
        select(screening_entry)
        .where(screening_entry.c.screening_id == screening_id)
        .order_by(screening_entry.c.place)
    ).all()
    found = StoredScreening(
        screening_id,
        row.name,
        row.created,
        row.header,
        tuple(ScreeningEntry(entry.letter_key, entry.payload) for entry in entries),
    )
    sound = screening_checksum(found, row.posting_id) == row.checksum and all(
        entry_checksum(screening_id, stored.place, entry) == stored.checksum
        for stored, entry in zip(entries, found.entries, strict=True)
    )
    if not sound:
        raise damaged_screening(screening_id)
    return found


def list_screenings(connection: Connection, posting_id: int | None) -> list[ScreeningSummary]:
    """Return a line for each screening, of one posting or of all, oldest first."""
    chosen = (
        select(
            screening.c.screening_id,
            posting.c.name,
            screening.c.created,
            func.count(screening_entry.c.letter_key),
        )
        .join_from(screening, posting)
        .join(screening_entry, screening_entry.c.screening_id == screening.c.screening_id, isouter=True)
        .group_by(screening.c.screening_id)
        .order_by(screening.c.created, screening.c.screening_id)
    )
    if posting_id is not None:
        chosen = chosen.where(screening.c.posting_id == posting_id)
    return [ScreeningSummary(*row) for row in connection.execute(chosen)]

"""Stores screenings with the texts about them, and reads them back, sound or not at all.

Knows nothing about what they say: headers and payloads are text to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select

from ingestion.records import ScreeningEntry, ScreeningSummary, ScreeningText, StoredScreening, StoreError
from ingestion.rows import damaged_screening, entry_checksum, screening_checksum, text_checksum
from ingestion.schema import letter, posting, screening, screening_entry, screening_text
from ingestion.vectorrows import chunks


def write_screening(connection: Connection, done: StoredScreening, posting_id: int) -> None:
    """Store a screening. Raises StoreError when its id is taken or one of its letters is unknown."""
    if _stands(connection, done.screening_id):
        raise StoreError(
            f"a screening is stored once, but {done.screening_id!r} is there already; give it another id"
        )
    keys = sorted({entry.letter_key for entry in done.entries})
    known: set[int] = set()
    for some in chunks(keys):
        known.update(
            connection.execute(
                select(letter.c.letter_key).where(
                    letter.c.letter_key.in_(some), letter.c.posting_id == posting_id
                )
            ).scalars()
        )
    if len(known) < len(keys):
        raise StoreError(
            f"a screening speaks of letters of its posting, but key {min(set(keys) - known)} is not in "
            f"{done.posting!r} (any more); screen again"
        )
    connection.execute(
        insert(screening).values(
            screening_id=done.screening_id,
            posting_id=posting_id,
            created=done.created,
            header=done.header,
            checksum=screening_checksum(done, posting_id),
        )
    )
    if done.entries:
        connection.execute(
            insert(screening_entry),
            [
                {
                    "screening_id": done.screening_id,
                    "place": place,
                    "letter_key": entry.letter_key,
                    "payload": entry.payload,
                    "checksum": entry_checksum(done.screening_id, place, entry),
                }
                for place, entry in enumerate(done.entries)
            ],
        )


def _stands(connection: Connection, screening_id: str) -> bool:
    found = select(screening.c.screening_id).where(screening.c.screening_id == screening_id)
    return connection.execute(found).first() is not None


def _unknown(screening_id: str) -> StoreError:
    return StoreError(
        f"a screening must be in the store, but there is no {screening_id!r}; `winnow screen` makes one"
    )


def read_screening(connection: Connection, screening_id: str) -> StoredScreening:
    """Return a screening with its entries. Raises StoreError when unknown, StoreDamaged when unsound."""
    row = connection.execute(
        select(screening, posting.c.name)
        .join_from(screening, posting)
        .where(screening.c.screening_id == screening_id)
    ).first()
    if row is None:
        raise _unknown(screening_id)
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


# texts


def write_text(connection: Connection, screening_id: str, kind: str, payload: str) -> int:
    """Keep a text of a screening and return its id. Raises StoreError: no such screening, a blank kind."""
    if not kind.strip():
        raise StoreError(f"a text of a screening needs a kind, but got {kind!r}; name what it is")
    if not _stands(connection, screening_id):
        raise _unknown(screening_id)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    made = connection.execute(
        insert(screening_text).values(
            screening_id=screening_id,
            kind=kind,
            payload=payload,
            created=created,
            checksum=text_checksum(screening_id, kind, payload, created),
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def read_texts(connection: Connection, screening_id: str, kind: str) -> list[ScreeningText]:
    """Return a screening's texts of one kind, oldest first.

    Raises StoreError when there is no such screening, StoreDamaged when a text is not what was stored.
    """
    if not _stands(connection, screening_id):
        raise _unknown(screening_id)
    rows = connection.execute(
        select(screening_text)
        .where(screening_text.c.screening_id == screening_id, screening_text.c.kind == kind)
        .order_by(screening_text.c.text_id)
    ).all()
    for row in rows:
        if text_checksum(row.screening_id, row.kind, row.payload, row.created) != row.checksum:
            raise damaged_screening(screening_id)
    return [ScreeningText(row.text_id, row.screening_id, row.kind, row.payload, row.created) for row in rows]


def delete_texts(connection: Connection, screening_id: str, kind: str) -> int:
    """Delete a screening's texts of one kind, and return how many there were."""
    return connection.execute(
        delete(screening_text).where(
            screening_text.c.screening_id == screening_id, screening_text.c.kind == kind
        )
    ).rowcount


def forget_letter_in_screenings(connection: Connection, letter_key: int) -> tuple[int, int]:
    """Delete what screenings say about a letter, and every text of those screenings.

    A text may speak of any letter without a sign of it, so all of them go. Returns how many entries
    and how many texts there were.
    """
    held = select(screening_entry.c.screening_id).where(screening_entry.c.letter_key == letter_key)
    texts = connection.execute(delete(screening_text).where(screening_text.c.screening_id.in_(held))).rowcount
    entries = connection.execute(
        delete(screening_entry).where(screening_entry.c.letter_key == letter_key)
    ).rowcount
    return entries, texts


def emptied_screenings(connection: Connection, without: Sequence[int]) -> list[str]:
    """Return the ids of screenings that hold some of these letters and no others, oldest first."""
    gone = set(without)
    held: dict[str, bool] = {}
    rows = connection.execute(
        select(screening.c.screening_id, screening_entry.c.letter_key)
        .join_from(screening, screening_entry)
        .order_by(screening.c.created, screening.c.screening_id)
    )
    for screening_id, key in rows:
        held[screening_id] = held.get(screening_id, False) or key not in gone
    return [screening_id for screening_id, others in held.items() if not others]


def drop_screening(connection: Connection, screening_id: str) -> None:
    """Delete a screening, its entries and all its texts."""
    for table in (screening_text, screening_entry, screening):
        connection.execute(delete(table).where(table.c.screening_id == screening_id))

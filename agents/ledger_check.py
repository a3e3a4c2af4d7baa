"""Whether the ledger is what was written, and the screenings what it says they were.

Knows nothing about what to do with a ledger that is not sound: it says what is wrong, entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import Connection, func, select

from agents.ledger_payloads import ScreenedRow, payload_of
from agents.screening_record import changes_since
from agents.stored_screening import verdict_of
from ingestion.ledger_chain import check_chain
from ingestion.ledger_rows import ERASED, LedgerRow, read_head, row_of, rows_with_payload, what_is_wrong
from ingestion.records import StoreDamaged, StoreError
from ingestion.schema import ledger_entry, screening
from ingestion.screenings import read_screening

if TYPE_CHECKING:
    from ingestion.store import Store


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What a check of the whole ledger found; ``broken`` has a line for each thing that is wrong, and is empty if sound.

    ``payloads`` stand and ``erased`` are gone as the ledger says; ``head`` is the hash of the last entry. ``screenings``
    were compared with their record; ``unrecorded`` stand in the store and were made before there was a ledger.
    """

    entries: int
    payloads: int
    erased: int
    broken: tuple[str, ...]
    head: str
    screenings: int
    unrecorded: int


def verify(store: Store, expect: str | None = None) -> LedgerCheck:
    """Check every entry, link and payload of the ledger, and every screening against its record, at one moment.

    ``expect`` is the ``head`` of an earlier check: a chain can't tell by itself that its end was cut off.
    """
    with store.reading() as connection:
        chain = check_chain(connection, expect)
        broken = list(chain.broken)
        rows = [
            row_of(row)
            for row in connection.execute(rows_with_payload().order_by(ledger_entry.c.place))
            if what_is_wrong(row) is None
        ]
        broken += _odd_forms(rows)
        recorded = [row for row in rows if row.action == "screened" and row.payload is not None]
        for row in recorded:
            broken += _screening(connection, row, rows)
        known = {row.screening_id for row in rows if row.action == "screened"}
        stored = set(connection.execute(select(screening.c.screening_id)).scalars())
    return LedgerCheck(
        entries=chain.entries,
        payloads=chain.payloads,
        erased=chain.erased,
        broken=tuple(broken),
        head=chain.head,
        screenings=len(recorded),
        unrecorded=len(stored - known),
    )


def head_of(store: Store) -> tuple[int, str]:
    """Return how many entries the ledger has, and the hash of the last one, without checking either."""
    with store.reading() as connection:
        count = connection.execute(select(func.count()).select_from(ledger_entry)).scalar_one()
        return count, read_head(connection)[1]


def _odd_forms(rows: Sequence[LedgerRow]) -> Iterator[str]:
    for row in rows:
        try:
            payload_of(row)
        except StoreDamaged:
            yield f"entry {row.place} ({row.action}) does not say what such an entry says"


def _screening(connection: Connection, row: LedgerRow, rows: Sequence[LedgerRow]) -> Iterator[str]:
    """Say what differs between a screening in the store and the entry that recorded it."""
    name = f"screening {row.screening_id}, recorded by entry {row.place}"
    try:
        record = payload_of(row)
    except StoreDamaged:
        return
    if not isinstance(record, ScreenedRow) or row.screening_id is None:
        yield f"{name}: no screening is named"
        return
    try:
        stored = read_screening(connection, row.screening_id)
        verdict = verdict_of(stored)
    except (StoreError, ValidationError, ValueError, KeyError) as error:
        yield f"{name}: {'not readable' if isinstance(error, ValueError | KeyError) else error}"
        return
    for change in changes_since(record, stored, verdict):
        yield f"{name}: {change}"
    gone = len(record.letters) - len(stored.entries)
    later = (one for one in rows if one.action == ERASED and one.place > row.place)
    erased = len({one.letter_key for one in later if one.letter_key is not None})
    if gone > erased:
        yield (
            f"{name}: {gone} of its {len(record.letters)} letters are gone, but only {erased} were erased since"
        )

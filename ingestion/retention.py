"""How long letters are kept: which are older than that, and erasing them with the screenings they leave empty.

Knows nothing about who decides how long that is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from ingestion.erasure import NOTHING
from ingestion.intake_rows import read_intake
from ingestion.ledger_rows import forget_screening_in_ledger
from ingestion.records import ErasureCount
from ingestion.schema import letter, posting
from ingestion.screenings import drop_screening, emptied_screenings
from ingestion.store import Store

UNIT_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
"""Days in a day, a week, a month and a year, as ``--keep`` counts them."""

LONGEST_DAYS: Final = 100 * 365

_KEEP = re.compile(r"([0-9]{1,6})([dwmy])")


class RetentionError(ValueError):
    """A time to keep letters that is none; the message says the rule, the value and the remedy."""


@dataclass(frozen=True, slots=True)
class Aged:
    """A letter that is older than what is kept. ``received`` is ISO 8601 in UTC, ``days`` its age in whole days."""

    key: int
    posting: str
    letter_id: str
    received: str
    days: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is older than ``before`` (ISO 8601, UTC).

    ``undated`` counts letters of which the store does not know when they came; they stay. ``screenings`` are those
    that hold some of them and no others.
    """

    before: str
    letters: tuple[Aged, ...]
    undated: int
    screenings: tuple[str, ...]


def parse_keep(text: str) -> timedelta:
    """Read a time such as "180d", "26w", "6m" or "2y": days, weeks of 7, months of 30, years of 365 days.

    Raises:
        RetentionError: it is no such time, is zero, or is longer than 100 years.

    >>> parse_keep("6m").days
    180
    """
    found = _KEEP.fullmatch(text.strip().lower())
    days = int(found[1]) * UNIT_DAYS[found[2]] if found else 0
    if not 1 <= days <= LONGEST_DAYS:
        raise RetentionError(
            f"--keep must be a number of days, weeks, months or years from 1d to 100y, but got {text!r}; "
            "write it as 180d, 26w, 6m or 2y"
        )
    return timedelta(days=days)


def overdue(
    store: Store, keep: timedelta, posting_name: str | None = None, now: datetime | None = None
) -> Overdue:
    """Return what came in before ``now`` - ``keep``, oldest first, in one posting or in all. Changes nothing.

    Raises StoreError for an unknown posting, StoreDamaged for a row that is not what was written.
    """
    posting_id = None if posting_name is None else store.posting_id(posting_name)
    with store.reading() as connection:
        return _overdue(connection, keep, posting_id, now or datetime.now(UTC))


def _overdue(connection: Connection, keep: timedelta, posting_id: int | None, now: datetime) -> Overdue:
    chosen = select(letter.c.letter_key, letter.c.letter_id, posting.c.name).join_from(letter, posting)
    if posting_id is not None:
        chosen = chosen.where(letter.c.posting_id == posting_id)
    rows = connection.execute(chosen.order_by(letter.c.letter_key)).all()
    intakes = read_intake(connection, [row.letter_key for row in rows])
    before = now - keep
    found: list[tuple[datetime, Aged]] = []
    undated = 0
    for key, letter_id, name in rows:
        received = _time(intakes[key].received) if key in intakes else None
        if received is None:
            undated += 1
        elif received < before:
            found.append((received, Aged(key, name, letter_id, intakes[key].received, (now - received).days)))
    letters = tuple(aged for _received, aged in sorted(found, key=lambda one: (one[0], one[1].key)))
    return Overdue(
        before.isoformat(timespec="seconds"),
        letters,
        undated,
        tuple(emptied_screenings(connection, [one.key for one in letters])),
    )


def _time(received: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(received)
    except ValueError:
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def erase_overdue(store: Store, due: Overdue) -> tuple[ErasureCount, int]:
    """Erase what ``overdue`` listed, in one transaction; return what was removed, and how many screenings went.

    A letter that is gone by now is passed over, and one that came in anew since stays. Screenings that held no others
    go, with what the ledger said of them.
    """
    before = datetime.fromisoformat(due.before)
    removed = NOTHING
    with store.writing() as tx:
        keys = _still_due(tx.connection, [one.key for one in due.letters], before)
        emptied = emptied_screenings(tx.connection, keys)
        for key in keys:
            removed += tx.erase_letter(key, lapsed=True)
        for screening_id in emptied:
            forget_screening_in_ledger(tx.changing(), screening_id)
            drop_screening(tx.connection, screening_id)
    return removed, len(emptied)


def _still_due(connection: Connection, keys: Sequence[int], before: datetime) -> list[int]:
    intakes = read_intake(connection, keys)
    times = {key: _time(intake.received) for key, intake in intakes.items()}
    return [key for key in keys if (time := times.get(key)) is not None and time < before]

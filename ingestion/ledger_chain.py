"""The check of the ledger's chain, entry by entry: what was changed, taken out, put in or moved.

Knows nothing about what an action means. A chain proves order and content up to its last entry; that its end was cut
off, or all of it rewritten, shows only against a hash that was noted elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ingestion.ledger_rows import ERASED, GENESIS, row_of, rows_with_payload, what_is_wrong
from ingestion.schema import ledger_entry, ledger_payload


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a reading of the whole chain found: counts, the last entry's hash, and a line for each thing wrong.

    ``payloads`` still stand, ``erased`` are gone as an entry of the chain says.
    """

    entries: int
    payloads: int
    erased: int
    head: str
    broken: tuple[str, ...]


def check_chain(connection: Connection, expect: str | None = None) -> ChainCheck:
    """Read the whole chain and check every link, every hash and every payload that is not there.

    ``expect`` is the hash of a last entry as it was noted some time ago; it must still be in the chain.
    """
    broken: list[str] = []
    last, previous = 0, GENESIS
    hashes = {GENESIS}
    standing: set[int] = set()
    missing: set[int] = set()
    taken: dict[int, int] = {}
    count = 0
    for row in connection.execute(rows_with_payload().order_by(ledger_entry.c.place)):
        count += 1
        if row.place != last + 1:
            broken.append(f"{_span(last + 1, row.place - 1)} missing before entry {row.place}")
        elif row.previous != previous:
            broken.append(
                f"entry {row.place} does not follow the entry before it: the hash it names is another"
            )
        wrong = what_is_wrong(row)
        if wrong is not None:
            broken.append(wrong)
        if row.payload is not None:
            standing.add(row.place)
        else:
            missing.add(row.place)
        if wrong is None and row.action == ERASED:
            for place in _taken(row_of(row).payload, row.place):
                taken[place] = row.place
        last, previous = row.place, row.hash
        hashes.add(row.hash)
    broken += _payloads(standing, missing, taken)
    broken += _loose_payloads(connection)
    cut = _cut(connection, last)
    if cut is not None:
        broken.append(cut)
    if expect is not None and expect not in hashes:
        broken.append(
            f"no entry has the hash {expect} that was noted: the end of the chain was cut off, or it was rewritten"
        )
    return ChainCheck(count, len(standing), len(missing & set(taken)), previous, tuple(broken))


def _span(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"


def _taken(payload: str | None, place: int) -> list[int]:
    """The places, before this entry, whose payloads it says were erased."""
    try:
        return [int(one) for one in json.loads(payload or "")["payloads"] if int(one) < place]
    except (ValueError, TypeError, KeyError):
        return []


def _payloads(standing: set[int], missing: set[int], taken: dict[int, int]) -> Iterator[str]:
    for place in sorted(missing - set(taken)):
        yield f"the payload of entry {place} is gone, and no entry says that it was erased"
    for place in sorted(standing & set(taken)):
        yield f"the payload of entry {place} is there, though entry {taken[place]} says that it was erased"


def _loose_payloads(connection: Connection) -> Iterator[str]:
    loose = (
        select(ledger_payload.c.place)
        .where(~select(ledger_entry.c.place).where(ledger_entry.c.place == ledger_payload.c.place).exists())
        .order_by(ledger_payload.c.place)
    )
    for place in connection.execute(loose).scalars():
        yield f"a payload stands at place {place}, where there is no entry"


def _cut(connection: Connection, last: int) -> str | None:
    """Say that entries behind the last one are gone, where SQLite still counts them.

    SQLite remembers the highest place ever given. Whoever edits the file can edit that number too, so its silence
    proves nothing.
    """
    if connection.dialect.name != "sqlite":
        return None
    highest = connection.exec_driver_sql(
        "SELECT max(seq) FROM sqlite_sequence WHERE name = 'ledger_entry'"
    ).scalar()
    if not isinstance(highest, int) or highest <= last:
        return None
    return f"{_span(last + 1, highest)} missing at the end"

"""Looking through a posting's letters a page at a time, so that 10,000 of them are read as quickly as ten.

Knows nothing about who may see a name: the caller says whose name a search may look at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sqlalchemy import Connection, func, select

from ingestion import fulltext
from ingestion.erasure import folded_name
from ingestion.intake_rows import read_hygiene
from ingestion.letter import natural_key
from ingestion.records import StoreError
from ingestion.schema import letter, letter_intake

Order = Literal["id", "newest"]
ORDERS: tuple[Order, ...] = get_args(Order)

_IDS_A_READ: Final = 500
"""Ids in one query, far below what SQLite takes."""

EVERYONE: Final = None
"""Given as ``named``: a search may look at every applicant's name."""


@dataclass(frozen=True, slots=True)
class BrowsedLetter:
    """One line of the list. ``characters`` is the length of what was read, ``hidden`` how many places hid something.

    ``format`` and ``received`` are None for a letter that came in before they were kept.
    """

    key: int
    letter_id: str
    applicant: str | None
    language: str
    characters: int
    format: str | None
    received: str | None
    hidden: int


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One page; ``total`` counts the letters of all pages."""

    rows: tuple[BrowsedLetter, ...]
    total: int


def letter_page(
    connection: Connection,
    posting_id: int,
    *,
    search: str = "",
    offset: int = 0,
    limit: int = 25,
    order: Order = "id",
    named: Collection[int] | None = (),
) -> LetterPage:
    """Return a page of a posting's letters, by natural id or the newest first.

    ``search`` finds letters whose id holds it, then those that hold one of its words, the best first; a name is searched
    in the letters with the keys ``named`` alone. Raises StoreError for a page that can't be, StoreDamaged.
    """
    if offset < 0 or limit < 1:
        raise StoreError(
            f"a page needs offset >= 0 and limit >= 1, but got {offset} and {limit}; ask for the first"
        )
    keys = (
        _found(connection, posting_id, search, order, named)
        if search.strip()
        else _all(connection, posting_id, order)
    )
    return LetterPage(_rows(connection, keys[offset : offset + limit]), len(keys))


def keys_of_ids(connection: Connection, posting_id: int, letter_ids: Sequence[str]) -> dict[str, int]:
    """Return the keys of the letters under these ids; an id without a letter is left out."""
    found: dict[str, int] = {}
    for start in range(0, len(letter_ids), _IDS_A_READ):
        some = letter_ids[start : start + _IDS_A_READ]
        rows = connection.execute(
            select(letter.c.letter_id, letter.c.letter_key).where(
                letter.c.posting_id == posting_id, letter.c.letter_id.in_(some)
            )
        )
        found.update({row.letter_id: row.letter_key for row in rows})
    return found


def _all(connection: Connection, posting_id: int, order: Order) -> list[int]:
    if order == "newest":
        return _newest_first(connection, posting_id)
    rows = connection.execute(
        select(letter.c.letter_key, letter.c.letter_id).where(letter.c.posting_id == posting_id)
    )
    return [key for key, _ in sorted(rows, key=lambda row: natural_key(row[1]))]


def _newest_first(connection: Connection, posting_id: int) -> list[int]:
    rows = connection.execute(
        select(letter.c.letter_key)
        .join_from(letter, letter_intake, isouter=True)
        .where(letter.c.posting_id == posting_id)
        .order_by(letter_intake.c.received.desc().nulls_last(), letter.c.letter_key.desc())
    )
    return list(rows.scalars())


def _found(
    connection: Connection, posting_id: int, search: str, order: Order, named: Collection[int] | None
) -> list[int]:
    wanted = " ".join(search.split()).casefold()
    name = folded_name(search)
    allowed = None if named is None else set(named)
    rows = connection.execute(
        select(letter.c.letter_key, letter.c.letter_id, letter.c.applicant).where(
            letter.c.posting_id == posting_id
        )
    )
    called = {
        key
        for key, letter_id, applicant in rows
        if wanted in letter_id.casefold()
        or (name and applicant and (allowed is None or key in allowed) and name in folded_name(applicant))
    }
    first = [key for key in _all(connection, posting_id, order) if key in called] if called else []
    by_words = fulltext.rank_letters(connection, posting_id, search, None)
    return [*first, *(key for key, _ in by_words if key not in called)]


def _rows(connection: Connection, keys: Sequence[int]) -> tuple[BrowsedLetter, ...]:
    rows = connection.execute(
        select(
            letter.c.letter_key,
            letter.c.letter_id,
            letter.c.applicant,
            letter.c.language,
            func.length(letter.c.text).label("characters"),
            letter_intake.c.format,
            letter_intake.c.received,
        )
        .join_from(letter, letter_intake, isouter=True)
        .where(letter.c.letter_key.in_(keys))
    )
    hidden = read_hygiene(connection, keys)
    by_key = {
        row.letter_key: BrowsedLetter(
            row.letter_key,
            row.letter_id,
            row.applicant,
            row.language,
            row.characters,
            row.format,
            row.received,
            len(hidden.get(row.letter_key, ())),
        )
        for row in rows
    }
    return tuple(by_key[key] for key in keys)

"""Erasing people's letters, and the certificate that says what was removed.

Knows nothing about where the bytes are; the store's transaction does. A certificate holds numbers and hashes only: not
even the letter's id, which may be a file's name with a person's name in it.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ingestion.ledger_rows import read_head
from ingestion.migrations import MIGRATIONS
from ingestion.records import ErasureCount, StoreError
from ingestion.schema import letter, posting, store_state
from ingestion.standing import ids_by_file
from ingestion.store import Store

if TYPE_CHECKING:
    from pydantic import JsonValue

    from ingestion.letter import Letter

NOT_COVERED: Final = (
    "the files that the letter was read from",
    "exports and reports that were saved",
    "backups made before: `winnow restore` erases the letter from what it restores, but the backup keeps it",
    "copies of the store's folder",
)
"""What an erasure can't reach, in the certificate's words."""

NOTHING: Final = ErasureCount(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one erasure removed.

    ``letter_keys`` are internal numbers, never used again. ``removed`` counts rows. ``erased`` is ISO 8601 in UTC.
    ``store_version`` is the version of the store's tables, ``write`` the number of the write that erased.
    ``ledger_place`` and ``ledger_hash`` name the end of the ledger's chain after it: an entry that says the same.
    """

    letter_keys: tuple[int, ...]
    removed: ErasureCount
    erased: str
    store_version: int
    write: int
    ledger_place: int
    ledger_hash: str

    def as_json(self) -> dict[str, JsonValue]:
        """Return the certificate as JSON data; ``sha256`` is that of the rest."""
        body = self._body()
        return {**body, "sha256": _digest(body)}

    def _body(self) -> dict[str, JsonValue]:
        return {
            "schema": 1,
            "what": "erasure",
            "letter_keys": list(self.letter_keys),
            "removed": asdict(self.removed),
            "erased": self.erased,
            "store_version": self.store_version,
            "write": self.write,
            "ledger": {"place": self.ledger_place, "hash": self.ledger_hash},
            "not_covered": list(NOT_COVERED),
        }


def _digest(body: dict[str, JsonValue]) -> str:
    """SHA-256 over the JSON text with sorted keys, in ASCII, without blanks."""
    text = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def certificate_holds(data: dict[str, JsonValue]) -> bool:
    """Say whether a certificate's JSON is the one that was written."""
    return data.get("sha256") == _digest({name: value for name, value in data.items() if name != "sha256"})


def erase(store: Store, letter_keys: Sequence[int], *, lapsed: bool = False) -> Certificate:
    """Remove letters and all that hangs on them from every file of the store, in one transaction.

    ``lapsed``: their time was up, nobody asked. Returns once no file of the store holds a byte of them.

    Raises:
        StoreError: there is no such letter (nothing was erased then).
        StoreBusy: another writer is at work; or a reader keeps the old pages. In that case the letters are gone from the
            store, and the next write, or the next opening, cleans the files.
    """
    if not letter_keys:
        raise StoreError("an erasure needs a letter, but got none; name one")
    with store.writing() as tx:
        removed = sum((tx.erase_letter(key, lapsed=lapsed) for key in letter_keys), start=NOTHING)
        place, head = read_head(tx.connection)
        version = int(tx.connection.execute(select(store_state.c.version)).scalar_one()) + 1
    return Certificate(
        tuple(letter_keys),
        removed,
        datetime.now(UTC).isoformat(timespec="seconds"),
        len(MIGRATIONS),
        version,
        place,
        head,
    )


def letters_of_applicant(store: Store, name: str, posting_name: str | None = None) -> list[Letter]:
    """Return the letters under an applicant's name, in one posting or in all, by key.

    Case, accents, punctuation and the order "Doe, Jane" make no difference. Raises StoreError for a blank name or an
    unknown posting.
    """
    wanted = folded_name(name)
    if not wanted:
        raise StoreError(f"an applicant's name must hold a letter, but got {name!r}; write it out")
    chosen = select(letter.c.letter_key, letter.c.applicant).order_by(letter.c.letter_key)
    if posting_name is not None:
        chosen = chosen.where(letter.c.posting_id == store.posting_id(posting_name))
    with store.reading() as connection:
        keys = [key for key, given in connection.execute(chosen) if given and folded_name(given) == wanted]
    return [store.letter_by_key(key) for key in keys]


def letters_of_id(store: Store, letter_id: str, posting_name: str | None = None) -> list[Letter]:
    """Return the letters under an id, one a posting at most. Raises StoreError for an unknown posting.

    A letter that goes by its content is found by the path of its file too: whoever asks to be erased knows no other.
    """
    chosen = select(letter.c.letter_key).order_by(letter.c.letter_key)
    if posting_name is not None:
        chosen = chosen.where(letter.c.posting_id == store.posting_id(posting_name))
    with store.reading() as connection:
        keys = connection.execute(chosen.where(letter.c.letter_id == letter_id)).scalars().all()
        if not keys:
            names = [row.name for row in store.postings()] if posting_name is None else [posting_name]
            read = {name: ids_by_file(connection, name, [f"./{letter_id}"]).get(letter_id) for name in names}
            keys = [
                connection.execute(
                    select(letter.c.letter_key)
                    .join_from(letter, posting)
                    .where(posting.c.name == name, letter.c.letter_id == given)
                ).scalar_one()
                for name, given in read.items()
                if given is not None
            ]
    return [store.letter_by_key(key) for key in keys]


def folded_name(name: str) -> str:
    """Return a name in the form under which names are compared.

    >>> folded_name("  DÖE,  Jane ") == folded_name("Jane Doe")
    True
    """
    last, comma, first = name.partition(",")
    given = f"{first} {last}" if comma and "," not in first else name
    plain = "".join(c for c in unicodedata.normalize("NFKD", given) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain.casefold()).split()
    return " ".join(words)

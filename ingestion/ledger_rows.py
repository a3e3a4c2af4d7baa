"""The rows of the ledger: a chain of hashed entries, and the payloads that an erasure can take out of it.

Knows nothing about what an action means. Entries hold ids and hashes; words stand in payloads only, each under a salted
hash, so that a deleted payload leaves the chain whole and says nothing any more.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select

from ingestion.checksums import row_checksum
from ingestion.records import StoreDamaged, StoreError
from ingestion.schema import ledger_entry, ledger_payload, letter, letter_intake, screening
from ingestion.vectorrows import chunks

GENESIS: Final = "0" * 64
"""What the first entry names as the hash before it."""

ERASED: Final = "erased"
"""The action of an entry that says which payloads an erasure took."""

NOTE: Final = "note"
"""The action of an entry whose payload is a person's free text, under the JSON key ``text``."""

_SALT_BYTES = 32
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry of the chain. ``payload`` is JSON text, None once it was erased; ``created`` is ISO 8601 in UTC."""

    place: int
    created: str
    action: str
    screening_id: str | None
    letter_key: int | None
    payload_hash: str
    previous: str
    hash: str
    payload: str | None


def entry_hash(
    previous: str,
    place: int,
    created: str,
    action: str,
    screening_id: str | None,
    letter_key: int | None,
    payload_hash: str,
) -> str:
    """SHA-256 of an entry: over a JSON array in ASCII without blanks, so that no two entries read the same."""
    parts = [previous, place, created, action, screening_id, letter_key, payload_hash]
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"), default=lambda odd: {"odd": repr(odd)})
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def payload_hash_of(salt: str, payload: str) -> str:
    """SHA-256 of the salt, 64 hex digits, followed by the payload in UTF-8."""
    return hashlib.sha256(salt.encode() + payload.encode()).hexdigest()


def read_head(connection: Connection) -> tuple[int, str]:
    """Return place and hash of the last entry; (0, ``GENESIS``) where there is none."""
    row = connection.execute(
        select(ledger_entry.c.place, ledger_entry.c.hash).order_by(ledger_entry.c.place.desc()).limit(1)
    ).first()
    return (0, GENESIS) if row is None else (row.place, row.hash)


def append_entry(
    connection: Connection,
    action: str,
    payload: str,
    *,
    screening_id: str | None = None,
    letter_key: int | None = None,
) -> LedgerRow:
    """Add an entry behind the last one, inside the store's write transaction, and return it.

    The chain's head is read under the same write lock, so two writers can't fork the chain.

    Raises:
        StoreError: the payload is no text that can be kept as UTF-8.
    """
    place, previous = read_head(connection)
    place += 1
    created = datetime.now(UTC).isoformat(timespec="seconds")
    salt = secrets.token_hex(_SALT_BYTES)
    try:
        hashed = payload_hash_of(salt, payload)
    except UnicodeEncodeError as error:
        raise StoreError(
            f"a ledger's payload must be text in UTF-8, but holds {error.object[error.start]!r}; leave that character out"
        ) from error
    own = entry_hash(previous, place, created, action, screening_id, letter_key, hashed)
    connection.execute(
        insert(ledger_entry).values(
            place=place,
            created=created,
            action=action,
            screening_id=screening_id,
            letter_key=letter_key,
            payload_hash=hashed,
            previous=previous,
            hash=own,
        )
    )
    connection.execute(
        insert(ledger_payload).values(
            place=place, salt=salt, payload=payload, checksum=row_checksum(place, salt, payload)
        )
    )
    return LedgerRow(place, created, action, screening_id, letter_key, hashed, previous, own, payload)


def read_ledger(
    connection: Connection, screening_id: str | None = None, actions: Sequence[str] | None = None
) -> list[LedgerRow]:
    """Return the entries in the order they were made, of one screening or of all, of some actions or of all.

    Raises:
        StoreDamaged: an entry or a payload is not what its hash says.
    """
    chosen = rows_with_payload().order_by(ledger_entry.c.place)
    if screening_id is not None:
        chosen = chosen.where(ledger_entry.c.screening_id == screening_id)
    if actions is not None:
        chosen = chosen.where(ledger_entry.c.action.in_(actions))
    found: list[LedgerRow] = []
    for row in connection.execute(chosen):
        wrong = what_is_wrong(row)
        if wrong is not None:
            raise StoreDamaged(
                f"an entry of the ledger must match its hash, but {wrong}; `winnow ledger verify` names every such "
                "entry, a backup has it as it was"
            )
        found.append(row_of(row))
    return found


def letter_ids(connection: Connection, letter_keys: Sequence[int]) -> dict[int, str]:
    """Return the ids that people know letters by: key -> id, of those that still stand."""
    found: dict[int, str] = {}
    for some in chunks(letter_keys):
        rows = connection.execute(
            select(letter.c.letter_key, letter.c.letter_id).where(letter.c.letter_key.in_(some))
        )
        found.update({row.letter_key: row.letter_id for row in rows})
    return found


def rows_with_payload() -> Any:
    """Select entries with salt, payload and checksum, which are NULL where the payload was deleted."""
    return select(
        ledger_entry, ledger_payload.c.salt, ledger_payload.c.payload, ledger_payload.c.checksum
    ).join_from(ledger_entry, ledger_payload, isouter=True)


def row_of(row: Row[Any]) -> LedgerRow:
    """Return the entry of a row of ``rows_with_payload``."""
    return LedgerRow(
        row.place,
        row.created,
        row.action,
        row.screening_id,
        row.letter_key,
        row.payload_hash,
        row.previous,
        row.hash,
        row.payload,
    )


def what_is_wrong(row: Row[Any]) -> str | None:
    """Say what a row of ``rows_with_payload`` gets wrong about itself, None where it is sound.

    Looks at no other row: whether the chain holds is for who reads all of it.
    """
    own = entry_hash(
        row.previous, row.place, row.created, row.action, row.screening_id, row.letter_key, row.payload_hash
    )
    if own != row.hash:
        return f"entry {row.place} was changed: its hash is that of another content"
    if row.payload is None and row.salt is None and row.checksum is None:
        return None
    if not isinstance(row.salt, str) or not isinstance(row.payload, str) or len(row.salt) != 2 * _SALT_BYTES:
        return f"the payload of entry {row.place} was changed: it is no text with a salt"
    if payload_hash_of(row.salt, row.payload) != row.payload_hash:
        return f"the payload of entry {row.place} was changed: its hash is that of another content"
    if row_checksum(row.place, row.salt, row.payload) != row.checksum:
        return f"the checksum of the payload of entry {row.place} was changed"
    return None


# erasing


def forget_letter_in_ledger(connection: Connection, letter_key: int) -> int:
    """Delete the payloads that speak of a letter, record the erasure as an entry, and return how many payloads went.

    Call it while the letter's row still stands: its name is looked for in the notes about the other letters of its
    posting, and a note that names it goes too. Entries stay, with the letter's key, which is a number only.
    """
    own = select(ledger_entry.c.place).where(
        ledger_entry.c.letter_key == letter_key, ledger_entry.c.action != ERASED
    )
    places = set(connection.execute(own).scalars()) | _notes_that_name(connection, letter_key)
    return _forget(connection, places, letter_key=letter_key)


def forget_screening_in_ledger(connection: Connection, screening_id: str) -> int:
    """Delete every payload about a screening that leaves the store, record it as an entry, and return how many went."""
    own = select(ledger_entry.c.place).where(
        ledger_entry.c.screening_id == screening_id, ledger_entry.c.action != ERASED
    )
    return _forget(connection, set(connection.execute(own).scalars()), screening_id=screening_id)


def _forget(
    connection: Connection,
    places: set[int],
    *,
    screening_id: str | None = None,
    letter_key: int | None = None,
) -> int:
    gone: list[int] = []
    for some in chunks(sorted(places)):
        held = select(ledger_payload.c.place).where(ledger_payload.c.place.in_(some))
        gone += sorted(connection.execute(held).scalars())
        connection.execute(delete(ledger_payload).where(ledger_payload.c.place.in_(some)))
    if not gone and _said_already(connection, screening_id, letter_key):
        return 0
    append_entry(
        connection, ERASED, json.dumps({"payloads": gone}), screening_id=screening_id, letter_key=letter_key
    )
    return len(gone)


def _said_already(connection: Connection, screening_id: str | None, letter_key: int | None) -> bool:
    said = select(ledger_entry.c.place).where(
        ledger_entry.c.action == ERASED,
        ledger_entry.c.screening_id.is_not_distinct_from(screening_id),
        ledger_entry.c.letter_key.is_not_distinct_from(letter_key),
    )
    return connection.execute(said).first() is not None


def _notes_that_name(connection: Connection, letter_key: int) -> set[int]:
    """Places of the notes, in screenings of the letter's posting, that hold its applicant's name, address, id or file.

    The name is the one that the letter came with, and each that the letter gives itself (its signature, its heading).
    """
    one = connection.execute(
        select(
            letter.c.posting_id,
            letter.c.letter_id,
            letter.c.applicant,
            letter.c.text,
            letter.c.source,
            letter_intake.c.email,
            letter_intake.c.format,
        )
        .join_from(letter, letter_intake, isouter=True)
        .where(letter.c.letter_key == letter_key)
    ).first()
    if one is None:
        return set()
    notes = connection.execute(
        select(ledger_payload.c.place, ledger_payload.c.payload)
        .join_from(ledger_payload, ledger_entry)
        .join(screening, screening.c.screening_id == ledger_entry.c.screening_id)
        .where(ledger_entry.c.action == NOTE, screening.c.posting_id == one.posting_id)
    )
    from ingestion.blinding import names_of  # a store is opened without the word lists
    from ingestion.file_ids import id_as_read

    names = names_of(one.text, one.applicant)
    read_as = id_as_read(one.letter_id, one.source, one.format)
    whole = [text for text in (*names, one.email, one.letter_id, read_as) if text and not text.isdecimal()]
    return {place for place, payload in notes if _names(_text_of(payload), whole, " ".join(names))}


def _text_of(payload: str) -> str:
    try:
        return str(json.loads(payload)["text"])
    except (ValueError, TypeError, KeyError):
        return payload


def _names(text: str, whole: Sequence[str], applicant: str) -> bool:
    """Whether a text holds one of these strings in any case, or one word of the name as a name is written."""
    text = unicodedata.normalize("NFKC", text)
    for one in whole:
        words = unicodedata.normalize("NFKC", one).split()
        if words and re.search(_bounded(words), text, re.IGNORECASE):
            return True
    parts = {word.casefold() for word in re.findall(r"\w+", unicodedata.normalize("NFKC", applicant))}
    return any(
        word.casefold() in parts and len(word) >= _SHORTEST_NAME and not word[0].islower()
        for word in re.findall(r"\w+", text)
    )


def _bounded(words: Sequence[str]) -> str:
    """A pattern for these words as whole words; scripts without upper and lower case may stand without blanks."""
    first, last = words[0][0], words[-1][-1]
    before = r"(?<!\w)" if first.lower() != first.upper() else ""
    after = r"(?!\w)" if last.lower() != last.upper() else ""
    return before + r"\s+".join(re.escape(word) for word in words) + after

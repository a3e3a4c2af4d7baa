"""The erasure list: by what an erased person's letter is known again when a file or a backup brings it.

Holds keyed hashes and numbers only. Knows nothing about files, backups or how a letter is erased. What a letter leaves
here is stated in ``docs/storage.md``: its place (posting, file and id), its words, and the address it came from.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from ingestion.checksums import row_checksum
from ingestion.records import StoreDamaged
from ingestion.schema import erased_letter, erasure_key, letter, letter_intake, posting

Trace = Literal["place", "words", "address", "key"]
"""``place``: posting, file and id. ``words``: the text's words. ``address``: the sender's. ``key``: the internal key,
with posting and id; only a backup of the same store has that one."""
TRACES: Final[tuple[Trace, ...]] = get_args(Trace)

WORDS_AT_LEAST: Final = 20
"""Words from which a text is known by them; a shorter one could be anybody's."""

_KEY_BYTES = 32
_DAMAGED = "the erasure list must be what was written, but {what}; restore a backup, so that nobody who was erased comes back"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a letter that may have been erased; ``key`` is its internal key, None for one just read."""

    posting: str
    letter_id: str
    source: str
    text: str
    email: str | None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """One erased letter: the internal key it had, and when it was erased. Lists of two stores may use a key twice."""

    letter_key: int
    created: str


@dataclass(frozen=True, slots=True)
class ErasureList:
    """All that was erased and not readmitted, as of one moment. ``listed`` maps a hash to the letters it stands for."""

    keys: tuple[bytes, ...]
    listed: Mapping[str, tuple[Erased, ...]]

    def find(self, known: Known) -> tuple[Trace, tuple[Erased, ...]] | None:
        """Return by what a letter is known as erased, and as which ones; None where it is not."""
        if not self.listed:
            return None
        for trace, parts in traces_of(known).items():
            for key in self.keys:
                found = self.listed.get(_hash(key, trace, parts))
                if found is not None:
                    return trace, found
        return None


def traces_of(known: Known) -> dict[Trace, list[str | int]]:
    """Return what a letter is known by, in the order in which it is looked for."""
    from ingestion.duplicates import normalised
    from ingestion.raw_letter import origin_of

    # Without the row: rows move when others are added or taken out, the id stays.
    place = [known.posting, origin_of(known.source), known.letter_id]
    found: dict[Trace, list[str | int]] = {"place": list(place)}
    words = normalised(known.text)
    if words.count(" ") + 1 >= WORDS_AT_LEAST:
        found["words"] = [words]
    if known.email:
        found["address"] = [folded_address(known.email)]
    if known.key is not None:
        found["key"] = [known.key, known.posting, known.letter_id]
    return found


def folded_address(email: str) -> str:
    """Return an e-mail address in the form under which it is compared.

    >>> folded_address(" Jane@Example.ORG ")
    'jane@example.org'
    """
    return unicodedata.normalize("NFKC", email).strip().casefold()


def _hash(key: bytes, trace: Trace, parts: Sequence[str | int]) -> str:
    text = json.dumps([trace, *parts], ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def standing(connection: Connection, letter_keys: Sequence[int] | None = None) -> list[Known]:
    """Return what letters of the store would be known by, in the order of their keys: some, or all of them.

    A letter that goes by its content is known by the path that it was read from.
    """
    from ingestion.file_ids import id_as_read

    chosen = (
        select(
            posting.c.name,
            letter.c.letter_id,
            letter.c.source,
            letter.c.text,
            letter_intake.c.email,
            letter.c.letter_key,
            letter_intake.c.format,
        )
        .join_from(letter, posting)
        .join(letter_intake, letter_intake.c.letter_key == letter.c.letter_key, isouter=True)
        .order_by(letter.c.letter_key)
    )
    if letter_keys is not None:
        chosen = chosen.where(letter.c.letter_key.in_(letter_keys))
    return [
        Known(name, id_as_read(letter_id, source, form), source, text, email, key)
        for name, letter_id, source, text, email, key, form in connection.execute(chosen)
    ]


# the keys of the hashes


def make_erasure_key(connection: Connection) -> bytes:
    """Return the key that this store hashes with, made now if there is none."""
    keys = _read_keys(connection)
    if not keys:
        keys = (secrets.token_bytes(_KEY_BYTES),)
        connection.execute(insert(erasure_key).values(only_row=1, key=_written(keys)))
    return keys[0]


def _written(keys: Iterable[bytes]) -> str:
    """Write keys with a checksum each: a key that lost a bit would know nobody again."""
    return " ".join(f"{key.hex()}:{zlib.crc32(key):08x}" for key in keys)


def _read_keys(connection: Connection) -> tuple[bytes, ...]:
    row = connection.execute(select(erasure_key.c.key)).first()
    if row is None:
        if connection.execute(select(erased_letter.c.erased_id).limit(1)).first() is not None:
            raise StoreDamaged(_DAMAGED.format(what="the key of its hashes is gone"))
        return ()
    keys: list[bytes] = []
    for one in str(row.key).split(" "):
        text, _, checksum = one.partition(":")
        try:
            key = bytes.fromhex(text)
            sound = len(key) == _KEY_BYTES and int(checksum, 16) == zlib.crc32(key)
        except ValueError:
            sound, key = False, b""
        if not sound:
            raise StoreDamaged(_DAMAGED.format(what="the key of its hashes is another one"))
        keys.append(key)
    return tuple(keys)


# reading and writing the list


def read_erasure_list(connection: Connection) -> ErasureList:
    """Return the whole list. Raises StoreDamaged when a row, or the key, is not what was written.

    All of it, without an index: a damaged index would miss somebody without a sign.
    """
    listed: dict[str, tuple[Erased, ...]] = {}
    for row in connection.execute(select(erased_letter).order_by(erased_letter.c.erased_id)):
        if row_checksum(row.erased_id, row.letter_key, row.source_hash, row.created) != row.checksum:
            raise StoreDamaged(_DAMAGED.format(what=f"its row {row.erased_id} was changed"))
        listed[row.source_hash] = (
            *listed.get(row.source_hash, ()),
            Erased(row.letter_key, row.created),
        )
    return ErasureList(_read_keys(connection), listed)


def list_erased(connection: Connection, letter_key: int, *, lapsed: bool = False) -> int:
    """Put a letter that still stands on the list, and return how many hashes that took.

    ``lapsed``: erased because its time was up, not because its sender asked. Then the address is left out, so that the
    person can apply again. It is left out too where other letters came from the same address (a shared mailbox).
    """
    known = standing(connection, [letter_key])[0]
    if lapsed or (known.email and _shared(connection, known.email)):
        known = replace(known, email=None)
    key = make_erasure_key(connection)
    hashes = [_hash(key, trace, parts) for trace, parts in traces_of(known).items()]
    _add(connection, [(letter_key, one, _now()) for one in hashes])
    return len(hashes)


def _shared(connection: Connection, email: str) -> bool:
    same = func.lower(func.trim(letter_intake.c.email)) == email.strip().lower()
    count = select(func.count()).select_from(letter_intake).where(same)
    return connection.execute(count).scalar_one() > 1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _add(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Add (letter key, hash, created) rows. A row's checksum covers its number, which is known once it stands."""
    for letter_key, source_hash, created in rows:
        made = connection.execute(
            insert(erased_letter).values(
                letter_key=letter_key, source_hash=source_hash, created=created, checksum=0
            )
        ).inserted_primary_key
        assert made is not None
        connection.execute(
            update(erased_letter)
            .where(erased_letter.c.erased_id == made[0])
            .values(checksum=row_checksum(made[0], letter_key, source_hash, created))
        )


def readmit(connection: Connection, letters: Iterable[Erased]) -> int:
    """Take erased letters off the list, and return how many hashes that were."""
    return sum(
        connection.execute(
            delete(erased_letter).where(
                erased_letter.c.letter_key == one.letter_key, erased_letter.c.created == one.created
            )
        ).rowcount
        for one in set(letters)
    )


def carry_over(connection: Connection, other: Connection) -> int:
    """Add to the list in ``connection`` what stands on the one in ``other``; return how many hashes were new.

    The two may hash under different keys: then both keys are kept, and a letter is looked for under each.
    """
    theirs = read_erasure_list(other)
    mine = read_erasure_list(connection)
    keys = tuple(dict.fromkeys((*mine.keys, *theirs.keys)))
    if keys and keys != mine.keys:
        connection.execute(delete(erasure_key))
        connection.execute(insert(erasure_key).values(only_row=1, key=_written(keys)))
    rows = other.execute(select(erased_letter).order_by(erased_letter.c.erased_id)).all()
    new = [
        (row.letter_key, row.source_hash, row.created)
        for row in rows
        if Erased(row.letter_key, row.created) not in mine.listed.get(row.source_hash, ())
    ]
    _add(connection, new)
    return len(new)

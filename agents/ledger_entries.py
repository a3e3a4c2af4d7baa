"""Writes one person's action into the ledger, and reads a screening's entries back.

Knows the rules that every action keeps: who acted is named, words are text of a bounded length, and the letter is one
that can be decided on. Knows nothing about what the actions do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from agents.ledger_payloads import NoteRow, PayloadRow, payload_of
from agents.stored_screening import Entry, Header
from ingestion.ledger_rows import NOTE, LedgerRow, append_entry, letter_ids, read_ledger
from ingestion.records import StoreDamaged

if TYPE_CHECKING:
    from ingestion.store import Store, Transaction

NOTE_LIMIT: Final = 4000
"""Characters of a person's words about one action: two pages."""

ACTOR_LIMIT: Final = 320
"""Characters of an e-mail address (RFC 3696, erratum 1690), the longest name that a person acts under."""

ERASED_WORDS: Final = "erased"
"""What stands for words that were erased."""

Form = TypeVar("Form", bound=PayloadRow)


class LedgerError(ValueError):
    """An action that can't be recorded; the message says the rule, the value and the remedy."""


def checked_actor(actor: str) -> str:
    """Return the name that a person acts under. Raises LedgerError for a blank or an endless one."""
    name = _text("the name of who acts", actor)
    if not name or len(name) > ACTOR_LIMIT:
        raise LedgerError(
            f"who acts must be named in 1 to {ACTOR_LIMIT} characters, but the name has {len(name)}; give a login's "
            "e-mail address or a user's name"
        )
    return name


def own_words(what: str, text: str, *, needed: bool = False) -> str:
    """Return a person's words without blanks around them. Raises LedgerError: too long, or none where needed."""
    words = _text(what, text)
    if needed and not words:
        raise LedgerError(f"{what} must be given, but got {text!r}; say why in a few words")
    if len(words) > NOTE_LIMIT:
        raise LedgerError(f"{what} has at most {NOTE_LIMIT} characters, but got {len(words)}; shorten it")
    return words


def _text(what: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise LedgerError(
            f"{what} must be text, but holds half a character ({text[error.start]!a}); type it again"
        ) from error
    return text.strip()


def letter_to_decide(store: Store, screening_id: str, letter_id: str) -> tuple[int, Entry]:
    """Return a letter's key and its entry in a screening, if a person can act on it there.

    Raises:
        LedgerError: the screening is for comparison only, or does not hold the letter (any more).
        StoreError: there is no such screening.
    """
    stored = store.screening(screening_id)
    header = Header.model_validate_json(stored.header)
    if header.comparison_only:
        raise LedgerError(
            f"a decision needs findings, but screening {screening_id} is by --strategy {header.strategy}, which is for "
            "comparison only and has none; screen with --strategy evidence or labels, then decide"
        )
    letter = store.letter(stored.posting, letter_id)
    for entry in stored.entries:
        if letter is not None and entry.letter_key == letter.key:
            return letter.key, Entry.model_validate_json(entry.payload)
    raise LedgerError(
        f"a letter must be in the screening to be decided on, but {screening_id} has no letter {letter_id!r} (any more); "
        f"`winnow replay {screening_id}` lists its letters"
    )


def append(
    tx: Transaction,
    action: str,
    payload: PayloadRow,
    *,
    actor: str,
    screening_id: str | None,
    letter_key: int | None = None,
    words: str = "",
) -> LedgerRow:
    """Write an action into the ledger, with a person's words about it, if any, as an entry of their own."""
    connection = tx.changing()
    made = append_entry(
        connection, action, payload.model_dump_json(), screening_id=screening_id, letter_key=letter_key
    )
    if words:
        note = NoteRow(actor=actor, of=made.place, text=words)
        append_entry(
            connection, NOTE, note.model_dump_json(), screening_id=screening_id, letter_key=letter_key
        )
    return made


def entries_of(store: Store, screening_id: str | None) -> tuple[list[LedgerRow], dict[int, str]]:
    """Return a screening's entries (all entries for None), and the ids of those of their letters that still stand.

    Raises:
        StoreDamaged: an entry is not what was written.
    """
    with store.reading() as connection:
        rows = read_ledger(connection, screening_id)
        keys = sorted({row.letter_key for row in rows if row.letter_key is not None})
        return rows, letter_ids(connection, keys)


def notes_of(rows: Sequence[LedgerRow]) -> Mapping[int, str]:
    """Return people's words by the place of the entry that they are about.

    Words that were erased can't say what they were about: they follow the entry they belong to.
    """
    found: dict[int, str] = {}
    for before, row in zip([None, *rows], rows, strict=False):
        if row.action != NOTE:
            continue
        note = payload_of(row)
        if isinstance(note, NoteRow):
            found[note.of] = note.text
        elif before is not None:
            found[before.place] = ERASED_WORDS
    return found


def payload_as(row: LedgerRow, form: type[Form]) -> Form:
    """Return what an entry about a letter that still stands says.

    Raises:
        StoreDamaged: the payload is gone, though only an erasure of the letter could have taken it, or not sound.
    """
    payload = payload_of(row)
    if not isinstance(payload, form):
        raise StoreDamaged(
            f"the payload of entry {row.place} of the ledger must stand as long as its letter does, but it is gone; "
            "`winnow ledger verify` says more, a backup has it"
        )
    return payload

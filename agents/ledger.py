"""The ledger of what was done with a store's candidates: its history, and the one door to decisions and changes.

Decides nothing: each function that sets an action is a person's call, and names who made it. The program itself
records that a screening was stored (``screening_record.py``) and that somebody was erased, and no more.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.decisions import Decision, decide, decisions, withdraw
from agents.ledger_check import LedgerCheck, head_of, verify
from agents.ledger_entries import ERASED_WORDS, LedgerError, append, checked_actor, entries_of, own_words
from agents.ledger_payloads import (
    ACTIONS,
    DECISIONS,
    REASONS,
    ActorRow,
    ExportedRow,
    actor_of,
    payload_of,
    words_of,
)
from agents.overlay import Override, Reviewed, ReviewedLabel, ReviewedLetter, with_overrides
from agents.overriding import override_label, override_score, overrides, undo_override

if TYPE_CHECKING:
    from ingestion.store import Store

__all__ = [
    "ACTIONS",
    "DECISIONS",
    "ERASED_WORDS",
    "REASONS",
    "Decision",
    "LedgerCheck",
    "LedgerError",
    "LedgerLine",
    "Override",
    "Reviewed",
    "ReviewedLabel",
    "ReviewedLetter",
    "decide",
    "decisions",
    "head_of",
    "history",
    "note_export",
    "note_reveal",
    "override_label",
    "override_score",
    "overrides",
    "system_actor",
    "undo_override",
    "verify",
    "with_overrides",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One entry of the ledger. ``payload`` is what it says, in words; "erased" where that is gone (``erased`` is true).

    ``letter_id`` is None where no letter is spoken of, or where it was erased; ``actor`` is None where nobody acted, or
    where that was erased. ``created`` is ISO 8601 in UTC.
    """

    place: int
    created: str
    action: str
    screening_id: str | None
    letter_key: int | None
    letter_id: str | None
    actor: str | None
    payload: str
    erased: bool
    hash: str


def history(store: Store, screening_id: str | None = None) -> tuple[LedgerLine, ...]:
    """Return the entries in the order they were made, of one screening or of all.

    A screening's history leaves out what speaks of no screening: most erasures, and names looked at elsewhere.

    Raises:
        StoreError: there never was such a screening.
        StoreDamaged: an entry is not what was written.
    """
    rows, names = entries_of(store, screening_id)
    if screening_id is not None and not rows:
        store.screening(screening_id)
    lines: list[LedgerLine] = []
    for row in rows:
        payload = payload_of(row)
        lines.append(
            LedgerLine(
                place=row.place,
                created=row.created,
                action=row.action,
                screening_id=row.screening_id,
                letter_key=row.letter_key,
                letter_id=None if row.letter_key is None else names.get(row.letter_key),
                actor=actor_of(payload),
                payload=words_of(payload),
                erased=payload is None,
                hash=row.hash,
            )
        )
    return tuple(lines)


def note_reveal(store: Store, letter_key: int, *, screening_id: str | None = None, actor: str) -> None:
    """Record that a person looked at the name on a letter; call it before the name is shown.

    Raises:
        LedgerError: who looked is not named.
        StoreError: there is no such letter (any more), or no such screening.
    """
    row = ActorRow(actor=checked_actor(actor))
    with store.writing() as tx:
        store.letter_by_key(letter_key)
        if screening_id is not None:
            store.screening(screening_id)
        append(tx, "reveal_name", row, actor=row.actor, screening_id=screening_id, letter_key=letter_key)


def note_export(store: Store, screening_id: str, *, kind: str, letters: int, actor: str) -> None:
    """Record that a result left the store as a file of this kind ("csv"), with so many letters in it.

    Raises:
        LedgerError: who exported, or what, is not named.
        StoreError: there is no such screening.
    """
    what = own_words("the kind of an export", kind, needed=True)
    row = ExportedRow(actor=checked_actor(actor), format=what, letters=letters)
    with store.writing() as tx:
        store.screening(screening_id)
        append(tx, "exported", row, actor=row.actor, screening_id=screening_id)


def system_actor() -> str:
    """Return the name that the operating system knows this person by: who acts where no login is configured."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"

"""What people decide about candidates: advance, hold or reject, each with who decided and, where it is needed, why.

Decides nothing: nothing here acts without a person's call. Knows nothing about how a verdict came to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.ledger_entries import (
    LedgerError,
    append,
    checked_actor,
    entries_of,
    letter_to_decide,
    notes_of,
    own_words,
    payload_as,
)
from agents.ledger_payloads import DECISIONS, REASONS, ActorRow, DecidedRow

if TYPE_CHECKING:
    from ingestion.ledger_rows import LedgerRow
    from ingestion.store import Store


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a candidate. ``reason`` is a code of ``REASONS``, ``created`` is ISO 8601 in UTC.

    ``place`` is where it stands in the ledger; ``note`` is "erased" where it spoke of somebody who was erased since.
    """

    letter_key: int
    letter_id: str
    action: str
    reason: str | None
    note: str
    actor: str
    created: str
    place: int


def decide(
    store: Store,
    screening_id: str,
    letter_id: str,
    action: str,
    *,
    reason: str | None = None,
    note: str = "",
    actor: str,
) -> Decision:
    """Record what a person decided about a candidate; it stands until the next decision or ``withdraw``.

    Raises:
        LedgerError: the action, reason or note is not one that can be recorded, the letter is not in the screening, or
            the screening is for comparison only.
        StoreError: there is no such screening.
    """
    if action not in DECISIONS:
        raise LedgerError(f"a decision must be one of {', '.join(DECISIONS)}, but got {action!r}")
    _check_reason(action, reason)
    note = own_words("a note", note)
    if reason == "other" and not note:
        raise LedgerError("the reason 'other' needs a note that says which, but got none; add --note TEXT")
    row = DecidedRow(actor=checked_actor(actor), reason=reason)
    with store.writing() as tx:
        key, _ = letter_to_decide(store, screening_id, letter_id)
        made = append(tx, action, row, actor=row.actor, screening_id=screening_id, letter_key=key, words=note)
    return Decision(key, letter_id, action, reason, note, row.actor, made.created, made.place)


def withdraw(store: Store, screening_id: str, letter_id: str, *, note: str = "", actor: str) -> Decision:
    """Take back the decision that stands about a candidate, and return what was taken back.

    Raises:
        LedgerError: no decision stands, or as ``decide``.
    """
    row = ActorRow(actor=checked_actor(actor))
    note = own_words("a note", note)
    with store.writing() as tx:
        key, _ = letter_to_decide(store, screening_id, letter_id)
        standing = decisions(store, screening_id).get(letter_id)
        if standing is None:
            raise LedgerError(f"a decision must stand to be taken back, but none does on letter {letter_id}")
        append(tx, "withdraw", row, actor=row.actor, screening_id=screening_id, letter_key=key, words=note)
    return standing


def decisions(store: Store, screening_id: str) -> dict[str, Decision]:
    """Return the decision that stands on each letter: letter id -> decision. Erased letters have none.

    Raises:
        StoreDamaged: an entry is not what was written.
    """
    standing: dict[int, LedgerRow] = {}
    rows, names = entries_of(store, screening_id)
    for row in rows:
        if row.letter_key is None:
            continue
        if row.action in DECISIONS:
            standing[row.letter_key] = row
        elif row.action == "withdraw":
            standing.pop(row.letter_key, None)
    notes = notes_of(rows)
    found: dict[str, Decision] = {}
    for key, row in standing.items():
        if key not in names:
            continue
        payload = payload_as(row, DecidedRow)
        note = notes.get(row.place, "")
        found[names[key]] = Decision(
            key, names[key], row.action, payload.reason, note, payload.actor, row.created, row.place
        )
    return found


def _check_reason(action: str, reason: str | None) -> None:
    known = ", ".join(REASONS)
    if action == "reject" and reason is None:
        raise LedgerError(
            f"a rejection needs a reason that has to do with the job, but got none; give one of: {known}"
        )
    if action == "advance" and reason is not None:
        raise LedgerError(
            f"an advance takes no reason code, but got {reason!r}; say why in the note, if you want to"
        )
    if reason is not None and reason not in REASONS:
        raise LedgerError(f"a reason must be one of {known}, but got {reason!r}")

"""What the ledger keeps of a screening, so that a later change of a finding, a score or the order is seen.

Knows nothing about people's decisions. A letter's digest covers its stored entry, which holds a random number of its
own: once the letter is erased, nothing can be learned from the digest that stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.ledger_payloads import ScreenedRow, payload_of
from ingestion.ledger_rows import append_entry, read_ledger

if TYPE_CHECKING:
    from agents.verdict import Verdict
    from ingestion.records import StoredScreening
    from ingestion.store import Store, Transaction

_DIGEST_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Gap:
    """What erasures took out of a screening: places in the ranking, from 1, and how many letters that had none.

    ``named`` is the place of the letter that the screening named, if that is one of them.
    """

    ranks: tuple[int, ...]
    unjudged: int
    named: int | None


def record_screening(tx: Transaction, stored: StoredScreening, verdict: Verdict) -> None:
    """Write into the ledger that a screening was stored, in the transaction that stores it."""
    letters = _digests(stored, verdict)
    first = None
    if verdict.winner is not None:
        ids = [ranked.assessment.letter_id for ranked in verdict.ranking]
        first = ids.index(verdict.winner.letter_id) + 1
    row = ScreenedRow(
        fingerprint=_hash(json.dumps(verdict.pipeline, sort_keys=True)),
        header=_hash(stored.header),
        judged=len(verdict.ranking),
        first=first,
        letters=tuple(letters.values()),
    )
    append_entry(tx.changing(), "screened", row.model_dump_json(), screening_id=stored.screening_id)


def recorded(store: Store, screening_id: str) -> ScreenedRow | None:
    """Return what the ledger says of a screening, None where it was stored before there was a ledger.

    Raises:
        StoreDamaged: the entry is not what was written.
    """
    with store.reading() as connection:
        rows = read_ledger(connection, screening_id, ["screened"])
    found = payload_of(rows[0]) if rows else None
    return found if isinstance(found, ScreenedRow) else None


def gap_of(row: ScreenedRow, stored: StoredScreening, verdict: Verdict) -> Gap | None:
    """Return what was erased from a screening since; None where the rest is not what was recorded."""
    left = list(_digests(stored, verdict).values())
    missing: list[int] = []
    at = 0
    for place, digest in enumerate(row.letters, start=1):
        if at < len(left) and left[at] == digest:
            at += 1
        else:
            missing.append(place)
    if at < len(left):
        return None
    ranks = tuple(place for place in missing if place <= row.judged)
    return Gap(ranks, len(missing) - len(ranks), row.first if row.first in missing else None)


def changes_since(row: ScreenedRow, stored: StoredScreening, verdict: Verdict) -> list[str]:
    """Say what differs between a stored screening and its record; letters that are gone are no difference."""
    found: list[str] = []
    if _hash(stored.header) != row.header:
        found.append("what it was asked, or how it was made, is not what was recorded")
    if _hash(json.dumps(verdict.pipeline, sort_keys=True)) != row.fingerprint:
        found.append("its fingerprint is not what was recorded")
    known = set(row.letters)
    now = _digests(stored, verdict)
    names = {one.letter_key: one.letter_id for one in [r.assessment for r in verdict.ranking]}
    names |= {one.letter_key: one.letter_id for one in verdict.unjudged}
    other = [names[key] for key, digest in now.items() if digest not in known]
    if other:
        found.append(f"findings or score are not what was recorded for {_some(other)}")
    elif gap_of(row, stored, verdict) is None:
        found.append("the order of its letters is not what was recorded")
    return found


def _some(ids: Sequence[str], shown: int = 5) -> str:
    more = len(ids) - shown
    listed = ", ".join(ids[:shown]) + (f" and {more} more" if more > 0 else "")
    return f"letter {listed}" if len(ids) == 1 else f"letters {listed}"


def _digests(stored: StoredScreening, verdict: Verdict) -> dict[int, str]:
    """Letter key -> digest of its entry and its score: the ranking in its order, then the letters without a rank."""
    payloads = {entry.letter_key: entry.payload for entry in stored.entries}
    scores: dict[int, str | None] = {
        ranked.assessment.letter_key: f"{ranked.score:.1f}" for ranked in verdict.ranking
    }
    scores |= {one.letter_key: None for one in verdict.unjudged}
    return {key: _hash(json.dumps([payloads[key], score]))[:_DIGEST_DIGITS] for key, score in scores.items()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""Labels and scores that a person sees differently than the judge: recorded, taken back, and those that stand.

The judge's findings are never touched; ``overlay.py`` lays these changes over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from agents.ledger_payloads import LabelRow, ScoreRow, UndoneRow
from agents.overlay import Override, with_overrides
from agents.stored_screening import Entry, verdict_of
from agents.verdict import LABELS, Label

if TYPE_CHECKING:
    from ingestion.ledger_rows import LedgerRow
    from ingestion.store import Store


def override_label(
    store: Store,
    screening_id: str,
    letter_id: str,
    requirement_id: str,
    label: str,
    *,
    reason: str,
    actor: str,
) -> Override:
    """Record that a person sees a label differently. The judge's finding stays; the change is laid over it.

    Raises:
        LedgerError: no such label or requirement, no reason, the label stands already, the letter has no findings, or
            as ``decide``.
    """
    if label not in LABELS:
        raise LedgerError(f"a label must be one of {', '.join(LABELS)}, but got {label!r}")
    reason, actor = own_words("a reason", reason, needed=True), checked_actor(actor)
    with store.writing() as tx:
        key, entry = letter_to_decide(store, screening_id, letter_id)
        labels = _judged_labels(entry, letter_id)
        if requirement_id not in labels:
            raise LedgerError(
                f"a label belongs to a requirement of the screening ({', '.join(labels)}), but got {requirement_id!r}"
            )
        standing = _standing(store, screening_id).get((key, requirement_id))
        before = labels[requirement_id] if standing is None or standing.label is None else standing.label
        if before == label:
            raise LedgerError(
                f"a changed label must differ from the one that stands, but {requirement_id} of letter {letter_id} is "
                f"{label} already"
            )
        row = LabelRow.model_validate(
            {"actor": actor, "requirement_id": requirement_id, "before": before, "after": label}
        )
        made = append(
            tx,
            "override_label",
            row,
            actor=row.actor,
            screening_id=screening_id,
            letter_key=key,
            words=reason,
        )
    return Override(key, letter_id, requirement_id, row.after, None, reason, actor, made.created, made.place)


def override_score(
    store: Store, screening_id: str, letter_id: str, score: float, *, reason: str, actor: str
) -> Override:
    """Record that a person sees a score differently. The arithmetic stays; the change is laid over it.

    Raises:
        LedgerError: the score is not from 1 to 10 with one decimal, no reason, or as ``override_label``.
    """
    if not 1 <= score <= 10 or round(score, 1) != score:
        raise LedgerError(f"a score must be from 1 to 10 with at most one decimal, but got {score}")
    reason, actor = own_words("a reason", reason, needed=True), checked_actor(actor)
    with store.writing() as tx:
        key, entry = letter_to_decide(store, screening_id, letter_id)
        _judged_labels(entry, letter_id)
        before = _score_now(store, screening_id, key)
        if before == score:
            raise LedgerError(
                f"a changed score must differ from the one that stands, but letter {letter_id} has {score} already"
            )
        row = ScoreRow(actor=actor, before=before, after=score)
        made = append(
            tx,
            "override_score",
            row,
            actor=row.actor,
            screening_id=screening_id,
            letter_key=key,
            words=reason,
        )
    return Override(key, letter_id, None, None, score, reason, actor, made.created, made.place)


def _score_now(store: Store, screening_id: str, letter_key: int) -> float:
    """Return the score of one letter under the changes that stand; it depends on no other letter."""
    stored = store.screening(screening_id)
    alone = replace(stored, entries=tuple(one for one in stored.entries if one.letter_key == letter_key))
    return with_overrides(verdict_of(alone), overrides(store, screening_id)).ranking[0].score


def undo_override(
    store: Store, screening_id: str, letter_id: str, requirement_id: str | None = None, *, actor: str
) -> Override:
    """Take back a changed label, or the changed score where no requirement is named; return what was taken back.

    Raises:
        LedgerError: there is no such change, or as ``decide``.
    """
    row = UndoneRow(actor=checked_actor(actor), requirement_id=requirement_id)
    with store.writing() as tx:
        key, _ = letter_to_decide(store, screening_id, letter_id)
        standing = _standing(store, screening_id).get((key, requirement_id))
        if standing is None:
            what = "score" if requirement_id is None else f"label of {requirement_id}"
            raise LedgerError(
                f"a change must stand to be taken back, but the {what} of letter {letter_id} is the judge's own"
            )
        append(tx, "undo", row, actor=row.actor, screening_id=screening_id, letter_key=key)
    return standing


def overrides(store: Store, screening_id: str) -> tuple[Override, ...]:
    """Return the changes that stand, in the order they were made. Those of erased letters are gone.

    Raises:
        StoreDamaged: an entry is not what was written.
    """
    return tuple(sorted(_standing(store, screening_id).values(), key=lambda one: one.place))


def _standing(store: Store, screening_id: str) -> dict[tuple[int, str | None], Override]:
    rows, names = entries_of(store, screening_id)
    notes = notes_of(rows)
    found: dict[tuple[int, str | None], Override] = {}
    for row in rows:
        key = row.letter_key
        if key is None or key not in names:
            continue
        match row.action:
            case "override_label":
                change = payload_as(row, LabelRow)
                found[key, change.requirement_id] = _override(row, names[key], change, notes)
            case "override_score":
                found[key, None] = _override(row, names[key], payload_as(row, ScoreRow), notes)
            case "undo":
                found.pop((key, payload_as(row, UndoneRow).requirement_id), None)
            case _:
                pass
    return found


def _override(
    row: LedgerRow, letter_id: str, change: LabelRow | ScoreRow, notes: Mapping[int, str]
) -> Override:
    assert row.letter_key is not None
    return Override(
        letter_key=row.letter_key,
        letter_id=letter_id,
        requirement_id=change.requirement_id if isinstance(change, LabelRow) else None,
        label=change.after if isinstance(change, LabelRow) else None,
        score=change.after if isinstance(change, ScoreRow) else None,
        reason=notes.get(row.place, ""),
        actor=change.actor,
        created=row.created,
        place=row.place,
    )


def _judged_labels(entry: Entry, letter_id: str) -> dict[str, Label]:
    """Return the judge's labels of a letter. Raises LedgerError where it has none."""
    if entry.findings is None:
        raise LedgerError(
            f"labels and score can be changed where the judge gave some, but letter {letter_id} was not judged "
            f"({entry.unjudged}); decide on it without, or screen again"
        )
    return {finding.requirement_id: finding.label for finding in entry.findings}

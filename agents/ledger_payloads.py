"""What an entry of the ledger says: one form for each action, and the words for it.

Free text never stands in these: a person's own words are a payload of their own (``NoteRow``), because they may speak
of anyone and go when that person is erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.verdict import Label
from ingestion.ledger_rows import LedgerRow
from ingestion.records import StoreDamaged

REASONS: Final[dict[str, str]] = {
    "must_not_shown": "a must-have of this job is not shown",
    "must_contradicted": "what the letter says goes against a must-have of this job",
    "others_show_more": "other candidates show more of what this job asks for",
    "licence": "a licence or certificate that this job needs is missing or has run out",
    "work_permit": "no permit to work where this job is",
    "availability": "not available at the times or the place of this job",
    "pay": "the pay that is asked for and the pay of this job are too far apart",
    "another_job": "the letter is about another job",
    "repeated": "the same person's other letter is the one that counts",
    "candidate_withdrew": "the candidate withdrew",
    "closed": "the position is filled or was closed",
    "other": "another reason that has to do with this job: see the note",
}
"""Why a candidate may be held or rejected. Each has to do with the job; "other" needs a note."""

ACTIONS: Final[dict[str, str]] = {
    "screened": "a screening was stored",
    "advance": "a person advanced a candidate",
    "hold": "a person put a candidate on hold",
    "reject": "a person rejected a candidate",
    "withdraw": "a person took back a decision",
    "override_label": "a person changed a label",
    "override_score": "a person changed a score",
    "undo": "a person took back a changed label or score",
    "reveal_name": "a person looked at a name",
    "exported": "a result left the store as a file",
    "note": "a person's words about the entry before",
    "erased": "a letter or a screening was erased",
}
"""Every action of the ledger, in words."""

DECISIONS: Final = ("advance", "hold", "reject")
"""The actions that decide about a candidate. Only a person takes one."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScreenedRow(_Row):
    """What a screening was when it was stored, in hashes.

    ``letters`` holds one digest a letter, the judged ones (``judged`` of them) in ranking order, then the rest;
    ``first`` is the place in it, from 1, of the letter that was named.
    """

    fingerprint: str
    header: str
    judged: int
    first: int | None
    letters: tuple[str, ...]


class DecidedRow(_Row):
    """A decision: who took it, and the code of the reason."""

    actor: str
    reason: str | None


class ActorRow(_Row):
    """An action of which there is no more to say than who did it."""

    actor: str


class LabelRow(_Row):
    """A label that a person changed."""

    actor: str
    requirement_id: str
    before: Label
    after: Label


class ScoreRow(_Row):
    """A score that a person changed."""

    actor: str
    before: float
    after: float


class UndoneRow(_Row):
    """A changed label that was taken back; without a requirement, the changed score."""

    actor: str
    requirement_id: str | None


class ExportedRow(_Row):
    """A result that left as a file: in which format, with how many letters."""

    actor: str
    format: str
    letters: int


class NoteRow(_Row):
    """A person's own words about the entry at place ``of``."""

    actor: str
    of: int
    text: str


class ErasedRow(_Row):
    """The places of the payloads that an erasure took."""

    payloads: tuple[int, ...]


PayloadRow: TypeAlias = (
    ScreenedRow | DecidedRow | ActorRow | LabelRow | ScoreRow | UndoneRow | ExportedRow | NoteRow | ErasedRow
)

_FORMS: Final[dict[str, type[PayloadRow]]] = {
    "screened": ScreenedRow,
    "advance": DecidedRow,
    "hold": DecidedRow,
    "reject": DecidedRow,
    "withdraw": ActorRow,
    "override_label": LabelRow,
    "override_score": ScoreRow,
    "undo": UndoneRow,
    "reveal_name": ActorRow,
    "exported": ExportedRow,
    "note": NoteRow,
    "erased": ErasedRow,
}


def payload_of(row: LedgerRow) -> PayloadRow | None:
    """Return what an entry says, None where it was erased.

    Raises:
        StoreDamaged: the action is none of ``ACTIONS``, or the payload has another form than its action.
    """
    form = _FORMS.get(row.action)
    if form is None:
        raise StoreDamaged(
            f"an entry of the ledger must have one of the actions {', '.join(ACTIONS)}, but entry {row.place} has "
            f"{row.action!r}; use the newer program that wrote it, or restore a backup"
        )
    if row.payload is None:
        return None
    try:
        return form.model_validate_json(row.payload)
    except ValidationError as error:
        raise StoreDamaged(
            f"an entry of the ledger must say what its action says, but entry {row.place} ({row.action}) has another "
            "form; use the newer program that wrote it, or restore a backup"
        ) from error


def words_of(payload: PayloadRow | None, requirements: Mapping[str, str] | None = None) -> str:
    """Say a payload in words, "erased" where it is gone. ``requirements`` maps an id to its text."""
    named = requirements or {}
    match payload:
        case None:
            return "erased"
        case ScreenedRow():
            first = "nobody named" if payload.first is None else "one named"
            return f"{payload.judged} of {len(payload.letters)} letters judged, {first}"
        case DecidedRow():
            return "" if payload.reason is None else REASONS.get(payload.reason, payload.reason)
        case LabelRow():
            what = named.get(payload.requirement_id, payload.requirement_id)
            return f"{what}: {payload.before} to {payload.after}"
        case ScoreRow():
            return f"{payload.before:.1f} to {payload.after:.1f}"
        case UndoneRow():
            return "the score" if payload.requirement_id is None else payload.requirement_id
        case ExportedRow():
            return f"{payload.format}, {payload.letters} letters"
        case NoteRow():
            return payload.text
        case ErasedRow():
            return f"payloads taken out: {len(payload.payloads)}"
        case _:
            return ""


def actor_of(payload: PayloadRow | None) -> str | None:
    """Return who acted, None where that was erased or nobody did."""
    return getattr(payload, "actor", None)

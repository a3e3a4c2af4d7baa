"""How letters, screenings and embedders stand in rows, and the check that a row is sound.

Knows nothing about transactions. What reads a row here has verified its checksum.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, Select, select

from ingestion.checksums import row_checksum
from ingestion.letter import EmbedderIdentity, Letter, Mask, OffsetMap
from ingestion.records import LetterDraft, ScreeningEntry, StoreDamaged, StoredScreening
from ingestion.schema import letter, posting

_DAMAGED = "a stored row must match its checksum, but {what} does not; restore a backup, or {again}"


def letter_columns() -> Select[Any]:
    """Select the rows that ``letter_of`` reads."""
    return select(letter, posting.c.name).join_from(letter, posting)


def letter_values(draft: LetterDraft, posting_id: int) -> dict[str, str | int | None]:
    """Return the columns of a letter, without its key."""
    values: dict[str, str | int | None] = {
        "posting_id": posting_id,
        "letter_id": draft.letter_id,
        "applicant": draft.applicant,
        "text": draft.text,
        "judged_text": draft.judged_text,
        "offsets": _offsets_text(draft.offsets),
        "language": draft.language,
        "source": draft.source,
    }
    values["checksum"] = row_checksum(*values.values())
    return values


def letter_of(row: Row[Any]) -> Letter:
    """Return the letter of a row of ``letter_columns``. Raises StoreDamaged."""
    key, *values, checksum, posting_name = tuple(row)
    if row_checksum(*values) != checksum:
        raise StoreDamaged(
            _DAMAGED.format(
                what=f"letter {values[1]} of posting {posting_name}",
                again="ingest its file again with --replace",
            )
        )
    _posting_id, letter_id, applicant, text, judged_text, offsets, language, source = values
    return Letter(
        key=key,
        posting=posting_name,
        letter_id=letter_id,
        applicant=applicant,
        text=text,
        judged_text=judged_text,
        offsets=_offsets(offsets),
        language=language,
        source=source,
    )


def _offsets_text(offsets: OffsetMap) -> str:
    return json.dumps([[m.judged_start, m.judged_end, m.start, m.end, m.kind] for m in offsets.masks])


def _offsets(stored: str) -> OffsetMap:
    return OffsetMap() if stored == "[]" else OffsetMap(tuple(Mask(*mask) for mask in json.loads(stored)))


def embedder_values(identity: EmbedderIdentity, runtime: str) -> dict[str, str | int]:
    """Return the columns of an embedder, without its id."""
    return {
        "key": identity.key,
        "model": identity.model,
        "revision": identity.revision,
        "pooling": identity.pooling,
        "query_prefix": identity.query_prefix,
        "passage_prefix": identity.passage_prefix,
        "dimension": identity.dimension,
        "masking": identity.masking,
        "runtime": runtime,
    }


def embedder_of(row: Row[Any]) -> EmbedderIdentity:
    """Return the identity of a row of the table ``embedder``. Raises StoreDamaged."""
    identity = EmbedderIdentity(
        model=row.model,
        revision=row.revision,
        pooling=row.pooling,
        query_prefix=row.query_prefix,
        passage_prefix=row.passage_prefix,
        dimension=row.dimension,
        masking=row.masking,
    )
    if identity.key != row.key:
        raise StoreDamaged(_DAMAGED.format(what=f"embedder {row.model}", again="embed the letters again"))
    return identity


def screening_checksum(screening: StoredScreening, posting_id: int) -> int:
    """Checksum of a screening's own row."""
    return row_checksum(screening.screening_id, posting_id, screening.created, screening.header)


def entry_checksum(screening_id: str, place: int, entry: ScreeningEntry) -> int:
    """Checksum of what a screening says about one letter."""
    return row_checksum(screening_id, place, entry.letter_key, entry.payload)


def text_checksum(screening_id: str, kind: str, payload: str, created: str) -> int:
    """Checksum of a text that belongs to a screening."""
    return row_checksum(screening_id, kind, payload, created)


def damaged_screening(screening_id: str) -> StoreDamaged:
    """Return the error for a screening that is not what was stored."""
    return StoreDamaged(_DAMAGED.format(what=f"screening {screening_id}", again="screen again"))


def damaged_vector(letter_key: int) -> StoreDamaged:
    """Return the error for a vector that is not what was stored."""
    return StoreDamaged(
        _DAMAGED.format(
            what=f"a vector of the letter with key {letter_key}",
            again="ingest the letter again with --replace",
        )
    )

"""How a letter came in, and what was hidden in it, as rows: written, read back, and checked when read.

Knows nothing about formats, parsers or transactions: it is given a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from ingestion.checksums import row_checksum
from ingestion.records import StoreDamaged
from ingestion.schema import hygiene_finding, letter_intake
from ingestion.vectorrows import chunks


@dataclass(frozen=True, slots=True)
class Intake:
    """How one letter came in.

    ``received`` is ISO 8601 in UTC; ``format`` is "text", "table", "pdf", "docx" or "eml". ``name_guessed`` says that
    the applicant's name was read from the document or message; ``email`` and ``subject`` always are.
    """

    received: str
    format: str
    name_guessed: bool = False
    email: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class HygieneFinding:
    """Something hidden in a letter, and so kept out of its text: how, where, and how it begins."""

    kind: str
    place: str
    excerpt: str


def write_intake(connection: Connection, key: int, intake: Intake) -> None:
    """Say how the letter ``key`` came in; what was said before goes."""
    values = (intake.received, intake.format, intake.name_guessed, intake.email, intake.subject)
    connection.execute(delete(letter_intake).where(letter_intake.c.letter_key == key))
    connection.execute(
        insert(letter_intake).values(
            letter_key=key,
            received=intake.received,
            format=intake.format,
            name_guessed=intake.name_guessed,
            email=intake.email,
            subject=intake.subject,
            checksum=row_checksum(key, *values),
        )
    )


def read_intake(connection: Connection, keys: Sequence[int]) -> dict[int, Intake]:
    """Return how these letters came in, by key. Raises StoreDamaged."""
    found: dict[int, Intake] = {}
    for some in chunks(keys):
        for row in connection.execute(select(letter_intake).where(letter_intake.c.letter_key.in_(some))):
            key, *values, checksum = tuple(row)
            if row_checksum(key, *values) != checksum:
                raise _damaged("how the letter with key", key)
            found[key] = Intake(*values)
    return found


def write_hygiene(connection: Connection, key: int, findings: Sequence[HygieneFinding]) -> None:
    """Say what was hidden in the letter ``key``; what was said before goes."""
    connection.execute(delete(hygiene_finding).where(hygiene_finding.c.letter_key == key))
    if findings:
        connection.execute(
            insert(hygiene_finding),
            [
                {
                    "letter_key": key,
                    "kind": one.kind,
                    "place": one.place,
                    "excerpt": one.excerpt,
                    "checksum": row_checksum(key, one.kind, one.place, one.excerpt),
                }
                for one in findings
            ],
        )


def read_hygiene(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[HygieneFinding, ...]]:
    """Return what was hidden in these letters, by key, in the order found; letters without are left out.

    Raises StoreDamaged.
    """
    found: dict[int, tuple[HygieneFinding, ...]] = {}
    for some in chunks(keys):
        rows = connection.execute(
            select(hygiene_finding)
            .where(hygiene_finding.c.letter_key.in_(some))
            .order_by(hygiene_finding.c.finding_id)
        )
        for _, key, kind, place, excerpt, checksum in rows:
            if row_checksum(key, kind, place, excerpt) != checksum:
                raise _damaged("what was hidden in the letter with key", key)
            found[key] = (*found.get(key, ()), HygieneFinding(kind, place, excerpt))
    return found


def _damaged(what: str, key: int) -> StoreDamaged:
    return StoreDamaged(
        f"a stored row must match its checksum, but {what} {key} does not; restore a backup, "
        "or ingest its file again with --replace"
    )

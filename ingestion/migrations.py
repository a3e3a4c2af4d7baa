"""Brings a store's tables to the form this program reads, one numbered step at a time.

Knows nothing about what is stored. A step, once released, is never edited: a change is a new step
at the end of ``MIGRATIONS``, and the tables of ``schema.py`` follow.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from ingestion.checksums import row_checksum
from ingestion.records import StoreError

# SQLite's application_id, "WNNW": tells a store from any other SQLite file.
APPLICATION_ID = 0x574E4E57

_FIRST_TABLES = """
CREATE TABLE store_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1), version INTEGER NOT NULL, scrub_pending BOOLEAN NOT NULL);
INSERT INTO store_state VALUES (1, 0, 0);
CREATE TABLE posting (
  posting_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, blind BOOLEAN NOT NULL);
CREATE TABLE letter (
  letter_key INTEGER PRIMARY KEY AUTOINCREMENT,
  posting_id INTEGER NOT NULL REFERENCES posting (posting_id),
  letter_id TEXT NOT NULL, applicant TEXT, text TEXT NOT NULL, judged_text TEXT NOT NULL,
  offsets TEXT NOT NULL, language TEXT NOT NULL, source TEXT NOT NULL, checksum BIGINT NOT NULL,
  UNIQUE (posting_id, letter_id));
CREATE TABLE letter_band (
  posting_id INTEGER NOT NULL, place INTEGER NOT NULL, band BIGINT NOT NULL,
  letter_key INTEGER NOT NULL REFERENCES letter (letter_key) ON DELETE CASCADE,
  PRIMARY KEY (posting_id, place, band, letter_key)) WITHOUT ROWID;
CREATE INDEX letter_band_letter ON letter_band (letter_key);
CREATE TABLE duplicate_link (
  letter_key INTEGER NOT NULL REFERENCES letter (letter_key) ON DELETE CASCADE,
  of_key INTEGER NOT NULL REFERENCES letter (letter_key) ON DELETE CASCADE,
  similarity FLOAT NOT NULL, PRIMARY KEY (letter_key, of_key)) WITHOUT ROWID;
CREATE INDEX duplicate_link_of ON duplicate_link (of_key);
CREATE TABLE passage (
  passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
  letter_key INTEGER NOT NULL REFERENCES letter (letter_key),
  kind TEXT NOT NULL CHECK (kind IN ('passage', 'sentence')),
  span_start INTEGER NOT NULL, span_end INTEGER NOT NULL,
  UNIQUE (letter_key, kind, span_start, span_end));
CREATE TABLE embedder (
  embedder_id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, model TEXT NOT NULL,
  revision TEXT NOT NULL, pooling TEXT NOT NULL, query_prefix TEXT NOT NULL,
  passage_prefix TEXT NOT NULL, dimension INTEGER NOT NULL, masking TEXT NOT NULL, runtime TEXT NOT NULL);
CREATE TABLE deleted_vector (
  place INTEGER PRIMARY KEY AUTOINCREMENT, embedder_id INTEGER NOT NULL, vector_id INTEGER NOT NULL);
CREATE TABLE passage_vector (
  vector_id INTEGER PRIMARY KEY AUTOINCREMENT,
  embedder_id INTEGER NOT NULL REFERENCES embedder (embedder_id),
  posting_id INTEGER NOT NULL, letter_key INTEGER NOT NULL,
  passage_id INTEGER NOT NULL REFERENCES passage (passage_id),
  vector BLOB NOT NULL, checksum BIGINT NOT NULL, UNIQUE (passage_id, embedder_id));
CREATE TABLE sentence_vector (
  vector_id INTEGER PRIMARY KEY AUTOINCREMENT,
  embedder_id INTEGER NOT NULL REFERENCES embedder (embedder_id),
  posting_id INTEGER NOT NULL, letter_key INTEGER NOT NULL,
  passage_id INTEGER NOT NULL REFERENCES passage (passage_id),
  vector BLOB NOT NULL, checksum BIGINT NOT NULL, UNIQUE (passage_id, embedder_id));
CREATE TRIGGER passage_vector_deleted AFTER DELETE ON passage_vector BEGIN
  INSERT INTO deleted_vector (embedder_id, vector_id) VALUES (OLD.embedder_id, OLD.vector_id); END;
CREATE TABLE screening (
  screening_id TEXT PRIMARY KEY, posting_id INTEGER NOT NULL REFERENCES posting (posting_id),
  created TEXT NOT NULL, header TEXT NOT NULL, checksum BIGINT NOT NULL) WITHOUT ROWID;
CREATE INDEX screening_posting ON screening (posting_id);
CREATE TABLE screening_entry (
  screening_id TEXT NOT NULL REFERENCES screening (screening_id),
  place INTEGER NOT NULL, letter_key INTEGER NOT NULL REFERENCES letter (letter_key),
  payload TEXT NOT NULL, checksum BIGINT NOT NULL, PRIMARY KEY (screening_id, place));
CREATE INDEX screening_entry_letter ON screening_entry (letter_key);
"""

_TEXTS_OF_SCREENINGS = """
CREATE TABLE screening_text (
  text_id INTEGER PRIMARY KEY AUTOINCREMENT,
  screening_id TEXT NOT NULL REFERENCES screening (screening_id),
  kind TEXT NOT NULL, payload TEXT NOT NULL, created TEXT NOT NULL, checksum BIGINT NOT NULL);
CREATE INDEX screening_text_screening ON screening_text (screening_id, kind);
"""

# `letter_key` of the ledger and of the erasure list is no reference: both speak of letters that are gone.
_INTAKE_AND_LEDGER = """
CREATE TABLE letter_intake (
  letter_key INTEGER PRIMARY KEY REFERENCES letter (letter_key) ON DELETE CASCADE,
  received TEXT NOT NULL, format TEXT NOT NULL, name_guessed BOOLEAN NOT NULL,
  email TEXT, subject TEXT, checksum BIGINT NOT NULL);
CREATE TABLE hygiene_finding (
  finding_id INTEGER PRIMARY KEY AUTOINCREMENT,
  letter_key INTEGER NOT NULL REFERENCES letter (letter_key) ON DELETE CASCADE,
  kind TEXT NOT NULL, place TEXT NOT NULL, excerpt TEXT NOT NULL, checksum BIGINT NOT NULL);
CREATE INDEX hygiene_finding_letter ON hygiene_finding (letter_key);
CREATE TABLE ledger_entry (
  place INTEGER PRIMARY KEY AUTOINCREMENT, created TEXT NOT NULL, action TEXT NOT NULL,
  screening_id TEXT, letter_key INTEGER, payload_hash TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE);
CREATE INDEX ledger_entry_letter ON ledger_entry (letter_key);
CREATE INDEX ledger_entry_screening ON ledger_entry (screening_id);
CREATE TABLE ledger_payload (
  place INTEGER PRIMARY KEY REFERENCES ledger_entry (place),
  salt TEXT NOT NULL, payload TEXT NOT NULL, checksum BIGINT NOT NULL);
CREATE TABLE erased_letter (
  erased_id INTEGER PRIMARY KEY AUTOINCREMENT, letter_key INTEGER NOT NULL,
  source_hash TEXT NOT NULL, created TEXT NOT NULL, checksum BIGINT NOT NULL);
CREATE INDEX erased_letter_source ON erased_letter (source_hash);
CREATE TABLE erasure_key (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), key TEXT NOT NULL);
"""


def _first_tables(connection: Connection) -> None:
    for statement in _statements(_FIRST_TABLES):
        connection.exec_driver_sql(statement)


def _texts_of_screenings(connection: Connection) -> None:
    for statement in _statements(_TEXTS_OF_SCREENINGS):
        connection.exec_driver_sql(statement)


def _intake_and_ledger(connection: Connection) -> None:
    """Make the tables of the third version. Letters that stand already count as received now."""
    for statement in _statements(_INTAKE_AND_LEDGER):
        connection.exec_driver_sql(statement)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    keys = connection.exec_driver_sql("SELECT letter_key FROM letter ORDER BY letter_key").scalars().all()
    row = text("INSERT INTO letter_intake VALUES (:key, :received, 'text', 0, NULL, NULL, :checksum)")
    for key in keys:
        checksum = row_checksum(key, now, "text", False, None, None)
        connection.execute(row, {"key": key, "received": now, "checksum": checksum})


def _statements(script: str) -> list[str]:
    """Split a script at the semicolons that end a line, keeping a trigger's body whole."""
    found: list[str] = []
    piece = ""
    for line in script.strip().splitlines(keepends=True):
        piece += line
        inside_trigger = "CREATE TRIGGER" in piece and not piece.rstrip().endswith("END;")
        if line.rstrip().endswith(";") and not inside_trigger:
            found.append(piece.strip())
            piece = ""
    return found


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _first_tables,
    _texts_of_screenings,
    _intake_and_ledger,
)


def applied_version(connection: Connection) -> int:
    """Return the number of steps applied to this database; 0 for an empty one."""
    if (
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").first()
        is None
    ):
        return 0
    return int(connection.exec_driver_sql("SELECT max(version) FROM schema_version").scalar_one() or 0)


def check_version(connection: Connection, file: Path) -> bool:
    """Return whether steps are missing.

    Raises StoreError for a database that is no store, or one of a newer program.
    """
    application = int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())
    version = applied_version(connection)
    if version and application != APPLICATION_ID:
        raise StoreError(f"{file} is an SQLite database, but not a Winnow store; name another folder")
    if not version and connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is not None:
        raise StoreError(f"{file} is an SQLite database, but not a Winnow store; name another folder")
    if version > len(MIGRATIONS):
        raise StoreError(
            f"this program reads stores up to version {len(MIGRATIONS)}, but {file} has version "
            f"{version}; use the newer program that wrote it"
        )
    return version < len(MIGRATIONS)


def migrate(connection: Connection) -> None:
    """Apply the missing steps inside the transaction that ``connection`` is in."""
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied TEXT NOT NULL)"
    )
    done = applied_version(connection)
    for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
        step(connection)
        connection.execute(
            text("INSERT INTO schema_version VALUES (:version, :applied)"),
            {"version": number, "applied": datetime.now(UTC).isoformat(timespec="seconds")},
        )
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")

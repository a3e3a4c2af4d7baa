"""The tables of a store, as SQLAlchemy Core sees them.

Knows nothing about how they came to be (``migrations.py``) or what is asked of them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from ingestion.letter import PassageKind

tables: Final = MetaData()

schema_version = Table(
    "schema_version",
    tables,
    Column("version", Integer, primary_key=True),
    Column("applied", Text, nullable=False),
)

# One row. `version` counts committed writes. `scrub_pending` is set by the transaction that erases
# and cleared once no file holds an old copy, so that a crash between the two is made up for.
store_state = Table(
    "store_state",
    tables,
    Column("only_row", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("scrub_pending", Boolean, nullable=False),
)

posting = Table(
    "posting",
    tables,
    Column("posting_id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("blind", Boolean, nullable=False),
)

letter = Table(
    "letter",
    tables,
    Column("letter_key", Integer, primary_key=True),
    Column("posting_id", Integer, ForeignKey("posting.posting_id"), nullable=False),
    Column("letter_id", Text, nullable=False),
    Column("applicant", Text),
    Column("text", Text, nullable=False),
    Column("judged_text", Text, nullable=False),
    Column("offsets", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

letter_band = Table(
    "letter_band",
    tables,
    Column("posting_id", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("band", BigInteger, primary_key=True),
    Column("letter_key", Integer, ForeignKey("letter.letter_key"), primary_key=True),
)

duplicate_link = Table(
    "duplicate_link",
    tables,
    Column("letter_key", Integer, ForeignKey("letter.letter_key"), primary_key=True),
    Column("of_key", Integer, ForeignKey("letter.letter_key"), primary_key=True),
    Column("similarity", Float, nullable=False),
)

passage = Table(
    "passage",
    tables,
    Column("passage_id", Integer, primary_key=True),
    Column("letter_key", Integer, ForeignKey("letter.letter_key"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
)

embedder = Table(
    "embedder",
    tables,
    Column("embedder_id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("model", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("pooling", Text, nullable=False),
    Column("query_prefix", Text, nullable=False),
    Column("passage_prefix", Text, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("masking", Text, nullable=False),
    Column("runtime", Text, nullable=False),
)


def _vector_table(name: str) -> Table:
    return Table(
        name,
        tables,
        Column("vector_id", Integer, primary_key=True),
        Column("embedder_id", Integer, ForeignKey("embedder.embedder_id"), nullable=False),
        Column("posting_id", Integer, nullable=False),
        Column("letter_key", Integer, nullable=False),
        Column("passage_id", Integer, ForeignKey("passage.passage_id"), nullable=False),
        Column("vector", LargeBinary, nullable=False),
        Column("checksum", BigInteger, nullable=False),
    )


# Two tables, because they are read so differently: an opening reads every passage vector and no
# sentence's, a screening the sentences of its letters. In one table the first would read nine
# times as much as it needs.
passage_vector = _vector_table("passage_vector")
sentence_vector = _vector_table("sentence_vector")
VECTOR_TABLES: Final[dict[PassageKind, Table]] = {
    "passage": passage_vector,
    "sentence": sentence_vector,
}

# Filled by a trigger, so that no way of deleting can forget it: readers in other processes learn
# from it which vectors left their FAISS snapshot. Holds numbers only.
deleted_vector = Table(
    "deleted_vector",
    tables,
    Column("place", Integer, primary_key=True),
    Column("embedder_id", Integer, nullable=False),
    Column("vector_id", Integer, nullable=False),
)

screening = Table(
    "screening",
    tables,
    Column("screening_id", Text, primary_key=True),
    Column("posting_id", Integer, ForeignKey("posting.posting_id"), nullable=False),
    Column("created", Text, nullable=False),
    Column("header", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

screening_entry = Table(
    "screening_entry",
    tables,
    Column("screening_id", Text, ForeignKey("screening.screening_id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("letter_key", Integer, ForeignKey("letter.letter_key"), nullable=False),
    Column("payload", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

# Free text about a whole screening: what people asked and were told. It may speak of any letter of
# the screening, so erasing one letter deletes every text of its screenings.
screening_text = Table(
    "screening_text",
    tables,
    Column("text_id", Integer, primary_key=True),
    Column("screening_id", Text, ForeignKey("screening.screening_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

# How a letter came in: when (ISO 8601, UTC), as what ("pdf", "docx", "eml", "text", "table"), and what its document
# says of its sender. `name_guessed`: the applicant's name was read from the document, nobody gave it.
letter_intake = Table(
    "letter_intake",
    tables,
    Column("letter_key", Integer, ForeignKey("letter.letter_key"), primary_key=True),
    Column("received", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("name_guessed", Boolean, nullable=False),
    Column("email", Text),
    Column("subject", Text),
    Column("checksum", BigInteger, nullable=False),
)

# What was hidden in a letter, kept out of its text: where it stood, and how it begins.
hygiene_finding = Table(
    "hygiene_finding",
    tables,
    Column("finding_id", Integer, primary_key=True),
    Column("letter_key", Integer, ForeignKey("letter.letter_key"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

# The chain of what was done. It holds no words: `payload_hash` is a salted hash of the payload, a row of its own that
# an erasure deletes without breaking the chain. `letter_key` speaks of a letter that may be gone.
ledger_entry = Table(
    "ledger_entry",
    tables,
    Column("place", Integer, primary_key=True),
    Column("created", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("screening_id", Text),
    Column("letter_key", Integer),
    Column("payload_hash", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)

ledger_payload = Table(
    "ledger_payload",
    tables,
    Column("place", Integer, ForeignKey("ledger_entry.place"), primary_key=True),
    Column("salt", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

# Who was erased, in numbers: the internal key, and a keyed hash of the source id, so that the person is known again.
erased_letter = Table(
    "erased_letter",
    tables,
    Column("erased_id", Integer, primary_key=True),
    Column("letter_key", Integer, nullable=False),
    Column("source_hash", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

erasure_key = Table(
    "erasure_key",
    tables,
    Column("only_row", Integer, primary_key=True),
    Column("key", Text, nullable=False),
)

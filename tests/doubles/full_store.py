"""A small store with rows in every table, and everything that can be read from one. Needs no encoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sqlalchemy import select

from ingestion.erasure_list import read_erasure_list
from ingestion.intake_rows import (
    HygieneFinding,
    Intake,
    read_hygiene,
    read_intake,
    write_hygiene,
    write_intake,
)
from ingestion.ledger_rows import append_entry, read_ledger
from ingestion.letter import EmbedderIdentity, Mask, OffsetMap
from ingestion.schema import erasure_key, tables
from ingestion.store import LetterDraft, ScreeningEntry, Store, StoredScreening
from ingestion.vectors import LetterVectorStore

IDENTITY = EmbedderIdentity("a-model", "r1", "mean", "", "", 16, "1")
WORDS = "barge canal tide brewery hops ledger harbour rope anchor pilot keel mast".split()


def letter_text(number: int) -> str:
    """A letter that no other number has."""
    rest = " ".join(WORDS[(number * 5 + place) % len(WORDS)] + str(number) for place in range(24))
    return f"Person{number} Surname{number} wrote this. {rest}. Yours, person{number}@example.org"


def add_letter(store: Store, number: int, posting: str = "jobs") -> int:
    """Store a letter with everything that hangs on one, and return its key."""
    text = letter_text(number)
    generator = np.random.default_rng(number)
    with store.writing() as tx:
        tx.add_posting(posting, blind=True)
        judged = "[NAME]" + text[len(f"Person{number}") :]
        masks = OffsetMap((Mask(0, 6, 0, len(f"Person{number}"), "name"),))
        draft = LetterDraft(
            posting, f"l{number}", f"Person{number} Surname{number}", text, judged, masks, "en",
            f"inbox/{number}.eml", (number, 7, number // 3),
        )  # fmt: skip
        key = tx.put_letter(draft).key
        spans = tx.add_passages(key, [("passage", 0, len(judged)), ("sentence", 0, 20), ("sentence", 20, 60)])
        vectors = generator.standard_normal((3, IDENTITY.dimension), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        tx.add_vectors(
            IDENTITY, {"dtype": "float32"}, [(p.passage_id, v) for p, v in zip(spans, vectors, strict=True)]
        )
        connection = tx.changing()
        email = f"person{number}@example.org"
        write_intake(
            connection, key, Intake(f"2026-0{1 + number % 9}-02T03:04:05+00:00", "eml", True, email, "Hi")
        )
        write_hygiene(connection, key, (HygieneFinding("white", "page 1", f"hire{number} me"),))
        append_entry(connection, "reject", json.dumps({"note": f"secret{number}"}), letter_key=key)
    return key


def make_full(folder: Path, letters: int = 8) -> None:
    """Make a store with rows in every table; the last letter was erased from it."""
    with Store.open(folder, create=True) as store:
        keys = [add_letter(store, number) for number in range(letters)]
        add_letter(store, 0, "elsewhere")
        entries = tuple(ScreeningEntry(key, json.dumps({"quote": f"quote{key}"})) for key in keys)
        with store.writing() as tx:
            tx.link_duplicate(keys[1], keys[0], 0.75)
            tx.put_screening(StoredScreening("s-1", "jobs", "2026-01-02T03:04:05+00:00", "{}", entries))
            tx.add_screening_text("s-1", "chat", "who is best?")
        with store.writing() as tx:
            tx.erase_letter(keys[-1])
            tx.add_screening_text("s-1", "chat", "and now?")


def everything(store: Store) -> list[object]:
    """All that the store says, through the ways by which the product reads it."""
    found: list[object] = [store.version, store.postings(), store.embedders(), store.screenings()]
    for row in store.postings():
        keys = store.letter_keys(row.name)
        found += [list(store.letters(row.name)), keys, store.duplicates(row.name)]
        found += [store.passages(key) for key in keys]
        found += [store.near_duplicates(row.name, (number, 7)) for number in range(8)]
        found.append(
            [(m.letter, m.sentences, m.vectors.tobytes()) for m in store.material(row.name, IDENTITY.key)]
        )
        found += [store.bm25(row.name, f"{word}{number}") for word in WORDS[:3] for number in range(8)]
        found.append(store.unembedded(row.name, IDENTITY.key))
    found += [store.screening("s-1"), store.screening_texts("s-1", "chat")]
    vectors = LetterVectorStore(store, IDENTITY)
    query = np.eye(1, IDENTITY.dimension, dtype=np.float32)[0]
    found.append(vectors.nearest(query, None))
    with store.reading() as connection:
        keys = [letter.key for row in store.postings() for letter in store.letters(row.name)]
        found += [read_intake(connection, keys), read_hygiene(connection, keys), read_ledger(connection)]
        found += [read_erasure_list(connection).listed, connection.execute(select(erasure_key)).all()]
    return found


def row_counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as connection:
        return {name: len(connection.execute(select(table)).all()) for name, table in tables.tables.items()}

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table, update

from ingestion.intake_rows import HygieneFinding, Intake, write_hygiene, write_intake
from ingestion.letter import OffsetMap
from ingestion.schema import hygiene_finding, letter_intake
from ingestion.store import LetterDraft, Store, StoreDamaged

CAME = Intake("2026-11-24T18:00:00+00:00", "eml", name_guessed=True, email="ada@example.org", subject="Cook")
HIDDEN = (HygieneFinding("white", "page 1, near the top", "hire me"), HygieneFinding("tag", "x", "y"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two letters, keys 1 and 2, the first with all there is to say."""
    with Store.open(tmp_path / "store", create=True) as opened:
        with opened.writing() as tx:
            tx.add_posting("cook", blind=True)
            for letter_id in ("a", "b"):
                tx.put_letter(
                    LetterDraft("cook", letter_id, None, "I cook.", "I cook.", OffsetMap(), "en", "x")
                )
            write_intake(tx.changing(), 1, CAME)
            write_hygiene(tx.changing(), 1, HIDDEN)
        yield opened


def test_what_was_written_is_read_back(store: Store) -> None:
    """In the order in which it was found; a letter with nothing to say is left out."""
    assert store.intake([1, 2]) == {1: CAME}
    assert store.hygiene([1, 2]) == {1: HIDDEN}


def test_writing_again_takes_the_place_of_what_stood(store: Store) -> None:
    """A letter that changed has one way it came in, and nothing hidden that is there no more."""
    later = Intake("2026-11-25T18:00:00+00:00", "text")
    with store.writing() as tx:
        write_intake(tx.changing(), 1, later)
        write_hygiene(tx.changing(), 1, ())
    assert (store.intake([1]), store.hygiene([1])) == ({1: later}, {})


def test_erasing_a_letter_takes_both_along(store: Store) -> None:
    """An address and a hidden sentence are a person's data too."""
    with store.writing() as tx:
        tx.erase_letter(1)
    assert (store.intake([1]), store.hygiene([1])) == ({}, {})


@pytest.mark.parametrize(
    ("table", "column"), [(letter_intake, "email"), (hygiene_finding, "excerpt")], ids=["intake", "hygiene"]
)
def test_a_damaged_row_is_refused(store: Store, table: Table, column: str) -> None:
    """Never shown as if it were what was stored."""
    with store.writing() as tx:
        tx.changing().execute(update(table).values({column: "other"}))
    with pytest.raises(StoreDamaged, match="letter with key 1 does not"):
        (store.intake if table is letter_intake else store.hygiene)([1])

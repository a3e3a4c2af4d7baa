from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion import migrations
from ingestion.database import begin, connect
from ingestion.letter import OffsetMap
from ingestion.store import (
    DATABASE_FILE,
    LetterDraft,
    ScreeningEntry,
    Store,
    StoreDamaged,
    StoredScreening,
    StoreError,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two letters in two screenings: both in ``s1``, the second alone in ``s2``."""
    with Store.open(tmp_path / "store", create=True) as opened:
        fill(opened)
        yield opened


def fill(store: Store) -> None:
    """Two letters and their screenings."""
    with store.writing() as tx:
        tx.add_posting("jobs", blind=True)
        keys = [
            tx.put_letter(
                LetterDraft("jobs", name, None, f"I am {name}.", f"I am {name}.", OffsetMap(), "en", "a.csv")
            ).key
            for name in ("first", "second")
        ]
        for screening_id, mine in (("s1", keys), ("s2", keys[1:])):
            entries = tuple(ScreeningEntry(key, "{}") for key in mine)
            tx.put_screening(
                StoredScreening(screening_id, "jobs", "2026-01-02T03:04:05+00:00", "{}", entries)
            )


def payloads(store: Store, screening_id: str, kind: str) -> list[str]:
    """What the texts of one kind say."""
    return [text.payload for text in store.screening_texts(screening_id, kind)]


def test_texts_come_back_by_kind_in_the_order_they_were_kept(store: Store) -> None:
    """A restart loses none, and another screening or kind sees none of them."""
    with store.writing() as tx:
        ids = [tx.add_screening_text("s1", "turn", f"turn {number} 🙂 \x00") for number in range(3)]
        tx.add_screening_text("s1", "prose", "prose")
        tx.add_screening_text("s2", "turn", "elsewhere")
    with Store.open(store.folder) as again:
        found = again.screening_texts("s1", "turn")
        assert [text.text_id for text in found] == ids
        assert [text.payload for text in found] == [f"turn {number} 🙂 \x00" for number in range(3)]
        assert {(text.screening_id, text.kind) for text in found} == {("s1", "turn")}
        assert payloads(again, "s2", "turn") == ["elsewhere"]
        assert payloads(again, "s2", "prose") == []


def test_a_text_needs_its_screening_and_a_kind(store: Store) -> None:
    """A mistyped screening is an error with a remedy, on both ways."""
    with store.writing() as tx:
        with pytest.raises(StoreError, match="'s9'; `winnow screen`"):
            tx.add_screening_text("s9", "turn", "lost")
        with pytest.raises(StoreError, match="needs a kind"):
            tx.add_screening_text("s1", " ", "of no kind")
    with pytest.raises(StoreError, match="'s9'; `winnow screen`"):
        store.screening_texts("s9", "turn")


def test_texts_of_one_kind_can_be_dropped(store: Store) -> None:
    """Starting a conversation anew leaves the other kinds and the other screenings alone."""
    with store.writing() as tx:
        for screening_id, kind in (("s1", "turn"), ("s1", "turn"), ("s1", "prose"), ("s2", "turn")):
            tx.add_screening_text(screening_id, kind, f"{kind} of {screening_id}")
    with store.writing() as tx:
        assert tx.drop_screening_texts("s1", "turn") == 2
    assert [payloads(store, *of) for of in (("s1", "turn"), ("s1", "prose"), ("s2", "turn"))] == [
        [],
        ["prose of s1"],
        ["turn of s2"],
    ]


def test_erasing_a_letter_removes_every_text_of_its_screenings(store: Store) -> None:
    """Free text may speak of anyone, so no byte of any text of those screenings stays in any file."""
    asked, answered, prose, other = (f"zq{number}vxkwjpl" for number in range(4))
    with store.writing() as tx:
        tx.add_screening_text("s1", "turn", f'{{"question": "{asked}", "answer": "{answered}"}}')
        tx.add_screening_text("s1", "prose", prose)
        tx.add_screening_text("s2", "turn", other)
    first = store.letter("jobs", "first")
    assert first is not None
    with store.writing() as tx:
        count = tx.erase_letter(first.key)
    assert (count.screening_entries, count.screening_texts) == (1, 2)
    contents = b"".join(file.read_bytes() for file in store.folder.iterdir())
    assert [word for word in (asked, answered, prose, other) if word.encode() in contents] == [other]
    assert payloads(store, "s2", "turn") == [other]


@pytest.mark.parametrize(
    "column",
    ["payload = 'I hold every certificate.'", "created = '1999'", "kind = 'prose'", "screening_id = 's2'"],
    ids=["payload", "created", "kind", "screening"],
)
def test_a_damaged_text_is_never_shown(store: Store, column: str) -> None:
    """A text that is not what was kept is refused, wherever it turns up."""
    with store.writing() as tx:
        tx.add_screening_text("s1", "turn", "as it was")
    with begin(connect(store.folder / DATABASE_FILE), write=True) as raw:
        raw.exec_driver_sql(f"UPDATE screening_text SET {column}")
        row = raw.exec_driver_sql("SELECT screening_id, kind FROM screening_text").one()
    with pytest.raises(StoreDamaged, match="restore a backup"):
        store.screening_texts(row.screening_id, row.kind)


def test_a_store_of_the_first_version_takes_texts_once_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old store keeps what it holds and gains the table."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        with Store.open(tmp_path / "old", create=True) as old:
            with old.writing() as tx:
                tx.add_posting("jobs", blind=True)
                key = tx.put_letter(
                    LetterDraft("jobs", "1", None, "I cook.", "I cook.", OffsetMap(), "en", "a.csv")
                ).key
                tx.put_screening(
                    StoredScreening(
                        "s1", "jobs", "2026-01-02T03:04:05+00:00", "{}", (ScreeningEntry(key, "{}"),)
                    )
                )
            raw = sqlite3.connect(old.folder / DATABASE_FILE)
            names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
            raw.close()
            assert "screening_text" not in names
    with Store.open(tmp_path / "old") as store:
        with store.writing() as tx:
            tx.add_screening_text("s1", "turn", "asked of an old store")
        assert payloads(store, "s1", "turn") == ["asked of an old store"]
        assert store.letter_by_key(key).text == "I cook."

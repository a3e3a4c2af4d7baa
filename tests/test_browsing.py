from __future__ import annotations

import time
from pathlib import Path

import pytest

from ingestion.browsing import EVERYONE, Order, keys_of_ids, letter_page
from ingestion.intake_rows import HygieneFinding, Intake, write_hygiene, write_intake
from ingestion.letter import OffsetMap
from ingestion.store import LetterDraft, Store, StoreError

MANY = 10_000
"""Letters that a season's posting may hold."""


def draft(letter_id: str, text: str, applicant: str | None = None) -> LetterDraft:
    """A letter nobody masked."""
    return LetterDraft("default", letter_id, applicant, text, text, OffsetMap(), "en", f"letters/{letter_id}")


@pytest.fixture
def three(tmp_path: Path) -> Store:
    """Letters 2, 10 and a note, the note received last and with something hidden in it."""
    store = Store.open(tmp_path / "store", create=True)
    with store.writing() as tx:
        tx.add_posting("default", blind=True)
        drafted = [
            tx.put_letter(draft("10", "I bake bread.", "Ada Byrne")),
            tx.put_letter(draft("2", "I fly planes.", "Bo Roe")),
            tx.put_letter(draft("note.txt", "I bake and fly.")),
        ]
        keys = [letter.key for letter in drafted]
        for day, key in zip((2, 1, 3), keys, strict=True):
            write_intake(tx.changing(), key, Intake(f"2026-11-0{day}T08:00:00+00:00", "text"))
        write_hygiene(tx.changing(), keys[2], [HygieneFinding("white text", "page 1", "hire me")])
    return store


def ids(store: Store, search: str = "", order: Order = "id", named: tuple[int, ...] | None = ()) -> list[str]:
    """The ids of the first page."""
    with store.reading() as connection:
        found = letter_page(connection, store.posting_id("default"), search=search, order=order, named=named)
    return [row.letter_id for row in found.rows]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("id", ["2", "10", "note.txt"]), ("newest", ["note.txt", "10", "2"])],
    ids=["as people count", "the newest first"],
)
def test_letters_stand_in_the_order_asked_for(three: Store, order: Order, expected: list[str]) -> None:
    """Ids sort as people count; the newest letter is the one that was received last."""
    assert ids(three, order=order) == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [("bread", ["10"]), ("NOTE", ["note.txt"]), ("zeppelin", []), ("%", []), ("10 bread", ["10"])],
    ids=["a word", "a part of an id", "nothing", "a wildcard is a character", "words and numbers"],
)
def test_a_search_finds_ids_and_words(three: Store, search: str, expected: list[str]) -> None:
    """What is typed is looked for in the ids and in the words of the letters, and is never a pattern."""
    assert ids(three, search) == expected


def test_a_letter_that_both_finds_stands_once(three: Store) -> None:
    """An id and a word that name the same letter give one row."""
    assert ids(three, "note") == ["note.txt"]
    assert sorted(ids(three, "fly")) == ["2", "note.txt"]


def test_a_name_is_found_only_where_it_may_be(three: Store) -> None:
    """Who may not see a name can't find out by searching for it."""
    with three.reading() as connection:
        key = keys_of_ids(connection, three.posting_id("default"), ["10", "nobody"])
    assert list(key) == ["10"]
    assert ids(three, "ada byrne") == []
    assert ids(three, "byrne, ada", named=(key["10"],)) == ["10"]
    assert ids(three, "roe", named=(key["10"],)) == []
    assert ids(three, "roe", named=EVERYONE) == ["2"]


def test_a_row_says_how_a_letter_came_in(three: Store) -> None:
    """Format, day and hidden places stand in the list, so that nobody opens a letter to see them."""
    with three.reading() as connection:
        row = letter_page(connection, three.posting_id("default"), order="newest").rows[0]
    assert (row.format, row.received, row.hidden, row.characters) == (
        "text",
        "2026-11-03T08:00:00+00:00",
        1,
        15,
    )


def test_a_page_that_cannot_be_is_refused(three: Store) -> None:
    """A page before the first one is a mistake of the caller."""
    with three.reading() as connection, pytest.raises(StoreError, match="offset >= 0"):
        letter_page(connection, 1, offset=-1)


def test_ten_thousand_letters_are_paged_quickly(tmp_path: Path) -> None:
    """The last page of 10,000 letters, and a search in them, take well under a second."""
    with Store.open(tmp_path / "store", create=True) as store:
        with store.writing() as tx:
            tx.add_posting("default", blind=True)
            for number in range(MANY):
                tx.put_letter(
                    draft(str(number), f"I bake bread number {number % 97} and more.", f"Person {number}")
                )
        posting_id = store.posting_id("default")
        began = time.perf_counter()
        with store.reading() as connection:
            last = letter_page(connection, posting_id, offset=MANY - 25)
            words = letter_page(connection, posting_id, search="bread", named=EVERYONE)
        took = time.perf_counter() - began
    assert [row.letter_id for row in last.rows] == [str(number) for number in range(MANY - 25, MANY)]
    assert (words.total, len(words.rows)) == (MANY, 25)
    assert took < 3

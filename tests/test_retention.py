"""Keeping letters no longer than told: what is listed, what is erased, and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from full_store import add_letter, letter_text, make_full
from sqlalchemy import update

from ingestion.intake_rows import Intake, write_intake
from ingestion.ledger_rows import read_ledger
from ingestion.retention import RetentionError, erase_overdue, overdue, parse_keep
from ingestion.schema import letter_intake
from ingestion.store import ScreeningEntry, Store, StoreDamaged, StoredScreening

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Letters l0 to l6 of jobs, each dated the second day of a month from January on, and l0 of elsewhere."""
    make_full(tmp_path / "store")
    with Store.open(tmp_path / "store") as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "days"),
    [("1d", 1), ("180d", 180), (" 26W ", 182), ("6m", 180), ("2y", 730), ("100y", 36_500)],
    ids=str,
)
def test_a_time_to_keep_is_a_number_and_a_unit(text: str, days: int) -> None:
    """Days, weeks of 7, months of 30, years of 365 days."""
    assert parse_keep(text) == timedelta(days=days)


@pytest.mark.parametrize(
    "text", ["0d", "0", "180", "-3d", "d", "", "1.5y", "101y", "9999999d", "180 days", "1h", "٣d"], ids=repr
)
def test_anything_else_is_refused_with_the_remedy(text: str) -> None:
    """A slip must not erase everybody."""
    with pytest.raises(RetentionError, match="write it as 180d"):
        parse_keep(text)


def test_what_is_older_is_listed_oldest_first_and_nothing_is_changed(store: Store) -> None:
    """With its age in days; the limit itself is kept."""
    before = store.version
    due = overdue(store, NOW - datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC), now=NOW)
    assert [(one.posting, one.letter_id, one.days) for one in due.letters] == [
        ("jobs", "l0", 302),
        ("elsewhere", "l0", 302),
        ("jobs", "l1", 271),
    ]
    assert (due.undated, due.screenings, store.version) == (0, (), before)
    assert [one.letter_id for one in overdue(store, timedelta(1), "elsewhere", now=NOW).letters] == ["l0"]


def test_erasing_what_is_due_takes_all_of_it_and_nothing_else(store: Store) -> None:
    """The letters, the screenings that hold no others, and what the ledger said of both."""
    keys = store.letter_keys("jobs")
    with store.writing() as tx:
        early = tuple(ScreeningEntry(key, "{}") for key in keys[:2])
        tx.put_screening(
            StoredScreening("s-early", "jobs", "2026-01-09T00:00:00+00:00", '{"job": "x"}', early)
        )
        tx.add_screening_text("s-early", "chat", "what of them?")
    due = overdue(store, NOW - datetime(2026, 3, 1, tzinfo=UTC), "jobs", now=NOW)
    assert due.screenings == ("s-early",)
    removed, screenings = erase_overdue(store, due)
    assert (removed.letters, removed.ledger_payloads, screenings) == (2, 2, 1)
    assert store.letter_keys("jobs") == keys[2:]
    assert [one.screening_id for one in store.screenings()] == ["s-1"]
    contents = [file.read_bytes() for file in store.folder.iterdir() if file.is_file()]
    for number in (1,):
        assert not any(f"person{number}@example.org".encode() in content for content in contents)
        assert not any(letter_text(number)[20:50].encode() in content for content in contents)
    with store.reading() as connection:
        left = [row.letter_key for row in read_ledger(connection) if row.action == "reject" and row.payload]
    assert left == [*keys[2:], *store.letter_keys("elsewhere")]


def test_a_letter_that_came_again_since_the_list_stays(store: Store) -> None:
    """Between the list and the yes it was replaced by a new one."""
    due = overdue(store, NOW - datetime(2026, 2, 1, tzinfo=UTC), "jobs", now=NOW)
    [old] = due.letters
    with store.writing() as tx:
        write_intake(tx.changing(), old.key, Intake("2026-10-30T00:00:00+00:00", "eml"))
    assert erase_overdue(store, due)[0].letters == 0
    assert store.letter("jobs", "l0") is not None


def test_a_letter_without_a_date_stays_and_is_counted(store: Store) -> None:
    """Nobody is erased because the store does not know better; an odd date is damage."""
    with store.writing() as tx:
        tx.changing().execute(letter_intake.delete().where(letter_intake.c.letter_key == 1))
        write_intake(tx.connection, 2, Intake("yesterday", "eml"))
    due = overdue(store, timedelta(1), "jobs", now=NOW)
    assert due.undated == 2
    assert "l0" not in [one.letter_id for one in due.letters]
    with store.writing() as tx:
        tx.changing().execute(
            update(letter_intake).values(received="2001-01-01").where(letter_intake.c.letter_key == 3)
        )
    with pytest.raises(StoreDamaged):
        overdue(store, timedelta(1), now=NOW)


def test_who_is_young_enough_is_not_listed(store: Store) -> None:
    """And nothing happens then."""
    add_letter(store, 8)
    due = overdue(store, timedelta(days=36_000), now=NOW)
    assert (due.letters, due.screenings) == ((), ())
    version = store.version
    assert erase_overdue(store, due)[1] == 0
    assert store.version == version

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from screened_letters import POSTING, SCREENING, Written, screened
from sqlalchemy import Connection

from ingestion.checksums import row_checksum
from ingestion.ledger_chain import ChainCheck, check_chain
from ingestion.ledger_rows import (
    GENESIS,
    NOTE,
    append_entry,
    entry_hash,
    forget_letter_in_ledger,
    forget_screening_in_ledger,
    payload_hash_of,
    read_head,
    read_ledger,
)
from ingestion.store import DATABASE_FILE, Store, StoreDamaged, StoreError

ENTRY = ("created", "action", "screening_id", "letter_key", "payload_hash", "previous", "hash")
PAYLOAD = ("salt", "payload", "checksum")
LETTERS = [
    Written("1", "I cook in a hotel.", "Jane Doe", {"cook": ("met", "I cook")}),
    Written("2", "I cook at home.", "Will Smith", {"cook": ("partial", "I cook")}),
    Written("mary-li.txt", "I bake.", "李 明", {}),
    Written("zq.pdf", "Dear Ms Bellweather,\n\nI bake.\n\nKind regards,\nZora Quillfeather", None, {}),
]


class _Undo(Exception):
    """Ends a transaction without a trace."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A chain of eight entries with notes, the fourth letter's erasure among them. No test changes it for good."""
    folder = tmp_path_factory.mktemp("chain")
    letters = [*LETTERS, Written("gone", "I paint.", "Gone Person", {})]
    with screened(folder / "store", letters, {"cook": "cooking"}) as opened:
        keys = {one: key_of(opened, one) for one in ("1", "2", "gone")}
        with opened.writing() as tx:
            connection = tx.changing()
            append_entry(connection, "screened", "{}", screening_id=SCREENING)
            append_entry(connection, "advance", "{}", screening_id=SCREENING, letter_key=keys["1"])
            append_entry(
                connection, NOTE, '{"text": "ein Wörtchen"}', screening_id=SCREENING, letter_key=keys["1"]
            )
            append_entry(connection, "reject", "{}", screening_id=SCREENING, letter_key=keys["gone"])
            append_entry(connection, "hold", "{}", screening_id=SCREENING, letter_key=keys["2"])
            tx.erase_letter(keys["gone"])
            append_entry(connection, "exported", "{}", screening_id=SCREENING)
            append_entry(connection, "reveal_name", "{}", letter_key=keys["2"])
        yield opened


def key_of(store: Store, letter_id: str) -> int:
    """The key of a letter that stands."""
    letter = store.letter(POSTING, letter_id)
    assert letter is not None
    return letter.key


@contextmanager
def undone(store: Store) -> Generator[Connection]:
    """A write transaction that leaves no trace, in which no foreign key stands in the way of tampering."""
    try:
        with store.writing() as tx:
            tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            yield tx.connection
            raise _Undo
    except _Undo:
        pass


def sql(connection: Connection, statement: str, *values: object) -> list[Any]:
    """Run a statement past every rule of the program, and return its rows."""
    done = connection.exec_driver_sql(statement, values)
    return list(done) if done.returns_rows else []


def check(store: Store, expect: str | None = None) -> ChainCheck:
    """What a reading of the whole chain finds."""
    with store.reading() as connection:
        return check_chain(connection, expect)


def test_a_chain_that_nobody_touched_is_sound(store: Store) -> None:
    """Eight entries, one payload erased, and the last entry's hash is the head."""
    with store.reading() as connection:
        head = read_head(connection)
    assert check(store) == ChainCheck(8, 7, 1, head[1], ())
    assert head[0] == 8


def test_an_empty_ledger_is_sound(tmp_path: Path) -> None:
    """A store in which nothing was done has a chain without entries."""
    with Store.open(tmp_path / "store", create=True) as opened:
        assert check(opened) == ChainCheck(0, 0, 0, GENESIS, ())


@settings(max_examples=120, deadline=None)
@given(
    place=st.integers(1, 8),
    column=st.sampled_from(ENTRY),
    value=st.one_of(
        st.text(), st.integers(-(2**63), 2**63 - 1), st.none(), st.binary(), st.floats(allow_nan=False)
    ),
)
def test_any_changed_field_of_an_entry_is_found(
    store: Store, place: int, column: str, value: str | bytes | float | None
) -> None:
    """Whatever is put where, of whatever type."""
    with undone(store) as connection:
        before = sql(connection, "SELECT * FROM ledger_entry WHERE place = ?", place)
        try:
            sql(connection, f"UPDATE ledger_entry SET {column} = ? WHERE place = ?", value, place)
        except Exception as error:
            assume(not isinstance(getattr(error, "orig", error), sqlite3.IntegrityError))
            raise
        assume(sql(connection, "SELECT * FROM ledger_entry WHERE place = ?", place) != before)
        assert check_chain(connection).broken


@settings(max_examples=80, deadline=None)
@given(place=st.sampled_from([1, 2, 3, 5, 6, 7, 8]), column=st.sampled_from(PAYLOAD), data=st.data())
def test_any_changed_byte_of_a_payload_is_found(
    store: Store, place: int, column: str, data: st.DataObject
) -> None:
    """One byte of the salt, of the payload or of its checksum."""
    with undone(store) as connection:
        ((value,),) = sql(connection, f"SELECT {column} FROM ledger_payload WHERE place = ?", place)
        if isinstance(value, int):
            changed: int | str = value ^ (1 << data.draw(st.integers(0, 31)))
        else:
            at = data.draw(st.integers(0, len(value) - 1))
            new = data.draw(st.characters(exclude_characters=value[at], exclude_categories=["Cs"]))
            changed = value[:at] + new + value[at + 1 :]
        sql(connection, f"UPDATE ledger_payload SET {column} = ? WHERE place = ?", changed, place)
        assert check_chain(connection).broken


@pytest.mark.parametrize("place", range(1, 8))
def test_an_entry_that_was_rewritten_with_a_fitting_hash_is_found(store: Store, place: int) -> None:
    """The entry behind it still names the old hash."""
    with undone(store) as connection:
        ((created, screening, key, hashed, previous),) = sql(
            connection,
            "SELECT created, screening_id, letter_key, payload_hash, previous FROM ledger_entry WHERE place = ?",
            place,
        )
        own = entry_hash(previous, place, created, "crown", screening, key, hashed)
        sql(connection, "UPDATE ledger_entry SET action = 'crown', hash = ? WHERE place = ?", own, place)
        found = check_chain(connection).broken
    assert f"entry {place + 1} does not follow the entry before it: the hash it names is another" in found


def test_a_payload_that_was_rewritten_with_a_fitting_checksum_is_found(store: Store) -> None:
    """A CRC can be computed by anyone; the entry holds the hash of what was written."""
    with undone(store) as connection:
        ((salt,),) = sql(connection, "SELECT salt FROM ledger_payload WHERE place = 3")
        fits = row_checksum(3, salt, '{"text": "no"}')
        sql(
            connection,
            'UPDATE ledger_payload SET payload = \'{"text": "no"}\', checksum = ? WHERE place = 3',
            fits,
        )
        found = check_chain(connection).broken
    assert found == ("the payload of entry 3 was changed: its hash is that of another content",)


@pytest.mark.parametrize("place", range(1, 9))
@pytest.mark.parametrize("with_payload", [True, False], ids=["with its payload", "payload left"])
def test_a_dropped_entry_is_found(store: Store, place: int, with_payload: bool) -> None:
    """Also the last one, as long as SQLite still counts it."""
    with undone(store) as connection:
        sql(connection, "DELETE FROM ledger_entry WHERE place = ?", place)
        if with_payload:
            sql(connection, "DELETE FROM ledger_payload WHERE place = ?", place)
        found = check_chain(connection).broken
    missing = (
        f"entry {place} is missing at the end"
        if place == 8
        else f"entry {place} is missing before entry {place + 1}"
    )
    assert missing in found


@pytest.mark.parametrize("place", [1, 2, 3, 5, 6, 7, 8])
def test_a_dropped_payload_is_found(store: Store, place: int) -> None:
    """Only an erasure that the chain tells of may take one."""
    with undone(store) as connection:
        sql(connection, "DELETE FROM ledger_payload WHERE place = ?", place)
        found = check_chain(connection).broken
    assert f"the payload of entry {place} is gone, and no entry says that it was erased" in found


@settings(max_examples=40, deadline=None)
@given(places=st.lists(st.integers(1, 8), min_size=2, max_size=2, unique=True), payloads=st.booleans())
def test_swapped_entries_are_found(store: Store, places: list[int], payloads: bool) -> None:
    """Two entries in each other's place, with or without their payloads."""
    first, second = places
    with undone(store) as connection:
        for table in ["ledger_entry", *(["ledger_payload"] if payloads else [])]:
            for old, new in ((first, -1), (second, first), (-1, second)):
                sql(connection, f"UPDATE {table} SET place = ? WHERE place = ?", new, old)
        assert check_chain(connection).broken


def put(connection: Connection, place: int, action: str, previous: str, own: str | None = None) -> None:
    """Put an entry into the file that is sound by itself."""
    hashed = payload_hash_of("0" * 64, "{}")
    made = own or entry_hash(previous, place, "2026-01-01T00:00:00+00:00", action, None, None, hashed)
    sql(
        connection,
        "INSERT INTO ledger_entry VALUES (?, '2026-01-01T00:00:00+00:00', ?, NULL, NULL, ?, ?, ?)",
        place,
        action,
        hashed,
        previous,
        made,
    )


@pytest.mark.parametrize("at", range(1, 9))
def test_an_inserted_entry_is_found(store: Store, at: int) -> None:
    """A well-made entry between two others, the later ones moved up."""
    with undone(store) as connection:
        for table in ("ledger_entry", "ledger_payload"):
            for place in range(8, at - 1, -1):
                sql(connection, f"UPDATE {table} SET place = ? WHERE place = ?", place + 1, place)
        before = sql(connection, "SELECT hash FROM ledger_entry WHERE place = ?", at - 1)
        put(connection, at, "advance", before[0][0] if before else GENESIS)
        assert check_chain(connection).broken


@pytest.mark.parametrize("of", range(1, 9))
def test_a_duplicated_entry_is_found(store: Store, of: int) -> None:
    """A copy at the end, under a hash that no entry has yet."""
    with undone(store) as connection:
        sql(
            connection,
            "INSERT INTO ledger_entry SELECT 9, created, action, screening_id, letter_key, payload_hash, previous, "
            "hash || ' ' FROM ledger_entry WHERE place = ?",
            of,
        )
        sql(
            connection,
            "INSERT INTO ledger_payload SELECT 9, salt, payload, checksum FROM ledger_payload WHERE place = ?",
            of,
        )
        assert check_chain(connection).broken


def test_a_payload_without_an_entry_and_one_that_came_back_are_found(store: Store) -> None:
    """Nothing can be put beside the chain, and nothing that was erased can return."""
    with undone(store) as connection:
        sql(connection, "INSERT INTO ledger_payload VALUES (77, '', '', 0)")
        assert check_chain(connection).broken == ("a payload stands at place 77, where there is no entry",)
    with undone(store) as connection:
        sql(connection, "INSERT INTO ledger_payload VALUES (4, '', '', 0)")
        assert (
            "the payload of entry 4 is there, though entry 6 says that it was erased"
            in check_chain(connection).broken
        )


def test_a_cut_off_end_is_found_by_a_head_that_was_noted(store: Store) -> None:
    """Whoever also resets SQLite's own count is found by the hash that was noted elsewhere, and only by it."""
    head = check(store).head
    with undone(store) as connection:
        for table in ("ledger_payload", "ledger_entry"):
            sql(connection, f"DELETE FROM {table} WHERE place > 6")
        assert check_chain(connection).broken == ("entries 7 to 8 are missing at the end",)
        sql(connection, "UPDATE sqlite_sequence SET seq = 6 WHERE name = 'ledger_entry'")
        assert check_chain(connection).broken == ()
        assert check_chain(connection, head).broken == (
            f"no entry has the hash {head} that was noted: the end of the chain was cut off, or it was rewritten",
        )
    with undone(store) as connection:
        append_entry(connection, "advance", "{}")
        assert check_chain(connection, head).broken == ()


def test_the_count_of_entries_survives_the_rewriting_of_the_file(tmp_path: Path) -> None:
    """An erasure writes the database anew; a cut-off end still shows after it."""
    with screened(tmp_path / "store", LETTERS, {"cook": "cooking"}) as opened:
        with opened.writing() as tx:
            append_entry(tx.changing(), "advance", "{}")
        with opened.writing() as tx:
            tx.erase_letter(key_of(opened, "1"))
        assert check(opened).broken == ()
        with opened.writing() as tx:
            sql(tx.changing(), "DELETE FROM ledger_payload WHERE place = 2")
            sql(tx.changing(), "DELETE FROM ledger_entry WHERE place = 2")
        assert "entry 2 is missing at the end" in check(opened).broken


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE ledger_entry SET action = 'reject' WHERE place = 2",
        'UPDATE ledger_payload SET payload = \'{"text": "no"}\' WHERE place = 3',
        "UPDATE ledger_payload SET checksum = checksum + 1 WHERE place = 3",
    ],
    ids=["entry", "payload", "checksum"],
)
def test_reading_refuses_what_is_not_what_was_written(store: Store, tamper: str) -> None:
    """Sound or not at all: no decision is ever read from a row that was changed."""
    with undone(store) as connection:
        sql(connection, tamper)
        with pytest.raises(StoreDamaged, match="winnow ledger verify"):
            read_ledger(connection, SCREENING)


def test_a_payload_that_is_no_text_is_refused(store: Store) -> None:
    """Half a character can't be kept as UTF-8."""
    with undone(store) as connection, pytest.raises(StoreError, match="must be text in UTF-8"):
        append_entry(connection, NOTE, "\ud800")


def noted(store: Store, text: str) -> int:
    """Add a note about letter 1 and return its place."""
    with store.writing() as tx:
        return append_entry(
            tx.changing(),
            NOTE,
            f'{{"text": "{text}"}}',
            screening_id=SCREENING,
            letter_key=key_of(store, "1"),
        ).place


@pytest.mark.parametrize(
    ("erase", "text", "goes"),
    [
        ("2", "better than Will Smith", True),
        ("2", "better than will smith", True),
        ("2", "as good as Smith's", True),
        ("2", r"first line\nSMITH", True),
        ("2", "we will see; the smithy is near", False),
        ("2", "2 years, and 2 more", False),
        ("mary-li.txt", "compare Mary-Li.txt", True),
        ("mary-li.txt", "比李 明好", True),
        ("mary-li.txt", "marys letter", False),
        ("zq.pdf", "weaker than Zora Quillfeather", True),
        ("zq.pdf", "weaker than Quillfeather's", True),
        ("zq.pdf", "Bellweather will call", False),
    ],
)
def test_a_note_that_names_an_erased_person_goes_with_them(
    tmp_path: Path, erase: str, text: str, goes: bool
) -> None:
    """People write about one candidate by naming another; a name goes, wherever it stands."""
    with screened(tmp_path / "store", LETTERS, {"cook": "cooking"}) as opened:
        place = noted(opened, text)
        with opened.writing() as tx:
            tx.erase_letter(key_of(opened, erase))
        with opened.reading() as connection:
            payloads = {row.place: row.payload for row in read_ledger(connection)}
        assert (payloads[place] is None) == goes
        assert check(opened).broken == ()


Forget = Callable[[Connection, Store], int]


def _letter(connection: Connection, store: Store) -> int:
    return forget_letter_in_ledger(connection, key_of(store, "1"))


def _screening(connection: Connection, store: Store) -> int:
    return forget_screening_in_ledger(connection, SCREENING)


@pytest.mark.parametrize(("forget", "gone"), [(_letter, 2), (_screening, 5)], ids=["a letter", "a screening"])
def test_forgetting_is_said_once_in_the_chain(store: Store, forget: Forget, gone: int) -> None:
    """It takes the payloads, leaves the entries, and a second time changes nothing."""
    with undone(store) as connection:
        assert [forget(connection, store), forget(connection, store)] == [gone, 0]
        found = check_chain(connection)
        assert (found.entries, found.erased, found.broken) == (9, 1 + gone, ())


def test_no_byte_of_an_erased_payload_stays_in_a_file(tmp_path: Path) -> None:
    """Neither in the database nor in its log."""
    with screened(tmp_path / "store", LETTERS, {"cook": "cooking"}) as opened:
        noted(opened, "qvzxw-of-the-person")
        assert b"qvzxw" in (tmp_path / "store" / DATABASE_FILE).read_bytes()
        with opened.writing() as tx:
            tx.erase_letter(key_of(opened, "1"))
        for file in (tmp_path / "store").iterdir():
            assert b"qvzxw" not in file.read_bytes(), file.name

"""Backups: whole, sound and private, or not there at all; and restoring them, without who was erased."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from full_store import add_letter, everything, letter_text, make_full

from ingestion import backup as backups
from ingestion.backup import back_up
from ingestion.database import begin, connect
from ingestion.erasure_list import Known, read_erasure_list, readmit
from ingestion.restoring import restore
from ingestion.store import DATABASE_FILE, Store, StoreDamaged, StoreError
from ingestion.upkeep import RESTORING_FOLDER

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed store with rows in every table: letters l0 to l6 in jobs, l7 was erased, l0 elsewhere."""
    make_full(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def saved(folder: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    with Store.open(folder) as store:
        back_up(store, tmp_path / "saved.winnow")
    return tmp_path / "saved.winnow"


def ids(folder: Path, posting: str = "jobs") -> list[str]:
    """The ids of a posting's letters."""
    with Store.open(folder) as store:
        return [one.letter_id for one in store.letters(posting)]


def erase_id(folder: Path, letter_id: str) -> None:
    """Erase a letter of jobs."""
    with Store.open(folder) as store, store.writing() as tx:
        letter = store.letter("jobs", letter_id)
        assert letter is not None
        tx.erase_letter(letter.key)


def traces(folder: Path, number: int) -> bool:
    """Whether any file under a folder holds the sender or the words of a letter."""
    words = letter_text(number).split()
    wanted = [f"Surname{number} wrote", f"person{number}@example", " ".join(words[4:9]), f'secret{number}"']
    return any(
        one.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file() for one in wanted
    )


# backing up


def test_a_restored_backup_says_what_the_store_said(folder: Path, saved: Path, tmp_path: Path) -> None:
    """Every letter, vector, screening, text, ledger entry and listed erasure."""
    done = restore(saved, tmp_path / "again")
    assert (done.letters, done.postings, done.screenings, done.erased) == (8, 2, 1, ())
    with Store.open(folder) as one, Store.open(tmp_path / "again") as other:
        assert everything(one) == everything(other)
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0
    assert (tmp_path / "again" / DATABASE_FILE).stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in (tmp_path / "again").iterdir()) == ["lock", "pages", DATABASE_FILE]


def test_a_backup_is_one_file_for_its_owner_only(folder: Path, tmp_path: Path) -> None:
    """Mode 0600 whatever the mask, nothing beside it, its counts and its sum as reported."""
    (tmp_path / "out").mkdir()
    before = os.umask(0)
    try:
        with Store.open(folder) as store:
            done = back_up(store, tmp_path / "out" / "a.winnow")
    finally:
        os.umask(before)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["a.winnow"]
    assert done.file.stat().st_mode & 0o777 == 0o600
    assert (done.letters, done.postings, done.screenings) == (8, 2, 1)
    assert done.bytes == done.file.stat().st_size
    assert done.file.read_bytes().endswith(done.sha256.encode() + b"\n")


def test_a_file_that_is_there_is_kept_unless_told(folder: Path, tmp_path: Path) -> None:
    """The remedy is named; with it, the new one takes the old one's place at once."""
    file = tmp_path / "a.winnow"
    file.write_text("mine")
    with Store.open(folder) as store:
        with pytest.raises(StoreError, match="--replace"):
            back_up(store, file)
        assert file.read_text() == "mine"
        back_up(store, file, replace=True)
        with pytest.raises(StoreError, match="needs a folder"):
            back_up(store, tmp_path / "no" / "a.winnow")
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_an_unsound_store_gives_no_backup(folder: Path, tmp_path: Path) -> None:
    """A row that is not what was written is found when the copy is read back, and no file is left."""
    with Store.open(folder) as store:
        engine = connect(folder / DATABASE_FILE)
        with begin(engine, write=True) as raw:
            raw.exec_driver_sql("UPDATE letter_intake SET email = 'x@example.org' WHERE letter_key = 2")
        engine.dispose()
        with pytest.raises(StoreDamaged, match="restore a backup"):
            back_up(store, tmp_path / "a.winnow")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["store"]


def test_a_backup_is_of_one_moment_while_others_write(folder: Path, tmp_path: Path) -> None:
    """Letters come and go meanwhile; each backup holds a prefix of what was stored, whole."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with Store.open(folder) as mine:
                number = 100
                while not stop.is_set():
                    add_letter(mine, number)
                    number += 1
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[int] = []
    try:
        with Store.open(folder) as store:
            for turn in range(6):
                seen.append(back_up(store, tmp_path / f"{turn}.winnow").letters)
                time.sleep(0.05)
    finally:
        stop.set()
        writer.join()
    assert failed == []
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
    restore(tmp_path / "5.winnow", tmp_path / "again")
    stored = ids(tmp_path / "again")
    assert stored[7:] == [f"l{number}" for number in range(100, 100 + len(stored) - 7)]


# restoring


def test_who_was_erased_since_stays_erased(folder: Path, saved: Path) -> None:
    """The list of the store that stands is carried over and applied: no byte of the person comes back."""
    assert traces(folder, 2)
    erase_id(folder, "l2")
    done = restore(saved, folder, replace=True)
    assert len(done.erased) == 1
    assert ids(folder) == ["l0", "l1", "l3", "l4", "l5", "l6"]
    assert not traces(folder, 2)
    again = restore(saved, folder, replace=True)
    assert len(again.erased) == 1
    assert not traces(folder, 2)
    assert traces(folder, 3)


def test_readmitted_letters_come_back_and_leave_the_list(folder: Path, saved: Path) -> None:
    """Asked for by name, and then for good."""
    erase_id(folder, "l2")
    done = restore(saved, folder, replace=True, readmit_erased=True)
    assert (done.erased, len(done.readmitted)) == ((), 1)
    assert "l2" in ids(folder)
    assert restore(saved, folder, replace=True).erased == ()


def test_an_erased_letter_that_had_changed_stays_erased(folder: Path, saved: Path) -> None:
    """The backup holds it with other words, under the same key and id: it is known by those."""
    with Store.open(folder) as store, store.writing() as tx:
        letter = store.letter("jobs", "l2")
        assert letter is not None
        from full_store import LetterDraft

        new = LetterDraft(
            "jobs", "l2", None, "Other words. " * 9, "Other words. " * 9, letter.offsets, "en", "x.txt"
        )
        tx.replace_letter(letter.key, new)
    erase_id(folder, "l2")
    assert len(restore(saved, folder, replace=True).erased) == 1
    assert not traces(folder, 2)


def test_lists_of_two_stores_both_hold(folder: Path, saved: Path, tmp_path: Path) -> None:
    """A backup of another store brings its own list and key; people of both lists stay out."""
    make_full(tmp_path / "other", letters=12)  # l11 was erased there
    erase_id(tmp_path / "other", "l4")
    restore(saved, tmp_path / "other", replace=True)
    assert "l4" not in ids(tmp_path / "other")
    with Store.open(tmp_path / "other") as store, store.reading() as connection:
        erased = read_erasure_list(connection)
        assert len(erased.keys) == 2
    with Store.open(tmp_path / "other") as store:
        back_up(store, tmp_path / "both.winnow")
    restore(tmp_path / "both.winnow", folder, replace=True)
    with Store.open(folder) as store, store.reading() as connection:
        assert read_erasure_list(connection).listed == erased.listed


def test_readmitting_one_lets_nobody_else_in(folder: Path, saved: Path, tmp_path: Path) -> None:
    """Two stores number their letters alike; who has the same number in the other one stays erased."""
    make_full(tmp_path / "other", letters=12)
    with Store.open(tmp_path / "other") as store, store.writing() as tx:
        letter = store.letter("jobs", "l9")
        assert letter is not None
        tx.erase_letter(letter.key)
        theirs = letter.key
    with Store.open(folder) as store:
        while add_letter(store, 60 + len(store.letter_keys("jobs"))) < theirs:
            pass
        kept = store.letter_by_key(theirs)
        back_up(store, tmp_path / "more.winnow")
        time.sleep(1.1)  # erasures are told apart to the second
        with store.writing() as tx:
            tx.erase_letter(theirs)
    restore(tmp_path / "more.winnow", tmp_path / "other", replace=True)
    with Store.open(folder) as store:
        back_up(store, tmp_path / "less.winnow")
    restore(tmp_path / "less.winnow", tmp_path / "other", replace=True)
    with Store.open(tmp_path / "other") as store, store.writing() as tx:
        before = read_erasure_list(tx.connection)
        found = before.find(Known("jobs", kept.letter_id, kept.source, kept.text, None))
        assert found is not None
        readmit(tx.changing(), found[1])
        after = read_erasure_list(tx.connection)
        assert after.find(Known("jobs", kept.letter_id, kept.source, kept.text, None)) is None
        assert after.find(Known("jobs", "l9", "inbox/9.eml", letter_text(9), None)) is not None


def test_numbers_are_not_used_again_after_a_restore(folder: Path, saved: Path) -> None:
    """A letter stored after the backup and erased leaves its number to nobody."""
    with Store.open(folder) as store:
        latest = add_letter(store, 50)
    erase_id(folder, "l50")
    restore(saved, folder, replace=True)
    with Store.open(folder) as store:
        assert add_letter(store, 51) > latest


def test_a_store_that_stands_is_kept_unless_told(folder: Path, saved: Path) -> None:
    """The remedy is named."""
    erase_id(folder, "l2")
    with pytest.raises(StoreError, match="--replace"):
        restore(saved, folder)
    assert ids(folder) == ["l0", "l1", "l3", "l4", "l5", "l6"]


def test_a_program_that_has_the_old_store_open_is_told(folder: Path, saved: Path) -> None:
    """It neither reads the old letters as if nothing had happened nor writes into a file that is gone."""
    with Store.open(folder) as old:
        assert old.version > 0
        restore(saved, folder, replace=True)
        for use in (lambda: old.version, old.postings, lambda: add_letter(old, 60)):
            with pytest.raises(StoreError, match="start the program again"):
                use()
    assert len(ids(folder)) == 7
    with Store.open(folder) as store:
        add_letter(store, 60)
    assert len(ids(folder)) == 8


@pytest.mark.parametrize("kind", ["bit", "cut", "trailer", "text", "recipes", "newer"])
def test_what_is_no_sound_backup_is_refused_and_nothing_changes(
    folder: Path, saved: Path, tmp_path: Path, kind: str
) -> None:
    """In words, with the store that stands as it was."""
    data = bytearray(saved.read_bytes())
    bad = tmp_path / "bad.winnow"
    if kind == "bit":
        data[len(data) // 2] ^= 4
    elif kind == "cut":
        del data[-9000:]
    elif kind == "trailer":
        data[-20] ^= 1
    elif kind == "text":
        data = bytearray(b"Dear team" * 999)
    bad.write_bytes(data)
    if kind in {"recipes", "newer"}:
        bad.unlink()
        shutil.copy(folder / DATABASE_FILE, bad)
        with sqlite3.connect(bad) as raw:
            raw.execute("PRAGMA journal_mode = DELETE")
            if kind == "newer":
                raw.execute("INSERT INTO schema_version VALUES (99, 'tomorrow')")
            else:
                raw.execute("PRAGMA application_id = 1")
        raw.close()
    message = {"text": "is not", "recipes": "not a Winnow store", "newer": "version 99"}.get(
        kind, "restore another"
    )
    with pytest.raises(StoreError, match=message):
        restore(bad, folder, replace=True)
    with pytest.raises(StoreError, match=message):
        restore(bad, tmp_path / "fresh")
    assert ids(folder) == [f"l{number}" for number in range(7)]
    assert not (folder / RESTORING_FOLDER).exists()
    assert not (tmp_path / "fresh" / DATABASE_FILE).exists()


def test_a_damaged_store_can_be_replaced_if_its_list_can_be_read(
    folder: Path, saved: Path, tmp_path: Path
) -> None:
    """Damage elsewhere is what backups are for; a list that may lack somebody is not passed over."""
    erase_id(folder, "l2")
    with sqlite3.connect(folder / DATABASE_FILE) as raw:
        roots = dict(raw.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'").fetchall())
    raw.close()
    sound = (folder / DATABASE_FILE).read_bytes()
    for table, message in (("erased_letter", "can't be read"), ("letter_band", None)):
        data = bytearray(sound)
        data[(roots[table] - 1) * 8192 : roots[table] * 8192] = bytes(8192)
        (folder / DATABASE_FILE).write_bytes(data)
        with pytest.raises(StoreDamaged):
            Store.open(folder)
        if message is None:
            restore(saved, folder, replace=True)
            assert "l2" not in ids(folder)
        else:
            with pytest.raises(StoreDamaged, match=message):
                restore(saved, folder, replace=True)


def test_a_plain_copy_of_an_older_store_is_restored_and_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a program that had no backups."""
    from ingestion import migrations

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:2])
        Store.open(tmp_path / "old", create=True).close()
    done = restore(tmp_path / "old" / DATABASE_FILE, tmp_path / "new")
    assert (done.version, done.letters) == (2, 0)
    with Store.open(tmp_path / "new") as store:
        add_letter(store, 1)


RESTORE = """
import sys
from pathlib import Path
from ingestion.restoring import restore
print("ready", flush=True)
restore(Path(sys.argv[1]), Path(sys.argv[2]), replace=True)
"""


def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new(
    folder: Path, saved: Path, tmp_path: Path
) -> None:
    """At any moment; and of an erased person nothing stays behind either way."""
    erase_id(folder, "l2")
    with Store.open(folder) as store:
        add_letter(store, 70)
    generator = random.Random(8)
    spent = 0.15
    for _ in range(8):
        copy = shutil.copytree(folder, tmp_path / "copy")
        with subprocess.Popen(
            [sys.executable, "-c", RESTORE, str(saved), str(copy)], stdout=subprocess.PIPE, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(generator.random() * spent)
            process.send_signal(signal.SIGKILL)
        assert ids(copy) in (
            ["l0", "l1", "l3", "l4", "l5", "l6", "l70"],
            ["l0", "l1", "l3", "l4", "l5", "l6"],
        )
        assert not traces(copy, 2)
        shutil.rmtree(copy)


def test_a_backup_without_hard_links_is_named_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems have none."""

    def refuse(*_paths: object) -> None:
        raise PermissionError

    monkeypatch.setattr(backups.os, "link", refuse)
    with Store.open(folder) as store:
        back_up(store, tmp_path / "a.winnow")
    assert [file.name for file in tmp_path.iterdir() if file.name != "store"] == ["a.winnow"]

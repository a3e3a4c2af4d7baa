"""One bit flipped or one page zeroed in a store at rest: refused in plain words, or without any effect."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from full_store import everything, make_full, row_counts

from ingestion import page_sums
from ingestion.page_sums import SUMS_FILE, PageSums, pages_in_log
from ingestion.store import DATABASE_FILE, Store, StoreDamaged

FLIPS = 5_000


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store with rows in every table."""
    folder = tmp_path_factory.mktemp("sound") / "store"
    make_full(folder)
    return folder


@pytest.fixture(scope="module")
def said(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """Everything that the sound store says."""
    copy = shutil.copytree(sound, tmp_path_factory.mktemp("read") / "store")
    with Store.open(copy) as store:
        assert min(row_counts(store).values()) > 0
        return everything(store)


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    """A copy of the sound store that may be damaged."""
    return shutil.copytree(sound, tmp_path / "store")


def refused(folder: Path, said: list[object]) -> bool:
    """Whether the store is refused as damaged; if it opens, it says what it always said."""
    try:
        store = Store.open(folder)
    except StoreDamaged as error:
        return "restore a backup" in str(error)
    with store:
        assert everything(store) == said
    return False


def damage(
    copy: Path, name: str, changes: Iterator[tuple[int, bytes]], said: list[object], sound: Path
) -> tuple[int, int]:
    """Make one change after the other, each to the sound file; return how many were refused, and how many not."""
    counts = [0, 0]
    for at, data in changes:
        for file in copy.iterdir():
            file.unlink()
        shutil.copytree(sound, copy, dirs_exist_ok=True)
        with (copy / name).open("r+b") as stream:
            stream.seek(at)
            stream.write(data)
        counts[not refused(copy, said)] += 1
    return counts[0], counts[1]


def flips(file: Path, count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """Single bits to flip: half of them among the first bytes of pages, where the structure stands."""
    generator = random.Random(seed)
    data = file.read_bytes()
    for number in range(count):
        at = generator.randrange(len(data))
        if number % 2:
            at = min(at - at % 8192 + generator.randrange(64), len(data) - 1)
        yield at, bytes([data[at] ^ (1 << generator.randrange(8))])


def test_a_flipped_bit_is_refused(copy: Path, said: list[object], sound: Path) -> None:
    """Anywhere in the database: header, tables, indices, words, free space."""
    found = damage(copy, DATABASE_FILE, flips(sound / DATABASE_FILE, FLIPS, 1), said, sound)
    assert found == (FLIPS, 0)


def test_a_zeroed_page_is_refused(copy: Path, said: list[object], sound: Path) -> None:
    """Each page that held anything, one at a time."""
    data = (sound / DATABASE_FILE).read_bytes()
    pages = [at for at in range(0, len(data), 8192) if any(data[at : at + 8192])]
    zeroes = ((at, bytes(8192)) for at in pages)
    assert damage(copy, DATABASE_FILE, zeroes, said, sound) == (len(pages), 0)


def test_a_damaged_list_of_sums_hides_and_invents_nothing(
    copy: Path, said: list[object], sound: Path
) -> None:
    """The store is sound, and reads as ever; the sums are taken anew."""
    assert damage(copy, SUMS_FILE, flips(sound / SUMS_FILE, 40, 3), said, sound) == (0, 40)


@pytest.mark.parametrize("change", ["cut", "longer", "empty"])
def test_a_file_of_another_length_is_refused(copy: Path, said: list[object], change: str) -> None:
    """A database that was copied only in part, or grew by itself."""
    file = copy / DATABASE_FILE
    data = file.read_bytes()
    file.write_bytes({"cut": data[:-8192], "longer": data + bytes(8192), "empty": b""}[change])
    assert refused(copy, said)


def test_without_sums_the_structure_is_checked_and_sums_are_taken(copy: Path, said: list[object]) -> None:
    """As after a crash: SQLite looks at every page once, and from then on every bit is known."""
    (copy / SUMS_FILE).unlink()
    assert not refused(copy, said)
    assert (copy / SUMS_FILE).is_file()
    data = bytearray((copy / DATABASE_FILE).read_bytes())
    data[3 * 8192 + 7000] ^= 1
    (copy / DATABASE_FILE).write_bytes(data)
    assert refused(copy, said)


def test_the_sums_after_each_write_are_those_of_the_file(copy: Path) -> None:
    """Taken of the changed pages only, they equal those taken of all."""
    from full_store import add_letter

    sums = PageSums(copy / DATABASE_FILE)
    with Store.open(copy) as store:
        for number in range(20, 40):
            add_letter(store, number)
            before = (copy / SUMS_FILE).read_bytes()
            assert sums.wrong_page() is None
            sums.forget()
            assert not sums.known
            sums.refresh(None)
            assert (copy / SUMS_FILE).read_bytes() == before
        with store.writing() as tx:
            tx.erase_letter(store.letter_keys("jobs")[0])
        assert sums.wrong_page() is None


def test_a_write_that_a_reader_holds_up_leaves_no_sums_until_it_is_through(
    copy: Path, said: list[object]
) -> None:
    """Sums are never those of a file that the log still has to be moved into."""
    from full_store import add_letter

    with Store.open(copy) as store:
        with Store.open(copy) as other, other.reading() as held:
            held.exec_driver_sql("SELECT count(*) FROM letter").scalar_one()
            add_letter(store, 20)
            assert not (copy / SUMS_FILE).exists()
            add_letter(store, 21)
        add_letter(store, 22)
        assert (copy / SUMS_FILE).exists()
    with Store.open(copy) as store:
        assert len(store.letter_keys("jobs")) == 10


def test_a_large_store_that_nothing_touched_is_not_read_whole(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time and size are those noted with the sums; a change by another hand has another time."""
    monkeypatch.setattr(page_sums, "ALWAYS_CHECKED", 0)
    sums = PageSums(copy / DATABASE_FILE)
    with Store.open(copy) as store, store.writing() as tx:
        tx.add_posting("new", blind=True)
    monkeypatch.setattr(page_sums, "_crcs", lambda *_: iter([0]))
    assert sums.wrong_page() is None
    assert sums.wrong_page(always=True) == 1
    (copy / DATABASE_FILE).touch()
    assert sums.wrong_page() == 1


@pytest.mark.parametrize(
    ("data", "pages"), [(b"", set()), (b"short", None), (bytes(40), None)], ids=["empty", "cut", "no size"]
)
def test_a_log_that_cannot_be_read_names_no_pages(
    tmp_path: Path, data: bytes, pages: set[int] | None
) -> None:
    """Then all sums are taken anew."""
    (tmp_path / "log").write_bytes(data)
    assert pages_in_log(tmp_path / "log") == pages
    assert pages_in_log(tmp_path / "none") == set()

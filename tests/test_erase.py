from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ingestion import upkeep
from ingestion.letter import EmbedderIdentity, OffsetMap
from ingestion.store import (
    ErasureCount,
    LetterDraft,
    ScreeningEntry,
    Store,
    StoreBusy,
    StoredScreening,
    StoreError,
)

IDENTITY = EmbedderIdentity("a-model", "r1", "mean", "", "", 64, "1")
CROWD = 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


class Person:
    """One applicant whose every word, id and number is nobody else's."""

    def __init__(self, number: int, words: int | None = None) -> None:
        self.random = random.Random(number)
        self.words = [self._word() for _ in range(words or self.random.choice([5, 60, 400, 1500]))]
        self.name, self.letter_id, self.source, self.finding = (self._word() for _ in range(4))
        numbers = np.random.default_rng(number).standard_normal((3, IDENTITY.dimension), dtype=np.float32)
        self.vectors = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)

    def _word(self) -> str:
        return "".join(self.random.choice("bcdfghjklmnpqrtvwxz") for _ in range(14))

    def draft(self) -> LetterDraft:
        """The letter: the name stands in the text and is masked in the judged text."""
        words = " ".join(self.words)
        return LetterDraft(
            "jobs", self.letter_id, self.name, f"{self.name} {words}", f"[NAME] {words}", OffsetMap(), "en",
            self.source, (self.random.getrandbits(60), 7),
        )  # fmt: skip

    def traces(self) -> list[bytes]:
        """Everything of this person that could be found in a file."""
        texts = [self.name, self.letter_id, self.source, self.finding, *self.words]
        # Four numbers of a vector are enough to know it by; a whole one may be split over two pages.
        numbers = [vector[at : at + 4].tobytes() for vector in self.vectors for at in range(0, 64, 4)]
        return [text.encode() for text in texts] + numbers


def fill(store: Store, people: list[Person]) -> dict[str, int]:
    """Store everyone, a few at a time, with passages, vectors, duplicate links and a screening."""
    keys: dict[str, int] = {}
    for start in range(0, len(people), 7):
        with store.writing() as tx:
            tx.add_posting("jobs", blind=True)
            for person in people[start : start + 7]:
                key = tx.put_letter(person.draft()).key
                made = tx.add_passages(key, [("passage", 0, 20), ("sentence", 0, 10), ("sentence", 10, 20)])
                tx.add_vectors(
                    IDENTITY, {}, [(p.passage_id, v) for p, v in zip(made, person.vectors, strict=True)]
                )
                if keys:
                    tx.link_duplicate(key, next(reversed(keys.values())), 0.9)
                keys[person.letter_id] = key
    entries = tuple(ScreeningEntry(keys[one.letter_id], f'{{"quote": "{one.finding}"}}') for one in people)
    with store.writing() as tx:
        tx.put_screening(StoredScreening("s1", "jobs", "2026-01-02T03:04:05+00:00", "{}", entries))
    return keys


def fail_after(do: Callable[[int], object], key: int) -> None:
    """Do it, then fail."""
    do(key)
    raise RuntimeError


def found_in_files(store: Store, traces: list[bytes]) -> set[bytes]:
    """Those of ``traces`` that stand in any file of the store's folder."""
    contents = [file.read_bytes() for file in store.folder.iterdir()]
    return {trace for trace in traces if any(trace in content for content in contents)}


def test_nothing_of_an_erased_person_stays_in_any_file(store: Store) -> None:
    """Every word, id, number of a vector and finding is gone, byte for byte, and everyone else's stays."""
    people = [Person(number) for number in range(CROWD)]
    keys = fill(store, people)
    # Letters that grew and shrank since have been moved between pages.
    shuffled = random.Random(5)
    for person in shuffled.sample(people, 15):
        person.words = (
            person.words[: len(person.words) // 2] + [Person(1000 + keys[person.letter_id]).name] * 40
        )
        with store.writing() as tx:
            tx.replace_letter(keys[person.letter_id], person.draft())
            tx.replace_letter(keys[person.letter_id], Person.draft(person))
    gone = shuffled.sample(people, 6)
    for person in gone:
        assert found_in_files(store, [person.name.encode()])
        with store.writing() as tx:
            assert tx.erase_letter(keys[person.letter_id]).letters == 1
        assert found_in_files(store, person.traces()) == set()
    stayed = [person for person in people if person not in gone]
    assert {one.letter_id for one in store.letters("jobs")} == {person.letter_id for person in stayed}
    assert found_in_files(store, [p.name.encode() for p in stayed]) == {p.name.encode() for p in stayed}
    assert len(store.bm25("jobs", stayed[0].words[0])) == 1


def test_pages_that_were_split_keep_no_old_copies(store: Store) -> None:
    """Rows that SQLite moved to another page before they were erased leave no copy behind."""
    people = [Person(number, words=1 + number % 9) for number in range(1200)]
    with store.writing() as tx:
        tx.add_posting("jobs", blind=True)
        keys = [tx.put_letter(person.draft()).key for person in people]
    gone = random.Random(3).sample(range(len(people)), 600)
    with store.writing() as tx:
        for number in gone:
            tx.erase_letter(keys[number])
    assert found_in_files(store, [word.encode() for number in gone for word in people[number].words]) == set()


def test_an_erasure_says_what_it_removed(store: Store) -> None:
    """Letter, passages, vectors, links on both sides and findings are counted, and the rest is as before."""
    people = [Person(number) for number in range(3)]
    keys = list(fill(store, people).values())
    with store.writing() as tx:
        assert tx.erase_letter(keys[1]) == ErasureCount(1, 3, 3, 2, 1, 0)
    assert store.letter("jobs", people[1].letter_id) is None
    assert store.bm25("jobs", people[1].words[0]) == []
    assert store.duplicates("jobs") == []
    assert [entry.letter_key for entry in store.screening("s1").entries] == [keys[0], keys[2]]
    assert [one.letter.key for one in store.material("jobs", IDENTITY.key)] == [keys[0], keys[2]]
    with store.writing() as tx, pytest.raises(StoreError, match="none with key"):
        tx.erase_letter(keys[1])


def test_an_erasure_in_a_failed_transaction_did_not_happen(store: Store) -> None:
    """Nobody is half erased."""
    [key] = fill(store, [Person(1)]).values()
    with pytest.raises(RuntimeError), store.writing() as tx:
        fail_after(tx.erase_letter, key)
    assert store.letter_by_key(key).letter_id == Person(1).letter_id
    assert len(store.bm25("jobs", Person(1).words[0])) == 1


def test_a_reader_that_keeps_old_pages_is_reported_and_made_up_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erasure that can't clean the files yet says so, and the next write cleans them."""
    person = Person(1)
    [key] = fill(store, [person]).values()
    monkeypatch.setattr(upkeep, "ERASE_WAIT_S", 0.05)
    with Store.open(store.folder) as other, other.reading() as held:
        held.exec_driver_sql("SELECT count(*) FROM letter").scalar_one()
        with pytest.raises(StoreBusy, match="a reader still keeps"), store.writing() as tx:
            tx.erase_letter(key)
        assert store.letter("jobs", person.letter_id) is None
        assert found_in_files(store, person.traces())
    with store.writing() as tx:
        tx.add_posting("elsewhere", blind=True)
    assert found_in_files(store, person.traces()) == set()


def test_an_erasure_cut_off_by_a_crash_is_made_up_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between commit and cleaning, the next program that opens the store cleans up."""
    person = Person(2)
    [key] = fill(store, [person]).values()

    def crash(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "rewrite", crash)
        with pytest.raises(KeyboardInterrupt), store.writing() as tx:
            tx.erase_letter(key)
    with Store.open(store.folder):
        assert found_in_files(store, person.traces()) == set()

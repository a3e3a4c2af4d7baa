from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import inspect

from ingestion import migrations
from ingestion.database import begin, connect
from ingestion.letter import EmbedderIdentity, Letter, Mask, OffsetMap
from ingestion.page_sums import SUMS_FILE
from ingestion.schema import tables
from ingestion.store import (
    DATABASE_FILE,
    DuplicateLink,
    LetterDraft,
    PostingRow,
    ScreeningEntry,
    ScreeningSummary,
    Store,
    StoreBusy,
    StoreDamaged,
    StoredScreening,
    StoreError,
    Transaction,
)

IDENTITY = EmbedderIdentity("a-model", "r1", "mean", "", "", 4, "1")
OTHER = replace(IDENTITY, model="another-model")
ROOT = Path(__file__).resolve().parent.parent


def a_draft(
    letter_id: str, text: str = "I lead teams. I hold a certificate.", **changes: object
) -> LetterDraft:
    """A letter of the posting jobs, with what a test wants to be different."""
    given = LetterDraft(
        "jobs", letter_id, None, text, text, OffsetMap(), "en", f"letters.csv row {letter_id}"
    )
    return replace(given, **changes)  # pyright: ignore[reportArgumentType]


def unit(*numbers: float) -> NDArray[np.float32]:
    """A vector of norm 1 in this direction."""
    vector = np.array(numbers, dtype=np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def put(tx: Transaction, draft: LetterDraft, identity: EmbedderIdentity | None = IDENTITY) -> Letter:
    """A letter with one passage, two sentences, and vectors that its key decides."""
    tx.add_posting(draft.posting, blind=True)
    letter = tx.put_letter(draft)
    half = len(draft.judged_text) // 2
    made = tx.add_passages(
        letter.key,
        [("passage", 0, 2 * half), ("sentence", half, 2 * half), ("sentence", 0, half)],
    )
    if identity is not None:
        vectors = [unit(1, letter.key, place, 1) for place in range(3)]
        tx.add_vectors(
            identity, {"dtype": "float32"}, [(p.passage_id, v) for p, v in zip(made, vectors, strict=True)]
        )
    return letter


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


# opening


def test_what_was_stored_is_read_after_reopening(tmp_path: Path) -> None:
    """Every field of a letter comes back, masks and awkward characters included."""
    draft = a_draft(
        "147",
        applicant="Jane Doe",
        text="Jane Doe 🙂 \x00 end",
        judged_text="[NAME] 🙂 \x00 end",
        offsets=OffsetMap((Mask(0, 6, 0, 8, "name"),)),
        language="de",
    )
    with Store.open(tmp_path / "new" / "store", create=True) as store, store.writing() as tx:
        tx.add_posting("jobs", blind=True)
        written = tx.put_letter(draft)
        tx.add_passages(written.key, [("passage", 0, len(draft.judged_text))])
    with Store.open(tmp_path / "new" / "store") as store:
        assert store.letter("jobs", "147") == written
        assert store.letter_by_key(written.key) == written
        assert written.offsets == draft.offsets
        assert written.text == draft.text


def test_a_missing_store_is_not_made_by_reading(tmp_path: Path) -> None:
    """A mistyped folder is an error with a remedy, not an empty store."""
    with pytest.raises(StoreError, match="winnow ingest"):
        Store.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """An SQLite file that is no store is left as it is."""
    with sqlite3.connect(tmp_path / DATABASE_FILE) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match="not a Winnow store"):
        Store.open(tmp_path, create=True)


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """An old program doesn't guess at tables it can't know."""
    Store.open(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / DATABASE_FILE) as raw:
        raw.execute("INSERT INTO schema_version VALUES (99, 'tomorrow')")
    raw.close()
    (tmp_path / SUMS_FILE).unlink()
    with pytest.raises(StoreError, match="version 99"):
        Store.open(tmp_path)


def test_a_garbled_file_is_called_damaged(tmp_path: Path) -> None:
    """A file that is no database at all says so, with a remedy."""
    (tmp_path / DATABASE_FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreDamaged, match="restore a backup"):
        Store.open(tmp_path)


def test_migrations_make_the_tables_that_the_program_reads(tmp_path: Path) -> None:
    """The SQL of the migrations and the tables of schema.py have the same columns."""
    Store.open(tmp_path, create=True).close()
    engine = connect(tmp_path / DATABASE_FILE)
    found = inspect(engine)
    made = {name: [c["name"] for c in found.get_columns(name)] for name in tables.tables}
    engine.dispose()
    assert made == {name: [c.name for c in table.columns] for name, table in tables.tables.items()}


def test_an_older_store_is_brought_up_to_date_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step added later runs at the next opening, and never again."""
    Store.open(tmp_path, create=True).close()
    runs: list[int] = []
    monkeypatch.setattr(
        migrations, "MIGRATIONS", (*migrations.MIGRATIONS, lambda _connection: runs.append(1))
    )
    Store.open(tmp_path).close()
    Store.open(tmp_path).close()
    assert runs == [1]


def test_a_store_is_for_its_owner_only(store: Store) -> None:
    """Letters are personal: no one else may read folder or file."""
    assert store.folder.stat().st_mode & 0o077 == 0
    assert (store.folder / DATABASE_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
    ids=str,
)
def test_every_connection_is_durable_and_strict(store: Store, pragma: str, value: str | int) -> None:
    """The promises rest on SQLite settings that are not its defaults."""
    with store.reading() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


# transactions


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    """Letter, words, vectors and posting go back together."""

    def put_and_fail(tx: Transaction) -> None:
        put(tx, a_draft("1"))
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"), store.writing() as tx:
        put_and_fail(tx)
    assert store.postings() == []
    assert store.embedders() == []
    assert store.version == 0


def test_version_counts_the_writes_that_changed_something(store: Store) -> None:
    """Readers elsewhere follow by it, so an empty transaction must not move it."""
    with store.writing() as tx:
        put(tx, a_draft("1"))
    assert store.version == 1
    with store.writing() as tx:
        tx.add_posting("jobs", blind=True)
    assert store.version == 1


def test_the_log_is_cut_after_each_commit(store: Store) -> None:
    """What was reported stands in the database file itself."""
    with store.writing() as tx:
        put(tx, a_draft("1"))
    assert (store.folder / f"{DATABASE_FILE}-wal").stat().st_size == 0


def test_a_second_writer_is_told_who_writes(store: Store) -> None:
    """Two programs never write at once; the second learns the process and what to do."""
    with (
        Store.open(store.folder, lock_wait_s=0.05) as second,
        store.writing(),
        pytest.raises(StoreBusy, match=rf"process {os.getpid()} .*wait until it ends"),
        second.writing(),
    ):
        pass


def test_a_second_writer_waits_its_turn(store: Store) -> None:
    """Writers in other threads wait for a short transaction instead of failing."""

    def write(letter_id: str) -> None:
        with Store.open(store.folder) as mine, mine.writing() as tx:
            put(tx, a_draft(letter_id))

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(letter.letter_id for letter in store.letters("jobs")) == list("012345")


def test_a_transaction_in_a_transaction_is_refused(store: Store) -> None:
    """A nested one would wait for itself for ever."""
    with store.writing(), pytest.raises(StoreError, match="already has one open"), store.writing():
        pass


def test_a_transaction_is_no_use_after_its_end(store: Store) -> None:
    """A writer kept by mistake can't write outside a transaction."""
    with store.writing() as tx:
        tx.add_posting("jobs", blind=True)
    with pytest.raises(StoreError, match="used after"):
        tx.put_letter(a_draft("1"))


def test_a_writer_reads_what_it_wrote_and_others_do_not(store: Store) -> None:
    """Near-duplicates within a batch are found before the batch is committed."""
    seen: list[int] = []
    with store.writing() as tx:
        key = put(tx, a_draft("1", signature=(5,))).key
        assert store.near_duplicates("jobs", (5,)) == [key]
        other = threading.Thread(target=lambda: seen.append(len(store.postings())))
        other.start()
        other.join()
    assert seen == [0]


def test_readers_go_on_while_one_writes(store: Store) -> None:
    """Many threads read whole letters at any moment of a writer's work."""
    with store.writing() as tx:
        put(tx, a_draft("start"))
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                counts = {len(one.sentences) for one in store.material("jobs", IDENTITY.key)}
                assert counts == {2}
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(25):
        with store.writing() as tx:
            put(tx, a_draft(str(number)))
    done.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(list(store.material("jobs", IDENTITY.key))) == 26


def test_callbacks_run_after_commits_only(store: Store) -> None:
    """What follows the store hears of each commit, of no failure, and may be forgotten."""

    class Follower:
        versions: list[int]

        def __init__(self) -> None:
            self.versions = []

        def hear(self) -> None:
            self.versions.append(store.version)

    follower = Follower()
    store.on_commit(follower.hear)
    with store.writing() as tx:
        tx.add_posting("a", blind=True)
    with pytest.raises(StoreError, match="not be blank"), store.writing() as tx:
        tx.add_posting(" ", blind=True)
    assert follower.versions == [1]
    del follower
    with store.writing() as tx:
        tx.add_posting("c", blind=True)


_WRITES_UNTIL_KILLED = """
import sys
from pathlib import Path
from ingestion.store import Store, LetterDraft
from ingestion.letter import OffsetMap
with Store.open(Path(sys.argv[1]), create=True) as store:
    for batch in range(10_000):
        with store.writing() as tx:
            tx.add_posting("jobs", blind=True)
            for row in range(20):
                name = f"{batch}-{row}"
                tx.put_letter(LetterDraft("jobs", name, None, name * 50, name * 50, OffsetMap(), "en", name))
        print(batch, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_reported(tmp_path: Path) -> None:
    """After SIGKILL at odd moments every reported batch is there, whole, and writing goes on."""
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        with subprocess.Popen(
            [sys.executable, "-c", _WRITES_UNTIL_KILLED, str(folder)], stdout=subprocess.PIPE, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            reported = [int(writer.stdout.readline()) for _ in range(3 + attempt)]
            # Somewhere inside one of the next batches.
            threading.Event().wait(0.004 * attempt)
            writer.send_signal(signal.SIGKILL)
            reported += [int(line) for line in writer.stdout if line.endswith(b"\n")]
        with Store.open(folder) as store:
            found = {letter.letter_id for letter in store.letters("jobs")}
            whole = {letter_id.split("-")[0] for letter_id in found}
            assert {str(batch) for batch in reported} <= whole
            assert len(found) == 20 * len(whole)
            with store.writing() as tx:
                tx.put_letter(a_draft("after"))


# postings and letters


def test_an_unknown_posting_names_the_known_ones(store: Store) -> None:
    """A mistyped posting is corrected from the message."""
    with store.writing() as tx:
        tx.add_posting("nurses", blind=True)
        tx.add_posting("cooks", blind=False)
    with pytest.raises(StoreError, match="known: nurses, cooks"):
        store.posting("nurse")
    assert store.postings() == [PostingRow(1, "nurses", True, 0), PostingRow(2, "cooks", False, 0)]


def test_blind_is_fixed_when_a_posting_is_made(store: Store) -> None:
    """Letters with and without names never stand in one posting."""
    with store.writing() as tx:
        tx.add_posting("jobs", blind=True)
        with pytest.raises(StoreError, match="fixed when a posting is made"):
            tx.add_posting("jobs", blind=False)


def test_an_id_is_taken_once_and_both_sources_are_named(store: Store) -> None:
    """The second letter of one id is refused with what to do."""
    with store.writing() as tx:
        put(tx, a_draft("7"))
        with pytest.raises(StoreError, match=r"other\.csv row 3.*letters\.csv row 7.*--id-prefix"):
            tx.put_letter(a_draft("7", source="other.csv row 3"))
        tx.add_posting("elsewhere", blind=True)
        tx.put_letter(a_draft("7", posting="elsewhere"))


def test_a_replaced_letter_keeps_its_key_and_nothing_else(store: Store) -> None:
    """Old passages, vectors, words, bands and links are gone."""
    with store.writing() as tx:
        first = put(tx, a_draft("1"))
        old = put(tx, a_draft("2", text="I bake bread every day.", signature=(1, 2)))
        tx.link_duplicate(old.key, first.key, 0.9)
        new = tx.replace_letter(old.key, a_draft("2", text="I repair trains at night.", signature=(3, 4)))
    assert new == store.letter("jobs", "2")
    assert new.key == old.key
    assert store.passages(new.key) == []
    assert store.unembedded("jobs", IDENTITY.key) == [new.key]
    assert store.bm25("jobs", "bread") == []
    assert [key for key, _score in store.bm25("jobs", "trains")] == [new.key]
    assert store.near_duplicates("jobs", (1, 2)) == []
    assert store.near_duplicates("jobs", (9, 4)) == [new.key]
    assert store.duplicates("jobs") == []


def test_a_replacement_has_the_same_posting_and_id(store: Store) -> None:
    """A letter can't become someone else's."""
    with store.writing() as tx:
        letter = put(tx, a_draft("1"))
        with pytest.raises(StoreError, match="keeps its posting and id"):
            tx.replace_letter(letter.key, a_draft("2"))


def test_a_key_is_never_used_again(store: Store) -> None:
    """A screening that speaks of an erased letter can't come to mean another."""
    with store.writing() as tx:
        first = put(tx, a_draft("1"))
        tx.erase_letter(first.key)
    with store.writing() as tx:
        assert put(tx, a_draft("1")).key > first.key
    with pytest.raises(StoreError, match="was it erased"):
        store.letter_by_key(first.key)


def test_letters_of_one_posting_are_never_read_with_anothers(store: Store) -> None:
    """Keys of another posting are left out, also when they are asked for."""
    with store.writing() as tx:
        mine = put(tx, a_draft("1"))
        theirs = put(tx, a_draft("1", posting="elsewhere"))
    assert list(store.letters("jobs", [mine.key, theirs.key])) == [mine]
    assert [one.letter for one in store.material("elsewhere", IDENTITY.key, [mine.key, theirs.key])] == [
        theirs
    ]


# passages and vectors


def test_material_is_sentences_in_order_with_their_vectors(store: Store) -> None:
    """Row i of the vectors belongs to sentence i, in the order of the text."""
    with store.writing() as tx:
        letters = [put(tx, a_draft(str(number))) for number in range(3)]
    found = list(store.material("jobs", IDENTITY.key))
    assert [one.letter for one in found] == letters
    for one in found:
        assert list(one.sentences) == store.passages(one.letter.key, "sentence")
        assert [sentence.start for sentence in one.sentences] == sorted(s.start for s in one.sentences)
        expected = np.stack([unit(1, one.letter.key, place, 1) for place in (2, 1)])
        assert one.vectors.tobytes() == expected.tobytes()


def test_material_names_the_remedy_for_another_embedder(store: Store) -> None:
    """Vectors of one model never stand in for another's."""
    with store.writing() as tx:
        letter = put(tx, a_draft("1"))
    with pytest.raises(StoreError, match="winnow embed --pipeline"):
        list(store.material("jobs", OTHER.key))
    assert store.unembedded("jobs", OTHER.key) == [letter.key]
    with store.writing() as tx:
        rows = [(p.passage_id, unit(1, 2, 3, 4)) for p in store.passages(letter.key)]
        tx.add_vectors(OTHER, {"dtype": "bfloat16"}, rows)
    assert store.unembedded("jobs", OTHER.key) == []
    assert len(list(store.material("jobs", OTHER.key))) == 1
    assert store.embedders() == [(IDENTITY, {"dtype": "float32"}), (OTHER, {"dtype": "bfloat16"})]


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (np.ones(3, dtype=np.float32), r"shape \(4,\)"),
        (np.ones(4, dtype=np.float32), "norm 1"),
        (np.full(4, np.nan, dtype=np.float32), "norm 1"),
        (np.zeros(4, dtype=np.float32), "norm 1"),
    ],
    ids=["shape", "norm", "nan", "zero"],
)
def test_a_vector_that_is_no_unit_vector_is_refused(
    store: Store, vector: NDArray[np.float32], message: str
) -> None:
    """An inner product of anything else is no cosine."""
    with store.writing() as tx:
        letter = put(tx, a_draft("1"), identity=None)
        passage = tx.add_passages(letter.key, [("passage", 0, 3)])[0]
        with pytest.raises(StoreError, match=message):
            tx.add_vectors(IDENTITY, {}, [(passage.passage_id, vector)])


def test_a_vector_needs_its_passage(store: Store) -> None:
    """No vector without a letter."""
    with store.writing() as tx, pytest.raises(StoreError, match="no passage 77"):
        tx.add_vectors(IDENTITY, {}, [(77, unit(1, 0, 0, 0))])


@pytest.mark.parametrize("span", [(0, 0), (-1, 3), (3, 99), (5, 2)], ids=str)
def test_a_passage_lies_within_its_letter(store: Store, span: tuple[int, int]) -> None:
    """A span that can't be quoted is refused."""
    with store.writing() as tx:
        letter = put(tx, a_draft("1", text="ten chars."))
        with pytest.raises(StoreError, match="0 <= start < end <= 10"):
            tx.add_passages(letter.key, [("sentence", *span)])


def test_the_same_passages_and_vectors_again_change_nothing(store: Store) -> None:
    """Doing a piece of work twice keeps ids and version."""
    with store.writing() as tx:
        letter = put(tx, a_draft("1"))
    before = store.passages(letter.key)
    [material] = store.material("jobs", IDENTITY.key)
    with store.writing() as tx:
        again = tx.add_passages(letter.key, [(p.kind, p.start, p.end) for p in before])
        rows = [(p.passage_id, v) for p, v in zip(material.sentences, material.vectors, strict=True)]
        tx.add_vectors(IDENTITY, {"dtype": "float32"}, rows)
    assert again == before
    assert store.version == 1


# words


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "AND",
        "NOT",
        "NEAR(",
        "judged_text:x",
        "*",
        "-",
        "(",
        "a AND (b",
        "^x",
        "{x}",
        "",
        "   ",
        "\x00",
        "''",
    ],
    ids=repr,
)
def test_a_query_is_never_syntax(store: Store, query: str) -> None:
    """What a job description says is words, whatever it looks like."""
    with store.writing() as tx:
        put(tx, a_draft("1", text="Certificate holder."))
    assert store.bm25("jobs", query) == []
    assert len(store.bm25("jobs", query + " certificate")) == 1


def test_words_match_by_stem_and_rank_by_how_rare_they_are(store: Store) -> None:
    """A query for managing finds management; the rare word decides."""
    with store.writing() as tx:
        tx.add_posting("jobs", blind=True)
        texts = [
            "Risk management in banks.",
            "I managed budgets.",
            "I cook.",
            "I paint.",
            "Welding and management.",
        ]
        keys = [tx.put_letter(a_draft(str(n), text)).key for n, text in enumerate(texts)]
    found = store.bm25("jobs", "managing welding")
    assert found[0][0] == keys[4]
    assert {key for key, _score in found} == {keys[0], keys[1], keys[4]}
    assert [score for _key, score in found] == sorted((score for _key, score in found), reverse=True)
    assert store.bm25("jobs", "managing welding", limit=1) == found[:1]


def test_another_postings_letters_change_no_score(store: Store) -> None:
    """How rare a word is counts within the posting."""
    with store.writing() as tx:
        for number in range(5):
            put(tx, a_draft(str(number), text=f"Letter about topic{number} only."))
    before = store.bm25("jobs", "topic3")
    with store.writing() as tx:
        for number in range(50):
            put(tx, a_draft(str(number), text="topic3 and more topic3", posting="elsewhere"))
    assert store.bm25("jobs", "topic3") == before


def test_equal_scores_stand_in_the_order_of_keys(store: Store) -> None:
    """Copies of one letter have one order."""
    with store.writing() as tx:
        keys = [put(tx, a_draft(str(number), text="The very same letter.")).key for number in range(9)]
    found = store.bm25("jobs", "letter")
    assert [key for key, _score in found] == keys
    assert len({score for _key, score in found}) == 1


def test_a_long_job_description_is_a_query(store: Store) -> None:
    """Thousands of words don't reach a limit of SQLite's."""
    with store.writing() as tx:
        letter = put(tx, a_draft("1", text="word4999 is mine"))
        put(tx, a_draft("2", text="nothing of the sort"))
    query = " ".join(f"word{number}" for number in range(5000))
    assert [key for key, _score in store.bm25("jobs", query)] == [letter.key]


# duplicates


def test_bands_match_in_their_place_only(store: Store) -> None:
    """A band is a hash of certain rows of a signature; elsewhere the same number means nothing."""
    largest = 2**64 - 1
    with store.writing() as tx:
        first = put(tx, a_draft("1", signature=(10, largest, 30)))
        second = put(tx, a_draft("2", signature=(11, 12, 30)))
        put(tx, a_draft("1", posting="elsewhere", signature=(10, largest, 30)))
    assert store.near_duplicates("jobs", (10, 0, 0)) == [first.key]
    assert store.near_duplicates("jobs", (0, largest, 30)) == [first.key, second.key]
    assert store.near_duplicates("jobs", (30, 10, 11)) == []


def test_duplicates_are_links_within_a_posting(store: Store) -> None:
    """A link names the earlier letter; linking again updates it."""
    with store.writing() as tx:
        first, second = put(tx, a_draft("1")), put(tx, a_draft("2"))
        elsewhere = put(tx, a_draft("1", posting="elsewhere"))
        tx.link_duplicate(second.key, first.key, 0.8)
        tx.link_duplicate(second.key, first.key, 1.0)
        with pytest.raises(StoreError, match="within a posting"):
            tx.link_duplicate(elsewhere.key, first.key, 1.0)
        with pytest.raises(StoreError, match="joins two letters"):
            tx.link_duplicate(first.key, first.key, 1.0)
    assert store.duplicates("jobs") == [DuplicateLink(second.key, first.key, "1", 1.0)]
    assert store.duplicates("elsewhere") == []


# screenings


def a_screening(*keys: int, screening_id: str = "s1") -> StoredScreening:
    """A screening that says something about each of these letters."""
    entries = tuple(ScreeningEntry(key, f'{{"findings of": {key}}}') for key in keys)
    return StoredScreening(screening_id, "jobs", "2026-01-02T03:04:05+00:00", '{"job": "cook"}', entries)


def test_a_screening_comes_back_as_it_was_stored(store: Store) -> None:
    """Text to the byte, entries in their order."""
    with store.writing() as tx:
        keys = [put(tx, a_draft(str(number))).key for number in range(3)]
        tx.put_screening(a_screening(*reversed(keys)))
    assert store.screening("s1") == a_screening(*reversed(keys))
    summary = ScreeningSummary("s1", "jobs", "2026-01-02T03:04:05+00:00", 3)
    assert store.screenings() == store.screenings("jobs") == [summary]
    with pytest.raises(StoreError, match="'s2'"):
        store.screening("s2")


def test_a_screening_is_stored_once_and_of_its_postings_letters(store: Store) -> None:
    """Nothing overwrites a screening, and none speaks of a stranger."""
    with store.writing() as tx:
        key = put(tx, a_draft("1")).key
        stranger = put(tx, a_draft("1", posting="elsewhere")).key
        tx.put_screening(a_screening(key))
        with pytest.raises(StoreError, match="stored once"):
            tx.put_screening(a_screening(key))
        with pytest.raises(StoreError, match=f"key {stranger} is not in"):
            tx.put_screening(a_screening(stranger, screening_id="s2"))


# damage


@pytest.mark.parametrize(
    ("damage", "read"),
    [
        ("UPDATE letter SET text = 'I hold every certificate.'", lambda s: s.letter("jobs", "1")),
        ("UPDATE letter SET applicant = 'Someone Else'", lambda s: list(s.letters("jobs"))),
        ("UPDATE letter SET offsets = '[[0, 1, 0, 1, \"name\"]]'", lambda s: list(s.letters("jobs"))),
        (
            "UPDATE sentence_vector SET vector = zeroblob(16)",
            lambda s: list(s.material("jobs", IDENTITY.key)),
        ),
        (
            "UPDATE sentence_vector SET vector = (SELECT vector FROM sentence_vector ORDER BY 1 LIMIT 1)",
            lambda s: list(s.material("jobs", IDENTITY.key)),
        ),
        ("UPDATE screening SET header = '{}'", lambda s: s.screening("s1")),
        ("UPDATE screening_entry SET payload = '{}' WHERE place = 0", lambda s: s.screening("s1")),
        ("UPDATE screening_entry SET letter_key = 2 WHERE place = 0", lambda s: s.screening("s1")),
        ("UPDATE embedder SET model = 'b-model'", lambda s: s.embedders()),
    ],
    ids=[
        "text",
        "applicant",
        "offsets",
        "vector",
        "swapped vectors",
        "header",
        "finding",
        "finding's letter",
        "embedder",
    ],
)
def test_a_damaged_row_is_never_shown(store: Store, damage: str, read) -> None:
    """What is not what was written is refused, with a remedy."""
    with store.writing() as tx:
        keys = [put(tx, a_draft(letter_id)).key for letter_id in "12"]
        tx.put_screening(a_screening(keys[0]))
    read(store)
    with begin(connect(store.folder / DATABASE_FILE), write=True) as raw:
        raw.exec_driver_sql(damage)
    with pytest.raises(StoreDamaged, match="restore a backup"):
        read(store)

"""Eight readers and one writer, in one process and in two: nothing crashes, and nobody sees half of a write.

``WINNOW_SECONDS=120 pytest -m slow tests/test_readers_and_a_writer.py`` is the long run, for each of the two.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from full_store import IDENTITY, WORDS, add_letter

from ingestion.ledger_rows import read_ledger
from ingestion.store import ScreeningEntry, Store, StoredScreening
from ingestion.vectors import LetterVectorStore

ROOT = Path(__file__).resolve().parent.parent
READERS = 8
SENTENCES = 2


@dataclass
class Log:
    """What the threads did, and what went wrong in them."""

    reads: int = 0
    writes: int = 0
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, reads: int, writes: int) -> None:
        """Add to the counts."""
        with self.lock:
            self.reads += reads
            self.writes += writes


def read_once(store: Store, vectors: LetterVectorStore, chance: random.Random) -> None:
    """Read a moment of the store in several ways, and hold them against one another."""
    with store.reading() as connection:
        # The writer keeps these in step within each transaction; a reader that mixes two sees them apart.
        letters = set(connection.exec_driver_sql("SELECT letter_key FROM letter").scalars())
        intakes = set(connection.exec_driver_sql("SELECT letter_key FROM letter_intake").scalars())
        sentences = connection.exec_driver_sql("SELECT count(*) FROM sentence_vector").scalar_one()
        passages = set(connection.exec_driver_sql("SELECT letter_key FROM passage_vector").scalars())
        entries = set(connection.exec_driver_sql("SELECT letter_key FROM screening_entry").scalars())
        words = connection.exec_driver_sql("SELECT count(*) FROM letter_words_1_docsize").scalar_one()
        assert letters == intakes == passages
        assert entries <= letters
        assert sentences == SENTENCES * len(letters)
        assert words == len(letters)
        read_ledger(connection)
    query = np.eye(1, IDENTITY.dimension, chance.randrange(IDENTITY.dimension), dtype=np.float32)[0]
    hits = vectors.nearest(query, 5)
    assert [hit.similarity for hit in hits] == sorted((hit.similarity for hit in hits), reverse=True)
    found = [len(one.sentences) for one in store.material("jobs", IDENTITY.key)]
    assert set(found) <= {SENTENCES}
    store.bm25("jobs", chance.choice(WORDS) + str(chance.randrange(50)))
    for one in store.screenings():
        store.screening(one.screening_id)


def read_until(end: float, folder: Path, shared: Store | None, log: Log, seed: int) -> None:
    """Read until the time is up, through a store of one's own or a shared one."""
    chance = random.Random(seed)
    try:
        store = shared or Store.open(folder)
        vectors = LetterVectorStore(store, IDENTITY)
        done = 0
        while time.monotonic() < end:
            read_once(store, vectors, chance)
            done += 1
        if shared is None:
            store.close()
        log.count(done, 0)
    except Exception as error:
        log.errors.append(f"reader: {type(error).__name__}: {error}")


def write_until(end: float, store: Store, log: Log, seed: int) -> None:
    """Store, screen and erase letters until the time is up."""
    chance = random.Random(seed)
    number = 100
    try:
        while time.monotonic() < end:
            number += 1
            add_letter(store, number)
            keys = store.letter_keys("jobs")
            if number % 5 == 0:
                entries = tuple(ScreeningEntry(key, "{}") for key in keys[-9:])
                with store.writing() as tx:
                    tx.put_screening(
                        StoredScreening(f"s-{number}", "jobs", "2026-01-01T00:00:00+00:00", "{}", entries)
                    )
            if len(keys) > 40:
                with store.writing() as tx:
                    for key in chance.sample(keys, 3):
                        tx.erase_letter(key)
            log.count(0, 1)
    except Exception as error:
        log.errors.append(f"writer: {type(error).__name__}: {error}")


def run(folder: Path, seconds: float, *, readers: int, writer: bool, shared: bool) -> Log:
    """Let so many readers, and a writer or none, work on a store at once; return what happened."""
    log = Log()
    end = time.monotonic() + seconds
    with Store.open(folder) as store:
        threads = [
            threading.Thread(target=read_until, args=(end, folder, store if shared else None, log, seed))
            for seed in range(readers)
        ]
        if writer:
            threads.append(threading.Thread(target=write_until, args=(end, store, log, 99)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return log


OTHER_PROCESS = """
import json, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[3])
from test_readers_and_a_writer import run
log = run(Path(sys.argv[1]), float(sys.argv[2]), readers=4, writer=False, shared=False)
print(json.dumps([log.reads, log.errors]))
"""


def in_one_process(folder: Path, seconds: float) -> Log:
    """Eight readers share one store object with the writer."""
    return run(folder, seconds, readers=READERS, writer=True, shared=True)


def in_two_processes(folder: Path, seconds: float) -> Log:
    """Four readers beside the writer, each with a store of its own, and four in another process."""
    paths = json.dumps([str(ROOT), *(str(ROOT / "tests" / name) for name in ("", "doubles", "sealed"))])
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(folder), str(seconds), paths],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    ) as other:
        log = run(folder, seconds, readers=READERS // 2, writer=True, shared=False)
        assert other.stdout is not None
        reads, errors = json.loads(other.stdout.read())
    assert reads > 0
    log.count(reads, 0)
    log.errors += errors
    return log


def check(folder: Path, log: Log) -> None:
    """Nobody failed, everybody got on, and what is left is sound."""
    assert log.errors == []
    assert log.writes > 0
    assert log.reads >= READERS // 2
    with Store.open(folder) as store:
        store.check_rows()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with twenty letters."""
    with Store.open(tmp_path / "store", create=True) as store:
        for number in range(20):
            add_letter(store, number)
    return tmp_path / "store"


@pytest.mark.parametrize("together", [in_one_process, in_two_processes], ids=["one process", "two"])
def test_readers_and_a_writer_get_on(folder: Path, together) -> None:
    """For three seconds each."""
    check(folder, together(folder, 3.0))


@pytest.mark.slow
@pytest.mark.parametrize("together", [in_one_process, in_two_processes], ids=["one process", "two"])
def test_readers_and_a_writer_get_on_for_long(folder: Path, together) -> None:
    """For two minutes each, or ``WINNOW_SECONDS``."""
    log = together(folder, float(os.environ.get("WINNOW_SECONDS", "120")))
    sys.stderr.write(f"{log.reads} reads, {log.writes} writes\n")
    check(folder, log)

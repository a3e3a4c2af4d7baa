"""SIGKILL at any moment of ingesting, updating and erasing: nothing reported is lost, nothing erased comes back.

``WINNOW_KILLS=200 pytest -m slow tests/test_kill_erasing.py`` is the long run; the number is the kills.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.erasure_list import read_erasure_list
from ingestion.store import Store

ROOT = Path(__file__).resolve().parent.parent
# Vectors come from a hash, so that the time goes into writing, which is what is to be cut off.
WORKER = """
import json, os, random, sys, tempfile
from pathlib import Path
import numpy as np
from ingestion import ingest as ingesting
from ingestion.blinding import MASKING_VERSION
from ingestion.embedders import load_embedder
from ingestion.erasure import erase
from ingestion.letter_embedder import LetterEmbedder
from ingestion.store import Store

def quick(self, prefix, texts):
    made = [np.random.default_rng(sum(text.encode()) + 7 * len(text)).standard_normal(384) for text in texts]
    made = np.array(made, dtype=np.float32).reshape(len(texts), 384)
    return made / np.linalg.norm(made, axis=1, keepdims=True)

LetterEmbedder._embed_prefixed = quick
LetterEmbedder.check_space = lambda self: {}
ingesting.BATCH_LETTERS = 4
embedder = load_embedder("minilm", masking=MASKING_VERSION)

def tell(**what):
    print(json.dumps(what), flush=True)

def text_of(name, version):
    words = " ".join(f"{name}w{number}" for number in range(30))
    return f"I am {name}n and I cook. I have version {version} of a letter. {words}."

def report(progress):
    tell(done=[[one.letter_id, one.status] for one in progress.outcomes])

def work(folder, seed, rounds):
    file = folder / "letters.jsonl"
    chance = random.Random(seed)
    with Store.open(folder / "store", create=True) as store:
        while rounds:
            rounds -= 1
            crowd = len(store.letter_keys("default") if store.postings() else [])
            for _ in range(chance.randint(1, 4) + max(0, crowd - 30) // 3):
                keys = store.letter_keys("default") if store.postings() else []
                if len(keys) > 8:
                    letter = store.letter_by_key(chance.choice(keys))
                    tell(erasing=letter.letter_id)
                    erase(store, [letter.key])
                    tell(erased=letter.letter_id)
            rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
            number = 1 + max((int(row["id"][2:]) for row in rows), default=0)
            rows = rows[-12:]
            for row in chance.sample(rows, min(4, len(rows))):
                row["version"] += 1
            rows += [{"id": f"zq{n:05d}", "version": 1} for n in range(number, number + 3)]
            for row in rows:
                row["text"], row["name"] = text_of(row["id"], row["version"]), row["id"] + "n"
            (folder / "new").write_text("".join(json.dumps(row) + chr(10) for row in rows))
            os.replace(folder / "new", file)
            tell(file={row["id"]: row["version"] for row in rows})
            ingesting.ingest(store, embedder, [str(file)], on_batch=report)

# Everything is loaded once, by doing it once; each process to kill is a fork of this one.
with tempfile.TemporaryDirectory() as first:
    work(Path(first), 1, 2)
tell(loaded=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        tell(ready=os.getpid())
        work(Path(sys.argv[1]), int(line), 10**6)
    os.waitpid(child, 0)
    print(chr(10) + json.dumps({"ended": True}), flush=True)
"""


@dataclass
class Expected:
    """What the killed processes have reported so far."""

    file: dict[str, int] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    erasing: set[str] = field(default_factory=set)
    cut_off: Counter[str] = field(default_factory=Counter)

    def read(self, lines: list[str]) -> None:
        """Take in what one process reported; a line that was cut off was not reported."""
        last = "opening"
        for line in lines:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            last = next(iter(said))
            if "file" in said:
                self.file |= said["file"]
            for letter_id, status in said.get("done", ()):
                assert (status == "refused") == (letter_id in self.erased), (letter_id, status)
                if status != "refused":
                    self.stored[letter_id] = self.file[letter_id]
            if "erasing" in said:
                self.erasing.add(said["erasing"])
            if "erased" in said:
                self.erasing.discard(said["erased"])
                self.erased.add(said["erased"])
                self.stored.pop(said["erased"], None)
        self.cut_off[f"after {last}"] += 1


def check(folder: Path, expected: Expected) -> int:
    """Open the store and look at everything in it and in its files; return how many letters it holds."""
    rows = [json.loads(line) for line in (folder / "letters.jsonl").read_text().splitlines()]
    expected.file |= {row["id"]: row["version"] for row in rows}
    with Store.open(folder / "store", create=True) as store:
        store.check_rows()
        letters = {one.letter_id: one for one in store.letters("default")} if store.postings() else {}
        # An erasure that was begun and not reported happened whole or not at all.
        for one in expected.erasing - set(letters):
            expected.erased.add(one)
            expected.stored.pop(one, None)
        expected.erasing.clear()
        assert set(expected.stored) <= set(letters)
        for letter_id, letter in letters.items():
            version = int(letter.text.split("version ")[1].split()[0])
            assert expected.stored.get(letter_id, 1) <= version <= expected.file[letter_id]
            assert f"{letter_id}w29" in letter.text
        assert expected.erased.isdisjoint(letters)
        keys = [identity.key for identity, _runtime in store.embedders()]
        for key in keys:
            assert store.unembedded("default", key) == []
            assert sum(1 for _ in store.material("default", key)) == len(letters)
        with store.reading() as connection:
            listed = {key for some in read_erasure_list(connection).listed.values() for key in some}
        assert len(listed) == len(expected.erased)
        for file in (folder / "store").rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            assert [one for one in expected.erased if one.encode() in content] == []
    return len(letters)


def kill_and_look(folder: Path, kills: int, seed: int) -> Expected:
    """Kill one process after the other at random moments, and look at what is left after each."""
    chance = random.Random(seed)
    expected = Expected()
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    ) as mother:
        assert mother.stdin is not None
        assert mother.stdout is not None
        while "loaded" not in mother.stdout.readline():
            assert mother.poll() is None
        for kill in range(kills):
            mother.stdin.write(f"{chance.randrange(2**32)}\n")
            mother.stdin.flush()
            child = json.loads(mother.stdout.readline())["ready"]
            time.sleep(chance.random() * (0.2 if kill % 2 else 1.5))
            os.kill(child, signal.SIGKILL)
            lines: list[str] = []
            while "ended" not in (line := mother.stdout.readline()):
                lines.append(line)
            if (folder / "letters.jsonl").exists():
                expected.read(lines)
                check(folder, expected)
        mother.stdin.close()
    return expected


def test_no_kill_loses_a_letter_or_brings_one_back(tmp_path: Path) -> None:
    """Six kills at random moments of a program that ingests, updates and erases."""
    expected = kill_and_look(tmp_path, 6, int(time.time()))
    assert len(expected.stored) > 0


@pytest.mark.slow
def test_two_hundred_kills_lose_no_letter_and_bring_none_back(tmp_path: Path) -> None:
    """The same, 200 times or ``WINNOW_KILLS`` times."""
    expected = kill_and_look(tmp_path, int(os.environ.get("WINNOW_KILLS", "200")), int(time.time()))
    sys.stderr.write(
        f"{len(expected.stored)} letters stand, {len(expected.erased)} were erased; cut off {dict(expected.cut_off)}\n"
    )
    assert len(expected.erased) > 0
    assert len(expected.stored) > 0

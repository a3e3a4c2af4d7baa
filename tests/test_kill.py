"""What a SIGKILL at any moment of an ingest leaves behind. Knows nothing about how the store does it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ingestion.letter_embedder import LetterEmbedder
from ingestion.store import Store

ROOT = Path(__file__).resolve().parent.parent
# Small batches, so that there are many moments to be killed at; each is reported when it is committed.
INGEST = """
import json, sys
from pathlib import Path
from ingestion import ingest as ingesting
from ingestion.blinding import MASKING_VERSION
from ingestion.embedders import load_embedder
from ingestion.store import Store

ingesting.BATCH_LETTERS = 4
embedder = load_embedder("minilm", masking=MASKING_VERSION)
def report(progress):
    print(json.dumps([one.letter_id for one in progress.outcomes]), flush=True)
print("[]", flush=True)
with Store.open(Path(sys.argv[1]), create=True) as store:
    ingesting.ingest(store, embedder, [sys.argv[2]], on_batch=report)
print('["done"]', flush=True)
"""


def start(store: Path, letters: Path) -> subprocess.Popen[str]:
    """Begin an ingest in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", INGEST, str(store), str(letters)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def reported_by(process: subprocess.Popen[str]) -> set[str]:
    """Read what it still reports until it ends; a line that was cut off was not reported."""
    assert process.stdout is not None
    lines = [line for line in process.stdout if line.endswith("\n")]
    process.wait()
    return {letter_id for line in lines for letter_id in json.loads(line)}


def check(folder: Path, reported: set[str], texts: dict[str, str], embedder: LetterEmbedder) -> int:
    """Open the store and look at everything in it; return how many letters it holds."""
    with Store.open(folder, create=True) as store:
        if not store.postings():
            assert not reported
            return 0
        stored = {letter.letter_id: letter.text for letter in store.letters("default")}
        assert reported <= set(stored)
        assert stored == {letter_id: texts[letter_id] for letter_id in stored}
        assert store.unembedded("default", embedder.identity.key) == []
        seen = 0
        for material in store.material("default", embedder.identity.key):  # verifies every checksum
            assert len(material.sentences) == len(material.vectors) > 0
            assert np.allclose(np.linalg.norm(material.vectors, axis=1), 1, atol=1e-4)
            seen += 1
        assert seen == len(stored)
    return seen


def kill_and_go_on(tmp_path: Path, embedder: LetterEmbedder, *, kills: int, letters: int, seed: int) -> None:
    """Kill one ingest after the other at random moments, then let the last one end."""
    generator = random.Random(seed)
    file, folder = tmp_path / "letters.jsonl", tmp_path / "store"
    texts = {
        str(
            number
        ): f"I have cooked for {number} years. I keep the {generator.choice('abcdef')} shelf. Call me."
        for number in range(letters)
    }
    file.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in texts.items()))
    reported: set[str] = set()
    for kill in range(kills):
        with start(folder, file) as process:
            assert process.stdout is not None
            process.stdout.readline()  # loaded; from here on any moment will do
            began = time.perf_counter()
            first = process.stdout.readline() if kill % 3 else ""
            if first:
                reported |= set(json.loads(first))
            time.sleep(generator.random() * (0.05 + (time.perf_counter() - began)))
            process.send_signal(signal.SIGKILL)
            reported |= reported_by(process) - {"done"}
        check(folder, reported, texts, embedder)
    with start(folder, file) as process:
        assert "done" in reported_by(process)
    assert check(folder, set(texts), texts, embedder) == letters


def test_every_reported_batch_survives_a_kill(tmp_path: Path, embedder: LetterEmbedder) -> None:
    """Three kills at random moments; the same command ends what they left."""
    kill_and_go_on(tmp_path, embedder, kills=3, letters=60, seed=int(time.time()))


@pytest.mark.slow
def test_every_reported_batch_survives_fifty_kills(tmp_path: Path, embedder: LetterEmbedder) -> None:
    """Fifty kills at random moments of one long ingest, and never a store that does not open."""
    kill_and_go_on(tmp_path, embedder, kills=50, letters=1_200, seed=int(time.time()))

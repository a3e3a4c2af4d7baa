"""Measures the main job: letters in, then a screening by five requirements, beside LlamaIndex's own way in.

Knows nothing about quality. ``python -m evals.bench.screen [LETTERS]`` prints the table; each side runs in a fresh
process, so that its peak memory is its own. Models are loaded and warm before a clock starts, but for the cold
screening, which is a whole process from its start to its exit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from evals.bench.scale import Row

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

ROOT = Path(__file__).resolve().parents[2]
REAL_LETTERS = ROOT.parent / "shared" / "data" / "cover-letters" / "letters.csv"
BUNDLED_LETTERS = ROOT / "ingestion" / "samples" / "letters"

ROUNDS = 2
"""Ingests and raw encodings, taken in turns; each is given its best, so that another program slows neither alone."""

SCREENINGS = 5
TOP_K = 10

JOB = (
    "We need a Project Manager with AWS certification, strong leadership, experience in other projects related to "
    "finances. A master's degree is a plus."
)
REQUIREMENTS = (
    ("Project Manager", "must"),
    ("AWS certification", "must"),
    ("strong leadership", "must"),
    ("experience in other projects related to finances", "must"),
    ("master's degree", "nice"),
)

INGEST, SCREEN, THEIRS = "ingest", "screen", "llama-index"
OUR_SIDE, THEIR_SIDE = "winnow", "llama-index"
INGEST_TIME = f"ingest, to the disk (best of {ROUNDS})"
RETRIEVAL = "of which retrieval"


def run(letters: Path | None = None) -> list[Row]:
    """Measure the letters (the 813 real ones, or the bundled ones where those are missing); print and return the rows."""
    chosen = letters or (REAL_LETTERS if REAL_LETTERS.is_file() else BUNDLED_LETTERS)
    if not chosen.exists():
        raise FileNotFoundError(
            f"letters to measure with must be a file or folder, but {chosen} does not exist"
        )
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as folder:
        asked = Path(folder) / "requirements.json"
        asked.write_text(json.dumps([{"text": text, "kind": kind} for text, kind in REQUIREMENTS]))
        rows = _in_fresh_process(INGEST, chosen, Path(folder))
        rows += _cold(Path(folder), asked)
        rows += _in_fresh_process(SCREEN, chosen, Path(folder))
        rows += _in_fresh_process(THEIRS, chosen, Path(folder))
    print(f"{chosen.name}, {len(REQUIREMENTS)} requirements, {os.cpu_count()} processors")
    print(f"{'':<58}{OUR_SIDE:>14}{THEIR_SIDE:>14}")
    for what in dict.fromkeys(row.what for row in rows):
        cells = {row.side: f"{row.value:,.4g} {row.unit}".rstrip() for row in rows if row.what == what}
        print(f"{what:<58}{cells.get(OUR_SIDE, '-'):>14}{cells.get(THEIR_SIDE, '-'):>14}")
    return rows


def _in_fresh_process(side: str, letters: Path, folder: Path) -> list[Row]:
    done = subprocess.run(
        [sys.executable, "-m", "evals.bench.screen", str(letters), "--side", side, "--folder", str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _cold(folder: Path, requirements: Path) -> list[Row]:
    """Time ``winnow screen`` from start to exit. The parent stays small: a child's peak counts it from before exec."""
    command = [sys.executable, "-m", "ui.cli", "screen", JOB, "--json"]
    command += ["--store", str(folder / "store"), "--requirements", str(requirements)]
    seconds: list[float] = []
    peak = 0.0
    for _ in range(3):
        start = time.perf_counter()
        with (folder / "verdict.json").open("wb") as verdict:
            process = subprocess.Popen(command, stdout=verdict, cwd=ROOT)
            _pid, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"a cold screening must end with status 0, but got {process.returncode}")
        seconds.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss / 1000)
    return [
        Row(OUR_SIDE, "cold screening, a fresh process (median of 3)", statistics.median(seconds), "s"),
        Row(OUR_SIDE, "cold screening, peak memory", peak, "MB"),
    ]


def _peak_mb() -> float:
    """Return this process's own peak resident memory; unlike ru_maxrss it starts anew at exec."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1000


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _embedder() -> LetterEmbedder:
    from agents.loading import load_pipeline_embedder

    return load_pipeline_embedder("offline")


def _ingest_side(letters: Path, folder: Path) -> list[Row]:
    from ingestion.ingest import ingest
    from ingestion.store import Store

    embedder = _embedder()
    times: list[float] = []
    raw: list[float] = []
    peaks: list[float] = []
    made: list[int] = []
    for number in range(ROUNDS):
        # The last one is the store that the screenings read.
        target = folder / ("store" if number == ROUNDS - 1 else f"store-{number}")
        with Store.open(target, create=True) as store:
            report = ingest(store, embedder, [str(letters)])
            times.append(report.seconds)
            peaks.append(_peak_mb())
            texts = _embedded_texts(store)
        raw.append(_seconds(lambda texts=texts: embedder.embed_passages(texts)))
        made = [report.read - report.counts["refused"], len(texts)]
    return [
        Row(OUR_SIDE, "letters", made[0], ""),
        Row(OUR_SIDE, "vectors made of them", made[1], ""),
        Row(OUR_SIDE, INGEST_TIME, min(times), "s"),
        Row(OUR_SIDE, f"the encoder alone on the same texts (best of {ROUNDS})", min(raw), "s"),
        Row(OUR_SIDE, "ingest / the encoder alone", min(times) / min(raw), "x"),
        Row(OUR_SIDE, "ingest, peak memory", peaks[0], "MB"),
    ]


def _embedded_texts(store: Store) -> list[str]:
    """Return the passages and sentences of all letters in the order in which they were embedded."""
    return [
        letter.judged_text[one.start : one.end]
        for letter in store.letters("default")
        for kind in ("passage", "sentence")
        for one in store.passages(letter.key, kind)
    ]


def _screen_side(_letters: Path, folder: Path) -> list[Row]:
    from agents.screening import open_engine
    from agents.verdict import Verdict

    with open_engine(folder / "store", requirements=folder / "requirements.json") as engine:
        times: list[float] = []
        retrieve: list[float] = []
        for _ in range(SCREENINGS + 1):
            start = time.perf_counter()
            metadata = engine.query(JOB).metadata
            times.append(time.perf_counter() - start)
            assert metadata is not None
            verdict = metadata["verdict"]
            assert isinstance(verdict, Verdict)
            retrieve.append(verdict.seconds.retrieve)
    return [
        Row(
            OUR_SIDE,
            f"warm screening, all letters judged (median of {SCREENINGS})",
            statistics.median(times[1:]),
            "s",
        ),
        Row(OUR_SIDE, RETRIEVAL, statistics.median(retrieve[1:]) * 1000, "ms"),
        Row(OUR_SIDE, "warm screening, peak memory", _peak_mb(), "MB"),
    ]


def _their_side(letters: Path, folder: Path) -> list[Row]:
    """LlamaIndex as its documents show it: no passages of its own, a letter's end cut off, nothing judged."""
    import faiss
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    from ingestion.minilm import minilm_folder
    from ingestion.raw_letter import RawLetter
    from ingestion.readers import read_letters

    texts = [one.text for one in read_letters([str(letters)]) if isinstance(one, RawLetter)]
    encoder = HuggingFaceEmbedding(model_name=str(minilm_folder()), device="cpu")
    encoder.get_query_embedding("warm")
    times: list[float] = []

    def build() -> tuple[VectorStoreIndex, int]:
        flat = faiss.IndexFlatL2(384)
        start = time.perf_counter()
        index = VectorStoreIndex.from_documents(
            [Document(text=text) for text in texts],
            storage_context=StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=flat)),
            embed_model=encoder,
        )
        index.storage_context.persist(str(folder / "llama-index"))
        times.append(time.perf_counter() - start)
        return index, flat.ntotal

    index, vectors = [build() for _ in range(ROUNDS)][-1]
    retriever = index.as_retriever(similarity_top_k=TOP_K)
    retriever.retrieve(JOB)
    found = [_seconds(lambda: retriever.retrieve(JOB)) for _ in range(SCREENINGS)]
    return [
        Row(THEIR_SIDE, "letters", len(texts), ""),
        Row(THEIR_SIDE, "vectors made of them", vectors, ""),
        Row(THEIR_SIDE, INGEST_TIME, min(times), "s"),
        Row(THEIR_SIDE, "ingest, peak memory", _peak_mb(), "MB"),
        Row(THEIR_SIDE, RETRIEVAL, statistics.median(found) * 1000, "ms"),
    ]


SIDES: dict[str, Callable[[Path, Path], list[Row]]] = {
    INGEST: _ingest_side,
    SCREEN: _screen_side,
    THEIRS: _their_side,
}


def main() -> None:
    """``[LETTERS]`` prints the table; ``--side`` measures one side and prints it as JSON."""
    parser = argparse.ArgumentParser(description="Measure ingesting and screening.")
    parser.add_argument("letters", nargs="?", type=Path, help="a file or folder of letters")
    parser.add_argument("--side", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side is None:
        run(arguments.letters)
        return
    rows = SIDES[arguments.side](arguments.letters, arguments.folder)
    print(json.dumps([{"side": r.side, "what": r.what, "value": r.value, "unit": r.unit} for r in rows]))


if __name__ == "__main__":
    main()

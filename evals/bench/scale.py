"""Measures the store at scale: letters with given vectors, no encoding, beside LlamaIndex as it comes.

Knows nothing about quality. ``python -m evals.bench.scale [n]`` prints the table; each side runs in a
fresh process, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingestion.letter import EmbedderIdentity

DIMENSION = 384
BATCH = 1000
SEARCHES = 50
INSERTS = 20
OUR_SIDE, THEIR_SIDE = "winnow", "llama-index"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number of one side. ``unit``: s, ms, MB, or x (a ratio)."""

    side: str
    what: str
    value: float
    unit: str


def run(n: int = 100_000) -> list[Row]:
    """Measure ``n`` letters, one passage each, on both sides; print and return the rows."""
    rows: list[Row] = []
    for side in (OUR_SIDE, THEIR_SIDE):
        done = subprocess.run(
            [sys.executable, "-m", "evals.bench.scale", str(n), side],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        rows.extend(Row(**row) for row in json.loads(done.stdout.splitlines()[-1]))
    print(f"{n:,} letters, one {DIMENSION}-number vector each, given")
    for what in dict.fromkeys(row.what for row in rows):
        cells = {row.side: f"{row.value:,.4g} {row.unit}" for row in rows if row.what == what}
        print(f"{what:<58}{cells.get(OUR_SIDE, '-'):>14}{cells.get(THEIR_SIDE, '-'):>14}")
    return rows


def _letters(n: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Texts of 30 to 60 words of a vocabulary like a language's, and unit vectors; the same every time."""
    import numpy as np

    choose = random.Random(7)
    words = [f"word{number}" for number in range(20_000)]
    weights = [1 / (number + 1) for number in range(len(words))]
    numbers = np.random.default_rng(7)
    for start in range(0, n, BATCH):
        count = min(BATCH, n - start)
        vectors = numbers.standard_normal((count, DIMENSION), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for vector in vectors:
            yield " ".join(choose.choices(words, weights, k=choose.randint(30, 60))), vector


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _disk_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _queries() -> NDArray[np.float32]:
    import numpy as np

    queries = np.random.default_rng(8).standard_normal((SEARCHES, DIMENSION), dtype=np.float32)
    return queries / np.linalg.norm(queries, axis=1, keepdims=True)


def _fill(folder: Path, n: int, identity: EmbedderIdentity) -> None:
    from ingestion.letter import OffsetMap
    from ingestion.store import LetterDraft, Store
    from ingestion.writing import Span

    letters = enumerate(_letters(n))
    with Store.open(folder, create=True) as store:
        for _batch in range(0, n, BATCH):
            with store.writing() as tx:
                tx.add_posting("jobs", blind=True)
                spans: dict[int, list[Span]] = {}
                batch: list[NDArray[np.float32]] = []
                for _place, (number, (text, vector)) in zip(range(BATCH), letters, strict=False):
                    draft = LetterDraft(
                        "jobs", str(number), None, text, text, OffsetMap(), "en", f"row {number}"
                    )
                    letter = tx.put_letter(draft)
                    spans[letter.key] = [("passage", 0, len(text))]
                    batch.append(vector)
                made = tx.add_passages_of_many(spans).values()
                tx.add_vectors(
                    identity, {}, [(one.passage_id, v) for [one], v in zip(made, batch, strict=True)]
                )


def _ours(folder: Path, n: int) -> list[Row]:
    import faiss
    import numpy as np

    from ingestion.letter import EmbedderIdentity, OffsetMap
    from ingestion.store import LetterDraft, Store
    from ingestion.vectors import LetterVectorStore

    found: list[Row] = []

    def say(what: str, value: float, unit: str) -> None:
        found.append(Row(OUR_SIDE, what, value, unit))

    identity = EmbedderIdentity("given", "1", "none", "", "", DIMENSION, "1")
    say("build, every batch durable", _seconds(lambda: _fill(folder, n, identity)), "s")
    say("on the disk", _disk_mb(folder), "MB")
    before = _resident_mb()
    start = time.perf_counter()
    store = Store.open(folder)
    vectors = LetterVectorStore(store, identity)
    vectors.nearest(_queries()[0], 10)
    say("open, to the first answer", time.perf_counter() - start, "s")
    say("memory that it takes", _resident_mb() - before, "MB")

    times: list[float] = []
    inserted = _queries()
    text = "I lead projects in finance and hold a certificate."
    for number in range(INSERTS):

        def insert(number: int = number) -> None:
            with store.writing() as tx:
                draft = LetterDraft("jobs", f"new {number}", None, text, text, OffsetMap(), "en", "new")
                letter = tx.put_letter(draft)
                [passage] = tx.add_passages(letter.key, [("passage", 0, len(text))])
                tx.add_vectors(identity, {}, [(passage.passage_id, inserted[number])])

        times.append(_seconds(insert))
        assert vectors.nearest(inserted[number], 1)[0].similarity > 0.999, "an insert is found at once"
    say("insert one, durable and in the index (median)", statistics.median(times) * 1000, "ms")
    say("insert one, durable and in the index (slowest)", max(times) * 1000, "ms")

    # The same vectors in a plain index: what FAISS itself takes, in alternation with ours.
    rows = vectors.snapshot.merged().base.rows
    raw = faiss.IndexFlatIP(DIMENSION)
    raw.add(np.ascontiguousarray(rows.vectors))
    ours: list[float] = []
    theirs: list[float] = []
    for query in _queries():
        theirs.append(_seconds(lambda query=query: raw.search(query.reshape(1, -1), 10)))
        ours.append(_seconds(lambda query=query: vectors.nearest(query, 10)))
    say("top 10 (median)", statistics.median(ours) * 1000, "ms")
    say("top 10, raw FAISS IndexFlatIP (median)", statistics.median(theirs) * 1000, "ms")
    say("top 10, ours / raw FAISS", statistics.median(ours) / statistics.median(theirs), "x")
    half = faiss.IndexScalarQuantizer(DIMENSION, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    half.add(np.ascontiguousarray(rows.vectors))
    wrong = 0
    coarse: list[float] = []
    for query in _queries():
        coarse.append(_seconds(lambda query=query: half.search(query.reshape(1, -1), 10)))
        _scores, labels = half.search(query.reshape(1, -1), 10)
        wrong += rows.vector_ids[labels[0]].tolist() != [hit.vector_id for hit in vectors.nearest(query, 10)]
    say("top 10, FAISS in fp16 (median), not used", statistics.median(coarse) * 1000, "ms")
    say("top 10, FAISS in fp16, another order than exact", wrong / SEARCHES, "x")
    say("all passages ranked (median)", _median_ms(lambda q: vectors.nearest(q, None), 5), "ms")
    words = "project manager with certification word3 word77 word1999 word12000 leadership finance"
    say("BM25 of 10 words (median)", _median_ms(lambda _q: store.bm25("jobs", words), 5), "ms")
    start = time.perf_counter()
    with store.writing() as tx:
        tx.erase_letter(store.letter_keys("jobs")[n // 2])
    say("erase one from every file", time.perf_counter() - start, "s")
    store.close()
    return found


def _median_ms(do: Callable[[NDArray[np.float32]], object], times: int) -> float:
    return statistics.median(_seconds(lambda query=query: do(query)) for query in _queries()[:times]) * 1000


def _theirs(folder: Path, n: int) -> list[Row]:
    import faiss
    from llama_index.core import MockEmbedding, StorageContext, VectorStoreIndex, load_index_from_storage
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.faiss import FaissVectorStore

    found: list[Row] = []

    def say(what: str, value: float, unit: str) -> None:
        found.append(Row(THEIR_SIDE, what, value, unit))

    def a_node(number: str, text: str, vector: NDArray[np.float32]) -> TextNode:
        metadata = {"letter_id": number, "posting": "jobs"}
        return TextNode(id_=number, text=text, metadata=metadata, embedding=vector.tolist())

    embedding = MockEmbedding(embed_dim=DIMENSION)

    def build() -> None:
        context = StorageContext.from_defaults(
            vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(DIMENSION))
        )
        nodes = [a_node(str(number), *letter) for number, letter in enumerate(_letters(n))]
        index = VectorStoreIndex(nodes, storage_context=context, embed_model=embedding)
        index.storage_context.persist(str(folder))

    say("build, every batch durable", _seconds(build), "s")
    say("on the disk", _disk_mb(folder), "MB")
    before = _resident_mb()
    start = time.perf_counter()
    context = StorageContext.from_defaults(
        vector_store=FaissVectorStore.from_persist_dir(str(folder)), persist_dir=str(folder)
    )
    index = load_index_from_storage(context, embed_model=embedding)
    assert isinstance(index, VectorStoreIndex)
    retriever = index.as_retriever(similarity_top_k=10)

    def search(query: NDArray[np.float32]) -> None:
        from llama_index.core.schema import QueryBundle

        retriever.retrieve(QueryBundle("", embedding=query.tolist()))

    search(_queries()[0])
    say("open, to the first answer", time.perf_counter() - start, "s")
    say("memory that it takes", _resident_mb() - before, "MB")
    # Inserting alone is not durable: persist() writes every store again.
    insert = _seconds(lambda: index.insert_nodes([a_node("new", "I lead.", _queries()[0])]))
    say("insert one, in memory only", insert * 1000, "ms")
    durable = _seconds(
        lambda: (
            index.insert_nodes([a_node("newer", "I lead.", _queries()[1])]),
            index.storage_context.persist(str(folder)),
        )
    )
    say("insert one, durable and in the index (median)", durable * 1000, "ms")
    retriever = index.as_retriever(similarity_top_k=10)
    say(
        "top 10 (median)", statistics.median(_seconds(lambda q=q: search(q)) for q in _queries()) * 1000, "ms"
    )
    return found


SIDES: dict[str, Callable[[Path, int], list[Row]]] = {OUR_SIDE: _ours, THEIR_SIDE: _theirs}


def main(arguments: list[str]) -> None:
    """``[n]`` prints the table of both sides; ``n SIDE`` measures one and prints it as JSON."""
    n = int(arguments[0]) if arguments else 100_000
    if len(arguments) < 2:
        run(n)
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = SIDES[arguments[1]](Path(folder) / "store", n)
    print(json.dumps([{"side": r.side, "what": r.what, "value": r.value, "unit": r.unit} for r in rows]))


if __name__ == "__main__":
    main(sys.argv[1:])

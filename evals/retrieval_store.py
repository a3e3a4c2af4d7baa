"""A temporary store that holds the documents of a retrieval set, read in by the product's own ingest.

Knows nothing about what is searched in it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evals.retrieval_sets import RetrievalSet

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

POSTING = "retrieval"


@contextmanager
def retrieval_store(folder: Path | None = None) -> Iterator[Store]:
    """Open an empty store that is gone afterwards."""
    from ingestion.store import Store

    with (
        tempfile.TemporaryDirectory(prefix="winnow-eval-", dir=folder) as place,
        Store.open(Path(place) / "store", create=True) as store,
    ):
        yield store


def fill(
    store: Store, embedder: LetterEmbedder, found: RetrievalSet, say: Callable[[str], None]
) -> list[str]:
    """Read the set's documents into the store, once, with vectors of ``embedder``; return what was refused.

    Each refusal is one line. A document that is refused stays out of every ranking, as it would for a person.
    """
    from ingestion.ingest import embed_missing, ingest

    if any(row.name == POSTING for row in store.postings()):
        embed_missing(
            store, embedder, POSTING, lambda done, of: say(f"{found.name}: embedded {done} of {of}")
        )
        return []
    file = store.folder / "documents.jsonl"
    file.write_text(
        "".join(json.dumps({"letter_id": one.doc_id, "text": one.text}) + "\n" for one in found.documents),
        encoding="utf-8",
    )
    report = ingest(
        store,
        embedder,
        [str(file)],
        posting=POSTING,
        on_batch=lambda progress: say(f"{found.name}: read {progress.read} of {len(found.documents)}"),
    )
    return [str(one) for one in report.refused]

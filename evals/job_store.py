"""A temporary store that holds the letters of labelled jobs: ingested once, embedded for every encoder that asks.

Knows nothing about what is measured with them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evals.gold import GoldError, LabelledJob

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store


class JobStore:
    """The letters of jobs, one posting for each set of letters; jobs that share their letters share the posting."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self._folder = folder
        self._postings: dict[tuple[tuple[str, str], ...], str] = {}

    def posting(self, job: LabelledJob, embedder: LetterEmbedder) -> str:
        """Return the posting that holds the job's letters, with vectors of ``embedder``.

        Raises:
            GoldError: a letter is refused at ingest.
        """
        from ingestion.ingest import embed_missing

        letters = tuple((letter.letter_id, letter.text) for letter in job.letters)
        if letters not in self._postings:
            name = f"job {len(self._postings) + 1}"
            self._ingest(job, embedder, name)
            self._postings[letters] = name
        posting = self._postings[letters]
        embed_missing(self.store, embedder, posting)
        return posting

    def _ingest(self, job: LabelledJob, embedder: LetterEmbedder, posting: str) -> None:
        from ingestion.ingest import ingest

        file = self._folder / f"{posting.replace(' ', '-')}.jsonl"
        rows = ({"letter_id": one.letter_id, "name": one.name, "text": one.text} for one in job.letters)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        report = ingest(self.store, embedder, [str(file)], posting=posting)
        if report.refused:
            first = report.refused[0]
            raise GoldError(
                f"every letter of {job.topic} must be one that can be ingested, but {len(report.refused)} were refused: "
                f"{first.detail}"
            )


@contextmanager
def job_store() -> Iterator[JobStore]:
    """Open an empty store that is gone afterwards."""
    from ingestion.store import Store

    with (
        tempfile.TemporaryDirectory(prefix="winnow-eval-") as folder,
        Store.open(Path(folder) / "store", create=True) as store,
    ):
        yield JobStore(store, Path(folder))

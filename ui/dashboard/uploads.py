"""Uploaded files on their way into the store: a private folder under harmless names, read in, and removed again.

Draws nothing. A browser chooses what a file is called, so no name of its choosing ever leads out of the folder.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from ingestion.raw_letter import Columns
from ui.dashboard.work import Job, Stopped

if TYPE_CHECKING:
    from ingestion.ingest import IngestReport, Outcome, Progress
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

FOLDER: Final = "upload"
"""What the sources of uploaded letters begin with. Always the same, so that a file uploaded again is known again."""

LONGEST_NAME: Final = 180
"""Bytes of a file's name, below the 255 that file systems take."""

KEPT: Final = 20_000
"""Outcomes that a report keeps; its counts count all."""

WAIT_S: Final = 0.2

_SEVERAL: Final = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".zip", ".eml"})
"""Files that may hold more than one letter, so that how many there are can't be told before they are read."""

_READING_IN = threading.Lock()
"""One upload of this program writes at a time; the others wait instead of being refused."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as the browser sent it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """Where uploaded letters go, and how they are read; as ``ingestion.ingest.ingest`` takes it."""

    posting: str
    blind: bool
    columns: Columns = field(default_factory=Columns)
    id_prefix: str = ""
    replace: bool = False
    readmit: bool = False


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What became of an upload. ``outcomes`` holds the first 20,000."""

    report: IngestReport
    outcomes: tuple[Outcome, ...]


def harmless_name(given: str, taken: Sequence[str] = ()) -> str:
    r"""Return the name under which an uploaded file is written: its last part, printable, and not yet ``taken``.

    >>> harmless_name("..\\..\\etc/passwd"), harmless_name(".hidden.txt"), harmless_name("a\u202eb.txt")
    ('passwd', '_.hidden.txt', 'a_b.txt')
    >>> harmless_name("cv.pdf", ["CV.pdf"])
    'cv (2).pdf'
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character if character.isprintable() else "_" for character in last).strip()
    if kept.strip(".") == "":
        kept = "unnamed"
    if kept.startswith("."):
        kept = f"_{kept}"
    suffix = _shortened(PurePath(kept).suffix, 20)
    stem = _shortened(kept[: len(kept) - len(PurePath(kept).suffix)], LONGEST_NAME - len(suffix.encode()))
    used = {name.casefold() for name in taken}
    number, name = 1, f"{stem}{suffix}"
    while name.casefold() in used:
        number += 1
        name = f"{stem} ({number}){suffix}"
    return name


def harmless_names(given: Sequence[str]) -> list[str]:
    """Return the names under which these files are written, each another one."""
    names: list[str] = []
    for one in given:
        names.append(harmless_name(one, names))
    return names


def letters_expected(uploads: Sequence[Upload]) -> int:
    """Return how many letters the files hold, 0 where that shows only when they are read."""
    several = any(PurePath(one.name).suffix.lower() in _SEVERAL for one in uploads)
    return 0 if several else len(uploads)


def read_in(
    store: Store,
    load: Callable[[], LetterEmbedder],
    uploads: Sequence[Upload],
    plan: UploadPlan,
    job: Job,
) -> UploadResult:
    """Read uploaded files into the store, telling the job how far it is; the files are gone again when it returns.

    Raises:
        Stopped: the job was asked to stop. What was committed before stays.
        StoreError: as ``ingestion.ingest.ingest``.
    """
    from ingestion.ingest import ingest

    outcomes: list[Outcome] = []
    expected = letters_expected(uploads)

    def tell(progress: Progress) -> None:
        outcomes.extend(progress.outcomes[: KEPT - len(outcomes)])
        job.progress(progress.read, max(expected, progress.read) if expected else 0)
        if job.cancel.is_set():
            raise Stopped

    while not _READING_IN.acquire(timeout=WAIT_S):
        if job.cancel.is_set():
            raise Stopped
    try:
        with tempfile.TemporaryDirectory(prefix="winnow-upload-") as private:
            folder = Path(private) / FOLDER
            folder.mkdir(mode=0o700)
            for name, one in zip(harmless_names([one.name for one in uploads]), uploads, strict=True):
                _write(folder / name, one.content)
            report = ingest(
                store,
                load(),
                [str(folder)],
                posting=plan.posting,
                columns=plan.columns,
                id_prefix=plan.id_prefix,
                replace=plan.replace,
                blind=plan.blind,
                readmit=plan.readmit,
                on_batch=tell,
            )
    finally:
        _READING_IN.release()
    return UploadResult(report, tuple(outcomes))


def file_of(source: str) -> str:
    """Return a source as the person knows it: the file they uploaded, and the row in it.

    >>> file_of("upload/letters.csv row 3")
    'letters.csv row 3'
    """
    return source.removeprefix(f"{FOLDER}/")


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _shortened(text: str, at_most: int) -> str:
    return text.encode()[:at_most].decode(errors="ignore")

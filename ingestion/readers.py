"""Where letters are read from: files, folders, archives and data sets, each file by what its bytes say it is.

Knows nothing about postings, masking or the store. Everything streams: one letter at a time leaves here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Final, TypeAlias

from ingestion.archive import Budget, members, package_names
from ingestion.comma_separated import read_comma_separated
from ingestion.document import DocumentRefused
from ingestion.document_files import DOCUMENT_SUFFIXES, DOCUMENTS, Found, refuse, unreadable
from ingestion.hub import PREFIX, read_hub
from ingestion.json_tables import read_json, read_json_lines
from ingestion.parquet import read_parquet
from ingestion.raw_letter import Columns, RawLetter, Refusal, SetAside, printable
from ingestion.sandbox import Sandbox
from ingestion.sniffing import HEAD_BYTES, UNREADABLE, kind_of_package, sniff

__all__ = [
    "READABLE_SUFFIXES",
    "TABLES",
    "Columns",
    "RawLetter",
    "Refusal",
    "SetAside",
    "TableReader",
    "read_letters",
]

# (file, the name its sources begin with, columns) -> letters
TableReader: TypeAlias = Callable[[Path, str, Columns], Iterator[RawLetter | Refusal]]

TABLES: Final[dict[str, TableReader]] = {
    ".csv": read_comma_separated,
    ".tsv": read_comma_separated,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".parquet": read_parquet,
}
TEXT_SUFFIXES: Final = (".txt", ".md")
READABLE_SUFFIXES: Final = (*DOCUMENT_SUFFIXES, *TEXT_SUFFIXES, *TABLES)
"""What the names of files that are read end with. A PDF, a DOCX file, a message or an archive is read under any name."""


def read_letters(paths: Sequence[str], columns: Columns = Columns()) -> Iterator[RawLetter | Refusal]:  # noqa: B008
    """Yield what stands in files, folders and ``hf:`` data sets, in the order given; folders by name.

    Nothing that a path holds raises: what cannot be read is a Refusal, and reading goes on.
    """
    with closing(read_by_path(paths, columns)) as everything:
        for _, found in everything:
            if not isinstance(found, SetAside):
                yield found


def read_by_path(
    paths: Sequence[str], columns: Columns
) -> Generator[tuple[int, RawLetter | Refusal | SetAside]]:
    """Yield the same, and what messages hold beside letters, each beside the number of its file, counted from 0."""
    with Sandbox() as sandbox:
        reading = Reading(columns, sandbox)
        for given in paths:
            if given.startswith(PREFIX):
                reading.file += 1
                for found in read_hub(given, columns):
                    yield reading.file, found
                continue
            for file in _files(Path(given)):
                reading.file += 1
                if isinstance(file, Refusal):
                    yield reading.file, file
                    continue
                for found in reading.path(*file):
                    yield reading.file, found


class Reading:
    """Reads one file after the other. ``file`` is the number of the file that is being read, each member of an archive counted."""

    def __init__(self, columns: Columns, sandbox: Sandbox) -> None:
        self.file = -1
        self._columns = columns
        self._sandbox = sandbox

    def path(self, path: Path, name: str) -> Found:
        """Yield what is in a file on disk."""
        try:
            if not path.is_file():
                yield Refusal(
                    name, None, "a path must be a file or a folder", "neither", "give the file itself"
                )
                return
            with path.open("rb") as handle:
                yield from self._content(handle, name, path.suffix.lower(), path, Budget(), 0)
        except OSError as error:
            yield _unreadable(name, error)

    def _content(
        self, handle: IO[bytes], name: str, suffix: str, path: Path | None, budget: Budget, depth: int
    ) -> Found:
        kind = _kind(handle, suffix)
        handle.seek(0)
        try:
            if kind in UNREADABLE:
                yield unreadable(name, kind)
            elif kind == "zip":
                yield from self._archive(handle, name, budget, depth)
            elif kind in {"parquet", "text"} and (suffix in TABLES or kind == "parquet"):
                yield from self._table(handle, name, ".parquet" if kind == "parquet" else suffix, path)
            elif kind == "text" and suffix not in READABLE_SUFFIXES:
                yield Refusal(
                    name,
                    None,
                    f"a file must be one of {' '.join(READABLE_SUFFIXES)}",
                    f"text named {suffix!r}" if suffix else "text without a suffix",
                    "save it as one of these",
                )
            else:
                yield from DOCUMENTS[kind](handle, name, kind, self._sandbox)
        except UnicodeDecodeError as error:
            yield Refusal(
                name,
                None,
                "a file must be UTF-8 (or UTF-16 with a byte order mark)",
                f"bytes that are not {error.encoding}",
                "save it as UTF-8; what stands before them is in",
            )
        except (
            Exception
        ) as error:  # the parsers are not ours: whatever a file makes them raise costs that file alone
            yield _unreadable(name, error)

    def _archive(self, handle: IO[bytes], name: str, budget: Budget, depth: int) -> Found:
        empty = True
        try:
            for member in members(handle, budget, depth):
                empty = False
                self.file += 1
                inner = printable(f"{name}/{member.name}")
                if isinstance(member.content, DocumentRefused):
                    yield refuse(inner, None, member.content)
                    continue
                suffix = Path(member.name).suffix.lower()
                yield from self._content(member.content, inner, suffix, None, budget, depth + 1)
        except DocumentRefused as error:
            yield refuse(name, None, error)
            return
        if empty:
            yield Refusal(name, None, "an archive must hold letters", "an empty one", "pack the files again")

    def _table(self, handle: IO[bytes], name: str, suffix: str, path: Path | None) -> Found:
        empty = True
        for found in self._rows(handle, name, suffix, path):
            empty = False
            yield found
        if empty:
            yield Refusal(
                name, None, "a table must hold letters", "no row", "check that it is the right file"
            )

    def _rows(self, handle: IO[bytes], name: str, suffix: str, path: Path | None) -> Found:
        if path is not None:
            yield from TABLES[suffix](path, name, self._columns)
            return
        # The readers of tables take a file that they may open again. It stands in a folder that only this user sees.
        with tempfile.TemporaryDirectory(prefix="winnow-") as folder:
            copy = Path(folder) / f"table{suffix}"
            with copy.open("wb") as target:
                shutil.copyfileobj(handle, target)
            yield from TABLES[suffix](copy, name, self._columns)


def _kind(handle: IO[bytes], suffix: str) -> str:
    kind = sniff(handle.read(HEAD_BYTES), suffix)
    if kind == "zip":
        names = package_names(handle)
        # A package that cannot be listed is what its name says, and its reader says what is wrong with it.
        return kind_of_package(names) if names or suffix != ".docx" else "docx"
    return kind


def _files(given: Path) -> Iterator[tuple[Path, str] | Refusal]:
    """Yield the files below ``given`` in order of name, each with its name below the folder that was given.

    Names that begin with a dot are passed over, as the shell does. A link is not followed out of the folder: whoever
    packed it must not choose which files of this machine are read.
    """
    shown = printable(str(given) if not given.is_absolute() else given.name)
    try:
        if given.is_dir():
            yield from _below(given)
        elif given.exists():
            folder = given.absolute().parent.resolve().name
            yield given, printable(f"{folder}/{given.name}" if folder else f"./{given.name}")
        else:
            yield Refusal(shown, None, "a path must exist", "no such file", "check its spelling")
    except (OSError, ValueError) as error:
        yield _unreadable(shown, error)


def _below(given: Path) -> Iterator[tuple[Path, str] | Refusal]:
    root = given.resolve()
    title = root.name or "."
    found = False
    failed: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=failed.append):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*files, *(name for name in folders if (here / name).is_symlink())]):
            path = here / name
            if name.startswith("."):
                continue
            source = printable(f"{title}/{path.relative_to(root).as_posix()}")
            if path.is_symlink():
                refusal = _link(path, root, source)
                if refusal is not None:
                    found = True
                    yield refusal
                continue
            found = True
            yield path, source
    for error in failed:
        found = True
        yield _unreadable(title, error)
    if not found:
        yield Refusal(
            title,
            None,
            "a folder must hold letters",
            "an empty one",
            f"add files ({' '.join(READABLE_SUFFIXES)})",
        )


def _link(path: Path, root: Path, source: str) -> Refusal | None:
    """Return why a link is refused; None where it points at something that is read under its own name."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return Refusal(source, None, "a link must point somewhere", "a broken one or a loop", "remove it")
    if target.is_relative_to(root):
        return None
    return Refusal(
        source, None, "a link must stay inside its folder", "one that leaves it", "give its target by name"
    )


def _unreadable(name: str, error: Exception) -> Refusal:
    detail = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return Refusal(name, None, "a file must be readable", detail, "check that it is there and may be read")

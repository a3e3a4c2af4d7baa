"""Where letters are read from: files, folders and data sets, each suffix with its reader.

Knows nothing about postings, masking or the store. Everything streams: one letter at a time leaves here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from ingestion.comma_separated import read_comma_separated
from ingestion.decoding import read_text
from ingestion.hub import PREFIX, read_hub
from ingestion.json_tables import read_json, read_json_lines
from ingestion.parquet import read_parquet
from ingestion.raw_letter import (
    MAX_CHARACTERS,
    Columns,
    RawLetter,
    Refusal,
    make_letter,
    printable,
)

__all__ = ["READERS", "Columns", "RawLetter", "Reader", "Refusal", "read_letters"]

# (file, the name its sources begin with, columns) -> letters
Reader: TypeAlias = Callable[[Path, str, Columns], Iterator[RawLetter | Refusal]]


def read_text_file(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the one letter of a text file. Its id is the name as found below the folder that was given."""
    del columns  # a text has none
    letter_id = name.split("/", 1)[-1]
    size = path.stat().st_size
    if size > 4 * (MAX_CHARACTERS + 1):  # no encoding takes more than 4 bytes a character
        rule = f"a letter must have at most {MAX_CHARACTERS:,} characters"
        yield Refusal(name, letter_id, rule, f"a file of {size:,} bytes", "shorten it")
        return
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        yield Refusal(
            name,
            letter_id,
            "a letter must be UTF-8 (or UTF-16 with a byte order mark)",
            f"other bytes at byte {error.start:,}",
            "save the file as UTF-8 and run the command again",
        )
        return
    yield make_letter(name, letter_id=letter_id, text=text, applicant=None)


READERS: dict[str, Reader] = {
    ".csv": read_comma_separated,
    ".tsv": read_comma_separated,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".parquet": read_parquet,
    ".txt": read_text_file,
    ".md": read_text_file,
}


def read_letters(paths: Sequence[str], columns: Columns = Columns()) -> Iterator[RawLetter | Refusal]:  # noqa: B008
    """Yield what stands in files, folders and ``hf:`` data sets, in the order given; folders by name.

    Nothing that a path holds raises: what cannot be read is a Refusal, and reading goes on.
    """
    for _, found in read_by_path(paths, columns):
        yield found


def read_by_path(paths: Sequence[str], columns: Columns) -> Iterator[tuple[int, RawLetter | Refusal]]:
    """Yield the same, each beside the number of the file it came from, counted from 0."""
    number = -1
    for given in paths:
        if given.startswith(PREFIX):
            number += 1
            for found in read_hub(given, columns):
                yield number, found
            continue
        for file in _files(Path(given)):
            number += 1
            if isinstance(file, Refusal):
                yield number, file
                continue
            for found in _read_file(*file, columns):
                yield number, found


def _read_file(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = " ".join(READERS)
        yield Refusal(
            name,
            None,
            f"a file must be one of {known}",
            repr(path.suffix) if path.suffix else "no suffix",
            "save it as one of these",
        )
        return
    try:
        if not path.is_file():
            yield Refusal(name, None, "a path must be a file or a folder", "neither", "give the file itself")
            return
        yield from reader(path, name, columns)
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
            title, None, "a folder must hold letters", "an empty one", f"add files ({' '.join(READERS)})"
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

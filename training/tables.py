"""How tables become examples: CSV, TSV, JSONL, JSON, Parquet and `hf:` data sets, with the seed's columns.

Knows nothing about splits or models, and opens files only: no path leads from here to a store of screened letters.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.decoding import open_text
from ingestion.hub import PREFIX
from ingestion.json_stream import json_values
from ingestion.raw_letter import MAX_CHARACTERS, Refusal, printable
from training.examples import COLUMNS, Example, WritingFields

NEEDED = ("job_title", "letter")

HUB_SECONDS = 10.0
"""After which a hub that does not answer counts as unreachable."""

Row = Mapping[str, object]


class TableError(ValueError):
    """A table that no example can be read from."""


@dataclass(frozen=True, slots=True)
class Table:
    """The examples of one source, the rows that were refused, and the fields that it has no column for."""

    examples: tuple[Example, ...]
    refused: tuple[Refusal, ...]
    missing: tuple[str, ...]


def read_examples(source: str) -> Table:
    """Read all examples of a file, or of a data set of the hub (``hf:owner/name`` or ``hf:owner/name:split``).

    Raises:
        TableError: the source can't be read, has no column for the job's title or the letter, or holds no letter.
    """
    if source.startswith(PREFIX):
        name, rows = source, _hub_rows(source)
    else:
        path = Path(source)
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            known = " ".join(READERS)
            raise TableError(
                f"a table must be one of {known} or hf:owner/name, but got {source!r}: save it as one"
            )
        if not path.is_file():
            raise TableError(f"a table must be a file, but {source!r} is none: check its spelling")
        name, rows = path.name, reader(path)
    examples: list[Example] = []
    refused: list[Refusal] = []
    found: dict[str, str | None] | None = None
    try:
        for number, row in enumerate(rows):
            if found is None:
                found = _recognise(name, list(row))
            place = f"{name} row {number}"
            result = _example(place, row, found)
            (examples if isinstance(result, Example) else refused).append(result)  # pyright: ignore[reportArgumentType]
    except (OSError, UnicodeError, csv.Error, RecursionError) as error:
        raise TableError(
            f"{name} must be a whole table, but reading it failed ({error}): export it again"
        ) from None
    if not examples:
        reason = str(refused[0]) if refused else f"{name} has no row"
        raise TableError(f"a table must hold a letter, but none could be read: {reason}")
    assert found is not None
    return Table(
        tuple(examples), tuple(refused), tuple(field for field, column in found.items() if column is None)
    )


def write_examples(path: Path, examples: Sequence[Example]) -> None:
    """Write examples as JSONL, one object a letter, with the field's own names; ``read_examples`` reads it back."""
    lines = [
        json.dumps({**example.fields.as_dict(), "letter": example.letter}, ensure_ascii=False)
        for example in examples
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _recognise(name: str, names: Sequence[str]) -> dict[str, str | None]:
    plain = {re.sub(r"[\W_]+", "_", column.casefold()).strip("_"): column for column in reversed(names)}
    found = {
        field: next((plain[column] for column in columns if column in plain), None)
        for field, columns in COLUMNS.items()
    }
    for field in NEEDED:
        if found[field] is None:
            wanted = ", ".join(COLUMNS[field])
            shown = printable(", ".join(names)) or "none"
            raise TableError(f"{name} must have a column {wanted}, but has {shown}: rename one")
    return found


def _example(place: str, row: Row, found: Mapping[str, str | None]) -> Example | Refusal:
    values: dict[str, str] = {}
    for field, column in found.items():
        value = _text(row.get(column)) if column is not None else ""
        if value is None:
            return Refusal(place, None, f"{field} must be UTF-8 text", "something else", "correct it")
        values[field] = value
    letter = values.pop("letter").strip()
    for field, value in (("letter", letter), ("job_title", values["job_title"])):
        if not any(map(str.isalnum, value)):
            return Refusal(
                place, None, f"a row must have a {field}", "no word", "fill it in, or leave the row out"
            )
    if len(letter) > MAX_CHARACTERS:
        rule = f"a letter must have at most {MAX_CHARACTERS:,} characters"
        return Refusal(place, None, rule, f"{len(letter):,}", "shorten it")
    return Example(WritingFields(**values), letter, place)


def _text(value: object) -> str | None:
    """Return a cell as text, "" for an empty one, None where it can't be text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, list):
        parts = [_text(part) for part in value]
        return None if None in parts else ", ".join(part for part in parts if part)
    if not isinstance(value, str | int | float):
        return None
    text = str(value)
    try:
        text.encode()  # bytes that are no UTF-8 come as lone surrogates
    except UnicodeEncodeError:
        return None
    return text


def _separated_rows(path: Path) -> Iterator[Row]:
    with open_text(path) as handle:
        first = handle.readline()
        delimiter = max(",;\t", key=first.count)
        handle.seek(0)
        csv.field_size_limit(40 * MAX_CHARACTERS)
        lines = csv.reader(handle, delimiter=delimiter, strict=True)
        header = next(lines, [])
        for row in lines:
            if not row:
                continue
            if len(row) != len(header):
                raise TableError(
                    f"{path.name} must have {len(header)} fields in every row, but the row that ends at line "
                    f"{lines.line_num} has {len(row)}: check its separators and quotes"
                )
            yield dict(zip(header, row, strict=True))


def _line_rows(path: Path) -> Iterator[Row]:
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            if line.strip():
                yield _object(path.name, f"line {number}", _parsed(path.name, number, line))


def _parsed(name: str, number: int, line: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        raise TableError(
            f"{name} must hold one JSON object a line, but line {number} is none ({error})"
        ) from None


def _json_rows(path: Path) -> Iterator[Row]:
    with open_text(path) as handle:
        try:
            for number, value in enumerate(json_values(handle)):
                yield _object(path.name, f"row {number}", value)
        except TableError:
            raise
        except ValueError as error:
            raise TableError(f"{path.name} must be whole JSON, but is not ({error}): correct it") from None


def _object(name: str, place: str, value: object) -> Row:
    if not isinstance(value, dict):
        raise TableError(
            f"{name} must hold JSON objects, but {place} is a {type(value).__name__}: write {{...}}"
        )
    return value


def _parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(256):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        first = str(error).split("\n", 1)[0]
        raise TableError(
            f"{path.name} must be a whole Parquet file, but is not ({first}): export it again"
        ) from None


def _hub_rows(address: str) -> Iterable[Row]:
    match = re.fullmatch(r"hf:([\w.-]+/[\w.-]+)(?::([\w.-]+))?", address)
    if match is None:
        raise TableError(
            f"a data set is written hf:owner/name or hf:owner/name:split, but got {address!r}: correct it"
        )
    try:
        import datasets
        import huggingface_hub

        if not huggingface_hub.constants.HF_HUB_OFFLINE:  # else what is in the local cache will do
            # Asked first: `datasets` tries an unreachable hub six times, which takes half a minute.
            huggingface_hub.HfApi().dataset_info(match[1], timeout=HUB_SECONDS)
        yield from datasets.load_dataset(match[1], split=match[2] or "train", streaming=True)
    except Exception as error:  # the hub's client raises what lies under it
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise TableError(
            f"{address} must be reachable, but is not ({reason}): check its name and the network, or give a file"
        ) from None


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": _separated_rows,
    ".tsv": _separated_rows,
    ".jsonl": _line_rows,
    ".ndjson": _line_rows,
    ".json": _json_rows,
    ".parquet": _parquet_rows,
}

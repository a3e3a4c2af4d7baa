"""How Parquet files become letters, a batch of rows at a time, of the needed columns only.

Knows nothing about postings or the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.columns import recognise
from ingestion.raw_letter import Columns, RawLetter, Refusal

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 256  # a batch of rows in memory; letters are a few kB


def read_parquet(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16) as file:
            found = recognise(name, file.schema_arrow.names, columns)
            if isinstance(found, Refusal):
                yield found
                return
            needed = [column for column in (found.text, found.id, found.name) if column is not None]
            for batch in file.iter_batches(_ROWS, columns=needed, use_threads=False):
                cells = {column: _values(batch.column(column)) for column in needed}
                for row in range(batch.num_rows):
                    yield found.letter(
                        f"{name} row {number}", number, {column: cells[column][row] for column in needed}
                    )
                    number += 1
    except (pa.ArrowException, OSError) as error:
        yield Refusal(
            f"{name} row {number}" if number else name,
            None,
            "a Parquet file must be whole",
            str(error).split("\n", 1)[0],
            "export it again",
        )


def _values(column: pa.Array) -> list[object]:
    """Return a column's values; text through its bytes, since a file's text need not be UTF-8."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        raw = column.cast(pa.large_binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "surrogateescape") for value in raw]
    return column.to_pylist()

"""The process that reads a Parquet file: started by `parquet.py`, confined, with the file as its input.

Knows nothing about letters beyond the names of their columns. Answers in frames: the columns, then rows, a few at a
time, and at the end what went wrong, if anything did.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from ingestion.columns import recognise
from ingestion.confinement import CPU_SECONDS, allow_cpu, confine
from ingestion.raw_letter import MAX_CHARACTERS, Columns, Refusal, as_text

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 256  # a batch of rows in memory; letters are a few kB
_FRAME_CHARACTERS = 100_000  # a frame is sent once it holds so many
_MAX_NAMES = 5_000
_MAX_CELL = MAX_CHARACTERS + 1  # what is longer is refused all the same


def main() -> None:
    """Send what is in the Parquet file that is this process's input."""
    confine()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    columns = Columns(*json.loads(sys.argv[2]))
    error: str | None = None
    try:
        _send_file(sys.stdin.buffer, columns, replies)
    except MemoryError:
        error = "more than 1 GB of memory is needed"
    except (
        Exception
    ) as raised:  # the parser is not ours: whatever the file makes it raise costs that file alone
        error = (str(raised) or type(raised).__name__).split("\n", 1)[0][:300]
    _send(replies, {"end": error})


def _send_file(file: BinaryIO, columns: Columns, replies: BinaryIO) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 16) as opened:
        names = [name[:300] for name in opened.schema_arrow.names[:_MAX_NAMES]]
        _send(replies, {"names": names})
        found = recognise("", names, columns)
        if isinstance(found, Refusal):
            return
        needed = [column for column in (found.text, found.id, found.name) if column is not None]
        rows: list[list[object]] = []
        size = 0
        for batch in opened.iter_batches(_ROWS, columns=needed, use_threads=False):
            allow_cpu(CPU_SECONDS)
            for cells in _rows(batch, needed):
                rows.append(cells)
                size += sum(len(cell) for cell in cells if isinstance(cell, str)) + 20
                if size > _FRAME_CHARACTERS:
                    _send(replies, {"rows": rows})
                    rows, size = [], 0
        _send(replies, {"rows": rows})


def _rows(batch: pa.RecordBatch, needed: list[str]) -> Iterator[list[object]]:
    cells = [_values(batch.column(column)) for column in needed]
    for row in range(batch.num_rows):
        yield [_cell(column[row]) for column in cells]


def _values(column: pa.Array) -> list[object]:
    """Return a column's values; text through its bytes, since a file's text need not be UTF-8."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        raw = column.cast(pa.large_binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "surrogateescape") for value in raw]
    return column.to_pylist()


def _cell(value: object) -> object:
    """Return a value as JSON can say it; what is neither text nor a number by the name of its type."""
    if isinstance(value, str):
        return value[:_MAX_CELL]
    if value is None or isinstance(value, int | float):
        return value
    return {"type": type(value).__name__, "text": as_text(value)}


def _send(replies: BinaryIO, reply: dict[str, object]) -> None:
    frame = json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass")
    replies.write(len(frame).to_bytes(4, "big") + frame)
    replies.flush()

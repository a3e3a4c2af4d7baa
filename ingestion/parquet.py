"""How Parquet files become letters, some rows at a time, read in a process of their own as documents are.

Knows nothing about postings or the store. The library is fast and written in C++: a file made to do so can make it ask
for any amount of memory, or end its process, which then is not this one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ingestion.child_process import ChildProcess
from ingestion.columns import recognise
from ingestion.parsed import BadReply
from ingestion.raw_letter import Columns, RawLetter, Refusal

# A value that is neither text nor a number stands for its type alone.
_OTHERS: dict[str, object] = {"bytes": b"", "list": [], "dict": {}, "bool": False}


def read_parquet(path: Path, name: str, columns: Columns) -> Iterator[RawLetter | Refusal]:
    """Yield the letters of a Parquet file."""
    number = 0
    with path.open("rb") as file:
        named = json.dumps([columns.text, columns.id, columns.name])
        child = ChildProcess("ingestion.parquet_child", named, given=file)
        try:
            reply = _reply(child)
            if "names" in reply:
                found = recognise(name, _strings(reply["names"]), columns)
                if isinstance(found, Refusal):
                    yield found
                    return
                needed = [column for column in (found.text, found.id, found.name) if column is not None]
                while "end" not in (reply := _reply(child)):
                    for cells in _lists(reply.get("rows")):
                        values = {
                            column: _value(cell, wanted=column != found.text)
                            for column, cell in zip(needed, cells, strict=True)
                        }
                        yield found.letter(f"{name} row {number}", number, values)
                        number += 1
            if reply["end"] is not None:
                yield _not_whole(name, number, str(reply["end"]))
        except (EOFError, OSError):
            rule, value, remedy = child.why_ended()
            yield Refusal(f"{name} row {number}" if number else name, None, rule, value, remedy, clause=True)
        except (BadReply, ValueError, KeyError, TypeError) as error:
            yield _not_whole(name, number, f"an answer of its reader that is none ({type(error).__name__})")
        finally:
            child.end()


def _not_whole(name: str, number: int, value: str) -> Refusal:
    source = f"{name} row {number}" if number else name
    return Refusal(source, None, "a Parquet file must be whole", value, "export it again")


def _reply(child: ChildProcess) -> dict[str, object]:
    reply = json.loads(child.frame().decode("utf-8", "surrogatepass"))
    if not isinstance(reply, dict):
        raise BadReply("a reply must be an object")
    return reply


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise BadReply("names must be a list")
    return [str(one) for one in value]


def _lists(value: object) -> list[list[object]]:
    if not isinstance(value, list) or not all(isinstance(one, list) for one in value):
        raise BadReply("rows must be lists")
    return value


def _value(cell: object, *, wanted: bool) -> object:
    """Return a cell; ``wanted`` says that an odd number may stand as text, as it may for an id and a name."""
    if not isinstance(cell, dict):
        return cell
    text = cell.get("text")
    if wanted and isinstance(text, str):
        return text
    return _OTHERS.get(str(cell.get("type")), object())

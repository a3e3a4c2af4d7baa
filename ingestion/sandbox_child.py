"""The process that reads documents: started by `sandbox.py`, confined, one document after another.

Knows nothing about stores or letters. Reads requests from its input, a line of JSON and then the bytes; answers in
frames, 4 bytes of length and then JSON. It imports a parser when the first document of its kind comes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import BinaryIO

from ingestion.child_process import REMEDY
from ingestion.confinement import CPU_SECONDS, allow_cpu, confine, peak_memory
from ingestion.document import Document, DocumentRefused
from ingestion.parsed import Parsed, refusal, to_wire
from ingestion.raw_letter import MAX_CHARACTERS

NAMES = {"pdf": "PDF", "docx": "DOCX file", "eml": "message"}
_GROWN_BYTES = 400 << 20  # a process this large is not used again: what it lost, it does not give back


def main() -> None:
    """Answer requests until the input ends."""
    confined = confine()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the frames
    _send(replies, json.dumps(asdict(confined)).encode())
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        data = sys.stdin.buffer.read(request["size"])
        allow_cpu(CPU_SECONDS)
        grown = False
        try:
            for parsed in answers(request["kind"], data):
                _send(replies, to_wire(parsed))
        except MemoryError:
            grown = True
            error = DocumentRefused(
                f"a {NAMES[request['kind']]} must be readable within 1 GB of memory",
                "this one needs more",
                REMEDY,
            )
            _send(replies, to_wire(refusal(None, error)))
        del data
        grown = grown or peak_memory() > _GROWN_BYTES
        _send(replies, json.dumps({"end": grown}).encode())


def answers(kind: str, data: bytes) -> Iterator[Parsed]:
    """Yield what is in a file of this kind: one finding, or one for each part of a message."""
    if kind == "eml":
        from ingestion.message import read_message

        yield from read_message(data, parse)
        return
    try:
        yield Parsed(None, parse(kind, data))
    except DocumentRefused as error:
        yield refusal(None, error)


def parse(kind: str, data: bytes) -> Document:
    """Return the document of a PDF or DOCX file. Raises DocumentRefused, whatever the parser stumbles over."""
    whole = f"a {NAMES[kind]} must be whole"
    try:
        document = _parser(kind)(data)
    except (DocumentRefused, MemoryError):
        raise
    except RecursionError:
        raise DocumentRefused(whole, "this one is nested without end", REMEDY) from None
    except (
        Exception
    ) as error:  # the parsers are not ours: whatever a file makes them raise costs that file alone
        detail = (str(error) or "no message").splitlines()[0][:100]
        raise DocumentRefused(
            whole, f"this one can't be read ({type(error).__name__}: {detail})", REMEDY
        ) from None
    if len(document.text) > MAX_CHARACTERS:
        raise DocumentRefused(
            f"a letter must have at most {MAX_CHARACTERS:,} characters",
            f"this one has {len(document.text):,}",
            "shorten it",
        )
    return document


def _parser(kind: str) -> Callable[[bytes], Document]:
    if kind == "pdf":
        from ingestion.pdf import read_pdf

        return read_pdf
    from ingestion.docx import read_docx

    return read_docx


def _send(replies: BinaryIO, frame: bytes) -> None:
    replies.write(len(frame).to_bytes(4, "big") + frame)
    replies.flush()

"""Documents are parsed in a process of their own, which may die, hang or grow without harm: it costs one refusal.

Knows nothing about formats, stores or how the process confines itself (``confinement.py``). The process is started
with the first document and used for the next ones, since starting it takes half a second.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from types import TracebackType
from typing import Self

from ingestion.child_process import WALL_SECONDS, ChildProcess
from ingestion.confinement import Confinement
from ingestion.document import Document, DocumentRefused
from ingestion.parsed import BadReply, Parsed, from_wire

# Most findings in one file: a message may bring many attachments.
MAX_FINDINGS = 200
_DOCUMENTS_A_PROCESS = 200


class Sandbox:
    """The reading process. One thread uses it at a time; close it, or use it in a ``with``."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._child: ChildProcess | None = None
        self._confinement = Confinement(network=False, memory=False, cpu=False)
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def confinement(self) -> Confinement:
        """Say what the process has given up; it is started if there is none. Raises DocumentRefused."""
        self._started()
        return self._confinement

    def read(self, kind: str, data: bytes) -> Generator[Parsed]:
        """Yield what is in a file of this kind ("pdf", "docx" or "eml"); one refusal where reading fails."""
        done = False
        try:
            child = self._started()
        except DocumentRefused as error:
            yield Parsed(None, refused=(error.rule, error.value, error.remedy))
            return
        try:
            child.send(json.dumps({"kind": kind, "size": len(data)}).encode() + b"\n", data)
            for _ in range(MAX_FINDINGS + 1):
                frame = child.frame()
                if frame.startswith(b'{"end"'):
                    self._read += 1
                    done = frame == b'{"end": false}' and self._read < _DOCUMENTS_A_PROCESS
                    return
                yield from_wire(frame)
        except (OSError, EOFError, BadReply):
            yield Parsed(None, refused=child.why_ended())
        finally:
            if not done:
                self.close()

    def _started(self) -> ChildProcess:
        if self._child is not None:
            return self._child
        child = ChildProcess("ingestion.sandbox_child", wall_seconds=self._wall_seconds)
        try:
            self._confinement = Confinement(**json.loads(child.frame()))
        except (EOFError, ValueError, TypeError):
            child.why_ended()
            rule = "documents are read in a process of their own, which must start"
            raise DocumentRefused(rule, "it does not", "run winnow doctor") from None
        self._child, self._read = child, 0
        return child


def parse(kind: str, data: bytes) -> Document:
    """Return the document of a PDF or DOCX file, read in a process of its own. Raises DocumentRefused."""
    with Sandbox() as sandbox:
        for parsed in sandbox.read(kind, data):
            if parsed.document is not None:
                return parsed.document
            if parsed.refused is not None:
                raise DocumentRefused(*parsed.refused)
    raise DocumentRefused(
        "a document must hold a letter", "this one holds none", "give the file that holds it"
    )

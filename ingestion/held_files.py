"""Reading a database's file beside SQLite without taking its locks away.

On POSIX systems, closing any descriptor of a file drops every lock that the process has on it, SQLite's too; another
process would then take itself for the last one and remove the log that is in use
(https://www.sqlite.org/howtocorrupt.html, section 2.2). So a file is opened once a process, whoever asks, and closed when
the last one lets go of it: a store does after its connections are closed. Knows nothing about what is in the file.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

# (device, file number) -> [descriptor, how many hold it]
_held: dict[tuple[int, int], list[int]] = {}
_guard = threading.Lock()


class HeldFile:
    """A descriptor to read from with ``os.pread``. ``close`` gives it back; twice is once."""

    def __init__(self, file: Path) -> None:
        with _guard:
            status = file.stat()
            self._key = (status.st_dev, status.st_ino)
            entry = _held.get(self._key)
            if entry is None:
                descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
                status = os.fstat(descriptor)
                self._key = (status.st_dev, status.st_ino)
                entry = _held.setdefault(self._key, [descriptor, 0])
            entry[1] += 1
        self.descriptor = entry[0]
        self._closed = False

    def close(self) -> None:
        """Let go of the file."""
        with _guard:
            if self._closed:
                return
            self._closed = True
            entry = _held[self._key]
            entry[1] -= 1
            if not entry[1]:
                del _held[self._key]
                os.close(entry[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""One writer at a time: an advisory lock on a file beside the database.

Knows nothing about what is written. The lock belongs to the open file, so the system drops it when
the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

from ingestion.records import StoreBusy, StoreError

_POLL_S = 0.005


class WriterLock:
    """Held by one thread of one process.

    ``wait_s`` (seconds, 0 or more) is how long ``acquire`` waits for another writer.
    """

    def __init__(self, file: Path, wait_s: float) -> None:
        if wait_s < 0:
            raise ValueError(f"wait_s must be 0 or more, but got {wait_s}")
        self._file = file
        self._wait_s = wait_s
        self._threads = threading.Lock()
        self._holder: int | None = None
        self._descriptor: int | None = None

    @property
    def held_here(self) -> bool:
        """Whether the thread that asks holds the lock."""
        return self._holder == threading.get_ident()

    def acquire(self, wait_s: float | None = None) -> None:
        """Take the lock, within ``wait_s`` seconds where that is given.

        Raises StoreBusy when another writer keeps it longer, StoreError when this
        very thread has it already.
        """
        if self.held_here:
            raise StoreError("one transaction at a time, but this thread already has one open; use that one")
        wait_s = self._wait_s if wait_s is None else wait_s
        deadline = time.monotonic() + wait_s
        if not self._threads.acquire(timeout=wait_s):
            raise self._busy(os.getpid())
        try:
            self._descriptor = self._lock_file(deadline)
        except BaseException:
            self._threads.release()
            raise
        self._holder = threading.get_ident()

    def _lock_file(self, deadline: float) -> int:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
                    os.close(descriptor)
                    raise self._busy(holder) from None
                time.sleep(_POLL_S)
                continue
            # Always the same length: cutting the file first would wait for the disk.
            os.pwrite(descriptor, f"{os.getpid():<31}\n".encode(), 0)
            return descriptor

    def _busy(self, holder: int | str) -> StoreBusy:
        return StoreBusy(
            f"one writer at a time, but process {holder or 'unknown'} is writing to "
            f"{self._file.parent}; wait until it ends, then try again"
        )

    def release(self) -> None:
        """Give the lock back."""
        self._holder = None
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._threads.release()

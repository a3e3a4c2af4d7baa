"""A Python process beside this one that answers in frames: started clean, timed, and ended for sure.

Knows nothing about what it reads or how it confines itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ingestion.confinement import CPU_SECONDS
from ingestion.parsed import BadReply

# Wall-clock time until the next frame, in seconds; more than the computing time, for busy machines.
WALL_SECONDS = 60.0
# Longest frame, in bytes: 100,000 characters take at most 600,000, and what was hidden 240,000.
MAX_FRAME = 1_000_000
REMEDY = "open it, save it again, and give the new file; or save its text as .txt"
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"


class ChildProcess:
    """One such process, running the ``main`` of ``module`` in a fresh interpreter.

    It takes nothing from the environment, and is no fork: this process may have threads, and the letters that it holds
    are none of the other's business.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        given: int | IO[bytes] = subprocess.PIPE,
        wall_seconds: float = WALL_SECONDS,
    ) -> None:
        self._wall_seconds = wall_seconds
        self._expired = False
        room = str(Path(__file__).resolve().parent.parent)
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-B", "-c", _START.format(module=module), room, *arguments],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def send(self, *pieces: bytes) -> None:
        """Write to its input. Raises OSError where it has ended, or is ended because it takes too long."""
        assert self._process.stdin is not None
        with self._limited():
            for piece in pieces:
                self._process.stdin.write(piece)
            self._process.stdin.flush()

    def frame(self) -> bytes:
        """Return the next frame of its answer: 4 bytes of length, and then as many bytes.

        Raises EOFError where it has ended, or is ended because it takes too long; BadReply for a frame that is too long.
        """
        with self._limited():
            length = int.from_bytes(self._exactly(4), "big")
            if length > MAX_FRAME:
                raise BadReply(f"a frame must have at most {MAX_FRAME:,} bytes, but got {length:,}")
            return self._exactly(length)

    def _exactly(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def end(self) -> None:
        """End it, however busy it is."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not written any more
                    stream.close()
        self._process.wait()

    def why_ended(self) -> tuple[str, str, str]:
        """End it, and return rule, value and remedy for what it was reading."""
        with suppress(subprocess.TimeoutExpired):  # it may just be ending by itself: how tells why
            self._process.wait(1)
        self.end()
        if self._expired:
            return (
                f"a document must be readable within {self._wall_seconds:g} s",
                "this one takes longer",
                REMEDY,
            )
        if hasattr(signal, "SIGXCPU") and self._process.returncode == -signal.SIGXCPU:
            rule = f"a document must be readable within {CPU_SECONDS} s of computing"
            return rule, "this one takes longer", REMEDY
        return (
            "a document must be readable",
            f"this one ended its reader (status {self._process.returncode})",
            REMEDY,
        )

    @contextmanager
    def _limited(self) -> Generator[None]:
        timer = threading.Timer(self._wall_seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._expired = True
        self._process.kill()

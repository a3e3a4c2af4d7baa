"""What a process gives up before it reads a stranger's file: the network, memory, time, and writing files.

Knows nothing about what is read. Each platform gives what it has; what it lacks is said, not passed over.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass

# Address space of the process. Its libraries take 0.2 GB of it (PDF) and 0.33 GB (Parquet), measured 2026-11.
MEMORY_BYTES = 1 << 30
# Computing time for one document, in seconds. 20 pages rendered twice take about 4.
CPU_SECONDS = 20
# Open files: the libraries' own modules and the fonts of a page, one after the other.
_OPEN_FILES = 64
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of linux/sched.h


@dataclass(frozen=True, slots=True)
class Confinement:
    """What was given up: ``network`` cannot be reached, ``memory`` and ``cpu`` are bounded."""

    network: bool
    memory: bool
    cpu: bool


def confine() -> Confinement:
    """Give up all that this platform lets an ordinary user give up. Call it before any thread is started."""
    network = _leave_network()
    try:
        import resource
    except ImportError:  # Windows
        return Confinement(network, memory=False, cpu=False)
    memory = _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)  # a core file would hold the letter
    # macOS takes the limit and does not keep it.
    return Confinement(network, memory=memory and sys.platform != "darwin", cpu=allow_cpu(CPU_SECONDS))


def allow_cpu(seconds: int) -> bool:
    """Let this process compute for so long from now; then the system ends it. Say whether it will."""
    try:
        import resource
    except ImportError:
        return False
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    return _limit(resource.RLIMIT_CPU, until if hard == resource.RLIM_INFINITY else min(until, hard), hard)


def peak_memory() -> int:
    """Return the most memory this process had, in bytes; 0 where that is not known.

    Linux hands ``ru_maxrss`` on to what a process starts, so that the child of a program with a large model would seem as
    large; what its own memory came to stands in ``/proc``.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - a parser's process imports little
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _limit(what: int, soft: int, hard: int | None = None) -> bool:
    import resource

    try:
        resource.setrlimit(what, (soft, soft if hard is None else hard))
    except (OSError, ValueError):
        return False
    return True


def _leave_network() -> bool:
    """Move to a network of this process alone, which has no way out. Linux only, where the kernel allows it."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        done = ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER | _NEW_NETWORK)
    except (OSError, AttributeError):
        return False
    return done == 0

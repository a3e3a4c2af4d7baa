"""Forbids every socket beyond loopback in this process. Knows nothing about what is being tested.

An audit hook sees each call inside the interpreter, however the library imported ``socket``. An attempt
raises, and it is also kept in ``ATTEMPTS``, because a library that swallows the error has still tried.
"""

from __future__ import annotations

import ipaddress
import sys

ATTEMPTS: list[str] = []
LOCAL_NAMES = {"", "localhost", "ip6-localhost", "localhost.localdomain"}


class BeyondLoopbackError(AssertionError):
    """Something tried to reach another machine."""


def is_local(host: object) -> bool:
    """Whether a host name or address stays on this machine, without asking a resolver."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(event: str, target: object) -> None:
    attempt = f"{event} {target!r}"
    ATTEMPTS.append(attempt)
    sys.stderr.write(f"socket beyond loopback: {attempt}\n")
    raise BeyondLoopbackError(f"nothing may leave this machine, but {attempt} was called")


def _hook(event: str, args: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}:
        address = args[1]
        if isinstance(address, tuple) and address and not is_local(address[0]):
            _refuse(event, address)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not is_local(args[0]):
        _refuse(event, args[0])


def seal() -> None:
    """Install the hook; once installed it stays until the process ends."""
    sys.addaudithook(_hook)

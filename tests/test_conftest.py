from __future__ import annotations

import socket
import subprocess
import sys

import loopback_only
import pytest


def send_datagram(host: str) -> None:
    """Send one datagram, as a library does that asks for its own address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", (host, 1))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: socket.create_connection(("203.0.113.7", 80), timeout=1), id="connect"),
        pytest.param(lambda: socket.getaddrinfo("example.org", 443), id="resolve"),
        pytest.param(lambda: socket.gethostbyname("example.org"), id="gethostbyname"),
        pytest.param(lambda: send_datagram("198.51.100.1"), id="udp"),
    ],
)
def test_a_socket_beyond_loopback_is_refused_and_remembered(call) -> None:
    """The guard that every other test relies on raises, and keeps the attempt."""
    with pytest.raises(loopback_only.BeyondLoopbackError):
        call()
    assert len(loopback_only.ATTEMPTS) == 1
    loopback_only.ATTEMPTS.clear()


def test_loopback_stays_open() -> None:
    """A server on this machine can be reached."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_a_process_started_by_a_test_is_sealed_too() -> None:
    """The guard follows into child processes, where most of the command line is tested."""
    done = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('203.0.113.7', 80), timeout=1)"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "socket beyond loopback" in done.stderr

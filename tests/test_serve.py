from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

from ui.commands.serve import STREAMLIT_SETTINGS

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port of this machine that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listening_addresses(pid: int) -> set[str]:
    """The addresses, as Linux writes them in hexadecimal, at which a process listens."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
        except FileNotFoundError:
            continue
        if found:
            inodes.add(found.group(1))
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                addresses.add(fields[1].split(":")[0])
    return addresses


def test_the_checkouts_streamlit_settings_are_those_of_the_command() -> None:
    """Started either way, the dashboard keeps to this machine and tells nobody."""
    table = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    themes = table.pop("theme")
    flat = {
        f"{section}.{key}": value if isinstance(value, str) else str(value).lower()
        for section, pairs in [*table.items(), *((f"theme.{name}", own) for name, own in themes.items())]
        for key, value in pairs.items()
    }
    assert flat == STREAMLIT_SETTINGS


def test_the_dashboard_is_dark_where_the_browser_asks_for_it() -> None:
    """No setting belongs to both themes: Streamlit would make one light theme of them for everybody."""
    themed = {key for key in STREAMLIT_SETTINGS if key.startswith("theme.")}
    assert {key.split(".")[1] for key in themed} == {"light", "dark"}


def test_the_dashboard_listens_on_loopback_alone(tmp_path: Path) -> None:
    """`winnow ui` answers on 127.0.0.1, listens nowhere else, and reaches for no other machine."""
    port = free_port()
    log = tmp_path / "log"
    with (
        log.open("w", encoding="utf-8") as stream,
        subprocess.Popen(
            [str(Path(sys.executable).parent / "winnow"), "ui", "--port", str(port)],
            cwd=tmp_path,
            stdout=stream,
            stderr=stream,
        ) as process,
    ):
        try:
            assert answer_of(f"http://127.0.0.1:{port}/_stcore/health") == "ok"
            assert listening_addresses(process.pid) == {"0100007F"}
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    assert "socket beyond loopback" not in log.read_text(encoding="utf-8")


def answer_of(address: str) -> str:
    """What the page at ``address`` says, once its server is up."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                return reply.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_an_address_beyond_this_machine_needs_a_login(tmp_path: Path) -> None:
    """Without a login `winnow ui` does not even start there; the message says what to set up."""
    command = [str(Path(sys.executable).parent / "winnow"), "ui", "--address", "0.0.0.0"]
    environment = {**os.environ, "HOME": str(tmp_path), "COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "[access] emails" in done.stderr


def test_a_login_with_nobody_on_its_list_is_no_login(tmp_path: Path) -> None:
    """A login that anyone with an account could pass keeps the dashboard at home."""
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text('[auth]\nclient_id = "winnow"\n', encoding="utf-8")
    command = [str(Path(sys.executable).parent / "winnow"), "ui", "--address", "0.0.0.0"]
    environment = {**os.environ, "HOME": str(tmp_path), "COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2

"""Looking at a database's file never takes SQLite's locks away from the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from full_store import add_letter, make_full

from ingestion import held_files
from ingestion.held_files import HeldFile
from ingestion.store import DATABASE_FILE, Store

ROOT = Path(__file__).resolve().parent.parent
OPEN_AND_CLOSE = """
import sys
from pathlib import Path
from ingestion.store import Store
with Store.open(Path(sys.argv[1])) as store:
    print(sum(row.letters for row in store.postings()))
"""


def test_a_file_is_opened_once_and_closed_by_the_last(tmp_path: Path) -> None:
    """Whoever holds it shares one descriptor; letting go twice is once."""
    (tmp_path / "a").write_bytes(b"abc")
    first = HeldFile(tmp_path / "a")
    with HeldFile(tmp_path / "a") as second:
        assert second.descriptor == first.descriptor
    assert os.pread(first.descriptor, 3, 0) == b"abc"
    first.close()
    first.close()
    status = (tmp_path / "a").stat()
    assert (status.st_dev, status.st_ino) not in held_files._held


def test_another_process_does_not_remove_the_log_that_is_in_use(tmp_path: Path) -> None:
    """After pages were read, the store opened twice and one of the two closed, the locks still stand.

    Without them the other process would take itself for the last one when it ends, and delete the log.
    """
    make_full(tmp_path / "store")
    log = tmp_path / "store" / f"{DATABASE_FILE}-wal"
    with Store.open(tmp_path / "store") as store:
        Store.open(tmp_path / "store").close()
        add_letter(store, 30)  # takes the sums anew
        before = log.stat().st_ino
        done = subprocess.run(
            [sys.executable, "-c", OPEN_AND_CLOSE, str(tmp_path / "store")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "9\n"
        assert log.stat().st_ino == before
        add_letter(store, 31)
    with Store.open(tmp_path / "store") as again:
        assert sum(row.letters for row in again.postings()) == 10
    assert not log.exists() or log.stat().st_size == 0


def test_a_closed_store_holds_no_file(tmp_path: Path) -> None:
    """Nor does one that could not be opened."""
    before = dict(held_files._held)
    make_full(tmp_path / "store")
    assert held_files._held == before

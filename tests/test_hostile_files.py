from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile_files import HOSTILE, LETTER, Hostile

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Reading:
    """What reading the whole folder came to."""

    grown: int
    letters: dict[str, int]
    refused: dict[str, list[str]]


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """All hostile files in one folder, read by one process, with an ordinary letter before and behind them."""
    folder = tmp_path_factory.mktemp("hostile")
    for one in HOSTILE:
        (folder / one.name).write_bytes(one.build())
    for name in ("aaa.txt", "zzz.txt"):
        (folder / name).write_text(LETTER)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "doubles" / "reading_memory.py"), str(folder), str(folder / "aaa.txt")],
        capture_output=True, text=True, timeout=300, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield Reading(**json.loads(done.stdout))
    for one in HOSTILE:
        (folder / one.name).unlink()


@pytest.mark.parametrize("hostile", HOSTILE, ids=[one.name for one in HOSTILE])
def test_each_file_costs_itself_alone_and_says_why(reading: Reading, hostile: Hostile) -> None:
    """Its refusal names the rule, what was found and the remedy; what is harmless is read."""
    refused = reading.refused.get(hostile.name, [])
    if hostile.says is None:
        assert (refused, reading.letters.get(hostile.name)) == ([], 1)
        return
    assert len(refused) == 1
    assert hostile.says in refused[0]
    assert "; " in refused[0]
    assert "but" in refused[0]


def test_the_batch_goes_on(reading: Reading) -> None:
    """The letters before and behind all of them are there."""
    assert (reading.letters["aaa.txt"], reading.letters["zzz.txt"]) == (1, 1)


def test_there_are_enough_of_them() -> None:
    """Forty were promised; each has a name of its own."""
    assert len({one.name for one in HOSTILE}) == len(HOSTILE) >= 40


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is told by Linux")
def test_the_main_process_hardly_grows(reading: Reading) -> None:
    """By at most 50 MB, whatever is thrown at it: bombs, files of 50 MB and rows of a million characters."""
    assert reading.grown <= 50 << 20

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of the README."""

    language: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]


def make_lines() -> list[str]:
    """The make commands of the README."""
    lines = [line.strip() for block in BLOCKS if block.language == "bash" for line in block.text.splitlines()]
    return [line for line in lines if line.startswith("make ")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the checkout to a person who types the README's commands."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "ingestion" / "samples", folder / "ingestion" / "samples")
    return folder


def normal(report: str) -> list[str]:
    """The lines of a report, without the times, which differ from run to run."""
    timed = re.compile(r"\d+\.\d+(?= s\b)")
    return [
        re.sub(r"\d+\.\d+", "0", line) if line.startswith("SECONDS") else timed.sub("0", line)
        for line in report.strip().splitlines()
    ]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    """A block in another language would be one that nobody runs."""
    assert {block.language for block in BLOCKS} == {"bash", "python", "text"}


def test_the_demo_prints_what_the_readme_shows(demo_output: str) -> None:
    """The first block is the demo as it really prints; a line of three dots stands for lines left out."""
    printed = normal(demo_output)
    shown = normal(next(block.text for block in BLOCKS if block.language == "text"))
    assert shown
    place = 0
    skipping = False
    for line in shown:
        if line == "...":
            skipping = True
            continue
        if skipping:
            assert line in printed[place:]
            place = printed.index(line, place)
            skipping = False
        assert printed[place] == line
        place += 1


def test_the_commands_and_the_python_run_in_order(checkout: Path) -> None:
    """Every command succeeds, or ends with 3 where the README says that some input is refused."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for block in BLOCKS:
        commands: list[list[str]] = []
        if block.language == "python":
            commands = [[sys.executable, "-c", block.text]]
        elif block.language == "bash":
            lines = [
                line for line in block.text.splitlines() if line.strip() and not line.startswith("make ")
            ]
            commands = [["bash", "-c", line] for line in lines]
        for command in commands:
            done = subprocess.run(
                command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
            )
            allowed = {0, 3} if "winnow ingest" in command[-1] else {0}
            assert done.returncode in allowed, f"{command[-1]}\n{done.stderr}"
            ran += 1
    assert ran >= 5
    for written in ("ranking.csv", "ranking.xlsx", "verdict.json"):
        assert (checkout / written).stat().st_size > 0


def test_the_make_commands_are_real_and_ci_runs_the_tests() -> None:
    """Each make command of the README is a target, and the command that tests is the one CI runs."""
    commands = make_lines()
    assert "make demo" in commands
    assert "make test" in commands
    for command in commands:
        done = subprocess.run(
            [*command.split(), "--dry-run", f"VENV={BIN.parent}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^make test ", script, re.MULTILINE)
    assert re.search(r"^make check ", script, re.MULTILINE)

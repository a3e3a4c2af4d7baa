from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from mutated_files import KINDS, mutated

from ingestion.raw_letter import MAX_CHARACTERS, RawLetter, Refusal, SetAside
from ingestion.readers import Columns, Reading
from ingestion.sandbox import Sandbox

# For so long the slow test tries files, in seconds. Ten minutes: WINNOW_FUZZ_SECONDS=600.
SECONDS = float(os.environ.get("WINNOW_FUZZ_SECONDS", "60"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One reading process for all files, as in an ingest."""
    with Sandbox() as opened:
        yield opened


def check(folder: Path, sandbox: Sandbox, name: str, data: bytes) -> list[str]:
    """Read one file as an ingest does; return what came of it. Anything raised fails the test."""
    path = folder / name
    path.write_bytes(data)
    kinds: list[str] = []
    for found in Reading(Columns(), sandbox).path(path, f"pile/{name}"):
        kinds.append(type(found).__name__)
        assert str(found).isprintable() or isinstance(found, RawLetter)
        if isinstance(found, RawLetter):
            assert 0 < len(found.text) <= MAX_CHARACTERS
            assert "\0" not in found.text
            found.text.encode()
        elif isinstance(found, Refusal):
            assert found.rule
            assert found.value
            assert found.remedy
        else:
            assert isinstance(found, SetAside)
    return kinds


def fuzz(folder: Path, sandbox: Sandbox, kinds: tuple[str, ...], examples: int, start: int) -> Counter[str]:
    """Read so many mutated files, chosen by ``start``."""
    came: Counter[str] = Counter()

    @seed(start)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    @given(mutated(kinds))
    def try_one(file: tuple[str, bytes]) -> None:
        kinds = check(folder, sandbox, *file)
        assert kinds  # a file that gives no letter is never passed over in silence
        came.update(kinds)
        came["files"] += 1

    try_one()
    return came


@pytest.mark.parametrize("kind", KINDS)
def test_no_mutation_of_a_file_raises(tmp_path: Path, sandbox: Sandbox, kind: str) -> None:
    """Whatever a file holds, reading it yields letters and refusals."""
    examples = 5 if kind == "parquet" else 30
    assert fuzz(tmp_path, sandbox, (kind,), examples, start=0)["files"] >= examples


@pytest.mark.slow
def test_no_mutation_raises_for_long(tmp_path: Path, sandbox: Sandbox) -> None:
    """For as long as WINNOW_FUZZ_SECONDS says, every reader in turn."""
    came: Counter[str] = Counter()
    until = time.monotonic() + SECONDS
    turn = 0
    while time.monotonic() < until:
        kind = KINDS[turn % len(KINDS)]
        one = fuzz(tmp_path, sandbox, (kind,), 20 if kind == "parquet" else 200, start=1 + turn)
        came.update({f"{kind} {what}": count for what, count in one.items()})
        turn += 1
    (tmp_path / "came.txt").write_text(str(came))
    assert sum(count for what, count in came.items() if what.endswith(" files")) > SECONDS

"""`winnow train` and `winnow train merge`, from the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_letters import tiny_examples, write_seed_csv
from typer.testing import CliRunner

from ui.cli import app

QUICK = ["--epochs", "1", "--batch-size", "4", "--accumulation", "2", "--rank", "4"]


def winnow(*words: str) -> tuple[int, str, str]:
    """Run the command line in this process; return exit status, stdout and stderr."""
    done = CliRunner().invoke(app, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A table of 30 letters in the seed's columns, two of them the same."""
    return write_seed_csv(tmp_path / "letters.csv", (*tiny_examples(30), tiny_examples(1)[0]))


def test_letters_become_an_adapter_and_a_merged_model(
    letters: Path, tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """One command trains an adapter and says what matched and what came of it; another merges it."""
    out, merged = str(tmp_path / "a"), str(tmp_path / "m")
    model = str(tiny_llm_folders("granite"))
    status, said, _ = winnow("train", str(letters), "--model", model, "--out", out, *QUICK)
    assert status == 0
    assert "letters: 24 to train, 3 to validate, 3 to test; split by job ad, seed 0, 30 ads" in said
    assert "duplicates removed: 1" in said
    assert "adapters on q_proj x2, k_proj x2" in said
    assert "test loss: " in said
    assert f"the adapter is in {out}" in said
    status, said, _ = winnow("train", "merge", out, merged)
    assert (status, said) == (0, f"the merged model is in {merged} (fp32)\n")
    assert (tmp_path / "m" / "model.safetensors").is_file()


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(
    letters: Path, tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """Parameters, memory and time are told for a model that is here; options may stand before the data."""
    model = str(tiny_llm_folders("qwen2"))
    status, said, _ = winnow("train", "--dry-run", "--model", model, *QUICK, "--json", str(letters))
    found = json.loads(said)
    assert status == 0
    assert found["trainable"] == 8192
    assert found["memory_bytes"]["peak"] > found["memory_bytes"]["weights"] > 0
    assert found["seconds"] > 0
    assert found["absent"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["letters.csv"]


def test_a_dry_run_needs_no_weights_of_a_preset(letters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a preset that is not here, parameters and memory are told, and what is missing for the time."""
    monkeypatch.setenv("HF_HUB_CACHE", "/nowhere")
    status, said, _ = winnow(
        "train", str(letters), "--dry-run", "--model", "granite-1b", "--max-length", "64"
    )
    assert status == 0
    assert "19,005,440 of 1,650,755,584 parameters are trained (1.15 %)" in said
    assert "memory: " in said
    assert (
        "time: not measured, and tokens not counted: ibm-granite/granite-4.0-1b is not on this machine"
        in said
    )


def test_the_published_split_is_reported_with_its_leaks(
    letters: Path, tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """Split by row, the letter that stands twice may leak; the report counts, and the sides can be written."""
    model, sides = str(tiny_llm_folders("qwen2")), tmp_path / "sides"
    status, said, _ = winnow(
        *("train", str(letters), "--published-split", "--dry-run", "--model", model, *QUICK),
        *("--write-split", str(sides)),
    )
    assert status == 0
    assert "split by row as published, seed 0 (it leaks)" in said
    assert "leaks: of 9 test letters, " in said
    rows = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in sides.iterdir()}
    assert rows == {"train.jsonl": 20, "validation.jsonl": 2, "test.jsonl": 9}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x.csv"], "--out must name the adapter's folder"),
        (["x.csv", "--out", "a", "--rank", "0"], "--rank must be at least 1, but got 0"),
        (["x.csv", "--out", "a", "--test-share", "1.5"], "the test share must be from 0 to below 1"),
        (["x.csv", "--out", "a", "--precision", "int8"], "--precision must be one of nf4, bf16, fp32"),
        (["merge", "a"], "Missing argument 'OUT'"),
    ],
    ids=["no-out", "rank", "share", "precision", "merge-without-out"],
)
def test_wrong_usage_ends_with_2(words: list[str], message: str) -> None:
    """A flag out of its range is wrong usage, told before anything is read."""
    status, _, said = winnow("train", *words)
    plain = " ".join(said.replace("│", " ").split())
    assert (status, message in plain) == (2, True)


def test_help_shows_training_and_names_merging() -> None:
    """Without words, and with --help, the options of training are shown; the default command's name is not."""
    for words in ([], ["--help"]):
        status, said, _ = winnow("train", *words)
        assert status == 0
        assert "--published-split" in said
        assert "winnow train merge" in " ".join(said.split())
        assert re.search(r"\blearn\b", said) is None

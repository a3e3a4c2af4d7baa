from __future__ import annotations

import json

import pytest

from agents import llm_memory
from agents.llms import LLMS
from ui.commands.doctor import doctor


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, list[dict[str, object]]]:
    """What `winnow doctor --json` prints."""
    doctor(json=True)
    return json.loads(capsys.readouterr().out)


def test_each_language_model_has_its_memory_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """Memory needed stands beside memory there before a byte is downloaded."""
    rows = report(capsys)["llms"]
    assert [row["name"] for row in rows] == list(LLMS)
    for row in rows:
        assert set(row) == {
            *("name", "model", "ready", "missing", "precision", "memory_needed", "memory_free")
        }
        assert row["ready"] is False  # no weights where the tests run
        assert "hf download" in str(row["missing"])


def test_too_little_memory_is_told_before_anything_is_downloaded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that is here but doesn't fit is not ready, and neither is the pipeline that needs it."""
    monkeypatch.setattr(llm_memory, "llm_missing", lambda name: None)
    monkeypatch.setattr(llm_memory, "memory_free", lambda machine: 600_000_000)
    monkeypatch.setattr("agents.registry.pipeline_missing", lambda name, server=None: None)
    found = report(capsys)
    assert {row["ready"] for row in found["llms"]} == {False}
    pipelines = {row["name"]: row["missing"] for row in found["pipelines"]}
    assert pipelines["offline"] is None
    assert "too little memory; " in str(pipelines["bge-qwen"])
    assert str(pipelines["bge-qwen"]).endswith("0.6 GB free")


def test_every_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A name and what there is to say of it."""
    doctor()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines][-len(LLMS) :] == list(LLMS)
    assert all("GB needed in " in line for line in lines[-len(LLMS) :])

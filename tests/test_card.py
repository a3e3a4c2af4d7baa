"""The model card and the loss curve of an adapter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from training.card import render_card, write_card
from training.curve import draw_curve

RECORD: dict[str, Any] = {
    "plan": {
        "base": {"name": "q", "model": "Qwen/Qwen2.5-3B", "revision": "abc"},
        "settings": {"r": 16, "alpha": 32, "dropout": 0.05, "precision": "nf4"},
        "template": "0123",
        "data": {
            "split": "by job ad, seed 0, 9 ads",
            "letters": {"train": 7, "validation": 1, "test": 1},
            "leaks": None,
        },
    },
    "adapters": {"modules": {"q_proj": 36}, "trainable": 5, "total": 1000},
    "left_out": 2,
    "metrics": {
        "evaluation_losses": [[3, 1.0, 2.5], [6, 2.0, 2.75]],
        "best_step": 3,
        "test_loss": 2.6,
        "clean_test_loss": None,
    },
}


def test_the_card_says_what_the_record_says(tmp_path: Path) -> None:
    """Base, adapters, data, split and losses stand in the card, and which epoch was kept."""
    write_card(tmp_path, RECORD)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    for said in (
        'base_model: "Qwen/Qwen2.5-3B"',
        "| adapters | q_proj x36 |",
        "| trained | 5 of 1,000 parameters (0.50 %) |",
        "| letters | 7 to train, 1 to choose the epoch, 1 to test; split by job ad, seed 0, 9 ads |",
        "| leaks | none: no job ad and no letter is on two sides |",
        "| 3 | 1.00 | 2.5000 (kept) |",
        "| 6 | 2.00 | 2.7500 |",
        "Test loss: 2.6000",
    ):
        assert said in card


def test_a_card_of_a_leaky_split_says_how_much_leaks() -> None:
    """The count of leaks and the loss without them stand in the card."""
    record = json.loads(json.dumps(RECORD))
    record["plan"]["data"]["leaks"] = {"test": 9, "jobs": 4, "prompts": 1, "letters": 2, "clean": 5}
    record["metrics"]["clean_test_loss"] = 3.1
    card = render_card(record)
    assert "of 9 test letters, 4 answer a job ad that stands in train and 2 stand there themselves" in card
    assert "On the test letters that do not leak: 3.1000" in card


@pytest.mark.parametrize("evaluations", [[], [(2, 2.0), (4, 2.5)]], ids=["none", "two"])
def test_the_curve_is_a_png(evaluations: list[tuple[int, float]], tmp_path: Path) -> None:
    """The curve is drawn without a display, with evaluations or without."""
    path = tmp_path / "loss.png"
    draw_curve([(1, 3.0), (2, 2.5), (3, 2.2)], evaluations, 2, path)
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"

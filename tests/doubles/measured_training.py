"""Trains a random model for three steps in a process of its own and prints what was estimated and what it took.

Run with the precision, hidden size, layers, vocabulary, letters a batch, tokens a letter, checkpointing (0 or 1) and a
folder. What it took is the peak of the process's resident memory since just before the weights were loaded.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import torch
from tiny_llms import build_tiny
from transformers import AutoModelForCausalLM, Qwen2Config

from agents.llms import resolve_llm
from training.base_model import load_adapted
from training.hushed import libraries_hushed
from training.loop import letter_trainer
from training.loss_rows import LossRow, LossRows
from training.memory_estimate import estimate_memory
from training.settings import TrainingSettings


def resident(key: str) -> int:
    """Return VmRSS or VmHWM of this process in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def main() -> None:
    """Measure one training."""
    precision, *numbers, folder = sys.argv[1:]
    hidden, layers, vocabulary, batch, length, checkpointing = map(int, numbers)
    torch.set_num_threads(1)
    build_tiny("qwen2", Path(folder))
    config = Qwen2Config(
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=8,
        num_key_value_heads=2,
        vocab_size=vocabulary,
        tie_word_embeddings=True,
        eos_token_id=1,
        pad_token_id=1,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    settings = TrainingSettings(
        precision=precision,  # type: ignore[arg-type]
        batch_size=batch,
        accumulation=1,
        epochs=1,
        checkpointing=bool(checkpointing),
    )
    row: LossRow = {
        "input_ids": [7] * length,
        "labels": [-100] * (length // 2) + [7] * (length - length // 2),
    }
    rows = LossRows((row,) * 3 * batch, ())
    with libraries_hushed(), tempfile.TemporaryDirectory() as out:
        estimate = estimate_memory(config, settings, length)
        before = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # VmHWM starts anew
        adapted = load_adapted(resolve_llm(folder), settings)
        letter_trainer(adapted, rows, LossRows((), ()), settings, Path(out), keep=False).train()
        measured = resident("VmHWM") - before
    sys.stdout.write(json.dumps({"estimated": estimate.peak, "measured": measured}) + "\n")


if __name__ == "__main__":
    main()

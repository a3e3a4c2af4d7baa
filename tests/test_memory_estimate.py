"""What a training is said to take, against what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import AutoConfig

from agents.llms import resolve_llm
from training.base_model import load_model
from training.hushed import libraries_hushed
from training.live_bytes import LiveBytes
from training.memory_estimate import MemoryEstimate, estimate_memory
from training.presets import PRESETS, default_targets
from training.settings import Precision, TrainingSettings

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = TrainingSettings(r=8, batch_size=2)


def estimate(folder: Path, settings: TrainingSettings, longest: int = 64) -> MemoryEstimate:
    """Estimate for a model that is here."""
    with libraries_hushed():
        return estimate_memory(AutoConfig.from_pretrained(folder), settings, longest)


def test_live_bytes_counts_what_lives_at_once() -> None:
    """A tensor counts from its birth to its end, once, however many views of it there are."""
    import torch

    with LiveBytes() as live:
        first = torch.zeros(1000)
        view = first[10:]
        second = torch.zeros(500)
        del first, view
        third = torch.zeros(250)
    assert (live.peak, live.now) == (4 * 1500, 4 * 750)
    assert second.numel() + third.numel() == 750


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 0.0), ("bf16", 0.0), ("nf4", 0.01)])
def test_the_weights_are_counted_exactly(
    precision: Precision, tolerance: float, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """The estimate's weights are the loaded model's bytes; in 4 bits, those that bitsandbytes really holds."""
    folder = tiny_llm_folders("qwen2")
    with libraries_hushed():
        model = load_model(resolve_llm(str(folder)), precision)
    held = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    for parameter in model.parameters():
        state = getattr(parameter, "quant_state", None)
        if state is not None:
            held += state.absmax.numel() + 4 * state.state2.absmax.numel()
    found = estimate(folder, replace(SETTINGS, precision=precision)).weights
    assert found == pytest.approx(held, rel=tolerance, abs=2e3 * (tolerance > 0))


def test_adapters_are_counted_with_gradients_and_averages(tiny_llm_folders: Callable[[str], Path]) -> None:
    """A trained parameter in float32 takes 4 bytes, as much for its gradient, and 8 for AdamW."""
    found = estimate(tiny_llm_folders("qwen2"), SETTINGS)
    assert found.adapters == 16 * found.matched.trainable


def test_more_tokens_take_more_and_checkpointing_less(tiny_llm_folders: Callable[[str], Path]) -> None:
    """A step grows with its batch, and keeping no activations makes it smaller."""
    folder = tiny_llm_folders("granite")
    kept = replace(SETTINGS, checkpointing=False)
    short, long, lean = (
        estimate(folder, kept, 64),
        estimate(folder, kept, 512),
        estimate(folder, SETTINGS, 512),
    )
    assert short.activations < long.activations
    assert lean.activations < long.activations


def test_the_seeds_run_fits_the_seeds_gpu() -> None:
    """Qwen2.5-3B in 4 bits, four letters of 1,024 tokens at once, takes less than 16 GB, with under 1 % trained."""
    settings = TrainingSettings(precision="nf4", targets=default_targets("qwen2.5-3b") or ())
    with libraries_hushed():
        found = estimate_memory(PRESETS["qwen2.5-3b"].configuration(), settings, 1024)
    assert 1.9e9 < found.weights < 2.2e9
    assert found.peak < 16e9
    assert found.matched.trainable / found.matched.total < 0.01


# TRL's loss sets memory aside for 32,768 columns of logits. With a vocabulary far below that, a CPU never touches most
# of it, and the estimate is above the resident memory (1.20 times at 8,000), though not above what was set aside.
CASES = ["fp32 256 6 32000 4 256 1", "fp32 256 6 32000 4 256 0", "nf4 512 6 32000 4 256 1"]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.replace(" ", "-") for case in CASES])
def test_the_estimate_is_within_15_percent_of_the_peak(case: str, tmp_path: Path) -> None:
    """What a process's resident memory grows by while it trains is what was told before."""
    environment = os.environ | {
        # Freed memory goes back to the system at once, so that the peak is that of what lives.
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": "65536",
        "OMP_NUM_THREADS": "1",
    }
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment["PYTHONPATH"]])
    command = [sys.executable, str(ROOT / "tests" / "doubles" / "measured_training.py"), *case.split()]
    done = subprocess.run(
        [*command, str(tmp_path / "model")], env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["estimated"] == pytest.approx(found["measured"], rel=0.15)

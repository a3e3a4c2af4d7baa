"""The presets, without their weights."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM

from agents.llms import LLMS
from training.presets import PRESETS, default_precision, default_targets
from training.targets import match_targets


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_shape_is_the_published_one(name: str) -> None:
    """The shape has exactly the parameters that the model is published with, and every target matches each layer."""
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(PRESETS[name].configuration())
    assert sum(parameter.numel() for parameter in model.parameters()) == LLMS[name].parameters
    targets = default_targets(name)
    assert targets is not None
    assert set(match_targets(model, targets).values()) == {LLMS[name].layers}


@pytest.mark.parametrize(
    ("name", "on_gpu", "expected"),
    [
        ("qwen2.5-3b", True, "nf4"),
        ("qwen2.5-3b=/models/q", True, "nf4"),
        ("granite-1b", True, "bf16"),
        ("/models/own", True, "bf16"),
        ("/models/own", False, "fp32"),
    ],
    ids=["seed", "seed-copy", "granite", "own-gpu", "own-cpu"],
)
def test_a_model_has_a_default_format(name: str, on_gpu: bool, expected: str) -> None:
    """The seed's Qwen is trained in 4 bits; other models in what the machine computes in."""
    assert default_precision(name, on_gpu=on_gpu) == expected

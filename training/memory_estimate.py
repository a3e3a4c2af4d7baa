"""What a training will take, before it is started: the weights by their count, the rest by walking through one step.

Knows the model's configuration alone. The step runs on torch's fake tensors, which have shapes and no contents: the
real model code, the real loss of TRL and the real adapters, for the longest batch, with every tensor counted while it
lives. Kernels are those of a CPU; on a GPU the loss needs less, so there the estimate is on the safe side.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.base_model import lora_config
from training.settings import TrainingSettings
from training.targets import Matched, count_parameters, match_targets

if TYPE_CHECKING:
    from torch import nn
    from transformers.configuration_utils import PreTrainedConfig

NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes of one 4-bit weight: half a byte, one byte of scale a block of 64, and 4 bytes a 256 of these."""

ADAM_BYTES = 8
"""Bytes that AdamW keeps for one trained parameter: two moving averages in float32."""


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes of tensors. ``peak`` is the most at one time; the rest says what it consists of.

    ``weights`` are those of the base model, ``adapters`` their parameters, gradients and optimiser's averages, and
    ``activations`` what a step needs beside them. A process takes some hundred MB more for Python and its libraries.
    """

    weights: int
    adapters: int
    activations: int
    matched: Matched

    @property
    def peak(self) -> int:
        """The most at one time."""
        return self.weights + self.adapters + self.activations

    def __str__(self) -> str:
        return (
            f"{_gigabytes(self.peak)} at the peak: weights {_gigabytes(self.weights)}, adapters with gradients and "
            f"optimiser {_gigabytes(self.adapters)}, one step {_gigabytes(self.activations)}"
        )


def estimate_memory(config: PreTrainedConfig, settings: TrainingSettings, longest: int) -> MemoryEstimate:
    """Walk through one step with a batch of letters of ``longest`` tokens.

    Raises:
        TargetError: a target matches no module.
    """
    import torch
    from peft import get_peft_model
    from transformers import AutoModelForCausalLM

    dtype = torch.float32 if settings.precision == "fp32" else torch.bfloat16
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation="sdpa")
        modules = match_targets(model, settings.targets)
        linear = _linear_sizes(model)
        adapted = get_peft_model(model, lora_config(settings))
    if settings.precision == "nf4":  # as TRL does for a quantised model
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(torch.bfloat16)
    matched = Matched(modules, *count_parameters(adapted))
    base = sum(p.numel() * p.element_size() for p in adapted.parameters() if not p.requires_grad)
    trained = sum(p.numel() * p.element_size() for p in adapted.parameters() if p.requires_grad)
    peak = _walk(adapted, settings, longest)
    activations = peak - base - 2 * trained
    weights = base
    if settings.precision == "nf4":
        # Each 4-bit weight stands as bfloat16 in the walk. At run time one at a time is unpacked into it.
        weights = round(base - sum(linear) * (2 - NF4_BYTES))
        activations += 2 * max(linear)
    return MemoryEstimate(weights, 2 * trained + ADAM_BYTES * matched.trainable, activations, matched)


def _linear_sizes(model: nn.Module) -> list[int]:
    """Return how many weights each linear module has that bitsandbytes would quantise: all but the head."""
    from torch.nn import Linear

    return [
        module.weight.numel()
        for path, module in model.named_modules()
        if isinstance(module, Linear) and path.rpartition(".")[2] != "lm_head"
    ]


def _walk(model: nn.Module, settings: TrainingSettings, longest: int) -> int:
    """Return the bytes at the peak of one step, parameters and gradients included."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from trl.trainer.utils import add_fused_lm_head

    from training.live_bytes import LiveBytes

    live = LiveBytes()
    with warnings.catch_warnings(), FakeTensorMode(allow_non_fake_inputs=True), live:
        warnings.simplefilter("ignore", FutureWarning)  # transformers' own, about its own calls
        _make_fake(model)
        if settings.checkpointing:
            model.gradient_checkpointing_enable()  # type: ignore[operator]
            model.enable_input_require_grads()  # type: ignore[operator]
        add_fused_lm_head(model.get_base_model(), outputs=("log_probs", "entropy", "is_top1"))  # type: ignore[operator]
        model.train()
        for parameter in model.parameters():
            live.count(parameter)
            if parameter.requires_grad:
                parameter.grad = torch.empty_like(parameter)
        ids = torch.zeros(settings.batch_size, longest, dtype=torch.long)
        mixed = settings.precision != "fp32"
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
            found = model(input_ids=ids, labels=ids, fused_lm_head=True, use_cache=False)
            loss = -found.log_probs.sum() / longest
        del found
        loss.backward()
        return live.peak


def _make_fake(model: nn.Module) -> None:
    """Put fake tensors that say they are on a CPU in the place of a model's meta tensors; shared ones stay shared."""
    import torch

    made: dict[int, torch.nn.Parameter] = {}
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if id(parameter) not in made:
                empty = torch.empty(parameter.shape, dtype=parameter.dtype, device="cpu")
                made[id(parameter)] = torch.nn.Parameter(empty, requires_grad=parameter.requires_grad)
            setattr(module, name, made[id(parameter)])
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype, device="cpu"))


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"

"""Which modules of a model get an adapter, and what to say when a name matches none of them.

Knows names and classes of modules; nothing about training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

MEANT: dict[str, tuple[str, ...]] = {
    "q_proj": ("qkv_proj", "query_key_value", "c_attn", "Wqkv"),
    "k_proj": ("qkv_proj", "query_key_value", "c_attn", "Wqkv"),
    "v_proj": ("qkv_proj", "query_key_value", "c_attn", "Wqkv"),
    "o_proj": ("out_proj", "dense", "c_proj"),
    "gate_proj": ("gate_up_proj", "input_linear"),
    "up_proj": ("gate_up_proj", "input_linear", "fc1", "c_fc"),
    "down_proj": ("output_linear", "fc2"),
}
"""Names under which other families keep the same matrix: fused (Phi-3), or their own (Granite 4)."""


class TargetError(ValueError):
    """A target that no module of the model has for a name."""


@dataclass(frozen=True, slots=True)
class Matched:
    """How many modules each target matched, and the parameters that a model trains and has."""

    modules: dict[str, int]
    trainable: int
    total: int

    def __str__(self) -> str:
        counts = ", ".join(f"{name} x{count}" for name, count in self.modules.items())
        share = 100 * self.trainable / self.total
        return f"adapters on {counts}: {self.trainable:,} of {self.total:,} parameters are trained ({share:.2f} %)"


def match_targets(model: nn.Module, targets: Sequence[str]) -> dict[str, int]:
    """Count the linear modules that each target names, by the last part of their name.

    Raises:
        TargetError: a target names none. It lists the modules that could have been meant.
    """
    found = _linear_names(model)
    counts = {target: found.get(target, 0) for target in targets}
    missing = [target for target, count in counts.items() if not count]
    if not missing:
        return counts
    meant = dict.fromkeys(name for target in missing for name in MEANT.get(target, ()) if name in found)
    rest = [name for name in found if name not in meant and name not in counts]
    words = [
        f"every target must name a module, but this model ({type(model).__name__}) has no {', '.join(missing)}"
    ]
    if meant:
        words.append(f"it could have meant {', '.join(meant)}")
    if rest:
        words.append(f"its {'other ' if meant else ''}linear modules are {', '.join(rest)}")
    experts = _expert_names(model)
    if experts:
        words.append(
            f"{', '.join(experts)} are the joint weights of its experts, which no module target reaches"
        )
    chosen = [*(name for name, count in counts.items() if count), *meant]
    remedy = " ".join(f"--target {name}" for name in chosen or rest)
    return _refuse("; ".join(words), remedy)


def _refuse(words: str, remedy: str) -> dict[str, int]:
    raise TargetError(f"{words}. Give {remedy}")


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """Return (trained, all) parameters of a model with its adapters; a 4-bit weight counts as what it stands for."""
    from peft import PeftModel

    if isinstance(model, PeftModel):
        return model.get_nb_trainable_parameters()
    counts = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return sum(count for count, trained in counts if trained), sum(count for count, _ in counts)


def _linear_names(model: nn.Module) -> dict[str, int]:
    """Return how many linear modules bear each last name, without the head, which the loss reads directly."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    names: dict[str, int] = {}
    for path, module in model.named_modules():
        name = path.rpartition(".")[2]
        if isinstance(module, Linear | Conv1D) and name != "lm_head":
            names[name] = names.get(name, 0) + 1
    return names


def _expert_names(model: nn.Module) -> list[str]:
    """Return the last two parts of the names of weights of three dimensions: (experts, out, in)."""
    found = (".".join(path.split(".")[-2:]) for path, weight in model.named_parameters() if weight.dim() == 3)
    return list(dict.fromkeys(found))

"""The models that `winnow train` has presets for: one row each.

Knows nothing about weights; `agents.llms` finds them. The shapes are those of the published configurations, so that a
dry run can tell what a training will take before anything is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.llms import LLMS
from training.settings import Precision

if TYPE_CHECKING:
    from transformers.configuration_utils import PreTrainedConfig


@dataclass(frozen=True, slots=True)
class Preset:
    """One model. ``shape`` is its configuration, as far as memory depends on it."""

    model_type: str
    precision: Precision
    shape: dict[str, int | float | bool | list[str] | None]

    def configuration(self) -> PreTrainedConfig:
        """Return the model's configuration; no weights are needed."""
        from transformers import AutoConfig

        return AutoConfig.for_model(self.model_type, **self.shape)


PRESETS: dict[str, Preset] = {
    # https://huggingface.co/Qwen/Qwen2.5-3B/blob/main/config.json; in 4 bits, as the first system trained it.
    "qwen2.5-3b": Preset(
        model_type="qwen2",
        precision="nf4",
        shape={
            "hidden_size": 2048,
            "intermediate_size": 11008,
            "num_hidden_layers": 36,
            "num_attention_heads": 16,
            "num_key_value_heads": 2,
            "vocab_size": 151936,
            "max_position_embeddings": 32768,
            "tie_word_embeddings": True,
        },
    ),
    # ibm-granite/granite-4.0-1b: IBM's only dense model of that size. The 1B ones of Granite 3 are mixtures whose
    # experts are one tensor a layer, so of the seed's seven targets only the four of the attention would match there.
    # This one keeps gate and up in one matrix, shared_mlp.input_linear, and calls down output_linear; see
    # `agents.llms` for its targets. Small enough for bfloat16.
    "granite-1b": Preset(
        model_type="granitemoehybrid",
        precision="bf16",
        shape={
            "hidden_size": 2048,
            "intermediate_size": 4096,
            "shared_intermediate_size": 4096,
            "num_hidden_layers": 40,
            "num_attention_heads": 16,
            "num_key_value_heads": 4,
            "num_local_experts": 0,
            "num_experts_per_tok": 0,
            "layer_types": ["attention"] * 40,
            "vocab_size": 100352,
            "max_position_embeddings": 131072,
            "tie_word_embeddings": True,
        },
    ),
}


def default_targets(name: str) -> tuple[str, ...] | None:
    """Return the modules that get an adapter in a model of `agents.llms`, None for a folder."""
    row = LLMS.get(name.partition("=")[0])
    return None if row is None else row.lora_modules


def default_precision(name: str, *, on_gpu: bool) -> Precision:
    """Return the preset's format; elsewhere bf16 on a GPU, and fp32 on a CPU, where training is for small models."""
    preset = PRESETS.get(name.partition("=")[0])
    if preset is not None:
        return preset.precision
    return "bf16" if on_gpu else "fp32"

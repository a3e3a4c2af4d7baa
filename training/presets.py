"""The models that `winnow train` knows by name: one row each.

Knows nothing about weights; `agents.llms` finds them. The shapes are those of the published configurations, so that a
dry run can tell what a training will take before anything is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.settings import SEED_TARGETS, Precision

if TYPE_CHECKING:
    from transformers.configuration_utils import PreTrainedConfig


@dataclass(frozen=True, slots=True)
class Preset:
    """``llm`` is the model's name in `agents.llms`; ``shape`` its configuration, as far as memory depends on it."""

    llm: str
    model_type: str
    precision: Precision
    targets: tuple[str, ...] = SEED_TARGETS
    shape: dict[str, int | float | bool | list[str]] = field(default_factory=dict)

    def configuration(self) -> PreTrainedConfig:
        """Return the model's configuration, without its weights."""
        from transformers import AutoConfig

        return AutoConfig.for_model(self.model_type, **self.shape)


PRESETS: dict[str, Preset] = {
    # https://huggingface.co/Qwen/Qwen2.5-3B/blob/main/config.json
    "qwen2.5-3b": Preset(
        llm="qwen2.5-3b",
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
}

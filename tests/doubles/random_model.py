"""A model that knows nothing: random logits over a real vocabulary, at no cost.

Takes the place of a causal language model's forward pass; tokenizer, prompts, caches and masks stay the real ones.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch


class RandomModel:
    """Answers each forward pass with new random logits of the given spread."""

    def __init__(self, model: Any, seed: int, spread: float = 5.0) -> None:
        self.config = model.config
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self.spread = spread
        self._generator = torch.Generator().manual_seed(seed)

    def __call__(
        self,
        *,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None,
        position_ids: torch.Tensor,
        past_key_values: Any,
        use_cache: bool,
        logits_to_keep: torch.Tensor,
    ) -> SimpleNamespace:
        """Keep the tokens in the cache as a model would, and answer at random."""
        nothing = torch.zeros(1, 1, input_ids.shape[1], 1)
        past_key_values.update(nothing, nothing, 0)
        if attention_mask is not None:
            assert attention_mask.shape[-2:] == (input_ids.shape[1], past_key_values.get_seq_length())
        shape = (1, len(logits_to_keep), self.config.vocab_size)
        return SimpleNamespace(logits=self.spread * torch.randn(shape, generator=self._generator))

"""Many continuations of one text in one forward pass: a tree of token segments over a single key-value cache.

A segment sees its ancestors and itself, never its siblings, so the logits of a branch are those of the same tokens read
alone, while the shared prefix is computed once. Knows nothing about letters, labels or tokenizers.

Tree attention in this form: Miao et al., "SpecInfer", ASPLOS 2024, https://arxiv.org/abs/2305.09781, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class BadLogits(ArithmeticError):
    """A model whose logits are not numbers: nothing can be read from them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens that continue ``parent``, the number of an earlier segment; None starts at the beginning."""

    parent: int | None
    ids: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.ids:
            raise ValueError("a segment must hold at least one token, but got 0")


class PrefixTree:
    """Segments read so far, with their keys and values.

    ``model`` is a causal language model of transformers whose attention layers all take a four-dimensional mask.
    ``width`` is the number of logits that stand for tokens; a padded vocabulary's rest is cut off.
    """

    def __init__(self, model: Any, width: int) -> None:
        from transformers import DynamicCache

        self._model = model
        self._width = width
        # Without the model's configuration every layer keeps every token: a sliding layer would drop the prefix.
        self._cache = DynamicCache()
        self._ancestors: list[frozenset[int]] = []
        self._ends: list[int] = []
        self._owners: list[int] = []
        self._places: list[int] = []

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self._ancestors)

    @property
    def tokens(self) -> int:
        """How many tokens have been read and kept."""
        return len(self._owners)

    def add(self, segments: Sequence[Segment]) -> torch.Tensor:
        """Read ``segments`` in one pass and return the logits after each one's last token.

        The first gets the number ``len(tree)``; a parent may be one of the same call that stands before its child.

        Returns:
            float32 (len(segments), width), on the CPU.

        Raises:
            BadLogits: the model answered with NaN.
        """
        import torch

        first = len(self)
        for segment in segments:
            self._place(segment)
        fresh = len(self._owners) - self._cached
        ids = torch.tensor([[token for segment in segments for token in segment.ids]])
        device = self._model.device
        last = torch.cumsum(torch.tensor([len(segment.ids) for segment in segments]), 0) - 1
        alone = self._cached == 0 and len(segments) == 1
        with torch.inference_mode():
            output = self._model(
                input_ids=ids.to(device),
                attention_mask=None if alone else self._mask(fresh).to(device),
                position_ids=torch.tensor([self._places[-fresh:]], device=device),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=last.to(device),
            )
        logits = output.logits[0, :, : self._width].to("cpu", torch.float32)
        if not bool(torch.isfinite(logits).all()):
            self.cut(first)
            raise BadLogits("the model's logits hold values that are no numbers")
        return logits

    def cut(self, segments: int) -> None:
        """Forget all but the first ``segments`` segments."""
        kept = sum(1 for owner in self._owners if owner < segments)
        extra = self._cache.get_seq_length() - kept
        if extra > 0:
            self._cache.crop(-extra)
        del self._owners[kept:], self._places[kept:]
        del self._ancestors[segments:], self._ends[segments:]

    @property
    def _cached(self) -> int:
        return int(self._cache.get_seq_length())

    def _place(self, segment: Segment) -> None:
        number = len(self)
        if segment.parent is not None and not 0 <= segment.parent < number:
            raise ValueError(f"a parent must be one of {number} segments before it, but got {segment.parent}")
        start = 0 if segment.parent is None else self._ends[segment.parent]
        above = (
            frozenset[int]()
            if segment.parent is None
            else self._ancestors[segment.parent] | frozenset((segment.parent,))
        )
        self._ancestors.append(above)
        self._ends.append(start + len(segment.ids))
        self._owners += [number] * len(segment.ids)
        self._places += range(start, start + len(segment.ids))

    def _mask(self, fresh: int) -> torch.Tensor:
        """Return what to add to the attention scores: (1, 1, fresh, all), 0 where a token may look."""
        import torch

        owners = torch.tensor(self._owners)
        rows = owners[-fresh:]
        family = torch.eye(len(self), dtype=torch.bool)
        for number in set(rows.tolist()):
            family[number, list(self._ancestors[number])] = True
        places = torch.tensor(self._places)
        # A relative of an earlier generation stands wholly before its descendant, so one comparison of places is enough.
        visible = family[rows][:, owners] & (places <= places[-fresh:, None])
        mask = torch.zeros(visible.shape, dtype=self._model.dtype)
        mask.masked_fill_(~visible, torch.finfo(mask.dtype).min)
        return mask[None, None]

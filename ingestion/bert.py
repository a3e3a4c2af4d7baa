"""A BERT encoder for inference: word-piece ids in, one hidden state a position out.

Knows nothing about text, pooling, prefixes or batching.

The arithmetic is that of "BERT" (Devlin et al. 2018, https://arxiv.org/abs/1810.04805, section 3) with exact GELU, on
weights in the layout that transformers' BertModel saves. It is written out here because importing transformers'
model classes takes four seconds, and because one matrix product for query, key and value is faster than three.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional


class ArchitectureError(Exception):
    """A model folder that this encoder can't run; the message says why."""


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of a BERT's ``config.json`` that its arithmetic needs. ``positions`` is the longest input."""

    hidden: int
    layers: int
    heads: int
    positions: int
    norm_epsilon: float

    @classmethod
    def read(cls, folder: Path) -> BertShape:
        """Read ``config.json``; raises ArchitectureError for anything but a BERT with exact GELU."""
        path = folder / "config.json"
        if not path.is_file():
            raise ArchitectureError(f"{folder.name}: config.json is missing, so this is no model folder")
        config = json.loads(path.read_text(encoding="utf-8"))
        wanted = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
        for name, value in wanted.items():
            if config.get(name, value) != value:
                raise ArchitectureError(f"{folder.name}: {name} must be {value!r}, but is {config[name]!r}")
        return cls(
            hidden=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            positions=config["max_position_embeddings"],
            norm_epsilon=config["layer_norm_eps"],
        )


@dataclass(frozen=True, slots=True)
class _Linear:
    """Weight (out, in) and bias (out,) as in ``torch.nn.Linear``."""

    weight: Tensor
    bias: Tensor

    def __call__(self, inputs: Tensor) -> Tensor:
        return functional.linear(inputs, self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, inputs: Tensor) -> Tensor:
        return functional.layer_norm(inputs, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer. ``qkv`` stacks query, key and value."""

    qkv: _Linear
    attended: _Linear
    attended_norm: _Norm
    inner: _Linear
    outer: _Linear
    outer_norm: _Norm


class BertEncoder:
    """A BERT whose matrix products have one ``dtype``: float32, or bfloat16 where the processor has it.

    Embeddings, attention, sums and norms are float32 in both: with bfloat16 throughout, the cosine of a letter's vector to its
    float32 one fell to 0.99987; so it stays above 0.9999 (MiniLM, 100 letters, 2026-11).
    """

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        self.shape = BertShape.read(folder)
        self.dtype = dtype
        weights = _Weights(folder, dtype, self.shape.norm_epsilon)
        self._words = weights["embeddings.word_embeddings.weight"]
        # Every input is one segment, so the segment's embedding is a constant of each position.
        segment = weights["embeddings.token_type_embeddings.weight"][0]
        self._positions = weights["embeddings.position_embeddings.weight"] + segment
        self._norm = weights.norm("embeddings.LayerNorm")
        self._layers = [_read_layer(weights, f"encoder.layer.{i}.") for i in range(self.shape.layers)]

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the hidden states, float32 (rows, length, hidden).

        ``ids``: int64 (rows, length). ``mask``: bool (rows, length), True where there is a piece to attend to.
        """
        rows, length = ids.shape
        # Added to the attention's logits: 0 where there is a piece, minus infinity where there is none.
        bias = torch.zeros(mask.shape).masked_fill(~mask, float("-inf"))
        bias = bias[:, None, None, :].expand(rows, 1, length, length)
        hidden = self._norm(functional.embedding(ids, self._words) + self._positions[:length])
        for layer in self._layers:
            hidden = layer.attended_norm(hidden + self._attention(hidden.to(self.dtype), bias, layer))
            inner = functional.gelu(layer.inner(hidden.to(self.dtype)))
            hidden = layer.outer_norm(hidden + layer.outer(inner))
        return hidden

    def _attention(self, hidden: Tensor, bias: Tensor, layer: _Layer) -> Tensor:
        rows, length, width = hidden.shape
        # In float32 too: more exact, and on a processor without bfloat16 tiles also faster.
        stacked = layer.qkv(hidden).float().view(rows, length, 3, self.shape.heads, width // self.shape.heads)
        query, key, value = stacked.permute(2, 0, 3, 1, 4).unbind()
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return layer.attended(mixed.transpose(1, 2).reshape(rows, length, width).to(self.dtype))


class _Weights:
    """The tensors of a folder's ``model.safetensors`` by the names BertModel gives them."""

    def __init__(self, folder: Path, dtype: torch.dtype, norm_epsilon: float) -> None:
        from safetensors.torch import load_file

        path = folder / "model.safetensors"
        if not path.is_file():
            raise ArchitectureError(
                f"{folder.name}: model.safetensors is missing; save the model once with transformers' save_pretrained"
            )
        self._tensors = load_file(path)
        self._prefix = "bert." if "bert.embeddings.word_embeddings.weight" in self._tensors else ""
        self._folder = folder
        self._dtype = dtype
        self._norm_epsilon = norm_epsilon

    def __getitem__(self, name: str) -> Tensor:
        try:
            return self._tensors[self._prefix + name].float()
        except KeyError:
            raise ArchitectureError(f"{self._folder.name}: model.safetensors lacks {name}") from None

    def linear(self, *names: str) -> _Linear:
        """Return the layers of these names as one, stacked along the output, in the encoder's dtype."""
        return _Linear(
            torch.cat([self[f"{name}.weight"] for name in names]).to(self._dtype),
            torch.cat([self[f"{name}.bias"] for name in names]).to(self._dtype),
        )

    def norm(self, name: str) -> _Norm:
        return _Norm(self[f"{name}.weight"], self[f"{name}.bias"], self._norm_epsilon)


def _read_layer(weights: _Weights, at: str) -> _Layer:
    return _Layer(
        qkv=weights.linear(*(f"{at}attention.self.{part}" for part in ("query", "key", "value"))),
        attended=weights.linear(f"{at}attention.output.dense"),
        attended_norm=weights.norm(f"{at}attention.output.LayerNorm"),
        inner=weights.linear(f"{at}intermediate.dense"),
        outer=weights.linear(f"{at}output.dense"),
        outer_norm=weights.norm(f"{at}output.LayerNorm"),
    )

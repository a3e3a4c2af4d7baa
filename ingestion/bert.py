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
class _Layer:
    """One layer's weights, rows first as in ``torch.nn.Linear``. ``qkv`` stacks query, key and value."""

    qkv: Tensor
    qkv_bias: Tensor
    attended: Tensor
    attended_bias: Tensor
    attended_norm: tuple[Tensor, Tensor]
    inner: Tensor
    inner_bias: Tensor
    outer: Tensor
    outer_bias: Tensor
    outer_norm: tuple[Tensor, Tensor]


class BertEncoder:
    """A BERT whose weights and hidden states have one ``dtype``: float32, or bfloat16 where the processor has it."""

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        self.shape = BertShape.read(folder)
        self.dtype = dtype
        weights = _Weights(folder, dtype)
        self._words = weights["embeddings.word_embeddings.weight"]
        # Every input is one segment, so the segment's embedding is a constant of each position.
        segment = weights["embeddings.token_type_embeddings.weight"][0]
        self._positions = weights["embeddings.position_embeddings.weight"] + segment
        self._norm = weights.norm("embeddings.LayerNorm")
        self._layers = [_read_layer(weights, f"encoder.layer.{i}.") for i in range(self.shape.layers)]

    @torch.inference_mode()
    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the hidden states, ``dtype (rows, length, hidden)``.

        ``ids``: int64 (rows, length). ``mask``: bool (rows, length), True where there is a piece to attend to.
        """
        rows, length = ids.shape
        hidden = functional.embedding(ids, self._words) + self._positions[:length]
        hidden = self._normed(hidden, self._norm)
        attend = mask[:, None, None, :].expand(rows, 1, length, length)
        for layer in self._layers:
            hidden = self._normed(hidden + self._attention(hidden, attend, layer), layer.attended_norm)
            inner = functional.gelu(functional.linear(hidden, layer.inner, layer.inner_bias))
            hidden = self._normed(
                hidden + functional.linear(inner, layer.outer, layer.outer_bias), layer.outer_norm
            )
        return hidden

    def _attention(self, hidden: Tensor, attend: Tensor, layer: _Layer) -> Tensor:
        rows, length, width = hidden.shape
        heads = self.shape.heads
        stacked = functional.linear(hidden, layer.qkv, layer.qkv_bias)
        query, key, value = stacked.view(rows, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=attend)
        mixed = mixed.transpose(1, 2).reshape(rows, length, width)
        return functional.linear(mixed, layer.attended, layer.attended_bias)

    def _normed(self, hidden: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
        return functional.layer_norm(hidden, (self.shape.hidden,), *norm, self.shape.norm_epsilon)


class _Weights:
    """The tensors of a folder's ``model.safetensors`` by the names BertModel gives them."""

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        from safetensors.torch import load_file

        path = folder / "model.safetensors"
        if not path.is_file():
            raise ArchitectureError(
                f"{folder.name}: model.safetensors is missing; save the model once with transformers' save_pretrained"
            )
        tensors = load_file(path)
        prefix = "bert." if "bert.embeddings.word_embeddings.weight" in tensors else ""
        self._tensors = tensors
        self._prefix = prefix
        self._folder = folder
        self._dtype = dtype

    def __getitem__(self, name: str) -> Tensor:
        try:
            return self._tensors[self._prefix + name].to(self._dtype)
        except KeyError:
            raise ArchitectureError(f"{self._folder.name}: model.safetensors lacks {name}") from None

    def norm(self, name: str) -> tuple[Tensor, Tensor]:
        return self[f"{name}.weight"], self[f"{name}.bias"]


def _read_layer(weights: _Weights, at: str) -> _Layer:
    parts = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
    return _Layer(
        qkv=torch.cat([weights[f"{part}.weight"] for part in parts]),
        qkv_bias=torch.cat([weights[f"{part}.bias"] for part in parts]),
        attended=weights[f"{at}attention.output.dense.weight"],
        attended_bias=weights[f"{at}attention.output.dense.bias"],
        attended_norm=weights.norm(f"{at}attention.output.LayerNorm"),
        inner=weights[f"{at}intermediate.dense.weight"],
        inner_bias=weights[f"{at}intermediate.dense.bias"],
        outer=weights[f"{at}output.dense.weight"],
        outer_bias=weights[f"{at}output.dense.bias"],
        outer_norm=weights.norm(f"{at}output.LayerNorm"),
    )

"""A decoder of a few million parameters, trained from scratch on letters that people wrote.

Knows nothing about fields, adapters or measures: it reads texts and learns to go on with them.
"""

from __future__ import annotations

import csv
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

END = "<|end|>"
WINDOW = 384
"""Tokens of one row of the pretraining; the letters stand one after the other, each with its end."""
SHAPE = {
    "hidden_size": 192,
    "intermediate_size": 512,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": True,
}
VOCABULARY = 4096
FACTS = "pretraining.json"
"""What the base's training took, in the base's folder."""
PEAK_RATE = 2e-3
"""Largest step size of the pretraining; it rises over 50 steps, then falls in a line to a tenth."""


@dataclass(frozen=True, slots=True)
class Pretrained:
    """The base model: where it lies, and what its training took. ``loss`` is in nats a token of unseen letters."""

    folder: Path
    parameters: int
    tokens: int
    epochs: float
    minutes: float
    loss: float


def read_pretrained(folder: Path) -> Pretrained:
    """Return an earlier run's base, with what its training took."""
    return Pretrained(folder=folder, **json.loads((folder / FACTS).read_text(encoding="utf-8")))


def read_texts(path: Path, column: str) -> list[str]:
    """Return the letters of a CSV file's column."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [row[column].strip() for row in csv.DictReader(handle) if row[column].strip()]


def pretrain(texts: Sequence[str], folder: Path, *, epochs: int, minutes: float, seed: int) -> Pretrained:
    """Train a tokenizer and a decoder from scratch; every twentieth letter only measures."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    measure = list(texts[::20])
    learn = [text for number, text in enumerate(texts) if number % 20]
    backend = _tokenizer(learn)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=END, pad_token=END)
    end = int(tokenizer.eos_token_id)  # type: ignore[arg-type]
    torch.manual_seed(seed)
    ends = {"bos_token_id": None, "eos_token_id": end, "pad_token_id": end}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, **SHAPE, **ends))
    rows, held_out = _rows(backend, learn, end), _rows(backend, measure, end)
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.95), weight_decay=0.1)
    batch, begun, step = 4, time.monotonic(), 0
    steps = epochs * (len(rows) // batch)
    for ids in _batches(rows, batch, steps, seed):
        done = max(step / steps, (time.monotonic() - begun) / (60 * minutes))
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = PEAK_RATE * min(1.0, (step + 1) / 50) * (1 - 0.9 * done)
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        if step % 50 == 0:
            print(f"  step {step} of {steps}: loss {loss.item():.3f}", flush=True)
    with torch.no_grad():
        losses = [
            model(input_ids=held_out[at : at + 8], labels=held_out[at : at + 8]).loss
            for at in range(0, len(held_out), 8)
        ]
    model.generation_config.eos_token_id = end
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    made = Pretrained(
        folder=folder,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        tokens=rows.numel(),
        epochs=step * batch / len(rows),
        minutes=(time.monotonic() - begun) / 60,
        loss=float(sum(losses) / len(losses)),
    )
    facts = {name: value for name, value in asdict(made).items() if name != "folder"}
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return made


def _tokenizer(texts: Sequence[str]) -> Tokenizer:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=alphabet, special_tokens=[END], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _rows(tokenizer: Tokenizer, texts: Sequence[str], end: int) -> torch.Tensor:
    """Return int64 (rows, WINDOW): the letters one after the other; what does not fill a row is dropped."""
    import torch

    stream = [token for text in texts for token in [*tokenizer.encode(text).ids, end]]
    rows = len(stream) // WINDOW
    return torch.tensor(stream[: rows * WINDOW]).view(rows, WINDOW)


def _batches(rows: torch.Tensor, batch: int, steps: int, seed: int) -> Iterator[torch.Tensor]:
    draw = random.Random(seed)
    order: list[int] = []
    for _ in range(steps):
        if len(order) < batch:
            order = draw.sample(range(len(rows)), len(rows))
        yield rows[order[:batch]]
        order = order[batch:]

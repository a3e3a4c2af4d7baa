"""The letter writers' whole pipeline at work on a model small enough for a CPU: from scratch to adapters to a table.

A decoder of a few million parameters learns English from letters that people wrote, then `winnow train` teaches it to
answer an application, once for each adapter of the ablation, and `winnow eval letters` measures base and adapters on
job ads that none of them has seen. Knows nothing of how any of these work: they are commands.

    python -m evals.bench.letters_experiment HUMAN_LETTERS.csv COVER_LETTERS.csv --out FOLDER

What it shows is that the pipeline works. It says nothing about Qwen or Granite.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
class Ablation:
    """One adapter: its rank and its dropout."""

    rank: int
    dropout: float

    @property
    def name(self) -> str:
        """Return what its folder and its row are called."""
        return f"r{self.rank}-dropout{self.dropout:g}"


ABLATIONS = (Ablation(4, 0.05), Ablation(16, 0.05), Ablation(64, 0.05), Ablation(16, 0.0))


@dataclass(frozen=True, slots=True)
class Pretrained:
    """The base model: where it lies, and what its training took. ``loss`` is in nats a token of unseen letters."""

    folder: Path
    parameters: int
    tokens: int
    epochs: float
    minutes: float
    loss: float


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


def winnow(*words: str) -> str:
    """Run a command of this repository and return what it prints on stdout."""
    command = [str(Path(sys.executable).parent / "winnow"), *words]
    print("  winnow " + " ".join(words), flush=True)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:2])} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def train_adapter(
    base: Path, letters: Path, ablation: Ablation, out: Path, *, epochs: int, seed: int
) -> dict[str, Any]:
    """Train one adapter by `winnow train`, and return its record."""
    flags = {
        "--model": str(base),
        "--out": str(out),
        "--rank": str(ablation.rank),
        "--dropout": str(ablation.dropout),
        "--epochs": str(epochs),
        "--batch-size": "4",
        "--accumulation": "1",
        "--learning-rate": "0.003",
        "--max-length": "512",
        "--seed": str(seed),
    }
    words = [word for pair in flags.items() for word in pair]
    return json.loads(winnow("train", str(letters), *words, "--keep-activations", "--json"))


SHOWN = {
    "bleu": ("BLEU", 2),
    "rouge1": ("ROUGE-1", 3),
    "rouge2": ("ROUGE-2", 3),
    "rouge_l": ("ROUGE-L", 3),
    "coverage": ("covered", 3),
    "repetition": ("repeated", 3),
    "made_up": ("made up", 2),
    "length_ratio": ("length", 2),
    "copied": ("copied", 3),
}
"""The measures of the tables, with their heads and decimals; what they mean stands beside the reports' own tables."""


def table(report: dict[str, Any], base: Pretrained, records: dict[str, dict[str, Any]]) -> list[str]:
    """Return the experiment as Markdown: the base, each writer with its standard errors, and each against the base."""
    lines = [
        f"Base: {base.parameters:,} parameters, {base.epochs:.1f} epochs of {base.tokens:,} tokens from scratch in "
        f"{base.minutes:.0f} minutes, {base.loss:.2f} nats a token on letters held out.",
        "",
        "| adapter | trained parameters | epochs' evaluation losses | test loss | minutes |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, record in records.items():
        measured = record["metrics"]
        losses = ", ".join(f"{loss:.3f}" for _, _, loss in measured["evaluation_losses"])
        lines.append(
            f"| {name} | {record['adapters']['trainable']:,} | {losses} | {measured['test_loss']:.3f} "
            f"| {measured['seconds'] / 60:.0f} |"
        )
    heads = " | ".join(head for head, _ in SHOWN.values())
    lines += ["", f"| writer | {heads} |", "| --- |" + " --- |" * len(SHOWN)]
    for writer in report["writers"]:
        cells = [_mean(writer["measures"].get(key), decimals) for key, (_, decimals) in SHOWN.items()]
        lines.append(f"| {writer['writer']} | {' | '.join(cells)} |")
    lines += ["", f"| minus the base | {heads} |", "| --- |" + " --- |" * len(SHOWN)]
    for writer in report["writers"]:
        if writer["against_base"]:
            cells = [_gap(writer["against_base"].get(key), decimals) for key, (_, decimals) in SHOWN.items()]
            lines.append(f"| {writer['writer']} | {' | '.join(cells)} |")
    return lines


def _mean(found: dict[str, float | None] | None, decimals: int) -> str:
    if found is None or found["value"] is None:
        return ""
    error = found["standard_error"]
    return f"{found['value']:.{decimals}f}" + ("" if error is None else f" ± {error:.{decimals}f}")


def _gap(found: dict[str, float] | None, decimals: int) -> str:
    if found is None:
        return ""
    return f"{found['value']:+.{decimals}f} [{found['low']:+.{decimals}f}, {found['high']:+.{decimals}f}]"


def main() -> None:
    """Run the experiment and print its table as Markdown."""
    parser = argparse.ArgumentParser(description="Train and measure letter writers on a small model.")
    parser.add_argument("human", type=Path, help="CSV of letters to learn English from")
    parser.add_argument("cover", type=Path, help="table of letters with their fields")
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the models and the report")
    parser.add_argument("--base", type=Path, help="the base of an earlier run: no pretraining then")
    parser.add_argument("--text-column", default="text", help="column of the letters in the first file")
    parser.add_argument("--pretraining-epochs", type=int, default=10)
    parser.add_argument(
        "--pretraining-minutes", type=float, default=12, help="ends the pretraining where it is"
    )
    parser.add_argument("--epochs", type=int, default=3, help="of an adapter, at most")
    parser.add_argument("--limit", type=int, default=40, help="test letters that are written")
    parser.add_argument("--max-tokens", type=int, default=224, help="longest letter")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.out.exists():
        parser.error(f"--out must be a new folder, but {arguments.out} is there")
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    import torch

    torch.set_num_threads(arguments.threads)
    begun = time.monotonic()
    print("pretraining", flush=True)
    if arguments.base is not None:
        facts = json.loads((arguments.base / FACTS).read_text(encoding="utf-8"))
        base = Pretrained(folder=arguments.base, **facts)
    else:
        base = pretrain(
            read_texts(arguments.human, arguments.text_column),
            arguments.out / "base",
            epochs=arguments.pretraining_epochs,
            minutes=arguments.pretraining_minutes,
            seed=arguments.seed,
        )
    print(base, flush=True)
    records: dict[str, dict[str, Any]] = {}
    for ablation in ABLATIONS:
        out = arguments.out / ablation.name
        records[ablation.name] = train_adapter(
            base.folder, arguments.cover, ablation, out, epochs=arguments.epochs, seed=arguments.seed
        )
    writers = [str(base.folder), *(f"{base.folder}+{arguments.out / name}" for name in records), "template"]
    flags = [word for writer in writers for word in ("--writer", writer)]
    report = winnow(
        *("eval", "letters", str(arguments.cover), *flags, "--base", base.folder.name),
        *("--limit", str(arguments.limit), "--max-tokens", str(arguments.max_tokens)),
        *("--split-seed", str(arguments.seed), "--out", str(arguments.out / "report"), "--json"),
    )
    for line in table(json.loads(report), base, records):
        print(line)
    print(f"\n{(time.monotonic() - begun) / 60:.0f} minutes in all")


if __name__ == "__main__":
    main()

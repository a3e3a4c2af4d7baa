"""The letter writers' whole pipeline at work on a model small enough for a CPU: from scratch to adapters to a table.

A decoder of a few million parameters learns English from letters that people wrote, then `winnow train` teaches it to
answer an application, once for each adapter of the ablation, and `winnow eval letters` measures base and adapters on
job ads that none of them has seen. Knows nothing of how any of these work: they are commands.

    python -m evals.bench.letters_experiment HUMAN_LETTERS.csv COVER_LETTERS.csv --out FOLDER

What it shows is that the pipeline works. It says nothing about Qwen or Granite.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bench.tiny_decoder import Pretrained, pretrain, read_pretrained, read_texts


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
        base = read_pretrained(arguments.base)
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

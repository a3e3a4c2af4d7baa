"""`winnow train`: letters in, an adapter that writes letters out; and `winnow train merge`.

Knows nothing about how an adapter is trained; reads files only, never a store.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ui.options import JsonOption
from ui.progress import progress_bar
from ui.terminal import note, say, say_json

if TYPE_CHECKING:
    from training.lora import Trained
    from training.prepare import Prepared
    from training.settings import TrainingSettings

EXAMPLE = (
    "Example: winnow train letters.csv --model qwen2.5-3b --out writer; then winnow train merge writer merged"
)
MERGE_EXAMPLE = "Example: winnow train merge writer merged"
LEARN = "learn"
"""The command that runs where none is named."""


class TrainGroup(TyperGroup):
    """A group whose first word may be left out: everything but ``merge`` is what to train on."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command before words that name none."""
        if not args or args[0] not in self.commands:
            args = [LEARN, *(args or ["--help"])]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Keep the default command's name out of what people see."""
        name, command, rest = super().resolve_command(ctx, args)
        return ("" if name == LEARN else name), command, rest


app = typer.Typer(
    cls=TrainGroup,
    help="Train a LoRA adapter that writes cover letters; `winnow train merge` merges one.",
    rich_markup_mode="rich",
)

SPLIT = "Which letters measure"
ADAPTER = "The adapter"
LOOP = "The training"


def _option(flag: str, text: str, panel: str) -> Any:
    return typer.Option(flag, help=text, rich_help_panel=panel, show_default=True)


@app.command(LEARN, epilog=EXAMPLE)
def learn(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="CSV, TSV, JSONL, JSON, Parquet or hf:owner/name[:split] of letters."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="The adapter's folder, a new one.", show_default=False)
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="qwen2.5-3b, granite-1b, another model's name, or a folder.")
    ] = "qwen2.5-3b",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was begun in --out.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take: parameters, memory, time.")
    ] = False,
    test: Annotated[
        str | None,
        typer.Option("--test", help="Test letters of your own.", rich_help_panel=SPLIT, show_default=False),
    ] = None,
    validation_share: Annotated[
        float, _option("--validation-share", "Letters that choose the epoch.", SPLIT)
    ] = 0.1,
    test_share: Annotated[float, _option("--test-share", "Letters kept for testing.", SPLIT)] = 0.1,
    published_split: Annotated[
        bool, _option("--published-split", "Split by row and keep duplicates, as published: it leaks.", SPLIT)
    ] = False,
    write_split: Annotated[
        Path | None,
        typer.Option(
            "--write-split",
            help="Folder for the three sides as JSONL.",
            rich_help_panel=SPLIT,
            show_default=False,
        ),
    ] = None,
    rank: Annotated[int, _option("--rank", "Rank of the adapters.", ADAPTER)] = 16,
    alpha: Annotated[int, _option("--alpha", "Their scale: alpha / rank.", ADAPTER)] = 32,
    dropout: Annotated[float, _option("--dropout", "Share of their input dropped.", ADAPTER)] = 0.05,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            help="A module that gets an adapter; give it once for each. Default: attention and MLP.",
            rich_help_panel=ADAPTER,
            show_default=False,
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision",
            help="Format of the model's weights: nf4, bf16 or fp32.",
            rich_help_panel=LOOP,
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[int, _option("--epochs", "Passes over the letters, at most.", LOOP)] = 3,
    patience: Annotated[int, _option("--patience", "Epochs without a better evaluation.", LOOP)] = 1,
    batch_size: Annotated[int, _option("--batch-size", "Letters in one pass, a device.", LOOP)] = 4,
    accumulation: Annotated[int, _option("--accumulation", "Passes in one step.", LOOP)] = 4,
    learning_rate: Annotated[float, _option("--learning-rate", "Largest step size.", LOOP)] = 2e-4,
    warmup: Annotated[float, _option("--warmup", "Share of steps in which it rises.", LOOP)] = 0.03,
    max_length: Annotated[int, _option("--max-length", "Tokens of prompt and letter.", LOOP)] = 1024,
    keep_activations: Annotated[
        bool, _option("--keep-activations", "Faster, for more memory: no checkpointing.", LOOP)
    ] = False,
    split_seed: Annotated[int, _option("--split-seed", "Decides which job ads measure.", SPLIT)] = 0,
    seed: Annotated[int, _option("--seed", "What every draw starts from.", LOOP)] = 0,
    json: JsonOption = False,
) -> None:
    """Train a LoRA adapter that writes cover letters, from a table of letters and the fields that they answer."""
    if out is None and not dry_run:
        raise typer.BadParameter(
            "--out must name the adapter's folder, but is missing; only --dry-run needs none"
        )
    from training.base_model import on_gpu
    from training.presets import default_precision, default_targets
    from training.settings import SEED_TARGETS, SettingsError, TrainingSettings
    from training.splits import Shares, SplitError

    try:
        settings = TrainingSettings(
            targets=tuple(target or default_targets(model) or SEED_TARGETS),
            r=rank,
            alpha=alpha,
            dropout=dropout,
            epochs=epochs,
            patience=patience,
            batch_size=batch_size,
            accumulation=accumulation,
            learning_rate=learning_rate,
            warmup=warmup,
            max_length=max_length,
            checkpointing=not keep_activations,
            precision=precision or default_precision(model, on_gpu=on_gpu()),  # type: ignore[arg-type]
            seed=seed,
        )
        shares = Shares(validation_share, test_share)
    except (SettingsError, SplitError) as error:
        raise typer.BadParameter(str(error)) from error
    from training.prepare import prepare
    from training.prepare import write_split as write_sides

    prepared = prepare(data, test=test, published=published_split, seed=split_seed, shares=shares)
    terminal = Terminal(quiet=json)
    for refusal in prepared.refused:
        terminal.warn(f"refused: {refusal}")
    for line in prepared.lines():
        terminal.tell(line)
    if write_split is not None and terminal.first:
        write_sides(write_split, prepared.split)
    if dry_run:
        _rehearse(model, prepared, settings, terminal, json=json)
    else:
        assert out is not None
        _train(model, prepared, settings, out, terminal, resume=resume, json=json)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Speaks for the first of the processes that `accelerate launch` starts; ``quiet`` leaves stdout to JSON."""

    quiet: bool

    @property
    def first(self) -> bool:
        """Whether this is the process that speaks and writes."""
        return os.environ.get("RANK", "0") == "0"

    def tell(self, line: str) -> None:
        """Say a line of the report."""
        if self.first:
            (note if self.quiet else say)(line)

    def warn(self, line: str) -> None:
        """Say what was refused."""
        if self.first:
            note(line)


def _rehearse(
    model: str, prepared: Prepared, settings: TrainingSettings, terminal: Terminal, *, json: bool
) -> None:
    from training.rehearsal import rehearse

    rehearsal = rehearse(model, prepared.split, settings)
    if json:
        say_json({"schema": 1, "dry_run": True, "settings": settings.as_dict(), **rehearsal.as_json()})
        return
    for line in rehearsal.lines():
        terminal.tell(line)


def _train(
    model: str,
    prepared: Prepared,
    settings: TrainingSettings,
    out: Path,
    terminal: Terminal,
    *,
    resume: bool,
    json: bool,
) -> None:
    from training.base_model import find_base
    from training.lora import train
    from training.record import read_record

    with progress_bar("training") as show:
        trained = train(
            find_base(model),
            prepared.split,
            settings,
            out,
            leak=prepared.leak,
            resume=resume,
            progress=show,
            say=terminal.tell,
        )
    if not terminal.first:
        return
    if json:
        say_json(read_record(out) or {})
        return
    for line in trained_lines(trained):
        say(line)


def trained_lines(trained: Trained) -> list[str]:
    """Return what came of a run in words."""
    from training.rehearsal import duration

    lines = [
        f"epoch {entry.epoch:.2f}, step {entry.step}: evaluation loss {entry.evaluation:.4f}"
        + (" (kept)" if entry.step == trained.best_step else "")
        for entry in trained.epochs
    ]
    if trained.test_loss is not None:
        lines.append(f"test loss: {trained.test_loss:.4f}")
    if trained.clean_test_loss is not None:
        lines.append(f"test loss without the letters that leak: {trained.clean_test_loss:.4f}")
    lines.append(f"the adapter is in {trained.folder} ({duration(trained.seconds)})")
    return lines


@app.command("merge", epilog=MERGE_EXAMPLE)
def merge(
    adapter: Annotated[str, typer.Argument(metavar="ADAPTER", help="An adapter's folder, or BASE+FOLDER.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder for the merged model.")],
    json: JsonOption = False,
) -> None:
    """Merge an adapter into its base: one model that needs no adapter any more."""
    from training.merge import merge as merge_adapter

    merged = merge_adapter(adapter, out)
    if json:
        say_json({"schema": 1, "folder": str(merged.folder), "precision": merged.precision})
    else:
        say(f"the merged model is in {merged.folder} ({merged.precision})")

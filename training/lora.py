"""Trains an adapter that writes letters: rows in, the best adapter with its record, curve and card out.

Knows nothing about files of letters, and nothing about stores.

On several GPUs (`accelerate launch`) each process trains its share; the first alone writes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.base_model import Adapted, base_name, load_adapted
from training.card import write_card
from training.curve import draw_curve
from training.hushed import libraries_hushed
from training.loop import Progress, data_set, letter_trainer, save_adapter
from training.loss_rows import LossRows, loss_rows
from training.record import CHECKPOINTS, check_folder, library_versions, plan, write_record
from training.settings import TrainingSettings
from training.splits import LeakReport, Split
from training.targets import Matched

if TYPE_CHECKING:
    from pydantic import JsonValue
    from trl.trainer.sft_trainer import SFTTrainer

    from agents.llms import LLMSource


@dataclass(frozen=True, slots=True)
class EpochLoss:
    """One epoch: mean training loss of its steps and loss on the validation letters, in nats a token."""

    epoch: float
    step: int
    evaluation: float


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run. Losses are in nats a token of the letters; ``seconds`` is this process's share of the run.

    ``best_step`` is the step whose adapter was kept. ``test_loss`` and ``clean_test_loss`` are None where there is no
    test letter, or no leak to speak of.
    """

    folder: Path
    matched: Matched
    steps: tuple[tuple[int, float], ...]
    epochs: tuple[EpochLoss, ...]
    best_step: int
    test_loss: float | None
    clean_test_loss: float | None
    left_out: int
    seconds: float
    peak_gpu_bytes: int | None


def train(
    source: LLMSource,
    split: Split,
    settings: TrainingSettings,
    out: Path,
    *,
    leak: LeakReport | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Trained:
    """Train an adapter for ``source`` on ``split.train`` into the folder ``out``.

    Each epoch is measured on ``split.validation`` and kept as a checkpoint; the adapter of the best one stays. With
    ``resume``, a run that was killed goes on from its last checkpoint, to the same losses.

    Raises:
        RecordError: ``out`` holds something else, or a run that was asked for something else.
        TargetError: a target matches no module.
        LLMError: the model can't be loaded.
        RowsError: no letter fits in ``settings.max_length`` tokens.
    """
    wanted = plan(source, base_name(source), settings, split, leak)
    checkpoint = check_folder(out, wanted, resume=resume)
    begun = time.monotonic()
    with libraries_hushed():
        adapted = load_adapted(source, settings)
        tell = say or (lambda _: None)
        tell(str(adapted.matched))
        rows, validation, test, clean = (
            loss_rows(side, adapted.tokenizer, settings.max_length, what=what)
            for side, what in (
                (split.train, "training"),
                (split.validation, "validation"),
                (split.test, "testing"),
                (leak.clean if leak is not None else (), "testing"),
            )
        )
        left_out = sum(len(side.too_long) for side in (rows, validation, test))
        if left_out:
            tell(
                f"{left_out} letters are longer than {settings.max_length} tokens with their prompt and left out"
            )
        trainer = letter_trainer(adapted, rows, validation, settings, out / CHECKPOINTS, progress=progress)
        trainer.accelerator.wait_for_everyone()
        writes = trainer.is_world_process_zero()
        record: dict[str, JsonValue] = {
            "schema": 1,
            "finished": False,
            "plan": wanted,
            "libraries": dict(library_versions().items()),
            "adapters": {
                "modules": dict(adapted.matched.modules.items()),
                "trainable": adapted.matched.trainable,
                "total": adapted.matched.total,
            },
            "left_out": left_out,
        }
        if writes:
            write_record(out, record)
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        result = _result(trainer, adapted, out, left_out, begun, test, clean)
        trainer.accelerator.wait_for_everyone()
        if writes:
            save_adapter(adapted.model, out)
            draw_curve(
                result.steps,
                [(e.step, e.evaluation) for e in result.epochs],
                result.best_step,
                out / "loss.png",
            )
            record["metrics"] = metrics(result)
            write_card(out, record)
            record["finished"] = True
            write_record(out, record)
            shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
    return result


def metrics(result: Trained) -> dict[str, JsonValue]:
    """Return what was measured as JSON data, with at most 6 decimals."""

    def short(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return {
        "train_losses": [[step, short(loss)] for step, loss in result.steps],
        "evaluation_losses": [[e.step, short(e.epoch), short(e.evaluation)] for e in result.epochs],
        "best_step": result.best_step,
        "test_loss": short(result.test_loss),
        "clean_test_loss": short(result.clean_test_loss),
        "seconds": round(result.seconds, 1),
        "peak_gpu_bytes": result.peak_gpu_bytes,
    }


def _result(
    trainer: SFTTrainer,
    adapted: Adapted,
    out: Path,
    left_out: int,
    begun: float,
    test: LossRows,
    clean: LossRows,
) -> Trained:
    import torch

    history = trainer.state.log_history
    peak = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
    return Trained(
        folder=out,
        matched=adapted.matched,
        steps=tuple((int(entry["step"]), entry["loss"]) for entry in history if "loss" in entry),
        epochs=tuple(
            EpochLoss(entry["epoch"], int(entry["step"]), entry["eval_loss"])
            for entry in history
            if "eval_loss" in entry
        ),
        best_step=trainer.state.best_global_step or trainer.state.global_step,
        test_loss=_loss(trainer, test),
        clean_test_loss=_loss(trainer, clean),
        left_out=left_out,
        seconds=time.monotonic() - begun,
        peak_gpu_bytes=peak,
    )


def _loss(trainer: SFTTrainer, rows: LossRows) -> float | None:
    if not rows.rows:
        return None
    return trainer.evaluate(data_set(rows), metric_key_prefix="test")["test_loss"]

"""Trains an adapter that writes letters: rows in, the best adapter with its record, curve and card out.

The loop is TRL's SFTTrainer; the rows come with their labels, so nothing in it tokenises, cuts or packs them. Knows
nothing about files of letters, and nothing about stores.

On several GPUs (`accelerate launch`) each process trains its share; the first alone writes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.base_model import Adapted, base_name, load_adapted
from training.batching import LengthGroupedOrder
from training.card import write_card
from training.curve import draw_curve
from training.hushed import libraries_hushed
from training.loss_rows import LossRows, loss_rows
from training.record import CHECKPOINTS, check_folder, library_versions, plan, write_record
from training.settings import TrainingSettings
from training.splits import LeakReport, Split
from training.targets import Matched

if TYPE_CHECKING:
    from pydantic import JsonValue
    from trl.trainer.sft_trainer import SFTTrainer

    from agents.llms import LLMSource

Progress = Callable[[int, int | None], None]


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
        trainer = _trainer(adapted, rows, validation, settings, out, progress)
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
            adapted.model.save_pretrained(str(out))
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


def _trainer(
    adapted: Adapted,
    rows: LossRows,
    validation: LossRows,
    settings: TrainingSettings,
    out: Path,
    progress: Progress | None,
) -> SFTTrainer:
    from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
    from trl.trainer.sft_trainer import SFTTrainer

    class Tell(TrainerCallback):
        """Says after each step how far the run is."""

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if progress is not None:
                progress(state.global_step, state.max_steps)

    class LetterTrainer(SFTTrainer):
        """TRL's trainer, with an order of the letters that a restart can repeat."""

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            batch = settings.batch_size * self.args.world_size
            return LengthGroupedOrder([len(row["input_ids"]) for row in rows.rows], batch, settings.seed)

    callbacks: list[TrainerCallback] = [Tell()]
    if validation.rows:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=settings.patience))
    trainer = LetterTrainer(
        model=adapted.model,
        args=_arguments(settings, out, steps=_steps(rows, settings), evaluated=bool(validation.rows)),
        train_dataset=_dataset(rows),
        eval_dataset=_dataset(validation) if validation.rows else None,
        processing_class=adapted.tokenizer,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _steps(rows: LossRows, settings: TrainingSettings) -> int:
    passes = -(-len(rows.rows) // settings.batch_size)
    return settings.epochs * -(-passes // settings.accumulation)


def _arguments(settings: TrainingSettings, out: Path, *, steps: int, evaluated: bool) -> Any:
    """Return the Trainer's arguments. What TRL would turn on by itself is set here, one way or the other."""
    import torch
    from trl.trainer.sft_config import SFTConfig

    gpu = torch.cuda.is_available()
    return SFTConfig(
        output_dir=str(out / CHECKPOINTS),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulation,
        gradient_checkpointing=settings.checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if settings.checkpointing else None,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=round(settings.warmup * steps),
        weight_decay=0.0,
        bf16=settings.precision != "fp32",
        use_cpu=not gpu,
        dataloader_pin_memory=gpu,
        eval_strategy="epoch" if evaluated else "no",
        save_strategy="epoch",
        save_total_limit=2,  # the best and the last
        load_best_model_at_end=evaluated,
        metric_for_best_model="eval_loss" if evaluated else None,
        greater_is_better=False if evaluated else None,
        prediction_loss_only=True,
        logging_strategy="steps",
        logging_steps=1,
        seed=settings.seed,
        data_seed=settings.seed,
        max_length=None,
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        label_names=["labels"],
        disable_tqdm=True,
        report_to="none",
    )


def _dataset(rows: LossRows) -> Any:
    from datasets import Dataset

    return Dataset.from_list([dict(row) for row in rows.rows])


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
    return trainer.evaluate(_dataset(rows), metric_key_prefix="test")["test_loss"]

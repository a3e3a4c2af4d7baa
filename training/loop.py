"""The loop that trains: TRL's SFTTrainer with everything said that it would else decide by itself.

Knows rows of token ids and their labels; nothing in it tokenises, cuts or packs them. Nothing is written but
checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.base_model import Adapted
from training.batching import LengthGroupedOrder
from training.loss_rows import LossRows
from training.settings import TrainingSettings

if TYPE_CHECKING:
    from transformers import TrainerCallback
    from trl.trainer.sft_trainer import SFTTrainer

Progress = Callable[[int, int | None], None]


def letter_trainer(
    adapted: Adapted,
    rows: LossRows,
    validation: LossRows,
    settings: TrainingSettings,
    checkpoints: Path,
    *,
    progress: Progress | None = None,
    watchers: Sequence[TrainerCallback] = (),
    keep: bool = True,
) -> SFTTrainer:
    """Return a trainer that is ready to start; without ``keep`` it writes no checkpoint."""
    from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
    from trl.trainer.sft_trainer import SFTTrainer

    class Tell(TrainerCallback):
        """Says after each step how far the run is."""

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if progress is not None:
                progress(state.global_step, state.max_steps)

    class LetterTrainer(SFTTrainer):
        """TRL's trainer, with an order of the letters that a restart can repeat, and silent towards the hub.

        By themselves PEFT asks the hub for the base's configuration at every checkpoint, and TRL 1.16 tells it which
        architecture is trained on which GPU whenever a trainer is made.
        """

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            batch = settings.batch_size * self.args.world_size
            return LengthGroupedOrder([len(row["input_ids"]) for row in rows.rows], batch, settings.seed)

        def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
            if self.args.should_save:
                save_adapter(self.model, Path(output_dir or checkpoints), state_dict)

        def create_model_card(self, *_: Any, **__: Any) -> None:
            """Write none: the adapter gets its own."""

        def _send_telemetry(self) -> None:
            """Send nothing."""

    callbacks: list[TrainerCallback] = [Tell(), *watchers]
    if validation.rows:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=settings.patience))
    trainer = LetterTrainer(
        model=adapted.model,
        args=_arguments(
            settings, checkpoints, keep=keep, steps=_steps(rows, settings), evaluated=bool(validation.rows)
        ),
        train_dataset=data_set(rows),
        eval_dataset=data_set(validation) if validation.rows else None,
        processing_class=adapted.tokenizer,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def save_adapter(model: Any, folder: Path, state_dict: dict[str, Any] | None = None) -> None:
    """Save an adapter's weights and configuration; no embedding is trained, so none is looked for."""
    model.save_pretrained(str(folder), state_dict=state_dict, save_embedding_layers=False)


def _steps(rows: LossRows, settings: TrainingSettings) -> int:
    passes = -(-len(rows.rows) // settings.batch_size)
    return settings.epochs * -(-passes // settings.accumulation)


def _arguments(
    settings: TrainingSettings, checkpoints: Path, *, keep: bool, steps: int, evaluated: bool
) -> Any:
    """Return the Trainer's arguments. What TRL would turn on by itself is set here, one way or the other."""
    import torch
    from trl.trainer.sft_config import SFTConfig

    gpu = torch.cuda.is_available()
    return SFTConfig(
        output_dir=str(checkpoints),
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
        save_strategy="epoch" if keep else "no",
        save_total_limit=2,  # the best and the last
        load_best_model_at_end=evaluated and keep,
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
        ddp_find_unused_parameters=False,
        log_level="error",
        log_level_replica="error",
        disable_tqdm=True,
        report_to="none",
    )


def data_set(rows: LossRows) -> Any:
    """Return rows as the trainer reads them."""
    from datasets import Dataset

    return Dataset.from_list([dict(row) for row in rows.rows])

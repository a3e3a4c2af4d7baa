"""How long a training will take, from a few of its passes measured on the machine that will run it.

Knows seconds and tokens. The first pass is not counted: libraries set themselves up in it.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.base_model import load_adapted
from training.hushed import libraries_hushed
from training.loop import data_set, letter_trainer
from training.loss_rows import LossRows
from training.settings import TrainingSettings

if TYPE_CHECKING:
    from agents.llms import LLMSource

PASSES = 4
"""Passes that are run; all but the first are measured."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a token: of a training pass with its step, and of an evaluation."""

    training: float
    evaluation: float

    def seconds(self, rows: LossRows, validation: LossRows, settings: TrainingSettings) -> float:
        """Return the seconds of a whole run, if no early stopping ends it."""
        return settings.epochs * (rows.tokens * self.training + validation.tokens * self.evaluation)


def measure_pace(source: LLMSource, rows: LossRows, settings: TrainingSettings) -> Pace:
    """Load the model, train on a few letters of all lengths, and drop what came of it."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        """Notes when each step begins and ends."""

        def __init__(self) -> None:
            self.took: list[float] = []
            self._begun = 0.0

        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._begun = time.perf_counter()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.took.append(time.perf_counter() - self._begun)

    sample = _sample(rows, settings.batch_size * PASSES)
    few = replace(settings, epochs=1, accumulation=1)
    watch = Watch()
    none = LossRows((), ())
    with libraries_hushed(), tempfile.TemporaryDirectory() as folder:
        adapted = load_adapted(source, few)
        trainer = letter_trainer(adapted, sample, none, few, Path(folder), watchers=[watch], keep=False)
        trainer.train()
        begun = time.perf_counter()
        trainer.evaluate(data_set(sample))
        evaluated = time.perf_counter() - begun
    counted = watch.took[1:] or watch.took
    tokens = sample.tokens * len(counted) / len(watch.took)
    return Pace(sum(counted) / tokens, evaluated / sample.tokens)


def _sample(rows: LossRows, count: int) -> LossRows:
    """Return ``count`` rows from all over the lengths."""
    ordered = sorted(rows.rows, key=lambda row: len(row["input_ids"]))
    count = min(count, len(ordered))
    return LossRows(tuple(ordered[place * len(ordered) // count] for place in range(count)), ())

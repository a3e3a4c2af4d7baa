"""What a training would take: trained parameters, memory and time, without training.

Knows nothing about files of letters. Where the model's weights are not here, a preset's shape still tells parameters
and memory; the time is only told where it can be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.llms import llm_missing
from training.base_model import configuration_of, find_base, load_tokenizer
from training.hushed import libraries_hushed
from training.loss_rows import loss_rows
from training.memory_estimate import MemoryEstimate, estimate_memory
from training.pace import measure_pace
from training.settings import TrainingSettings
from training.splits import Split

if TYPE_CHECKING:
    from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``longest`` is in tokens; ``seconds`` of a whole run is None where the weights are ``absent`` (why, in words)."""

    memory: MemoryEstimate
    longest: int
    seconds: float | None
    absent: str | None

    def lines(self) -> list[str]:
        """Say in words what a training would take."""
        known = f"longest letter {self.longest} tokens with its prompt"
        lines = [str(self.memory.matched), f"memory: {self.memory} ({known})"]
        if self.seconds is not None:
            lines.append(
                f"time: {duration(self.seconds)} if no early stopping ends it, measured on a few letters"
            )
        if self.absent is not None:
            lines.append(f"time: not measured, and tokens not counted: {self.absent}")
        return lines

    def as_json(self) -> dict[str, JsonValue]:
        """Return the same as JSON data."""
        return {
            "modules": dict(self.memory.matched.modules.items()),
            "trainable": self.memory.matched.trainable,
            "total": self.memory.matched.total,
            "memory_bytes": {
                "peak": self.memory.peak,
                "weights": self.memory.weights,
                "adapters": self.memory.adapters,
                "step": self.memory.activations,
            },
            "longest_tokens": self.longest,
            "seconds": None if self.seconds is None else round(self.seconds, 1),
            "absent": self.absent,
        }


def rehearse(name_or_path: str, split: Split, settings: TrainingSettings) -> Rehearsal:
    """Estimate a run's memory, and its time from a few measured passes where the weights are here.

    Raises:
        LLMError: the model is not here, and no preset knows its shape.
        TargetError: a target matches no module.
        RowsError: no letter fits.
    """
    config = configuration_of(name_or_path)
    absent = llm_missing(name_or_path)
    if absent is not None:
        with libraries_hushed():
            memory = estimate_memory(config, settings, settings.max_length)
        return Rehearsal(memory, settings.max_length, None, absent)
    source = find_base(name_or_path)
    with libraries_hushed():
        tokenizer = load_tokenizer(source)
        rows = loss_rows(split.train, tokenizer, settings.max_length)
        validation = loss_rows(split.validation, tokenizer, settings.max_length, what="validation")
        longest = max(rows.longest, validation.longest)
        memory = estimate_memory(config, settings, longest)
    pace = measure_pace(source, rows, settings)
    return Rehearsal(memory, longest, pace.seconds(rows, validation, settings), None)


def duration(seconds: float) -> str:
    """Return a time in words.

    >>> duration(42.4), duration(600), duration(9000)
    ('42 s', '10 min', '2 h 30 min')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"

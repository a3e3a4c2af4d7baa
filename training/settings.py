"""How a letter writer is trained: every number, with its unit, its range and where its default comes from.

Knows nothing about data or models.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from pydantic import JsonValue

Precision = Literal["nf4", "bf16", "fp32"]
"""nf4: 4-bit weights, quantised twice, computed in bfloat16. fp32 and bf16: the weights as they are, in that format."""

SEED_TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The modules that the first system's adapters sat on: attention, and a three-part MLP."""


class SettingsError(ValueError):
    """A setting out of its range."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """One training run. The first five are the first system's; the others are usual for LoRA (arXiv:2305.14314)."""

    targets: tuple[str, ...] = SEED_TARGETS
    """Names of the modules that get an adapter; each must match at least one."""
    r: int = 16
    """Rank of the adapters, at least 1."""
    alpha: int = 32
    """Scale of the adapters: their output counts alpha / r times. At least 1."""
    dropout: float = 0.05
    """Share of an adapter's input that is dropped while training, from 0 to below 1."""
    epochs: int = 3
    """Passes over the letters at most; early stopping may end them sooner. At least 1."""
    patience: int = 1
    """Epochs without a lower evaluation loss after which training stops, at least 1."""
    batch_size: int = 4
    """Letters that one forward pass reads on each device, at least 1."""
    accumulation: int = 4
    """Forward passes whose gradients make one step, at least 1."""
    learning_rate: float = 2e-4
    """Largest step size, above 0; QLoRA's for models of up to 13 billion parameters."""
    warmup: float = 0.03
    """Share of the steps over which the step size rises; then it falls in a line. From 0 to 1."""
    max_length: int = 1024
    """Tokens of prompt and letter at most; longer ones are left out whole and counted. At least 16."""
    checkpointing: bool = True
    """Compute activations twice instead of keeping them: less memory for about a fifth more time."""
    precision: Precision = "fp32"
    """Format of the base model's weights."""
    seed: int = 0
    """What every draw starts from: the adapters, dropout and the order of the letters."""

    def __post_init__(self) -> None:
        """Check each setting in the words of the command line.

        Raises:
            SettingsError: a setting is out of its range.
        """
        whole = {
            "--rank": (self.r, 1),
            "--alpha": (self.alpha, 1),
            "--epochs": (self.epochs, 1),
            "--patience": (self.patience, 1),
            "--batch-size": (self.batch_size, 1),
            "--accumulation": (self.accumulation, 1),
            "--max-length": (self.max_length, 16),
            "--seed": (self.seed, 0),
        }
        for flag, (value, least) in whole.items():
            if value < least:
                raise SettingsError(f"{flag} must be at least {least}, but got {value}")
        if not 0 <= self.dropout < 1:
            raise SettingsError(f"--dropout must be from 0 to below 1, but got {self.dropout}")
        if not 0 < self.learning_rate < 1:
            raise SettingsError(f"--learning-rate must be above 0 and below 1, but got {self.learning_rate}")
        if not 0 <= self.warmup <= 1:
            raise SettingsError(f"--warmup must be from 0 to 1, but got {self.warmup}")
        if not self.targets or not all(self.targets):
            raise SettingsError("--target must name at least one module, but got none")
        if self.precision not in get_args(Precision):
            known = ", ".join(get_args(Precision))
            raise SettingsError(f"--precision must be one of {known}, but got {self.precision!r}")

    def as_dict(self) -> dict[str, JsonValue]:
        """Return the settings as JSON data."""
        return {**asdict(self), "targets": list(self.targets)}

"""The losses of a finished training, as its adapter's folder keeps them.

Knows nothing about how they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from training.record import RECORD, read_record

MOST_FOLDERS = 100


@dataclass(frozen=True, slots=True)
class LossCurve:
    """One training. ``training`` are (step, loss), ``evaluation`` (step, epoch, loss); losses in nats a token.

    ``base`` names the model; ``best_step`` is the one whose adapter was kept; ``test_loss`` is None where no letter was
    kept for testing.
    """

    name: str
    base: str
    training: tuple[tuple[int, float], ...]
    evaluation: tuple[tuple[int, float, float], ...]
    best_step: int
    test_loss: float | None
    clean_test_loss: float | None


class _Metrics(BaseModel):
    model_config = ConfigDict(extra="forbid")

    train_losses: list[tuple[int, float]]
    evaluation_losses: list[tuple[int, float, float]]
    best_step: int
    test_loss: float | None
    clean_test_loss: float | None
    seconds: float
    peak_gpu_bytes: int | None


def read_curve(folder: Path) -> LossCurve | None:
    """Return the losses of an adapter's folder, None where it holds no finished training.

    Raises:
        RecordError: the folder's record can't be read.
        ValueError: it is of another form than this version writes.
    """
    record = read_record(folder)
    if record is None or record.get("finished") is not True:
        return None
    try:
        found = _Metrics.model_validate(record.get("metrics"))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(
            f"{RECORD} must hold the losses of a training, but {first['loc']}: {first['msg']}"
        ) from None
    plan: Any = record.get("plan")
    base = plan.get("base") if isinstance(plan, dict) else None
    named = base.get("name") if isinstance(base, dict) else None
    return LossCurve(
        folder.name,
        Path(named).name if isinstance(named, str) else "not said",
        tuple(found.train_losses),
        tuple(found.evaluation_losses),
        found.best_step,
        found.test_loss,
        found.clean_test_loss,
    )


def curves_below(folder: Path) -> tuple[tuple[LossCurve, ...], tuple[tuple[str, str], ...]]:
    """Return the trainings in a folder and in the folders of it, two deep, and (folder, why) for those that can't be read."""
    found: list[LossCurve] = []
    unread: list[tuple[str, str]] = []
    records = (
        sorted([*folder.glob(f"*/{RECORD}"), *folder.glob(f"*/*/{RECORD}")])[:MOST_FOLDERS]
        if folder.is_dir()
        else []
    )
    for record in records:
        try:
            curve = read_curve(record.parent)
        except (ValueError, OSError) as error:
            unread.append((record.parent.name, str(error)))
            continue
        if curve is not None:
            found.append(curve)
    return tuple(found), tuple(unread)

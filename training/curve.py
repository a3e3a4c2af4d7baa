"""The loss curve of a run as a picture.

Knows steps and losses; nothing about what was trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def draw_curve(
    steps: Sequence[tuple[int, float]], evaluations: Sequence[tuple[int, float]], best_step: int, path: Path
) -> None:
    """Draw training loss by step, evaluation loss by epoch, and a line at the step whose adapter was kept."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot(*_columns(steps), color="#9aa5b1", linewidth=1, label="training")
    if evaluations:
        axes.plot(*_columns(evaluations), color="#1f5fa8", marker="o", label="evaluation")
        axes.axvline(
            best_step, color="#1f5fa8", linewidth=0.8, linestyle=":", label=f"kept: step {best_step}"
        )
    axes.set_xlabel("step")
    axes.set_ylabel("loss (nats a token of the letters)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Software": None})


def _columns(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [step for step, _ in points], [loss for _, loss in points]

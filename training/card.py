"""The model card of an adapter, from its record alone.

Knows nothing about training; says what the record says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDING = Path(__file__).parent / "wording" / "card.md"


def write_card(folder: Path, record: dict[str, Any]) -> None:
    """Write ``README.md`` for the adapter in ``folder``."""
    (folder / "README.md").write_text(render_card(record), encoding="utf-8")


def render_card(record: dict[str, Any]) -> str:
    """Return the card's text."""
    plan, measured, adapters = record["plan"], record["metrics"], record["adapters"]
    base, settings, data = plan["base"], plan["settings"], plan["data"]
    return WORDING.read_text(encoding="utf-8").format(
        base=base["model"],
        base_yaml=json.dumps(base["model"]),
        revision=base["revision"],
        modules=", ".join(f"{name} x{count}" for name, count in adapters["modules"].items()),
        trainable=adapters["trainable"],
        total=adapters["total"],
        share=100 * adapters["trainable"] / adapters["total"],
        r=settings["r"],
        alpha=settings["alpha"],
        dropout=settings["dropout"],
        precision=settings["precision"],
        **data["letters"],
        split=data["split"],
        left_out=record["left_out"],
        leaks=_leaks(data["leaks"]),
        template=plan["template"],
        losses=_losses(measured),
    )


def _leaks(leaks: dict[str, int] | None) -> str:
    if leaks is None:
        return "none: no job ad and no letter is on two sides"
    return (
        f"of {leaks['test']} test letters, {leaks['jobs']} answer a job ad that stands in train and "
        f"{leaks['letters']} stand there themselves"
    )


def _losses(measured: dict[str, Any]) -> str:
    lines = ["| step | epoch | evaluation loss |", "| --- | --- | --- |"]
    for step, epoch, loss in measured["evaluation_losses"]:
        kept = " (kept)" if step == measured["best_step"] else ""
        lines.append(f"| {step} | {epoch:.2f} | {loss:.4f}{kept} |")
    if not measured["evaluation_losses"]:
        lines = ["No validation letters: the last epoch was kept."]
    for name, key in (
        ("Test loss", "test_loss"),
        ("On the test letters that do not leak", "clean_test_loss"),
    ):
        if measured[key] is not None:
            lines += ["", f"{name}: {measured[key]:.4f}"]
    return "\n".join(lines)

"""`winnow eval`: the evaluations, by name.

Measures nothing itself; each evaluation prints its own table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.options import JsonOption

app = typer.Typer(
    help="Measure the judging against labelled data.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

JUDGING_EXAMPLE = "Example: winnow eval judging samples"

SAMPLES = "samples"
"""The word that stands for the bundled letters and jobs."""


@app.callback()
def evaluations() -> None:
    """Measure the judging against labelled data."""


@app.command("judging", epilog=JUDGING_EXAMPLE)
def judging(
    labelled: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Labelled jobs, or the word samples for the bundled ones."),
    ],
    json: JsonOption = False,
) -> None:
    """Compare winners, orders and labels with those of labelled jobs, beside simple baselines."""
    if str(labelled) != SAMPLES and not labelled.is_file():
        raise typer.BadParameter(
            f"FILE must be a file of labelled jobs, or the word {SAMPLES}, but {labelled} does not exist or is no file"
        )
    from evals.judging import main

    raise typer.Exit(main(labelled, json=json))

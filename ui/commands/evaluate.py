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

JUDGING_EXAMPLE = "Example: winnow eval judging jobs.json"


@app.callback()
def evaluations() -> None:
    """Measure the judging against labelled data."""


@app.command("judging", epilog=JUDGING_EXAMPLE)
def judging(
    labelled: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Labelled jobs.", exists=True, dir_okay=False, readable=True),
    ],
    json: JsonOption = False,
) -> None:
    """Compare winners, orders and labels with those of labelled jobs, beside simple baselines."""
    from evals.judging import main

    raise typer.Exit(main(labelled, json=json))

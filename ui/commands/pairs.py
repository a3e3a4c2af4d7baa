"""`winnow eval pairs`: the default judge on labelled pairs of a requirement and a passage.

Measures nothing itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ui.options import JsonOption
from ui.terminal import say_json

EXAMPLE = "Example: winnow eval pairs, or: winnow eval pairs --part train --errors"


class Part(StrEnum):
    """A part of the labelled pairs."""

    train = "train"
    test = "test"


def pairs(
    part: Annotated[
        Part,
        typer.Option(
            "--part", help="test was never learned from; train is what rules and weights come from."
        ),
    ] = Part.test,
    errors: Annotated[
        bool, typer.Option("--errors", help="Also list the wrong labels, of train alone.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Judge labelled passages one by one: right labels by trade, by kind of requirement, and by how the passage stands to it."""
    from agents.judges.labelled_pairs import load_pairs
    from agents.loading import load_pipeline_embedder
    from evals.pairs import measure_pairs, read_pairs
    from evals.pairs_report import pairs_json, print_pairs

    labelled = load_pairs(part.value)
    report = measure_pairs(part.value, read_pairs(labelled, load_pipeline_embedder("offline")))
    if json:
        say_json(pairs_json(report))
    else:
        print_pairs(report, errors=errors)

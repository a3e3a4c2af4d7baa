"""`winnow eval planted`: the default judge on letters whose truth is known, because it was planted.

Measures nothing itself.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ui.options import JsonOption
from ui.terminal import say_json

EXAMPLE = "Example: winnow eval planted --seed 1 --errors"


def planted(
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Which letters are written; the same seed, the same letters.")
    ] = 1,
    pools: Annotated[int, typer.Option("--pools", min=1, help="Pools of twelve letters for each trade.")] = 4,
    errors: Annotated[
        bool, typer.Option("--errors", help="Also list the wrong labels, of the open trades alone.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Judge letters written from a table of who shows what, with wishes, denials and other people's merits among them."""
    from agents.judges.evidence import EvidenceJudge
    from agents.loading import load_pipeline_embedder
    from evals.planted import load_trades
    from evals.planted_measures import letter_material, measure_trades
    from evals.planted_report import PlantedReport, planted_json, print_planted

    embedder = load_pipeline_embedder("offline")
    measured = measure_trades(
        load_trades(), EvidenceJudge(embedder).reader, letter_material(embedder), seed=seed, pools=pools
    )
    report = PlantedReport(seed, measured)
    if json:
        say_json(planted_json(report))
    else:
        print_planted(report, errors=errors)

"""`winnow eval trust`: whether a name changes what is judged, and what masks cover that they should not.

Measures nothing itself.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import JsonOption
from ui.terminal import note, say_json

if TYPE_CHECKING:
    from evals.over_masking import MaskCounts
    from evals.swap_screening import ScreenedSwap

EXAMPLE = "Example: winnow eval trust --names FOLDER --letters letters.csv --sample 20"

FAILED = 1
"""Exit status where a name changed what is judged."""


def trust(
    names: Annotated[
        Path,
        typer.Option(
            "--names",
            metavar="FOLDER",
            help="Names by group: top_mens_names.json and top_womens_names.json, as published with the audit of 2024 by "
            "Bloomberg Graphics.",
        ),
    ],
    letters: Annotated[
        list[Path] | None,
        typer.Option(
            "--letters",
            metavar="FILE",
            help="Also count what is masked in these letters; may be repeated.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        int, typer.Option("--sample", min=0, help="With --letters: show so many masks of each file.")
    ] = 0,
    every: Annotated[
        int, typer.Option("--every", min=1, help="Take every n-th name only, for a quick look.")
    ] = 1,
    screen: Annotated[
        bool,
        typer.Option("--screen/--no-screen", help="Also screen some letters under names of every group."),
    ] = True,
    json: JsonOption = False,
) -> None:
    """Put many names into the bundled letters and check that what is judged stays the same, byte by byte."""
    from evals.name_swap import NamesError, carriers, read_names, swap
    from evals.over_masking import check_terms, kept_terms
    from evals.trust_report import TrustReport, print_trust, trust_json

    if sample and not letters:
        raise typer.BadParameter("--sample goes with --letters; add a file, or leave --sample out")
    try:
        people = read_names(names)[::every]
    except NamesError as error:
        raise typer.BadParameter(str(error)) from error
    found = carriers()
    masks = {f"{path.absolute().parent.name}/{path.name}": _count(path, sample) for path in letters or []}
    swaps = tuple(swap(people, found, known=known, say=note) for known in (True, False))
    report = TrustReport(
        len(people), len(found), swaps, _screened(names) if screen else None, check_terms(kept_terms()), masks
    )
    if json:
        say_json(trust_json(report))
    else:
        print_trust(report)
    if not report.holds:
        raise typer.Exit(FAILED)


def _screened(names: Path) -> ScreenedSwap:
    """Screen four letters under two names of every group."""
    from agents.loading import load_pipeline_embedder
    from evals.name_swap import carriers, read_names
    from evals.swap_screening import one_of_each_group, screen_swap
    from ingestion.samples import DEMO_JOB, truth

    note("screening 4 letters under 2 names of every group")
    telling = truth()[DEMO_JOB].labels  # letters that show something for the job
    some = sorted(enumerate(carriers()), key=lambda one: one[1].letter_id not in telling)
    chosen = some[:4]
    return screen_swap(one_of_each_group(read_names(names), 2), chosen, load_pipeline_embedder("offline"))


def _count(path: Path, sample: int) -> MaskCounts:
    from evals.over_masking import count_masks
    from ingestion.raw_letter import Columns, RawLetter
    from ingestion.readers import read_by_path

    if not path.exists():
        raise typer.BadParameter(
            f"--letters must be a file of letters, but {path} is not there; check the path"
        )
    note(f"counting masks in {path.name}")
    with closing(read_by_path([str(path)], Columns())) as read:
        return count_masks((one for _, one in read if isinstance(one, RawLetter)), sample)

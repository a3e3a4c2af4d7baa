"""`winnow restore`: a store from a backup, without whoever was erased since.

Knows nothing about how a backup is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.options import JsonOption, StoreOption, settings_for
from ui.terminal import one_line, say, say_json

EXAMPLE = "Example: winnow restore backups/monday.winnow --store .winnow --replace"


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `winnow backup` wrote.")],
    store: StoreOption = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take the place of the store that is there. This can't be undone."),
    ] = False,
    readmit: Annotated[
        bool, typer.Option("--readmit", help="Bring back letters that were erased since the backup, too.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make a store of a backup. Whoever was erased from the store that is there stays erased."""
    folder = settings_for(store).store
    from ingestion.restoring import restore as restore_store

    done = restore_store(file, folder, replace=replace, readmit_erased=readmit)
    if json:
        say_json(
            {
                "schema": 1,
                "store": str(folder),
                "letters": done.letters,
                "postings": done.postings,
                "screenings": done.screenings,
                "version": done.version,
                "erased": len(done.erased),
                "readmitted": len(done.readmitted),
            }
        )
        return
    say(
        f"restored {done.letters:,} letters of {done.postings:,} postings and {done.screenings:,} screenings into "
        f"{one_line(str(folder))}"
    )
    if done.erased:
        say(
            f"kept out: {len(done.erased):,} letters that were erased since the backup (--readmit brings them back)"
        )
    if done.readmitted:
        say(f"brought back: {len(done.readmitted):,} letters that had been erased")

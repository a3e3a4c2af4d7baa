"""`winnow backup`: the whole store in one file, while others use it.

Knows nothing about what is in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.options import JsonOption, StoreOption, settings_for
from ui.terminal import one_line, say, say_json

EXAMPLE = "Example: winnow backup backups/monday.winnow"


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")],
    store: StoreOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of a file that is there; it stays until then.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write the store into one file, read back and checked. Only its owner may read it."""
    folder = settings_for(store).store
    from ingestion.backup import back_up
    from ingestion.store import Store

    with Store.open(folder) as opened:
        done = back_up(opened, file, replace=replace)
    if json:
        say_json(
            {
                "schema": 1,
                "file": str(done.file),
                "bytes": done.bytes,
                "letters": done.letters,
                "postings": done.postings,
                "screenings": done.screenings,
                "sha256": done.sha256,
            }
        )
        return
    say(
        f"backed up {done.letters:,} letters of {done.postings:,} postings and {done.screenings:,} screenings to "
        f"{one_line(str(done.file))} ({done.bytes:,} bytes, read back and checked)"
    )

"""`winnow erase`: removes one person's letter, every byte of it, after asking.

Knows nothing about where the bytes are; the store does.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ui.options import JsonOption, PostingOption, StoreOption, settings_for
from ui.terminal import note, one_line, say, say_json

EXAMPLE = "Example: winnow erase 147 --posting manager --yes"


def erase(
    letter_id: Annotated[
        str, typer.Argument(metavar="LETTER_ID", help="The letter's id, as the ranking shows it.")
    ],
    store: StoreOption = None,
    posting: PostingOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Remove a letter with its passages, vectors and findings. This can't be undone."""
    folder = settings_for(store).store
    from ingestion.store import Store, StoreError

    with Store.open(folder) as opened:
        names = [row.name for row in opened.postings()] if posting is None else [opened.posting(posting).name]
        found = [letter for name in names if (letter := opened.letter(name, letter_id)) is not None]
        if not found:
            where = f"posting {names[0]!r}" if len(names) == 1 else f"any of {len(names)} postings"
            raise StoreError(
                f"a letter to erase must be in the store, but {where} has no letter {letter_id!r}"
            )
        if len(found) > 1:
            listed = ", ".join(letter.posting for letter in found)
            raise StoreError(
                f"letter {letter_id!r} stands in {len(found)} postings ({listed}): name one with --posting"
            )
        letter = found[0]
        if not yes:
            _ask(f"Erase letter {one_line(letter_id)} of posting {one_line(letter.posting)} for good? [y/N] ")
        with opened.writing() as tx:
            count = tx.erase_letter(letter.key)
    if json:
        say_json(
            {
                "schema": 1,
                "letter_id": letter.letter_id,
                "posting": letter.posting,
                "erased": {
                    "passages": count.passages,
                    "vectors": count.vectors,
                    "duplicate_links": count.duplicate_links,
                    "screening_entries": count.screening_entries,
                    "screening_texts": count.screening_texts,
                },
            }
        )
        return
    say(
        f"erased letter {one_line(letter.letter_id)} of posting {one_line(letter.posting)}: {count.passages} spans, "
        f"{count.vectors} vectors, {count.duplicate_links} duplicate links, "
        f"findings in {count.screening_entries} screenings, "
        f"{count.screening_texts} texts of those screenings (chat turns and the like)"
    )


def _ask(question: str) -> None:
    """Ask on stderr; anything but yes leaves the letter where it is."""
    if not sys.stdin.isatty():
        note("winnow: erase asks before it removes a letter, and nobody is at the terminal: add --yes")
        raise typer.Exit(2)
    sys.stderr.write(question)
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        note("nothing erased")
        raise typer.Exit(1)

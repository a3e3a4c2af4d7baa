"""`winnow retention`: lists what was kept longer than it should be, and erases it after asking.

Knows nothing about how letters are dated or erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.confirming import confirm
from ui.options import JsonOption, PostingOption, StoreOption, settings_for
from ui.terminal import note, one_line, say, say_json

if TYPE_CHECKING:
    from pydantic import JsonValue

    from ingestion.records import ErasureCount
    from ingestion.retention import Overdue

EXAMPLE = "Example: winnow retention --keep 180d --dry-run"


def retention(
    keep: Annotated[
        str,
        typer.Option(
            "--keep",
            help="How long letters are kept: 180d, 26w, 6m (of 30 days) or 2y (of 365).",
            metavar="TIME",
        ),
    ],
    store: StoreOption = None,
    posting: PostingOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List only.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Erase letters that came in longer ago, and screenings that hold no others. This can't be undone."""
    folder = settings_for(store).store
    from ingestion.retention import RetentionError, erase_overdue, overdue, parse_keep
    from ingestion.store import Store

    try:
        time = parse_keep(keep)
    except RetentionError as error:
        raise typer.BadParameter(str(error)) from error
    with Store.open(folder) as opened:
        due = overdue(opened, time, posting)
        removed: ErasureCount | None = None
        screenings = 0
        if not json or not (dry_run or yes):
            tell = say if dry_run or yes else note
            for line in due_lines(due):
                tell(line)
        if not dry_run and (due.letters or due.screenings):
            if not yes:
                confirm(
                    f"Erase {_many(len(due.letters), 'letter')} and {_many(len(due.screenings), 'screening')} for good?",
                    command="retention",
                    nothing="nothing erased",
                )
            removed, screenings = erase_overdue(opened, due)
    if json:
        say_json(_as_json(due, removed, screenings))
    elif removed is not None:
        say(
            f"erased {_many(removed.letters, 'letter')} with {removed.vectors} vectors, findings in "
            f"{_many(removed.screening_entries, 'screening')}, {removed.screening_texts} texts and "
            f"{removed.ledger_payloads} payloads of the ledger; {_many(screenings, 'screening')} held no others and went"
        )


def due_lines(due: Overdue) -> list[str]:
    """Return in words what is older than what is kept."""
    lines = [f"{_many(len(due.letters), 'letter')} came in before {due.before}"]
    lines += [
        f"  letter {one_line(one.letter_id)} of posting {one_line(one.posting)}: {one.received}, "
        f"{_many(one.days, 'day')} ago"
        for one in due.letters
    ]
    lines += [f"  screening {one} holds no other letters" for one in due.screenings]
    if due.undated:
        lines.append(f"{_many(due.undated, 'letter')} without a date: not known when they came, so they stay")
    return lines


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _as_json(due: Overdue, removed: ErasureCount | None, screenings: int) -> dict[str, JsonValue]:
    return {
        "schema": 1,
        "before": due.before,
        "letters": [
            {"letter_id": one.letter_id, "posting": one.posting, "received": one.received, "days": one.days}
            for one in due.letters
        ],
        "screenings": list(due.screenings),
        "undated": due.undated,
        "erased": None
        if removed is None
        else {
            "letters": removed.letters,
            "vectors": removed.vectors,
            "screening_entries": removed.screening_entries,
            "screening_texts": removed.screening_texts,
            "ledger_payloads": removed.ledger_payloads,
            "screenings": screenings,
        },
    }

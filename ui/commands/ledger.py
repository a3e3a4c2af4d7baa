"""`winnow ledger`: what was decided and done, and whether the record of it still is what was written.

Knows nothing about chains and hashes; the agents room checks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import JsonOption, StoreOption, settings_for
from ui.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from agents.ledger import LedgerCheck, LedgerLine

EXAMPLE = "Example: winnow ledger verify"

app = typer.Typer(
    help="Show and check the ledger of screenings and people's decisions.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

ExpectOption = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="HASH",
        help="The last entry's hash as an earlier `verify` or `head` printed it: shows that no end was cut off.",
        show_default=False,
    ),
]


@app.command("verify", epilog=EXAMPLE)
def verify(store: StoreOption = None, expect: ExpectOption = None, json: JsonOption = False) -> None:
    """Check every entry, link and payload, and every screening against its record. Status 1 if anything is wrong."""
    if expect is not None and not _is_hash(expect):
        raise typer.BadParameter(f"--expect must be a hash of 64 digits 0-9a-f, but got {expect!r}")
    folder = settings_for(store).store
    from agents.ledger import verify as check
    from ingestion.store import Store

    with Store.open(folder) as opened:
        found = check(opened, expect)
    if json:
        say_json(
            {
                "schema": 1,
                "sound": not found.broken,
                "entries": found.entries,
                "payloads": found.payloads,
                "erased": found.erased,
                "screenings": found.screenings,
                "unrecorded": found.unrecorded,
                "head": found.head,
                "broken": list(found.broken),
            }
        )
    else:
        _say_check(found, expected=expect is not None)
    if found.broken:
        raise typer.Exit(1)


def _is_hash(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def _say_check(found: LedgerCheck, *, expected: bool) -> None:
    for line in found.broken:
        say(f"broken: {one_line(line)}")
    verdict = "broken" if found.broken else "sound"
    say(
        f"ledger {verdict}: entries {found.entries}, payloads {found.payloads}, payloads erased {found.erased}, "
        f"screenings compared with their record {found.screenings}"
    )
    if found.unrecorded:
        say(f"screenings without a record, made before the store had a ledger: {found.unrecorded}")
    say(f"head {found.head}")
    if not expected:
        say("a cut-off end shows only against a head that you noted elsewhere: --expect HASH")


@app.command("head")
def head(store: StoreOption = None, json: JsonOption = False) -> None:
    """Print how many entries there are and the last one's hash, to be noted somewhere else."""
    folder = settings_for(store).store
    from agents.ledger import head_of
    from ingestion.store import Store

    with Store.open(folder) as opened:
        entries, digest = head_of(opened)
    if json:
        say_json({"schema": 1, "entries": entries, "head": digest})
    else:
        say(f"entries {entries}, head {digest}")


@app.command("show", epilog="Example: winnow ledger show --screening s-0123456789ab")
def show(
    store: StoreOption = None,
    screening: Annotated[
        str | None,
        typer.Option("--screening", help="Only what was done in one screening.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List what was done, oldest first."""
    folder = settings_for(store).store
    from agents.ledger import history
    from ingestion.store import Store

    with Store.open(folder) as opened:
        lines = history(opened, screening)
    if json:
        say_json(
            {
                "schema": 1,
                "entries": [
                    {
                        "place": line.place,
                        "created": line.created,
                        "action": line.action,
                        "screening_id": line.screening_id,
                        "letter_key": line.letter_key,
                        "letter_id": line.letter_id,
                        "actor": line.actor,
                        "payload": line.payload,
                        "erased": line.erased,
                        "hash": line.hash,
                    }
                    for line in lines
                ],
            }
        )
        return
    if not lines:
        say("the ledger has no entries yet")
    for line in lines:
        say(_row(line, one_screening=screening is not None))


def _row(line: LedgerLine, *, one_screening: bool) -> str:
    parts: list[str] = []
    if not one_screening and line.screening_id is not None:
        parts.append(one_line(line.screening_id))
    if line.letter_id is not None:
        parts.append(f"letter {one_line(line.letter_id)}")
    elif line.letter_key is not None:
        parts.append(f"letter key {line.letter_key}")
    if line.actor is not None:
        parts.append(f"by {one_line(line.actor)}")
    if line.payload:
        parts.append(one_line(line.payload))
    return f"{line.place:>5}  {line.created}  {one_line(line.action):<14}  {': '.join(parts)}".rstrip()


@app.command("reasons")
def reasons(json: JsonOption = False) -> None:
    """List the codes that say why a candidate is held or rejected."""
    from agents.ledger import REASONS

    if json:
        say_json({"schema": 1, "reasons": dict(REASONS)})
        return
    width = max(map(len, REASONS))
    for code, words in REASONS.items():
        say(f"{code:<{width}}  {words}")

"""The command `winnow`: its commands, and what an error becomes for the person at the terminal.

Each command stands in its own module of `ui.commands` and imports what it needs when it runs, so that help is quick.
"""

from __future__ import annotations

import os
import sys

import typer

from ui.commands import (
    ask,
    backup,
    compare,
    decide,
    demo,
    doctor,
    embed,
    erase,
    evaluate,
    ingest,
    ledger,
    replay,
    restore,
    retention,
    screen,
    serve,
    train,
    write,
)
from ui.failures import describe
from ui.terminal import note, prepare_streams

app = typer.Typer(
    name="winnow",
    help="Reads a pile of cover letters against a job description and names the winner.",
    epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but some input was refused.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("ingest", epilog=ingest.EXAMPLE)(ingest.ingest)
app.command("screen", epilog=screen.EXAMPLE)(screen.screen)
app.command("ask", epilog=ask.EXAMPLE)(ask.ask)
app.command("compare", epilog=compare.EXAMPLE)(compare.compare)
app.command("decide", epilog=decide.EXAMPLE)(decide.decide)
app.command("replay", epilog=replay.EXAMPLE)(replay.replay)
app.command("embed", epilog=embed.EXAMPLE)(embed.embed)
app.command("erase", epilog=erase.EXAMPLE)(erase.erase)
app.command("retention", epilog=retention.EXAMPLE)(retention.retention)
app.command("backup", epilog=backup.EXAMPLE)(backup.backup)
app.command("restore", epilog=restore.EXAMPLE)(restore.restore)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
app.command("ui", epilog=serve.EXAMPLE)(serve.serve)
app.command("write", epilog=write.EXAMPLE)(write.write)
app.add_typer(evaluate.app, name="eval")
app.add_typer(train.app, name="train")
app.add_typer(ledger.app, name="ledger")


# What the encoder's threads do while they wait for each other: sleep. By default they spin, and beside any other busy
# process they wait for one that is not running. Ingest of the 71 bundled letters on two shared cores (load 6, Nov 2026,
# torch 2.13 with GNU OpenMP): 73 s spinning, 20 s sleeping.
WAITING = "PASSIVE"


def main() -> None:
    """Run the command line; an error becomes one line on stderr and exit status 1."""
    prepare_streams()
    os.environ.setdefault("OMP_WAIT_POLICY", WAITING)
    try:
        app(prog_name="winnow")
    except Exception as error:
        if os.environ.get("WINNOW_TRACEBACK") == "1":
            import traceback

            note(traceback.format_exc())
        note(f"winnow: {describe(error)}")
        sys.exit(1)


if __name__ == "__main__":
    main()

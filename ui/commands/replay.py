"""`winnow replay`: a stored screening once more, from its findings or by judging again.

Knows nothing about scores; the agents room computes them both times.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ui.layout import for_this_terminal
from ui.options import JsonOption, StoreOption, server_for, settings_for
from ui.terminal import say, say_json

EXAMPLE = "Example: winnow replay s-0123456789ab --rejudge"


def replay(
    screening_id: Annotated[
        str, typer.Argument(metavar="ID", help="The screening's id, as `screen` printed it.")
    ],
    store: StoreOption = None,
    rejudge: Annotated[
        bool, typer.Option("--rejudge", help="Judge the letters again and name each label that differs.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show a stored screening again, recomputed from its findings to the same bytes."""
    settings = settings_for(store)
    from agents.replay import rejudge as judge_again
    from agents.replay import replay as recompute
    from agents.report import render_report, verdict_json
    from ingestion.store import Store

    with Store.open(settings.store) as opened:
        if not rejudge:
            verdict = recompute(opened, screening_id)
            if json:
                say_json(verdict_json(verdict))
            else:
                say(for_this_terminal(render_report(verdict)))
            return
        server = server_for("server", None, None, settings)
        again = judge_again(opened, screening_id, server)
    if json:
        say_json(
            {
                "schema": 1,
                "screening_id": screening_id,
                "labels": again.labels,
                "changes": [
                    {
                        "letter_id": change.letter_id,
                        "requirement_id": change.requirement_id,
                        "before": change.before,
                        "after": change.after,
                    }
                    for change in again.changes
                ],
                "gone": list(again.gone),
                "failed": [{"letter_id": one, "reason": reason} for one, reason in again.failed],
            }
        )
        return
    say(f"{again.labels} labels judged again, {len(again.changes)} differ")
    for change in again.changes:
        say(
            f"  letter {change.letter_id}, {change.requirement_id}: was {change.before}, is now {change.after}"
        )
    if again.gone:
        say(f"  no longer in the store: {', '.join(again.gone)}")
    for letter_id, reason in again.failed:
        say(f"  letter {letter_id} could not be judged again: {reason}")

"""`winnow decide`: writes down what a person decided about a candidate, or sees differently than the judge.

Decides nothing and suggests nothing; the ledger of the agents room keeps what it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.options import JsonOption, StoreOption, settings_for
from ui.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from agents.ledger import Decision, Override
    from ingestion.store import Store

EXAMPLE = "Example: winnow decide 147 --screening s-0123456789ab --reject --reason must_not_shown"


def decide(
    letter_id: Annotated[
        str, typer.Argument(metavar="LETTER_ID", help="The letter's id, as the ranking shows it.")
    ],
    screening: Annotated[
        str,
        typer.Option("--screening", help="The screening's id, as `screen` printed it.", show_default=False),
    ],
    advance: Annotated[bool, typer.Option("--advance", help="Take the candidate further.")] = False,
    hold: Annotated[bool, typer.Option("--hold", help="Keep the candidate waiting.")] = False,
    reject: Annotated[
        bool, typer.Option("--reject", help="Turn the candidate down; needs --reason.")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the standing decision back.")] = False,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="REQUIREMENT=LABEL",
            help="See a label differently (met, partial, not_shown, contradicted); needs --note.",
            show_default=False,
        ),
    ] = None,
    score: Annotated[
        float | None,
        typer.Option("--score", help="See the score differently, 1 to 10; needs --note.", show_default=False),
    ] = None,
    undo_label: Annotated[
        str | None,
        typer.Option(
            "--undo-label",
            metavar="REQUIREMENT",
            help="Take a changed label back: the judge's counts again.",
            show_default=False,
        ),
    ] = None,
    undo_score: Annotated[bool, typer.Option("--undo-score", help="Take the changed score back.")] = False,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason",
            metavar="CODE",
            help="Why; `winnow ledger reasons` lists the codes.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="Your own words.", show_default=False)
    ] = "",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write down your decision about a candidate, under your user name. The program never decides."""
    given = {
        "advance": advance,
        "hold": hold,
        "reject": reject,
        "withdraw": withdraw,
        "label": label is not None,
        "score": score is not None,
        "undo-label": undo_label is not None,
        "undo-score": undo_score,
    }
    chosen = [name for name, is_given in given.items() if is_given]
    if len(chosen) != 1:
        offered = ", ".join(f"--{name}" for name in given)
        got = " and ".join(f"--{name}" for name in chosen) or "none"
        raise typer.BadParameter(f"exactly one of {offered} must be given, but got {got}")
    action = chosen[0]
    _check_words(action, reason, note)
    folder = settings_for(store).store
    from agents import ledger
    from ingestion.store import Store

    actor = ledger.system_actor()
    with Store.open(folder) as opened:
        match action:
            case "withdraw":
                made = ledger.withdraw(opened, screening, letter_id, note=note, actor=actor)
            case "label":
                made = _override_label(opened, screening, letter_id, label or "", note, actor)
            case "score":
                assert score is not None
                made = ledger.override_score(opened, screening, letter_id, score, reason=note, actor=actor)
            case "undo-label" | "undo-score":
                made = ledger.undo_override(opened, screening, letter_id, undo_label, actor=actor)
            case _:
                made = ledger.decide(
                    opened, screening, letter_id, action, reason=reason, note=note, actor=actor
                )
    _report(screening, action, made, actor, json=json)


def _check_words(action: str, reason: str | None, note: str) -> None:
    """End the run as wrong usage where a reason or a note is missing, unknown or misplaced."""
    from agents.ledger import REASONS

    if action == "reject" and reason is None:
        raise typer.BadParameter(f"--reject needs --reason, one of: {', '.join(REASONS)}")
    if reason is not None and action not in {"hold", "reject"}:
        raise typer.BadParameter(f"--reason goes with --hold and --reject, but got --{action}; use --note")
    if reason is not None and reason not in REASONS:
        raise typer.BadParameter(f"--reason must be one of {', '.join(REASONS)}, but got {reason!r}")
    if not note.strip() and (action in {"label", "score"} or reason == "other"):
        what = f"--{action}" if action in {"label", "score"} else "--reason other"
        raise typer.BadParameter(f"{what} needs --note with your reason")
    if note.strip() and action.startswith("undo"):
        raise typer.BadParameter(f"--{action} takes no --note; leave it out")


def _override_label(
    store: Store, screening: str, letter_id: str, given: str, note: str, actor: str
) -> Override:
    from agents.ledger import override_label

    requirement, _, label = given.rpartition("=")
    if not requirement:
        raise typer.BadParameter(f"--label must be REQUIREMENT=LABEL, but got {given!r}")
    return override_label(store, screening, letter_id, requirement, label, reason=note, actor=actor)


def _report(screening: str, action: str, made: Decision | Override, actor: str, *, json: bool) -> None:
    """Say what was written. A decision or a change that was taken back is the one reported."""
    from agents.ledger import Decision

    if json:
        common = {"schema": 1, "screening_id": screening, "letter_id": made.letter_id, "written": action}
        if isinstance(made, Decision):
            say_json(
                {
                    **common,
                    "decision": {
                        "action": made.action,
                        "reason": made.reason,
                        "note": made.note,
                        "actor": made.actor,
                        "created": made.created,
                        "place": made.place,
                    },
                }
            )
        else:
            say_json(
                {
                    **common,
                    "change": {
                        "requirement_id": made.requirement_id,
                        "label": made.label,
                        "score": made.score,
                        "reason": made.reason,
                        "actor": made.actor,
                        "created": made.created,
                        "place": made.place,
                    },
                }
            )
        return
    letter = f"letter {one_line(made.letter_id)}"
    if isinstance(made, Decision):
        what = f"{letter}: {made.action}"
    elif made.label is not None:
        what = f"{letter}: {one_line(made.requirement_id or '')} is {made.label}"
    else:
        what = f"{letter}: score {made.score}"
    back = " taken back" if action in {"withdraw", "undo-label", "undo-score"} else ""
    say(f"{what}{back}, by {one_line(actor)}, written into the ledger of screening {one_line(screening)}")

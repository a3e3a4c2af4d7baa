"""`winnow compare`: letters of one screening side by side, requirement by requirement, with their quotes.

Knows nothing about how letters were judged.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.ask import ScreeningOption, screening_named
from ui.options import JsonOption, StoreOption, settings_for
from ui.terminal import on_a_terminal, one_line, say, say_json

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.chat.facts import Comparison, Shown

EXAMPLE = "Example: winnow compare 171 193 --screening s-0123456789ab"
PAGE = 80
"""Columns where nobody watches: a mail or a ticket holds them."""
_WIDEST = 110
_LABELS = {
    "met": "met",
    "partial": "partly shown",
    "not_shown": "not shown",
    "contradicted": "says otherwise",
}


def compare(
    letters: Annotated[
        list[str],
        typer.Argument(metavar="ID ID...", help="Two to four letters, by the ids that the ranking shows."),
    ],
    screening: ScreeningOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Put letters of a screening side by side: what each shows for every requirement, in its own words."""
    folder = settings_for(store).store
    from agents.chat.lookups import MOST_COMPARED
    from agents.chat.lookups import compare as put_side_by_side
    from agents.chat.subject import Subject
    from ingestion.store import Store

    if not 2 <= len(set(letters)) <= MOST_COMPARED:
        raise typer.BadParameter(
            f"a comparison takes 2 to {MOST_COMPARED} different letters, but got {len(set(letters))}"
        )
    with Store.open(folder) as opened:
        chosen = screening_named(opened, screening)
        facts = put_side_by_side(Subject(opened, chosen), letters)
    if json:
        say_json(comparison_json(chosen, facts))
        return
    width = PAGE
    if on_a_terminal(sys.stdout):
        width = min(max(60, shutil.get_terminal_size().columns), _WIDEST)
    say("\n".join(comparison_table(facts, width)))


def comparison_table(facts: Comparison, width: int) -> list[str]:
    """Return the comparison as lines of at most ``width`` columns where ids allow it."""
    ids = [one_line(letter.letter_id) for letter in facts.letters]
    room = max(*map(len, ids), len("letter"))
    label = max(map(len, _LABELS.values()))
    lines = [f"{'letter':<{room}}  rank  score"]
    for name, letter in zip(ids, facts.letters, strict=True):
        if letter.unjudged is not None:
            lines.append(f"{name:<{room}}  not judged: {one_line(letter.unjudged)}")
        else:
            lines.append(f"{name:<{room}}  {letter.rank:>4}  {letter.score:>5.1f}")
    for row in facts.rows:
        kind = f"{row.requirement.id}, {row.requirement.kind}, weight {row.requirement.weight:g}"
        lines += ["", *textwrap.wrap(f"{one_line(row.requirement.text)} ({kind})", width)]
        for cell in row.cells:
            head = f"  {one_line(cell.letter_id):<{room}}  {_LABELS[cell.label]:<{label}}  "
            star = "+ " if cell.letter_id in row.better else "  "
            folded = textwrap.wrap(_words(cell), max(20, width - len(head) - len(star))) or [""]
            indent = " " * (len(head) + len(star))
            lines += [f"{head}{star}{folded[0]}".rstrip(), *(indent + more for more in folded[1:])]
    if any(row.better for row in facts.rows):
        lines += ["", "+ shows more than the others"]
    return lines


def _words(cell: Shown) -> str:
    if cell.citation is not None:
        return f"“{one_line(cell.citation.text)}”"
    return "(the letter was read in again since)" if cell.replaced else ""


def comparison_json(screening_id: str, facts: Comparison) -> dict[str, JsonValue]:
    """Return the comparison as one JSON object."""
    return {
        "schema": 1,
        "screening_id": screening_id,
        "letters": [
            {
                "letter_id": letter.letter_id,
                "rank": letter.rank,
                "score": letter.score,
                "unjudged": letter.unjudged,
            }
            for letter in facts.letters
        ],
        "requirements": [
            {
                "id": row.requirement.id,
                "text": row.requirement.text,
                "kind": row.requirement.kind,
                "weight": row.requirement.weight,
                "better": list(row.better),
                "findings": [
                    {
                        "letter_id": cell.letter_id,
                        "label": cell.label,
                        "quote": None
                        if cell.citation is None
                        else {
                            "text": cell.citation.text,
                            "start": cell.citation.start,
                            "end": cell.citation.end,
                        },
                    }
                    for cell in row.cells
                ],
            }
            for row in facts.rows
        ],
    }

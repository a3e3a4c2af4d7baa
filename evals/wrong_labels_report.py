"""How wrong labels are shown: counts by kind of requirement and by cause, and each in a line.

Measures nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evals.wrong_labels import CAUSES, KINDS, SWAPS, Kind, WrongLabel

if TYPE_CHECKING:
    from pydantic import JsonValue
    from rich.console import Console


def print_counts(
    console: Console, title: str, wrong: Sequence[WrongLabel], labels: Mapping[Kind, int]
) -> None:
    """Print how many labels of each kind are wrong and which stands for which, then the same by cause.

    ``labels`` counts all labels of a kind, right and wrong.
    """
    rows = [
        (str(kind), str(labels[kind]), [one for one in wrong if one.kind == kind])
        for kind in KINDS
        if labels.get(kind)
    ]
    _print_table(
        console, f"{title}: kind", "labels", [*rows, ("all", str(sum(labels.values())), list(wrong))]
    )
    causes = [(cause, [one for one in wrong if one.cause == cause]) for cause in CAUSES]
    shares = [(cause, f"{100 * len(some) / len(wrong):.0f} %", some) for cause, some in causes if some]
    if shares:
        _print_table(console, f"{title}: cause", "share", shares)


def describe(one: WrongLabel) -> str:
    """Return one wrong label in a line. The words of a letter stand in it as they are: make them harmless before a terminal."""
    place = f"{one.where} {one.letter_id}".rstrip()
    right, found = (label.replace("_", " ") for label in (one.right, one.found))
    words = f" Right words: “{one.words}”." if one.words else ""
    quote = f" Quoted: “{one.quote}”." if one.quote else ""
    return (
        f"{place}, {one.kind}, {one.cause}: {found} instead of {right} for {one.requirement!r}.{words}{quote}"
    )


def counts_json(wrong: Sequence[WrongLabel], labels: Mapping[Kind, int]) -> dict[str, JsonValue]:
    """Return the counts as JSON values, without a word of a letter."""
    return {
        "by_kind": {
            kind: {"labels": labels[kind], **_swaps_json([one for one in wrong if one.kind == kind])}
            for kind in KINDS
            if labels.get(kind)
        },
        "by_cause": {
            cause: _swaps_json(some) for cause in CAUSES if (some := [w for w in wrong if w.cause == cause])
        },
    }


def _swaps_json(wrong: Sequence[WrongLabel]) -> dict[str, JsonValue]:
    counted = Counter(one.swap for one in wrong)
    return {"wrong": len(wrong), **{f"{right} as {found}": counted[right, found] for right, found in SWAPS}}


def _print_table(
    console: Console, title: str, second: str, rows: Sequence[tuple[str, str, Sequence[WrongLabel]]]
) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(title, no_wrap=True)
    for head in (second, "wrong", *(swap_head(right, found) for right, found in SWAPS)):
        table.add_column(head, justify="right", no_wrap=True)
    for name, value, some in rows:
        counted = Counter(one.swap for one in some)
        table.add_row(name, value, str(len(some)), *(str(counted[swap] or "") for swap in SWAPS))
    console.print(table)
    console.print()


def swap_head(right: str, found: str) -> str:
    """Return the head of the column that counts labels given in place of the right one."""
    return f"{right}\nread as\n{found}".replace("_", " ")

"""Lays a report out for a width: paragraphs fold, and a reason in the ranking folds under itself.

Changes where lines break, never a word.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

from agents.rationale import one_line
from agents.verdict import Requirement
from ui.terminal import on_a_terminal

PAGE = 110
"""Columns of a report that is read on a page."""

NARROWEST = 60
"""Columns below which folding would hurt more than it helps."""


def fold(report: str, width: int) -> str:
    """Return ``report`` with lines of at most ``width`` columns where words allow it."""
    reason_at = 0
    lines: list[str] = []
    for line in report.split("\n"):
        if line.startswith("rank ") and line.endswith("  why"):
            reason_at = len(line) - len("why")
        elif not line.strip():
            reason_at = 0
        if len(line) <= width:
            lines.append(line)
            continue
        indent = " " * (reason_at or len(line) - len(line.lstrip()))
        if width - len(indent) < NARROWEST // 2:
            lines.append(line)
            continue
        # Only what follows is folded: blanks inside the columns of a table stay.
        kept, rest = line[: len(indent)], line[len(indent) :]
        folded = textwrap.wrap(
            rest, width - len(indent), break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        )
        lines += [kept + folded[0], *(indent + more for more in folded[1:])]
    return "\n".join(lines)


def for_this_terminal(report: str) -> str:
    """Fold ``report`` to the terminal that shows it; in a pipe it stays as it is."""
    if not on_a_terminal(sys.stdout):
        return report
    return fold(report, max(NARROWEST, shutil.get_terminal_size().columns))


def requirement_lines(requirements: Sequence[Requirement]) -> list[str]:
    """Return a heading and a line for each requirement that letters are judged by."""
    return [
        "REQUIREMENTS",
        *(f"  {one_line(r.id)}  {r.kind:<4}  weight {r.weight:g}  {one_line(r.text)}" for r in requirements),
    ]

"""What a screening says of hidden text in its letters: a notice for people, which nothing computes with.

Knows nothing about how text is hidden or found. The notices are made from what the store holds now, so they go with a
letter that is erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.rationale import listed, one_line
from agents.verdict import Notice
from ingestion.hiding import HIDING
from ingestion.intake_rows import HygieneFinding
from ingestion.letter import natural_key

# How many places one notice names, and how much of each: the letter's own page shows all.
NAMED = 3
EXCERPT_CHARACTERS = 80


def hidden_notices(
    hygiene: Mapping[int, Sequence[HygieneFinding]], letter_ids: Mapping[int, str]
) -> tuple[Notice, ...]:
    """Return a notice for each letter in which something is hidden, in the order of ids; both are by letter key."""
    found = sorted((natural_key(letter_ids[key]), key) for key in hygiene if key in letter_ids)
    return tuple(_notice(letter_ids[key], hygiene[key]) for _, key in found)


def _notice(letter_id: str, findings: Sequence[HygieneFinding]) -> Notice:
    named = [
        f'{one.place} ({HIDING.get(one.kind, one.kind).rstrip(".").casefold()}): "{_short(one.excerpt)}"'
        for one in findings[:NAMED]
    ]
    if len(findings) > NAMED:
        named.append(f"{len(findings) - NAMED} more")
    return Notice(
        "hidden_text",
        letter_id,
        f"holds text that its reader can't see; it is kept out of the evidence and lowers no score: {listed(named)}",
    )


def _short(excerpt: str) -> str:
    line = one_line(excerpt)
    return line if len(line) <= EXCERPT_CHARACTERS else f"{line[: EXCERPT_CHARACTERS - 1]}…"

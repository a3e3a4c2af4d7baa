"""What each label is called, which sign stands for it, and how a score is written, wherever people read results.

Knows nothing about where it is drawn.
"""

from __future__ import annotations

from agents.verdict import Label, Ranked

SIGNS: dict[Label, str] = {"met": "●", "partial": "◐", "not_shown": "○", "contradicted": "✕"}
"""A sign for each label, so that colour is never the only one."""

SAYS: dict[Label, str] = {
    "met": "met",
    "partial": "partly met",
    "not_shown": "not shown",
    "contradicted": "says otherwise",
}
"""The words for each label. "Not shown" is about the letter, never about the person."""


def score_words(ranked: Ranked) -> str:
    """Return the score, with its range where there is one."""
    probably = interval_words(ranked)
    return f"{ranked.score:.1f} of 10{f', {probably}' if probably else ''}"


def interval_words(ranked: Ranked) -> str:
    """Return the range that probably holds a careful reader's score, or nothing where there is none."""
    if ranked.interval is None:
        return ""
    low, high = ranked.interval
    return f"probably {low:.1f} to {high:.1f}"


INTERVAL_MEANS = (
    "“Probably 5.4 to 7.5”: for about eight letters in ten a careful reader's score lies within that range "
    "(docs/judging.md says how that was measured)."
)
"""What is said of a range where scores are explained."""

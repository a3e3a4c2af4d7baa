"""What each label is called and which sign stands for it, wherever people read results.

Knows nothing about where it is drawn.
"""

from __future__ import annotations

from agents.verdict import Label

SIGNS: dict[Label, str] = {"met": "●", "partial": "◐", "not_shown": "○", "contradicted": "✕"}
"""A sign for each label, so that colour is never the only one."""

SAYS: dict[Label, str] = {
    "met": "met",
    "partial": "partly met",
    "not_shown": "not shown",
    "contradicted": "says otherwise",
}
"""The words for each label. "Not shown" is about the letter, never about the person."""

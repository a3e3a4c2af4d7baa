"""How other people's words reach a page: as text that can't mark it up.

Streamlit reads labels, captions and messages as Markdown; letters, names, ids and jobs go through here first, or into
``st.text`` and tables.
"""

from __future__ import annotations

import re

import streamlit as st

from ui.label_words import SAYS, SIGNS
from ui.terminal import one_line, visible

__all__ = ["SAYS", "SIGNS", "label", "plain"]

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"


def label(text: str, *, at_most: int = 120) -> str:
    r"""Return a text, on one line, that shows as itself where Streamlit reads Markdown.

    A colon is followed by a word joiner, because names of emojis are replaced after Markdown is read.

    >>> label("[x](http://y) *b*").replace("\u2060", "")
    '\\[x\\]\\(http\\:\\/\\/y\\) \\*b\\*'
    """
    line = one_line(text)
    if len(line) > at_most:
        line = line[: at_most - 1].rstrip() + "…"
    return _PUNCTUATION.sub(r"\\\1", line).replace(":", ":" + _WORD_JOINER)


def many(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> many(1, "letter"), many(2000, "letter")
    ('1 letter', '2,000 letters')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def plain(text: str) -> None:
    """Draw a text as it is, line breaks kept, nothing in it read as markup."""
    st.text(visible(text))

"""Words of a sentence with their stems and places, and the terms of the lexicon found among them.

Knows what is written, not what it is worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_](?:[\w+#]|[.&'’](?=[^\W_]))*|\.net\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$|['’]$")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s$")
_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: lower-case ``text``, its ``stem``, whether it is ``capital``, and its characters ``start`` to ``end``."""

    text: str
    stem: str
    capital: bool
    start: int
    end: int


_RESPELLED = {
    "led": "lead", "built": "build", "taught": "teach", "ran": "run", "wrote": "write", "written": "write",
    "held": "hold", "oversaw": "oversee", "overseen": "oversee", "drove": "drive", "driven": "drive", "won": "win",
    "sold": "sell", "bought": "buy", "kept": "keep", "made": "make", "grew": "grow", "grown": "grow",
    "men": "man", "women": "woman", "children": "child", "licence": "license", "licences": "license",
    "licenced": "license", "organisation": "organization", "organised": "organized", "programme": "program",
    "programmes": "programs", "financial": "finance", "financially": "finance", "accountancy": "accounting",
    "analysed": "analyzed", "analyse": "analyze", "analysing": "analyzing", "labour": "labor", "centre": "center",
    "analysis": "analyze", "analyses": "analyze", "analyst": "analyze", "maintenance": "maintain",
    "dealt": "deal", "sent": "send", "spent": "spend", "brought": "bring", "caught": "catch", "drawn": "draw",
}  # fmt: skip
"""Irregular forms and British spellings, read as the form that the stemmer knows."""

_WHOLE = {
    "leadership": "leadership", "leader": "leader", "leaders": "leader", "accounting": "accounting",
    "nursing": "nursing", "marketing": "marketing", "engineering": "engineering", "analytics": "analytics",
    "manager": "manager", "managers": "manager",
}  # fmt: skip
"""Words that the stemmer would fold into another trade's: accounting is not to account, nursing not a nurse."""


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the Snowball English stem of a lower-case word; names with digits or signs stay as they are.

    >>> stem("certifications"), stem("c++"), stem("led")
    ('certif', 'c++', 'lead')
    """
    word = _RESPELLED.get(word, word)
    if word in _WHOLE:
        return _WHOLE[word]
    if not word.isalpha() or len(word) < 3:
        return word
    return _STEMMER.stemWord(word)


@lru_cache(maxsize=50_000)
def read_words(text: str) -> tuple[Word, ...]:
    """Split ``text`` into words; hyphens and slashes part words, ``C++``, ``C#`` and ``node.js`` stay whole.

    >>> [word.stem for word in read_words("Month-end closings in C++/SQL")]
    ['month', 'end', 'close', 'in', 'c++', 'sql']
    """
    words: list[Word] = []
    for match in _WORD.finditer(text):
        lowered = match.group().lower()
        root = lowered[:-1] if _PLURAL_ACRONYM.match(match.group()) else stem(_POSSESSIVE.sub("", lowered))
        words.append(Word(lowered, root, match.group()[0].isupper(), match.start(), match.end()))
    return tuple(words)


def stems(words: Sequence[Word]) -> tuple[str, ...]:
    """Return the stems alone."""
    return tuple(word.stem for word in words)

"""Words that are no person's name, though a person may bear them: everyday English, tools and employers, places, offices.

Knows nothing about letters or masks. The lists are plain text beside this file; all are in lower case.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=8)
def _read(name: str) -> frozenset[str]:
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


_ENDINGS = {
    "ies": ("y",),
    "ied": ("y",),
    "es": ("", "e"),
    "s": ("",),
    "ed": ("", "e"),
    "ing": ("", "e"),
    "er": ("", "e"),
    "est": ("", "e"),
    "ly": ("",),
    "ness": ("",),
    "ment": ("",),
    "ion": ("", "e"),
}
"""Endings of English words, and what may stand in their place."""


@lru_cache(maxsize=20_000)
def is_everyday(word: str) -> bool:
    """Say whether ``word``, in lower case, is a word of everyday English, or a form of one.

    >>> is_everyday("will"), is_everyday("planned"), is_everyday("byrne")
    (True, True, False)
    """
    known = _read("everyday")
    if word in known:
        return True
    for ending, instead in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        doubled = len(stem) > 2 and stem[-1] == stem[-2] and stem[:-1] in known
        if doubled or any(stem + letter in known for letter in instead):
            return True
    return False


def is_tool_or_employer(word: str) -> bool:
    """Say whether ``word``, in lower case, is known as a tool, a product or an employer.

    >>> is_tool_or_employer("oracle"), is_tool_or_employer("paris")
    (True, False)
    """
    return word in _read("tools-and-employers")


def is_place(word: str) -> bool:
    """Say whether ``word``, in lower case, is known as a place or a people.

    >>> is_place("paris"), is_place("ada")
    (True, False)
    """
    return word in _read("places")


def is_role(word: str) -> bool:
    """Say whether ``word``, in lower case, belongs to an office, a firm or a heading rather than to a person.

    >>> is_role("manager"), is_role("ada")
    (True, False)
    """
    return word in _read("roles")

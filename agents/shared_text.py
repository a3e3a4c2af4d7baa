"""Which letters of a pool share their text, as groups that do not depend on the order in which they arrived.

Reads the links that ingestion made; says what is shared and judges nobody for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.stored_screening import SharedText
from ingestion.duplicates import normalised
from ingestion.letter import Letter
from ingestion.records import DuplicateLink


def shared_texts(letters: Iterable[Letter], links: Sequence[DuplicateLink]) -> SharedText:
    """Return for each letter of a group the keys of those with the same text, and of those with nearly the same."""
    by_key = {letter.key: letter for letter in letters}
    shared: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for group in _groups(links):
        words = {key: normalised(by_key[key].judged_text) for key in group if key in by_key}
        for key, text in words.items():
            same = tuple(other for other in words if other != key and words[other] == text)
            near = tuple(other for other in words if other != key and words[other] != text)
            shared[key] = (same, near)
    return shared


def _groups(links: Sequence[DuplicateLink]) -> list[list[int]]:
    group_of: dict[int, list[int]] = {}
    for link in links:
        one = group_of.setdefault(link.letter_key, [link.letter_key])
        other = group_of.setdefault(link.of_key, [link.of_key])
        if one is not other:
            one.extend(other)
            for key in other:
                group_of[key] = one
    unique = {id(group): group for group in group_of.values()}
    return [sorted(group) for group in unique.values()]

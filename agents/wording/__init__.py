"""Prompts as data files: one ``NAME.txt`` here is one wording, whose slots are checked when it is read.

A file is plain text. ``{{slot}}`` is filled once, and what fills a slot is never read for slots again. Knows nothing about
models or templates.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

_SLOT = re.compile(r"\{\{([a-z_]+)\}\}")


class WordingError(ValueError):
    """A wording whose slots are not those that the code fills."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One prompt with its slots. ``digest`` is sixteen hex digits that stand for its text."""

    name: str
    text: str
    slots: frozenset[str]

    @property
    def digest(self) -> str:
        """Sixteen hex digits that stand for the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def fill(self, **values: str) -> str:
        """Return the text with every slot filled, each exactly by its value.

        Raises:
            WordingError: a slot without a value, or a value without a slot.
        """
        if set(values) != self.slots:
            raise WordingError(f"{self.name}: {_difference(self.slots, values)}")
        return _SLOT.sub(lambda match: values[match[1]], self.text)


def read_wording(name: str, slots: Iterable[str], folder: Path = FOLDER) -> Wording:
    """Read ``folder/name.txt`` and check that it holds exactly ``slots``.

    Raises:
        WordingError: it holds others.
    """
    return _read(name, frozenset(slots), folder)


@lru_cache(maxsize=64)
def _read(name: str, slots: frozenset[str], folder: Path) -> Wording:
    text = (folder / f"{name}.txt").read_text(encoding="utf-8").removesuffix("\n")
    found = frozenset(_SLOT.findall(text))
    if found != slots:
        raise WordingError(f"{name}.txt: {_difference(found, slots)}")
    return Wording(name, text, slots)


def _difference(found: Iterable[str], wanted: Iterable[str]) -> str:
    return (
        f"the slots must be {', '.join(sorted(found)) or 'none'}, but got {', '.join(sorted(wanted)) or 'none'}; "
        "make the file and the code agree"
    )

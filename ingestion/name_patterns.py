"""How one person's name may be written: parts, particles and initials, and the pattern that finds two or more in a row.

Knows nothing about letters, and not where in a letter a name may stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam jr sr ii iii iv phd md mba pmp cpa rn esq dds msc bsc".split()
)
_NO_NAME = frozenset(
    {
        "n/a",
        "na",
        "none",
        "null",
        "unknown",
        "anonymous",
        "applicant",
        "candidate",
        "name",
        "your name",
        "nan",
    }
)
# Words between a given and a family name that are parts of neither.
PARTICLES = frozenset(
    "de la del los las da das do dos di du des della van von der den het ten ter te bin binti bint ibn al el ul e y i af av zu "
    "zum zur le st st. abu bte".split()
)
_MARKS = re.compile("[\u0300-\u036f]")  # accents that stand as characters of their own
_PART = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\u0300-\u036f](?=[^\W\d_]))*")
# Letters that Unicode does not take apart, each by one that looks like it.
_ALIKE = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ð": "d", "ħ": "h"}
# How one sound is spelled with and without an umlaut or a joined letter; the folded text holds the first of each.
_SPELLINGS = {
    "ae": "(?:a[\u0300-\u036f]?e?|æ)",
    "oe": "(?:o[\u0300-\u036f]?e?|œ)",
    "ue": "u[\u0300-\u036f]?e?",
    "aa": "a[\u0300-\u036f]?a?",
    "ss": "(?:ss|ß)",
}
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "ß": "ss"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa", "Æ": "Ae", "Œ": "Oe"}
)
_SHORTEST_RESPELLED = 4  # "Sue" is never "Su"


@dataclass(frozen=True, slots=True)
class Name:
    """How one applicant's name is looked for in a folded text. ``run`` finds one or more parts in a row."""

    parts: tuple[str, ...]
    particles: tuple[str, ...]
    initials: frozenset[str]
    run: re.Pattern[str]
    one: re.Pattern[str]

    def initials_beside(self, found: set[str]) -> frozenset[str]:
        """Return the initials of the parts that are not ``found``, and those the record gives as initials."""
        firsts = {part[0] for part in self.parts if letters_of(part) not in found}
        return frozenset(firsts) | (self.initials - {part[0] for part in self.parts})


def fold(text: str) -> str:
    """Return ``text`` without accents and in lower case, of the same length.

    >>> fold("Élodie Ångström")
    'elodie angstrom'
    """
    if text.isascii():
        return text.lower()
    return "".join(_fold_one(character) for character in text)


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    lowered = unicodedata.normalize("NFD", character)[0].lower()
    return _ALIKE.get(lowered, lowered) if len(lowered) == 1 else character


def letters_of(part: str) -> str:
    """Return the letters of ``part`` alone."""
    return "".join(character for character in part if character.isalpha())


def is_wide(text: str) -> bool:
    """Say whether ``text`` is in a script that writes no spaces between words."""
    return any("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in text)


def is_capitalised(found: str) -> bool:
    """Say whether every word of ``found`` begins with a capital, particles aside."""
    words = re.findall(r"[^\s,.\"“”()‘]+", found)
    telling = [word for word in words if word.lower() not in PARTICLES] or words
    return all(not word[0].isalpha() or word[0].isupper() for word in telling)


def name_parts(name: str) -> list[str]:
    """Return the words of a folded name that say who it is: no titles, no degrees, no initials.

    >>> name_parts("dr. anne-marie o'neil jr.")
    ['anne', 'marie', "o'neil"]
    """
    if name.strip() in _NO_NAME:
        return []
    return [
        word
        for word in _PART.findall(name.replace(".", " "))
        if word not in TITLES and (len(word) > 1 or is_wide(word))
    ]


def may_hold(folded: str, name: Name) -> bool:
    """Say whether any part can stand in a text at all: most letters hold no name, and need no pattern."""
    return name.one.search(folded) is not None


@lru_cache(maxsize=1024)
def name_pattern(applicant: str) -> Name | None:
    """Return how ``applicant`` is looked for, or None where the record holds no name."""
    if len(applicant) > 200 or "@" in applicant:
        return None
    folded = fold(unicodedata.normalize("NFC", applicant).translate(_SPELLED_OUT))
    words = name_parts(folded)
    inner = set(words[1:-1]) & PARTICLES if len(words) > 2 else set()
    if len(words) > 1 and words[0] in {"de", "von", "van", "del", "bin"} and len(words) > 2:
        inner.add(words[0])
    parts = tuple(dict.fromkeys(word for word in words if word not in inner))
    if not parts or len("".join(parts)) < 2:
        return None
    initials = frozenset(
        word[0] for word in _PART.findall(folded.replace(".", " ")) if word not in TITLES | PARTICLES
    )
    if any(is_wide(part) for part in parts):
        whole = re.compile(r"\s?".join(_literal(part) for part in parts))
        return Name(parts, (), frozenset(), whole, whole)
    particles = tuple(sorted(inner, key=len, reverse=True))
    one = _one_of(parts)
    between = rf"(?:[^\W\d_]\.?|{'|'.join(map(re.escape, sorted(PARTICLES, key=len, reverse=True)))})"
    # Between parts: white space and initials or particles, a line end, a hyphen, what addresses hold, or nothing.
    gap = rf"(?:[ \t\u00a0]{{1,3}}(?:{between}[ \t\u00a0]{{1,2}}){{0,3}}|[ \t]?(?:\r\n|[\r\n])[ \t]?|[._]|[ ]?[-\u2010\u2011][ ]?)?"
    more = rf"(?:{gap}{one}){{0,{len(parts) - 1}}}"
    listed = ""
    if len(parts) > 1:  # Byrne, Ada
        family = _one_of(parts[1:])
        listed = rf"{family}(?:{gap}{family}){{0,2}},[ \t]{{0,2}}{_literal(parts[0])}{more}|"
    run = rf"(?<![^\W_])(?:{listed}{one}{more})(?![^\W\d_])"
    return Name(parts, particles, initials, re.compile(run), re.compile(one))


def _one_of(parts: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(sorted(map(_literal, parts), key=len, reverse=True))})"


def _literal(part: str) -> str:
    """Match a part however its apostrophes, accents and umlauts are written."""
    plain = _MARKS.sub("", part)
    pieces: list[str] = []
    position = 0
    while position < len(plain):
        pair = plain[position : position + 2]
        one = plain[position]
        if pair in _SPELLINGS and len(plain) >= _SHORTEST_RESPELLED:
            pieces.append(_SPELLINGS[pair])
            position += 2
            continue
        pieces.append("['’]?" if one in "'’" else re.escape(one) + "[\u0300-\u036f]?")
        position += 1
    if len(plain) > 3 and plain[0] in "od" and plain[1] not in "aeiou'’":
        pieces.insert(1, "['’]?")  # OConnell, O'Connell
    return "".join(pieces)

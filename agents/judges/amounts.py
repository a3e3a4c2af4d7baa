"""Years of experience and academic degrees, as letters and jobs write them.

Knows how much is stated, not whether it is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "a": 1, "several": 3, "half a": 0.5,
}  # fmt: skip
_NUMBER = r"\d{1,2}(?:\.\d)?|half a|" + "|".join(word for word in _NUMBER_WORDS if word != "half a")
_YEARS = re.compile(
    rf"\b(?P<low>{_NUMBER})(?:\s*(?:-|–|to|or)\s*(?P<high>{_NUMBER}))?\s*(?:\(\d+\)\s*)?(?:\+|plus\b|or more\b)?[\s-]*"
    rf"(?:full[\s-]+|solid\s+|consecutive\s+)?(?P<unit>years?|yrs?|months?|decades?)\b(?P<after>['’]?\s*(?:old|ago)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Years:
    """A stretch of time, in years, and the characters that state it."""

    amount: float
    start: int
    end: int


def find_years(text: str) -> tuple[Years, ...]:
    """Return the stretches of time stated in ``text``, in years; ages and points in the past are left out.

    >>> [found.amount for found in find_years("over 7 years in nursing, 18 months of it in the ICU, 30 years old")]
    [7.0, 1.5]
    """
    found: list[Years] = []
    for match in _YEARS.finditer(text):
        if match["after"].strip(" '’").lower() in {"old", "ago"}:
            continue
        if match["low"].lower() == "a" and not match["unit"].lower().startswith("decade"):
            continue
        amount = float(_NUMBER_WORDS.get(match["low"].lower(), 0) or _digits(match["low"]))
        unit = match["unit"].lower()
        if unit.startswith("month"):
            amount /= 12
        elif unit.startswith("decade"):
            amount *= 10
        found.append(Years(amount, match.start(), match.end("unit")))
    return tuple(found)


REFERENCE_YEAR = 2025
"""The year up to which "since 2014" is counted. Fixed, so that a replay in another year reads the same amount."""

_SINCE_YEAR = re.compile(
    r"\b(?:since|(?:in|from|of)(?= (?:19|20)\d\d\b.*\b(?:since|to this day|until today|ever after)\b)) "
    r"(?:(?:early|late|spring|summer|autumn|fall|winter|the \w+ of|January|February|March|April|May|June|July|August|September"
    r"|October|November|December) )?(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_AGO = re.compile(rf"\b(?P<low>{_NUMBER})\s+years?\s+ago\b", re.IGNORECASE)
_LASTING = re.compile(r"\b(?:since|ever since|still|to this day|until today)\b", re.IGNORECASE)


def find_since(text: str) -> tuple[Years, ...]:
    """Return the stretches that began at a stated time and last: "since 2019", "nine years ago ... ever since".

    >>> [found.amount for found in find_since("I began nine years ago and have cooked since.")]
    [9.0]
    >>> [found.amount for found in find_since("Since 2015 I have cooked.")], find_since("I moved here nine years ago.")
    ([10.0], ())
    """
    found = [
        Years(float(REFERENCE_YEAR - int(match["year"])), match.start(), match.end())
        for match in _SINCE_YEAR.finditer(text)
        if int(match["year"]) <= REFERENCE_YEAR
    ]
    for match in _AGO.finditer(text):
        low = match["low"].lower()
        if low != "a" and _LASTING.search(text):
            amount = float(_NUMBER_WORDS.get(low, 0) or _digits(low))
            found.append(Years(amount, match.start(), match.end()))
    return tuple(found)


def _digits(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


DEGREE_NAMES = {1: "associate", 2: "bachelor", 3: "master", 4: "doctorate"}
_DEGREES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile(r"\b(?:ph\.?\s?d\b\.?|doctora(?:te|l)|doctor of|d\.?phil\b)", re.IGNORECASE)),
    (
        3,
        re.compile(
            r"\b(?:master['’]?s?\s+(?:degree|of|in)\b|masters?\b(?=\s+degree)|master['’]s\b|m\.?b\.?a\b\.?|postgraduate degree)"
            r"|\b(?:M\.?Sc?|M\.?S|M\.?A|M\.?Eng|M\.?Ed)\b\.?(?=\s+(?:in|degree|of)\b)",
            re.IGNORECASE,
        ),
    ),
    (
        2,
        re.compile(
            r"\b(?:bachelor(?:['’]?s)?\b|undergraduate degree|baccalaureate)"
            r"|\b(?:B\.?Sc?|B\.?S|B\.?A|B\.?Eng|B\.?Com|B\.?Tech|B\.?E|B\.?S\.?N)\b\.?(?=\s+(?:in|degree|of|from)\b|,)",
            re.IGNORECASE,
        ),
    ),
    (1, re.compile(r"\b(?:associate['’]?s?\s+(?:degree|of)|diploma|hnd\b|foundation degree)", re.IGNORECASE)),
)
_ANY_DEGREE = re.compile(
    r"\bdegrees?\b|\bgraduat(?:e|ed)\b(?=\s+(?:of|from|in|with))|\bB\.?S\.?N\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Degree:
    """An academic degree: ``level`` 1 associate, 2 bachelor, 3 master, 4 doctorate, 0 when only "degree" is said."""

    level: int
    start: int
    end: int


def find_degrees(text: str) -> tuple[Degree, ...]:
    """Return the degrees named in ``text``, highest level first.

    >>> [degree.level for degree in find_degrees("a Master's degree in Chemistry after my B.Sc. in Biology")]
    [3, 2]
    """
    found: list[Degree] = []
    for level, pattern in _DEGREES:
        found.extend(Degree(level, match.start(), match.end()) for match in pattern.finditer(text))
    if not found:
        found.extend(Degree(0, match.start(), match.end()) for match in _ANY_DEGREE.finditer(text))
    return tuple(found)

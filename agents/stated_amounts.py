"""Numbers as letters state them, in figures or words, with their unit: years, percent, money, calendar years, counts.

Knows how much is stated, not whether it is true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

Unit = Literal["years", "percent", "money", "date", "count"]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: float(value) for value, word in enumerate(_ONES)} | {
    word: float(10 * (place + 2)) for place, word in enumerate(_TENS)
}
_SCALES = {"dozen": 12.0, "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SUFFIX = {"k": 1e3, "m": 1e6, "mm": 1e6, "bn": 1e9, "b": 1e9} | _SCALES

_WORD_NUMBER = (
    rf"(?:half a (?=dozen|million|billion|decade)|\ban? (?=dozen|hundred|thousand|million|billion|decade))?"
    rf"(?:(?:{'|'.join([*_VALUES, *_SCALES])})s?(?:[\s-]+(?:and\s+(?={'|'.join(_VALUES)}))?|\b))+"
)
_FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?<![\w./:#])(?<![A-Za-z]-)(?P<money>[$€£]\s?)?"
    rf"(?:(?P<figures>{_FIGURES})(?:\s?(?P<suffix>k|m|mm|bn|b)(?![\w])|\s(?P<scale>(?:hundred|thousand|million|billion|dozen)s?)\b)?"
    rf"|(?P<words>\b{_WORD_NUMBER}|\ban? (?=decade\b)))"
    r"(?P<plus>\s?\+|\s+plus\b|\s+or more\b)?"
    r"(?:[\s-]*\((?:\d{1,3})\))?"
    r"(?:(?P<percent>\s?%|[\s-]+per\s?cent\b)"
    r"|(?:[\s-]+(?:full|solid|consecutive|long)\b)?[\s-]*(?P<unit>years?|yrs?|months?|decades?)\b(?P<more>\+| or more\b)?"
    r"|[\s-]*(?P<currency>dollars?|euros?|pounds?|usd|eur|gbp)\b)?",
    re.IGNORECASE,
)
_MULTIPLES = re.compile(
    r"\b(?:doubl|tripl|quadrupl|halv)(?:ed|ing)\b|\b(?:two|three|four|five|ten)fold\b", re.IGNORECASE
)
_IDIOM = re.compile(r"\b(?:24/7|9[-–]5|one[- ](?:of|on)|360[- ]degree|50/50|100 ?%)", re.IGNORECASE)
_LOWER_BOUND = re.compile(
    r"\b(?:over|more than|at least|upwards? of|in excess of|well over|minimum of)\s+(?:the (?:past|last)\s+)?$",
    re.IGNORECASE,
)
_PLURAL_AFTER = re.compile(
    r"\s*(?:[a-z][\w-]*\s+){0,2}?(?P<noun>[a-z]{2,}(?:s|people|staff|men|women|children))\b"
)
_NOT_COUNTED = frozenset(
    "ways things times sides others is was has does this us as its ours yours business process".split()
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|or|and)\s*")
_PRESENT = r"present|now|today|current|date"
_SPAN = re.compile(
    rf"\b(?P<from>(?:19|20)\d\d)\s*(?:-|–|—|to|until|till)\s*(?P<to>(?:19|20)\d\d|{_PRESENT})\b",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\bsince\s+(?:\w+\s+)?(?P<from>(?:19|20)\d\d)\b", re.IGNORECASE)
_PART_OF_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w.]*[ -]$")
"""A capital word right before figures: "Office 365", "ISO 9001"; they are one name."""

_MOST_SUMMANDS = 6


@dataclass(frozen=True, slots=True)
class Amount:
    """A number at the characters ``start`` to ``end``.

    ``value`` is in years, percent, units of money, a calendar year or a count; None for a vague one ("hundreds of",
    "doubled"), which stands for its ``text`` alone. ``at_least`` marks "over 5" and "5+".
    """

    value: float | None
    unit: Unit
    text: str
    start: int
    end: int
    at_least: bool = False


def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return the numbers that ``text`` states, in order; "one of", "two ways" and "24/7" state none.

    >>> [(one.value, one.unit) for one in find_amounts("over five years, 30% of $2.5 million, a team of twenty-five")]
    [(5.0, 'years'), (30.0, 'percent'), (2500000.0, 'money'), (25.0, 'count')]
    """
    found: list[Amount] = []
    idioms = [(match.start(), match.end()) for match in _IDIOM.finditer(text)]
    for match in _NUMBER.finditer(text):
        if any(start <= match.start() < end for start, end in idioms):
            continue
        amount = _read(text, match)
        if amount is not None:
            found.append(amount)
    found.extend(
        Amount(None, "count", match.group().lower(), match.start(), match.end())
        for match in _MULTIPLES.finditer(text)
    )
    return _joined_ranges(text, sorted(found, key=lambda one: one.start))


def _joined_ranges(text: str, amounts: list[Amount]) -> tuple[Amount, ...]:
    """Give the lower end of "3-5 years" the unit of the upper one."""
    joined = list(amounts)
    for place in range(len(joined) - 2, -1, -1):
        low, high = joined[place], joined[place + 1]
        if low.unit != "count" or high.unit == "count" or low.value is None:
            continue
        if _RANGE.fullmatch(text, low.end, high.start):
            shrunk = low.value / 12 if high.unit == "years" and "month" in high.text else low.value
            joined[place] = replace(low, unit=high.unit, value=round(shrunk, 6))
    return tuple(joined)


def _read(text: str, match: re.Match[str]) -> Amount | None:
    end = match.end()
    while end > match.start() and text[end - 1] in " \t\r\n-":
        end -= 1
    whole = text[match.start() : end]
    figures, words = match["figures"], match["words"]
    at_least = bool(match["plus"] or match["more"]) or bool(_LOWER_BOUND.search(text, 0, match.start()))
    if figures:
        value = float(figures.replace(",", ""))
        scale = (match["suffix"] or match["scale"] or "").lower()
        value *= _SUFFIX.get(scale, _SUFFIX.get(scale.rstrip("s"), 1.0))
    else:
        value = _from_words(words)
    unit: Unit = "count"
    if match["unit"]:
        unit = "years"
        named = match["unit"].lower()
        if value is not None:
            value = (
                value / 12 if named.startswith("month") else value * 10 if named.startswith("dec") else value
            )
    elif match["percent"]:
        unit = "percent"
    elif match["money"] or match["currency"]:
        unit = "money"
    elif figures and re.fullmatch(r"(?:19|20)\d\d", figures) and not match["suffix"] and not match["scale"]:
        unit = "date"
    elif figures:
        if _PART_OF_NAME.search(text, 0, match.start()):
            return None
        if text[match.end() : match.end() + 1].isalnum() and not re.match(
            r"(?:st|nd|rd|th)\b", text[match.end() :]
        ):
            return None
    elif not _counts_something(text, match, value):
        return None
    return Amount(
        None if value is None else round(value, 6), unit, whole.lower(), match.start(), end, at_least
    )


def _counts_something(text: str, match: re.Match[str], value: float | None) -> bool:
    """Say whether a number in words counts things: "twelve restaurants", but not "one of" or "two ways"."""
    if value is not None and value < 2:
        return False
    if value is not None and value >= 100:
        return True
    before = text[max(0, match.start() - 12) : match.start()].lower()
    if re.search(r"\b(?:team|staff|group|crew|total|class) of $", before):
        return True
    after = _PLURAL_AFTER.match(text, match.end())
    if value is None:
        return bool(re.match(r"\s*of\b", text[match.end() :])) or after is not None
    return after is not None and after["noun"] not in _NOT_COUNTED


def _from_words(words: str) -> float | None:
    """Return the value of a number in words, None for a vague plural.

    >>> _from_words("one hundred and twenty-five"), _from_words("half a million"), _from_words("hundreds")
    (125.0, 500000.0, None)
    """
    total = current = 0.0
    half = False
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in {"a", "an", "and"}:
            continue
        if word == "half":
            half = True
        elif word in _VALUES:
            current += _VALUES[word]
        elif word in _SCALES:
            scaled = (0.5 if half else current or 1.0) * _SCALES[word]
            half = False
            if _SCALES[word] >= 1e3:
                total, current = total + scaled, 0.0
            else:
                current = scaled
        elif word.rstrip("s") in _SCALES:
            return None
    if half:
        return 0.5
    return total + current or (1.0 if re.match(r"\s*an?\b", words.lower()) else 0.0)


def known_years(texts: tuple[str, ...], today: int | None) -> tuple[frozenset[float], float]:
    """Return the stretches of time that ``texts`` give, with the sums of any of them, and the largest.

    From "2015 - 2020" come five years; an open "since 2019" counts up to the calendar year ``today``, if one is given.

    >>> years, largest = known_years(("Java Developer at XYZ for 3 years", "2 years at ABC"), None)
    >>> sorted(years), largest
    ([2.0, 3.0, 5.0], 5.0)
    """
    stretches: list[float] = []
    for text in texts:
        stretches.extend(
            one.value for one in find_amounts(text) if one.unit == "years" and one.value is not None
        )
        for match in _SPAN.finditer(text):
            last = int(match["to"]) if match["to"].isdigit() else today
            if last is not None and last > int(match["from"]):
                stretches.append(float(last - int(match["from"])))
        if today is not None:
            stretches.extend(float(today - int(match["from"])) for match in _SINCE.finditer(text))
    sums = {
        round(sum(some), 6)
        for count in range(1, min(len(stretches), _MOST_SUMMANDS) + 1)
        for some in combinations(stretches[: 2 * _MOST_SUMMANDS], count)
    }
    return frozenset(sums), max(sums, default=0.0)

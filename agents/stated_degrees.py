"""Academic degrees as letters and forms write them: their level and their field.

Knows what is named, not who holds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.judges.words import read_words

LEVEL_NAMES = {0: "degree", 1: "associate", 2: "bachelor", 3: "master", 4: "doctorate"}

_OPENS = r"(?:(?:\s+degree)?\s+(?:in|of|from)\b|\s+degree\b|,|\.|;|\)|$)"
_BEFORE = r"(?:(?<=\bmy )|(?<=\ban )|(?<=\ba )|(?<=\bhold )|(?<=\bearned )|(?<=\band )|(?<=^)|(?<=, )|(?<=; )|(?<=\())"
_NAMED: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile(r"\b(?:Ph\.?\s?D\b\.?|D\.?Phil\b|doctora(?:te|l degree)\b|doctor of\b)", re.IGNORECASE)),
    (4, re.compile(rf"{_BEFORE}(?:J\.?D|M\.?D|Ed\.?D)\b\.?(?={_OPENS})")),
    (
        3,
        re.compile(
            r"\bmaster(?:['’]s|s['’]?)?(?:\s+degrees?|(?<=['’]s)|(?<=s['’])|\s+(?:of|in)\b|(?<=s)\s+(?:of|in)\b)|\bM\.?B\.?A\b\.?|\bpostgraduate degree\b",
            re.IGNORECASE,
        ),
    ),
    (
        3,
        re.compile(
            rf"\b(?:M\.?Sc|M\.?S|M\.?A|M\.?Eng|M\.?Ed|M\.?Phil|M\.?Tech|M\.?C\.?A|M\.?F\.?A|LL\.?M)\b\.?(?={_OPENS})"
        ),
    ),
    (
        2,
        re.compile(
            r"\bbachelor(?:['’]s|s['’]?)?(?:\s+degrees?|['’]s|\s+(?:of|in)\b)?|\bundergraduate degree\b|\bbaccalaureate\b",
            re.IGNORECASE,
        ),
    ),
    (
        2,
        re.compile(
            rf"\b(?:B\.?Sc|B\.?S|B\.?A|B\.?Eng|B\.?Com|B\.?Tech|B\.?E|B\.?Ed|B\.?B\.?A|B\.?S\.?N|B\.?C\.?A|LL\.?B)\b\.?(?={_OPENS})"
        ),
    ),
    (
        1,
        re.compile(
            r"\bassociate['’]?s?(?:\s+degree|\s+of\b|['’]s\s+in\b)|\b(?:diploma|HND)\b|\bfoundation degree\b",
            re.IGNORECASE,
        ),
    ),
)
_PLAIN = re.compile(
    r"\b(?:university |college |academic )?degrees?\b|\bgraduated\b(?=\s+(?:from|in|with))", re.IGNORECASE
)
_FIELD = re.compile(
    r"(?:\s*degree)?\s*(?:of\s+(?P<faculty>science|arts?|engineering|business administration|business|commerce|technology|philosophy|laws?|education)\b)?"
    r"(?:\s*\([^)]{1,12}\))?\s*(?:degree\s*)?(?:(?:in|of)\s+(?P<field>[^.,;:()\n]{2,60}))?",
    re.IGNORECASE,
)
_FIELD_ENDS = re.compile(
    r"\s+(?:with|from|at|and\s+(?:(?-i:[a-z])\S*\s+(?:\S+\s+)?(?:of|in|on|to|for|that)\b|my|have|has|I|am|an?|the|over|more|\d\S*|hold\w*|possess\w*|extensive|strong|solid|relevant|practical|excellent|several|proficien\w+|expertise|experience\w*|work\w*)|specializing|further|which|that|has|have"
    r"|along|coupled|where|as|I|to|for|or|is|provides?|was|gave|equipped|combined|including|plus|while|by|on)\b.*",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    "a an and of the in or degree field related relevant equivalent honours honors science arts studies minor major".split()
)
_SPELLED = {
    "cs": ("comput",),
    "ai": ("artifici", "intellig"),
    "it": ("inform", "technolog"),
    "hr": ("human", "resourc"),
}
"""Stems of fields that are written in short."""


@dataclass(frozen=True, slots=True)
class StatedDegree:
    """A degree at the characters ``start`` to ``end``: ``level`` 0 where only "degree" is said, else 1 to 4.

    ``field`` holds the stems of its subject, without words that say little ("science", "related"); empty where none is
    said.
    """

    level: int
    field: frozenset[str]
    start: int
    end: int


def find_stated_degrees(text: str) -> tuple[StatedDegree, ...]:
    """Return the degrees that ``text`` names, in order.

    >>> [(one.level, sorted(one.field)) for one in find_stated_degrees("a B.Sc. in Biology and a Master's degree")]
    [(2, ['biolog']), (3, [])]
    """
    found: list[StatedDegree] = []
    for level, pattern in (*_NAMED, (0, _PLAIN)):
        for match in pattern.finditer(text):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            found.append(_with_field(text, level, match))
    return tuple(sorted(found, key=lambda one: one.start))


def _with_field(text: str, level: int, match: re.Match[str]) -> StatedDegree:
    end = match.end()
    named = match.group()
    if re.search(r"\s(?:of|in)$", named, re.IGNORECASE):
        end = match.start() + len(named) - 2
        end = match.start() + len(text[match.start() : end].rstrip())
    if named.endswith(".") and named.count(".") == 1:
        end -= 1
    after = _FIELD.match(text, end)
    subject = ""
    if after is not None and after["field"]:
        subject = _subject(_FIELD_ENDS.sub("", after["field"]).rstrip())
        end = after.start("field") + len(subject) if subject else end
    elif after is not None and after["faculty"]:
        end = after.end("faculty")
    return StatedDegree(level, field_stems(subject), match.start(), end)


def _subject(text: str) -> str:
    """Return the subject that ``text`` begins with: where it has capitals, the words with capitals."""
    words = text.split()
    kept: list[str] = []
    for word in words if words and words[0][0].isupper() else words[:3]:
        if words[0][0].isupper() and not (
            word[0].isupper() or word in {"and", "of", "or", "&", "a", "related", "field"}
        ):
            break
        kept.append(word)
    while kept and kept[-1] in {"and", "of", "or", "&", "a"}:
        kept.pop()
    return text[: text.find(kept[-1], len(" ".join(kept[:-1]))) + len(kept[-1])] if kept else ""


def field_stems(subject: str) -> frozenset[str]:
    """Return the stems that tell one subject from another.

    >>> sorted(field_stems("AI")), sorted(field_stems("Computer Science or a related field"))
    (['artifici', 'intellig'], ['comput'])
    """
    found: set[str] = set()
    for word in read_words(subject):
        if word.text in _EMPTY:
            continue
        if word.text in _SPELLED and word.capital:
            found.update(_SPELLED[word.text])
        else:
            found.add(word.stem)
    return frozenset(found)

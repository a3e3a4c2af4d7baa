"""Finds criteria in a job ad that stand in for something else ("native speaker", "young"), and takes them out of it.

What a letter can show of them is kept ("fluent English"); the rest is reported with what it stands in for and what
to ask instead. Knows nothing about requirements; whether a person's own wording stands is the caller's decision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.doubtful_wording import DOUBTFUL, DoubtfulRule, StandsFor


@dataclass(frozen=True, slots=True)
class DoubtfulCriterion:
    """A criterion in the ad's own words, what it stands in for, and what was ``kept`` of it ("" for nothing)."""

    text: str
    stands_for: tuple[StandsFor, ...]
    instead: str
    kept: str = ""

    @property
    def about(self) -> str:
        """What it is about, in words: "a person's age"."""
        return " and ".join(_ABOUT[one] for one in self.stands_for)


_ABOUT: dict[StandsFor, str] = {
    "age": "a person's age",
    "origin": "where a person comes from",
    "sex": "a person's sex",
    "family": "a person's family life",
    "health": "a person's health or disability",
    "religion": "a person's religion",
    "looks": "a person's looks",
    "schooling": "which school a person could get into or afford",
    "career breaks": "time spent on illness, children or care",
    "sameness": "being like the people who are there already",
}

# Where the words stand, they are the law's or the work's object: nobody is asked to be so.
_NOT_OF_THE_PERSON = re.compile(
    r"\bregardless of\b|\bwithout regard\b|\bequal[ -](?:opportunit|employment)|\bdiscriminat"
    r"|\bdo not (?:consider|look at)\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:experience|experienced in|knowledge|understanding|skills?|expertise|teach\w*|train(?:ing|ed)"
    r"|mentor\w*|recruit\w*"
    r"|coach\w*|car(?:e|es|ing) (?:for|of)|support\w*|manag\w+|lead(?:ing)?|serv(?:e|ing)|treat\w*"
    r"|work(?:ing)? with|design\w*"
    r"|build\w*|develop\w*|sell\w*|market\w*|translat\w+|familiar\w*|hir(?:e|ing) of|research\w*"
    r"|interest in|passion for)\b",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(r"[,;.:]\s|\s(?:and|but|who|that|must|should|is|are)\s", re.IGNORECASE)
_EMPTY = re.compile(
    r"\b(?:you|we|must|should|will|be|is|are|an?|the|candidates?|applicants?|ideal|successful|have|has"
    r"|need|want|looking"
    r"|for|who|someone|wanted|only|please|required|preferred|essential|and|or|to|our|person|ideally|also"
    r"|apply|that)\b",
    re.IGNORECASE,
)
MOST_IN_A_SENTENCE = 12


def doubtful_criteria(text: str) -> tuple[DoubtfulCriterion, ...]:
    """Return the doubtful criteria in one sentence or phrase, in the order of the rules; mostly none."""
    return read_doubtful(text)[1]


def read_doubtful(text: str) -> tuple[str, tuple[DoubtfulCriterion, ...]]:
    """Return a sentence with its doubtful criteria replaced by what a letter can show of them, and the criteria.

    The sentence is "" where nothing is left that could be asked; it comes back as it is where none is found.
    """
    if _NOT_OF_THE_PERSON.search(text):
        return text, ()
    words, found = text, list[DoubtfulCriterion]()
    while len(found) < MOST_IN_A_SENTENCE:
        first = _first_in(words)
        if first is None:
            break
        rule, match = first
        put = rule.put(match)
        kept = "" if put in ("", "someone") else _kept(words, match, put)
        named = re.sub(r"^(?:an?|the) ", "", match.group().strip(" ,;"), flags=re.IGNORECASE)
        found.append(DoubtfulCriterion(named, rule.stands_for, rule.instead, kept))
        words = _joined(words[: match.start()], put, words[match.end() :])
    return (_without_scraps(words, found), tuple(found)) if found else (text, ())


def _without_scraps(words: str, found: Sequence[DoubtfulCriterion]) -> str:
    """Return only what is kept of the criteria where hardly a word but the asking itself stands around it.

    "We need a young, energetic native English speaker who fits in" would leave "We need, energetic fluent English who".
    """
    kept = [one.kept for one in found if one.kept]
    rest = words
    for one in kept:
        rest = rest.replace(one, " ")
    if len(re.findall(r"\w+", _ASKING.sub(" ", rest))) > 1:
        return words
    return "; ".join(kept) + "." if kept and not _BARE.fullmatch(words.strip()) else words


_ASKING = re.compile(
    r"\b(?:we|you|our|us|i|need|needs|seek|seeking|want|looking|look|for|are|is|be|must|should|a|an|the|who|that|which|to|and|or|with|in|of"
    r"|someone|somebody|person|candidate|applicant)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:fluent|degree)\b[^,]*", re.IGNORECASE)


def _first_in(words: str) -> tuple[DoubtfulRule, re.Match[str]] | None:
    """Return the first rule that matches, and where; not where the words are the object of somebody's work."""
    for rule in DOUBTFUL:
        for match in rule.pattern.finditer(words):
            if match.group().strip() and not _WORK.search(_CLAUSE_START.split(words[: match.start()])[-1]):
                return rule, match
    return None


def _kept(words: str, match: re.Match[str], put: str) -> str:
    """Return what is kept in words: a replaced head with what hangs on it ("degree in finance")."""
    hangs = r"[^,;.]*?" if put.endswith(" ") else r"\s*(?:in|of) [^,;.]*?"
    after = re.match(rf"{hangs}(?=$|[,;.]| (?:and|is|are|with|needed|wanted)\b)", words[match.end() :])
    return (put + (after.group() if after else "")).strip()


def _joined(before: str, put: str, after: str) -> str:
    """Put a sentence together again so that no comma, "and" or article is left without what it belonged to."""
    if put == "someone" and (
        not re.match(r"\s+(?:who|that|with|to)\b", after)
        or re.search(
            r"\($|\b(?:someone|somebody|anyone|person|candidate|applicant)\s+(?:who|that)\s*$", before
        )
    ):
        put = ""
    if put.startswith(("fluent", "degree")):
        after = re.sub(r"^\s+with\b(?= \w)", " and", after)
    if not put:
        before, after = _closed(before, after)
    joined = f"{before}{put}{after}"
    for pattern, mended in _MENDED:
        joined = pattern.sub(mended, joined)
    return joined if re.search(r"\w", _EMPTY.sub("", joined)) else ""


def _closed(before: str, after: str) -> tuple[str, str]:
    """Close the gap of what was taken out without anything in its place."""
    if not re.search(r"\w", _EMPTY.sub("", before)):
        # What is said of the criterion goes with it ("Cultural fit is important to us").
        after = re.sub(
            r"^\s*(?:is|are|will|may|can|for|wanted|welcome|preferred|required)\b(?! (?:have|hold"
            r"|be)\b)[^;.,]*",
            "",
            after,
        )
    if _OPENS.search(before.rstrip()):
        after = re.sub(r"^\s*,?\s*(?:and|or|&|but)\s+(?=\w)", " ", after)
    if not re.search(r"\w", re.split(r"[;.]", after)[0]):
        before = re.sub(r"[\s,]*\b(?:and|or|as well as|plus)\s*$|[\s,]+$", "", before)
    if re.match(r"\s*(?:$|[.,;])", after):
        before = re.sub(r"\b(?:an?|the|with|from|and|or)\s*$", "", before)
    return before, after


_OPENS = re.compile(
    r"(?:^|[;:.,]|\b(?:be|is|are|an?|who|that|must|should|for|need|seek|want|our)|['\u2019]re)$",
    re.IGNORECASE,
)
"""Before these nothing stands that an "and" could join."""
_MENDED = tuple(
    (re.compile(pattern), mended)
    for pattern, mended in (
        (r"\b(?:be|is|are)\s+(?:an?\s+)?with\b", "have"),
        (
            r"(?:\b(?:be|is|are)|['\u2019]re)\s+(?:and\s+)?(?=(?:have|has|hold|love|know|speak|can|enjoy)\b)",
            "",
        ),
        (r"\b(who|that|must|should|to)\s+and\s+", r"\1 "),
        (r"^(fluent [A-Z]\w+) and (?=you\b|we\b)", r"\1; "),
        (r"\b([Aa]n?)\s*,\s*", r"\1 "),
        (r"\b([Aa])n (?=[bcdfghj-np-tv-z])", r"\1 "),
        (r"\(\s+", "("),
        (r"\s{2,}", " "),
        (r",(?:\s*,)+", ","),
        (r"\s+([,;.])", r"\1"),
        (r"^[\s,;:.]*(?:(?:and|or|but)\s+)?", ""),
    )
)

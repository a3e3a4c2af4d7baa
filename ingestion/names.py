"""Where the applicant's own name stands in a text: in full anywhere, in part where letters hold names.

Knows nothing about masks, and about no other person's name.

A part of a name is often a word ("I will grant ...", "a Java mark-up") or an employer ("Johnson Controls"), so a part
alone is found only in salutations, signatures and introductions, on a line of its own, after a title ("Ms. Grant"),
and as a possessive ("Jane's") where it is no everyday word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam jr sr ii iii iv phd md mba pmp cpa rn esq dds do".split()
)
_NO_NAME = frozenset(
    {"n/a", "na", "none", "null", "unknown", "anonymous", "applicant", "candidate", "name", "your name"}
)
# Given and family names that are also everyday words. In lower case, or as a possessive in the body, these stay.
_WORDS = frozenset(
    """will mark grant frank grace hope faith rose art bill drew chase may june april august summer page young long
    brown white black green king price cook baker case day field fields rice stone wood woods hill banks bank lane
    park parks street west north east south best love joy sky ray dean dale miles major marshall judge bishop pope
    knight duke earl noble power powers gold silver may short strong sharp swift rich poor small little good new
    carter mason hunter fisher potter taylor cooper turner porter parker walker archer butler carpenter farmer
    gardener shepherd smith weaver fuller barber clerk chandler foreman driver singer dancer player ranger
    pat sue jack rob bob don gene guy harry jay josh ken kit lance max nick norm pete peg pierce rusty sandy skip
    sterling trip victor wade ward warren woody amber autumn bay brook candy carol charity crystal daisy dawn dolly
    eve flora ginger harmony hazel heather holly honor iris ivy jade jasmine jewel lily melody mercy misty olive opal
    pansy patience pearl penny prudence robin ruby sage sierra star stormy sunny violet winter angel chance christian
    clay cliff colt dash destiny ford fox france gray hardy house jordan lee lincoln london madison moody paris
    person phoenix reader royal savage self square steel teller trinity troy union valentine wise work worth java
    oracle amazon apple google intel dell meta delta shell chase target""".split()
)
_CLOSING = (
    r"\b(?:sincerely|(?:yours|very|most)(?: (?:sincerely|truly|faithfully|respectfully|yours))+|"
    r"(?:kind|kindest|best|warm|warmest|with (?:best|kind|warm))? ?regards|best wishes|respectfully|faithfully|"
    r"cordially|cheers|best|thanks|many thanks|thank you|with (?:gratitude|appreciation|thanks)|gratefully|signed)"
)
_GREETING = r"(?:dear|hello|hi|hey|greetings|good (?:morning|afternoon|evening|day)|to|attn|attention)"
_INTRODUCTION = (
    r"\b(?:my name is|i am called|call me|i am|i['’]m|this is|it is|name|applicant|candidate|from|by|signed)"
)
_TITLE = r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam)\.?"
_LINE_START = r"(?:^|[\n\r])[ \t>*_~–—-]*"
# What stands before a part of a name for it to be one; each is searched for at the end of the text before it.
_BEFORE = re.compile(
    rf"(?:{_TITLE}|{_INTRODUCTION}:?)[ \t\u00a0]{{1,2}}$"
    rf"|(?:^|[\n\r.!?;>*])[ \t>*_]*{_GREETING}\b[^\n\r.!?]{{0,40}}$"
)
_BEFORE_SIGNATURE = re.compile(rf"{_CLOSING}[ \t]*[,.!:;–—-]*\s{{0,6}}[-–—*_~]{{0,3}} ?$")
_AFTER_SIGNATURE = re.compile(r"[ \t]*(?:[,.!|)(:;–—\n\r-]|$)")
_BEFORE_LINE = re.compile(_LINE_START + "$")
_AFTER_LINE = re.compile(r"(?:['’]s)?[ \t,.*_~]*(?:[\n\r]|$)")
_MARKS = re.compile("[\u0300-\u036f]")  # accents that stand as characters of their own
# Names between two parts that the record does not hold: Jane Marie Doe.
_MIDDLE_NAMES = re.compile(r"[ \t\u00a0]{1,2}(?:[^\W\d_][^\W\d_'’-]*\.?[ \t\u00a0]{1,2}){1,2}")
_WINDOW = 80  # characters before a name in which its context is looked for


@dataclass(frozen=True, slots=True)
class _Name:
    """How one applicant's name is looked for. ``run`` finds one or more parts in a row."""

    parts: tuple[str, ...]
    run: re.Pattern[str]
    one: re.Pattern[str]
    everyday: bool


def find_names(text: str, applicant: str) -> list[tuple[int, int]]:
    """Return the spans of the applicant's name, in order."""
    parts = tuple(name_parts(fold(applicant)))
    folded = fold(text)
    if not _may_hold(folded, parts) or len("".join(parts)) < 2:
        return []
    name = _name(parts)
    spans: list[tuple[int, int]] = []
    runs = list(name.run.finditer(folded))
    for match, following in zip_longest(runs, runs[1:]):
        start, end = match.span()
        if spans and start < spans[-1][1]:
            continue
        if following is not None and _is_whole(_parts_in(match, name) | _parts_in(following, name), name):
            middle = text[end : following.start()]
            if _MIDDLE_NAMES.fullmatch(middle) and _capitalised(text[start : following.end()]):
                spans.append((start, following.end()))
                continue
        found = _parts_in(match, name)
        if _wide(match[0]) or (_is_whole(found, name) and _reads_as_name(text, start, end, name)):
            pass
        elif (
            _capitalised(text[start:end])
            and (initial := _initial_before(text, start, found, name)) is not None
        ):
            start = initial
        elif not _stands_as_name(text, folded, start, end):
            continue
        spans.append((start, end))
    return spans


def _parts_in(run: re.Match[str], name: _Name) -> set[str]:
    """Return the parts of the name that a run holds."""
    return {_letters(part) for part in name.one.findall(run[0])}


def _may_hold(folded: str, parts: tuple[str, ...]) -> bool:
    """Say whether any part can stand in a text at all: most letters hold no name, and need no pattern."""
    plain = folded if folded.isascii() else _MARKS.sub("", folded)
    return any(re.split(r"['’-]", _MARKS.sub("", part))[0] in plain for part in parts)


def _is_whole(found: set[str], name: _Name) -> bool:
    """Say whether a run holds two parts of the name, or all of it."""
    return len(found) >= min(2, len(set(name.parts)))


def _reads_as_name(text: str, start: int, end: int, name: _Name) -> bool:
    """Say whether a whole name is meant as one: "will grant" in lower case is not, nor "market" for Mark Et."""
    run = text[start:end]
    if (
        run.isalpha() and len(name.parts) > 1
    ):  # written together: only in addresses such as github.com/adabyrne
        return text[max(0, start - 1) : start] in {"/", "@"}
    if len(name.parts) == 1:
        return not name.everyday and _capitalised(run)
    return not name.everyday or _capitalised(run)


def _initial_before(text: str, start: int, found: set[str], name: _Name) -> int | None:
    """Return where "J. " begins before the family name, if it does."""
    if len(name.parts) < 2 or found != {_letters(name.parts[-1])}:
        return None
    match = re.search(r"(?<![^\W_])([^\W\d_])\.[ \t]{0,2}$", text[max(0, start - 6) : start])
    if match is None or not match[1].isupper() or fold(match[1]) != name.parts[0][0]:
        return None
    return start - len(match[0])


def _stands_as_name(text: str, folded: str, start: int, end: int) -> bool:
    """Say whether a part of the name stands where letters hold names."""
    before = folded[max(0, start - _WINDOW) : start]
    after = folded[end : end + _WINDOW]
    if start > _WINDOW and "\n" not in before and "\r" not in before:
        before = "…" + before  # the window does not begin a line
    if _BEFORE_LINE.search(before) and _AFTER_LINE.match(after):
        return True
    if not _capitalised(text[start:end]):
        return False
    if _BEFORE.search(before):
        return True
    if _BEFORE_SIGNATURE.search(before) and _AFTER_SIGNATURE.match(after):
        return True
    possessive = re.match(r"['’]s\b", after) is not None
    return possessive and end - start > 2 and folded[start:end] not in _WORDS


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
    return lowered if len(lowered) == 1 else character


def name_parts(folded_name: str) -> list[str]:
    """Return the parts of a name that say who it is: no titles, no degrees, no initials.

    >>> name_parts("dr. anne-marie o'neil jr.")
    ['anne-marie', "o'neil"]
    """
    if folded_name.strip() in _NO_NAME:
        return []
    words = re.findall(
        r"[^\W\d_](?:[^\W\d_]|['’\-\u0300-\u036f](?=[^\W\d_]))*", folded_name.replace(".", " ")
    )
    return [word for word in words if word not in _TITLES and (len(word) > 1 or _wide(word))]


def _wide(text: str) -> bool:
    """Say whether ``text`` is in a script that writes no spaces between words."""
    return any("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in text)


def _letters(part: str) -> str:
    return "".join(character for character in part if character.isalpha())


def _literal(part: str) -> str:
    """Match a part however its apostrophes, hyphens and accents are written."""
    letters = [
        "['’]?" if c in "'’" else "[-\u2010\u2011 ]?" if c == "-" else re.escape(c) + "[\u0300-\u036f]?"
        for c in part
        if not "\u0300" <= c <= "\u036f"
    ]
    return "".join(letters)


@lru_cache(maxsize=1024)
def _name(parts: tuple[str, ...]) -> _Name:
    if any(_wide(part) for part in parts):
        whole = r"\s?".join(_literal(part) for part in parts)
        return _Name(parts, re.compile(whole), re.compile(whole), everyday=False)
    one = f"(?:{'|'.join(sorted(map(_literal, parts), key=len, reverse=True))})"
    # Between parts: white space and initials, a line end, what addresses hold, or nothing.
    gap = r"(?:[ \t\u00a0]{1,3}(?:[^\W\d_]\.?[ \t\u00a0]{1,2}){0,2}|[ \t]?(?:\r\n|[\r\n])[ \t]?|[._-])?"
    more = rf"(?:{gap}{one}){{0,{len(parts) - 1}}}"
    listed = (
        rf"{_literal(parts[-1])},[ \t]{{0,2}}{_literal(parts[0])}{more}|" if len(parts) > 1 else ""
    )  # Byrne, Ada
    run = rf"(?<![^\W_])(?:{listed}{one}{more})(?![^\W\d_])"
    return _Name(parts, re.compile(run), re.compile(one), everyday=all(part in _WORDS for part in parts))


def _capitalised(found: str) -> bool:
    """Say whether every word of ``found`` begins with a capital."""
    return all(not word[0].isalpha() or word[0].isupper() for word in re.findall(r"[^\s,.]+", found))

"""Words that tell a person's gender: honorifics, pronouns, and what writers call themselves ("as a mother of two").

Knows nothing about masks. An honorific is found whoever bears it; a pronoun only where it can stand for the writer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ingestion.name_patterns import PARTICLES, fold, letters_of
from ingestion.words import is_everyday, is_role, is_tool_or_employer

Span = tuple[int, int]

_PARTICLE = "|".join(sorted(map(re.escape, PARTICLES), key=len, reverse=True))
_WORD = r"[^\W\d_a-z](?:[^\W\d_]|['’\-\u2010\u2011\u0300-\u036f](?=[^\W\d_]))*"
_TITLE = re.compile(
    r"(?<![\w.])(?:Mr|Mrs|Ms|Mx|Miss|MR\.|MRS\.|MS\.|Messrs|Mme|Mlle|Herr|Frau|Se[nñ]ora?)\b\.?"
    rf"(?=[ \t\u00a0]{{1,2}}(?:(?:{_PARTICLE})[ \t]){{0,3}}[^\W\d_a-z])"
)
_TITLE_BEHIND = re.compile(r"[^\W\d_\ufffe]?,?[ \t]\(((?:Mr|Mrs|Ms|Mx|Miss)\.?)\)")  # Ada Byrne (Mrs.)
_GREETED = re.compile(
    r"(?:^|[\n\r.!?;>*])[ \t>*_]*(?i:dear|hello|hi|attn:?|attention:?)[ \t,:]{1,3}(?i:dr|prof(?:essor)?)\.?[ \t]{1,2}(?=[^\W\d_a-z])"
)
_NAMED = re.compile(
    rf"[ \t\u00a0]{{1,2}}((?:[^\W\d_a-z]\.[ \t]?){{0,2}}(?:(?:{_PARTICLE}|St\.)[ \t]){{0,3}}{_WORD}(?:[ \t\u00a0](?:(?:{_PARTICLE}|St\.)[ \t]){{0,3}}{_WORD}){{0,2}})"
)
# Firms and products that begin like a person.
_FIRMS = frozenset("cooper fields coffee clean pepper pibb".split())
_NO_PERSON = _FIRMS | frozenset(
    "excel word office access sql server windows project teams universe america".split()
)

_CAPITAL_NEXT = re.compile(r"[ \t][^\W\d_a-z][^\W\d_]")

_STATEMENT = re.compile(
    r"\b(?:she|he|they|ze|xe)[ \t]?/[ \t]?(?:her|him|them|hir|zir|hers|his|theirs|they|she|he)(?:[ \t]?/[ \t]?(?:hers|his|theirs|they|them|she|he|her|him))?\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?<![\w'’/-])(?:[Hh]e|[Ss]he|[Hh]im|[Hh]er|[Hh]is|[Hh]ers|[Hh]imself|[Hh]erself)(?![\w-])(?!/[A-Z])"
)
# A referee's words: from one quotation mark to the next, within a paragraph.
_QUOTED = re.compile(r"[\"“”«„]([^\"“”«»„\n]{8,600})[\"“”»]")
_SOMEONE_WHO = re.compile(
    r"\b(?:i am|i['’]m|i make|i have always been|as|being|me)[ \t](?:an?|the|someone|somebody)\b"
    r"(?:(?!\b(?:for|to|with|under|by|and|from)\b)[^.!?;,\n]){0,60}\bwho\b[^.!?;\n]{0,200}",
    re.IGNORECASE,
)
# A name that a verb follows speaks of the writer in the third person: "Ada Byrne is a nurse. She ...".
_IN_RUNNING_TEXT = re.compile(
    r"[ \t](?:is|was|has|had|will|would|can|does|did|brings?|works?|worked|holds?|leads?|led|manages?|managed|joined|helped|came|always|never"
    r"|[a-z]{3,12}(?:ed|s))[ \t]"
)
_THIRD_PERSON = 600  # characters of a paragraph behind a name in which pronouns are taken for the writer's
_SELF = re.compile(
    r"\b(?:as|i am|i['’]m|being|i was|i['’]ve been|i have been)[ \t](?:a|an|the)[ \t](?:[\w-]{1,20}[ \t]){0,2}?"
    r"(mother|father|mom|mum|dad|mommy|woman|man|girl|boy|lady|gentleman|female|male|wife|husband|widow|widower|grandmother|grandfather"
    r"|daughter|son|sister|brother|housewife)\b(?![-'’]|[ \t](?:company|brand|firm|site|ship|city|board|school|church)\b)",
    re.IGNORECASE,
)


def find_titles(text: str, named: Collection[int] = ()) -> tuple[list[Span], list[Span]]:
    """Return the spans of honorifics that tell gender, and of the names behind them, in order.

    ``named`` are positions where a name is known to begin. The person greeted by a doctor's title has a name, too,
    though no gender.

    >>> find_titles("Dear Ms. Chen, I worked for Mr. Dass")
    ([(5, 8), (28, 31)], [(9, 13), (32, 36)])
    """
    titles: list[Span] = []
    names: list[Span] = []
    for match in _TITLE.finditer(text):
        end = _name_end(text, match.end())
        behind = match.end() + len(text[match.end() :][:3]) - len(text[match.end() :][:3].lstrip())
        if end is None and behind in named:
            titles.append(match.span())
        if end is not None:
            titles.append(match.span())
            names.append(end)
    titles += [match.span(1) for match in _TITLE_BEHIND.finditer(text)]
    for match in _GREETED.finditer(text):
        end = _name_end(text, match.end() - 1)
        if end is not None:
            names.append(end)
    return sorted(titles), sorted(names)


def _name_end(text: str, position: int) -> Span | None:
    """Return the span of the name behind a title: its first word, and further ones that are none of the language's."""
    match = _NAMED.match(text, position)
    if match is None:
        return None
    start = match.start(1)
    end = start
    for number, word in enumerate(re.finditer(rf"(?:[^\W\d_]\.)|St\.|{_WORD}|(?:{_PARTICLE})\b", match[1])):
        letters = letters_of(fold(word[0]))
        heads_on = _CAPITAL_NEXT.match(text, start + word.end()) is not None
        if number == 0 and (
            (letters in _NO_PERSON and not (letters in _FIRMS and heads_on))
            or (is_role(letters) and len(letters) > 1)
        ):
            return None
        if end > start and len(letters) > 1 and letters not in PARTICLES:
            seen = text[start:end].rstrip()
            family = not re.fullmatch(rf"(?:[^\W\d_]\.[ \t]?|(?:{_PARTICLE}|St\.)[ \t]?)*", seen)
            if family and (
                is_role(letters)
                or is_tool_or_employer(letters)
                or (is_everyday(letters) and heads_on)
                or word[0].isupper() != seen.isupper()
            ):
                break
        end = start + word.end()
    return (start, end) if end > start else None


def find_pronouns(text: str, named: Sequence[Span] = ()) -> list[Span]:
    """Return the spans of pronouns that can stand for the writer, and of what writers call themselves, in order.

    These are pronouns that somebody states ("she/her"), that stand within quotation marks (a referee's words), behind
    "I am someone who", and in a paragraph behind one of ``named``, the places where the writer is named in running text.
    A pronoun elsewhere stands for someone else, and says so: "He has trained half the cooks" is not the writer.

    >>> text = "I have a brother. He cooks. (he/him)"
    >>> [text[start:end] for start, end in find_pronouns(text)]
    ['he/him']
    """
    found = [match.span() for match in _STATEMENT.finditer(text)] if "/" in text else []
    found += [match.span(1) for match in _SELF.finditer(text)]
    pronouns = [match.span() for match in _PRONOUN.finditer(text)]
    if pronouns:
        about = [match.span(1) for match in _QUOTED.finditer(text)]
        about += [match.span() for match in _SOMEONE_WHO.finditer(text)]
        about += [(end, _paragraph_end(text, end)) for _, end in named if _IN_RUNNING_TEXT.match(text, end)]
        found += [span for span in pronouns if any(start <= span[0] < end for start, end in about)]
    kept: list[Span] = []
    for span in sorted(found, key=lambda one: (one[0], -one[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _paragraph_end(text: str, position: int) -> int:
    end = re.compile(r"\n[ \t\r]*\n").search(text, position)
    return min(len(text) if end is None else end.start(), position + _THIRD_PERSON)

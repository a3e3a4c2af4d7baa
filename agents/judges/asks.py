"""What one requirement asks for, taken apart: terms with weights, years, a degree, a credential.

Reads the requirement alone; knows nothing about letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.judges.amounts import find_degrees, find_years
from agents.judges.lexicon import find_mentions
from agents.judges.words import Word, read_words, stem

_STOPWORDS = frozenset(
    "a an and any are as at be by for from has have in into is it its of on one or other our such that the their them this "
    "to up us we who with within you your etc e.g i.e not no can must should will would than least minimum more over per "
    "about across both each every also well using use used including include ideally preferably similar equivalent related "
    "relevant field fields area areas level plus bonus advantage nice required requirement requirements preferred desirable".split()
)
_GENERIC = frozenset(
    stem(word)
    for word in (
        "experience experienced knowledge knowledgeable skill skills skilled ability able strong solid excellent proven good great "
        "hands-on hands proficiency proficient familiarity familiar understanding understand command background expertise expert "
        "demonstrated track record working work worked practical deep sound thorough advanced basic current active valid year years "
        "degree certification certified certificate license licensed registered professional qualification qualified "
        "least minimum history outstanding effective high successful recent prior previous new candidate person someone need make making".split()
    )
)
_LIGHT = frozenset(
    stem(word)
    for word in (
        "management manage managing project projects development develop team teams support planning plan performance process "
        "processes business services service environment role position job company organization tools systems data care".split()
    )
)
LIGHT_WEIGHT = 0.5
"""Weight of a word that stands in many trades' requirements, beside 1 for a word that names the thing asked for."""

_CREDENTIAL = re.compile(
    r"\b(?:certificat(?:ion|e)s?|certified|licen[cs]ed?|licen[cs]es|licen[cs]ure|accredit(?:ed|ation)|chartered|registration"
    r"|credentials?)\b",
    re.IGNORECASE,
)
_OR = re.compile(
    r"(?P<left>[\w+#.'’-]+)(?:\s*/\s*|,?\s+or\s+(?:other\s+|an?\s+)?)(?P<right>[\w+#.'’-]+)", re.IGNORECASE
)
_RELATED_FIELD = re.compile(
    r",?\s*\b(?:or|and)\s+(?:(?:in|an?|any|other|some|closely)\s+)*(?:related|similar|relevant|equivalent|comparable)"
    r"(?:\s+(?:fields?|areas?|disciplines?|subjects?|degrees?|experience|qualifications?|work))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: a ``stem``, or a lexicon ``concept`` (then its wordings count)."""

    stem: str | None
    concept: int | None
    weight: float


@dataclass(frozen=True, slots=True)
class Ask:
    """A requirement as the judge looks for it.

    ``variants`` are alternative term lists; one of them suffices. ``years`` is the amount asked, ``degree`` the level
    asked (2 where only "degree" is said), ``any_field`` whether a neighbouring field will do.
    """

    text: str
    variants: tuple[tuple[Term, ...], ...]
    years: float | None
    degree: int | None
    any_field: bool
    credential: bool


@lru_cache(maxsize=1_000)
def read_ask(text: str) -> Ask:
    """Take the text of a requirement apart.

    >>> read_ask("at least five years of Kotlin development experience").years
    5.0
    >>> read_ask("AWS certification").credential
    True
    """
    years = find_years(text)
    degrees = find_degrees(text)
    related = [(match.start(), match.end()) for match in _RELATED_FIELD.finditer(text)]
    rest = _without(text, [*((found.start, found.end) for found in (*years, *degrees)), *related])
    variants = tuple(dict.fromkeys(_terms(variant) for variant in _variants(rest)))
    return Ask(
        text=text,
        variants=_searchable(variants, text, degree=bool(degrees)),
        years=min((found.amount for found in years), default=None),
        degree=(min(d.level for d in degrees) or 2) if degrees else None,
        any_field=bool(related),
        credential=bool(_CREDENTIAL.search(text)) and not degrees,
    )


def _searchable(
    variants: tuple[tuple[Term, ...], ...], text: str, *, degree: bool
) -> tuple[tuple[Term, ...], ...]:
    """Drop variants without a term; a requirement of generic words alone is looked for by those words."""
    searchable = tuple(variant for variant in variants if variant)
    if searchable:
        return searchable
    return ((),) if degree else (_terms(text, keep_generic=True),)


def is_credential(text: str, start: int, end: int) -> bool:
    """Say whether a credential word stands among the characters ``start`` to ``end``."""
    return bool(_CREDENTIAL.search(text, max(start, 0), end))


_EARNED = re.compile(
    r"\b(?:pass(?:ed)? (?:\w+ ){0,2}?(?:[\w-]+ ){0,4}?(?:exam|examination|test|assessment|boards?)"
    r"|(?:award|qualification|diploma|badge|ticket) (?:in|for)|qualified (?=\w))",
    re.IGNORECASE,
)
"""How a credential is named by what was done for it: an exam passed, an award in the subject."""


def is_earned(text: str, start: int, end: int) -> bool:
    """Say whether the characters ``start`` to ``end`` stand in words that say a credential was earned.

    >>> text = "I passed the AWS architect exam."
    >>> is_earned(text, 2, 8), is_earned("I sat the AWS exam.", 14, 18)
    (True, False)
    """
    return any(match.start() < end and start < match.end() for match in _EARNED.finditer(text))


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _variants(text: str) -> list[str]:
    """Write "A or B c" as "A c" and "B c"; more than one "or" is read word by word."""
    match = _OR.search(text)
    if match is None:
        return [text]
    before, after = text[: match.start()], text[match.end() :]
    left = f"{before} {match['left']} {after}"
    right = f"{before} {match['right']} {after}"
    return [*_variants(left), *_variants(right)][:8]


def _terms(text: str, *, keep_generic: bool = False) -> tuple[Term, ...]:
    words = read_words(text)
    concepts: list[Term] = []
    taken: set[int] = set()
    mentions = [mention for mention in find_mentions(words) if mention.role == "same"]
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, m.first, m.concept)):
        places = set(range(mention.first, mention.last + 1))
        if places & taken:
            continue
        taken |= places
        weight = max(1.0, sum(_weight(words[place]) for place in places))
        concepts.append(Term(None, mention.concept, weight))
    stems = [
        Term(word.stem, None, 1.0 if keep_generic else _weight(word))
        for place, word in enumerate(words)
        if place not in taken and (keep_generic or _weight(word) > 0)
    ]
    heaviest: dict[tuple[str | None, int | None], Term] = {}
    for term in (*concepts, *stems):
        known = heaviest.get((term.stem, term.concept))
        if known is None or term.weight > known.weight:
            heaviest[term.stem, term.concept] = term
    return tuple(heaviest.values())


def _weight(word: Word) -> float:
    if (
        word.text in _STOPWORDS
        or word.stem in _GENERIC
        or (len(word.text) == 1 and word.text not in {"c", "r"})
    ):
        return 0.0
    return LIGHT_WEIGHT if word.stem in _LIGHT else 1.0

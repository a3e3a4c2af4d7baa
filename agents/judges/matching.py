"""How much of a requirement a sentence names: the share of its terms found, and where they stand.

Compares words; meaning by vectors and the standing of claims are the judge's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.judges.asks import Ask, Term
from agents.judges.claims import Standing, is_headline, is_keyword_list, standing_at, standings
from agents.judges.lexicon import Mention, find_mentions
from agents.judges.words import Word, read_words

WEAKER_WORTH = 0.5
"""Share of a term's weight that a weaker wording of it earns."""

STANDING_WORTH = {Standing.FACT: 1.0, Standing.HEDGED: 0.5, Standing.NOT_OWN: 0.0, Standing.DENIED: 0.0}
"""Share of a term's weight that it earns by how firmly it is claimed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, read: its words, the concepts among them, the stretches that are no plain facts.

    ``listing`` says that it is a headline or a bare list of keywords, which can show no credential and no years.
    """

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    mentions: tuple[Mention, ...]
    stretches: tuple[tuple[int, int, Standing], ...]
    listing: bool


@lru_cache(maxsize=50_000)
def read_sentence(text: str) -> Reading:
    """Read one sentence once, however many requirements ask about it."""
    words = read_words(text)
    return Reading(
        text=text,
        words=words,
        stems=frozenset(word.stem for word in words),
        mentions=find_mentions(words),
        stretches=standings(text),
        listing=is_headline(text) or is_keyword_list(text),
    )


@dataclass(frozen=True, slots=True)
class Match:
    """What of an ask one sentence names.

    ``named`` is the share of term weight found at all, ``claimed`` the share claimed as the applicant's own fact (hedges
    and weaker wordings count by half), ``halved`` says that a main term counts by half, ``denied`` that one stands in a
    denial. ``start`` and ``end`` are the characters from the first to the last found term.
    """

    named: float
    claimed: float
    halved: bool
    denied: bool
    start: int
    end: int


NOTHING = Match(0.0, 0.0, halved=False, denied=False, start=0, end=0)


def match(ask: Ask, reading: Reading) -> Match:
    """Return the best match among the ask's variants."""
    return max(
        (_match_terms(variant, reading) for variant in ask.variants), key=lambda m: (m.claimed, m.named)
    )


def _match_terms(terms: Sequence[Term], reading: Reading) -> Match:
    if not terms:
        return NOTHING
    total = sum(term.weight for term in terms)
    named = claimed = 0.0
    halved = denied = False
    start, end = len(reading.text), 0
    for term in terms:
        best = None
        for first, last, worth in _places(term, reading):
            standing = standing_at(reading.stretches, first, last)
            value = (min(worth, STANDING_WORTH[standing]), worth, -first)
            if best is None or value > best[0]:
                best = (value, first, last, standing)
        if best is None:
            continue
        (earned, worth, _), first, last, standing = best
        named += term.weight * worth
        claimed += term.weight * earned
        halved = halved or (term.weight >= 1 and 0 < earned < 1)
        denied = denied or (standing is Standing.DENIED and term.weight >= 1)
        start, end = min(start, first), max(end, last)
    if not named:
        return NOTHING
    return Match(named / total, claimed / total, halved, denied, start, end)


def _places(term: Term, reading: Reading) -> list[tuple[int, int, float]]:
    words = reading.words
    if term.concept is not None:
        return [
            (words[m.first].start, words[m.last].end, WEAKER_WORTH if m.role == "weaker" else 1.0)
            for m in reading.mentions
            if m.concept == term.concept
        ]
    if term.stem not in reading.stems:
        return []
    return [(word.start, word.end, 1.0) for word in words if word.stem == term.stem]

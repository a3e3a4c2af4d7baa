"""How strongly one sentence supports one ask, and by which of its words.

Reads one sentence and one ask; picks no label and knows nothing about other sentences, except the years that a neighbour states.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.judges.amounts import DEGREE_NAMES, Degree, find_degrees, find_since, find_years
from agents.judges.asks import Ask, is_credential, is_earned
from agents.judges.claims import Standing, is_clause_break, standing_at
from agents.judges.lexicon import credential_concepts
from agents.judges.matching import Match, Reading, match

MET = 0.72
"""Strength from which a requirement counts as plainly shown."""

PARTIAL = 0.40
"""Strength from which it counts as partly shown."""

BARE = 4
"""Words up to which a line may be a bullet of a list ("RN license, Ohio"); longer listings are keyword stuffing."""

SURE = 1.0
HALF = 0.55

SIMILARITY_ZERO = 0.42
"""Cosine at which meaning adds nothing to, and takes nothing from, the words found."""

SIMILARITY_WORTH = 0.7
HALF_SIMILARITY_WORTH = 1.5
"""What one unit of cosine is worth beside a full match of words, and beside half a match or less."""

PARAPHRASE_ZERO = 0.45
PARAPHRASE_FULL = 0.75
"""Cosines between which a sentence without the words themselves counts from nothing to fully."""


@dataclass(frozen=True, slots=True)
class Support:
    """Strength (0 to about 1.2), a note for people, and the characters of the sentence that carry it."""

    strength: float
    note: str
    start: int
    end: int
    denied: bool = False


NO_SUPPORT = Support(0.0, "", 0, 0)


def support_of(ask: Ask, reading: Reading, similarity: float) -> Support:
    """Return what one sentence says for ``ask``; ``similarity`` is the cosine between the two."""
    if reading.listing and (ask.credential or ask.years is not None) and len(reading.words) > BARE:
        return NO_SUPPORT
    found = match(ask, reading)
    if ask.degree is not None:
        return _degree(ask, ask.degree, reading, found, similarity)
    if ask.credential:
        return _credential(ask, reading, found)
    topic = _topic(reading, found, similarity)
    if ask.years is not None:
        return _years(ask.years, reading, topic)
    return topic


def _topic(reading: Reading, found: Match, similarity: float) -> Support:
    """Words found and claimed, helped by meaning; or meaning alone, where the sentence is the applicant's own."""
    if found.denied and found.claimed < PARTIAL:
        return Support(0.0, "the letter denies it", found.start, found.end, denied=found.named >= MET)
    by_words = 0.0
    if found.claimed > 0:
        worth = SIMILARITY_WORTH if found.claimed > 0.5 else HALF_SIMILARITY_WORTH
        by_words = found.claimed + worth * (similarity - SIMILARITY_ZERO)
        if found.claimed >= 1.0:
            by_words = max(by_words, MET + 0.1)
        elif found.halved or found.claimed <= 0.5:
            by_words = min(by_words, MET - 0.05)
    own = own_share(reading)
    by_meaning = (similarity - PARAPHRASE_ZERO) / (PARAPHRASE_FULL - PARAPHRASE_ZERO)
    if found.named > found.claimed:
        by_meaning = min(by_meaning, found.claimed)
    by_meaning = max(0.0, by_meaning) * (own >= 0.5)
    if by_words >= by_meaning:
        return Support(by_words, "", found.start, found.end) if by_words > 0 else NO_SUPPORT
    return Support(by_meaning, "", 0, len(reading.text))


def own_share(reading: Reading) -> float:
    """Return the share of the sentence's characters that state plain facts about the applicant."""
    length = len(reading.text)
    if not length:
        return 0.0
    covered = bytearray(length)
    for start, end, _ in reading.stretches:
        covered[start:end] = b"\x01" * (min(end, length) - start)
    return 1 - sum(covered) / length


def _years(asked: float, reading: Reading, topic: Support) -> Support:
    """Years stated beside the topic: enough is met, fewer is partial, and none is partial too."""
    if topic.strength < PARTIAL:
        return topic
    stated = [
        found
        for found in (*find_years(reading.text), *find_since(reading.text))
        if standing_at(reading.stretches, found.start, found.end) >= Standing.HEDGED
    ]
    if not stated:
        return Support(
            min(HALF, topic.strength), f"years: none stated, {asked:g} asked", topic.start, topic.end
        )
    most = max(stated, key=lambda found: found.amount)
    note = f"years: {most.amount:g} stated, {asked:g} asked"
    start, end = min(topic.start, most.start), max(topic.end, most.end)
    if most.amount < asked:
        return Support(min(HALF + 0.02, topic.strength), note, start, end)
    if topic.strength + 0.05 < MET:
        note = f"{most.amount:g} years stated, but not plainly in this"
    return Support(topic.strength + 0.05, note, start, end)


def _degree(ask: Ask, level: int, reading: Reading, found: Match, similarity: float) -> Support:
    """A degree of the level asked in the field asked; a lower one, or another field, is partial."""
    best = NO_SUPPORT
    for degree in find_degrees(reading.text):
        standing = standing_at(reading.stretches, degree.start, degree.end)
        if standing is Standing.DENIED and best.strength == 0:
            best = Support(0.0, "the letter denies it", degree.start, degree.end, denied=True)
        if standing <= Standing.NOT_OWN:
            continue
        support = _one_degree(ask, level, degree, reading, found, similarity)
        if standing is Standing.HEDGED:
            support = Support(min(HALF, support.strength), "not finished yet", support.start, support.end)
        if support.strength > best.strength:
            best = support
    return best


def _one_degree(
    ask: Ask, level: int, degree: Degree, reading: Reading, found: Match, similarity: float
) -> Support:
    near = found.named and found.start < degree.end + 90 and found.end > degree.start - 30
    field_found = not ask.variants[0] or (near and found.named >= 0.5)
    start = min(degree.start, found.start) if near else degree.start
    end = max(degree.end, found.end) if near else min(len(reading.text), degree.end + 40)
    high_enough = degree.level >= level or (degree.level == 0 and level <= 2)
    if high_enough and (field_found or (ask.any_field and similarity >= 0.5)):
        return Support(SURE, "", start, end)
    if high_enough and similarity >= 0.4:
        return Support(HALF, "degree: another field", start, end)
    if degree.level and (field_found or similarity >= 0.4):
        note = f"degree: {DEGREE_NAMES[degree.level]} stated, {DEGREE_NAMES[level]} asked"
        return Support(HALF if not high_enough else HALF - 0.1, note, start, end)
    return NO_SUPPORT


def _credential(ask: Ask, reading: Reading, found: Match) -> Support:
    """A credential counts when it is named as one; its subject alone ("AWS" for "AWS certification") is partial."""
    if found.denied:
        return Support(0.0, "the letter denies it", found.start, found.end, denied=found.named >= MET)
    if found.claimed < PARTIAL or _only_of_many(ask, reading):
        return _licensed(ask, reading)
    full = found.claimed >= MET
    if full and any(
        mention.concept in credential_concepts()
        and mention.role != "weaker"
        and reading.words[mention.first].start >= found.start
        and reading.words[mention.last].end <= found.end
        for mention in reading.mentions
    ):
        return Support(SURE, "", found.start, found.end)
    span = _credential_beside(reading, found)
    if span is not None:
        return Support(SURE if full else HALF, "", *span)
    return Support(min(HALF, found.claimed), "named, but not as a credential", found.start, found.end)


def _only_of_many(ask: Ask, reading: Reading) -> bool:
    """Say whether the subject is met only as a weaker word in the plural: "nurses" are never the applicant's license."""
    asked = {term.concept for variant in ask.variants for term in variant}
    met = [mention for mention in reading.mentions if mention.concept in asked]
    return bool(met) and all(m.role == "weaker" and reading.words[m.last].text.endswith("s") for m in met)


_LICENSED_TO = re.compile(r"\b(?:licen[sc]ed|registered|chartered) to (?:work|practi[sc]e)\b", re.IGNORECASE)
_LICENSE = re.compile(r"\b(?:licen[sc]|regist)", re.IGNORECASE)


def _licensed(ask: Ask, reading: Reading) -> Support:
    """A license to work, without a word of the trade, is half of what is asked: the letter's trade may be another."""
    told = _LICENSED_TO.search(reading.text) if _LICENSE.search(ask.text) else None
    if told is None or standing_at(reading.stretches, told.start(), told.end()) < Standing.HEDGED:
        return NO_SUPPORT
    return Support(HALF, "licensed, but not said for what", told.start(), told.end())


def _credential_beside(reading: Reading, found: Match) -> tuple[int, int] | None:
    """Return the span of subject and credential word where they belong together.

    After the subject the word must follow within two words ("AWS Solutions Architect certification"); before it, within
    six ("certified in Azure, GCP and AWS"), or behind a "with" ("an electrician with a valid licence"); a clause break
    between them parts them.
    """
    words = reading.words
    inside = [place for place, word in enumerate(words) if found.start <= word.start < found.end]
    first, last = inside[0], inside[-1]
    with_it = any(word.text == "with" for word in words[last + 1 : last + 3])
    for place in range(max(0, first - 6), min(len(words), last + (7 if with_it else 4))):
        word = words[place]
        if not is_credential(reading.text, word.start, word.end) and not is_earned(
            reading.text, word.start, word.end
        ):
            continue
        start, end = min(found.start, word.start), max(found.end, word.end)
        if standing_at(reading.stretches, word.start, word.end) <= Standing.NOT_OWN:
            continue
        if not is_clause_break(reading.text, start, end):
            return start, end
    return None

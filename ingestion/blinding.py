"""What models may not see of a person: name, contacts, address and gender become placeholders.

Knows nothing about files, storage or models. ``text`` stays as it was read; ``judged_text`` is what every embedder and
judge gets, with a map from its spans back to spans of ``text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingestion.contacts import find_emails, find_urls
from ingestion.gender_words import find_pronouns, find_titles
from ingestion.letter import Mask, OffsetMap
from ingestion.names import find_names
from ingestion.phones import find_phones
from ingestion.postal import find_addresses
from ingestion.signatures import stated_names

# Stands in every embedder's identity: a rule that changes what is masked changes the vectors.
MASKING_VERSION = "2"
PLACEHOLDERS = {
    "name": "[NAME]",
    "email": "[EMAIL]",
    "phone": "[PHONE]",
    "url": "[URL]",
    "address": "[ADDRESS]",
    "pronoun": "[PRONOUN]",
    "title": "[TITLE]",
}
PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))

_CROSSED = "\ufffe"  # a non-character: part of no word, no number and no name
_Span = tuple[int, int]


def blind(text: str, applicant: str | None) -> tuple[str, OffsetMap]:
    r"""Return the text with what tells who wrote it masked, and the map back.

    Outside the masks both texts are equal character by character. ``applicant`` is the name that a table or a message
    gives; the name that the letter itself gives, in its signature for one, is masked with or without it.

    >>> blind("Mail Ada Byrne at ada@example.org.", "Ada Byrne")[0]
    'Mail [NAME] at [EMAIL].'
    >>> blind("Ask Mr. Dass.\nSincerely,\nAda Byrne", None)[0]
    'Ask [TITLE] [NAME].\nSincerely,\n[NAME]'
    """
    masks: list[Mask] = []
    pieces: list[str] = []
    position = 0
    length = 0
    for start, end, kind in _spans(text, applicant):
        pieces += text[position:start], PLACEHOLDERS[kind]
        length += start - position
        masks.append(Mask(length, length + len(PLACEHOLDERS[kind]), start, end, kind))
        length += len(PLACEHOLDERS[kind])
        position = end
    pieces.append(text[position:])
    return "".join(pieces), OffsetMap(tuple(masks))


def names_of(text: str, applicant: str | None) -> tuple[str, ...]:
    r"""Return the name that a letter came with, and those that it gives as its writer's (its signature, its heading).

    >>> names_of("I cook.\n\nKind regards,\nZora Quillfeather", None)
    ('Zora Quillfeather',)
    """
    masking, contacts = _without_contacts(text)
    stated = {text[start:end] for start, end in stated_names(masking.rest, contacts)}
    return tuple(sorted(stated | ({applicant} if applicant else set())))


def _spans(text: str, applicant: str | None) -> list[tuple[int, int, str]]:
    """Return what is to be masked, in order and without overlaps.

    A contact wins over a name inside it, and a name over a word of gender.
    """
    masking, contacts = _without_contacts(text)
    applicants = _names(masking.rest, applicant, contacts)
    titles, titled = find_titles(masking.rest, {start for start, _ in applicants})
    masking.take("name", _joined([*applicants, *titled]))
    masking.take("title", titles)
    masking.take("pronoun", find_pronouns(masking.rest, applicants))
    return sorted(masking.found)


def _without_contacts(text: str) -> tuple[_Masking, str]:
    """Return the text with its contacts crossed out, and these in one line."""
    masking = _Masking(text)
    masking.take("email", find_emails(text))
    masking.take("url", find_urls(masking.rest))
    masking.take("address", find_addresses(masking.rest))
    masking.take("phone", find_phones(masking.rest))
    return masking, " ".join(text[start:end] for start, end, _ in masking.found)


def _names(rest: str, applicant: str | None, contacts: str) -> list[_Span]:
    """Return the spans of the names that are known, or that the letter gives, and of each wherever it stands."""
    stated = stated_names(rest, contacts)
    known = {rest[start:end] for start, end in stated} | ({applicant} if applicant else set())
    spans = set(stated)
    for name in sorted(known):
        spans.update(find_names(rest, name))
    return _joined(spans)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Return the spans in order, with those that overlap made one."""
    merged: list[_Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class _Masking:
    """What was found so far, and the text, of the same length, with that crossed out."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.found: list[tuple[int, int, str]] = []

    def take(self, kind: str, spans: Iterable[_Span]) -> None:
        """Keep those of ``spans`` that overlap nothing found before."""
        kept = [(start, end) for start, end in spans if _CROSSED not in self.rest[start:end] and start < end]
        pieces: list[str] = []
        position = 0
        for start, end in kept:
            pieces += self.rest[position:start], _CROSSED * (end - start)
            position = end
            self.found.append((start, end, kind))
        self.rest = "".join([*pieces, self.rest[position:]])

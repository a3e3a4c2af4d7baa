"""What models may not see of a person: the applicant's name, e-mail addresses and phone numbers become placeholders.

Knows nothing about files, storage or models. ``text`` stays as it was read; ``judged_text`` is what every embedder and
judge gets, with a map from its spans back to spans of ``text``.
"""

from __future__ import annotations

import re

from ingestion.letter import Mask, OffsetMap
from ingestion.names import find_names
from ingestion.phones import find_phones

# Stands in every embedder's identity: a rule that changes what is masked changes the vectors.
MASKING_VERSION = "1"
PLACEHOLDERS = {"name": "[NAME]", "email": "[EMAIL]", "phone": "[PHONE]"}

# Addresses as people write them. Each piece is bounded (RFC 5321: 64 before the @, 255 in all), so that a long run of
# letters costs no more than its length.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")

_CROSSED = "\ufffe"  # a non-character: part of no word, no number and no name


def blind(text: str, applicant: str | None) -> tuple[str, OffsetMap]:
    """Return the text with names and contacts masked, and the map back.

    Outside the masks both texts are equal character by character. Without a known ``applicant`` only contacts are
    masked.

    >>> blind("Mail Ada Byrne at ada@example.org.", "Ada Byrne")[0]
    'Mail [NAME] at [EMAIL].'
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


def _spans(text: str, applicant: str | None) -> list[tuple[int, int, str]]:
    """Return what is to be masked, in order and without overlaps: a contact wins over a name inside it."""
    found: list[tuple[int, int, str]] = []
    rest = text
    if "@" in text:
        found += [(*match.span(), "email") for match in _EMAIL.finditer(text)]
        rest = _without(rest, found)
    phones = [(*span, "phone") for span in find_phones(rest)]
    rest = _without(rest, phones)
    found += phones
    if applicant:
        found += [(*span, "name") for span in find_names(rest, applicant)]
    return sorted(found)


def _without(text: str, spans: list[tuple[int, int, str]]) -> str:
    """Return ``text`` of the same length with the spans crossed out."""
    for start, end, _ in spans:
        text = f"{text[:start]}{_CROSSED * (end - start)}{text[end:]}"
    return text

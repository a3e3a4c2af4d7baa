"""Owns the ways in which text is hidden and what a recruiter reads about each. Knows nothing about any format."""

from __future__ import annotations

import re

# Kind of a finding -> what it means, for a person. None of these lowers a score.
HIDING = {
    "same_colour": "Text in the colour of what lies behind it, or too pale to read.",
    "invisible": "Text that is set to be invisible or fully transparent.",
    "tiny": "Text too small to read.",
    "off_page": "Text outside the page.",
    "clipped": "Text that is cut away, so that nothing of it shows.",
    "covered": "Text that lies under a shape, a picture or other text.",
    "switched_off": "Text on a layer that is switched off.",
    "replaced": "Text that the file gives to programs in place of what the page shows.",
    "note": "A note attached to the page; it is not part of the letter.",
    "hidden_field": "The content of a form field that is not shown.",
    "marked_hidden": "Text that is formatted as hidden.",
    "comment": "A comment in the margin; it is not part of the letter.",
    "deleted": "Text that was deleted while changes were tracked.",
    "unused_header": "A header or footer that no page shows.",
    "orphan_note": "A footnote or endnote that nothing in the letter refers to.",
    "alternative_text": "A long description behind a picture or shape, or one behind no picture.",
    "field_code": "Text inside a field's instructions, which the page does not show.",
    "zero_width": "Characters that take no space on the page.",
    "direction": "Characters that turn the order of reading around.",
    "tag_characters": "A message in characters that no font shows.",
    "variation_selectors": "A message in marks that choose between forms of a character.",
    "annotation_characters": "Characters for a note between the lines, which most programs do not show.",
    "control_characters": "Control characters inside the text.",
    "homoglyph": "A word that mixes letters of several alphabets that look alike.",
}

# Longest excerpt, in characters: enough to judge what was hidden, short enough for a table.
EXCERPT_CHARACTERS = 200
# A single stray letter under a picture is no message.
LETTERS_TO_REPORT = 2


def excerpt(text: str) -> str:
    r"""Return ``text`` as one line of at most ``EXCERPT_CHARACTERS`` characters.

    >>> excerpt("ignore  all\nothers ")
    'ignore all others'
    """
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text).split())
    return line if len(line) <= EXCERPT_CHARACTERS else f"{line[: EXCERPT_CHARACTERS - 1].rstrip()}…"


def letters_in(text: str) -> int:
    """Return the number of letters and digits in ``text``: a finding of none says nothing."""
    return sum(map(str.isalnum, text))

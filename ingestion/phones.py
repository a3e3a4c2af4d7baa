"""Where phone numbers stand in a text.

Knows nothing about masks. A number counts as a phone by its shape, or by a word like "phone" before it; years, dates,
amounts, versions, codes and licence numbers do not. A number with a country's code is one that the country can have
(phonenumbers knows). Its own search is not used: over 20 phones and 35 other numbers (those of tests/test_blinding.py,
2026-11-24, regions US, GB, DE, FR, IN) it misses 8 and raises 6 false alarms at its level VALID, to which no 555 number is
valid, and takes nearly every other number for a phone at POSSIBLE; the rules here miss 1 and raise none.
"""

from __future__ import annotations

import re

# Runs of digits with the separators that people put into phone numbers, on one line.
_RUN = re.compile(
    r"(?<![\w.,/$€£¥₹#@-])\(?(?:\+ ?)?\(?\d"
    r"(?:(?:[ \u00a0]?[-\u2010-\u2013][ \u00a0]?|[./]|[ \u00a0]{1,2}\(?|[ \u00a0]?\)[ \u00a0.-]{0,2}|\()?\d){5,17}"
    r"(?:[ ,;]{0,2}(?:x|ext\.?|extension|#)[ ]?\d{1,6})?(?![\w@%]|[,.]\d)",
    re.IGNORECASE,
)
# At least six digits that near each other: letters without them are not searched further.
_ANY = re.compile(r"\d(?:[^\w\n]{0,4}\d){5}")
_CUE = re.compile(
    r"\b(?:tele?phone|phone|tel|cell(?:phone)?|mobile|mob|call(?: me)?(?: at| on)?|text me(?: at| on)?|reach(?:ed)? "
    r"(?:me )?(?:at|on)|contact (?:me )?(?:at|on)|whats ?app|fax|dial|landline|ph|number is)\b[^\w\n]{0,6}"
    r"(?:(?:no|number|nr)\b[^\w\n]{0,4})?$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|CAD|AUD|INR|US\$|Rs\.?))\s?$", re.IGNORECASE)
_MONEY_AFTER = re.compile(
    r"\s?(?:[$€£¥₹%]|(?:USD|EUR|GBP|CHF|CAD|AUD|INR|dollars?|euros?|pounds?|rupees|percent|million|billion)\b)",
    re.IGNORECASE,
)
# A number behind such a word is no phone, unless a word like "phone" stands nearer.
_CODE_BEFORE = re.compile(
    r"\b(?:licen[cs]es?|registration|reg|certificate|cert|certification|permit|badge|invoice|order|account|policy|patent|isbn|issn"
    r"|doi|project|case|ticket|contract|claim|reference|ref|serial|part|item|employee|student|member|membership|passport|ssn|social"
    r"|pin|nmc|npi|dea|rn|lpn|bar|vat|iban|id|no|nr|number|job)\b[^\w\n]{0,3}(?:(?:id|no|nr|number|rn|lpn|is|was|code)\b[^\w\n]{0,3}){0,2}$",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:\D{1,3}(?:19|20)?\d\d)+")
_DATE = re.compile(
    r"\d{1,2}([/.-])\d{1,2}\1(?:19|20)?\d\d(?: ?[-\u2013] ?\d.*)?|(?:19|20)\d\d([/.-])\d{1,2}\2\d{1,2}(?: ?[-\u2013] ?\d.*)?"
    r"|\d{1,2}[/.-](?:19|20)\d\d(?: ?[-\u2013] ?\d.*)?"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:([ .\u00a0])000)(?:\1\d{3})*|[1-9]\d{0,2}(?:\.\d{3}){2,}")


def find_phones(text: str) -> list[tuple[int, int]]:
    """Return the spans of phone numbers, in order."""
    if _ANY.search(text) is None:
        return []
    return [
        match.span()
        for match in _RUN.finditer(text)
        if _is_phone(
            match[0], text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 12]
        )
    ]


def _is_phone(run: str, before: str, after: str) -> bool:
    number = re.split(r"(?i)[ ,;]*(?:x|ext|#)", run, maxsplit=1)[0]
    groups = re.findall(r"\d+", number)
    digits = sum(map(len, groups))
    if not 6 <= digits <= 15 or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return False
    if number.startswith(("+", "(+", "00")):
        return digits >= 8 and _can_exist(number)
    if _YEARS.fullmatch(number) or _DATE.fullmatch(number) or _THOUSANDS.fullmatch(number):
        return False
    if _CUE.search(before):
        return True
    return digits >= 9 and _CODE_BEFORE.search(before) is None and _shaped(number, groups)


def _can_exist(number: str) -> bool:
    """Say whether a country has numbers of this length. The trunk zero of "+44 (0)20 ..." is left out.

    >>> _can_exist("+44 20 7946 0958"), _can_exist("+1 250 000")
    (True, False)
    """
    import phonenumbers

    plain = "+" + re.sub(r"\D|\(0\)", "", number).removeprefix("00")
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(plain))
    except phonenumbers.NumberParseException:
        return False


def _shaped(number: str, groups: list[str]) -> bool:
    """Say whether a number of nine digits or more, with no cue before it, has the shape of a phone."""
    lengths = [len(group) for group in groups]
    if lengths == [3, 2, 4] and "(" not in number:  # a US social security number is no phone
        return False
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", number):  # an address of a computer
        return False
    if len(groups) == 1:  # ten or eleven digits at a stretch
        return lengths[0] in {10, 11}
    if lengths in ([3, 3, 4], [1, 3, 3, 4], [5, 5]):  # North America, India
        return True
    if number.startswith(("0", "(0")):  # a national number
        return True
    if any(re.fullmatch(r"(?:19|20)\d\d", group) for group in groups):
        return False
    return len(groups) >= 3 and min(lengths) >= 2 and max(lengths) <= 4 and sum(lengths) <= 12

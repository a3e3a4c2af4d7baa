"""Where postal addresses stand in a text: a street with its number, with town and code, or a code with its town.

Knows nothing about masks. A town alone is no address, and no street without a number.
"""

from __future__ import annotations

import re

_SURE = r"(?:Street|Str|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Terrace|Crescent|Cres|Highway|Hwy|Parkway|Pkwy|Mews|Pike)"
# These are also plain words: they count at the end of a line or before a comma.
_UNSURE = r"(?:Drive|Dr|Court|Ct|Way|Place|Pl|Close|Square|Sq|Circle|Cir|Row|Gardens|Grove|Quay|Walk|Trail|Loop|Alley|Hill|Park|View|Rise|Steps)"
_NAME = r"(?:[A-Z\u00c0-\u00de][\w.'’-]{0,30}|\d{1,3}(?:st|nd|rd|th))"
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN"
    "|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR|ON|QC|BC|AB|MB|SK|NS|NB|NSW|VIC|QLD"
)
_TOWN_WORD = r"(?:St\.[ \t])?[A-Z\u00c0-\u00de][\w'’-]{1,30}"
_TOWN = rf"{_TOWN_WORD}(?:[ \t]{_TOWN_WORD}){{0,2}}"
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]?[ \t]?\d(?!(?:GB|MB|TB|KB)\b)[ABD-HJLNP-UW-Z]{2}\b"
_CODE = rf"(?:(?:{_STATES})[ \t,]{{1,2}}\d{{5}}(?:-\d{{4}})?\b|{_UK_CODE}|[A-Z]\d[A-Z][ \t]?\d[A-Z]\d\b)"
_JOIN = r"(?:,[ \t]{0,2}(?:\r?\n[ \t]{0,4})?|[ \t]{0,2}\r?\n[ \t]{0,4}|[ \t]{1,2})"
_TAIL = (
    rf"(?:{_JOIN}(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|Fl|Room|#)\.?[ \t]?#?\w{{1,6}})?"
    rf"(?:{_JOIN}{_TOWN}(?:{_JOIN}{_CODE}|,[ \t](?:{_STATES})\b)|{_JOIN}{_CODE}|,[ \t]\d{{4,5}}[ \t]{_TOWN})?"
)
_NUMBER = r"(?<![\w$€£.,/#-])\d{1,6}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?,?[ \t]{1,2}"
_PATTERNS = (
    re.compile(rf"{_NUMBER}(?:{_NAME}[ \t]){{1,4}}?{_SURE}\b\.?{_TAIL}"),
    re.compile(rf"{_NUMBER}(?:{_NAME}[ \t]){{1,4}}?{_UNSURE}\b\.?(?=[ \t]{{0,2}}(?:[,|\n\r]|$)){_TAIL}"),
    re.compile(rf"\bP\.?[ \t]?O\.?[ \t]?Box[ \t]\d{{1,8}}\b{_TAIL}", re.IGNORECASE),
    re.compile(rf"\b{_TOWN},?[ \t]{{1,2}}(?:{_STATES})[ \t,]{{1,2}}\d{{5}}(?:-\d{{4}})?\b"),
    re.compile(rf"(?:(?:(?<=[,\n\r])|^)[ \t]{{0,2}}|\b{_TOWN},?[ \t\n]{{1,2}}){_UK_CODE}"),
    re.compile(
        r"\b[A-Z\u00c0-\u00de][\w-]{1,30}(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|straat|laan|gata|vägen|gade)[ \t]\d{1,4}[a-z]?\b"
        rf"(?:{_JOIN}(?:[A-Z]-)?\d{{4,5}}(?:[ \t][A-Z]{{2}})?[ \t]{_TOWN})?"
    ),
    re.compile(
        r"(?<![\w$€£.,/#-])\d{1,4}(?:[ \t]bis)?,?[ \t](?:rue|avenue|boulevard|quai|chemin|impasse)[ \t](?:[\w.'’-]{1,30}[ \t]){0,5}?[\w.'’-]{1,30}"
        rf",?{_JOIN}\d{{5}}[ \t]{_TOWN}"
    ),
    re.compile(
        r"\b(?:Calle|C/|Avenida|Via|Viale|Rua|Plaza|Paseo|Carrera)[ \t](?:[\w.'’-]{1,30}[ \t]){0,4}?[\w.'’-]{1,30},?[ \t](?:n\.?º?[ \t]?)?"
        rf"\d{{1,4}}\b(?:{_JOIN}\d{{4,5}}[ \t]{_TOWN})?"
    ),
)
_LABEL = re.compile(
    r"(?:^|(?<=[\n\r]))[ \t>*_]{0,4}(?:home |mailing |postal |current |permanent )?address[ \t*_]{0,3}:[ \t*_]{0,4}([^\n\r|\ufffe]{5,120})",
    re.IGNORECASE,
)
# Not a street: "300 Supreme Court", "2 First Place", "5 Star Drive".
_NO_STREET = re.compile(
    r"\d[\w/-]*,?[ \t]+(?:Supreme|High|District|Circuit|Federal|Superior|Municipal|County|Family|Criminal|Crown|Juvenile|Appellate|First|Second|"
    r"Third|1st|2nd|3rd|Open|United|Wall|Main[ \t]Street[ \t](?:businesses|shops|banks))[ \t]+(?:Court|Ct|Place|Pl|Circle|Row|Way|Street[ \t]+[a-z])"
)


def find_addresses(text: str) -> list[tuple[int, int]]:
    """Return the spans of postal addresses, in order and without overlaps."""
    if not any(character.isdigit() for character in text):
        return []
    found = [
        match.span()
        for pattern in _PATTERNS
        for match in pattern.finditer(text)
        if not _NO_STREET.match(match[0])
    ]
    found += [match.span(1) for match in _LABEL.finditer(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        first = start + len(text[start:end]) - len(text[start:end].lstrip(" \t\r\n"))
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged

"""Owns letters of other alphabets that look Latin. Knows nothing about invisible characters or files.

The rule: a word that mixes Latin letters with look-alikes is read as the Latin word, because that is what a person
sees, and is reported. So is a word made of look-alikes alone, where the letter holds no other word of that alphabet.
Words with a letter that looks like no Latin one (Greek, Russian, µs, Ω, β-test) stay as they are. A letter is
exchanged for one letter: no place moves. Normal form NFKC keeps all of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingestion.document import Hidden
from ingestion.hiding import excerpt

# From Unicode's confusables (UTS 39), those that common fonts draw alike: Cyrillic, Greek, Armenian, Cherokee, Lisu.
_LOOKS_LIKE = {
    **dict(zip("аеорсухіјѕһԁԛԝѵӏ", "aeopcyxijshdqwvl", strict=True)),
    **dict(zip("АВЕКМНОРСТУХІЈЅԌԚԜѴӀ", "ABEKMHOPCTYXIJSGQWVI", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳϲονϜ", "ABEZHIKMNOPTYXCjcovF", strict=True)),
    **dict(zip("օսհոցզՏՕԼ", "ouhngqSOL", strict=True)),
    **dict(zip("ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "ABCDEHJKLMPRSTVWZ", strict=True)),
    **dict(zip("ꓮꓐꓚꓓꓰꓝꓖꓧꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "ABCDEFGHJKLMNOPRSTUVWXYZ", strict=True)),
}
_TO_LATIN = str.maketrans(_LOOKS_LIKE)
_LOOKALIKE = f"[{''.join(_LOOKS_LIKE)}]"
_ANY = re.compile(_LOOKALIKE)
_WORD = re.compile(r"[^\W\d_]+")
# Ascii and Latin with accents.
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
# Letters that a word of look-alikes alone must have: shorter ones are words of many languages.
_WHOLE_WORD = 3
# Most findings of a letter; further words are still read as Latin.
_MOST = 20


def unmixed(text: str) -> tuple[str, tuple[Hidden, ...]]:
    """Return the text with mixed words made Latin, and a finding for each.

    >>> unmixed("J\u0430va and \u0440\u043e\u0441\u0442")[0]
    'Java and рост'
    """
    if not _ANY.search(text):
        return text, ()
    words = [match for match in _WORD.finditer(text) if _ANY.search(match.group())]
    own = {_script(match.group()) for match in _WORD.finditer(text) if _is_own(match.group())}
    pieces: list[str] = []
    found: list[Hidden] = []
    position = 0
    for match in words:
        word = match.group()
        if not _is_disguised(word, own):
            continue
        pieces += text[position : match.start()], word.translate(_TO_LATIN)
        position = match.end()
        if len(found) < _MOST:
            found.append(
                Hidden("homoglyph", f"characters {match.start() + 1}-{match.end()}", excerpt(_spelled(word)))
            )
    pieces.append(text[position:])
    return "".join(pieces), tuple(found)


def _is_disguised(word: str, own: set[str]) -> bool:
    """Say whether a word with look-alikes is a Latin one in disguise."""
    rest = [letter for letter in word if letter not in _LOOKS_LIKE]
    if rest:
        # Every other letter must be Latin: one that is not shows the word to be of its own alphabet.
        return all(_LATIN.match(letter) for letter in rest)
    return len(word) >= _WHOLE_WORD and _script(word) not in own


def _is_own(word: str) -> bool:
    """Say whether a word is plainly of another alphabet: it has a letter that looks like no Latin one."""
    return any(letter not in _LOOKS_LIKE and not _LATIN.match(letter) for letter in word)


def _script(word: str) -> str:
    """Return the alphabet of a word's first letter that is not Latin."""
    code = next((ord(letter) for letter in word if not _LATIN.match(letter)), 0)
    if 0x370 <= code < 0x400 or 0x1F00 <= code < 0x2000:
        return "Greek"
    if 0x400 <= code < 0x530 or 0x1C80 <= code < 0x1C90:
        return "Cyrillic"
    return f"{code >> 8:x}"


def _spelled(word: str) -> str:
    """Return the word with its foreign letters named, so that a person sees the difference."""
    return f"{word.translate(_TO_LATIN)} (written {' '.join(_names(word))})"


def _names(word: str) -> Iterator[str]:
    """Yield each letter, a foreign one as its code point."""
    for letter in word:
        yield f"U+{ord(letter):04X}" if letter in _LOOKS_LIKE else letter

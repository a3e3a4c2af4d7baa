"""Which language a letter is written in.

Knows nothing about judges: it names the language, and what can be read is decided elsewhere.

A letter counts as English until another language explains it far better, because short letters, lists of tools and
foreign names look like any language to a detector, and a wrong answer keeps an applicant from being judged.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ingestion.blinding import PLACEHOLDER

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# How much likelier another language must be than English: the logarithm of the ratio, and the same for each character.
# Measured 2026-11 with py3langid 0.4.0: 1,754 English letters reach -104 at most, and 813 lists of skills and 23 short
# or odd English texts 28 (0.54 a character); sentences of 14 other languages begin at 97 (1.4 a character).
_MARGIN = 60.0
_MARGIN_PER_CHARACTER = 0.8
_CHARACTERS = 4_000  # are enough; the longest texts would take seconds
# Words that make up English prose and no other language's. Each of the 1,754 letters above has at least 14 in 100, and
# no text of the other languages more than 3; so prose needs no detector, whose model takes a second to load.
_ENGLISH = frozenset(
    """the and of to with for my that have your this from would which their about been into through during where while who
    our are has had were you they""".split()
)
_ENGLISH_SHARE = 0.12
_ENGLISH_WORDS = 20  # shorter texts are left to the detector
# Said of a language that is not in the table below: its code.
_NAMES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian", "nl": "Dutch",
    "nn": "Norwegian", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language that ``text`` is written in; "en" where there is doubt.

    Pass the masked text: a name must not decide how a letter is read.
    """
    words = PLACEHOLDER.sub(" ", text[:_CHARACTERS]).split()
    if len(words) >= _ENGLISH_WORDS and _english_share(words) >= _ENGLISH_SHARE:
        return "en"
    plain = " ".join(dict.fromkeys(words))  # a list that repeats its tools weighs no more than once
    best, likelihood = _identifier().classify(plain)
    if best == "en":
        return best
    margin = likelihood - dict(_identifier().rank(plain))["en"]
    return best if margin >= max(_MARGIN, _MARGIN_PER_CHARACTER * len(plain)) else "en"


def language_name(code: str) -> str:
    """Return a language's English name: "Spanish" for "es"."""
    return _NAMES.get(code, code)


def _english_share(words: list[str]) -> float:
    return sum(word.lower() in _ENGLISH for word in words) / len(words)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    identifier.set_languages([code for code in set(identifier.nb_classes) if len(code) == 2])
    return identifier

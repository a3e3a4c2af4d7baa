from __future__ import annotations

import unicodedata

import pytest

from ingestion.homoglyphs import unmixed


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("J\u0430v\u0430 and \u0421++", "Java and \u0421++"),
        ("\u0420ython", "Python"),
        ("Or\u0430cle DB\u0410", "Oracle DBA"),
        ("\u03a1ython, S\u03bfftware", "Python, Software"),
        ("\u0455\u0441\u043e\u0440\u0435 of work", "scope of work"),
        ("caf\u00e9-m\u0430nager", "caf\u00e9-manager"),
    ],
    ids=["Cyrillic", "Cyrillic capital", "several", "Greek", "whole word", "accents"],
)
def test_a_disguised_word_is_read_as_latin_and_reported(text: str, clean: str) -> None:
    """The letter reads as a person sees it; no place in it moves."""
    made, hidden = unmixed(text)
    assert made == clean
    assert len(made) == len(text)
    assert {one.kind for one in hidden} == {"homoglyph"}


@pytest.mark.parametrize(
    "text",
    [
        "\u041c\u0438\u0440\u0430 \u0440\u043e\u0441\u0442 \u0438 \u043e\u043f\u044b\u0442, Java, 1\u0421",
        "\u03a4\u03bf \u03b2\u03b9\u03bf\u03b3\u03c1\u03b1\u03c6\u03b9\u03ba\u03cc \u03bc\u03bf\u03c5, Java",
        "\u0394t of 5 \u03bcs, \u03b2-blockers, k\u03a9, \u03c0r\u00b2",
        "Istanbul'da \u0131\u015f\u0131k, Stra\u00dfe, \u0141\u00f3d\u017a, \u00c5se",
    ],
    ids=["Russian", "Greek", "symbols", "Latin with marks"],
)
def test_words_of_their_own_alphabet_stay(text: str) -> None:
    """A Russian or Greek sentence, units and formulas raise no alarm."""
    assert unmixed(text) == (text, ())


def test_the_usual_normal_form_would_not_have_found_them() -> None:
    """NFKC keeps a Cyrillic letter, so it is no defence."""
    assert unicodedata.normalize("NFKC", "J\u0430va") != "Java"

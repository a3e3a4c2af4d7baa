from __future__ import annotations

import pytest

from ingestion.letterhead import guess

LETTER = "Mira Halvorsen\nBergen\nmira@example.org\n\nRe: Accountant, Bergen\n\nDear hiring team, hello."


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Mira Halvorsen", "Mira Halvorsen"),
        (" mira  halvorsen ", None),
        ("Mira", None),
        ("Ola Nordmann", None),
        ("Mira Halvorsen 2", None),
        ("", None),
        (None, None),
    ],
    ids=["stands", "no capital", "one word", "another", "a number", "empty", "none"],
)
def test_an_author_counts_if_the_letter_says_the_name(author: str | None, name: str | None) -> None:
    """Files name owners of computers and makers of templates too."""
    assert guess(LETTER, author).name == name


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (LETTER, "mira@example.org"),
        (f"{LETTER} Or write to ola@example.org.", None),
        (f"To: jobs@example.com\n{LETTER}", "mira@example.org"),
        ("Dear all, " + "word " * 300 + "mira@example.org", "mira@example.org"),
        ("Dear all, write to hr@example.com", None),
        ("Dear all", None),
    ],
    ids=["one", "two people", "an office too", "at the end", "only an office", "none"],
)
def test_the_one_personal_address_counts(text: str, email: str | None) -> None:
    """Where there are several, none is plain."""
    assert guess(text, None).email == email


def test_a_subject_line_counts() -> None:
    """It is taken from the head of the letter."""
    assert guess(LETTER, None).subject == "Accountant, Bergen"
    assert guess("word " * 300 + "\nRe: something", None).subject is None

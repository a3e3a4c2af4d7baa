"""What an ingest found beside the letters' texts: their formats, what was guessed, hidden or set aside.

A ``letter_id`` is None where the letter goes by its content, so that it does not stand beside its file or its name.
Knows nothing about the store: it says what was read, whether or not it was new.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ingestion.document import Hidden
from ingestion.raw_letter import RawLetter, SetAside

# How many of each a report names; it counts all.
REPORTED = 10_000


@dataclass(frozen=True, slots=True)
class Guess:
    """What a document or message says of its sender: nobody gave it, and anyone can write it."""

    letter_id: str | None
    source: str
    name: str | None
    email: str | None
    subject: str | None


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Something hidden in one letter, and kept out of its text."""

    letter_id: str | None
    source: str
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """``formats`` counts the letters of each format, ``with_hidden`` those in which something was hidden.

    ``guesses``, ``hidden`` and ``set_aside`` name the first 10,000 each.
    """

    formats: dict[str, int] = field(default_factory=dict)
    with_hidden: int = 0
    guesses: tuple[Guess, ...] = ()
    hidden: tuple[HiddenText, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


class IntakeNotes:
    """Collects such a report while letters come by."""

    def __init__(self) -> None:
        self._formats: Counter[str] = Counter()
        self._with_hidden = 0
        self._guesses: list[Guess] = []
        self._hidden: list[HiddenText] = []
        self._set_aside: list[SetAside] = []

    def add(self, letter: RawLetter, letter_id: str | None) -> None:
        """Take note of a letter that was taken in, or stands there already."""
        self._formats[letter.format] += 1
        name = letter.applicant if letter.name_guessed else None
        if (name or letter.email or letter.subject) and len(self._guesses) < REPORTED:
            self._guesses.append(Guess(letter_id, letter.source, name, letter.email, letter.subject))
        self._with_hidden += bool(letter.hidden)
        for one in letter.hidden[: REPORTED - len(self._hidden)]:
            self._hidden.append(HiddenText(letter_id, letter.source, one))

    def add_set_aside(self, part: SetAside) -> None:
        """Take note of a part of a message that is no letter."""
        if len(self._set_aside) < REPORTED:
            self._set_aside.append(part)

    def report(self) -> IntakeReport:
        """Return what was noted."""
        return IntakeReport(
            dict(sorted(self._formats.items())),
            self._with_hidden,
            tuple(self._guesses),
            tuple(self._hidden),
            tuple(self._set_aside),
        )

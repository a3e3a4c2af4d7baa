"""Owns what a parser hands on: a document's text, what was hidden in it, and why a document is refused.

Knows nothing about any format, about how files are found or about the store.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hidden:
    """Text that stands in a document but that its reader can't see.

    Attributes:
        kind: How it is hidden, a key of ``ingestion.hiding.HIDING``.
        place: Where it stands, for a person: ``"page 2, near the top"``, ``"characters 120-160"``.
        excerpt: What it says, shortened.
    """

    kind: str
    place: str
    excerpt: str


@dataclass(frozen=True)
class Document:
    """One document as its reader sees it.

    Attributes:
        text: The text that a person can see, paragraphs parted by an empty line.
        hidden: What was found beside it and is not in ``text``.
        name: The applicant's name where the document states it plainly: a guess.
        email: The applicant's e-mail address, likewise a guess.
        subject: The letter's subject, likewise a guess.
        format: ``"text"``, ``"pdf"``, ``"docx"``, ``"eml"``.
    """

    text: str
    hidden: tuple[Hidden, ...] = ()
    name: str | None = None
    email: str | None = None
    subject: str | None = None
    format: str = "text"


class DocumentRefused(ValueError):
    """A document that can't be read; the message is the rule, the value and the remedy."""

    def __init__(self, rule: str, value: str, remedy: str) -> None:
        """Keep the three parts.

        Args:
            rule: What must hold: ``"a PDF may have at most 20 pages"``.
            value: What was found: ``"it has 31"``.
            remedy: What to do: ``"send the cover letter alone"``.
        """
        super().__init__(rule, value, remedy)
        self.rule = rule
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.rule}, but {self.value}: {self.remedy}"

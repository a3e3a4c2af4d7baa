"""What is looked up in a screening: frozen facts, each claim with the span of the letter that it rests on.

Knows nothing about how facts are found or told.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from agents.rationale import QUOTE_LIMIT, one_line, quoted
from agents.verdict import Label, Quote, Requirement


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim span of one letter: ``letter.text[start:end] == text``."""

    letter_id: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer. What it quotes is of ``letter_id``'s letter; a line of no letter quotes nothing."""

    pieces: tuple[str | Citation, ...]
    letter_id: str | None = None

    def __post_init__(self) -> None:
        for citation in self.citations:
            if citation.letter_id != self.letter_id:
                raise ValueError(
                    f"a line quotes its own letter only, but one of {self.letter_id} quotes {citation.letter_id}"
                )

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the line quotes."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Citation))

    @property
    def text(self) -> str:
        """The line as people read it: the letter's real words, on one line, long ones cut at a word."""
        return "".join(
            piece if isinstance(piece, str) else quoted(Quote(piece.text, piece.start, piece.end))
            for piece in self.pieces
        )


def cut(words: str) -> str:
    """Return words on one line, as long as a quote may be in running text."""
    folded = one_line(words)
    return folded if len(folded) <= QUOTE_LIMIT else folded[:QUOTE_LIMIT].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person is told, and what it was about: the next question may say "it".

    ``kind`` names the kind of question, ``dropped`` counts a model's sentences that no look-up supports, ``choices``
    are letters among which the person must choose, ``target`` and ``beats`` what a score was to reach,
    ``words`` what was looked for in the letters.
    """

    kind: str
    lines: tuple[Line, ...]
    letters: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    dropped: int = 0
    choices: tuple[str, ...] = ()
    target: float | None = None
    beats: bool = False
    words: str = ""

    @property
    def text(self) -> str:
        """The whole answer, a line of text a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every quote, in order."""
        return tuple(citation for line in self.lines for citation in line.citations)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one letter shows for one requirement. ``citation`` is None where nothing is shown.

    ``replaced`` says that the letter was read in again since, so that the quote is no longer in it.
    """

    letter_id: str
    requirement: Requirement
    label: Label
    note: str
    citation: Citation | None
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """One letter in the screening: its place and findings, or the reason why it was not judged."""

    letter_id: str
    rank: int | None
    score: float | None
    exact: Fraction | None
    shown: tuple[Shown, ...]
    unjudged: str | None = None


@dataclass(frozen=True, slots=True)
class RequirementFacts:
    """What all judged letters show for one requirement, best rank first within a label."""

    requirement: Requirement
    shown: tuple[Shown, ...]

    def labelled(self, *labels: Label) -> tuple[Shown, ...]:
        """Return those with one of these labels, in the order of the labels."""
        return tuple(one for label in labels for one in self.shown if one.label == label)


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that holds the words looked for. ``rank`` is None for a letter that was not judged."""

    letter_id: str
    rank: int | None
    citation: Citation
    whole: bool


@dataclass(frozen=True, slots=True)
class Search:
    """Letters with a sentence that holds the words; ``whole`` hits hold all of them.

    ``total`` counts the hits before the list was cut, ``among`` are the letters that were asked about, if not all.
    """

    words: str
    hits: tuple[Hit, ...]
    total: int
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """Several letters side by side on one requirement; ``better`` lists those that show most, none where all are even."""

    requirement: Requirement
    cells: tuple[Shown, ...]
    better: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several letters requirement by requirement."""

    letters: tuple[LetterFacts, ...]
    rows: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One requirement's part of a score: weight times value."""

    requirement: Requirement
    label: Label
    weight: Fraction
    value: Fraction


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """A score spelled out: ``1 + 9 * worth / weight``."""

    letter_id: str
    steps: tuple[Step, ...]
    worth: Fraction
    weight: Fraction
    exact: Fraction
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement that is not met yet, and the exact score if it alone were."""

    requirement: Requirement
    label: Label
    gain: Fraction
    score: float


@dataclass(frozen=True, slots=True)
class WaysUp:
    """What would raise a score to a target, by exact arithmetic.

    ``sets`` are the smallest groups of changes that reach it, each with the score it gives; ``target`` None asks for
    single changes only.
    """

    letter_id: str
    score: float
    target: float | None
    singles: tuple[Change, ...]
    sets: tuple[tuple[tuple[Change, ...], float], ...]
    beats: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A quoted sentence with its neighbours in the letter."""

    letter_id: str
    requirement: Requirement | None
    quote: Citation
    before: Citation | None
    sentence: Citation
    after: Citation | None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One letter against the winner, or against another; ``named`` says that the other is the winner."""

    letter: LetterFacts
    other: LetterFacts | None
    rows: tuple[Compared, ...]
    tied: bool
    declined: str | None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A letter worth reading next, and why."""

    letter_id: str
    rank: int
    score: float
    reason: str
    shown: Shown | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The order of the screening: its first places, its winner or why there is none, and who is within the margin."""

    first: tuple[LetterFacts, ...]
    winner: str | None
    declined: str | None
    tied: tuple[str, ...]
    judged: int
    pool: int

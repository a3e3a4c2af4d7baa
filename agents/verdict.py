"""What a screening says: findings about one letter, and the verdict over all of them.

Knows nothing about how findings are made or how scores are computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from pydantic import JsonValue

Label = Literal["met", "partial", "not_shown", "contradicted"]
LABELS: tuple[Label, ...] = get_args(Label)
Kind = Literal["must", "nice"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing the job asks for. ``weight`` is relative (2 for a must and 1 for a nice unless given)."""

    id: str
    text: str
    kind: Kind
    weight: float

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"requirement {self.id}: text must not be empty")
        if not 0 < self.weight <= 100:
            raise ValueError(
                f"requirement {self.id}: weight must be above 0 and at most 100, but got {self.weight}"
            )


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim span: ``letter.text[start:end] == text``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What one letter shows for one requirement.

    ``confidence`` is between 0 and 1, rounded to 6 decimals. ``note`` is the judge's reason in a
    few words ("years: 3 stated, 5 asked"); it may be empty.
    """

    requirement_id: str
    label: Label
    confidence: float
    quote: Quote | None
    note: str = ""

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise ValueError(f"label must be one of {', '.join(LABELS)}, but got {self.label!r}")
        if (self.quote is None) != (self.label == "not_shown"):
            raise ValueError(
                f"requirement {self.requirement_id}: every label but not_shown carries a quote, "
                f"but {self.label} came {'without one' if self.quote is None else 'with one'}"
            )
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence must be between 0 and 1, but got {self.confidence}")


@dataclass(frozen=True, slots=True)
class Assessment:
    """All findings about one letter, in the order of the requirements.

    ``similarity`` is the cosine of the letter's best passage to the job, None without vectors.
    """

    letter_key: int
    letter_id: str
    applicant: str | None
    similarity: float | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A letter that has no findings, and why."""

    letter_key: int
    letter_id: str
    applicant: str | None
    reason: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One judged letter in its place. ``score`` is 1-10 with one decimal."""

    rank: int
    assessment: Assessment
    score: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Winner:
    """The letter named first, the rationale made of its quotes, and who is within the margin."""

    letter_id: str
    applicant: str | None
    score: float
    rationale: str
    tied_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about one letter, or about the whole screening."""

    code: str
    letter_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Posting:
    """What was asked: the posting's name, the job description as given, and its requirements."""

    name: str
    job_description: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall-clock time of the stages, in seconds."""

    retrieve: float
    judge: float
    total: float


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences that a language model wrote from the findings, one line each.

    ``dropped`` counts those that no finding supports; ``failed`` says why the model wrote none at all.
    """

    sentences: tuple[str, ...]
    dropped: int
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one screening.

    ``comparison_only`` marks the result of a strategy that gives no findings: its winner is a model's pick, the only
    entry of the ranking, and no decision can be taken on it.
    """

    screening_id: str
    strategy: str
    posting: Posting
    winner: Winner | None
    declined_because: str | None
    ranking: tuple[Ranked, ...]
    unjudged: tuple[Unjudged, ...]
    pool: int
    warnings: tuple[Notice, ...]
    pipeline: dict[str, JsonValue]
    seconds: Seconds = field(default_factory=lambda: Seconds(0.0, 0.0, 0.0))
    comparison_only: bool = False
    prose: Prose | None = None

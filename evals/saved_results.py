"""The results of evaluations that a person has kept: JSON files of a folder, each read as what its command writes.

Knows the forms of the reports, and nothing about how they are measured or drawn. A file of another form is named with
the reason, never shown as a result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

LARGEST_BYTES: Final = 64 << 20
"""A report with the letters of a whole test split has a few megabytes."""
MOST_FILES: Final = 200

Schema = Annotated[Literal[1], Field(alias="schema")]


class _Saved(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedEstimate(_Saved):
    """A measure with its standard error over ``n`` units; None where it is not defined."""

    value: float | None
    standard_error: float | None
    n: int


class SavedJob(_Saved):
    """One system on one labelled job."""

    topic: str
    winner: str | None
    acceptable: bool
    ndcg: float | None
    kendall_tau: float | None
    macro_f1: float | None
    met_auc: float | None
    score_error: float | None
    unjudged: int


class SavedSystem(_Saved):
    """One judge, baseline or pipeline on all labelled jobs."""

    system: str
    acceptable_winner: SavedEstimate
    ndcg: SavedEstimate
    kendall_tau: SavedEstimate
    macro_f1: SavedEstimate
    met_auc: SavedEstimate
    score_error: SavedEstimate
    range_held: SavedEstimate | None = None
    range_width: SavedEstimate | None = None
    by_job: tuple[SavedJob, ...]

    def measures(self) -> dict[str, SavedEstimate]:
        """Return the measures by name."""
        return {name: value for name, value in self if isinstance(value, SavedEstimate)}


class SavedThresholds(_Saved):
    """The two thresholds of the best-sentence baseline."""

    partial: float
    met: float


class SavedJudging(_Saved):
    """What ``winnow eval judging FILE --json`` prints."""

    form: Schema
    jobs: int
    letters: int
    pairs: int
    thresholds: SavedThresholds
    systems: tuple[SavedSystem, ...]
    fitted_without_each: tuple[JsonValue, ...] = ()
    errors: JsonValue = None


class SavedComparing(_Saved):
    """What ``winnow eval judging --compare ... --json`` prints."""

    form: Schema
    top_k: int
    jobs: tuple[JsonValue, ...]
    measures: tuple[SavedSystem, ...]
    skipped: tuple[JsonValue, ...]


class SavedSearch(_Saved):
    """One way to search one set."""

    system: str
    model: str | None
    recall_1: Annotated[SavedEstimate, Field(alias="recall@1")]
    recall_5: Annotated[SavedEstimate, Field(alias="recall@5")]
    recall_10: Annotated[SavedEstimate, Field(alias="recall@10")]
    recall_50: Annotated[SavedEstimate, Field(alias="recall@50")]
    mrr: SavedEstimate
    ndcg_10: Annotated[SavedEstimate, Field(alias="ndcg@10")]

    def measures(self) -> dict[str, SavedEstimate]:
        """Return the measures by name."""
        return {name.replace("_", "@"): value for name, value in self if isinstance(value, SavedEstimate)}


class SavedDifference(_Saved):
    """How far ``second`` is above ``first``, with the bounds that hold 95 % of resamples."""

    measure: str
    first: str
    second: str
    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int


class SavedSet(_Saved):
    """One set of queries with known answers."""

    name: Annotated[str, Field(alias="set")]
    relevance: str
    documents: int
    queries: int
    refused: tuple[str, ...]
    systems: tuple[SavedSearch, ...]
    differences: tuple[SavedDifference, ...]


class SavedSkipped(_Saved):
    """An embedder that could not be measured, and why."""

    embedder: str
    reason: str


class SavedRetrieval(_Saved):
    """What ``winnow eval retrieval SET --json`` prints."""

    form: Schema
    sets: tuple[SavedSet, ...]
    skipped: tuple[SavedSkipped, ...]


class SavedGap(_Saved):
    """A writer's measure minus the base's, and the bounds that hold 95 % of resamples."""

    value: float
    low: float
    high: float
    n: int


class SavedLetter(_Saved):
    """One letter of the test split."""

    id: str
    letter: str


class SavedWriter(_Saved):
    """One writer on the test split."""

    writer: str
    measures: dict[str, SavedEstimate | None]
    against_base: dict[str, SavedGap]
    made_up_by_kind: dict[str, int]
    letters: Annotated[tuple[SavedLetter, ...], Field(repr=False)]


class SavedLetters(_Saved):
    """What ``winnow eval letters TABLE --json`` prints, or writes as letters.json."""

    form: Schema
    applications: int
    train: int
    base: str | None
    bleu_signature: str
    notes: tuple[str, ...]
    writers: tuple[SavedWriter, ...]
    preference: JsonValue
    first_system: tuple[JsonValue, ...]


class SavedSwap(_Saved):
    """Names put into letters: how often the judged text stays the same, over all and by group of names (0 to 1).

    ``spread_points`` is the largest difference between two groups, in points of a hundred.
    """

    name_known: bool
    pairs: int
    identical: int
    rate: float
    spread_points: float
    groups: dict[str, float]
    differences: tuple[JsonValue, ...]


class SavedScreenedSwap(_Saved):
    """Letters screened under several names; ``unequal`` names what differed."""

    letters: int
    names: int
    screened: int
    unequal: tuple[str, ...]


class SavedKeptTerms(_Saved):
    """Words that must not be masked, how often they were tried, and those that were masked."""

    terms: int
    tried: int
    masked: tuple[JsonValue, ...]


class SavedTrust(_Saved):
    """What ``winnow eval trust --names DIR --json`` prints."""

    form: Schema
    names: int
    letters: int
    holds: bool
    swaps: tuple[SavedSwap, ...]
    screened: SavedScreenedSwap | None
    kept_terms: SavedKeptTerms
    masks: JsonValue


class ResultError(ValueError):
    """A file that holds no result that is known."""


Result = SavedJudging | SavedComparing | SavedRetrieval | SavedLetters | SavedTrust


@dataclass(frozen=True, slots=True)
class Kept:
    """One result with the file it stands in, named below the folder; ``written`` is seconds since 1970."""

    file: str
    written: float
    result: Result


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that holds no result that is known, and why."""

    file: str
    why: str


_KNOWN: Final[dict[str, TypeAdapter[Result]]] = {
    "systems": TypeAdapter(SavedJudging),
    "top_k": TypeAdapter(SavedComparing),
    "sets": TypeAdapter(SavedRetrieval),
    "writers": TypeAdapter(SavedLetters),
    "swaps": TypeAdapter(SavedTrust),
}
"""A key that only one report has -> its form."""

PASSED_OVER: Final = frozenset(
    {"training.json", "adapter_config.json", "tokenizer.json", "tokenizer_config.json"}
)
"""Files of an adapter's folder, which may stand beside results."""


def read_results(folder: Path) -> tuple[tuple[Kept, ...], tuple[Unread, ...]]:
    """Return the results below a folder, the newest first, and the files that hold none. No folder: none of either."""
    kept: list[Kept] = []
    unread: list[Unread] = []
    for path in sorted(_files(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            kept.append(Kept(name, path.stat().st_mtime, _result(path)))
        except (OSError, ValueError, RecursionError) as error:
            unread.append(Unread(name, _why(error)))
    return tuple(sorted(kept, key=lambda one: (-one.written, one.file))), tuple(unread)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder and of the folders in it."""
    found = 0
    for pattern in ("*.json", "*/*.json"):
        for path in sorted(folder.glob(pattern)) if folder.is_dir() else ():
            if path.name not in PASSED_OVER and path.is_file() and found < MOST_FILES:
                found += 1
                yield path


def _result(path: Path) -> Result:
    if path.stat().st_size > LARGEST_BYTES:
        raise ResultError(f"a result must have at most {LARGEST_BYTES >> 20} MB")
    text = path.read_text(encoding="utf-8")
    data: JsonValue = json.loads(text)
    if not isinstance(data, dict):
        raise ResultError("a result must be one JSON object")
    for key, form in _KNOWN.items():
        if key in data:
            return form.validate_json(text)
    raise ResultError("a result must be what `winnow eval ... --json` prints, but this is something else")


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"it is not of the form that this version writes ({where}: {first['msg']}); measure again"
    return (str(error) or type(error).__name__).splitlines()[0]

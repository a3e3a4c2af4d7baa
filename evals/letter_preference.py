"""Whether a judge prefers a writer: the same job, the same applicant, letters of several writers, scored one by one.

Each application becomes a posting of its own in a temporary store, its advertisement made of its own title and wishes.
Knows nothing about how a judge works; a difference says what this judge likes, never which letter is better.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.requirements import RequirementsError
from evals.letter_metrics import RESAMPLES, Difference, mean_difference
from evals.letters import HUMAN, Application, LettersError, LetterSet
from evals.metrics import Estimate, mean_with_error

if TYPE_CHECKING:
    from agents.screening import ScreeningEngine
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.store import Store

Open = Callable[["Store", str], "ScreeningEngine"]
"""Opens the judge's engine on one posting of a store."""


@dataclass(frozen=True, slots=True)
class Preferred:
    """One writer's scores, 1 to 10, and how much they differ from those of the reference letters."""

    writer: str
    score: Estimate
    against_reference: Difference | None


@dataclass(frozen=True, slots=True)
class Preference:
    """What a judge gave to whom. ``skipped`` counts applications whose ad holds no requirement the judge can read.

    ``unjudged`` counts letters that got no score; their applications are left out for every writer, so that all means
    are over the same ``n``.
    """

    judge: str
    writers: tuple[Preferred, ...]
    n: int
    skipped: int
    unjudged: int


def measure_preference(
    applications: Sequence[Application],
    sets: Sequence[LetterSet],
    embedder: LetterEmbedder,
    engine: Open,
    judge: str,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> Preference:
    """Let a judge score every writer's letters and the reference letters.

    Raises:
        LettersError: fewer than two applications could be judged.
    """
    from ingestion.ingest import ingest
    from ingestion.store import Store

    everyone = [*sets, LetterSet(HUMAN, tuple(one.reference for one in applications))]
    rows: list[list[float]] = []
    skipped = unjudged = 0
    with (
        tempfile.TemporaryDirectory(prefix="winnow-eval-") as folder,
        Store.open(Path(folder) / "store", create=True) as store,
    ):
        for place, one in enumerate(applications):
            if on_progress is not None:
                on_progress(place, len(applications))
            letters = {
                f"letter-{number}": letters.letters[place]
                for number, letters in enumerate(everyone)
                if letters.letters[place].strip()
            }
            if len(letters) < len(everyone):
                unjudged += len(everyone) - len(letters)
                continue
            file = Path(folder) / f"{place}.jsonl"
            lines = (
                {"letter_id": name, "text": text, "name": one.given.applicant}
                for name, text in letters.items()
            )
            file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            posting = f"application {place + 1}"
            ingest(store, embedder, [str(file)], posting=posting)
            try:
                scores = _scores(engine(store, posting), advertisement(one))
            except RequirementsError:
                skipped += 1
                continue
            if any(name not in scores for name in letters):
                unjudged += sum(name not in scores for name in letters)
                continue
            rows.append([scores[name] for name in letters])
    if len(rows) < 2:
        raise LettersError(
            f"a judge's preference needs at least two applications that it can judge, but got {len(rows)} of "
            f"{len(applications)}: give more applications"
        )
    return _preference(everyone, rows, judge, skipped, unjudged, resamples, seed)


def _preference(
    everyone: Sequence[LetterSet],
    rows: Sequence[Sequence[float]],
    judge: str,
    skipped: int,
    unjudged: int,
    resamples: int,
    seed: int,
) -> Preference:
    reference = [row[-1] for row in rows]
    writers: list[Preferred] = []
    for column, one in enumerate(everyone):
        scores = [row[column] for row in rows]
        gap = (
            None
            if one.writer == HUMAN
            else mean_difference(scores, reference, resamples=resamples, seed=seed)
        )
        writers.append(Preferred(one.writer, mean_with_error(scores), gap))
    return Preference(judge, tuple(writers), len(rows), skipped, unjudged)


def advertisement(application: Application) -> str:
    """Return the job description that an application's own fields make."""
    title = application.given.job_title
    wishes = application.given.asked.strip()
    return f"{title}\n\nRequirements:\n{wishes}" if wishes else title


def _scores(engine: ScreeningEngine, job: str) -> dict[str, float]:
    from agents.verdict import Verdict

    metadata = engine.query(job).metadata
    verdict = None if metadata is None else metadata["verdict"]
    if not isinstance(verdict, Verdict):
        raise TypeError(f"a screening must answer with a Verdict, but got {type(verdict).__name__}")
    return {ranked.assessment.letter_id: ranked.score for ranked in verdict.ranking}


def in_words(preference: Preference) -> list[str]:
    """Say for each writer whether the judge prefers it to the reference letters."""
    said: list[str] = []
    for one in preference.writers:
        gap = one.against_reference
        if gap is None:
            continue
        how = f"{abs(gap.value):.2f} points (95 % between {gap.low:+.2f} and {gap.high:+.2f})"
        if not gap.clear:
            said.append(
                f"{one.writer}: no clear preference; {gap.value:+.2f} points (95 % between {gap.low:+.2f} and {gap.high:+.2f})"
            )
        elif gap.value > 0:
            said.append(f"{one.writer}: scored {how} above the reference letters for the same applications")
        else:
            said.append(f"{one.writer}: scored {how} below the reference letters for the same applications")
    return said

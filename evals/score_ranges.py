"""Do the ranges of scores hold what a reader gave? Their share and width, and the one factor that is fitted of them.

Behind ``python -m evals.score_ranges FILE``, which fits ``agents.intervals.WIDENING`` again: on all labelled jobs, and
for an honest share on all jobs but the one measured. Knows nothing about how findings are made.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.intervals import COVERS, WIDENING, score_interval
from agents.scoring import exact_score
from agents.verdict import Finding, Requirement
from evals.metrics import Estimate, mean_with_error

FACTORS = tuple(round(1 + 0.1 * step, 1) for step in range(41))
"""Factors tried: 1 (the judge's confidences at their word) to 5."""

CONSIDERED = 4.0
"""Score from which a letter counts for fitting: somebody may choose it. Most letters of a pool show nothing, and a range from 1
to 2 holds their scores whatever the factor."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """What the judge found in one letter, and the score that a reader gave it."""

    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...]
    score: float

    @property
    def considered(self) -> bool:
        """Whether the judge scores it high enough to count."""
        return exact_score(self.findings, self.requirements) >= CONSIDERED


@dataclass(frozen=True, slots=True)
class RangeMeasures:
    """Share of the readers' scores within their range, and the ranges' mean width in points: means over jobs."""

    held: Estimate
    width: Estimate


def held_share(scores: Mapping[str, float], ranges: Mapping[str, Range]) -> float | None:
    """Return the share of the scores that lie within their range, bounds included. Not defined without ranges.

    >>> held_share({"a": 4.0, "b": 9.0}, {"a": (3.5, 4.0), "b": (5.0, 8.0)})
    0.5
    """
    if not ranges:
        return None
    held = [low - 1e-9 <= scores[key] <= high + 1e-9 for key, (low, high) in ranges.items()]
    return sum(held) / len(held)


def mean_width(ranges: Mapping[str, Range]) -> float | None:
    """Return the mean width of the ranges in points. Not defined without ranges.

    >>> mean_width({"a": (3.5, 4.0), "b": (5.0, 8.0)})
    1.75
    """
    return sum(high - low for low, high in ranges.values()) / len(ranges) if ranges else None


def ranges_with(letters: Sequence[ReadLetter], factor: float) -> tuple[dict[str, float], dict[str, Range]]:
    """Return the readers' scores and the ranges with a factor in place of the one in the code, by place."""
    scores = {str(place): one.score for place, one in enumerate(letters)}
    ranges = {
        str(place): score_interval(one.findings, one.requirements, factor)
        for place, one in enumerate(letters)
    }
    return scores, ranges


def fit_widening(letters: Sequence[ReadLetter]) -> float:
    """Return the least factor whose ranges hold ``COVERS`` of the readers' scores; the largest tried where none does.

    Only letters of ``CONSIDERED`` points and more count.

    Raises:
        ValueError: there is no such letter.
    """
    counted = [one for one in letters if one.considered]
    if not counted:
        raise ValueError(
            f"a factor needs at least one letter of {CONSIDERED:g} points or more that a reader scored, but got 0"
        )
    for factor in FACTORS:
        held = held_share(*ranges_with(counted, factor))
        if held is not None and held >= COVERS:
            return factor
    return FACTORS[-1]


def measure_ranges(jobs: Sequence[Sequence[ReadLetter]], factors: Sequence[float]) -> RangeMeasures:
    """Measure each job's ranges with its own factor."""
    held: list[float] = []
    width: list[float] = []
    for letters, factor in zip(jobs, factors, strict=True):
        scores, ranges = ranges_with(letters, factor)
        share, wide = held_share(scores, ranges), mean_width(ranges)
        if share is not None and wide is not None:
            held.append(share)
            width.append(wide)
    return RangeMeasures(mean_with_error(held), mean_with_error(width))


def left_out_factors(jobs: Sequence[Sequence[ReadLetter]]) -> list[float]:
    """Return for each job the factor that is fitted on all others.

    Raises:
        ValueError: fewer than two jobs.
    """
    if len(jobs) < 2:
        raise ValueError(f"leaving one job out needs at least 2 labelled jobs, but got {len(jobs)}")
    return [fit_widening([letter for other in jobs if other is not job for letter in other]) for job in jobs]


def read_jobs(path: Path) -> dict[str, list[ReadLetter]]:
    """Let the default judge read labelled jobs; return its findings and the readers' scores by topic, best first."""
    from agents.loading import load_pipeline_embedder
    from evals.answers import Contestant, judge_verdict
    from evals.gold import load_jobs
    from evals.job_store import job_store

    by = Contestant()
    embedder = load_pipeline_embedder(by.pipeline)
    found: dict[str, list[ReadLetter]] = {}
    with job_store() as letters:
        for job in load_jobs(path):
            posting, asked = letters.posting(job, embedder), job.asked()
            verdict = judge_verdict(letters.store, posting, job.job_description, asked, by)
            scores = {letter.letter_id: letter.score for letter in job.letters}
            found[job.topic] = [
                ReadLetter(one.assessment.findings, asked, scores[one.assessment.letter_id])
                for one in verdict.ranking
            ]
    return found


def _shown(one: Estimate, digits: int) -> str:
    if one.value is None:
        return "-"
    return f"{one.value:.{digits}f} ±{one.standard_error or 0:.{digits}f}"


def main(path: Path) -> int:
    """Print the share and the width as shipped and with one job left out, and the factor fitted on all jobs."""
    jobs = read_jobs(path)
    letters = list(jobs.values())
    shipped = measure_ranges(letters, [WIDENING] * len(letters))
    factors = left_out_factors(letters)
    left_out = measure_ranges(letters, factors)
    high = [[one for one in job if one.considered] for job in letters]
    print(f"{len(jobs)} labelled jobs, {sum(map(len, letters))} letters; ranges are to hold {COVERS:.0%}")
    for name, one in (
        (f"as shipped, factor {WIDENING:g}", shipped),
        (f"  of those that score {CONSIDERED:g} or more", measure_ranges(high, [WIDENING] * len(high))),
        ("factor fitted without the job", left_out),
        (f"  of those that score {CONSIDERED:g} or more", measure_ranges(high, factors)),
    ):
        print(f"{name}: hold {_shown(one.held, 3)}, {_shown(one.width, 2)} points wide")
    print(
        "fitted without: "
        + ", ".join(f"{topic} {factor:g}" for topic, factor in zip(jobs, factors, strict=True))
    )
    fitted = fit_widening([one for job in letters for one in job])
    print(f"fitted on all jobs: WIDENING = {fitted:g} (agents/intervals.py)")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(
            "FILE must be one file of labelled jobs, or the word samples: python -m evals.score_ranges FILE"
        )
    sys.exit(main(Path(sys.argv[1])))

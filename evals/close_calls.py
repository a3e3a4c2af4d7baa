"""How near do two scores have to be before readers no longer agree which letter is the better one?

Behind ``python -m evals.close_calls FILE``, whose table says what ``agents.scoring.TIE_MARGIN`` means. Knows nothing about
how scores are made.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path

from agents.scoring import TIE_MARGIN
from evals.metrics import Estimate, pooled_with_error

STEP = Fraction(1, 4)
"""Points between the bounds of two rows of the table."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Two letters of one job: how far apart the judge's scores are, and how the readers' order relates to theirs.

    ``agrees`` is 1 where the readers order them alike, -1 where the other way round, 0 where they gave both the same.
    """

    distance: Fraction
    agrees: int


@dataclass(frozen=True, slots=True)
class Distance:
    """All pairs whose scores lie in ``(above, upto]`` points apart, both 0 for equal scores."""

    above: Fraction
    upto: Fraction
    pairs: int
    agree: Estimate
    same: float
    oppose: float


def pairs_apart(scores: Sequence[tuple[Fraction, float]]) -> list[Apart]:
    """Return all pairs of one job's letters, given (judge's score, reader's score) in the order that is shown.

    Two letters without a finding that counts, both at 1, are no pair: nobody chooses between them.
    """
    found: list[Apart] = []
    for (better, mine), (worse, theirs) in combinations(scores, 2):
        if better > 1:
            found.append(Apart(better - worse, (mine > theirs) - (mine < theirs)))
    return found


def by_distance(jobs: Sequence[Sequence[Apart]], upto: Fraction = Fraction(3)) -> list[Distance]:
    """Return a row for each distance that occurs, up to ``upto`` points; errors by leaving out a job."""
    rows: list[Distance] = []
    bounds = [Fraction(0), *(STEP * step for step in range(1, int(upto / STEP) + 1))]
    for place, bound in enumerate(bounds):
        above = bounds[place - 1] if place else Fraction(0)
        groups = [
            [one for one in job if (above < one.distance <= bound if place else one.distance == 0)]
            for job in jobs
        ]
        inside = [one for group in groups for one in group]
        if not inside:
            continue
        rows.append(
            Distance(
                above,
                bound,
                len(inside),
                pooled_with_error(_agreeing, [group for group in groups if group]),
                sum(one.agrees == 0 for one in inside) / len(inside),
                sum(one.agrees < 0 for one in inside) / len(inside),
            )
        )
    return rows


def _agreeing(pairs: Sequence[Apart]) -> float | None:
    return sum(one.agrees > 0 for one in pairs) / len(pairs) if pairs else None


def main(path: Path) -> int:
    """Print the table for labelled jobs."""
    from agents.scoring import exact_score
    from evals.score_ranges import read_jobs

    jobs = [
        pairs_apart([(exact_score(one.findings, one.requirements), one.score) for one in letters])
        for letters in read_jobs(path).values()
    ]
    print("points apart   pairs  readers agree  gave both the same  the other way round")
    for row in by_distance(jobs):
        mark = " *" if row.upto <= TIE_MARGIN else ""
        apart = f"{float(row.above):.2f} to {float(row.upto):.2f}" if row.upto else "equal"
        print(
            f"{apart:<13}{row.pairs:>7}  {row.agree.value or 0:.2f} ±{row.agree.standard_error or 0:.2f}"
            f"{row.same:>15.2f}{row.oppose:>21.2f}{mark}"
        )
    print(f"* within the margin of a close call, {float(TIE_MARGIN):g} points")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(
            "FILE must be one file of labelled jobs, or the word samples: python -m evals.close_calls FILE"
        )
    sys.exit(main(Path(sys.argv[1])))

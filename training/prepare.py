"""From files of letters to the three sides of a split, with what was left out on the way and what leaks.

Knows nothing about models.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.splits import (
    LeakReport,
    Shares,
    Split,
    SplitError,
    leaks,
    remove_duplicates,
    split_by_job,
    split_by_row,
)
from training.tables import read_examples, write_examples

if TYPE_CHECKING:
    from ingestion.raw_letter import Refusal

SIDES = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A split, the rows that were refused, how many letters were duplicates, and the fields without a column.

    ``leak`` is None for a split by job ad, which can't leak.
    """

    split: Split
    leak: LeakReport | None
    refused: tuple[Refusal, ...]
    duplicates: int
    missing: tuple[str, ...]

    def lines(self) -> list[str]:
        """Say in words what there is."""
        split = self.split
        counts = (
            f"{len(split.train)} to train, {len(split.validation)} to validate, {len(split.test)} to test"
        )
        lines = [f"letters: {counts}; split {split.how}"]
        if self.duplicates:
            lines.append(f"duplicates removed: {self.duplicates}")
        if self.missing:
            lines.append(f"no column for {', '.join(self.missing)}: empty in every prompt")
        if self.leak is not None:
            lines.append(f"leaks: {self.leak}")
        return lines


def prepare(
    data: str,
    *,
    test: str | None = None,
    published: bool = False,
    seed: int = 0,
    shares: Shares = Shares(),  # noqa: B008  # frozen
) -> Prepared:
    """Read letters and split them by job ad; with ``test``, measure on those letters instead and say what leaks.

    ``published`` splits by row and keeps duplicates, as the first system's data set was split.

    Raises:
        TableError: a source can't be read.
        SplitError: there are too few letters for the shares, or both ``test`` and ``published`` are given.
    """
    if test is not None and published:
        raise SplitError(
            "--published-split draws its own test letters, so it can't stand with --test: drop one"
        )
    table = read_examples(data)
    if published:
        split = split_by_row(table.examples, seed, shares.validation)
        leak = leaks((*split.train, *split.validation), split.test)
        return Prepared(split, leak, table.refused, 0, table.missing)
    examples = remove_duplicates(table.examples)
    duplicates = len(table.examples) - len(examples)
    if test is None:
        return Prepared(split_by_job(examples, seed, shares), None, table.refused, duplicates, table.missing)
    given = read_examples(test)
    split = split_by_job(examples, seed, Shares(shares.validation, 0))
    split = Split(split.train, split.validation, given.examples, f"{split.how}, test letters given")
    leak = leaks((*split.train, *split.validation), split.test)
    return Prepared(split, leak, (*table.refused, *given.refused), duplicates, table.missing)


def write_split(folder: Path, split: Split) -> None:
    """Write the three sides as train.jsonl, validation.jsonl and test.jsonl into a folder."""
    for name, side in zip(SIDES, (split.train, split.validation, split.test), strict=True):
        write_examples(folder / f"{name}.jsonl", side)

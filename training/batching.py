"""The order in which letters are read: drawn anew each epoch, letters of like length together.

Knows lengths only. The order depends on the seed and the epoch alone, so a run that goes on after a kill reads the
same letters in the same order (the Trainer's own sampler draws from a generator that a restart does not restore).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

MEGABATCH = 16
"""Batches among which letters are sorted by length: enough to save padding, and still another order each epoch."""


class LengthGroupedOrder:
    """A sampler. ``batch`` is how many letters one forward pass reads, over all devices."""

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths = lengths
        self._batch = batch
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next, from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        draw = random.Random(f"{self._seed} {self._epoch}")  # noqa: S311  # an order, no secret
        order = list(range(len(self._lengths)))
        draw.shuffle(order)
        size = self._batch * MEGABATCH
        batches: list[list[int]] = []
        for start in range(0, len(order), size):
            part = sorted(order[start : start + size], key=self._lengths.__getitem__, reverse=True)
            batches += [part[at : at + self._batch] for at in range(0, len(part), self._batch)]
        full = [batch for batch in batches if len(batch) == self._batch]
        rest = [batch for batch in batches if len(batch) < self._batch]
        draw.shuffle(full)
        if self._epoch == 0:  # the longest first: what does not fit in memory fails in the first minute
            full.sort(key=lambda batch: max(map(self._lengths.__getitem__, batch)) < max(self._lengths))
        return iter([row for batch in [*full, *rest] for row in batch])

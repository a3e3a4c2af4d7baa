"""A choice among numbers that a model can't leave: which of the numbered sentences, by probability.

A number may be several tokens, so the choice is a small tree of them. Where only one token can follow, the model isn't
asked. Knows nothing about letters or prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agents.judges.prefix_tree import Segment

if TYPE_CHECKING:
    import torch

Path = tuple[int, ...]


@dataclass(frozen=True)
class NumberChoice:
    """The choice among ``spelled``: the tokens of each number, the first for 1.

    All begin alike (``opening``), and none is the beginning of another.
    """

    spelled: tuple[Path, ...]

    def __post_init__(self) -> None:
        ends = set(self.spelled)
        if not self.spelled or len(ends) < len(self.spelled):
            raise ValueError("a choice needs numbers that are spelled differently")
        if any(path[:length] in ends for path in self.spelled for length in range(len(path))):
            raise ValueError("no number may be spelled as the beginning of another")

    @cached_property
    def opening(self) -> Path:
        """The tokens that come before the choice, whatever is chosen."""
        path: Path = ()
        while len(self._next[path]) == 1 and (*path, *self._next[path]) not in self.spelled:
            path += self._next[path]
        return path

    @cached_property
    def _next(self) -> Mapping[Path, tuple[int, ...]]:
        """Beginning -> the tokens that may follow it, ascending."""
        following: dict[Path, set[int]] = {}
        for path in self.spelled:
            for length, token in enumerate(path):
                following.setdefault(path[:length], set()).add(token)
        return {path: tuple(sorted(tokens)) for path, tokens in following.items()}

    @cached_property
    def asked(self) -> tuple[Path, ...]:
        """The beginnings behind which the model is asked, shortest first; ``opening`` is the first if any is."""
        open_paths = [path for path, tokens in self._next.items() if len(tokens) > 1]
        return tuple(sorted(open_paths, key=lambda path: (len(path), path)))

    def segments(self, parent: int, first: int) -> tuple[Segment, ...]:
        """Return the segments to read, one for each of ``asked``; the first of them gets the number ``first``."""
        numbers = {path: first + index for index, path in enumerate(self.asked)}
        found: list[Segment] = []
        for path in self.asked:
            above = next(
                (path[:length] for length in range(len(path) - 1, -1, -1) if path[:length] in numbers), None
            )
            if above is None:
                found.append(Segment(parent, path))
            else:
                found.append(Segment(numbers[above], path[len(above) :]))
        return tuple(found)

    def probabilities(self, logits: torch.Tensor) -> list[float]:
        """Return the probability of each number, given float32 (len(asked), width) logits behind ``asked``."""
        import torch

        steps: dict[Path, dict[int, float]] = {}
        for path, row in zip(self.asked, logits, strict=True):
            tokens = self._next[path]
            weights = torch.softmax(row[list(tokens)].double(), dim=0).tolist()
            steps[path] = dict(zip(tokens, weights, strict=True))
        found: list[float] = []
        for path in self.spelled:
            probability = 1.0
            for length, token in enumerate(path):
                probability *= steps.get(path[:length], {}).get(token, 1.0)
            found.append(probability)
        return found


def likeliest(probabilities: Sequence[float]) -> int:
    """Return the number, counted from 1, with the highest probability; the lowest of equal ones.

    >>> likeliest([0.2, 0.4, 0.4])
    2
    """
    return 1 + max(range(len(probabilities)), key=lambda index: (probabilities[index], -index))

"""Labels against the right ones: macro-F1 and AUC over pairs, and the two thresholds that turn cosines into labels best.

Knows nothing about where labels or cosines come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.verdict import Label
from evals.metrics import macro_f1, roc_auc

CLASSES: tuple[Label, ...] = ("met", "partial", "not_shown")

CUTS_TRIED = 200
"""Cosines that are tried as thresholds, evenly spread over those that occur."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """One letter and requirement: the labels that are right (the best first), the one given, and how likely "met" is.

    ``p_met`` may be any number that is larger where "met" is likelier.
    """

    right: tuple[Label, ...]
    found: Label | None
    p_met: float

    @property
    def expected(self) -> Label:
        """The given label where it is right, else the best right one."""
        return self.found if self.found is not None and self.found in self.right else self.right[0]


def label_f1(pairs: Sequence[JudgedPair]) -> float | None:
    """Return the macro-F1 over met, partial and not shown; None without labels."""
    return macro_f1([(pair.expected, pair.found) for pair in pairs if pair.found is not None], CLASSES)


def met_auc(pairs: Sequence[JudgedPair]) -> float | None:
    """Return the ROC AUC of met against the rest; a pair for which both are right stays out."""
    return roc_auc(
        [pair.p_met for pair in pairs if pair.right == ("met",)],
        [pair.p_met for pair in pairs if "met" not in pair.right],
    )


def best_thresholds(pairs: Sequence[JudgedPair]) -> tuple[float, float]:
    """Return the two cosines (partial, met) whose labels have the best macro-F1 on these very pairs.

    A pair is "met" at and above the second, "partial" at and above the first. No screening could know them beforehand,
    so labels made with them stand better here than they would in use.
    """
    if not pairs:
        raise ValueError("thresholds need at least one labelled pair, but got 0")
    ordered = np.sort(np.array([pair.p_met for pair in pairs]))
    cuts = ordered[np.unique(np.linspace(0, len(ordered) - 1, CUTS_TRIED).astype(int))]
    scored = list(_cut_pairs(pairs, cuts))
    best = max(score for score, _ in scored)
    return next(cut for score, cut in scored if score == best)


def middle_thresholds(pairs: Sequence[JudgedPair], cuts: Sequence[float]) -> tuple[float, float]:
    """Return the two thresholds (partial, met) among ``cuts`` with the best macro-F1 on these pairs.

    Many share it: the one in their middle is returned, which other pairs are likeliest to agree with.

    >>> pairs = [JudgedPair(("met",), None, 0.9), JudgedPair(("partial",), None, 0.5), JudgedPair(("not_shown",), None, 0.1)]
    >>> middle_thresholds(pairs, [0.2, 0.3, 0.4, 0.6, 0.7, 0.8])
    (0.3, 0.7)
    """
    if not pairs:
        raise ValueError("thresholds need at least one labelled pair, but got 0")
    scored = list(_cut_pairs(pairs, np.sort(np.array(cuts))))
    best = max(score for score, _ in scored)
    equals = [cut for score, cut in scored if score > best - 1e-12]
    middle = np.mean(np.array(equals), axis=0)
    return min(equals, key=lambda cut: (float(np.abs(np.array(cut) - middle).sum()), cut))


def _cut_pairs(pairs: Sequence[JudgedPair], cuts: np.ndarray) -> Iterator[tuple[float, tuple[float, float]]]:
    """Yield the macro-F1 that each two of ``cuts``, float (n,) in rising order, give, and the two: (partial, met)."""
    values = np.array([pair.p_met for pair in pairs])
    right = np.array([[label in pair.right for label in CLASSES] for pair in pairs])
    first = np.array([CLASSES.index(pair.right[0]) for pair in pairs])
    rows = np.arange(len(pairs))
    for place, partial in enumerate(cuts):
        for met in cuts[place:]:
            found = np.where(values >= met, 0, np.where(values >= partial, 1, 2))
            expected = np.where(right[rows, found], found, first)
            table = np.bincount(3 * expected + found, minlength=9).reshape(3, 3)
            both = table.sum(axis=0) + table.sum(axis=1)
            score = float(np.mean(2 * table.diagonal()[both > 0] / both[both > 0]))
            yield score, (float(partial), float(met))

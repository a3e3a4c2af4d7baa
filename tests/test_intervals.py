from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.intervals import COVERS, INTERVALS, label_values, score_interval
from agents.scoring import exact_score, rank_letters, shown_score
from agents.verdict import LABELS, Assessment, Finding, Label, Quote, Requirement

labels = st.sampled_from(LABELS)
sure = st.floats(0, 1).map(lambda value: round(value, 6))


def asked(weights: Sequence[float]) -> tuple[Requirement, ...]:
    """Requirements of these weights."""
    return tuple(Requirement(f"r{n}", f"thing {n}", "must", weight) for n, weight in enumerate(weights))


def doubtful(confidence: float) -> tuple[Finding, ...]:
    """Three findings that are partly met, as sure as that."""
    row: list[tuple[Label, float]] = [("partial", confidence)] * 3
    return found(row)


def found(row: Sequence[tuple[Label, float]]) -> tuple[Finding, ...]:
    """Findings of these labels and confidences."""
    return tuple(
        Finding(f"r{n}", label, confidence, None if label == "not_shown" else Quote("word", 0, 4))
        for n, (label, confidence) in enumerate(row)
    )


@given(st.lists(st.tuples(labels, sure, st.sampled_from((1.0, 2.0, 0.37, 100.0))), min_size=1, max_size=12))
def test_the_range_holds_the_score(rows: list[tuple[Label, float, float]]) -> None:
    """Whatever was found, a range lies between 1 and 10, has one decimal, and the score is within."""
    requirements = asked([weight for *_, weight in rows])
    findings = found([row[:2] for row in rows])
    low, high = score_interval(findings, requirements)
    assert 1 <= low <= shown_score(exact_score(findings, requirements)) <= high <= 10
    assert (low, high) == (round(low, 1), round(high, 1))


def test_sure_findings_leave_no_range() -> None:
    """Nothing can be otherwise where every label is certain."""
    findings = found([("met", 1.0), ("partial", 1.0), ("not_shown", 1.0)])
    assert score_interval(findings, asked([2, 2, 1])) == (6.4, 6.4)


def test_less_sure_findings_have_a_wider_range() -> None:
    """Doubt widens, and the factor does."""
    requirements = asked([2, 2, 1])
    sizes = [
        high - low
        for confidence in (0.95, 0.8, 0.6)
        for low, high in [score_interval(doubtful(confidence), requirements)]
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    low, high = score_interval(doubtful(0.6), requirements, widening=4.0)
    assert high - low > sizes[-1]


@given(st.lists(st.tuples(labels, sure), min_size=1, max_size=5), st.sampled_from((0.1, 0.9)))
def test_the_distribution_is_that_of_independent_labels(
    rows: list[tuple[Label, float]], share: float
) -> None:
    """Against a count of every possibility: a tenth lies beyond either bound, a fifth where one step can't be parted."""
    requirements = asked([2, 1, 2, 1, 3][: len(rows)])
    low, high = score_interval(found(rows), requirements)
    beyond = 0.0
    total = sum(requirement.weight for requirement in requirements)
    for values in product((0, 1, 2), repeat=len(rows)):
        score = 1 + 9 * sum(v * r.weight for v, r in zip(values, requirements, strict=True)) / (2 * total)
        likely = 1.0
        for value, (label, confidence) in zip(values, rows, strict=True):
            likely *= label_values(label, confidence)[value]
        if (score > high + 0.05) if share > 0.5 else (score < low - 0.05):
            beyond += likely
    assert beyond <= (1 - COVERS) + 1e-6


@given(labels, sure, st.sampled_from((1.0, 2.0)))
def test_the_values_of_a_label_are_a_distribution(label: Label, confidence: float, widening: float) -> None:
    """They add up to one, and a wrong label is most likely its neighbour."""
    values = label_values(label, confidence, widening)
    assert sum(values) == pytest.approx(1.0, abs=1e-6)
    assert all(value >= 0 for value in values)
    if label == "met":
        assert values[0] == 0


def test_only_the_evidence_judge_has_ranges() -> None:
    """Confidences that nobody measured give none."""
    requirements = asked([2])
    letters = [Assessment(1, "1", None, None, found([("met", 0.7)]))]
    assert set(INTERVALS) == {"evidence"}
    assert rank_letters(letters, requirements)[0].interval is None
    assert rank_letters(letters, requirements, INTERVALS["evidence"])[0].interval == (5.5, 10.0)

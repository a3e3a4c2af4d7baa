"""A verdict with what people changed laid over it: labels and scores, and the order that follows from them.

Never rewrites a finding: the judge's own label, score and rank stay beside the person's, and the stored screening
replays to the same bytes. Knows nothing about how a change was recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from agents.scoring import TIE_MARGIN, exact_score, first_or_reason, shown_score, standing_of
from agents.verdict import Assessment, Finding, Label, Quote, Ranked, Requirement, Verdict

_NO_WORDS = Quote("", 0, 0)
"""Stands for the quote that a person's label need not have, inside the arithmetic only."""


@dataclass(frozen=True, slots=True)
class Override:
    """One change by a person that stands: of a label, or of the whole score where ``requirement_id`` is None.

    ``reason`` is the person's own words, "erased" where they were erased since.
    """

    letter_key: int
    letter_id: str
    requirement_id: str | None
    label: Label | None
    score: float | None
    reason: str
    actor: str
    created: str
    place: int


@dataclass(frozen=True, slots=True)
class ReviewedLabel:
    """A label as it counts now. ``judged`` is the judge's own, ``changed`` the override where a person made one.

    ``quote`` is the judge's; a label that a person gave may have none.
    """

    requirement_id: str
    label: Label
    judged: Label
    confidence: float
    quote: Quote | None
    note: str
    changed: Override | None


@dataclass(frozen=True, slots=True)
class ReviewedLetter:
    """One letter as it stands now, and as the judge's findings alone would have it."""

    rank: int
    score: float
    judged_rank: int
    judged_score: float
    letter_key: int
    letter_id: str
    applicant: str | None
    similarity: float | None
    labels: tuple[ReviewedLabel, ...]
    score_changed: Override | None

    @property
    def changed(self) -> bool:
        """Whether a person changed anything about this letter."""
        return self.score_changed is not None or any(label.changed for label in self.labels)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A verdict under people's changes. ``judged`` is the verdict as it stands without them."""

    judged: Verdict
    ranking: tuple[ReviewedLetter, ...]
    winner: str | None
    tied_with: tuple[str, ...]
    declined_because: str | None

    @property
    def changed(self) -> bool:
        """Whether a person changed anything at all."""
        return any(letter.changed for letter in self.ranking)


def with_overrides(verdict: Verdict, overrides: Sequence[Override]) -> Reviewed:
    """Lay people's changes over a verdict: labels, then scores, order, winner and ties by the same arithmetic.

    A changed score takes the place of the arithmetic for its letter; who may be named first is decided by the labels
    all the same. A change of a letter or a requirement that the verdict does not have is left out.
    """
    if verdict.comparison_only:
        return _untouched(verdict)
    requirements = verdict.posting.requirements
    changes = {(one.letter_key, one.requirement_id): one for one in overrides}
    scored: list[tuple[Fraction, Ranked, Assessment]] = []
    for ranked in verdict.ranking:
        now = _relabelled(ranked.assessment, changes)
        score = exact_score(now.findings, requirements)
        given = changes.get((now.letter_key, None))
        if given is not None and given.score is not None:
            score = Fraction(str(given.score))
        scored.append((score, ranked, now))
    scored.sort(key=lambda entry: standing_of(entry[0], entry[2], requirements))
    return _named(verdict, scored, changes, requirements)


_Changes = dict[tuple[int, str | None], Override]


def _relabelled(assessment: Assessment, changes: _Changes) -> Assessment:
    """Return the assessment with the labels that count, quotes only where the arithmetic asks for one."""
    findings: list[Finding] = []
    for finding in assessment.findings:
        change = changes.get((assessment.letter_key, finding.requirement_id))
        if change is not None and change.label is not None:
            quote = None if change.label == "not_shown" else finding.quote or _NO_WORDS
            findings.append(replace(finding, label=change.label, quote=quote))
        else:
            findings.append(finding)
    return replace(assessment, findings=tuple(findings))


def _named(
    verdict: Verdict,
    scored: Sequence[tuple[Fraction, Ranked, Assessment]],
    changes: _Changes,
    requirements: Sequence[Requirement],
) -> Reviewed:
    ranking = [
        Ranked(rank, now, shown_score(score), None) for rank, (score, _, now) in enumerate(scored, start=1)
    ]
    first, reason = first_or_reason(ranking, requirements, verdict.pool)
    tied: tuple[str, ...] = ()
    if first is not None:
        best = scored[first.rank - 1][0]
        tied = tuple(
            now.letter_id
            for score, _, now in scored
            if now is not first.assessment and abs(best - score) <= TIE_MARGIN
        )
    return Reviewed(
        judged=verdict,
        ranking=tuple(
            _letter(now.rank, now.score, then, _labels(then.assessment, now.assessment, changes), changes)
            for now, (_, then, _) in zip(ranking, scored, strict=True)
        ),
        winner=None if first is None else first.assessment.letter_id,
        tied_with=tied,
        declined_because=reason,
    )


def _labels(then: Assessment, now: Assessment, changes: _Changes) -> tuple[ReviewedLabel, ...]:
    return tuple(
        ReviewedLabel(
            requirement_id=judged.requirement_id,
            label=counts.label,
            judged=judged.label,
            confidence=judged.confidence,
            quote=None if counts.label == "not_shown" else judged.quote,
            note=judged.note,
            changed=changes.get((then.letter_key, judged.requirement_id)),
        )
        for judged, counts in zip(then.findings, now.findings, strict=True)
    )


def _letter(
    rank: int, score: float, then: Ranked, labels: tuple[ReviewedLabel, ...], changes: _Changes
) -> ReviewedLetter:
    one = then.assessment
    return ReviewedLetter(
        rank=rank,
        score=score,
        judged_rank=then.rank,
        judged_score=then.score,
        letter_key=one.letter_key,
        letter_id=one.letter_id,
        applicant=one.applicant,
        similarity=one.similarity,
        labels=labels,
        score_changed=changes.get((one.letter_key, None)),
    )


def _untouched(verdict: Verdict) -> Reviewed:
    return Reviewed(
        judged=verdict,
        ranking=tuple(_letter(one.rank, one.score, one, (), {}) for one in verdict.ranking),
        winner=None if verdict.winner is None else verdict.winner.letter_id,
        tied_with=(),
        declined_because=verdict.declined_because,
    )

"""The look-ups over one screening: pure functions from a subject to facts.

Knows nothing about questions, models or how facts are told. Whatever is asked, a fact's quotes are spans of the letter
it speaks of.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

from agents.chat.facts import (
    Change,
    Citation,
    Compared,
    Comparison,
    LetterFacts,
    Read,
    RequirementFacts,
    ScoreFacts,
    Shown,
    Standing,
    Step,
    Surroundings,
    WaysUp,
    WhyNot,
)
from agents.chat.subject import ChatError, Subject
from agents.scoring import MARGIN_WORDS, TIE_MARGIN, VALUE, exact_score, shown_score
from agents.verdict import Finding, Label, Requirement

MOST_COMPARED = 4
_BEST_FIRST: tuple[Label, ...] = ("met", "partial", "not_shown", "contradicted")


def _shown(subject: Subject, letter_id: str, requirement: Requirement, finding: Finding) -> Shown:
    citation = None if finding.quote is None else subject.cite_quote(letter_id, finding.quote)
    return Shown(
        letter_id,
        requirement,
        finding.label,
        finding.note,
        citation,
        replaced=finding.quote is not None and citation is None,
    )


def findings_of(subject: Subject, letter_id: str) -> LetterFacts:
    """Return a letter's place and findings, or why it was not judged. Raises ChatError for a stranger."""
    known = subject.known(letter_id)
    if known in subject.unjudged:
        return LetterFacts(known, None, None, None, (), subject.unjudged[known].reason)
    ranked = subject.ranked[known]
    findings = ranked.assessment.findings
    return LetterFacts(
        known,
        ranked.rank,
        ranked.score,
        exact_score(findings, subject.requirements),
        tuple(
            _shown(subject, known, requirement, finding)
            for requirement, finding in zip(subject.requirements, findings, strict=True)
        ),
    )


def by_requirement(subject: Subject, requirement_id: str) -> RequirementFacts:
    """Return what every judged letter shows for one requirement."""
    requirement = subject.requirement(requirement_id)
    place = subject.requirements.index(requirement)
    subject.preload(tuple(subject.ranked))
    shown = [
        _shown(subject, letter_id, requirement, ranked.assessment.findings[place])
        for letter_id, ranked in subject.ranked.items()
    ]
    return RequirementFacts(requirement, tuple(sorted(shown, key=lambda one: _BEST_FIRST.index(one.label))))


def compare(subject: Subject, letter_ids: Sequence[str], requirement_ids: Sequence[str] = ()) -> Comparison:
    """Put two to four letters side by side, on some requirements or on all.

    Raises:
        ChatError: fewer than two letters, more than four, or a stranger among them.
    """
    known = list(dict.fromkeys(subject.known(letter_id) for letter_id in letter_ids))
    if not 2 <= len(known) <= MOST_COMPARED:
        raise ChatError(f"a comparison takes 2 to {MOST_COMPARED} different letters, but got {len(known)}")
    letters = tuple(findings_of(subject, letter_id) for letter_id in known)
    chosen = [subject.requirement(one) for one in requirement_ids] or list(subject.requirements)
    judged = [letter for letter in letters if letter.unjudged is None]
    return Comparison(letters, tuple(_row(subject, requirement, judged) for requirement in chosen))


def _row(subject: Subject, requirement: Requirement, letters: Sequence[LetterFacts]) -> Compared:
    place = subject.requirements.index(requirement)
    cells = tuple(letter.shown[place] for letter in letters)
    values = [VALUE[cell.label] for cell in cells]
    best = max(values, default=Fraction(0))
    better = [
        cell.letter_id
        for cell, value in zip(cells, values, strict=True)
        if value == best and min(values) < best
    ]
    return Compared(requirement, cells, tuple(better))


def explain_score(subject: Subject, letter_id: str) -> ScoreFacts:
    """Return a score with every step of its arithmetic. Raises ChatError for a letter without one."""
    known = _judged(subject, letter_id)
    ranked = subject.ranked[known]
    steps = tuple(
        Step(requirement, finding.label, Fraction(str(requirement.weight)), VALUE[finding.label])
        for requirement, finding in zip(subject.requirements, ranked.assessment.findings, strict=True)
    )
    worth = sum((step.weight * step.value for step in steps), Fraction(0))
    weight = sum((step.weight for step in steps), Fraction(0))
    exact = exact_score(ranked.assessment.findings, subject.requirements)
    return ScoreFacts(known, steps, worth, weight, exact, ranked.score, ranked.rank)


def _judged(subject: Subject, letter_id: str) -> str:
    known = subject.known(letter_id)
    if known in subject.unjudged:
        raise ChatError(f"letter {known} has no score: {subject.unjudged[known].reason}")
    return known


def ways_up(
    subject: Subject, letter_id: str, target: float | None = None, *, beats: str | None = None
) -> WaysUp:
    """Return what would raise a letter's score, and the smallest groups of changes that reach a target.

    ``target`` is a score as it is shown (1 to 10, one decimal); ``beats`` asks instead for a score above another
    letter's. Raises ChatError for a letter without a score, or a target out of range.
    """
    if target is not None and not 1 <= target <= 10:
        raise ChatError(f"a score lies between 1 and 10, but {target:g} was asked for")
    facts = explain_score(subject, letter_id)
    open_steps = [step for step in facts.steps if step.value < 1]
    changes = [_change(facts, step) for step in open_steps]
    singles = tuple(sorted(changes, key=lambda change: -change.gain))
    if beats is not None:
        rival = exact_score(subject.ranked[_judged(subject, beats)].assessment.findings, subject.requirements)

        def reached(score: Fraction) -> bool:
            return score > rival
    elif target is not None:
        goal = Fraction(str(target))

        def reached(score: Fraction) -> bool:
            return Fraction(str(shown_score(score))) >= goal
    else:
        return WaysUp(facts.letter_id, facts.score, None, singles, ())
    sets: tuple[tuple[tuple[Change, ...], float], ...] = ()
    for size in range(len(changes) + 1):
        enough = [
            (group, total)
            for group in itertools.combinations(singles, size)
            if reached(total := facts.exact + sum((change.gain for change in group), Fraction(0)))
        ]
        if enough:
            enough.sort(key=lambda one: one[1])
            sets = tuple((group, shown_score(total)) for group, total in enough)
            break
    return WaysUp(facts.letter_id, facts.score, target, singles, sets, beats)


def _change(facts: ScoreFacts, step: Step) -> Change:
    gain = 9 * step.weight * (1 - step.value) / facts.weight
    return Change(step.requirement, step.label, gain, shown_score(facts.exact + gain))


def surroundings(subject: Subject, letter_id: str, requirement_id: str | None = None) -> Surroundings:
    """Return a finding's sentence with the one before and the one after.

    Without a requirement it is the letter's best finding. Raises ChatError when there is no quote to show.
    """
    facts = findings_of(subject, letter_id)
    if facts.unjudged is not None:
        raise ChatError(f"letter {facts.letter_id} was not judged: {facts.unjudged}")
    wanted = None if requirement_id is None else subject.requirement(requirement_id)
    quotes = [one for one in facts.shown if one.citation is not None and wanted in (None, one.requirement)]
    if not quotes:
        if any(one.replaced for one in facts.shown):
            raise ChatError(f"letter {facts.letter_id} was read in again since; screen again to quote it")
        what = "any requirement" if wanted is None else wanted.text
        raise ChatError(f"letter {facts.letter_id} shows nothing for {what}, so there is no sentence to show")
    best = min(quotes, key=lambda one: _BEST_FIRST.index(one.label))
    assert best.citation is not None
    return around(subject, best.citation, best.requirement)


def around(subject: Subject, quote: Citation, requirement: Requirement | None = None) -> Surroundings:
    """Return the sentence that a quote stands in, with the one before and the one after."""
    letter_id = quote.letter_id
    start, end = subject.letter(letter_id).offsets.to_judged(quote.start, quote.end)
    sentences = subject.sentences(letter_id)
    inside = [place for place, one in enumerate(sentences) if one.start < end and start < one.end]
    if not inside:
        return Surroundings(letter_id, requirement, quote, None, quote, None)
    first, last = inside[0], inside[-1]
    before = sentences[first - 1] if first else None
    after = sentences[last + 1] if last + 1 < len(sentences) else None
    return Surroundings(
        letter_id,
        requirement,
        quote,
        before and subject.cite_judged(letter_id, before.start, before.end),
        subject.cite_judged(letter_id, sentences[first].start, sentences[last].end),
        after and subject.cite_judged(letter_id, after.start, after.end),
    )


def why_not(subject: Subject, letter_id: str, against: str | None = None) -> WhyNot:
    """Return a letter beside the winner, or beside ``against``. Raises ChatError for a stranger."""
    letter = findings_of(subject, letter_id)
    rival = subject.known(against) if against is not None else subject.winner
    verdict = subject.verdict
    if rival is None or rival == letter.letter_id or letter.unjudged is not None:
        other = None if rival is None else findings_of(subject, rival)
        return WhyNot(letter, other, (), tied=False, declined=verdict.declined_because)
    other = findings_of(subject, rival)
    if other.unjudged is not None:
        return WhyNot(letter, other, (), tied=False, declined=verdict.declined_because)
    rows = tuple(_row(subject, requirement, (letter, other)) for requirement in subject.requirements)
    assert letter.exact is not None
    assert other.exact is not None
    tied = abs(letter.exact - other.exact) <= TIE_MARGIN
    named = rival == subject.winner
    return WhyNot(letter, other, rows, tied=tied, declined=verdict.declined_because, named=named)


def standing(subject: Subject, count: int) -> Standing:
    """Return the first ``count`` places, the winner and who is within the margin."""
    verdict = subject.verdict
    first = [ranked.assessment.letter_id for ranked in verdict.ranking[: max(count, 0)]]
    return Standing(
        tuple(findings_of(subject, letter_id) for letter_id in first),
        subject.winner,
        verdict.declined_because,
        verdict.winner.tied_with if verdict.winner else (),
        len(verdict.ranking),
        verdict.pool,
    )


def next_reads(subject: Subject, read: Sequence[str] = (), limit: int = 3) -> tuple[Read, ...]:
    """Return letters worth reading beside the winner and those in ``read``.

    First those within the margin of the winner, then those that meet a requirement which the winner does not, then
    the next in order.
    """
    verdict = subject.verdict
    seen = {*read, *([subject.winner] if subject.winner else [])}
    lacking: list[str] = []
    if subject.winner is not None:
        lacking = [
            one.requirement.id for one in findings_of(subject, subject.winner).shown if one.label != "met"
        ]
    found: list[Read] = []

    def add(letter_id: str, reason: str, shown: Shown | None = None) -> None:
        if letter_id not in seen and len(found) < limit:
            seen.add(letter_id)
            ranked = subject.ranked[letter_id]
            found.append(Read(letter_id, ranked.rank, ranked.score, reason, shown))

    for letter_id in verdict.winner.tied_with if verdict.winner else ():
        add(letter_id, f"within {MARGIN_WORDS} of the winner")
    if verdict.ranking:
        following = [ranked.assessment.letter_id for ranked in verdict.ranking]
        for letter_id in following:
            if letter_id not in seen:
                add(letter_id, "next in the order")
                break
        for requirement_id in lacking:
            met = by_requirement(subject, requirement_id).labelled("met")
            if met:
                one = met[0]
                add(one.letter_id, f"shows what the winner does not: {one.requirement.text}", one)
        for letter_id in following:
            add(letter_id, "next in the order")
    return tuple(sorted(found, key=lambda one: one.rank))

"""A verdict as it may be shown or handed on where names are not to be seen: ids only, quotes masked as they were judged.

For showing alone: a masked quote is no longer the letter's own words in its place. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from agents.rationale import render_rationale
from agents.verdict import Finding, Quote, Ranked, Unjudged, Verdict, Winner
from ingestion.letter import Letter

UNREADABLE = "(the letter was erased)"
"""Stands for a quote whose letter is not there to be masked."""


def unnamed(verdict: Verdict, letters: Mapping[int, Letter], revealed: Container[int]) -> Verdict:
    """Return the verdict without names and contacts, but for the letters whose key is ``revealed``.

    ``letters`` holds the letters of the ranking by their key; the quotes of one that is missing are left out.
    """
    ranking = tuple(
        unnamed_rank(one, letters.get(one.assessment.letter_key), revealed) for one in verdict.ranking
    )
    return replace(
        verdict,
        winner=unnamed_winner(verdict, ranking),
        ranking=ranking,
        unjudged=tuple(_unjudged(one, revealed) for one in verdict.unjudged),
    )


def unnamed_rank(ranked: Ranked, letter: Letter | None, revealed: Container[int]) -> Ranked:
    """Return one place of the ranking in the same way."""
    one = ranked.assessment
    if one.letter_key in revealed:
        return ranked
    findings = tuple(_masked(finding, letter) for finding in one.findings)
    return replace(ranked, assessment=replace(one, applicant=None, findings=findings))


def _masked(finding: Finding, letter: Letter | None) -> Finding:
    quote = finding.quote
    if quote is None:
        return finding
    words = UNREADABLE
    if letter is not None:
        start, end = letter.offsets.to_judged(quote.start, quote.end)
        words = letter.judged_text[start:end]
    return replace(finding, quote=Quote(words, quote.start, quote.end))


def _unjudged(one: Unjudged, revealed: Container[int]) -> Unjudged:
    return one if one.letter_key in revealed else replace(one, applicant=None)


def unnamed_winner(verdict: Verdict, ranking: Sequence[Ranked]) -> Winner | None:
    """Return the winner with the name and the quotes of its place in ``ranking``, the places as ``unnamed_rank`` gives them.

    ``ranking`` may leave out places that the rationale does not quote (``quoted_ranks`` names those that it does). The
    words of a comparison quote nobody and stay.
    """
    winner, first = verdict.winner, winning_rank(verdict)
    if winner is None or first is None:
        return None
    shown = {one.rank: one for one in ranking}
    rationale = winner.rationale
    if not verdict.comparison_only:
        places = tuple(shown.get(one.rank, one) for one in verdict.ranking)
        rationale = render_rationale(
            shown[first.rank], places, verdict.posting.requirements, winner.tied_with
        )
    return replace(winner, applicant=shown[first.rank].assessment.applicant, rationale=rationale)


def quoted_ranks(verdict: Verdict) -> tuple[Ranked, ...]:
    """Return the places of the ranking whose letters the rationale quotes: the winner's and the one after it."""
    first = winning_rank(verdict)
    return () if first is None else verdict.ranking[first.rank - 1 : first.rank + 1]


def winning_rank(verdict: Verdict) -> Ranked | None:
    """Return the winner's place in the ranking, None where no winner is named."""
    winner = verdict.winner
    if winner is None:
        return None
    return next(one for one in verdict.ranking if one.assessment.letter_id == winner.letter_id)

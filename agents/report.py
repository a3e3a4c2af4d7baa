"""A verdict as a text report, and as the JSON object that other programs rely on.

Draws what the verdict holds; decides and computes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import JsonValue

from agents.rationale import one_line, one_line_reason
from agents.verdict import Finding, Label, Notice, Prose, Quote, Ranked, Unjudged, Verdict

SCHEMA = 1
"""Version of the JSON object; raised when a key changes its meaning or goes away."""


NOTICES_SHOWN = 12
"""Notices that the text report lists before it counts the rest."""


def _decimals(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _quote_json(quote: Quote | None) -> JsonValue:
    return None if quote is None else {"text": quote.text, "start": quote.start, "end": quote.end}


def _finding_json(finding: Finding) -> JsonValue:
    return {
        "requirement_id": finding.requirement_id,
        "label": finding.label,
        "confidence": _decimals(finding.confidence),
        "quote": _quote_json(finding.quote),
    }


def _ranked_json(ranked: Ranked) -> JsonValue:
    interval = ranked.interval
    return {
        "rank": ranked.rank,
        "letter_id": ranked.assessment.letter_id,
        "applicant": ranked.assessment.applicant,
        "score": ranked.score,
        "interval": None if interval is None else [_decimals(interval[0]), _decimals(interval[1])],
        "similarity": _decimals(ranked.assessment.similarity),
        "findings": [_finding_json(finding) for finding in ranked.assessment.findings],
    }


def _unjudged_json(unjudged: Unjudged) -> JsonValue:
    return {
        "letter_id": unjudged.letter_id,
        "applicant": unjudged.applicant,
        "reason": unjudged.reason,
        "similarity": _decimals(unjudged.similarity),
    }


def _notice_json(notice: Notice) -> JsonValue:
    return {"code": notice.code, "letter_id": notice.letter_id, "text": notice.text}


def verdict_json(verdict: Verdict) -> dict[str, JsonValue]:
    """Return the contract's JSON object; floats have at most 6 decimals.

    ``comparison_only`` (true) and ``prose`` stand in it only where they apply.
    """
    winner = verdict.winner
    found: dict[str, JsonValue] = {
        "schema": SCHEMA,
        "screening_id": verdict.screening_id,
        "strategy": verdict.strategy,
        "posting": {
            "name": verdict.posting.name,
            "job_description": verdict.posting.job_description,
            "requirements": [
                {"id": r.id, "text": r.text, "kind": r.kind, "weight": _decimals(r.weight)}
                for r in verdict.posting.requirements
            ],
        },
        "winner": None
        if winner is None
        else {
            "letter_id": winner.letter_id,
            "applicant": winner.applicant,
            "score": winner.score,
            "rationale": winner.rationale,
            "tied_with": list(winner.tied_with),
        },
        "declined_because": verdict.declined_because,
        "ranking": [_ranked_json(ranked) for ranked in verdict.ranking],
        "unjudged": [_unjudged_json(unjudged) for unjudged in verdict.unjudged],
        "judged": 0 if verdict.comparison_only else len(verdict.ranking),
        "pool": verdict.pool,
        "warnings": [_notice_json(notice) for notice in verdict.warnings],
        "pipeline": verdict.pipeline,
        "seconds": {
            "retrieve": _decimals(verdict.seconds.retrieve),
            "judge": _decimals(verdict.seconds.judge),
            "total": _decimals(verdict.seconds.total),
        },
    }
    if verdict.comparison_only:
        found["comparison_only"] = True
    if verdict.prose is not None:
        prose = verdict.prose
        found["prose"] = {
            "sentences": list(prose.sentences),
            "dropped": prose.dropped,
            "failed": prose.failed,
        }
    return found


def verdict_bytes(verdict: Verdict) -> bytes:
    """Return the JSON object as UTF-8, the bytes that a replay must reproduce."""
    return json.dumps(verdict_json(verdict), ensure_ascii=False, separators=(",", ":")).encode()


def count_labels(findings: Sequence[Finding], label: Label) -> int:
    """Count the findings that carry ``label``."""
    return sum(finding.label == label for finding in findings)


def render_report(verdict: Verdict) -> str:
    """Return the report as plain text: winner, score and rationale first, then everyone in order.

    No id, requirement or quote starts a line of its own: white space in them is folded.
    """
    lines: list[str] = []
    if verdict.comparison_only:
        lines.append("COMPARISON ONLY: no findings, no ranking, and no decision can be taken on it.")
    winner = verdict.winner
    if winner is not None:
        lines.append(f"WINNER ID: {one_line(winner.letter_id)}      MATCH SCORE: {winner.score:g}/10")
        lines.append(f"DECISION RATIONALE: {one_line(winner.rationale)}")
    else:
        lines.append("WINNER ID: none      MATCH SCORE: none")
        lines.append(f"DECISION RATIONALE: no winner is named. {verdict.declined_because}")
    if verdict.prose is not None:
        lines += _prose_lines(verdict.prose)
    if verdict.ranking and not verdict.comparison_only:
        lines += ["", "RANKING", *_ranking_lines(verdict)]
    if verdict.unjudged:
        head = "NOT SCORED" if verdict.comparison_only else "NOT JUDGED"
        lines += ["", f"{head} ({len(verdict.unjudged)})"]
        lines += [f"  {one_line(u.letter_id)}: {u.reason}" for u in verdict.unjudged]
    if verdict.warnings:
        lines += ["", "NOTICES"]
        lines += [
            f"  {one_line(notice.letter_id) + ': ' if notice.letter_id else ''}{one_line(notice.text)}"
            for notice in verdict.warnings
        ]
    return "\n".join(lines)


def _prose_lines(prose: Prose) -> list[str]:
    """Return the model's sentences under a head that says whose they are, and what became of the others."""
    lines = ["", "IN A LANGUAGE MODEL'S WORDS (kept only where a finding supports the sentence)"]
    lines += [f"  {one_line(sentence)}" for sentence in prose.sentences]
    if prose.failed is not None:
        lines.append(f"  none: {one_line(prose.failed)}")
    elif prose.dropped:
        sentences = "sentence" if prose.dropped == 1 else "sentences"
        lines.append(
            f"  ({prose.dropped} {sentences} dropped: no finding supports {'it' if prose.dropped == 1 else 'them'})"
        )
    elif not prose.sentences:
        lines.append("  none: the model wrote nothing")
    return lines


def _ranking_lines(verdict: Verdict) -> list[str]:
    ids = [one_line(ranked.assessment.letter_id) for ranked in verdict.ranking]
    width = max(4, *(len(letter_id) for letter_id in ids))
    head = f"{'rank':>4}  {'id':<{width}}  score  met  part  not shown  why"
    rows = [
        f"{ranked.rank:>4}  {letter_id:<{width}}  {ranked.score:>5.1f}"
        f"  {count_labels(ranked.assessment.findings, 'met'):>3}"
        f"  {count_labels(ranked.assessment.findings, 'partial'):>4}"
        f"  {count_labels(ranked.assessment.findings, 'not_shown'):>9}"
        f"  {one_line(one_line_reason(ranked, verdict.posting.requirements))}"
        for ranked, letter_id in zip(verdict.ranking, ids, strict=True)
    ]
    return [head, *rows]

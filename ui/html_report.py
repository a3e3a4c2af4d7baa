"""A verdict as one HTML page to print or file: nothing in it is fetched, nothing in it runs.

Every word that came from elsewhere is escaped; the page forbids scripts and any other host for itself. Decides nothing.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable

from agents.rationale import one_line_reason
from agents.report import count_labels
from agents.scoring import FORMULA, MARGIN_WORDS
from agents.unnamed import winning_rank
from agents.verdict import LABELS, Finding, Ranked, Requirement, Verdict
from ui.label_words import INTERVAL_MEANS, SAYS, SIGNS, score_words
from ui.terminal import one_line, visible

QUOTED_LETTERS = 25
"""Letters at the head of the ranking whose quotes are printed; all letters stand in the table before them."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:1.6rem 0 .4rem}h3{font-size:1rem;margin:1rem 0 .2rem}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:center;white-space:nowrap}blockquote{margin:.1rem 0 .5rem;padding-left:.6rem;border-left:3px solid #666}
.box{border:2px solid #111;padding:.6rem 1rem;margin:1rem 0}.quiet{color:#444}.wrap{overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}code{font-size:.85rem;overflow-wrap:anywhere;white-space:pre-wrap}
@media print{body{margin:0;max-width:none;font-size:11pt}h2,h3{break-after:avoid}tr,blockquote,.letter{break-inside:avoid}
thead{display:table-header-group}}
@media (max-width:40rem){table{font-size:.85rem}th,td{padding:.15rem .25rem}}
"""


def html_report(verdict: Verdict) -> str:
    """Return the page: who stands first and why, everybody in order, quotes, notices, and the fingerprint."""
    body = [
        f"<h1>Screening {_text(verdict.screening_id)}</h1>",
        f'<p class="quiet">Posting {_text(verdict.posting.name)} · judged by {_text(verdict.strategy)} · '
        f"{_judged_words(verdict)}</p>",
        '<p class="box"><strong>The program recommends; a person decides.</strong> Nobody is rejected by this page. '
        "“Not shown” is said of the letter, never of the person.</p>",
        _winner(verdict),
        _requirements(verdict.posting.requirements),
        _ranking(verdict),
        _quotes(verdict),
        _unjudged(verdict),
        _notices(verdict),
        f"<h2>Job description</h2><pre>{html.escape(visible(verdict.posting.job_description))}</pre>",
        _fingerprint(verdict),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">'
        f"<title>Screening {_text(verdict.screening_id)}</title><style>{_STYLE}</style></head>"
        f'<body class="wrap">{"".join(body)}</body></html>\n'
    )


def _text(words: str) -> str:
    return html.escape(one_line(words))


def _judged_words(verdict: Verdict) -> str:
    judged = 0 if verdict.comparison_only else len(verdict.ranking)
    return f"{judged:,} of {verdict.pool:,} letters judged"


def _name(letter_id: str, applicant: str | None) -> str:
    return f"{_text(letter_id)} · {_text(applicant)}" if applicant else _text(letter_id)


def _winner(verdict: Verdict) -> str:
    winner = verdict.winner
    if winner is None:
        return f"<h2>No winner is named</h2><p>{_text(verdict.declined_because or '')}</p>"
    head = (
        "Picked for comparison only; no decision can be taken on it" if verdict.comparison_only else "First"
    )
    first = winning_rank(verdict)
    score = f"{winner.score:.1f} of 10" if first is None else score_words(first)
    tied = ""
    if winner.tied_with:
        tied = f"<p>A close call: within {MARGIN_WORDS} stand {_text(', '.join(winner.tied_with))}.</p>"
    prose = ""
    if verdict.prose is not None and verdict.prose.sentences:
        sentences = "".join(f"<li>{_text(one)}</li>" for one in verdict.prose.sentences)
        prose = (
            "<h3>In a language model's words (kept only where a finding supports the sentence)</h3>"
            f"<ul>{sentences}</ul>"
        )
    return (
        f"<h2>{head}: {_name(winner.letter_id, winner.applicant)}, {score}</h2>"
        f"<p>{_text(winner.rationale)}</p>{tied}{prose}"
    )


def _requirements(requirements: Iterable[Requirement]) -> str:
    rows = "".join(
        f'<tr><td class="n">{number}</td><td>{_text(one.text)}</td><td>{_text(one.kind)}</td>'
        f'<td class="n">{one.weight:g}</td></tr>'
        for number, one in enumerate(requirements, start=1)
    )
    return (
        '<h2>Requirements</h2><table><thead><tr><th class="n">No.</th><th>Requirement</th><th>Kind</th>'
        f'<th class="n">Weight</th></tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="quiet">Score: {html.escape(FORMULA)}.</p>'
    )


def _ranking(verdict: Verdict) -> str:
    if not verdict.ranking:
        return ""
    numbers = "".join(f'<th class="n">{n}</th>' for n in range(1, len(verdict.posting.requirements) + 1))
    rows = "".join(_ranking_row(one, verdict.posting.requirements) for one in verdict.ranking)
    means = "" if verdict.ranking[0].interval is None else f"<br>{html.escape(INTERVAL_MEANS)}"
    key = " · ".join(f"{SIGNS[label]} {SAYS[label]}" for label in LABELS)
    return (
        f'<h2>Everybody who was judged</h2><p class="quiet">{key}{means}</p>'
        f'<table><thead><tr><th class="n">Rank</th><th>Letter</th><th class="n">Score</th>{numbers}<th>Why</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _ranking_row(ranked: Ranked, requirements: tuple[Requirement, ...]) -> str:
    one = ranked.assessment
    cells = "".join(
        f'<td class="n" title="{SAYS[finding.label]}">{SIGNS[finding.label]}</td>' for finding in one.findings
    )
    if not one.findings:
        cells = '<td class="n">–</td>' * len(requirements)
    return (
        f'<tr><td class="n">{ranked.rank}</td><td>{_name(one.letter_id, one.applicant)}</td>'
        f'<td class="n">{ranked.score:.1f}</td>{cells}<td>{_text(one_line_reason(ranked, requirements))}</td></tr>'
    )


def _quotes(verdict: Verdict) -> str:
    quoted = [one for one in verdict.ranking if one.assessment.findings][:QUOTED_LETTERS]
    if not quoted:
        return ""
    left = len(verdict.ranking) - len(quoted)
    rest = f' <span class="quiet">(the first {len(quoted)}; the spreadsheets hold all)</span>' if left else ""
    letters = "".join(_letter(one, verdict.posting.requirements) for one in quoted)
    return f"<h2>Evidence, in the letters' own words{rest}</h2>{letters}"


def _letter(ranked: Ranked, requirements: tuple[Requirement, ...]) -> str:
    one = ranked.assessment
    counts = ", ".join(f"{count_labels(one.findings, label)} {SAYS[label]}" for label in LABELS[:3])
    findings = "".join(
        _finding(number, finding, requirement)
        for number, (finding, requirement) in enumerate(zip(one.findings, requirements, strict=True), start=1)
    )
    return (
        f'<div class="letter"><h3>{ranked.rank}. {_name(one.letter_id, one.applicant)}, {score_words(ranked)} '
        f"({counts})</h3>{findings}</div>"
    )


def _finding(number: int, finding: Finding, requirement: Requirement) -> str:
    note = f" ({_text(finding.note)})" if finding.note and finding.label != "met" else ""
    words = (
        f"<div>{number}. {SIGNS[finding.label]} {SAYS[finding.label]}{note}: {_text(requirement.text)}</div>"
    )
    if finding.quote is None:
        return words
    return f'{words}<blockquote dir="auto">“{_text(finding.quote.text)}”</blockquote>'


def _unjudged(verdict: Verdict) -> str:
    if not verdict.unjudged:
        return ""
    rows = "".join(
        f"<tr><td>{_name(one.letter_id, one.applicant)}</td><td>{_text(one.reason)}</td></tr>"
        for one in verdict.unjudged
    )
    head = "Not scored" if verdict.comparison_only else "Not judged"
    return (
        f"<h2>{head} ({len(verdict.unjudged):,})</h2><table><thead><tr><th>Letter</th><th>Reason</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _notices(verdict: Verdict) -> str:
    if not verdict.warnings:
        return ""
    items = "".join(
        f"<li>{_text(one.letter_id) + ': ' if one.letter_id else ''}{_text(one.text)}</li>"
        for one in verdict.warnings
    )
    return f"<h2>Notices</h2><ul>{items}</ul>"


def _fingerprint(verdict: Verdict) -> str:
    words = json.dumps(verdict.pipeline, ensure_ascii=False, indent=1)
    return (
        '<h2>Fingerprint</h2><p class="quiet">What this result depends on; winnow replay '
        f"{_text(verdict.screening_id)} computes it again.</p><pre><code>{html.escape(visible(words))}</code></pre>"
    )

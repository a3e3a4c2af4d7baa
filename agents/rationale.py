"""The words of a verdict, rendered from its findings: every claim is followed by its quote.

Holds no judgement of its own; "not shown" is said of the letter, never of the person.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.verdict import Finding, Label, Quote, Ranked, Requirement

QUOTE_LIMIT = 200
"""Characters of a quote shown in running text; a longer one is cut at a word and marked with an ellipsis."""


def one_line(text: str) -> str:
    """Fold white space so that a quote from a hard-wrapped letter stands on one line."""
    return " ".join(text.split())


def quoted(quote: Quote) -> str:
    """Return the quote in quotation marks, cut at a word after ``QUOTE_LIMIT`` characters."""
    words = one_line(quote.text)
    if len(words) > QUOTE_LIMIT:
        words = words[:QUOTE_LIMIT].rsplit(" ", 1)[0] + " …"
    return f"“{words}”"


def listed(items: Sequence[str]) -> str:
    """Join as in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _with(
    label: Label, ranked: Ranked, requirements: Sequence[Requirement]
) -> list[tuple[Requirement, Finding]]:
    pairs = zip(requirements, ranked.assessment.findings, strict=True)
    return [(requirement, finding) for requirement, finding in pairs if finding.label == label]


def _claims(pairs: Sequence[tuple[Requirement, Finding]]) -> str:
    parts: list[str] = []
    for requirement, finding in pairs:
        note = f" ({finding.note})" if finding.note and finding.label != "met" else ""
        quote = f" {quoted(finding.quote)}" if finding.quote else ""
        parts.append(f"{requirement.text}{note}:{quote}")
    return "; ".join(parts)


def render_rationale(
    first: Ranked, ranking: Sequence[Ranked], requirements: Sequence[Requirement], tied: Sequence[str]
) -> str:
    """Say why this letter stands first, what it does not show, and why not the next one."""
    sentences: list[str] = []
    met = _with("met", first, requirements)
    partial = _with("partial", first, requirements)
    against = _with("contradicted", first, requirements)
    missing = [requirement.text for requirement, _ in _with("not_shown", first, requirements)]
    letter = f"Letter {first.assessment.letter_id}"
    count = f"{len(met)} of {len(requirements)} requirements"
    sentences.append(f"{letter} plainly shows {count} — {_claims(met)}.")
    if partial:
        sentences.append(f"Partly shown — {_claims(partial)}.")
    if against:
        sentences.append(f"The letter says otherwise — {_claims(against)}.")
    if missing:
        sentences.append(f"Not shown in the letter: {listed(missing)}.")
    sentences.extend(_against_next(first, ranking, requirements, tied))
    return " ".join(sentences)


def _against_next(
    first: Ranked, ranking: Sequence[Ranked], requirements: Sequence[Requirement], tied: Sequence[str]
) -> list[str]:
    sentences: list[str] = []
    if tied:
        shown = listed([f"letter {letter_id}" for letter_id in tied[:5]])
        rest = f" and {len(tied) - 5} more" if len(tied) > 5 else ""
        sentences.append(f"A close call: {shown}{rest} within half a point.")
    place = ranking.index(first)
    if place:
        sentences.append(_passed_over(ranking[:place], requirements))
    if place + 1 == len(ranking):
        return sentences
    following = ranking[place + 1]
    mine, theirs = first.assessment.findings, following.assessment.findings
    order = {"met": 0, "partial": 1, "not_shown": 2, "contradicted": 2}
    less: list[str] = []
    more: list[str] = []
    for requirement, own, other in zip(requirements, mine, theirs, strict=True):
        if order[own.label] < order[other.label]:
            less.append(requirement.text)
        elif order[own.label] > order[other.label]:
            more.append(requirement.text)
    named = f"Next is letter {following.assessment.letter_id} ({following.score:.1f})"
    if not less and not more and [one.label for one in mine] != [one.label for one in theirs]:
        sentences.append(f"{named}.")
        return sentences
    if not less and not more:
        sentences.append(
            f"{named}, with the same findings; the surer reading stands first, then the lower id."
        )
        return sentences
    shows = [f"shows {word} for {listed(some)}" for word, some in (("less", less), ("more", more)) if some]
    sentences.append(f"{named}, which {' and '.join(shows)}.")
    return sentences


def _passed_over(higher: Sequence[Ranked], requirements: Sequence[Requirement]) -> str:
    """Say why letters with a higher score are not named: none of what decides is plainly shown in them."""
    decides = (
        "must-have" if any(requirement.kind == "must" for requirement in requirements) else "requirement"
    )
    letter = f"Letter {higher[0].assessment.letter_id}"
    if len(higher) == 1:
        return f"{letter} scores higher ({higher[0].score:.1f}), but plainly shows no {decides}."
    return (
        f"{letter} and {len(higher) - 1} more score higher (up to {higher[0].score:.1f}), "
        f"but plainly show no {decides}."
    )


def one_line_reason(ranked: Ranked, requirements: Sequence[Requirement]) -> str:
    """Return a line for the ranking table: what is met, what is partly shown."""
    if not ranked.assessment.findings:
        return "comparison only: no findings"
    parts: list[str] = []
    labels: tuple[tuple[Label, str], ...] = (
        ("met", "shows"),
        ("partial", "partly"),
        ("contradicted", "says otherwise on"),
    )
    for label, verb in labels:
        names = [requirement.text for requirement, _ in _with(label, ranked, requirements)]
        if names:
            parts.append(f"{verb} {listed(names)}")
    return "; ".join(parts) or "shows none of the requirements"

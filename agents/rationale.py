"""The words of a verdict, rendered from its findings as a colleague's note: every claim is followed by its quote.

Two to five sentences: why this letter, what it shows only in part or not at all, and why not the next one. Holds no
judgement of its own; "not shown" is said of the letter, never of the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.asked_words import asked_words, joined, number_word, unquoted
from agents.scoring import MARGIN_WORDS, VALUE, exact_score, expected_value, met_musts
from agents.verdict import Finding, Label, Quote, Ranked, Requirement

QUOTE_LIMIT = 200
"""Characters of a quote shown in running text; a longer one is cut at a word and marked with an ellipsis."""

COMPARED_QUOTE_LIMIT = 120
"""Characters of a quote from the next letter, which only has to say why it is not the first."""

MOST_SENTENCES = 5

MOST_SHOWN = 6
"""Requirements whose quotes stand in the first sentence, musts first; where a letter shows more, the rest is counted."""

MOST_PARTLY = 4
MOST_NAMED = 5
"""Requirements of one kind that are quoted as shown in part, or named as not shown, before the rest is counted."""

MOST_COMPARED = 2
"""Requirements of one kind that are quoted from the next letter before the rest is counted."""

MOST_TIED = 5
"""Letters of a close call that are named before the rest is counted."""

CLEARLY = 1.5
"""Points between the first and the next letter from which the first is said to stand clearly ahead."""

WEAK = 4.0
"""Score below which the first letter is said to have only that much."""


def one_line(text: str) -> str:
    """Fold white space so that a quote from a hard-wrapped letter stands on one line."""
    return " ".join(text.split())


def quoted(quote: Quote, limit: int = QUOTE_LIMIT) -> str:
    """Return the quote in quotation marks, cut at a word after ``limit`` characters."""
    words = one_line(quote.text)
    if len(words) > limit:
        words = words[:limit].rsplit(" ", 1)[0] + " …"
    return f"“{words}”"


def listed(items: Sequence[str]) -> str:
    """Join as in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


@dataclass(frozen=True, slots=True)
class _Shown:
    """One requirement, what a letter shows for it, and where it stands in the job."""

    requirement: Requirement
    finding: Finding

    @property
    def name(self) -> str:
        return asked_words(self.requirement.text)

    def quote(self, limit: int = QUOTE_LIMIT) -> str:
        return "" if self.finding.quote is None else quoted(self.finding.quote, limit)

    def in_brackets(self) -> str:
        """Name the requirement, and give the judge's reason and the letter's words in brackets."""
        reason = _reason(self.finding)
        return f"{self.name} ({reason}: {self.quote()})" if reason else f"{self.name} ({self.quote()})"


_Order = tuple[bool, float]


def _weight(one: _Shown) -> _Order:
    return one.requirement.kind != "must", -one.requirement.weight


def _shown(ranked: Ranked, requirements: Sequence[Requirement]) -> list[_Shown]:
    """Return the findings, musts first, the heavier first."""
    pairs = zip(requirements, ranked.assessment.findings, strict=True)
    return sorted((_Shown(*pair) for pair in pairs), key=_weight)


def _with(label: Label, shown: Sequence[_Shown]) -> list[_Shown]:
    return [one for one in shown if one.finding.label == label]


def _letter(ranked: Ranked) -> str:
    return f"letter {unquoted(ranked.assessment.letter_id)}"


def _points(ranked: Ranked) -> str:
    return f"{ranked.score:.1f}"


def _years(amount: str) -> str:
    years = float(amount)
    if years < 1:
        return f"{max(1, round(12 * years))} months" if round(12 * years) > 1 else "a month"
    return "1 year" if years == 1 else f"{round(years, 1):g} years"


_REASONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"years: none stated, ([\d.]+) asked"),
        lambda m: f"it states no number of years where the job asks for {m[1]}",
    ),
    (
        re.compile(r"years: ([\d.]+) stated, ([\d.]+) asked"),
        lambda m: f"it states {_years(m[1])} where the job asks for {m[2]}",
    ),
    (
        re.compile(r"([\d.]+) years stated, but not plainly in this"),
        lambda m: f"it states {_years(m[1])}, but not plainly in this",
    ),
    (re.compile("named, but not as a credential"), lambda _: "it is named, but not as a credential"),
    (re.compile("not finished yet"), lambda _: "it is not finished yet"),
    (re.compile("degree: another field"), lambda _: "the degree is in another field"),
    (
        re.compile(r"degree: (\w+) stated, (\w+) asked"),
        lambda m: f"it states {_DEGREES.get(m[1], m[1])} where the job asks for {_DEGREES.get(m[2], m[2])}",
    ),
    (re.compile("licensed, but not said for what"), lambda _: "it does not say licensed for what"),
    (re.compile("the letter denies it"), lambda _: ""),
)
"""A judge's note -> the same as a clause about the letter. Another note stands as the judge wrote it."""
_DEGREES = {
    "associate": "an associate degree",
    "bachelor": "a bachelor's degree",
    "master": "a master's degree",
    "doctorate": "a doctorate",
}


def _reason(finding: Finding) -> str:
    if not finding.note or finding.label == "met":
        return ""
    for pattern, clause in _REASONS:
        match = pattern.fullmatch(finding.note)
        if match is not None:
            return clause(match)
    return unquoted(finding.note)


def render_rationale(
    first: Ranked, ranking: Sequence[Ranked], requirements: Sequence[Requirement], tied: Sequence[str]
) -> str:
    """Say why this letter stands first, what it does not show, and why not the next one."""
    return " ".join(rationale_sentences(first, ranking, requirements, tied))


def rationale_sentences(
    first: Ranked, ranking: Sequence[Ranked], requirements: Sequence[Requirement], tied: Sequence[str]
) -> tuple[str, ...]:
    """Return the note sentence by sentence, two to five of them."""
    shown = _shown(first, requirements)
    place, following = ranking.index(first), _after(first, ranking)
    said = [_why(first, shown, ranking, requirements, tied), *_short_of(shown)]
    if place:
        said.append(_passed_over(ranking[:place], requirements))
    if tied and (following is None or list(tied) != [following.assessment.letter_id]):
        said.append(_close_call(tied))
    if following is not None:
        said.append(_next(first, following, requirements, tied))
    if len(said) == 1:
        said.append("No other letter was judged.")
    while len(said) > MOST_SENTENCES:
        said[1:3] = [f"{said[1].removesuffix('.')}; {said[2][0].lower()}{said[2][1:]}"]
    return tuple(said)


def _after(first: Ranked, ranking: Sequence[Ranked]) -> Ranked | None:
    place = ranking.index(first) + 1
    return ranking[place] if place < len(ranking) else None


def _level(one: Ranked, other: Ranked, requirements: Sequence[Requirement]) -> bool:
    """Say whether two letters have the same score to the last digit."""
    scores = [exact_score(ranked.assessment.findings, requirements) for ranked in (one, other)]
    return scores[0] == scores[1]


def _why(
    first: Ranked,
    shown: Sequence[_Shown],
    ranking: Sequence[Ranked],
    requirements: Sequence[Requirement],
    tied: Sequence[str],
) -> str:
    """Say where the letter stands, and what it plainly shows."""
    letter, points = f"L{_letter(first)[1:]}", f"{_points(first)} of 10"
    following = _after(first, ranking)
    if len(ranking) == 1:
        head = f"{letter} is the only one that was judged, at {points}"
    elif ranking[0] is not first:
        head = f"{letter} is named, at {points}"
    elif first.score < WEAK:
        head = f"{letter} comes first, though with only {points}"
    elif following is not None and _level(first, following, requirements):
        head = f"{letter} comes first, level with the next at {points}"
    elif tied:
        head = f"{letter} comes first by a narrow margin, at {points}"
    elif following is not None and first.score - following.score >= CLEARLY:
        head = f"{letter} stands clearly first, at {points}"
    else:
        head = f"{letter} is the strongest of the {len(ranking):,} judged, at {points}"
    met = _with("met", shown)
    if not met:
        return f"{head}, though it shows nothing of the job in full."
    whole = " everything the job asks for, namely" if len(met) == len(shown) > 1 else ""
    return f"{head}: it shows{whole} {_quoted_list(met, MOST_SHOWN, 'quoted among its findings')}."


def _quoted_list(some: Sequence[_Shown], most: int, elsewhere: str) -> str:
    """Name each requirement with the letter's words in brackets; what the same words show stands together."""
    kept = some if len(some) <= most + 1 else some[:most]
    groups: dict[str, list[_Shown]] = {}
    for one in kept:
        groups.setdefault(f"{_reason(one.finding)}{one.quote()}", []).append(one)
    items = [
        group[0].in_brackets()
        if len(group) == 1
        else joined([*(one.name for one in group[:-1]), group[-1].in_brackets()])
        for group in groups.values()
    ]
    left = len(some) - len(kept)
    if left:
        items.append(f"{number_word(left)} more, {elsewhere}")
    return listed(items)


def _short_of(shown: Sequence[_Shown]) -> list[str]:
    """Say what the letter shows only in part, what it denies, and what nothing in it shows."""
    partly, against, missing = (_with(label, shown) for label in ("partial", "contradicted", "not_shown"))
    said: list[str] = []
    if len(partly) == 1:
        one = partly[0]
        reason = _reason(one.finding)
        said.append(f"It shows {one.name} only in part{f': {reason}' if reason else ''} ({one.quote()}).")
    elif partly:
        count = number_word(len(partly))
        said.append(
            f"It shows {count} things only in part: {_quoted_list(partly, MOST_PARTLY, 'quoted among its findings')}."
        )
    denied = ""
    if against:
        denied = f"on {listed([one.in_brackets() for one in against])} it says otherwise"
    nothing = _nothing_shows(missing, shown)
    if denied and nothing:
        said.append(f"O{denied[1:]}, and {nothing}.")
    elif denied or nothing:
        words = denied or nothing
        said.append(f"{words[0].upper()}{words[1:]}.")
    return said


def _nothing_shows(missing: Sequence[_Shown], shown: Sequence[_Shown]) -> str:
    if not missing:
        return ""
    names = _or_list(missing)
    mixed = len({one.requirement.kind for one in shown}) > 1
    musts = sum(one.requirement.kind == "must" for one in missing)
    kind = ""
    if mixed and musts == len(missing):
        kind = ", a must-have" if musts == 1 else ", all must-haves" if musts > 2 else ", both must-haves"
    elif mixed and not musts:
        kind = ", which would be nice to have"
    elif mixed:
        both = [one for one in missing if one.requirement.kind == "must"]
        rest = [one for one in missing if one.requirement.kind != "must"]
        names = (
            f"{_or_list(both)} ({'a must-have' if len(both) == 1 else 'must-haves'}), nor {_or_list(rest)}"
        )
    return f"nothing in the letter shows {names}{kind}"


def _or_list(some: Sequence[_Shown]) -> str:
    kept = some if len(some) <= MOST_NAMED + 1 else some[:MOST_NAMED]
    names = [one.name for one in kept]
    left = len(some) - len(kept)
    return joined([*names, f"{number_word(left)} more of the things asked"] if left else names, "or")


def _passed_over(higher: Sequence[Ranked], requirements: Sequence[Requirement]) -> str:
    """Say why letters with a higher score are not named: none of what decides is plainly shown in them."""
    decides = (
        "must-have" if any(requirement.kind == "must" for requirement in requirements) else "requirement"
    )
    letter = f"L{_letter(higher[0])[1:]}"
    if len(higher) == 1:
        return f"{letter} scores higher ({_points(higher[0])}), but plainly shows no {decides}, so it is not named."
    return (
        f"{letter} and {number_word(len(higher) - 1)} more score higher (up to {_points(higher[0])}), "
        f"but plainly show no {decides}, so none of them is named."
    )


def _close_call(tied: Sequence[str]) -> str:
    named = [f"letter {unquoted(letter_id)}" for letter_id in tied[:MOST_TIED]]
    if len(tied) > MOST_TIED:
        named.append(f"{number_word(len(tied) - MOST_TIED)} more")
    verb = "lies" if len(tied) == 1 else "lie"
    return f"It is a close call: {listed(named)} {verb} within {MARGIN_WORDS}."


def _next(first: Ranked, following: Ranked, requirements: Sequence[Requirement], tied: Sequence[str]) -> str:
    """Say what the next letter shows more of and less of, in its own words; or what parts two equals."""
    letter, points = _letter(following), _points(following)
    mine, theirs = first.assessment.findings, following.assessment.findings
    level = _level(first, following, requirements)
    head, it = f"L{letter[1:]} comes next at {'the same score' if level else points}", "it"
    if list(tied) == [following.assessment.letter_id]:
        near = "at the same score" if level else f"next at {points} and within {MARGIN_WORDS}"
        head, it = f"It is a close call with {letter}, {near}", "that letter"
    if [one.label for one in mine] == [one.label for one in theirs]:
        return f"{head} and with the same findings throughout; {_what_parts(first, following, requirements)}."
    both = sorted(
        (
            (_Shown(requirement, other), VALUE[other.label] - VALUE[own.label])
            for requirement, own, other in zip(requirements, mine, theirs, strict=True)
        ),
        key=lambda pair: _weight(pair[0]),
    )
    more = _does([one for one, gain in both if gain > 0], " at least in part")
    less = _does([one for one, gain in both if gain < 0], " only in part")
    words = f"{more}, but {less}" if more and less else more or less
    said = f"{head}: {it} {words}" if words else head
    if level:
        said += f"; {_what_parts(first, following, requirements)}"
    return f"{said}."


def _does(some: Sequence[_Shown], in_part: str) -> str:
    """Say what a letter does with some requirements: "does not show A, shows B (“…”) and shows C only in part (“…”)"."""
    said: list[str] = []
    left = 0
    missing = _with("not_shown", some)
    lists = len(missing) > 1
    if missing:
        said.append(f"does not show {_or_list(missing)}")
    for label, verb in _DOES:
        rest = in_part if label == "partial" else ""
        found = _with(label, some)
        kept = found if len(found) <= MOST_COMPARED + 1 else found[:MOST_COMPARED]
        brackets = [f"({one.quote(COMPARED_QUOTE_LIMIT)})" for one in kept]
        if len(kept) == 1:
            said.append(f"{verb} {kept[0].name}{rest} {brackets[0]}")
        elif kept:
            items = [f"{one.name} {bracket}" for one, bracket in zip(kept, brackets, strict=True)]
            said.append(f"{verb}{rest} {listed(items)}")
        left += len(found) - len(kept)
        lists = lists or len(kept) > 1
    if left:
        said.append(f"differs on {number_word(left)} more")
    comma = "," if len(said) > 2 or lists else ""
    return f"{', '.join(said[:-1])}{comma} and {said[-1]}" if len(said) > 1 else "".join(said)


_DOES: tuple[tuple[Label, str], ...] = (
    ("met", "shows"),
    ("partial", "shows"),
    ("contradicted", "says otherwise on"),
)
"""Label -> the verb before the requirements that a letter answers so."""


def _what_parts(first: Ranked, following: Ranked, requirements: Sequence[Requirement]) -> str:
    """Say which rule puts the first of two letters with the same score before the other."""
    one, other = first.assessment, following.assessment
    if met_musts(one.findings, requirements) != met_musts(other.findings, requirements):
        return "the greater number of requirements met in full decides"
    if expected_value(one.findings, requirements) != expected_value(other.findings, requirements):
        return "the stronger evidence decides"
    return "the lower id decides"


def one_line_reason(ranked: Ranked, requirements: Sequence[Requirement]) -> str:
    """Return a line for the ranking table: what is met, what is partly shown."""
    if not ranked.assessment.findings:
        return "comparison only: no findings"
    pairs = [_Shown(*pair) for pair in zip(requirements, ranked.assessment.findings, strict=True)]
    parts: list[str] = []
    labels: tuple[tuple[Label, str], ...] = (
        ("met", "shows"),
        ("partial", "partly"),
        ("contradicted", "says otherwise on"),
    )
    for label, verb in labels:
        names = [one.requirement.text for one in _with(label, pairs)]
        if names:
            parts.append(f"{verb} {listed(names)}")
    return "; ".join(parts) or "shows none of the requirements"

"""Wrong labels sorted: by the kind of requirement, by which label stands for which, and by the cause where it can be told.

The causes are read off the judge's own parts: which of the requirement's words the sentence holds, and whose claim it takes
them for. Counts "contradicted" as "not shown". Prints nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from agents.judges.asks import read_ask
from agents.judges.claims import Standing, standing_at
from agents.judges.claims_of_others import of_others, of_the_advertisement
from agents.judges.matching import match, read_sentence
from agents.judges.support import PARTIAL
from agents.skill_names import find_skills
from agents.verdict import Label
from ingestion.letter import natural_key
from ingestion.sentences import split_sentences

if TYPE_CHECKING:
    from agents.verdict import Verdict
    from evals.gold import LabelledJob

Kind = Literal["years", "degree", "credential", "tool", "skill", "soft"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Cause = Literal[
    "words not found",
    "read as another's claim",
    "read as a wish",
    "read as a denial",
    "read as half a claim",
    "amount",
    "another sentence",
    "meaning alone",
    "words that show less",
    "cannot be told",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""The first five are what hid the right words; "another sentence" is a quote elsewhere than the right words; "meaning alone"
is a label from the cosine without the words, and "words that show less" has the words and still earned too much."""

WORTH: dict[Label, int] = {"met": 2, "partial": 1, "not_shown": 0, "contradicted": 0}

SWAPS: tuple[tuple[Label, Label], ...] = (
    ("met", "partial"),
    ("met", "not_shown"),
    ("partial", "met"),
    ("partial", "not_shown"),
    ("not_shown", "met"),
    ("not_shown", "partial"),
)
"""The right label and the one that was given in its place."""


@dataclass(frozen=True, slots=True)
class WrongLabel:
    """One wrong label. ``where`` is the job or trade, ``letter_id`` "" where there is no letter of that name.

    ``right`` is the best right label. ``words`` are those that carry it, ``quote`` the judge's, each "" where there are none.
    """

    where: str
    letter_id: str
    kind: Kind
    requirement: str
    right: Label
    found: Label
    cause: Cause
    words: str
    quote: str

    @property
    def swap(self) -> tuple[Label, Label]:
        """The right label and the given one, a denial folded into not_shown."""
        return _folded(self.right), _folded(self.found)


def wrong_of_job(job: LabelledJob, verdict: Verdict) -> Iterator[WrongLabel]:
    """Yield the labels of a verdict that are none of the right ones, a denial folded into "not shown"."""
    texts = {letter.letter_id: letter.text for letter in job.letters}
    asked = {requirement.id: requirement.text for requirement in job.requirements}
    found = {
        (ranked.assessment.letter_id, finding.requirement_id): finding
        for ranked in verdict.ranking
        for finding in ranked.assessment.findings
    }
    for one in job.labels:
        finding = found.get((one.letter_id, one.requirement_id))
        if finding is None or _folded(finding.label) in {_folded(label) for label in one.labels}:
            continue
        requirement, right = asked[one.requirement_id], one.labels[0]
        quote = "" if finding.quote is None else finding.quote.text
        text = texts[one.letter_id]
        yield WrongLabel(
            where=job.topic,
            letter_id=one.letter_id,
            kind=kind_of(requirement),
            requirement=requirement,
            right=right,
            found=finding.label,
            cause=cause_of(requirement, right, finding.label, text, one.quotes, quote, finding.note),
            words=" … ".join(
                q for q in one.quotes if not any(q in other and q != other for other in one.quotes)
            ),
            quote=quote,
        )


def kinds_of(jobs: Sequence[LabelledJob]) -> Counter[Kind]:
    """Count the labels of jobs by the kind of what is asked."""
    counted: Counter[Kind] = Counter()
    for job in jobs:
        asked: dict[str, Kind] = {
            requirement.id: kind_of(requirement.text) for requirement in job.requirements
        }
        for one in job.labels:
            counted[asked[one.requirement_id]] += 1
    return counted


def in_order(wrong: Iterable[WrongLabel]) -> tuple[WrongLabel, ...]:
    """Sort by job, kind, requirement and letter."""
    return tuple(
        sorted(wrong, key=lambda w: (w.where, KINDS.index(w.kind), w.requirement, natural_key(w.letter_id)))
    )


_STARTING = re.compile(r"[A-Z]\S+(?<!ing)(?<!ment)(?<!ion)(?<!ance)")


@lru_cache(maxsize=1_000)
def kind_of(requirement: str) -> Kind:
    """Return what kind of thing a requirement asks for, the first that fits; a tool is a hard skill with a name of its own.

    >>> [kind_of(text) for text in ("5+ years of welding", "BSc in Physics", "forklift licence", "Python", "communication skills")]
    ['years', 'degree', 'credential', 'tool', 'soft']
    >>> kind_of("planning routes")
    'skill'
    """
    ask = read_ask(requirement)
    if ask.years is not None:
        return "years"
    if ask.degree is not None:
        return "degree"
    mentions = find_skills(requirement)
    skills = {mention.skill.kind for mention in mentions}
    if ask.credential or "certificates" in skills:
        return "credential"
    if "soft" in skills:
        return "soft"
    hard = [mention for mention in mentions if mention.skill.kind == "hard"]
    return "tool" if any(_is_name(requirement, one.start, one.end) for one in hard) else "skill"


def _is_name(text: str, start: int, end: int) -> bool:
    """Say whether the characters ``start`` to ``end`` are a name: a capital within the text, or a first word of no activity."""
    inner = any(text[place].isupper() for place in range(max(start, 1), end))
    return inner or (start == 0 and _STARTING.fullmatch(text[start:end]) is not None)


def cause_of(
    requirement: str, right: Label, found: Label, text: str, words: Sequence[str], quote: str, note: str
) -> Cause:
    """Say why ``found`` stands where ``right`` should, as far as it can be told.

    ``text`` is the letter, ``words`` its words that carry the right label (none where nothing is shown), ``quote`` and
    ``note`` the judge's, "" where there are none.
    """
    if "years" in note or note.startswith("degree"):
        return "amount"
    if WORTH[found] < WORTH[right]:
        sentences = _sentences_with(text, words)
        return _hidden_by(requirement, sentences) if sentences else "cannot be told"
    if not quote:
        return "cannot be told"
    if words and not any(_share(text, quote, one) for one in words):
        return "another sentence"
    named = max(
        (match(read_ask(requirement), read_sentence(one)).named for one in _sentences_with(text, [quote])),
        default=0.0,
    )
    return "meaning alone" if named < PARTIAL else "words that show less"


def _hidden_by(requirement: str, sentences: Sequence[str]) -> Cause:
    """Say why the best of the sentences that hold the right words was not read as they deserve."""
    ask = read_ask(requirement)
    best, reading = max(
        ((match(ask, reading), reading) for reading in map(read_sentence, sentences)),
        key=lambda one: (one[0].claimed, one[0].named),
    )
    if best.named < PARTIAL or best.claimed >= best.named:
        return "words not found"
    standing = standing_at(reading.stretches, best.start, best.end)
    if standing is Standing.DENIED:
        return "read as a denial"
    if standing is Standing.NOT_OWN:
        elsewhere = (*of_others(reading.text), *of_the_advertisement(reading.text))
        return "read as another's claim" if elsewhere else "read as a wish"
    return "read as half a claim"


def _sentences_with(text: str, words: Iterable[str]) -> list[str]:
    """Return the sentences that share a character with one of the ``words``."""
    spans = [(text.find(one), text.find(one) + len(one)) for one in words if one and one in text]
    return [
        text[start:end]
        for start, end in split_sentences(text)
        if any(start < last and first < end for first, last in spans)
    ]


def _share(text: str, quote: str, words: str) -> bool:
    first, second = text.find(quote), text.find(words)
    return first >= 0 <= second and first < second + len(words) and second < first + len(quote)


def _folded(label: Label) -> Label:
    return "not_shown" if label == "contradicted" else label

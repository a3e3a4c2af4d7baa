"""What may stay of a model's answer: sentences about one letter that carry that letter's own words, and no others.

Knows nothing about models. A sentence stays when it names exactly one letter, every quote in it is verbatim that
letter's and was looked up for this answer, and its other words say no more than the quote, the requirement that the
quote was found to show, and that a letter says or shows it. Everything else is dropped and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.chat.facts import Citation, Line
from agents.chat.protected import protected_trait
from agents.chat.subject import Subject
from agents.judges.words import read_words, stem
from ingestion.language import detect_language
from ingestion.sentences import split_sentences

_QUOTE = re.compile(r"“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|\"([^\"\n]*)\"")
_SLOT = re.compile("\ue000([0-9]+)\ue001")
_LEFT = re.compile('[“”„«»"\ue000\ue001]')
# What a sentence may say beside its quote: that the letter says it; and, where the quote was found to show a
# requirement, that it shows it. No negation, no comparison, no praise stands here.
_REPORT = frozenset(
    stem(word)
    for word in """a an and applicant application as at by candidate cites cover for from here in is it its letter
    mentions of on quote quoted reads says sentence so states stating tells that the their there this to under where
    which with words writes writing wrote""".split()
)
_CLAIM = frozenset(
    stem(word)
    for word in """claims evidence has have holds id meets met named partial partially partly requirement requirements
    shown shows some""".split()
)
_HEDGES = frozenset(stem(word) for word in "partly partial partially some".split())


@dataclass(frozen=True, slots=True)
class Checked:
    """What stays of an answer, and how many of its sentences do not."""

    lines: tuple[Line, ...]
    dropped: int


def check_answer(subject: Subject, said: str, found: Sequence[Citation]) -> Checked:
    """Check a model's answer against what was looked up for it (``found``)."""
    text, quotes = _without_quotes(said)
    sentences = [text[start:end] for start, end in split_sentences(text)]
    if not sentences:
        return Checked((), 0)
    if detect_language(said) != "en":
        return Checked((), len(sentences))
    kept = [line for one in sentences if (line := _line(subject, one, quotes, found)) is not None]
    return Checked(tuple(dict.fromkeys(kept)), len(sentences) - len(kept))


def _without_quotes(said: str) -> tuple[str, list[str]]:
    """Put a slot in the place of each quote, so that a full stop inside one ends no sentence."""
    quotes: list[str] = []
    text = re.sub("[\ue000\ue001]", "", said).replace("**", "")

    def slot(match: re.Match[str]) -> str:
        quotes.append(next(group for group in match.groups() if group is not None))
        ends = quotes[-1].rstrip().endswith((".", "!", "?"))
        following = text[match.end() :].lstrip()[:1]
        return (
            f"\ue000{len(quotes) - 1}\ue001{'.' if ends and (not following or following.isupper()) else ''}"
        )

    return _QUOTE.sub(slot, text), quotes


def _line(subject: Subject, sentence: str, quotes: Sequence[str], found: Sequence[Citation]) -> Line | None:
    """Return the sentence as a line of one letter, or None when it may not stay."""
    bare = _SLOT.sub(" ", sentence)
    letter_id, rest = _only_letter(subject, bare)
    mine = [quotes[int(match[1])] for match in _SLOT.finditer(sentence)]
    if letter_id is None or not mine or _LEFT.search(bare):
        return None
    citations = [_find(subject, letter_id, quote, found) for quote in mine]
    cited = [one for one in citations if one is not None]
    if len(cited) < len(mine) or not _says_no_more(subject, letter_id, rest, cited):
        return None
    if protected_trait(bare) is not None:
        return None
    pieces: list[str | Citation] = []
    at = 0
    for match, citation in zip(_SLOT.finditer(sentence), cited, strict=True):
        pieces += [" ".join(sentence[at : match.start()].split()) + " ", citation]
        at = match.end()
    end = " ".join(sentence[at:].split())
    return Line((*pieces, end), letter_id)


def _only_letter(subject: Subject, text: str) -> tuple[str | None, str]:
    """Return the one letter that a text names, and the text without it; None where it names none or several."""
    named: set[str] = set()
    for letter_id in sorted(subject.ids, key=len, reverse=True):
        if letter_id in text:
            pattern = re.compile(rf"(?<![\w/.-]){re.escape(letter_id)}(?![\w/-]|[.,][0-9])")
            rest = pattern.sub(" ", text)
            if rest != text:
                named.add(letter_id)
                text = rest
    return (named.pop(), text) if len(named) == 1 else (None, text)


def _find(subject: Subject, letter_id: str, quote: str, found: Sequence[Citation]) -> Citation | None:
    """Return the span of the letter that a quote repeats to the letter, if it lies within something looked up."""
    words = quote.strip().removesuffix("…").split()
    if not any(character.isalnum() for character in quote):
        return None
    pattern = re.compile(r"\s+".join(_either_apostrophe(word) for word in words))
    letter = subject.letter(letter_id)
    for match in pattern.finditer(letter.judged_text):
        start, end = letter.offsets.to_text(*match.span())
        for one in found:
            if one.letter_id == letter_id and one.start <= start and end <= one.end:
                return subject.cite(letter_id, start, end)
    return None


def _either_apostrophe(word: str) -> str:
    return re.sub("['’]", "['’]", re.escape(word))


def _says_no_more(subject: Subject, letter_id: str, rest: str, citations: Sequence[Citation]) -> bool:
    """Say whether the words beside the quotes claim nothing that the quotes, as judged, do not show."""
    allowed, hedge = set(_REPORT), False
    for citation in citations:
        shown = [one for one in _shown_by(subject, letter_id, citation) if one[1] in ("met", "partial")]
        if not shown:
            continue
        allowed |= _CLAIM | {word.stem for word in read_words(subject.masked(citation))}
        for requirement, label in shown:
            allowed |= {word.stem for word in read_words(f"{requirement} {label}")}
            hedge |= label == "partial"
    said = {word.stem for word in read_words(rest)}
    return said <= allowed and (not hedge or bool(said & _HEDGES))


def _shown_by(subject: Subject, letter_id: str, citation: Citation) -> list[tuple[str, str]]:
    """Return the requirements, with their labels, whose finding rests on these words."""
    if letter_id not in subject.ranked:
        return []
    findings = subject.ranked[letter_id].assessment.findings
    return [
        (f"{requirement.id} {requirement.text}", finding.label)
        for requirement, finding in zip(subject.requirements, findings, strict=True)
        if finding.quote is not None
        and finding.quote.start < citation.end
        and citation.start < finding.quote.end
    ]

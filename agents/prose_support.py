"""Decides whether a sentence that a language model wrote about a letter is supported by one finding.

What a sentence may say is closed: the words of the finding's requirement and quote, a short list of connecting words,
and the one way of saying the finding's label. Anything else is an objection, and a sentence with one is dropped; a
good sentence may be dropped too, a bad one must not pass. Knows nothing about models.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.judges.words import Word, read_words
from agents.verdict import Label
from ingestion.blinding import PLACEHOLDER

SENTENCE_LIMIT = 400
"""Characters of one sentence; a longer one says more than one thing."""

QUOTE_WORDS = 2
"""Words below which a quotation says nothing by itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding as the model saw it: the requirement's text, the label, and the masked quote on one line."""

    requirement: str
    label: Label
    quote: str | None


Subjects = Mapping[str, Mapping[str, Evidence]]
"""From a letter's mark (A) to its findings by their marks (r1)."""

_MARK = re.compile(r"\[(r[0-9]{1,3})\]")
_SUBJECT = re.compile(r"\b[Ll]etter ([A-Z])\b(?:['’]s\b)?")
_QUOTATION = re.compile(r"“([^“”\"]*)”|\"([^“”\"]*)\"")
_BETWEEN = frozenset(" .,;:'’-–—()/&")
"""What may stand between words. A sign that changes a number (5+, 10%) is no word and may only be quoted."""

_NEGATION = frozenset(
    "not no never none nor neither nothing nobody without lack lacks lacked lacking missing fail fails failed failing "
    "cannot can't unable hardly barely scarcely rarely few little absent insufficient unqualified inexperienced".split()
)
_HEDGE = frozenset(
    "almost nearly somewhat some hint hints may might could perhaps maybe possibly only".split()
)
_PARTLY = frozenset("partly partially".split())
_FULLY = frozenset("plainly clearly fully completely entirely wholly".split())
_SHOWING = frozenset(
    "show shows shown state states stated say says said describe describes mention mentions".split()
)
_PERSON = frozenset("applicant candidate person he she they him her his their them who".split())
_VERDICT = frozenset(
    "score scores scored scoring rank ranks ranked ranking point points rating rated recommend recommends recommended "
    "recommendation hire hires hired hiring reject rejected rejects winner wins best better worse worst perfect ideal "
    "should must deserve deserves".split()
)
_LIMITING = frozenset(
    "to or than under below nearly almost about around approximately roughly up over above most least within".split()
)
_CONNECTING = frozenset(
    "a an the of for to in on at by with as and or also is are was it its this that which has have own".split()
)
_NUMBER_WORDS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million "
    "millions billion dozen dozens half quarter double twice triple several many first second third decade decades".split()
)
_VERB = r"(?:shows|states|says|describes|mentions)\b"
_NOT_SHOWN = r"(?:(?:does not|doesn['’]t) (?:show|mention|state|describe)|says nothing (?:of|about|on))\b"
_OTHERWISE = r"says (?:otherwise|the opposite)\b"
_OPENINGS: dict[Label, str] = {
    "met": rf"(?:(?:plainly|clearly) )?{_VERB}",
    "partial": rf"(?:partly|partially) {_VERB}",
    "not_shown": _NOT_SHOWN,
    "contradicted": _OTHERWISE,
}
_OPENED = {label: re.compile(rf"\s*[Ll]etter [A-Z] {form}") for label, form in _OPENINGS.items()}
"""How a sentence begins: the letter, and at once what it does. What comes behind can only be the thing."""


def objection(sentence: str, subjects: Subjects, names: frozenset[str]) -> str | None:
    """Return why the sentence may not stand, in a few words, or None where a finding supports it.

    ``names`` are the folded parts of the applicants' names; none of them may stand in a sentence.
    """
    if len(sentence) > SENTENCE_LIMIT:
        return "too long"
    marks = set(_SUBJECT.findall(sentence))
    cited = list(dict.fromkeys(_MARK.findall(sentence)))
    if len(marks) != 1 or not marks <= set(subjects):
        return "not about one of the letters"
    findings = subjects[marks.pop()]
    if not cited or not set(cited) <= set(findings):
        return "no finding cited"
    evidence = [findings[mark] for mark in cited]
    label = evidence[0].label
    if len(evidence) > 1 and any(one.label != "not_shown" for one in evidence):
        return "more than one finding"
    opening = _OPENED[label].match(sentence)
    if opening is None:
        return f"not what {label} means"
    rest = _SUBJECT.sub(" ", _MARK.sub(" ", sentence[opening.end() :]))
    quotations = [one or other for one, other in _QUOTATION.findall(rest)]
    said = _QUOTATION.sub(" , ", rest)
    plain = PLACEHOLDER.sub(" ", said)
    if not _between_words(plain) <= _BETWEEN:
        return "signs that no finding needs"
    if any(_is_name(word, names) for word in read_words(_MARK.sub(" ", sentence))):
        return "a name"
    return (
        _quotations(quotations, evidence)
        or _polarity(plain, label, quoted=bool(quotations), masked=plain != said)
        or _vocabulary(plain, evidence, quoted=bool(quotations))
    )


def _between_words(text: str) -> frozenset[str]:
    signs = set(text)
    if read := read_words(text):
        edges = [0, *(edge for word in read for edge in (word.start, word.end)), len(text)]
        signs = {sign for start, end in zip(edges[::2], edges[1::2], strict=True) for sign in text[start:end]}
    return frozenset(signs)


def _is_name(word: Word, names: frozenset[str]) -> bool:
    return word.capital and any(folded(part) in names for part in re.split("['’]", word.text))


def folded(name: str) -> str:
    """Return a name in lower case and without accents, as it is compared.

    >>> folded("José")
    'jose'
    """
    parts = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold()


# --- words in quotation marks ---------------------------------------------------------------------------------


def _quotations(quotations: Iterable[str], evidence: list[Evidence]) -> str | None:
    for words in quotations:
        # A full stop or comma may stand inside the marks, as in print.
        shown = " ".join(words.split()).rstrip(" .,;")
        if len(read_words(shown)) < QUOTE_WORDS or not any(_within(shown, one.quote) for one in evidence):
            return "words in quotation marks that are not the letter's"
    return None


def _within(words: str, quote: str | None) -> bool:
    """Whether the words stand in the quote, whole, and not behind a negation that they leave out."""
    if quote is None:
        return False
    for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", quote):
        before = read_words(quote[: match.start()])[-4:]
        if not any(_negates(word.text) for word in before):
            return True
    return False


# --- the label ------------------------------------------------------------------------------------------------


def _negates(word: str) -> bool:
    return word in _NEGATION or word.endswith(("n't", "n’t"))


def _polarity(plain: str, label: Label, *, quoted: bool, masked: bool) -> str | None:
    """Object to what would turn the opening round, or say something more than it."""
    words = {word.text for word in read_words(plain)}
    against = any(map(_negates, words)) or words & (_HEDGE | _SHOWING | _PARTLY | _FULLY)
    if against or (label == "contradicted" and not quoted):
        return f"not what {label} means"
    if label == "not_shown" and (quoted or masked or words & _PERSON):
        return "said of the person, not of the letter"
    return None


# --- everything else ------------------------------------------------------------------------------------------


def _vocabulary(plain: str, evidence: list[Evidence], *, quoted: bool) -> str | None:
    sources = [read_words(one.requirement) for one in evidence]
    asked = {word.text for words in sources for word in words}
    # Words of a quote that says no could be put together to say yes; they may only be quoted.
    quotes = [read_words(one.quote) for one in evidence if one.quote is not None]
    sources += [words for words in quotes if not any(_negates(word.text) for word in words)]
    stems = {word.stem for words in sources for word in words}
    capitals = {word.text for words in sources for word in words if word.capital}
    said = read_words(plain)
    if not quoted and not any(word.stem in stems and word.text not in _CONNECTING for word in said):
        return "nothing said"
    for place, word in enumerate(said):
        if word.text in _VERDICT and word.text not in asked:
            return "a score, a rank or advice"
        if _is_number(word):
            if not any(_same_amount(said, place, words) for words in sources):
                return "a number that the finding does not hold"
            continue
        if word.stem in stems:
            if word.capital and word.text not in capitals:
                return "a name that the finding does not hold"
            continue
        if word.capital or word.text not in _CONNECTING:
            return "words that the finding does not hold"
    return None


def _is_number(word: Word) -> bool:
    return any(sign.isdigit() for sign in word.text) or word.text in _NUMBER_WORDS


def _same_amount(said: tuple[Word, ...], place: int, source: tuple[Word, ...]) -> bool:
    """Whether the source holds this number of the same thing, and nothing before it that makes it more or less."""
    number, after = said[place].text, _stem(said, place + 1)
    before = said[place - 1].text if place else ""
    for at, word in enumerate(source):
        if word.text != number or _stem(source, at + 1) != after:
            continue
        there = source[at - 1].text if at else ""
        if before == there or (there not in _LIMITING and before in _CONNECTING | {""}):
            return True
    return False


def _stem(words: tuple[Word, ...], place: int) -> str:
    return words[place].stem if place < len(words) else ""

"""The no-fabrication check: what a letter states that its writer was not given.

Lists skills, employers, schools, job titles, degrees, certificates, numbers and other names with their places. English
rules over the letter's own words: no model, no list of the world's companies. It says that something was not given,
never that it is untrue; and it knows nothing about how the letter was made.

A thing is held when the applicant's own fields, the job's title, the company's or the applicant's name hold it in any
wording the rules know: by stem, in figures or words ("five years", "5+ years"), as a sum ("3 years" and "2 years" give
five), abbreviated ("B.Sc."), or as what comes with it (PostgreSQL brings SQL). What only the employer asks for is not
held: a letter may speak of the job ("you are looking for"), but to claim it is to make it up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

from agents.judges.words import read_words
from agents.skill_names import SkillKind, brought_by, find_skills, skill_names_hash
from agents.stated_amounts import Amount, find_amounts, known_years
from agents.stated_degrees import LEVEL_NAMES, StatedDegree, find_stated_degrees
from agents.stated_names import LEGAL_FORMS, TITLE_PRAISE, StatedName, find_stated_names
from ingestion.sentences import split_sentences

FactKind = Literal[
    "skill",
    "soft skill",
    "employer",
    "school",
    "job title",
    "degree",
    "certificate",
    "number",
    "name",
    "contact",
    "placeholder",
]
KINDS: tuple[FactKind, ...] = get_args(FactKind)
CHECK_VERSION = 1

_ORDER: tuple[FactKind, ...] = (
    "placeholder", "contact", "degree", "certificate", "number", "job title", "skill", "soft skill", "school", "employer", "name",
)  # fmt: skip
"""Which kind a stretch counts as, where it reads as several."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the writer of a letter was told. ``own`` are the applicant's fields, ``asked`` what the employer wishes for.

    ``today`` is the calendar year that an open "since 2019" counts up to; None leaves it uncounted.
    """

    job_title: str = ""
    company: str = ""
    applicant: str = ""
    own: tuple[str, ...] = ()
    asked: str = ""
    today: int | None = None


@dataclass(frozen=True, slots=True)
class Fabrication:
    """Something stated that was not given: ``letter[start:end] == text``.

    ``key`` is the same for the same thing said twice. ``asked`` marks what stands in the employer's wishes, so that the
    letter claims what it was told the employer wants.
    """

    kind: FactKind
    text: str
    start: int
    end: int
    key: str
    asked: bool

    @property
    def hard(self) -> bool:
        """Whether it is a fact that could be checked; a soft skill is a manner of speaking."""
        return self.kind != "soft skill"


def check_fingerprint() -> str:
    """Return what a result of the check depends on: its version and the list of skills."""
    return hashlib.sha256(f"{CHECK_VERSION}\n{skill_names_hash()}".encode()).hexdigest()[:16]


def find_fabrications(letter: str, given: Given) -> tuple[Fabrication, ...]:
    """Return what ``letter`` states and ``given`` does not hold, in the order of the letter.

    >>> given = Given("Java Developer", "Acme", "Jo Roe", own=("Java Developer at Blue Fig for 3 years", "Java, SQL"))
    >>> [(one.kind, one.text) for one in find_fabrications("With 5 years at Blue Fig I know Java, Rust and SQL.", given)]
    [('number', '5 years'), ('skill', 'Rust')]
    """
    known = _known(given)
    about_job = [span for span in split_sentences(letter) if _ABOUT_JOB.search(letter, *span)]
    taken: list[tuple[int, int]] = []
    found: list[Fabrication] = []
    for fact in sorted(
        _facts(letter, known), key=lambda one: (_ORDER.index(one.kind), one.by_shape, one.start, -one.end)
    ):
        if any(start < fact.end and fact.start < end for start, end in taken):
            continue
        taken.append((fact.start, fact.end))
        if fact.held or (fact.kind != "number" and known.says(letter[fact.start : fact.end])):
            continue
        if fact.asked and any(start <= fact.start < end for start, end in about_job):
            continue
        found.append(
            Fabrication(fact.kind, letter[fact.start : fact.end], fact.start, fact.end, fact.key, fact.asked)
        )
    return tuple(sorted(found, key=lambda one: one.start))


_ABOUT_JOB = re.compile(
    r"\b(?:you(?:['’]re| are) (?:looking|seeking|searching|hiring)|you (?:need|seek|want|require|ask|look|mention|list|state|call)|(?:your|the|this) (?:job|posting|ad|"
    r"advert\w*|role|position|vacancy|description|listing)(?:\s\w+){0,2}? (?:requires?|calls? for|asks?|needs?|demands?|lists?|mentions?|states?)|your (?:wish|need|search|requirement)s?"
    r"|(?:eager|excited|keen|hope|want|wish|would (?:like|love)|look forward|looking forward) to (?:learn\w*|grow|develop|explor\w+|becom\w+|acquir\w+|study\w*))\b",
    re.IGNORECASE,
)
"""A sentence about what the employer wants, or what the applicant wants to learn, claims nothing."""


@dataclass(frozen=True, slots=True)
class _Fact:
    kind: FactKind
    start: int
    end: int
    key: str
    held: bool
    asked: bool
    by_shape: bool = False
    """Found by its capitals alone; a listed name at the same place goes first."""


class _Known:
    """What was given, taken apart once for many letters' facts."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.own = tuple(text for text in given.own if text.strip())
        self.names = (given.job_title, given.company, given.applicant)
        self.all = (*self.own, *self.names)

    @cached_property
    def stems(self) -> frozenset[str]:
        return _stems(self.all) | _initials(self.all)

    @cached_property
    def asked_stems(self) -> frozenset[str]:
        return _stems([self.given.asked]) | _initials([self.given.asked])

    @cached_property
    def skills(self) -> frozenset[str]:
        return brought_by(mention.skill.name for text in self.all for mention in find_skills(text))

    @cached_property
    def asked_skills(self) -> frozenset[str]:
        return brought_by(mention.skill.name for mention in find_skills(self.given.asked))

    @cached_property
    def parts(self) -> tuple[frozenset[str], ...]:
        """Stems of each part of the applicant's fields, and of each name: a name is held by one of them, not by all."""
        parts = [part for text in self.own for part in _parts(text)]
        return tuple(_stems([part]) | _initials([part]) for part in (*parts, *self.names))

    @cached_property
    def degrees(self) -> tuple[tuple[StatedDegree, frozenset[str]], ...]:
        """Each degree with the stems of the part that it stands in."""
        return tuple(
            (degree, _stems([part]) | degree.field)
            for text in self.own
            for part in _parts(text)
            for degree in find_stated_degrees(part)
        )

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        return tuple(amount for text in self.all for amount in find_amounts(text))

    @cached_property
    def years(self) -> tuple[frozenset[float], float]:
        return known_years(self.all, self.given.today)

    @cached_property
    def asked_amounts(self) -> tuple[Amount, ...]:
        return find_amounts(self.given.asked)

    @cached_property
    def credentials(self) -> tuple[frozenset[str], ...]:
        """Stems of each part of the applicant's fields that speaks of a credential."""
        return tuple(
            _stems([part])
            for text in self.own
            for part in _parts(text)
            if _CREDENTIAL.search(part) or any(m.skill.kind == "certificates" for m in find_skills(part))
        )

    @cached_property
    def text(self) -> str:
        return " ; ".join(" ".join(text.split()) for text in self.all).lower()

    def says(self, words: str) -> bool:
        """Say whether the very words were given."""
        said = re.escape(" ".join(words.lower().split()))
        return bool(re.search(rf"(?<!\w){said}(?!\w)", self.text))


@lru_cache(maxsize=64)
def _known(given: Given) -> _Known:
    return _Known(given)


_CREDENTIAL = re.compile(
    r"\b(?:certif\w+|licen[cs]\w+|accredit\w+|chartered|registered|diploma)\b", re.IGNORECASE
)
_PART = re.compile(r"[,;\n•|]|\.\s(?=[A-Z])")
_EMPTY_STEMS = frozenset(
    word.stem
    for word in read_words(
        "a an the of and in for at with my your our to or as by certified certification certificate licensed license accredited"
    )
)


def _parts(text: str) -> list[str]:
    return [part for part in _PART.split(text) if part.strip()]


def _stems(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word.stem for text in texts for word in read_words(text))


def _initials(texts: Iterable[str]) -> frozenset[str]:
    """Return the short forms of every two to five words in a row: "software development life cycle" gives "sdlc"."""
    found: set[str] = set()
    for text in texts:
        for part in _parts(text):
            letters = [
                word.text[0] for word in read_words(part) if word.text not in {"of", "and", "the", "for"}
            ]
            for length in range(2, 6):
                found.update("".join(letters[at : at + length]) for at in range(len(letters) - length + 1))
    return frozenset(found)


def _facts(letter: str, known: _Known) -> Iterator[_Fact]:
    yield from (_degree_fact(degree, known) for degree in find_stated_degrees(letter))
    for amount in find_amounts(letter):
        yield _amount_fact(amount, known)
    for mention in find_skills(letter):
        skill = mention.skill
        kind = _KIND_OF[skill.kind]
        stems = _stems([letter[mention.start : mention.end]]) - _EMPTY_STEMS
        held = skill.name in known.skills or (skill.kind != "certificates" and stems <= known.stems)
        asked = skill.name in known.asked_skills or stems <= known.asked_stems
        yield _Fact(kind, mention.start, mention.end, f"{kind}:{skill.name}", held, asked)
    for name in find_stated_names(letter):
        yield _name_fact(name, known)


_KIND_OF: dict[SkillKind, FactKind] = {
    "hard": "skill",
    "soft": "soft skill",
    "certificates": "certificate",
}


def _degree_fact(degree: StatedDegree, known: _Known) -> _Fact:
    """A degree is held by one of its level or above whose own part of the fields names its subject.

    What "and" adds to that subject ("a degree in Art and Java") may be given elsewhere.
    """
    held = any(
        own.level >= degree.level
        and (degree.field <= part or (own.field and own.field <= degree.field <= known.stems))
        for own, part in known.degrees
    )
    asked = any(
        wished.level >= degree.level and degree.field <= wished.field | known.asked_stems
        for wished in find_stated_degrees(known.given.asked)
    )
    key = f"degree:{LEVEL_NAMES[degree.level]}:{' '.join(sorted(degree.field))}"
    return _Fact("degree", degree.start, degree.end, key, held, asked)


def _amount_fact(amount: Amount, known: _Known) -> _Fact:
    key = f"number:{amount.unit}:{amount.text if amount.value is None else f'{amount.value:g}'}"
    if amount.value is None:
        held = amount.text in known.text
        asked = amount.text in known.given.asked.lower()
    elif amount.unit == "years":
        sums, largest = known.years
        held = amount.value in sums or (amount.at_least and amount.value <= largest)
        asked = any(
            one.value == amount.value for one in known.asked_amounts if one.unit in {"years", "count"}
        )
    else:
        same = {amount.unit, "count"} if amount.unit != "percent" else {"percent"}
        held = any(one.value == amount.value and one.unit in same for one in known.amounts)
        asked = any(one.value == amount.value and one.unit in same for one in known.asked_amounts)
    return _Fact("number", amount.start, amount.end, key, held, asked)


def _name_fact(name: StatedName, known: _Known) -> _Fact:
    stems = _stems([name.text]) - _EMPTY_STEMS
    key = f"{name.kind}:{' '.join(sorted(stems)) or name.text.lower()}"
    asked = bool(stems) and stems <= known.asked_stems
    if name.kind in {"placeholder", "contact"}:
        held = name.text.lower() in known.text
    elif name.kind == "certificate":
        held = (
            any(stems <= part for part in known.credentials)
            if stems - {"certifi", "licens"}
            else bool(known.credentials)
        )
    elif name.kind == "job title":
        stems -= {word.stem for word in read_words(" ".join(TITLE_PRAISE))}
        held = any(stems <= part for part in known.parts)
    else:
        stems = frozenset(word.stem for word in read_words(name.text) if word.text not in LEGAL_FORMS)
        held = (
            any(stems <= part for part in known.parts)
            or (name.kind == "skill" and stems <= known.stems)
            or _spelled_out(name.text, known)
        )
        asked = asked or (bool(stems) and stems <= known.asked_stems)
    return _Fact(name.kind, name.start, name.end, key, held, asked, by_shape=name.kind == "skill")


def _spelled_out(text: str, known: _Known) -> bool:
    """Say whether ``text`` spells out a short form that was given: "International Business Machines" for IBM."""
    short = "".join(word.text[0] for word in read_words(text)).upper()
    return len(short) > 1 and any(re.search(rf"\b{re.escape(short)}\b", given) for given in known.all)


def distinct(found: Iterable[Fabrication], *, hard: bool = True) -> int:
    """Return how many different things were made up; hard facts, or the soft skills alone."""
    return len({one.key for one in found if one.hard == hard})

"""Finds what a job ad asks that only an application form can answer, and spells the question out.

A letter that does not mention a work permit says nothing about it, so no letter is judged by these. Knows nothing
about sections; licences, degrees and skills are requirements and never end here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from agents.verdict import Kind

Topic = Literal[
    "work permit", "relocation", "travel", "hours", "start", "pay", "age", "checks", "car", "distance"
]


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """One question for the application form. ``text`` is the ad's own words, ``kind`` what the ad makes of it."""

    text: str
    question: str
    topic: Topic
    kind: Kind = "must"


_WILLING = (
    r"(?:willing(?:ness)?|able|ability|prepared|ready|happy|flexib(?:le|ility)|free|open|expected|required|must|should"
    r"|need(?:ed|s)?|can|comfortable|agree|capable|available|availability)"
)
_NIGHTS = (
    r"(?:nights?|weekends?|evenings?|(?:early )?mornings?|shifts?|shift[- ]?work|sleep[- ]ins?|(?:bank |public )?holidays"
    r"|bank holiday|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|rotas?|overtime|on[- ]call|full[- ]time|part[- ]time"
    r"|\d+ hours|hours (?:a|per) week|early starts?|(?:long|flexible|unsoci(?:al|able)) hours)"
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter"
    r"|the new year|\d|mid|early|late|(?:one|two|three|four|six|eight) (?:weeks?|months?))"
)
_VEHICLE = r"(?:car|vehicle|van|transport(?:ation)?|motorbike|motorcycle|bike|bicycle)"
_WHOLE_VEHICLE = rf"{_VEHICLE}\b(?=$|[.,;)]| (?:and|or|is|are|as|for|to|with|required|essential|preferred)\b)"
_NATIONAL = (
    r"(?:u\.?s\.?|uk|eu|eea|british|irish|canadian|australian|american|german|french|dutch|swiss|indian)"
)
_NO_TRAVEL = r"(?! (?:agen|insur|indust|trade|book|arrang|expens|writ|medic|manag))"
_TRAVEL = rf"travel(?:l?ing)?\b{_NO_TRAVEL}"
_HOW_OFTEN = (
    r"(?:(?:some|occasional|frequent|regular|overnight|international|domestic|national|regional|extensive|limited|business"
    r"|up to|about|around|\d+ ?%|\d+ ?(?:-|to) ?\d+ ?%)\s+)+"
)
_WHERE = (
    r"(?:up to|to|between|across|within|for|on|abroad|internationally|nationally|regularly|frequently|occasionally|about"
    r"|around|\d+)"
)
_YEARS = r"(?:1[4-9]|2[0-5])\b"
_OLD = r"(?:\s*\+(?!\s*(?:years|yrs|months))|\s+years (?:old|of age)\b|(?: years)?(?: of age| old)? (?:or|and) (?:over|older|above)\b)"
_LIVING = r"(?:live|living|reside|residing|resident|based|located)"
_NEARBY = r"(?:locally|near|nearby|close|within|in|around)"

# Topic -> the wordings of a clause or a sentence of that topic.
_WORDINGS: dict[Topic, tuple[str, ...]] = {
    "work permit": (
        r"\b(?:right|permission|permitted|eligible|eligibility|authori[sz](?:ed|ation)|entitled|entitlement|allowed"
        r"|legally able) to (?:(?:live|reside) and )?(?:legally |lawfully )?work\b(?! (?:from|with|as|on|under|at))",
        r"\b(?:work(?:ing)?|residence|residency|employment) (?:permits?|visas?|authori[sz]ation)\b",
        r"\b(?:unable|not|no|cannot|can't|don't|won't|without)\b[^.;]{0,50}?\bsponsor(?:s|ship|ed)?\b"
        r"(?! (?:deals?|manag|income))",
        r"\b(?:requir(?:e|es|ing)|need(?:s|ing)?)\s+(?:\w+\s+){0,3}?(?:visa )?sponsorship\b",
        r"\bsponsorship\b[^.;]{0,25}\b(?:not|unavailable|cannot)\b",
        rf"\b{_NATIONAL} (?:citizen(?:ship(?! law)|s)?|nationals?|nationality|passport)\b",
        r"\bpermanent residen(?:t|ce|cy)\b|\bgreen card\b",
    ),
    "relocation": (
        r"\brelocat(?:e|ing|ion)\b(?! (?:package|assistance|support|allowance|costs?|expenses|bonus|help))",
        r"\bmov(?:e|ing) to (?:the )?(?:area\b|(?-i:[A-Z]))",
    ),
    "travel": (
        rf"\b{_WILLING}\b[^.;]{{0,30}}?\b{_TRAVEL}",
        rf"^{_HOW_OFTEN}{_TRAVEL}",
        rf"^(?:to )?travel(?:l?ing)?(?:$| (?:{_WHERE}|is|may|will|required)\b)",
    ),
    "hours": (
        rf"\b{_WILLING}(?: to)? (?:be )?(?:work(?:ing)?(?! (?:with|for|as)\b)|do|cover|take|join|start|available)\b[^.;]{{0,50}}?\b{_NIGHTS}\b",
        rf"^(?:be )?(?:work|do|cover) (?!(?:from|with|for|as)\b)(?:[\w-]+,? ){{0,4}}?{_NIGHTS}\b",
        rf"\bavailab(?:le|ility)\b[^.;]{{0,40}}?\b{_NIGHTS}\b",
        rf"\b{_NIGHTS}(?:[ ,/]+(?:and|or|&)?\s*[\w-]+)?[ ,/]+(?:availability|required)\b",
        r"\b(?:comfortable|happy|flexib(?:le|ility)|ok|fine) (?:with|about|for|on|regarding)\b[^.;]{0,30}?"
        rf"\b(?:{_NIGHTS}|(?:working )?(?:hours|times|schedules?))\b",
        rf"^(?:\w+ )?{_NIGHTS}(?:(?:,| and| or|/|,? &) ?(?:\w+ )?{_NIGHTS})+(?: work)?(?: required)?$",
        r"^(?:rotating |early |late |night |weekend |regular |some )*(?:shifts?|shift[- ]work|weekends?|nights?|overtime)"
        r"(?: (?:work(?:ing)?|required|and|or|nights?|weekends?))*$",
    ),
    "start": (
        r"\bimmediate (?:joiners?|starters?|start|availability|joining)\b|\bnotice period\b",
        rf"\bavailab(?:le|ility) (?:immediately|at once|asap|at short notice|from (?:the )?{_MONTH})",
        r"\b(?:start|join|begin)(?:ing)? (?:immediately|at once|asap|straight away|right away|at short notice"
        rf"|(?:work )?(?:on|by|in|from|within|before) (?:the )?{_MONTH}\b)",
        r"\b(?:earliest|possible|preferred|available|desired|your) (?:start(?:ing)?|joining) date\b",
        r"^(?:expected |earliest )?(?:start(?:ing)?|joining)(?: date)?:",
    ),
    "pay": (
        r"\b(?:salary|pay|wage|ctc|(?:day|hourly) rate|remuneration|compensation) (?:expectations?|requirements?|demands?)\b",
        r"\b(?:expected|desired|current) (?:salary|ctc|pay|wage|compensation|day rate)\b",
    ),
    "age": (
        rf"\b{_YEARS}{_OLD}",
        rf"\b(?:be|are|aged?) (?:at least |over |above )?(?:the age of )?{_YEARS}(?={_OLD}|\s*(?:$|[.;,)]|(?:for|by|due|to) ))",
        rf"^(?:at least|over|above) (?:the age of )?{_YEARS}(?=\s*(?:$|[.;,)]|(?:for|by|due|to) ))",
        r"\bminimum age\b|\blegal (?:drinking|working) age\b",
    ),
    "checks": (
        r"\b(?:background|criminal(?: records?| history| background)?|credit|police|vetting|reference|pre-employment|medical"
        r"|health|barring|children)(?: and \w+)? (?:checks?|screening|clearance|examination|record check|certificate)\b(?! (?:of|on)\b)",
        r"(?:^|\b(?:an?|and|or|pass|undergo|employment|random|mandatory|negative) )drug[- ](?:and alcohol[- ])?(?:test|screen)\w*",
        r"\b(?:(?:enhanced|basic|standard|clean|clear) )?(?:dbs|crb|pvg|disclosure scotland)\b",
        r"\bclean criminal record\b",
    ),
    "car": (
        rf"\b(?:(?:your|their|his|her|an?) )?own (?:reliable )?{_WHOLE_VEHICLE}",
        r"\b(?:access to|use of|have|has|having|reliable|with) (?:(?:an?|your|their|own|reliable|suitable|personal) )*"
        rf"{_WHOLE_VEHICLE}",
        r"^reliable (?:means of )?transport(?:ation)?\b|\bcar owner\b",
    ),
    "distance": (
        rf"^(?:(?:candidates|applicants|people|someone) )?(?:to )?(?:be )?{_LIVING}\s+{_NEARBY}\b",
        rf"\b(?:must|need to|should|have to) (?:be )?{_LIVING} {_NEARBY}\b",
        r"\bcommut(?:e|ing|able)\b|\blocal (?:candidates|applicants|residents)(?: only)?\b",
        r"\bwithin (?:easy )?(?:reach|travelling distance)\b",
    ),
}
_TOPICS: dict[Topic, re.Pattern[str]] = {
    topic: re.compile("|".join(wordings), re.IGNORECASE) for topic, wordings in _WORDINGS.items()
}

# Work that has a form's topic as its object ("experience carrying out background checks") is a requirement.
_IS_WORK = re.compile(
    r"\b(?:experienced?|skilled|trained|certified|knowledge|understanding|familiar(?:ity)?|skills?|expertise|background in|degree|proficien\w+"
    r"|qualification|record of|years(?! (?:old|of age))|conduct\w*|carry(?:ing)? out|perform\w*|process\w*|manag\w+|arrang\w+"
    r"|administer\w*|handl\w+|organi[sz]\w*|plan(?:ning)?|book\w*|advis\w+|negotiat\w+|run(?:ning)?|lead(?:ing)?|teach\w*)\b"
    r"|\b(?:children|pupils?|students?|learners|people|patients|clients|residents) (?:\w+ )?aged\b",
    re.IGNORECASE,
)
_NOT_WANTED = re.compile(
    r"\b(?:no|not|without)\b[^.;]{0,40}\b(?:required|needed|necessary|expected)\b"
    r"|\bno (?:relocation|travel|shifts?|weekends?|nights?|overtime|commut\w+)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:must|needs?|required|willing|expected|only)\b", re.IGNORECASE)
# What an employer offers asks nobody anything.
_OFFERED = re.compile(
    r"\b(?:we|our)\b[^.;]{0,30}\b(?:offer|provide|pay|support|help|cover|give)\b(?![^.;]{0,40}\bsponsor)|\bopportunit"
    r"|\byou(?:'ll| will| can)? (?:be able to|get to|enjoy)\b",
    re.IGNORECASE,
)


def form_questions(text: str, kind: Kind = "must", *, told: bool = False) -> tuple[FormQuestion, ...]:
    """Return the questions that a phrase or sentence raises, one a topic, in the order of the text; mostly none.

    ``told`` marks a sentence that does not ask by its wording: what it tells of hours and travel is then no question.
    """
    words = " ".join(text.split()).strip(" .;,:")
    if told and _OFFERED.search(words):
        return ()
    found: list[tuple[int, FormQuestion]] = []
    for topic, pattern in _TOPICS.items():
        match = pattern.search(words)
        if match is None or _IS_WORK.search(words[: match.end()]):
            continue
        if topic != "work permit" and _NOT_WANTED.search(words):
            continue
        if told and not _asks_of(topic, words, match.start()):
            continue
        found.append((match.start(), FormQuestion(words, _QUESTIONS[topic](words), topic, kind)))
    return tuple(question for _, question in sorted(found, key=lambda one: one[0]))


def _asks_of(topic: Topic, words: str, start: int) -> bool:
    """True where a sentence that only tells asks all the same: "Travel to trade fairs", but not "an easy commute"."""
    if topic == "distance" or (topic in ("hours", "travel") and start > 0):
        return bool(_ASKED.search(words))
    return True


LONGEST_QUOTE = 120
"""Characters of the ad that a question quotes."""


def _quoted(words: str) -> str:
    """Return the ad's words in quotation marks, cut at a word where they are long."""
    cut = words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    return f"“{cut}”"


def _may_work(words: str) -> str:
    citizen = re.search(
        rf"\b{_NATIONAL} (?:citizen|national|passport)\w*|\bpermanent residen\w+|\bgreen card\b",
        words,
        re.IGNORECASE,
    )
    if citizen and not re.search(r"\bauthori[sz]|\bright to\b|\bsponsor", words, re.IGNORECASE):
        return f"Do you have the status that the job asks for: {_quoted(words)}?"
    where = re.search(
        r"\b(?:work\w*|employed|employment|visa|permit)\b[^.;]{0,20}?\b(?:in"
        r"|for) ((?:the )?[A-Z][\w.'-]*(?:(?: of)? [A-Z][\w.'-]*)*)",
        words,
    )
    before = re.search(r"\b(EU|UK|US|EEA) (?:work|residence)", words)
    place = (
        where.group(1).rstrip(".")
        if where
        else f"the {before.group(1)}"
        if before
        else "the country of the job"
    )
    alone = " without sponsorship" if re.search(r"sponsor", words, re.IGNORECASE) else ""
    return f"May you work in {place}{alone}?"


def _would_move(words: str) -> str:
    where = re.search(r"\b(?:relocat(?:e|ing|ion)|mov(?:e|ing))\b(?:\([A-Z]+\))? (to|in) (.+)", words)
    return (
        f"Are you willing to move {where.group(1)} {where.group(2)}?"
        if where
        else "Are you willing to move for this job?"
    )


def _would_travel(words: str) -> str:
    how = re.search(
        r"\btravel(?:l?ing)?\s+((?:up to|to|across|within|between|for|on|abroad|internationally"
        r"|nationally|regularly"
        r"|frequently|occasionally|about|around|\d)\b.*)",
        words,
        re.IGNORECASE,
    )
    if how is None or re.search(r"\brequired\b", how.group(1)):
        return (
            f"Can you travel as the job asks: {_quoted(words)}?"
            if re.search(r"\s.*\s", words)
            else "Are you willing to travel for this job?"
        )
    return f"Are you willing to travel {how.group(1)}?"


def _can_work_then(words: str) -> str:
    when = re.search(rf"\b(work|do|cover) ((?!in\b).*{_NIGHTS}\b.*)", words, re.IGNORECASE)
    if when:
        return f"Can you {when.group(1).lower()} {when.group(2)}?"
    available = re.search(rf"\bavailable ((?:for |on |at |to )?.*{_NIGHTS}\b.*)", words, re.IGNORECASE)
    if available:
        return f"Are you available {available.group(1)}?"
    return f"Can you work the hours that the job asks for: {_quoted(words)}?"


def _old_enough(words: str) -> str:
    years = re.search(r"\b(1[4-9]|2[0-5])\b", words)
    return (
        f"Are you at least {years.group(1)} years old?"
        if years
        else "Are you as old as the law asks for this work?"
    )


def _checked(words: str) -> str:
    named = re.search(r"\b((?:enhanced |basic |standard )?(?:dbs|crb|pvg))\b", words, re.IGNORECASE)
    if named:
        name = re.sub(r"(?i)^(enhanced|basic|standard)", lambda level: level.group().lower(), named.group(1))
        return f"Do you have, or agree to, {'an' if name[0] == 'e' else 'a'} {name} check?"
    kinds = [what for what, pattern in _CHECKS.items() if re.search(pattern, words, re.IGNORECASE)]
    return f"Do you agree to {' and '.join(kinds) or 'a background check'}?"


_CHECKS = {
    "a background check": r"\b(?:background|criminal|police|vetting|barring|children) ?(?:\w+ )?(?:and \w+ )?(?:checks?|screening|clearance|record|certificate)",
    "a credit check": r"\bcredit",
    "a reference check": r"\breference check",
    "a medical examination": r"\b(?:medical|health) (?:check|exam|screening|clearance)",
    "a drug test": r"\bdrug",
}


def _has_car(words: str) -> str:
    named = re.search(rf"\b{_VEHICLE}\b", words, re.IGNORECASE)
    noun = named.group().lower() if named else "car"
    own = "transport of your own" if noun.startswith("transport") else f"a {noun} that you can use"
    return f"Do you have {own} for this job?"


_QUESTIONS: dict[Topic, Callable[[str], str]] = {
    "work permit": _may_work,
    "relocation": _would_move,
    "travel": _would_travel,
    "hours": _can_work_then,
    "start": lambda words: f"When can you start? (The ad says: {_quoted(words)}.)",
    "pay": lambda words: "What pay do you expect?",  # noqa: ARG005
    "age": _old_enough,
    "checks": _checked,
    "car": _has_car,
    "distance": lambda words: f"Can you get to the workplace as the job asks: {_quoted(words)}?",
}

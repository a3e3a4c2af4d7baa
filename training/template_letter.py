"""The letter that needs no model: the applicant's own fields, put into plain sentences.

Says nothing that the fields do not hold and leaves out what they lack. The same fields give the same letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.skill_names import find_skills
from agents.stated_degrees import find_stated_degrees
from training.examples import WritingFields

_TIME = r"(?P<time>(?:over |about |more than )?(?:\d+(?:\.\d+)?\+?|one|two|three|four|five|six|seven|eight|nine|ten)\s*(?:years?|months?))"
_TIME_AT_END = _TIME.replace("?P<time>", "?P<late>")
_JOBS = (
    re.compile(rf"{_TIME} at (?P<place>[^,;:()]+?) as (?:an? |the )?(?P<title>[^,;:()]+?)\.?", re.IGNORECASE),
    re.compile(
        rf"(?P<title>[^\W\d][^,;:()]*?) (?:at|@) (?P<place>[^,;:()]+?)(?:,? for {_TIME}|\s*\({_TIME_AT_END}\))?\.?",
        re.IGNORECASE,
    ),
)
_STRETCH = re.compile(rf"{_TIME} of (?P<what>[^;:()]*\bexperience\b[^;:()]*?)\.?", re.IGNORECASE)
_SKILL_HEADING = re.compile(
    r"\s*[.;,]?\s*\b(?:hard|soft|technical|other|key|personal) skills\s*:\s*", re.IGNORECASE
)
_OUTSIDE_BRACKETS = r"(?![^()]*\))"
_ITEM_ENDS = re.compile(rf"(?:\s*[,;•|]\s*|\.\s+(?=[A-Z]))(?:and\s+(?=[^,;]*$))?{_OUTSIDE_BRACKETS}")
_ABLE = re.compile(
    r"(?:highly |very )?(?:proficient|skilled|experienced|expert|fluent|trained|versed|adept|knowledgeable|familiar|strong|good)\s+(?:in|with|at)\b",
    re.IGNORECASE,
)
_LOWERED = frozenset(
    "strong excellent good great effective advanced solid deep broad basic extensive proven experience experienced ability knowledge proficiency "
    "proficient skilled expert expertise certification certificate certified fluent familiarity familiar attention published "
    "understanding analytical communication teamwork problem-solving leadership collaboration creativity interpersonal organizational".split()
)
_CREDENTIAL = re.compile(r"\b(?:certif\w+|licen[cs]e|diploma)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:scientist|engineer|developer|analyst|administrator|manager|designer)s?$", re.IGNORECASE
)
_NOTHING = re.compile(r"(?:none|n/?a|no|nil|not given|[-–—.]*)", re.IGNORECASE)
_LONGEST_ITEM = 14
"""Words up to which a piece of a list reads as one item."""
MOST_MATCHES = 4
"""Wishes of the employer that the letter answers by name."""


@dataclass(frozen=True, slots=True)
class _Job:
    title: str
    place: str
    time: str


def template_letter(fields: WritingFields) -> str:
    """Return a letter made of the fields alone.

    >>> fields = WritingFields("Cook", company="Blue Fig", applicant="Jo Roe", skills="Pastry, Menu planning")
    >>> print(template_letter(fields))
    Dear Hiring Manager,
    <BLANKLINE>
    I am applying for the position of Cook at Blue Fig.
    <BLANKLINE>
    My skills include Pastry and Menu planning.
    <BLANKLINE>
    I would be glad to tell you more in a conversation. Thank you for your time.
    <BLANKLINE>
    Sincerely,
    Jo Roe
    """
    at = f" at {fields.company}" if fields.company else ""
    opening = _sentence(f"I am applying for the position of {fields.job_title}{at}")
    current = _current(fields.current_experience)
    body = [
        opening,
        " ".join([*current, *_past(fields.past_experience, told_current=bool(current))]),
        " ".join([*_skills(fields.skills), *_qualifications(fields.qualifications)]),
        _answer(fields),
        "I would be glad to tell you more in a conversation. Thank you for your time.",
    ]
    closing = f"Sincerely,\n{fields.applicant}".rstrip("\n")
    return "\n\n".join(["Dear Hiring Manager,", *(part for part in body if part), closing])


def _current(text: str) -> list[str]:
    if _NOTHING.fullmatch(text):
        return []
    jobs = _jobs(text)
    if jobs:
        first = jobs[0]
        here = f", where I have been for {first.time}" if first.time else ""
        said = [f"I currently work as {_with_article(first.title)} at {first.place}{here}."]
        return said + [
            f"I also work as {_with_article(job.title)} at {job.place}{_for(job)}." for job in jobs[1:]
        ]
    stretch = _STRETCH.fullmatch(text)
    if stretch:
        return [f"I have {stretch['time']} of {stretch['what']}."]
    return [f"My current experience: {_sentence(text)}"]


def _past(text: str, *, told_current: bool) -> list[str]:
    if _NOTHING.fullmatch(text):
        return []
    jobs = _jobs(text)
    if jobs:
        listed = _listed([f"{_with_article(job.title)} at {job.place}{_for(job)}" for job in jobs])
        return [f"Before that, I was {listed}." if told_current else f"I have been {listed}."]
    stretch = _STRETCH.fullmatch(text)
    if stretch:
        return [f"From earlier work I bring {stretch['time']} of {stretch['what']}."]
    return [f"My past experience: {_sentence(text)}"]


def _jobs(text: str) -> list[_Job]:
    """Return the jobs that ``text`` lists, none where a part of it reads as something else."""
    found: list[_Job] = []
    for part in re.split(r"\s*;\s*|,\s+(?=[A-Z0-9][^,;]* at )", text.strip(" .;,")):
        match = next((match for match in (job.fullmatch(part) for job in _JOBS) if match), None)
        if match is None or len(match["title"].split()) > 7 or re.search(r"\b(?:I|my|was|have)\b", part):
            return []
        late = match.groupdict().get("late")
        found.append(
            _Job(
                re.sub(r"^(?:an?|the) ", "", match["title"], flags=re.IGNORECASE),
                match["place"],
                match["time"] or late or "",
            )
        )
    return found


def _for(job: _Job) -> str:
    return f" for {job.time}" if job.time else ""


def _skills(text: str) -> list[str]:
    said: list[str] = []
    listed: list[str] = []
    if _NOTHING.fullmatch(text):
        return []
    for piece in _SKILL_HEADING.split(text):
        for group in re.split(rf"\s*;\s*{_OUTSIDE_BRACKETS}|\.\s+(?=[A-Z])", piece.strip(" .;,")):
            if not group:
                continue
            items = _items(group)
            if _ABLE.match(group) and not re.match(r"(?:strong|good)\b", group, re.IGNORECASE):
                said.append(f"I am {_lowered(group)}.")
            elif any(len(item.split()) > _LONGEST_ITEM or _ABLE.match(item) for item in items):
                said.append(f"Skills I bring: {_sentence(group)}")
            else:
                listed += items
    if listed:
        said.insert(0, f"My skills include {_listed([_lowered(item) for item in listed])}.")
    return said


def _qualifications(text: str) -> list[str]:
    held: list[str] = []
    others: list[str] = []
    if _NOTHING.fullmatch(text):
        return []
    for item in _items(text):
        degrees = find_stated_degrees(item)
        if (degrees and degrees[0].start == 0) or (_CREDENTIAL.search(item) and len(item.split()) <= 8):
            held.append(_with_article(_lowered(item)) if not re.match(r"(?:an?|the) ", item) else item)
        else:
            others.append(_lowered(item))
    said = [f"I hold {_listed(held)}."] if held else []
    if others and any(len(item.split()) > _LONGEST_ITEM for item in others):
        return [*said, f"{'Also' if said else 'My qualifications'}: {_sentence('; '.join(others))}"]
    if others:
        said.append(f"My qualifications {'also ' if held else ''}include {_listed(others)}.")
    return said


def _answer(fields: WritingFields) -> str:
    """Name what the employer wishes for and the applicant's own fields name too."""
    own = (
        f"{fields.past_experience} . {fields.current_experience} . {fields.skills} . {fields.qualifications}"
    )
    has = {mention.skill.name for mention in find_skills(own)}
    asked = fields.preferred_qualifications
    matched: dict[str, str] = {}
    for mention in find_skills(asked):
        words = asked[mention.start : mention.end]
        if mention.skill.name in has and mention.skill.kind == "hard" and not _PERSON.search(words):
            matched.setdefault(mention.skill.name, words)
    if not matched:
        return ""
    names = list(matched.values())[:MOST_MATCHES]
    return (
        f"You ask for {_listed(names)}; {'this is' if len(names) == 1 else 'these are'} part of what I bring."
    )


def _items(text: str) -> list[str]:
    items = [item.strip(" .;,") for item in _ITEM_ENDS.split(text) if item.strip(" .;,")]
    if len(items) > 1 and items[-1].count(" and ") == 1 and "(" not in items[-1]:
        items[-1:] = items[-1].split(" and ")
    return items


def _listed(items: Sequence[str]) -> str:
    """Return items as a sentence lists them.

    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    items = [re.sub(r"^(?:and|or) ", "", item) for item in items]
    mark = "; " if any("," in item for item in items) else ", "
    return f"{mark.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


def _with_article(phrase: str) -> str:
    """Return a noun phrase with a or an, by the sound it begins with.

    >>> _with_article("MSc"), _with_article("university degree"), _with_article("Engineer")
    ('an MSc', 'a university degree', 'an Engineer')
    """
    word = re.split(r"[\s/-]", phrase, maxsplit=1)[0]
    spelled = word[:2].isupper() and (len(word) < 4 or not re.search(r"[AEIOU]", word))
    vowel = word[:1] in "AEFHILMNORSX" if spelled else word[:1].lower() in "aeiou"
    if not spelled and re.match(r"(?:uni(?!n)|use|one|eu|ubi)", word, re.IGNORECASE):
        vowel = False
    return f"{'an' if vowel else 'a'} {phrase}"


def _lowered(item: str) -> str:
    """Begin an item in lower case where its first word is an ordinary one."""
    first, *rest = item.split()
    titled = any(word[0].isupper() for word in rest[:1])
    return (
        item[0].lower() + item[1:]
        if first.lower() in _LOWERED and not first.isupper() and not titled
        else item
    )


def _sentence(text: str) -> str:
    text = text.strip(" ;,")
    return text if text.endswith((".", "!", "?")) else f"{text}."

"""Turns a job description into 2-12 requirements that a letter can be judged by, without a model.

Knows nothing about letters or judging. Requirements that a person wrote come from
agents.requirements_file; both ways raise RequirementsError.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents import job_wording as wording
from agents.doubtful_criteria import DoubtfulCriterion, read_doubtful
from agents.form_questions import FormQuestion, form_questions
from agents.job_clauses import Clause, asks, clauses_of, role_of, tidy
from agents.job_sections import JobLine, job_sentences, read_lines
from agents.requirements_file import DEFAULT_WEIGHT, RequirementsError, load_requirements
from agents.verdict import Requirement

__all__ = [
    "DEFAULT_WEIGHT",
    "EXTRACTION_VERSION",
    "JobReading",
    "LeftOut",
    "RequirementsError",
    "extract_requirements",
    "load_requirements",
    "read_job",
    "requirements_digest",
]

# Raise it with every change that makes other requirements of the same text.
EXTRACTION_VERSION = "2"
MAX_REQUIREMENTS = 12
MAX_DUTIES = 8
# "Skills: Java, Spring, SQL" is cut at its commas; a longer list would fill the verdict by itself and stays one.
MAX_LISTED = 6


_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Terminal sequences and control characters, which come along when a job description is pasted."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the job description that became no requirement, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class JobReading:
    """What was read from a job description: its title (or ""), the requirements, and all that became none.

    ``form_questions`` are what only an application form can answer, ``doubtful`` the criteria that stand in for
    something else; both in the order of the text.
    """

    title: str
    requirements: tuple[Requirement, ...]
    left_out: tuple[LeftOut, ...]
    form_questions: tuple[FormQuestion, ...] = ()
    doubtful: tuple[DoubtfulCriterion, ...] = ()


def extract_requirements(job_description: str) -> tuple[Requirement, ...]:
    """Return 2-12 requirements, ids r1.. in the order of the text; 1 where it names one thing only.

    Raises:
        RequirementsError: the text has nothing that a letter could be judged by.
    """
    return read_job(job_description).requirements


def requirements_digest(requirements: Sequence[Requirement]) -> str:
    """Return 16 hex digits that change with any id, text, kind, weight or the order: the version of a list."""
    rows = [[r.id, r.text, r.kind, r.weight] for r in requirements]
    return hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()


def read_job(job_description: str) -> JobReading:
    """Read a job description by these rules, in this order.

    1. Lines under a requirements heading ask for what they say; so does a sentence anywhere that asks
       by its wording ("you must have", "5+ years of", "would be a plus"). Cues in the wording decide
       must or nice, then the heading, then must.
    2. The role ("a plumber with ...") is a requirement where the sentence that names it also asks for
       something, and nothing else that is asked names all of it.
    3. Fewer than two found: the duties are asked for (at most MAX_DUTIES), as musts; and the role.
    4. More than MAX_REQUIREMENTS found: musts go before nices; what does not fit is left out.
    5. What only an application form can answer (work permit, hours, own car) is asked there, and what stands in for
       something else (young, native speaker) is read as what a letter can show of it, or not at all.

    Raises:
        RequirementsError: nothing was found.
    """
    job = read_lines(_CONTROLS.sub("", job_description))
    title, doubtful = read_doubtful(job.title)
    found = _Found(title=_plain_title(title))
    found.doubtful.extend(doubtful)
    for line in job.lines:
        found.read(line)
    clauses = found.requirements()
    if not clauses:
        raise RequirementsError(
            "a job description must name a role, a skill or a duty, but "
            + (
                "it is empty"
                if not job_description.strip()
                else f"nothing of the kind was found in {_short(job_description)!r}"
            )
            + found.instead()
            + "; write what the candidate must have, or pass a file with --requirements"
        )
    return JobReading(
        title=found.title,
        requirements=tuple(
            Requirement(f"r{number}", clause.text, clause.kind, DEFAULT_WEIGHT[clause.kind])
            for number, clause in enumerate(clauses, start=1)
        ),
        left_out=tuple(found.left_out),
        form_questions=tuple(found.form_questions.values()),
        doubtful=tuple(found.doubtful),
    )


class _Found:
    """Collects what the lines of one job description ask for."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.role = ""
        self.role_asked = False
        self.no_experience = False
        self.asked: list[Clause] = []
        self.duties: list[Clause] = []
        self.left_out: list[LeftOut] = []
        self.form_questions: dict[str, FormQuestion] = {}
        self.doubtful: list[DoubtfulCriterion] = []

    def read(self, line: JobLine) -> None:
        if line.section == "about":
            asked = [
                s
                for s in job_sentences(line.text)
                if wording.ASKS_OUTRIGHT.match(s) and not wording.CHANCE.search(s)
            ]
            for sentence in asked:
                self._read_sentence(sentence, line, in_list=False)
            if asked:
                return
            self._leave(
                line.text,
                _reason(line.text, unasked=True) or "about the employer, the offer or the application",
                key=line.key,
            )
            return
        sentences = job_sentences(line.text)
        paragraph = len(sentences) > 1 and not line.bullet and not line.key
        for sentence in sentences:
            self._read_sentence(sentence, line, in_list=line.section in ("must", "nice") and not paragraph)

    def _read_sentence(self, sentence: str, line: JobLine, *, in_list: bool) -> None:
        sentence, doubtful = read_doubtful(sentence)
        self.doubtful.extend(one for one in doubtful if one not in self.doubtful)
        if not sentence:
            return
        by_wording = asks(sentence) or bool(doubtful and sentence.startswith("someone "))
        reason = _reason(sentence, unasked=not by_wording and not (in_list and line.bullet))
        if reason:
            self._leave(sentence, reason)
            return
        self.role = self.role or role_of(sentence)
        self.no_experience = self.no_experience or bool(_NO_EXPERIENCE.search(sentence))
        is_duty = bool(wording.DUTY.match(sentence)) and not wording.ASKS.match(sentence)
        if (in_list and not is_duty) or (by_wording and not is_duty):
            self._ask(sentence, line)
        elif is_duty or line.section == "duties":
            duty = tidy(wording.DUTY_LEAD.sub("", sentence, count=1))
            questions = form_questions(duty, told=True)
            self._keep_questions(questions)
            if questions:
                return
            if _says_nothing(duty):
                self._leave(sentence, "asks for nothing")
            else:
                self.duties.append(Clause(duty, "must"))
        elif not role_of(sentence):
            if form_questions(sentence, told=True):
                told = Clause(sentence.strip(" .;"), "nice" if line.section == "nice" else "must")
                self.asked += [shown for shown in self._asked_of_letters(told) if shown != told]
            else:
                self._leave(sentence, "asks for nothing")

    def _ask(self, sentence: str, line: JobLine) -> None:
        listed = (
            bool(line.key)
            and sentence.count(",") < MAX_LISTED
            and not re.match(r"education|qualification$", line.key, re.IGNORECASE)
        )
        clauses = clauses_of(sentence, "nice" if line.section == "nice" else "must", listed=listed)
        if not clauses:
            self._leave(sentence, "says that it is not asked for")
        for clause in [shown for one in clauses for shown in self._asked_of_letters(one)]:
            if clause.role:
                self.role_asked = self.role_asked or len(clauses) > 1
            elif _CONTRACT.fullmatch(clause.text):
                self._leave(clause.text, "place, hours and contract")
            elif _says_nothing(clause.text):
                self._leave(clause.text, "asks for nothing")
            else:
                self.asked.append(clause)

    def requirements(self) -> list[Clause]:
        """Return the clauses that become requirements, in order; what does not fit goes to left_out."""
        role = self.role or self.title
        asked = _distinct(self._with_amounts(role))
        fallback = len(asked) < 2
        if fallback:
            asked = _distinct(asked + self.duties[:MAX_DUTIES])
        for duty in self.duties[MAX_DUTIES if fallback else 0 :]:
            self._leave(duty.text, "a duty; what is required is stated")
        wanted = self.role_asked or (fallback and not (asked and self.no_experience))
        if role and wanted and not _covered(role, asked):
            named = Clause(tidy(f"{role} experience"), "must", role=True)
            asked = [named, *asked] if self.role else [*asked, named]
        return self._fitting(asked)

    def _with_amounts(self, role: str) -> list[Clause]:
        """Say of what an amount of years is: "5 years minimum" -> "5 years of experience as a plumber"."""
        article = "an" if role[:1].lower() in set("aeio") else "a"
        clauses: list[Clause] = []
        said = False
        for clause in self.asked:
            years = wording.BARE_YEARS.fullmatch(clause.text)
            if not (years and role):
                clauses.append(clause)
            elif said:
                self._leave(clause.text, "a second amount of years in all")
            else:
                clauses.append(replace(clause, text=f"{years.group(1)} of experience as {article} {role}"))
                said = True
        return clauses

    def _fitting(self, clauses: list[Clause]) -> list[Clause]:
        if len(clauses) <= MAX_REQUIREMENTS:
            return clauses
        by_weight = sorted(range(len(clauses)), key=lambda index: (clauses[index].kind == "nice", index))
        kept = set(by_weight[:MAX_REQUIREMENTS])
        for index, clause in enumerate(clauses):
            if index not in kept:
                self._leave(clause.text, f"over the limit of {MAX_REQUIREMENTS} requirements")
        return [clause for index, clause in enumerate(clauses) if index in kept]

    def instead(self) -> str:
        """Say what the job asks where it asks nothing that a letter shows; "" where it asks nothing at all."""
        asked = [one.text for one in (*self.form_questions.values(), *self.doubtful)]
        return f" that a letter could show (it asks for: {_short(', '.join(asked))})" if asked else ""

    def _asked_of_letters(self, clause: Clause) -> list[Clause]:
        """Keep what a form must ask of a clause, and return what a letter can show: "own car and a clean licence"."""
        if not form_questions(clause.text, clause.kind):
            return [clause]
        parts = re.split(r",\s+(?:and\s+)?|\s+(?:and|with)\s+", clause.text)
        asked = {part: form_questions(part, clause.kind) for part in parts}
        shown = [
            part
            for part in parts
            if not asked[part] and ((" " in part and wording.has_head(part)) or wording.is_credential(part))
        ]
        topics = {one.topic for questions in asked.values() for one in questions}
        parted = topics and (shown or (len(topics) > 1 and all(asked.values())))
        if not parted:
            shown, asked = [], {clause.text: form_questions(clause.text, clause.kind)}
        for questions in asked.values():
            self._keep_questions(questions)
        return [replace(clause, text=tidy(wording.strip_leads(part)[0])) for part in shown]

    def _keep_questions(self, questions: Sequence[FormQuestion]) -> None:
        for one in questions:
            self.form_questions.setdefault(one.question, one)

    def _leave(self, text: str, reason: str, key: str = "") -> None:
        """Leave a sentence out with its reason; what it asks all the same ("offers depend on a police check") is kept."""
        if reason != "equal-opportunity text":
            said = f"{key}: {text}" if key else text
            questions = [
                one for sentence in job_sentences(said) for one in form_questions(sentence, told=True)
            ]
            self._keep_questions(questions)
            if questions:
                return
        self.left_out.append(LeftOut(text, reason))


def _reason(sentence: str, *, unasked: bool) -> str:
    """Return why a sentence is boilerplate, or ""."""
    for reason, pattern in wording.BOILERPLATE + (wording.BOILERPLATE_UNLESS_ASKED if unasked else ()):
        if pattern.search(sentence):
            return reason
    return ""


_CONTRACT = re.compile(
    r"(?:fully )?(?:remote|hybrid|on-?site|full[- ]time|part[- ]time|permanent|temporary|freelance)"
    r"(?: (?:ok|okay|possible|friendly|only|role|position|work|working|job|or|and|part[- ]time))*",
    re.IGNORECASE,
)
_NO_EXPERIENCE = re.compile(
    r"\bno (?:\w+ )?experience (?:is |will be )?(?:needed|required|necessary)\b|\bneeds? no (?:\w+ )?experience\b",
    re.IGNORECASE,
)
_EMPTY_WORDS = frozenset(
    """a an and any as for in of or the to with experience experiences skill skills knowledge required
    requirement requirements qualification qualifications preferred plus bonus added advantage
    additional information must have has be you your us work candidate role job years year yes no none
    other good strong relevant we you if following etc""".split()
)


def _says_nothing(text: str) -> bool:
    if not any(letter.isalpha() for letter in text):
        return True
    if re.match(r"(?:will|would|to)\s", text) or re.search(
        r"\b(?:is|are) available$|\bfollowing\b.*\b(?:qualifications|requirements|skills|criteria)\b", text
    ):
        return True
    words = re.findall(r"[\w+#]+", text.lower())
    return all(word in _EMPTY_WORDS for word in words)


def _stems(text: str) -> set[str]:
    """Word beginnings that tell words apart well enough here ("accountant", "accounting" -> "accoun")."""
    return {word[:6] for word in re.findall(r"[\w+#]{2,}", text.lower()) if word not in _EMPTY_WORDS}


def _covered(role: str, clauses: Sequence[Clause]) -> bool:
    """True where the clauses together name all of the role, or an amount of years names a part of it."""
    stems = _stems(role)
    if any(
        re.search(r"\b(?:years?|yrs)\b", clause.text) and stems & _stems(clause.text) for clause in clauses
    ):
        return True
    return bool(stems) and stems <= set().union(*(_stems(clause.text) for clause in clauses), set())


def _distinct(clauses: Sequence[Clause]) -> list[Clause]:
    """Drop a clause whose words all stand in one before it; of two equal ones a must wins."""
    kept: list[Clause] = []
    for clause in clauses:
        words = re.findall(r"[\w+#]+", clause.text.lower())
        same = next(
            (i for i, other in enumerate(kept) if re.findall(r"[\w+#]+", other.text.lower()) == words), None
        )
        if same is None:
            kept.append(clause)
        elif clause.kind == "must":
            kept[same] = replace(kept[same], kind="must")
    return kept


def _plain_title(title: str) -> str:
    """Return a title without its department, place or contract ("Executive Assistant, Corporate Office")."""
    plain = re.split(r"\s*[,|(\[/]\s*|\s+[-\u2013\u2014]\s+", title.strip(" #*"))[0].strip()
    return plain.title() if plain.isupper() and len(plain) > 5 else plain


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:57] + "..."

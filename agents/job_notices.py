"""What a screening tells of its job beside the requirements: questions for the form, and doubtful criteria.

Knows nothing about letters. A notice is (code, text), as a screening keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.doubtful_criteria import DoubtfulCriterion, doubtful_criteria
from agents.form_questions import FormQuestion, form_questions
from agents.rationale import one_line
from agents.requirements import JobReading
from agents.verdict import Requirement

FORM_QUESTION = "form_question"
DOUBTFUL_CRITERION = "doubtful_criterion"
OWN_REQUIREMENT = "own_requirement"
ON_THE_FORM = "ask on the form: "
"""How the text of a form question begins."""


def job_notices(reading: JobReading | None, own: Sequence[Requirement] = ()) -> tuple[tuple[str, str], ...]:
    """Return the notices of a screening.

    ``reading`` is what was read from the job description, None where it could not be read; ``own`` are requirements
    that a person wrote: they are judged as written, and only warned of. What both say is said once.
    """
    notices = own_notices(own)
    said = "\n".join(text for _, text in notices)
    if reading is not None:
        notices += [
            (FORM_QUESTION, form_line(one)) for one in reading.form_questions if one.question not in said
        ]
        asked = "\n".join(one.text.lower() for one in own or reading.requirements)
        notices += [
            (DOUBTFUL_CRITERION, doubtful_line(one, kept=bool(one.kept) and one.kept.lower() in asked))
            for one in reading.doubtful
            if one.text.lower() not in asked
        ]
    return tuple(notices)


def own_notices(own: Sequence[Requirement]) -> list[tuple[str, str]]:
    """Return the notices about requirements that a person wrote."""
    notices: list[tuple[str, str]] = []
    for one in own:
        named = f"requirement {one.id}, “{one_line(one.text)}”,"
        notices += [
            (
                OWN_REQUIREMENT,
                f"{named} is judged as you wrote it, but few letters say so; {form_line(question)}",
            )
            for question in form_questions(one.text)
        ]
        notices += [
            (
                OWN_REQUIREMENT,
                f"{named} is judged as you wrote it, but {_which(doubt, one)} is about {doubt.about}. {doubt.instead}",
            )
            for doubt in doubtful_criteria(one.text)
        ]
    return notices


def _which(doubt: DoubtfulCriterion, one: Requirement) -> str:
    return "it" if doubt.text.lower() == one.text.lower() else f"“{doubt.text}”"


def form_line(asked: FormQuestion) -> str:
    """Return a question as one line: "ask on the form: May you work in the UK?"."""
    plus = " (the job calls it a plus)" if asked.kind == "nice" else ""
    return f"{ON_THE_FORM}{one_line(asked.question)}{plus}"


def doubtful_line(one: DoubtfulCriterion, *, kept: bool) -> str:
    """Return a doubtful criterion as one line: what it is about, what became of it, and what to ask instead."""
    became = f"it was read as “{one.kept}”" if kept else "no letter is judged by it"
    return f"the job asks for “{one_line(one.text)}”, which is about {one.about}; {became}. {one.instead}"

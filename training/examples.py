"""What a letter writer is given and what it should write: the fields of one application, and a letter that answers them.

Knows nothing about tables, splits or models. The fields are the columns of the data set that the first system was
trained on: job, wishes of the employer, company, applicant, experience, qualifications, skills.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

__all__ = ["COLUMNS", "Example", "FieldsError", "WritingFields", "read_fields"]


class FieldsError(ValueError):
    """Fields that no letter can be written from."""


COLUMNS: dict[str, tuple[str, ...]] = {
    "job_title": ("job_title", "title", "position"),
    "preferred_qualifications": ("preferred_qualifications", "job_description"),
    "company": ("hiring_company", "company"),
    "applicant": ("applicant_name", "applicant", "name"),
    "past_experience": ("past_working_experience", "past_experience", "working_experience"),
    "current_experience": ("current_working_experience", "current_experience"),
    "qualifications": ("qualifications",),
    "skills": ("skillsets", "skills"),
    "letter": ("cover_letter", "letter", "text"),
}
"""How each field is called in tables and files, first match wins; compared in lower case, words joined by "_"."""


@dataclass(frozen=True, slots=True)
class WritingFields:
    """The fields of one application; each is one line of text, and all but the job's title may be empty.

    ``preferred_qualifications`` is what the employer wishes for; ``qualifications`` is what the applicant has.
    """

    job_title: str
    preferred_qualifications: str = ""
    company: str = ""
    applicant: str = ""
    past_experience: str = ""
    current_experience: str = ""
    qualifications: str = ""
    skills: str = ""

    def __post_init__(self) -> None:
        """Put each field on one line, so that no value can begin a section of the prompt.

        Raises:
            FieldsError: the job's title holds no word.
        """
        for field in fields(self):
            object.__setattr__(self, field.name, " ".join(str(getattr(self, field.name)).split()))
        if not any(map(str.isalnum, self.job_title)):
            raise FieldsError(f"a job needs a title, but got {self.job_title!r}: give job_title")

    @property
    def working_experience(self) -> str:
        """Past and current experience in one line, as the prompt shows it."""
        return "; ".join(part for part in (self.past_experience, self.current_experience) if part)

    def as_dict(self) -> dict[str, str]:
        """Return the fields by name, in the order above."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Example:
    """One letter and the fields that it answers. ``source`` names file and row ("letters.csv row 12")."""

    fields: WritingFields
    letter: str
    source: str = ""


def read_fields(path: Path) -> WritingFields:
    """Read the fields of one application from a JSON file: one object; a list of skills is joined by commas.

    Raises:
        FieldsError: the file is no JSON object, or it has an unknown key, a value that is no text, or no job title.
    """
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise FieldsError(
            f"a file of fields must be one JSON object, but {path.name} is not ({error}): correct it"
        ) from None
    return parse_fields(found)


def parse_fields(found: object) -> WritingFields:
    """Check the fields of one application, as a file or a request holds them.

    Raises:
        FieldsError: what is wrong with which key.
    """
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    names = [field.name for field in fields(WritingFields)]
    if not isinstance(found, dict):
        raise FieldsError(f"fields must be one JSON object, but got a {type(found).__name__}: write {{...}}")
    named = {name: key for key, columns in COLUMNS.items() if key in names for name in (key, *columns)}
    called = {key: "_".join(str(key).lower().split()) for key in found}
    unknown = sorted(str(key) for key, name in called.items() if name not in named)
    if unknown:
        raise FieldsError(f"fields must be among {', '.join(names)}, but got {', '.join(unknown)}: rename it")
    fitting = [named[name] for name in called.values()]
    twice = sorted({name for name in fitting if fitting.count(name) > 1})
    if twice:
        raise FieldsError(f"each field must be given once, but {', '.join(twice)} came twice: leave one out")
    plain = {
        named[called[key]]: ", ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in found.items()
    }
    try:
        checked = TypeAdapter(dict[str, str], config=ConfigDict(strict=True)).validate_python(plain)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise FieldsError(
            f"{wrong['loc'][0]} must be text, but got {wrong['input']!r}: put it in quotes"
        ) from None
    if "job_title" not in checked:
        raise FieldsError("fields must have job_title, but it is missing: add it")
    return WritingFields(**checked)

"""Labelled jobs: letters that a careful reader scored and labelled requirement by requirement, and the file they lie in.

Knows nothing about judges or measures. A file is checked whole before anything is measured with it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from agents.verdict import Kind, Label, Requirement

SAMPLES = Path("samples")
"""Given in place of a file, it stands for the bundled letters and jobs."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Score = Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]


class GoldError(ValueError):
    """Labelled jobs that cannot be measured with; the message names the file, the rule, the value and the remedy."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GoldRequirement(_Part):
    """One thing the job asks for."""

    id: Name
    text: Annotated[str, Field(min_length=1, max_length=500)]
    kind: Kind


class GoldLetter(_Part):
    """One letter and its score for the job, from 1 (nothing relevant) to 10 (every requirement plainly met).

    ``name`` is the applicant's, where it is known and shall be masked.
    """

    letter_id: Name
    score: Score
    text: Annotated[str, Field(min_length=1)]
    name: str | None = None


class GoldLabel(_Part):
    """What one letter shows for one requirement: the labels that are right, the best first, and the words for it."""

    letter_id: Name
    requirement_id: Name
    labels: Annotated[tuple[Label, ...], Field(min_length=1)]
    quotes: tuple[str, ...] = ()


class LabelledJob(_Part):
    """One job with its letters. ``acceptable_winners`` is empty where the right answer is to name no one."""

    topic: Name
    job_description: Annotated[str, Field(min_length=1)]
    requirements: Annotated[tuple[GoldRequirement, ...], Field(min_length=1)]
    acceptable_winners: tuple[str, ...]
    letters: Annotated[tuple[GoldLetter, ...], Field(min_length=2)]
    labels: tuple[GoldLabel, ...]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        texts = {letter.letter_id: letter.text for letter in self.letters}
        asked = {requirement.id for requirement in self.requirements}
        _once("letter_id", (letter.letter_id for letter in self.letters))
        _once("requirement id", (requirement.id for requirement in self.requirements))
        _once("label of letter and requirement", ((one.letter_id, one.requirement_id) for one in self.labels))
        for winner in self.acceptable_winners:
            if winner not in texts:
                raise ValueError(f"an acceptable winner must be one of the letters, but got {winner!r}")
        for one in self.labels:
            if one.letter_id not in texts or one.requirement_id not in asked:
                raise ValueError(
                    f"a label must be of a letter and a requirement of its job, but got {one.letter_id!r} and "
                    f"{one.requirement_id!r}"
                )
            for quote in one.quotes:
                if quote not in texts[one.letter_id]:
                    raise ValueError(
                        f"a quote must stand in its letter word for word, but this one does not stand in "
                        f"{one.letter_id}: {quote[:60]!r}"
                    )
        missing = len(texts) * len(asked) - len(self.labels)
        if missing:
            raise ValueError(
                f"every letter must have a label for every requirement, but {missing} of "
                f"{len(texts) * len(asked)} are missing"
            )
        return self

    def asked(self) -> tuple[Requirement, ...]:
        """Return the requirements as the judges take them, with the default weights."""
        from agents.requirements import DEFAULT_WEIGHT

        return tuple(Requirement(r.id, r.text, r.kind, DEFAULT_WEIGHT[r.kind]) for r in self.requirements)


_JOBS = TypeAdapter(Annotated[list[LabelledJob], Field(min_length=1)])


def load_jobs(path: Path) -> tuple[LabelledJob, ...]:
    """Read labelled jobs from a JSON file, or the bundled ones for ``samples``.

    The file holds a list of ``{topic, job_description, requirements: [{id, text, kind}], acceptable_winners,
    letters: [{letter_id, score, text, name?}], labels: [{letter_id, requirement_id, labels, quotes}]}``.

    Raises:
        GoldError: there is no such file, it is no JSON, or what it holds breaks a rule.
    """
    if path == SAMPLES and not path.exists():
        return bundled_jobs()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        jobs = _JOBS.validate_python(data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise GoldError(
            f"{path}: labelled jobs must be a file that can be read, but got: {reason}; give a JSON file, or "
            f"{SAMPLES} for the bundled ones"
        ) from None
    except ValidationError as error:
        raise GoldError(f"{path}: {_explain(error)}") from None
    except ValueError as error:
        raise GoldError(f"{path}: labelled jobs must be JSON in UTF-8, but got: {error}") from None
    try:
        _once("topic", (job.topic for job in jobs))
    except ValueError as error:
        raise GoldError(f"{path}: {error}") from None
    return tuple(jobs)


def bundled_jobs() -> tuple[LabelledJob, ...]:
    """Return the bundled jobs, each with all bundled letters but those that the judge is not meant to read.

    A pair without a planted label is not shown. Nobody gave these letters a score: it is the one that the score's
    formula gives for the planted labels, so that the error of the score measures the labels alone.
    """
    from agents.requirements import load_requirements
    from agents.scoring import exact_score, shown_score
    from agents.verdict import Finding, Quote
    from ingestion import samples
    from ingestion.raw_letter import RawLetter
    from ingestion.readers import read_letters

    foreign = samples.intake_truth().unjudged
    found = [
        one
        for one in read_letters([str(samples.letters_folder())])
        if isinstance(one, RawLetter) and one.letter_id not in foreign
    ]
    planted = samples.truth()
    jobs: list[LabelledJob] = []
    for name, job in samples.jobs().items():
        asked = load_requirements(job.requirements_path)
        letters: list[GoldLetter] = []
        labels: list[GoldLabel] = []
        for one in found:
            shown = planted[name].labels.get(one.letter_id, {})
            findings: list[Finding] = []
            for requirement in asked:
                truth = shown.get(requirement.id)
                label: Label = "not_shown" if truth is None else truth.label
                quote = None if truth is None else Quote(truth.quote, 0, len(truth.quote))
                findings.append(Finding(requirement.id, label, 1.0, quote))
                labels.append(
                    GoldLabel(
                        letter_id=one.letter_id,
                        requirement_id=requirement.id,
                        labels=(label,),
                        quotes=() if truth is None else (truth.quote,),
                    )
                )
            score = shown_score(exact_score(findings, asked))
            letters.append(
                GoldLetter(letter_id=one.letter_id, score=score, text=one.text, name=one.applicant)
            )
        jobs.append(
            LabelledJob(
                topic=name,
                job_description=job.text,
                requirements=tuple(GoldRequirement(id=r.id, text=r.text, kind=r.kind) for r in asked),
                acceptable_winners=planted[name].acceptable_winners,
                letters=tuple(letters),
                labels=tuple(labels),
            )
        )
    return tuple(jobs)


def _once(what: str, values: Iterable[str | tuple[str, str]]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise ValueError(f"each {what} may stand once, but {value!r} stands {times} times")


def _explain(error: ValidationError) -> str:
    """Say in a line where the first broken rule is, without repeating a letter."""
    first = error.errors(include_url=False)[0]
    place = ", ".join(str(part) if isinstance(part, str) else f"entry {part + 1}" for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    shown = repr(first["input"])
    value = f", but got {shown}" if first["type"] != "value_error" and len(shown) <= 60 else ""
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place or 'the file'}: {message[:1].lower()}{message[1:]}{value}{more}; correct it"

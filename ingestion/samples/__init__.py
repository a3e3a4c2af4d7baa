"""The bundled letters, jobs and planted truth, written for this project; people and companies are invented.

Knows where its files lie and what they should say, and nothing about how letters are read, stored or judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).resolve().parent

#: The job that the demonstration screens: its winner meets every must and one of two extras.
DEMO_JOB = "sous-chef"

PlantedLabel = Literal["met", "partial", "contradicted"]
JobForm = Literal["prose", "sections"]


@dataclass(frozen=True, slots=True)
class SampleJob:
    """One bundled job: its description as a recruiter would post it, and its requirements file.

    ``requirements_path`` is a YAML list of ``{id, text, kind}``. ``point`` says in a sentence what
    the job was made to show.
    """

    name: str
    text: str
    text_path: Path
    requirements_path: Path
    form: JobForm
    point: str


@dataclass(frozen=True, slots=True)
class PlantedFinding:
    """What a careful reader finds: ``quote`` is the shortest verbatim span that carries the label."""

    label: PlantedLabel
    quote: str


@dataclass(frozen=True, slots=True)
class JobTruth:
    """The planted truth of one job.

    ``labels`` maps letter id to requirement id to finding, for the letters written with this job
    in mind. A pair that is absent is not shown, and so is every pair of a letter that is absent.
    """

    acceptable_winners: tuple[str, ...]
    labels: Mapping[str, Mapping[str, PlantedFinding]]


@dataclass(frozen=True, slots=True)
class IntakeTruth:
    """What reading the folder should report.

    ``letters`` counts those with a text, duplicates included. ``refused`` names the sources that
    hold nothing, ``unjudged`` maps letter id to language, and the pairs are of letter ids.
    """

    letters: int
    refused: tuple[str, ...]
    unjudged: Mapping[str, str]
    exact_duplicates: tuple[tuple[str, str], ...]
    near_duplicates: tuple[tuple[str, str], ...]


_JOBS: dict[str, tuple[JobForm, str]] = {
    "sous-chef": ("prose", "One clear winner, who meets all four musts."),
    "maintenance-electrician": (
        "sections",
        "The letter with every keyword must lose to a plain one that says what was repaired.",
    ),
    "care-home-nurse": ("sections", "A close call: two nurses meet all musts and a different extra each."),
    "cloud-engineer": (
        "prose",
        "Nobody meets all musts, and six years of AWS must not be read as an AWS certification.",
    ),
}


def letters_folder() -> Path:
    """Return the folder to ingest: a CSV, a JSON Lines file, and a folder of .txt and .md files."""
    return FOLDER / "letters"


def jobs() -> dict[str, SampleJob]:
    """Return the bundled jobs by name, the demonstration's first."""
    found: dict[str, SampleJob] = {}
    for name, (form, point) in _JOBS.items():
        text_path = FOLDER / "jobs" / f"{name}.txt"
        found[name] = SampleJob(
            name=name,
            text=text_path.read_text(encoding="utf-8").strip(),
            text_path=text_path,
            requirements_path=FOLDER / "jobs" / f"{name}.requirements.yaml",
            form=form,
            point=point,
        )
    return found


def truth() -> dict[str, JobTruth]:
    """Return the planted truth by job name."""
    read = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    return {
        job: JobTruth(
            acceptable_winners=tuple(planted["acceptable_winners"]),
            labels={
                letter_id: {
                    requirement_id: PlantedFinding(label=finding["label"], quote=finding["quote"])
                    for requirement_id, finding in findings.items()
                }
                for letter_id, findings in planted["labels"].items()
            },
        )
        for job, planted in read.items()
    }


def intake_truth() -> IntakeTruth:
    """Return what reading ``letters_folder()`` should report."""
    read = json.loads((FOLDER / "intake.json").read_text(encoding="utf-8"))
    return IntakeTruth(
        letters=read["letters"],
        refused=tuple(read["refused"]),
        unjudged=dict(read["unjudged"]),
        exact_duplicates=tuple((first, second) for first, second in read["exact_duplicates"]),
        near_duplicates=tuple((first, second) for first, second in read["near_duplicates"]),
    )


def trades() -> dict[str, str]:
    """Return the trade each letter's writer works in now, by letter id."""
    return dict(json.loads((FOLDER / "trades.json").read_text(encoding="utf-8")))

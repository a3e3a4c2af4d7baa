"""Letters and fields enough to train on, written by rule: each applicant has another name, trade and number."""

from __future__ import annotations

import csv
from pathlib import Path

from training.examples import Example, WritingFields

TRADES = ("Cook", "Nurse", "Electrician", "Gardener", "Welder", "Driver")
SKILLS = ("stock", "first aid", "wiring", "pruning", "steel", "maps")


def tiny_examples(count: int) -> tuple[Example, ...]:
    """Return ``count`` examples, each the answer to a job ad of its own."""
    return tuple(_example(number) for number in range(count))


def _example(number: int) -> Example:
    trade, skill = TRADES[number % len(TRADES)], SKILLS[number % len(SKILLS)]
    years = 2 + number % 9
    fields = WritingFields(
        job_title=f"{trade} {number}",
        preferred_qualifications=f"{years} years",
        company=f"House {number}",
        applicant=f"Ann {number}",
        skills=skill,
    )
    letter = f"Dear House {number},\n\nI am a {trade} of {years} years. I know {skill}.\n\nAnn {number}"
    return Example(fields, letter, f"tiny row {number}")


SEED_HEADER = (
    "Job Title",
    "Preferred Qualifications",
    "Hiring Company",
    "Applicant Name",
    "Past Working Experience",
    "Current Working Experience",
    "Skillsets",
    "Qualifications",
    "Cover Letter",
)


def write_seed_csv(path: Path, examples: tuple[Example, ...]) -> Path:
    """Write examples as the seed's data set has them: its column names, a row number before them."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["", *SEED_HEADER])
        for number, example in enumerate(examples):
            f = example.fields
            table.writerow(
                [
                    number,
                    *(f.job_title, f.preferred_qualifications, f.company, f.applicant),
                    *(f.past_experience, f.current_experience, f.skills, f.qualifications, example.letter),
                ]
            )
    return path

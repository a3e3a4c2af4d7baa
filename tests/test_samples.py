"""The bundled samples are what their truth file says they are."""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections import Counter
from pathlib import Path
from typing import TypedDict, cast

import pytest
import yaml

from ingestion.samples import DEMO_JOB, intake_truth, jobs, letters_folder, trades, truth


class RequirementRow(TypedDict):
    """One entry of a requirements file."""

    id: str
    text: str
    kind: str


def _read_pairs() -> list[tuple[str, str]]:
    """Read (letter id, text) of every sample, empty texts included, without the project's readers."""
    folder = letters_folder()
    with (folder / "letters.csv").open(encoding="utf-8", newline="") as file:
        pairs = [(row["letter_id"], row["text"]) for row in csv.DictReader(file)]
    for line in (folder / "more.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        pairs.append((row["letter_id"], row["text"]))
    pairs.extend(
        (path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((folder / "files").iterdir())
    )
    return pairs


PAIRS = _read_pairs()
TEXTS = {letter_id: text for letter_id, text in PAIRS if text.strip()}
JOBS = jobs()
TRUTH = truth()


def _requirements(path: Path) -> list[RequirementRow]:
    return cast("list[RequirementRow]", yaml.safe_load(path.read_text(encoding="utf-8")))


def _scores(job: str) -> dict[str, float]:
    """Score each labelled letter from its planted labels: met 1, partial 0.5; a must weighs 2, a nice 1."""
    weights = {
        row["id"]: 2 if row["kind"] == "must" else 1 for row in _requirements(JOBS[job].requirements_path)
    }
    worth = {"met": 1.0, "partial": 0.5, "contradicted": 0.0}
    return {
        letter_id: sum(
            weights[requirement] * worth[finding.label] for requirement, finding in findings.items()
        )
        for letter_id, findings in TRUTH[job].labels.items()
    }


def test_there_are_enough_letters_and_trades() -> None:
    """At least sixty letters with a text, in at least ten trades, and every letter has its trade."""
    assert len(TEXTS) >= 60
    assert set(trades()) == set(TEXTS)
    assert len(set(trades().values())) >= 10


def test_ids_are_unique() -> None:
    """No two letters share an id, whichever file they stand in."""
    assert [letter_id for letter_id, count in Counter(i for i, _ in PAIRS).items() if count > 1] == []


def test_every_simple_format_is_there() -> None:
    """The folder holds a CSV, a JSON Lines file, text files and Markdown files."""
    suffixes = {path.suffix for path in letters_folder().rglob("*") if path.is_file()}
    assert suffixes == {".csv", ".jsonl", ".txt", ".md"}


def test_lengths_vary_like_real_letters() -> None:
    """Most letters have 150 to 350 words, some fewer, and at least two have more than 500."""
    words = [len(text.split()) for text in TEXTS.values()]
    assert sum(150 <= count <= 350 for count in words) > 0.8 * len(words)
    assert sum(count < 150 for count in words) >= 3
    assert sum(count > 500 for count in words) >= 2


def test_the_planted_intake_is_in_the_files() -> None:
    """Empty texts, the Spanish letter and both kinds of duplicates are where intake.json says."""
    planted = intake_truth()
    assert planted.letters == len(TEXTS)
    empty = [letter_id for letter_id, text in PAIRS if not text.strip()]
    assert len(empty) == len(planted.refused) == 2
    assert all(any(letter_id in source for source in planted.refused) for letter_id in empty)
    (spanish,) = planted.unjudged
    assert planted.unjudged[spanish] == "es"
    assert " enfermera " in TEXTS[spanish]
    for first, second in planted.exact_duplicates:
        assert TEXTS[first] == TEXTS[second]
    for first, second in planted.near_duplicates:
        assert TEXTS[first] != TEXTS[second]
        assert difflib.SequenceMatcher(None, TEXTS[first].split(), TEXTS[second].split()).ratio() > 0.8


def test_only_the_planted_pairs_are_alike() -> None:
    """Apart from the planted duplicates no two letters share a run of eight words."""
    planted = intake_truth()
    alike = {frozenset(pair) for pair in planted.exact_duplicates + planted.near_duplicates}
    seen: dict[tuple[str, ...], str] = {}
    found: set[frozenset[str]] = set()
    for letter_id, text in TEXTS.items():
        words = re.findall(r"\w+", text.lower())
        for run in zip(*(words[start:] for start in range(8)), strict=False):
            other = seen.setdefault(run, letter_id)
            if other != letter_id:
                found.add(frozenset((other, letter_id)))
    assert found == alike


def test_contacts_are_invented() -> None:
    """Every e-mail address and phone number is one reserved for examples."""
    mails = [mail for text in TEXTS.values() for mail in re.findall(r"[\w.+-]+@[\w.-]+\w", text)]
    numbers = [number for text in TEXTS.values() for number in re.findall(r"\b\d{3}[-. ]\d{4}\b", text)]
    assert len(mails) >= 10
    assert len(numbers) >= 10
    assert [mail for mail in mails if not mail.endswith(("@example.com", "@example.org"))] == []
    assert [number for number in numbers if not re.fullmatch(r"555-01\d\d|555 01\d\d", number)] == []


def test_truth_and_jobs_name_the_same() -> None:
    """Four jobs of both forms, each with its truth; the demonstration's stands first."""
    assert len(JOBS) == 4
    assert set(TRUTH) == set(JOBS)
    assert sorted(job.form for job in JOBS.values()) == ["prose", "prose", "sections", "sections"]
    assert next(iter(JOBS)) == DEMO_JOB


@pytest.mark.parametrize("name", JOBS)
def test_a_form_is_what_it_says(name: str) -> None:
    """A sectioned posting has bullets on their own lines; prose is one paragraph without any."""
    lines = JOBS[name].text.splitlines()
    bullets = [line for line in lines if line.startswith(("- ", "* "))]
    assert (len(bullets) >= 4, len(lines) == 1) == (
        (True, False) if JOBS[name].form == "sections" else (False, True)
    )


@pytest.mark.parametrize("name", JOBS)
def test_a_requirements_file_asks_for_what_the_job_asks(name: str) -> None:
    """Four to six requirements with unique ids, both kinds, made of the posting's own words."""
    rows = _requirements(JOBS[name].requirements_path)
    assert [row["id"] for row in rows] == [f"r{number}" for number in range(1, len(rows) + 1)]
    assert 4 <= len(rows) <= 6
    assert {row["kind"] for row in rows} == {"must", "nice"}
    posted = set(re.findall(r"[\w-]+", JOBS[name].text.lower()))
    assert [
        row["text"] for row in rows if not set(re.findall(r"[\w-]+", row["text"].lower())) <= posted
    ] == []


@pytest.mark.parametrize("name", JOBS)
def test_every_label_stands_on_a_verbatim_quote(name: str) -> None:
    """Each id of the truth exists, no label is not_shown, and each quote is a span of its letter."""
    known = {row["id"] for row in _requirements(JOBS[name].requirements_path)}
    for letter_id, findings in TRUTH[name].labels.items():
        assert letter_id in TEXTS
        for requirement_id, finding in findings.items():
            assert requirement_id in known
            assert finding.label in {"met", "partial", "contradicted"}
            assert finding.quote.strip() == finding.quote != ""
            assert finding.quote in TEXTS[letter_id]
            assert len(finding.quote) <= 220


@pytest.mark.parametrize("name", JOBS)
def test_each_job_has_winners_and_distractors(name: str) -> None:
    """At least twelve letters were written for the job, the best of them are acceptable, the rest are off-topic."""
    planted = TRUTH[name]
    scores = _scores(name)
    best = max(scores.values())
    assert len(planted.labels) >= 12
    assert {letter_id for letter_id, score in scores.items() if score == best} <= set(
        planted.acceptable_winners
    )
    others = [score for letter_id, score in scores.items() if letter_id not in planted.acceptable_winners]
    assert max(others) < min(scores[letter_id] for letter_id in planted.acceptable_winners)
    assert min(scores.values()) == 0
    assert len(TEXTS) - len(planted.labels) >= 40


def _musts_met(job: str) -> dict[str, bool]:
    musts = {row["id"] for row in _requirements(JOBS[job].requirements_path) if row["kind"] == "must"}
    return {
        letter_id: musts <= {key for key, finding in findings.items() if finding.label == "met"}
        for letter_id, findings in TRUTH[job].labels.items()
    }


def test_the_points_of_the_jobs_hold() -> None:
    """A clear winner, a win over keywords, a close call, and a job whose musts nobody meets."""
    met = {job: [letter_id for letter_id, all_met in _musts_met(job).items() if all_met] for job in JOBS}
    assert met["sous-chef"] == list(TRUTH["sous-chef"].acceptable_winners)
    assert met["cloud-engineer"] == []
    first, second = TRUTH["care-home-nurse"].acceptable_winners
    assert _scores("care-home-nurse")[first] == _scores("care-home-nurse")[second]
    words = {letter_id: TEXTS[letter_id].lower() for letter_id in TRUTH["maintenance-electrician"].labels}
    loudest = max(
        words, key=lambda letter_id: sum(words[letter_id].count(w) for w in ("plc", "motor", "maintenance"))
    )
    scores = _scores("maintenance-electrician")
    assert scores[loudest] < 0.5 * max(scores.values())

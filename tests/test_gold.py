import json
from copy import deepcopy
from pathlib import Path

import pytest

from evals.gold import GoldError, LabelledJob, bundled_jobs, load_jobs

JOB = {
    "topic": "baker",
    "job_description": "We need a baker who can drive.",
    "requirements": [{"id": "r1", "text": "baking", "kind": "must"}],
    "acceptable_winners": ["a"],
    "letters": [
        {"letter_id": "a", "score": 9.0, "text": "I have baked bread for six years."},
        {"letter_id": "b", "score": 1.0, "text": "I drive a van."},
    ],
    "labels": [
        {"letter_id": "a", "requirement_id": "r1", "labels": ["met", "partial"], "quotes": ["baked bread"]},
        {"letter_id": "b", "requirement_id": "r1", "labels": ["not_shown"], "quotes": []},
    ],
}


@pytest.fixture
def labelled_file(tmp_path: Path) -> Path:
    """A file with one small labelled job."""
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([JOB]))
    return path


def test_a_labelled_job_is_read_as_it_stands(labelled_file: Path) -> None:
    """Letters, labels and weights of the file arrive; of two right labels the first stays the best."""
    [job] = load_jobs(labelled_file)
    assert job == LabelledJob.model_validate(JOB)
    assert job.labels[0].labels == ("met", "partial")
    assert [requirement.weight for requirement in job.asked()] == [2.0]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"winner": "a"}, "entry 1, winner: extra inputs are not permitted", id="unknown key"),
        pytest.param({"acceptable_winners": ["z"]}, "must be one of the letters, but got 'z'", id="winner"),
        pytest.param({"labels": JOB["labels"][:1]}, "1 of 2 are missing", id="missing label"),
        pytest.param({"labels": []}, "2 of 2 are missing", id="no labels"),
        pytest.param({"labels": JOB["labels"] * 2}, "may stand once", id="label twice"),
        pytest.param(
            {"letters": [JOB["letters"][0]] * 2}, "each letter_id may stand once", id="letter twice"
        ),
        pytest.param({"letters": JOB["letters"][:1]}, "at least 2 items", id="one letter"),
        pytest.param({"topic": None}, "entry 1, topic: .* but got None", id="wrong type"),
    ],
)
def test_a_job_that_breaks_a_rule_is_refused(
    labelled_file: Path, change: dict[str, object], rule: str
) -> None:
    """The error names the file, the place and the rule."""
    labelled_file.write_text(json.dumps([JOB | change]))
    with pytest.raises(GoldError, match=rule) as refused:
        load_jobs(labelled_file)
    assert str(refused.value).startswith(str(labelled_file))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"quotes": ["baked cakes"]}, "word for word", id="quote"),
        pytest.param({"labels": ["great"]}, "entry 1, labels, entry 1", id="label"),
        pytest.param({"labels": []}, "at least 1 item", id="no right label"),
        pytest.param({"requirement_id": "r9"}, "but got 'a' and 'r9'", id="requirement"),
    ],
)
def test_a_label_that_breaks_a_rule_is_refused(
    labelled_file: Path, change: dict[str, object], rule: str
) -> None:
    """A label must speak of its own job, and its quote be the letter's words."""
    job = deepcopy(JOB)
    job["labels"][0] |= change
    labelled_file.write_text(json.dumps([job]))
    with pytest.raises(GoldError, match=rule):
        load_jobs(labelled_file)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        pytest.param(b"{}", "valid list", id="no list"),
        pytest.param(b"[]", "at least 1 item", id="empty list"),
        pytest.param(b"[", "must be JSON", id="no JSON"),
        pytest.param(b"\xff", "must be JSON", id="no UTF-8"),
        pytest.param(json.dumps([JOB, JOB]).encode(), "each topic may stand once", id="topic twice"),
    ],
)
def test_a_file_that_is_no_list_of_jobs_is_refused(labelled_file: Path, content: bytes, rule: str) -> None:
    """Whatever the file holds, the error is one line that says what it must hold."""
    labelled_file.write_bytes(content)
    with pytest.raises(GoldError, match=rule) as refused:
        load_jobs(labelled_file)
    assert "\n" not in str(refused.value)


def test_a_missing_file_names_the_bundled_jobs(tmp_path: Path) -> None:
    """Without a file of their own, people can measure on the samples."""
    with pytest.raises(GoldError, match="No such file or directory; give a JSON file, or samples"):
        load_jobs(tmp_path / "none.json")


def test_the_bundled_jobs_are_labelled_jobs() -> None:
    """`samples` stands for the four bundled jobs: planted labels, the letter in Spanish left out, scores by the formula."""
    jobs = {job.topic: job for job in load_jobs(Path("samples"))}
    assert list(jobs) == ["sous-chef", "maintenance-electrician", "care-home-nurse", "cloud-engineer"]
    chef = jobs["sous-chef"]
    assert chef.acceptable_winners == ("115",)
    ids = [letter.letter_id for letter in chef.letters]
    assert len(ids) == 70
    assert "128" not in ids
    scores = {letter.letter_id: letter.score for letter in chef.letters}
    assert max(scores, key=lambda letter_id: scores[letter_id]) == "115"
    assert min(scores.values()) == 1.0
    # Its findings are met, met, contradicted, met, partial and not shown: 1 + 9 * (2 + 2 + 2 + 0.5) / 10.
    assert scores["105"] == 6.9
    assert bundled_jobs() == tuple(jobs.values())

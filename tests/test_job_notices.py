from pathlib import Path

import pytest

from agents.job_notices import job_notices, own_notices
from agents.requirements import read_job
from agents.verdict import Requirement

PAGE = (Path(__file__).parent.parent / "docs" / "job-descriptions.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.split("|")[1:-1])
    for line in PAGE.splitlines()
    if line.startswith("| ")
]
AD = (
    "You need the right to work in Kenya, a first aid certificate and native Swahili. You are young. "
    "Your own car would be a plus."
)


def test_a_job_tells_what_to_ask_on_the_form_and_which_criteria_it_was_not_judged_by() -> None:
    """Each with its code and in one line."""
    assert job_notices(read_job(AD)) == (
        ("form_question", "ask on the form: May you work in Kenya?"),
        ("form_question", "ask on the form: Do you have a car that you can use for this job? (the job calls it a plus)"),
        (
            "doubtful_criterion",
            "the job asks for “native Swahili”, which is about where a person comes from; it was read as “fluent Swahili”. "
            "Name the level that the work needs instead, such as “fluent English (C2)”: people learn languages.",
        ),
        (
            "doubtful_criterion",
            "the job asks for “young”, which is about a person's age; no letter is judged by it. Ask for what the work takes "
            "instead, such as “can stand for eight hours”, or for the years of experience that it needs.",
        ),
    )  # fmt: skip


def test_requirements_of_a_persons_own_are_judged_as_written_and_warned_of() -> None:
    """The person decides; what the job says in the same words is not said twice."""
    own = (
        Requirement("a", "right to work in Kenya", "must", 2.0),
        Requirement("b", "young and dynamic", "nice", 1.0),
        Requirement("c", "first aid certificate", "must", 2.0),
    )
    notices = job_notices(read_job(AD), own)
    assert notices[0] == (
        "own_requirement",
        "requirement a, “right to work in Kenya”, is judged as you wrote it, but few letters say so; ask on the form: May "
        "you work in Kenya?",
    )
    assert notices[1][0] == "own_requirement"
    assert "“young and dynamic”, is judged as you wrote it, but it is about a person's age" in notices[1][1]
    assert [text for _, text in notices].count("ask on the form: May you work in Kenya?") == 0
    (native,) = [text for code, text in notices if code == "doubtful_criterion"]
    assert "no letter is judged by it" in native


def test_plain_requirements_raise_no_notice() -> None:
    """Nothing is said where nothing is wrong."""
    assert own_notices((Requirement("r1", "two years in youth work", "must", 2.0),)) == []


@pytest.mark.parametrize(("job", "notice"), [row for row in ROWS if row[1].startswith("ask on the form:")])
def test_the_page_shows_the_notices_as_they_are(job: str, notice: str) -> None:
    """docs/job-descriptions.md is no wish."""
    reading = read_job(f"Must have: lift ticket, hat diploma\n{job}.")
    assert job_notices(reading) == (("form_question", notice),)

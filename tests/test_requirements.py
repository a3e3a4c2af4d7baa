import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.requirements import (
    DEFAULT_WEIGHT,
    MAX_DUTIES,
    MAX_REQUIREMENTS,
    RequirementsError,
    extract_requirements,
    read_job,
    requirements_digest,
)
from agents.verdict import Requirement

HERE = Path(__file__).parent
JOBS: list[dict[str, Any]] = yaml.safe_load((HERE / "job_descriptions.yaml").read_text(encoding="utf-8"))
SEED_JOB = "We need a Project Manager with AWS certification, strong leadership, experience in other projects related to finances"


@pytest.mark.parametrize("job", JOBS, ids=[job["name"] for job in JOBS])
def test_each_written_job_gives_the_requirements_a_reader_takes_from_it(job: dict[str, Any]) -> None:
    """Texts, kinds and order are what was written down beside the job description."""
    expected = [(kind, text) for entry in job["requirements"] for kind, text in entry.items()]
    assert expected == [(r.kind, r.text) for r in extract_requirements(job["text"])]


@pytest.mark.parametrize("job", [job for job in JOBS if "left_out" in job], ids=lambda job: job["name"])
def test_boilerplate_reaches_no_requirement(job: dict[str, Any]) -> None:
    """Employer, benefits, pay, place and how to apply are not asked of anyone."""
    texts = " ".join(r.text for r in extract_requirements(job["text"])).lower()
    assert [word for word in job["left_out"] if word.lower() in texts] == []


@pytest.mark.parametrize(
    "job", [job for job in JOBS if "form" in job or "doubtful" in job], ids=lambda job: job["name"]
)
def test_knock_outs_and_doubtful_criteria_are_reported_as_what_they_are(job: dict[str, Any]) -> None:
    """They stand with the reading, under their topic, and with what they stand for."""
    reading = read_job(job["text"])
    assert job.get("form", []) == [one.topic for one in reading.form_questions]
    assert job.get("doubtful", []) == [kind for one in reading.doubtful for kind in one.stands_for]


def test_one_sentence_becomes_its_parts() -> None:
    """The one-sentence form: the role and each condition, all musts."""
    assert [
        Requirement("r1", "Project Manager experience", "must", 2.0),
        Requirement("r2", "AWS certification", "must", 2.0),
        Requirement("r3", "strong leadership", "must", 2.0),
        Requirement("r4", "experience in projects related to finances", "must", 2.0),
    ] == list(extract_requirements(SEED_JOB))


def test_ids_number_the_order_and_weights_follow_the_kind() -> None:
    """Every job of the list: r1, r2, ...; 2 for a must, 1 for a nice."""
    for job in JOBS:
        requirements = extract_requirements(job["text"])
        assert [f"r{n}" for n in range(1, len(requirements) + 1)] == [r.id for r in requirements]
        assert [DEFAULT_WEIGHT[r.kind] for r in requirements] == [r.weight for r in requirements]


def test_more_than_the_limit_keeps_musts_first_and_says_what_was_left_out() -> None:
    """Fourteen bullets: the nices go first, and nothing goes without a word."""
    musts = [f"Certificate in subject{n}" for n in range(10)]
    nices = [f"Licence for machine{n}" for n in range(4)]
    text = (
        "Nice to have:\n"
        + "".join(f"- {t}\n" for t in nices)
        + "Requirements:\n"
        + "".join(f"- {t}\n" for t in musts)
    )
    reading = read_job(text)
    assert [*nices[:2], *musts] == [r.text for r in reading.requirements]
    assert len(reading.requirements) == MAX_REQUIREMENTS
    assert [(t, "over the limit of 12 requirements") for t in nices[2:]] == [
        (o.text, o.reason) for o in reading.left_out
    ]


def test_everything_left_out_carries_its_reason() -> None:
    """A person can see what was read and not asked."""
    text = "We need a baker with two years in a bakery and a hygiene certificate. We offer free bread. A degree is not required."
    reasons = {o.text: o.reason for o in read_job(text).left_out}
    assert reasons == {
        "We offer free bread.": "pay and benefits",
        "A degree is not required.": "says that it is not asked for",
    }


def test_the_role_is_no_requirement_where_the_others_name_it() -> None:
    """An accountant with an accounting degree is asked for the degree only once."""
    text = "We need an accountant with an accounting degree and month-end closing experience."
    assert [r.text for r in extract_requirements(text)] == [
        "accounting degree",
        "month-end closing experience",
    ]


def test_the_same_thing_asked_twice_is_one_requirement_and_a_must_if_either_is() -> None:
    """Ads repeat themselves in their two lists."""
    text = "Nice to have:\n- Forklift licence\n- French\nRequirements:\n- Forklift licence\n- Own boots"
    assert [(r.kind, r.text) for r in extract_requirements(text)] == [
        ("must", "Forklift licence"),
        ("nice", "French"),
        ("must", "Own boots"),
    ]


def test_duties_stand_in_only_where_fewer_than_two_things_are_asked() -> None:
    """The fall-back: at most MAX_DUTIES duties and the role."""
    duties = "".join(f"- Inspect valve number {n}\n" for n in range(10))
    texts = [r.text for r in extract_requirements("Pipe Fitter\n\nResponsibilities:\n" + duties)]
    assert [f"Inspect valve number {n}" for n in range(MAX_DUTIES)] + ["Pipe Fitter experience"] == texts


@pytest.mark.parametrize(
    "text",
    ["", "  \n ", "We offer a pension and free lunch.", "!!!"],
    ids=["empty", "blank", "benefits", "marks"],
)
def test_a_text_that_asks_for_nothing_is_refused_with_the_remedy(text: str) -> None:
    """Nothing to judge by is said, never made up."""
    with pytest.raises(RequirementsError, match=r"must name a role, a skill or a duty, but .*--requirements"):
        extract_requirements(text)


def test_a_job_that_asks_only_for_what_a_form_answers_is_refused_and_told_so() -> None:
    """The person sees what was read, and that no letter can show it."""
    with pytest.raises(
        RequirementsError, match=r"that a letter could show \(it asks for: right to work in Malta, young\)"
    ):
        extract_requirements("You must have the right to work in Malta. You must be young.")


def test_no_experience_needed_asks_for_none() -> None:
    """The role stands in for nothing where the job says that nobody needs to have done it."""
    text = "Fruit Picker\n\nNo experience is needed. You must be able to lift 10 kg."
    assert [r.text for r in extract_requirements(text)] == ["lift 10 kg"]


def test_a_knock_out_beside_a_requirement_loses_neither() -> None:
    """One clause may hold both."""
    reading = read_job("A driving licence and access to a vehicle are essential. You have worked as a carer.")
    assert [r.text for r in reading.requirements] == ["driving licence", "worked as a carer"]
    assert [one.text for one in reading.form_questions] == ["access to a vehicle"]
    reading = read_job(
        "You must be available on weekends and live near the quay. You have a licence and tact."
    )
    assert [one.text for one in reading.form_questions] == ["available on weekends", "live near the quay"]


def test_curly_and_straight_apostrophes_read_alike() -> None:
    """Typography must not change what is asked."""
    straight = "You must have a Master's degree and 3 years' experience in tax law."
    assert extract_requirements(straight) == extract_requirements(straight.replace("'", "\u2019"))


@settings(deadline=None)
@example(["# "])
@example(["YOU BRING", "\u00b2"])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                [line for job in JOBS for line in job["text"].splitlines()]
                + ["You must have", "a plus", "- "]
            ),
        ),
        max_size=12,
    )
)
def test_any_text_gives_a_sound_list_or_a_clear_error(lines: list[str]) -> None:
    """Whatever is pasted: 1 to 12 distinct non-empty one-line requirements, the same each time, or RequirementsError."""
    text = "\n".join(lines)
    try:
        requirements = extract_requirements(text)
    except RequirementsError:
        return
    assert 1 <= len(requirements) <= MAX_REQUIREMENTS
    assert len(requirements) == len({r.text.lower() for r in requirements})
    assert all(r.text == " ".join(r.text.split()) and any(c.isalpha() for c in r.text) for r in requirements)
    assert requirements == extract_requirements(text)


@pytest.mark.parametrize(
    "run",
    [
        "is ",
        ", where x",
        "ideally ",
        "a-",
        "(",
        "you must have ",
        "experience and ",
        "aged 20 to 30 and ",
        "young, ",
    ],
)
def test_a_long_run_without_an_end_does_not_stall(run: str) -> None:
    """6,000 characters without a full stop are read in seconds, not minutes."""
    started = time.perf_counter()
    with contextlib.suppress(RequirementsError):
        extract_requirements("You must have " + run * (6_000 // len(run)))
    assert time.perf_counter() - started < 10


def test_reading_a_job_loads_no_model_library() -> None:
    """The command line reads requirements before anything heavy is needed."""
    script = (
        "import sys; from agents.requirements import extract_requirements; "
        "extract_requirements('We need a cook with a knife'); "
        "print([m for m in ('torch', 'transformers', 'llama_index', 'faiss') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE.parent,
        env={**os.environ},
    )
    assert done.stdout.strip() == "[]"


def test_the_digest_changes_with_every_part_of_the_list() -> None:
    """A stored screening can tell whether its requirements are still the ones in use."""
    base = (Requirement("r1", "a", "must", 2.0), Requirement("r2", "b", "nice", 1.0))
    others = [
        base[::-1],
        base[:1],
        (Requirement("x", "a", "must", 2.0), base[1]),
        (Requirement("r1", "c", "must", 2.0), base[1]),
        (Requirement("r1", "a", "nice", 2.0), base[1]),
        (Requirement("r1", "a", "must", 3.0), base[1]),
    ]
    digests = [requirements_digest(rows) for rows in [base, *others]]
    assert len(digests) == len(set(digests))
    assert requirements_digest(base) == requirements_digest(tuple(base))


GOLD = HERE.parent.parent / "shared" / "gold" / "jobs.json"


@pytest.mark.skipif(not GOLD.exists(), reason="the labelled jobs are not on this machine")
def test_kinds_agree_with_the_labelled_jobs() -> None:
    """As many requirements of each kind, in the same order of kinds, as the readers found in each labelled job."""
    for job in json.loads(GOLD.read_text(encoding="utf-8")):
        assert [r["kind"] for r in job["requirements"]] == [
            r.kind for r in extract_requirements(job["job_description"])
        ]

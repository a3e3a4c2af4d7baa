from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from agents.fabrication import KINDS, Given, distinct, find_fabrications
from agents.skill_names import find_skills, skills
from agents.stated_amounts import find_amounts, known_years
from agents.stated_degrees import find_stated_degrees
from agents.stated_names import find_stated_names

JO = Given(
    job_title="Senior Data Engineer",
    company="Northwind Logistics",
    applicant="Jo Roe",
    own=(
        "Data Analyst at Blue Fig for 3 years",
        "2 years at Harbour Systems Inc. as Data Engineer, cutting cost by 20%",
        "Python, PostgreSQL, TensorFlow, project management",
        "B.Sc. in Computer Science, AWS Certified Developer",
    ),
    asked="5+ years of experience, Kubernetes, Master's degree in Data Science",
)


def listed(letter: str, given: Given = JO) -> list[tuple[str, str]]:
    """What the check lists, hard facts and soft skills, as (kind, text)."""
    return [(one.kind, one.text) for one in find_fabrications(letter, given)]


GOOD = {
    "same words": "I know Python and PostgreSQL, and I was a Data Analyst at Blue Fig for 3 years.",
    "figures as words": "I spent three years at Blue Fig and two years at Harbour Systems.",
    "a sum": "I bring five years of experience.",
    "a lower bound": "I have over 4 years of experience with data.",
    "plus sign": "I have 5+ years of experience.",
    "short degree spelled out": "I hold a Bachelor of Science in Computer Science.",
    "degree in other words": "I have a Bachelor's degree in Computer Science.",
    "just a degree": "My degree in Computer Science taught me to think.",
    "what a skill brings": "I write SQL and build machine learning models.",
    "inflected skill": "I managed projects; my project manager work went well.",
    "legal form left out": "At Harbour Systems I learned a lot.",
    "legal form added": "I worked for Blue Fig Ltd. until May.",
    "certificate turned round": "I hold an AWS certification.",
    "percent": "I cut cost by 20 percent.",
    "company and title": "I want to join Northwind Logistics as a Senior Data Engineer.",
    "title with praise": "I am a seasoned and dedicated data engineer.",
    "possessive": "Blue Fig's reports were mine.",
    "about the job": "You are looking for Kubernetes, and this role requires 5+ years of experience.",
    "a wish to learn": "I am eager to learn Kubernetes.",
    "salutation and closing": "Dear Hiring Manager,\n\nThank you.\n\nSincerely,\nJo Roe",
    "idioms": "One of my aims is to support people 24/7, in two ways.",
    "colleagues": "I worked with product managers and data scientists.",
    "nothing": "",
}

BAD = {
    "skill": ("I know Python and Rust.", [("skill", "Rust")]),
    "skill of one letter": ("I use R daily.", [("skill", "R")]),
    "spoken language": ("I speak German.", [("skill", "German")]),
    "trade skill": ("I have done wound care.", [("skill", "wound care")]),
    "unlisted tool": ("I am proficient in Zorblax.", [("skill", "Zorblax")]),
    "employer": ("I worked at Google.", [("employer", "Google")]),
    "employer, two words": ("I spent my time at Golden Fork.", [("employer", "Golden Fork")]),
    "company by its ending": ("Bright Sun Consulting trained me.", [("employer", "Bright Sun Consulting")]),
    "school": ("I studied at the University of Oslo.", [("school", "University of Oslo")]),
    "job title": ("I worked as a head chef.", [("job title", "head chef")]),
    "higher rank": ("I was promoted to engineering director.", [("job title", "engineering director")]),
    "higher degree": (
        "I hold a Master's degree in Computer Science.",
        [("degree", "Master's degree in Computer Science")],
    ),
    "other field": ("I hold a B.Sc. in Biology.", [("degree", "B.Sc. in Biology")]),
    "doctorate": ("I earned a PhD.", [("degree", "PhD")]),
    "certificate": ("I hold a PMP.", [("certificate", "PMP")]),
    "certified in": ("I am certified in Juniper.", [("certificate", "certified in Juniper")]),
    "more years": ("I have 8 years of experience.", [("number", "8 years")]),
    "more years in words": ("I have eight years of experience.", [("number", "eight years")]),
    "bound above the sum": ("I have over 5+ years and over six years.", [("number", "six years")]),
    "decade": ("I have a decade of experience.", [("number", "a decade")]),
    "other percent": ("I cut cost by 35%.", [("number", "35%")]),
    "money": ("I saved $2.5 million.", [("number", "$2.5 million")]),
    "people": ("I led a team of twelve.", [("number", "twelve")]),
    "things": ("I opened three restaurants.", [("number", "three")]),
    "vague": ("I served hundreds of guests.", [("number", "hundreds")]),
    "multiple": ("I doubled the output.", [("number", "doubled")]),
    "calendar year": ("I started in 2015.", [("number", "2015")]),
    "person": ("Dear Ms. Quillon,", [("name", "Quillon")]),
    "e-mail": ("Write to jo@roe.example.", [("contact", "jo@roe.example")]),
    "blank": ("I live in [City].", [("placeholder", "[City]")]),
    "soft skill": ("I am a team player.", [("soft skill", "team player")]),
}


@pytest.mark.parametrize("letter", GOOD.values(), ids=GOOD.keys())
def test_what_was_given_is_never_listed(letter: str) -> None:
    """Given facts may be said in other words, added up, shortened or spelled out."""
    assert listed(letter) == []


@pytest.mark.parametrize(("letter", "expected"), BAD.values(), ids=BAD.keys())
def test_what_was_not_given_is_listed(letter: str, expected: list[tuple[str, str]]) -> None:
    """Each kind of invention is named as what it is, with the letter's own words."""
    assert listed(letter) == expected


def test_a_claim_of_what_the_employer_wants_is_marked() -> None:
    """The employer's wishes are not the applicant's: claiming them is made up, and said to be asked for."""
    found = find_fabrications("I have a Master's degree in Data Science, Kubernetes and Rust.", JO)
    assert [(one.text, one.asked) for one in found] == [
        ("Master's degree in Data Science", True),
        ("Kubernetes", True),
        ("Rust", False),
    ]


def test_the_same_thing_said_twice_is_one_thing() -> None:
    """Every place is listed, and the count is of different things."""
    found = find_fabrications("I know Postgres and k8s. I run Kubernetes. Team player.", JO)
    assert [one.text for one in found] == ["k8s", "Kubernetes", "Team player"]
    assert distinct(found) == 1
    assert distinct(found, hard=False) == 1


def test_open_dates_count_up_to_the_year_that_is_named() -> None:
    """An open date is as long as the caller's year says, and of unknown length without one."""
    own = ("Cook at Blue Fig, 2019 - present",)
    letter = "I have 5 years of experience."
    assert listed(letter, Given(own=own)) == [("number", "5 years")]
    assert listed(letter, Given(own=own, today=2024)) == []


def test_short_forms_and_long_forms_are_one_name() -> None:
    """A name's initials stand for it, both ways."""
    given = Given(own=("Consultant at IBM", "software development life cycle"))
    assert listed("At International Business Machines I lived the SDLC.", given) == []


def test_nothing_given_lists_everything() -> None:
    """With empty fields, every fact of a letter is listed."""
    letter = "I worked at Blue Fig for 3 years, know Python and hold a B.Sc. in Physics."
    assert [kind for kind, _ in listed(letter, Given())] == ["employer", "number", "skill", "degree"]


@generated(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gives_spans_of_its_own_words(letter: str, own: str) -> None:
    """Whatever the letter holds, each listed thing is a stretch of it, and no two overlap."""
    found = find_fabrications(letter, Given(own=(own,)))
    assert all(letter[one.start : one.end] == one.text and one.kind in KINDS for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


def test_each_listed_skill_is_found_by_each_of_its_wordings() -> None:
    """The skill file holds no wording that the reader can't find, or finds as another skill."""
    expected = {wording: [skill.name] for skill in skills().values() for wording in skill.wordings}
    assert {
        wording: [mention.skill.name for mention in find_skills(wording)] for wording in expected
    } == expected


@pytest.mark.parametrize(
    "text",
    ["C-level", "R&D", "Jo R. Smith", "I excel at it", "to go far", "spring is here"],
    ids=str,
)
def test_words_that_only_look_like_a_skill_are_none(text: str) -> None:
    """Excel the program is no verb, and C no initial."""
    assert find_skills(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-5 years", [(3.0, "years"), (5.0, "years")]),
        ("18 months", [(1.5, "years")]),
        ("twenty-five (25) years", [(25.0, "years")]),
        ("$30K", [(30000.0, "money")]),
        ("half a million dollars", [(500000.0, "money")]),
        ("1,200 users", [(1200.0, "count")]),
        ("in 2019", [(2019.0, "date")]),
        ("Office 365 and ISO 9001", []),
        ("one of a kind", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_numbers_are_read_with_their_unit(text: str, expected: list[tuple[float, str]]) -> None:
    """Figures and words give the same value; what is part of a name is no number."""
    assert [(one.value, one.unit) for one in find_amounts(f"I had {text}")] == expected


def test_years_add_up_over_jobs_and_dates() -> None:
    """Every sum of given stretches is known, and the largest."""
    sums, largest = known_years(("3 years at A", "B, 2015 to 2019"), None)
    assert (sorted(sums), largest) == ([3.0, 4.0, 7.0], 7.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MBA", [3]),
        ("an M.Sc. in AI", [3]),
        ("Masters in Art", [3]),
        ("Ms. Smith is a scrum master", []),
        ("my bachelor's and master's degrees in Physics", [2, 3]),
        ("diploma in nursing", [1]),
        ("BSN", [2]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_degrees_are_read_with_their_level(text: str, expected: list[int]) -> None:
    """Associate 1, bachelor 2, master 3, doctorate 4."""
    assert [one.level for one in find_stated_degrees(text)] == expected


def test_an_ordinary_word_that_opens_a_sentence_is_no_name() -> None:
    """A capital counts as a name's only where the language would not put one anyway."""
    text = "Working hard matters. Communication is key. Furthermore, it helps.\n\nSincerely,"
    assert find_stated_names(text) == ()

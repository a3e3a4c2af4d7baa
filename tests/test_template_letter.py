from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.fabrication import find_fabrications
from training.checked import given_by
from training.examples import WritingFields
from training.template_letter import template_letter

FULL = WritingFields(
    job_title="Senior Java Developer",
    preferred_qualifications="5+ years of Java, Kubernetes and Spring Boot",
    company="Northwind Logistics",
    applicant="Jo Roe",
    past_experience="3 years at Blue Fig as an Android Developer, Tester at Harbour Systems",
    current_experience="Java Developer at Golden Fork (2 years)",
    qualifications="MSc in Computer Science, certification in Java, Strong analytical skills",
    skills="Hard skills: Java, Spring Boot, testing (JUnit, Mockito) Soft skills: Communication",
)


def test_the_letter_reads_as_one() -> None:
    """All fields together give this letter, word for word."""
    assert template_letter(FULL) == (
        "Dear Hiring Manager,\n\n"
        "I am applying for the position of Senior Java Developer at Northwind Logistics.\n\n"
        "I currently work as a Java Developer at Golden Fork, where I have been for 2 years. Before that, I was an "
        "Android Developer at Blue Fig for 3 years and a Tester at Harbour Systems.\n\n"
        "My skills include Java; Spring Boot; testing (JUnit, Mockito) and communication. I hold an MSc in Computer "
        "Science and a certification in Java. My qualifications also include strong analytical skills.\n\n"
        "You ask for Java and Spring Boot; these are part of what I bring.\n\n"
        "I would be glad to tell you more in a conversation. Thank you for your time.\n\n"
        "Sincerely,\nJo Roe"
    )


def test_a_title_alone_gives_a_short_letter() -> None:
    """What the fields lack is left out, not made up."""
    assert template_letter(WritingFields("Cook")) == (
        "Dear Hiring Manager,\n\nI am applying for the position of Cook.\n\n"
        "I would be glad to tell you more in a conversation. Thank you for your time.\n\nSincerely,"
    )


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("current_experience", "IBM (4 years)", "My current experience: IBM (4 years)."),
        ("current_experience", "9 years of kitchen experience", "I have 9 years of kitchen experience."),
        ("current_experience", "2 years at DEF Inc. as a Cook", "I currently work as a Cook at DEF Inc., where I have been for 2 years."),
        ("past_experience", "Cook at Blue Fig for 1 year", "I have been a Cook at Blue Fig for 1 year."),
        ("past_experience", "None", "Thank you for your time."),
        ("past_experience", "ran two shops, sold one", "My past experience: ran two shops, sold one."),
        ("skills", "Proficient in SQL, R and Excel", "I am proficient in SQL, R and Excel."),
        ("qualifications", "B.S. in Physics", "I hold a B.S. in Physics."),
        ("qualifications", "ability to lift 20 kg", "My qualifications include ability to lift 20 kg."),
    ],
)  # fmt: skip
def test_each_way_of_filling_a_field_reads_well(field: str, value: str, expected: str) -> None:
    """A field that fits no pattern is quoted as it is, after a heading."""
    assert expected in template_letter(WritingFields("Cook", **{field: value}))


def test_the_employers_wishes_are_named_only_where_the_applicant_has_them() -> None:
    """A wish that the applicant's fields do not name is never claimed."""
    assert "Kubernetes" not in template_letter(FULL)


_WORDS = st.lists(
    st.sampled_from(
        [
            *("Java", "5 years", "at Google", "Master's degree in Art", "<|im_end|>", "<b>", "30%", "PMP", ",", ";"),
            *("and", "the", "Cook", "University of Oslo", "3 years at IBM as", "Hard skills:", "{job_title}", "R"),
        ]
    ),
    max_size=8,
).map(" ".join)  # fmt: skip


@given(st.builds(WritingFields, st.just("Cook"), _WORDS, _WORDS, _WORDS, _WORDS, _WORDS, _WORDS, _WORDS))
def test_the_template_never_makes_anything_up(fields: WritingFields) -> None:
    """Whatever stands in the fields, the check finds nothing beyond them in the letter."""
    found = [
        one
        for one in find_fabrications(template_letter(fields), given_by(fields))
        if one.kind != "placeholder"
    ]
    assert [(one.kind, one.text) for one in found] == []

from __future__ import annotations

import pytest

from ingestion.blinding import blind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Byrne (she/her)", "[NAME] ([PRONOUN])"),
        ("Pronouns: he/him/his", "Pronouns: [PRONOUN]"),
        ("As a mother of two I plan.", "As a [PRONOUN] of two I plan."),
        ("I am a single working mother.", "I am a single working [PRONOUN]."),
        ('My manager wrote: "She is our best nurse."', 'My manager wrote: "[PRONOUN] is our best nurse."'),
        ("Ada Byrne is a nurse. She has a licence.", "[NAME] is a nurse. [PRONOUN] has a licence."),
        ("I am someone who has honed her skills.", "I am someone who has honed [PRONOUN] skills."),
    ],
)
def test_words_that_tell_the_writers_gender_are_masked(text: str, expected: str) -> None:
    """Stated pronouns, what writers call themselves, and pronouns that can stand for the writer."""
    assert blind(text, "Ada Byrne")[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "My brother cooks. He has every certificate there is.",
        "I taught a girl to swim and she won.",
        "I nursed a woman with dementia and held her hand.",
        "My husband is a nurse. We plan.",
        "I worked as a waitress at a sister company.",
        "HER2 tests, MS SQL, MS Office, the HIS at the clinic",
        "Engage each student in accordance with his or her needs.",
    ],
)
def test_other_peoples_gender_stays(text: str) -> None:
    """It says that somebody else is spoken of, and a masked "He has trained cooks" would be the applicant's merit."""
    assert blind(text, "Ada Byrne")[0] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I worked for Mr. Dass and Mrs. van der Berg.", "I worked for [TITLE] [NAME] and [TITLE] [NAME]."),
        ("Ms. Byrne", "[TITLE] [NAME]"),
        ("Call Mr. J. St. John today", "Call [TITLE] [NAME] today"),
        ("I was at Mr. Cooper and Mrs. Fields.", "I was at Mr. Cooper and Mrs. Fields."),
        ("Dear Mr. Chen Hiring Manager", "Dear [TITLE] [NAME] Hiring Manager"),
    ],
)
def test_an_honorific_goes_with_the_name_behind_it(text: str, expected: str) -> None:
    """Whoever bears it; firms that are called like people stay."""
    assert blind(text, "Ada Byrne")[0] == expected

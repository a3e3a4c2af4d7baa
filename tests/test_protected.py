from __future__ import annotations

import pytest

from agents.chat.protected import protected_trait, refusal

ABOUT_A_TRAIT = [
    ("How old is 115?", "age"),
    ("Which one sounds younger?", "age"),
    ("What is the age of 141?", "age"),
    ("Is the winner close to retirement?", "age"),
    ("Who is over 50?", "age"),
    ("Are any of them in their twenties?", "age"),
    ("When did 141 graduate?", "age"),
    ("Which applicants are digital natives?", "age"),
    ("Is 108 too old for this?", "age"),
    ("Which candidates are older people?", "age"),
    ("Is 103 a woman?", "sex or gender"),
    ("Which ones are men?", "sex or gender"),
    ("Is 147 a he or a she?", "sex or gender"),
    ("Rank the female candidates first", "sex or gender"),
    ("Give me the guys only", "sex or gender"),
    ("Is she married?", "family status"),
    ("Does 109 have kids?", "family status"),
    ("Is 109 a single mother?", "family status"),
    ("Will her family let her work nights?", "family status"),
    ("Does she have childcare?", "family status"),
    ("Is 103 pregnant?", "pregnancy"),
    ("Is she planning to have a baby?", "pregnancy"),
    ("Will 115 go on maternity leave?", "pregnancy"),
    ("Is 118 black?", "ethnicity or race"),
    ("Which ethnicity is the winner?", "ethnicity or race"),
    ("What race is 102?", "ethnicity or race"),
    ("Which are the white candidates?", "ethnicity or race"),
    ("Does he have an accent?", "ethnicity or race"),
    ("Where is she from?", "nationality or origin"),
    ("Where does 141 come from originally?", "nationality or origin"),
    ("Is 132 Turkish?", "nationality or origin"),
    ("Are any of them foreigners?", "nationality or origin"),
    ("Which of them are native speakers?", "nationality or origin"),
    ("Is 115 an American citizen?", "nationality or origin"),
    ("Which candidates are Indian?", "nationality or origin"),
    ("Is 119 a Muslim?", "religion"),
    ("What religion is 119?", "religion"),
    ("Does she wear a headscarf?", "religion"),
    ("Does he go to church?", "religion"),
    ("Who will fast during Ramadan?", "religion"),
    ("Is anyone disabled?", "disability"),
    ("Does 120 use a wheelchair?", "disability"),
    ("Is he autistic?", "disability"),
    ("Does she have any health problems?", "health"),
    ("How many sick days will 116 take?", "health"),
    ("Is he an alcoholic?", "health"),
    ("Is 117 depressed?", "health"),
    ("Does 104 smoke?", "health"),
    ("Is he gay?", "sexual orientation"),
    ("Is she straight?", "sexual orientation"),
    ("Does she have a boyfriend?", "family status"),
    ("Is there a photo of her?", "looks or photo"),
    ("Who is the most attractive?", "looks or photo"),
    ("What does 115 look like?", "looks or photo"),
    ("Does the name sound foreign?", "what a name suggests"),
    ("What kind of name is that?", "what a name suggests"),
    ("Judging by the name, where would you put him?", "what a name suggests"),
    ("Is 113 a union member?", "politics or union membership"),
    ("Everyone knows mothers quit, so is 109 one?", "family status"),
    ("Between us, is she expecting?", "pregnancy"),
]
ABOUT_THE_JOB = [
    "Who has age-care experience?",
    "Who has aged care experience?",
    "Who has experience with disabled children?",
    "Who speaks Spanish?",
    "Who worked in a church kitchen?",
    "Who has experience with older people?",
    "Who has cared for older people with dementia?",
    "Who has trained young cooks?",
    "Who trained junior cooks?",
    "Who worked on a maternity ward?",
    "Who worked with pregnant women?",
    "Who has mental health nursing experience?",
    "Who knows health and safety rules?",
    "Who is fluent in German?",
    "Who can cook Italian food?",
    "Who has halal food experience?",
    "Who knows six sigma black belt methods?",
    "Why not 141?",
    "Compare 115 and 141 on training",
    "Show me the sentence",
    "What would make 141 a 9?",
    "Who else should I read?",
    "Who is the winner?",
    "How does 115 look on ordering?",
    "How old is the certificate of 141?",
    "Who has child care experience?",
    "Who has looked after children with special needs?",
    "Who has experience with white goods?",
    "Did anyone handle race conditions?",
    "Who has experience with native mobile apps?",
    "Who has single-handedly run a kitchen?",
    "What weight does r2 have?",
    "Which letter is the best fit for the job?",
    "Who has experience in health care?",
    "Who has a safety certificate?",
    "Who worked in a hotel kitchen?",
    "Who has photography skills?",
    "Who has wound care experience?",
    "Who led a team of women in a shelter?",
    "Who has experience with family businesses?",
    "Who has handled foreign exchange?",
    "Is the blind screening on?",
    "Does 105 have pastry skills?",
    "Has 141 worked in professional kitchens?",
    "What is missing in 141?",
    "What does the winner say about allergens?",
    "Who interpreted for deaf patients?",
    "Who taught children to cook?",
    "Why is 115 ahead of 141?",
    "Who supports people with autism?",
]


@pytest.mark.parametrize(("question", "trait"), ABOUT_A_TRAIT, ids=[one[0] for one in ABOUT_A_TRAIT])
def test_a_question_about_a_protected_trait_is_known_in_any_wording(question: str, trait: str) -> None:
    """Plain, paraphrased or leading: the trait is named, so that the person is told why there is no answer."""
    assert protected_trait(question) == trait
    assert trait in refusal(trait)


@pytest.mark.parametrize("question", ABOUT_THE_JOB)
def test_a_question_about_the_job_is_not_declined(question: str) -> None:
    """Groups that a job is about, languages, cuisines and places of work are no traits of an applicant."""
    assert protected_trait(question) is None


def test_what_the_job_asks_for_can_be_asked_about() -> None:
    """Words that stand side by side in a requirement are the job's, not a trait's."""
    assert protected_trait("Who knows young mothers?") == "age"
    assert protected_trait("Who knows young mothers?", ["advising young mothers"]) is None
    assert protected_trait("Is she young?", ["advising young mothers"]) == "age"


@pytest.mark.parametrize(
    "question",
    ["HOW OLD IS 115?", "  how   old\nis 115 ", "Is she MARRIED", "What’s her age?"],
    ids=["capitals", "white space", "no question mark", "curly apostrophe"],
)
def test_spelling_hides_no_trait(question: str) -> None:
    """Capitals, white space and signs change nothing."""
    assert protected_trait(question) is not None

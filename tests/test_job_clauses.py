import pytest

from agents.job_clauses import asks, clauses_of, role_of, tidy


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("A forklift licence is a plus", [("nice", "forklift licence")]),
        ("A forklift licence would be an advantage", [("nice", "forklift licence")]),
        ("A forklift licence is desirable", [("nice", "forklift licence")]),
        ("Forklift licence (preferred)", [("nice", "Forklift licence")]),
        ("Preferably a forklift licence", [("nice", "forklift licence")]),
        ("Bonus points for a forklift licence", [("nice", "forklift licence")]),
        ("We would love someone with a forklift licence", [("nice", "forklift licence")]),
        ("A forklift licence is a must", [("must", "forklift licence")]),
        ("A forklift licence is not essential but would be an advantage", [("nice", "forklift licence")]),
        ("A forklift licence is not required", []),
        ("No forklift licence needed", []),
        (
            "First aid training required, forklift licence a bonus",
            [("must", "First aid training"), ("nice", "forklift licence")],
        ),
        ("Degree in law (Master's preferred)", [("must", "Degree in law"), ("nice", "Master's degree")]),
        ("Desired outcomes are reached on time", [("must", "Desired outcomes are reached on time")]),
    ],
)
def test_the_wording_decides_must_or_nice(sentence: str, expected: list[tuple[str, str]]) -> None:
    """A cue weighs what it is about and nothing else; without one the caller's kind holds."""
    assert expected == [(clause.kind, clause.text) for clause in clauses_of(sentence, "must")]


@pytest.mark.parametrize(
    "phrase",
    [
        "experience in plumbing, carpentry and painting",
        "Ruby on Rails and web sockets",
        "Python and SQL",
        "TensorFlow or PyTorch",
        "print or online catalogue design and proof reading",
        "excellent written, verbal and presentation skills",
        "B.Sc. or M.Sc. in computer science, mathematics, or a related field",
        "support of pupils and their parents",
        "knowledge and experience of timber framing",
        "planning and running charity auctions",
        "networking technologies (VPLS, MPLS, and DWDM)",
    ],
)
def test_a_noun_phrase_is_never_broken(phrase: str) -> None:
    """What belongs together stays one requirement."""
    assert [phrase] == [clause.text for clause in clauses_of(f"You must have {phrase}", "must")]


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "You need a driving licence and two years of experience in a garage",
            ["driving licence", "two years of experience in a garage"],
        ),
        (
            "You have account reconciliation and month-end close experience",
            ["account reconciliation experience", "month-end close experience"],
        ),
        (
            "You must have patience, good Spanish, and be willing to travel",
            ["patience", "good Spanish", "willing to travel"],
        ),
    ],
)
def test_separate_conditions_are_parted(sentence: str, texts: list[str]) -> None:
    """Each condition can be met alone, so each is judged alone."""
    assert texts == [clause.text for clause in clauses_of(sentence, "must")]


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("We are looking for a Florist to join our shop", "Florist experience"),
        ("Acme Foods Ltd is hiring an experienced line cook for its canteen", "line cook experience"),
        ("Night porter wanted", "Night porter experience"),
        ("We need strong leadership", ""),
        ("We need someone who speaks Thai", ""),
        ("You will look after a garden", ""),
    ],
)
def test_the_role_is_the_job_that_is_offered(sentence: str, role: str) -> None:
    """Conditions and people in general are no role."""
    found = role_of(sentence)
    assert role.lower() == (f"{found} experience".lower() if found else "")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("You must hold a licence.", True),
        ("Experience with lathes.", True),
        ("5+ years of lathe work.", True),
        ("Welding would be a plus.", True),
        ("You will have the opportunity to learn.", False),
        ("Our team has 20 years of experience.", False),
        ("You will answer the phone.", False),
        ("The shop closes on Mondays.", False),
    ],
)
def test_a_sentence_asks_by_its_wording(sentence: str, expected: bool) -> None:
    """What the employer has or does is not asked of anyone."""
    assert expected == asks(sentence)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("  Welding ;", "Welding"),
        ("Excel, Word, etc.", "Excel, Word"),
        ("welding (MIG", "welding MIG"),
        ("welding (MIG or TIG", "welding (MIG or TIG)"),
        ("Java: 3 years", "3 years of Java experience"),
        ("Master's", "Master's degree"),
        ("word " * 60, " ".join(["word"] * 32)),
    ],
)
def test_a_text_is_tidy(phrase: str, text: str) -> None:
    """One line without stray marks, short enough to judge by."""
    assert text == tidy(phrase)

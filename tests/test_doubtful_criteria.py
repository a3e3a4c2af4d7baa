import pytest

from agents.doubtful_criteria import doubtful_criteria, read_doubtful


@pytest.mark.parametrize(
    ("sentence", "stands_for", "left"),
    [
        ("Native English speaker with a degree", "origin", "fluent English and a degree"),
        ("English (native) and German (B2)", "origin", "fluent English and German (B2)"),
        ("Italian as mother tongue", "origin", "fluent Italian"),
        ("You are a native speaker.", "origin", ""),
        ("You speak English without an accent.", "origin", "You speak English."),
        ("Young and dynamic", "age", ""),
        ("We need a young and energetic sales assistant with tact", "age", "We need a sales assistant with tact"),
        ("You are young, dynamic and love people.", "age", "You love people."),
        ("You are a digital native who knows TikTok", "age", "You are someone who knows TikTok"),
        ("Recent graduate in economics", "age", "degree in economics"),
        ("Aged 20 to 30", "age", ""),
        ("Overqualified candidates will not be considered.", "age", ""),
        ("Degree from a top-tier university", "schooling", "Degree"),
        ("Ivy League degree in finance", "schooling", "degree in finance"),
        ("No gaps in your CV and five years in logistics", "career breaks", "five years in logistics"),
        ("Smart appearance and tact", "looks", "tact"),
        ("Female candidates only; a diploma", "sex", "a diploma"),
        ("Lady driver with a clean licence", "sex", "driver with a clean licence"),
        ("Unmarried, no children", "family", ""),
        ("Able-bodied and willing to climb", "health", "willing to climb"),
        ("You must be a practising Christian with tact", "religion", "You must be someone with tact"),
        ("Must fit in with our team culture", "sameness", ""),
    ],
)  # fmt: skip
def test_a_criterion_is_taken_out_and_what_a_letter_can_show_stays(
    sentence: str, stands_for: str, left: str
) -> None:
    """The rest of the sentence is still a sentence."""
    words, found = read_doubtful(sentence)
    assert {stands_for} == {kind for one in found for kind in one.stands_for}
    assert left == words


@pytest.mark.parametrize(
    "sentence",
    [
        "Experience with young people and young offenders",
        "Young children's yoga certificate",
        "We are a young company",
        "Join our young and dynamic team",
        "Knowledge of mature cheese and mature trees",
        "Mature product knowledge",
        "Experience with energetic materials",
        "Managing an energetic team",
        "Native iOS development and cloud-native systems",
        "Experience teaching non-native speakers",
        "Experience mentoring recent graduates",
        "Experience in recruiting from top universities",
        "A leading education provider",
        "Gap analysis and closing skills gaps",
        "We support continuous career development",
        "Culture media and organisational culture change",
        "An attractive salary and other benefits",
        "Designing attractive offers",
        "The neat appearance of the shop",
        "Care of male and female patients",
        "Experience with single-page applications",
        "Marriage counselling and married quarters",
        "Knowledge of Christian theology",
        "Good health and safety knowledge",
        "You will keep the herd in good health",
        "People aged 65 to 90",
        "Applicants are considered regardless of age, sex or religion",
    ],
)
def test_words_that_are_not_about_the_candidate_raise_no_alarm(sentence: str) -> None:
    """The sentence comes back as it is."""
    assert read_doubtful(sentence) == (sentence, ())


def test_each_criterion_says_what_it_is_about_and_what_to_ask_instead() -> None:
    """In words that a recruiter can act on."""
    (one,) = doubtful_criteria("German mother tongue")
    assert one.about == "where a person comes from"
    assert one.kept == "fluent German"
    assert "C2" in one.instead


def test_no_scraps_of_a_sentence_become_a_requirement() -> None:
    """Where little but the asking stands around it, only what is kept is asked for."""
    words, found = read_doubtful("We need a young, energetic native English speaker who fits into our team.")
    assert words == "fluent English."
    assert len(found) == 3
    words, _ = read_doubtful("We need a native English speaker with five years of sales experience.")
    assert "five years of sales experience" in words

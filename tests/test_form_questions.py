import pytest

from agents.form_questions import form_questions


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("right to work in the UK", "May you work in the UK?"),
        ("We cannot offer visa sponsorship.", "May you work in the country of the job without sponsorship?"),
        ("authorized to work in the United States without sponsorship", "May you work in the United States without sponsorship?"),
        ("US citizen", "Do you have the status that the job asks for: “US citizen”?"),
        ("willing to relocate to Munich", "Are you willing to move to Munich?"),
        ("willing to travel up to 40% of the time", "Are you willing to travel up to 40% of the time?"),
        ("travel", "Are you willing to travel for this job?"),
        ("able to work nights and weekends", "Can you work nights and weekends?"),
        ("available Monday to Friday from 6 am", "Are you available Monday to Friday from 6 am?"),
        ("weekend availability", "Can you work the hours that the job asks for: “weekend availability”?"),
        ("notice period of four weeks", "When can you start? (The ad says: “notice period of four weeks”.)"),
        ("Please state your salary expectations.", "What pay do you expect?"),
        ("at least 18 years old", "Are you at least 18 years old?"),
        ("enhanced DBS", "Do you have, or agree to, an enhanced DBS check?"),
        ("pass a drug test and a background check", "Do you agree to a background check and a drug test?"),
        ("own car", "Do you have a car that you can use for this job?"),
        ("live within 20 miles of Bath", "Can you get to the workplace as the job asks: “live within 20 miles of Bath”?"),
    ],
)  # fmt: skip
def test_a_knock_out_becomes_a_question_that_can_be_put_on_a_form(words: str, question: str) -> None:
    """Spelled out, so that it can be copied."""
    assert [question] == [one.question for one in form_questions(words)]


@pytest.mark.parametrize(
    "words",
    [
        "experience carrying out right-to-work checks",
        "skilled in background checks for tenants",
        "health checks of cattle",
        "high-throughput drug screening",
        "experience arranging travel and visas",
        "love of travel",
        "work with part-time students",
        "lead a night shift of six carers",
        "run the pass on busy evenings",
        "start and manage new projects",
        "manage a caseload of over 20",
        "experience teaching children aged 14 to 16",
        "at least 18 months of welding",
        "minimum 20 years of experience",
        "car mechanic training",
        "own vehicle maintenance schedules",
        "full clean driving licence",
        "SC clearance",
        "knowledge of immigration law, including work permits",
    ],
)
def test_work_that_deals_with_such_things_is_no_knock_out(words: str) -> None:
    """Experience, tasks and licences are judged by the letter."""
    assert form_questions(words) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "We offer a relocation package and visa sponsorship.",
        "You will be able to work flexible hours.",
        "Easy commute from the station.",
        "Travel is not required.",
        "The team works nights in winter.",
        "Day shift",
    ],
)
def test_what_an_employer_tells_asks_nothing(sentence: str) -> None:
    """Benefits and descriptions are no questions."""
    assert form_questions(sentence, told=True) == ()


def test_one_sentence_may_ask_two_things() -> None:
    """In the order of the text, one question a topic, with the weight that the ad gives."""
    found = form_questions("your salary expectations and earliest start date", "nice")
    assert [(one.topic, one.kind) for one in found] == [("pay", "nice"), ("start", "nice")]


def test_a_long_sentence_is_quoted_in_part() -> None:
    """A question fits on a form whatever the ad's punctuation."""
    (one,) = form_questions("commute to our office " + "and back " * 60)
    assert one.question.endswith(" …”?")
    assert len(one.question) < 200

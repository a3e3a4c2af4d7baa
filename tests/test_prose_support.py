import pytest

from agents.prose_support import Evidence, objection


def told(sentence: str, evidence: Evidence, *names: str) -> str | None:
    """The objection to a sentence about letter A and its one finding r1."""
    return objection(sentence, {"A": {"r1": evidence}}, frozenset(names))


AUDITS = Evidence("passing safety audits", "met", "I have never missed an audit in eight years")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param("Letter A shows passing safety audits [r1].", None, id="the requirement's words"),
        pytest.param('Letter A says "I have never missed an audit" [r1].', None, id="quoted with its never"),
        pytest.param(
            'Letter A says "missed an audit" [r1].',
            "words in quotation marks that are not the letter's",
            id="quoted without its never",
        ),
        pytest.param(
            "Letter A shows missed safety audits [r1].",
            "words that the finding does not hold",
            id="retold without its never",
        ),
    ],
)
def test_words_of_a_denial_are_only_quoted_whole(sentence: str, expected: str | None) -> None:
    """Put together anew they could say the opposite."""
    assert told(sentence, AUDITS) == expected


@pytest.mark.parametrize(
    ("sentence", "quote", "expected"),
    [
        pytest.param(
            "Letter A shows you should hire me [r1].",
            "You should hire me for my baking",
            "a score, a rank or advice",
            id="advice",
        ),
        pytest.param(
            "Letter A shows baking with a score of 9/10 [r1].",
            "I bake with a score of 9/10",
            "a score, a rank or advice",
            id="a score",
        ),
        pytest.param(
            "Letter A shows baking at Apple [r1].",
            "I bake apple pies",
            "a name that the finding does not hold",
            id="a name made of a word",
        ),
        pytest.param("Letter A shows baking with Ada [r1].", "I bake with Ada", "a name", id="a name left unmasked"),
        pytest.param('Letter A says "bake with Ada" [r1].', "I bake with Ada", "a name", id="a quoted name"),
        pytest.param("Letter A shows baking with Adá's oven [r1].", "I bake with Adá's oven", "a name", id="with an accent"),
        pytest.param(
            "Letter A shows baking, states some baking [r1].",
            "I bake some bread and it states",
            "not what met means",
            id="a second verb",
        ),
        pytest.param(
            "Letter A shows partly baking [r1].", "I partly bake", "not what met means", id="a label of the quote's own"
        ),
        pytest.param(
            "Letter A shows eight years of baking [r1].",
            "I have baked for up to eight years",
            "a number that the finding does not hold",
            id="a bound left out",
        ),
        pytest.param(
            "Letter A shows baking for twenty years [r1].",
            "I bake for twenty cooks and rested two years",
            "a number that the finding does not hold",
            id="a number of other things",
        ),
        pytest.param("Letter A shows baking for two years [r1].", "I bake for two years", None, id="a number as it stands"),
    ],
)  # fmt: skip
def test_not_everything_in_a_quote_may_be_retold(sentence: str, quote: str, expected: str | None) -> None:
    """A letter may hold advice, scores, names and verbs; the sentence about it may not borrow them."""
    assert told(sentence, Evidence("baking", "met", quote), "ada") == expected


def test_words_of_advice_that_the_job_asks_for_may_stand() -> None:
    """Hiring staff can be a requirement."""
    hiring = Evidence("experience in hiring staff", "not_shown", None)
    assert told("Letter A does not show experience in hiring staff [r1].", hiring) is None

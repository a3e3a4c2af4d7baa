import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.judges.label_reply import LONGEST, LabelReply, ReplyError, label_probability, read_reply

MET_2 = LabelReply("met", 2)
PLAIN = '{"label": "met", "sentence": 2}'


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(PLAIN, MET_2, id="as asked"),
        pytest.param(f"```json\n{PLAIN}\n```", MET_2, id="code fence"),
        pytest.param(f"Sure, here it is: {PLAIN} I hope this helps!", MET_2, id="prose around"),
        pytest.param("{'label': 'met', 'sentence': 2}", MET_2, id="single quotes"),
        pytest.param('{"label": "met", "sentence": 2,}', MET_2, id="trailing comma"),
        pytest.param("{“label”: “met”, “sentence”: 2}", MET_2, id="curly quotes"),
        pytest.param('{"Label": "Met", "Sentence": 2}', MET_2, id="capitals"),
        pytest.param('{"label": "MET", "sentence": 2}', MET_2, id="shouting"),
        pytest.param('{"label": "met", "sentence": "[2]"}', MET_2, id="the mark as text"),
        pytest.param('{"label": "met", "sentence": [2]}', MET_2, id="the mark as a list"),
        pytest.param('{"label": "met", "sentence": "2"}', MET_2, id="the number as text"),
        pytest.param('{"label": "met", "sentence": "Sentence 2."}', MET_2, id="the number in words"),
        pytest.param('{"label": "met", "sentence": 2.0}', MET_2, id="a decimal"),
        pytest.param('{"label": " not shown ", "sentence": 0}', LabelReply("not_shown", None), id="blank for _"),
        pytest.param('{"label": "Not-Shown"}', LabelReply("not_shown", None), id="hyphen, no number"),
        pytest.param('{"label": "not_shown", "sentence": 2}', LabelReply("not_shown", None), id="a number in vain"),
        pytest.param('{"label": "not_shown", "sentence": null}', LabelReply("not_shown", None), id="null"),
        pytest.param('{"reason": "led a {team}", "label": "met", "sentence": 2}', MET_2, id="a reason besides"),
        pytest.param('{"finding": {"label": "met", "sentence": 2}}', MET_2, id="wrapped in an object"),
        pytest.param(f"[{PLAIN}]", MET_2, id="wrapped in a list"),
        pytest.param(f"{PLAIN}\n{PLAIN}", MET_2, id="said twice"),
        pytest.param(f'<think>Maybe {{"label": "partial", "sentence": 1}}?</think>{PLAIN}', MET_2, id="thoughts"),
        pytest.param('\n{\n  "sentence" : 2 ,\n  "label" : "met"\n}\n', MET_2, id="white space, other order"),
    ],
)  # fmt: skip
def test_an_oddity_that_leaves_no_doubt_is_read(reply: str, expected: LabelReply) -> None:
    """Small models wrap, quote and spell their answers in their own ways."""
    assert read_reply(reply, 3) == expected


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param("", "no JSON object with a label", id="empty"),
        pytest.param("The letter meets it.", "no JSON object with a label", id="prose alone"),
        pytest.param("met", "no JSON object with a label", id="a bare label"),
        pytest.param('{"sentence": 2}', "no JSON object with a label", id="no label"),
        pytest.param('{"label": "met", "sentence": 2', "no JSON object with a label", id="cut short"),
        pytest.param("{label: met, sentence: 2}", "no JSON object with a label", id="no quotes at all"),
        pytest.param(f"<think>{PLAIN}</think>", "no JSON object with a label", id="only in thoughts"),
        pytest.param(" " * LONGEST + PLAIN, "far too long", id="too long"),
        pytest.param('{"label": "mostly met", "sentence": 2}', "label is none of met,", id="another label"),
        pytest.param('{"label": "met|partial", "sentence": 2}', "label is none of met,", id="the format repeated"),
        pytest.param('{"label": ["met"], "sentence": 2}', "label is none of met,", id="a list of labels"),
        pytest.param('{"label": null, "sentence": 2}', "label is none of met,", id="null"),
        pytest.param("{'label': 'me' + 't', 'sentence': 2}", "label is none of met,", id="an expression"),
        pytest.param('{"label": "met", "label": "partial", "sentence": 2}', "more than one label", id="two labels"),
        pytest.param("{'label': 'met', 'label': 'partial', 'sentence': 2}", "more than one label", id="two, quoted singly"),
        pytest.param('{"label": "met", "sentence": 1, "sentence": 2}', "more than one sentence number", id="two numbers"),
        pytest.param(f'{PLAIN} or {{"label": "partial", "sentence": 2}}', "more than one answer", id="two answers"),
        pytest.param(f'{PLAIN} or {{"label": "met", "sentence": 1}}', "more than one answer", id="two sentences"),
        pytest.param('{"label": "met"}', "met needs the number of a sentence from 1 to 3", id="no number"),
        pytest.param('{"label": "met", "sentence": 0}', "needs the number of a sentence", id="0"),
        pytest.param('{"label": "partial", "sentence": 4}', "partial needs the number", id="beyond the last"),
        pytest.param('{"label": "contradicted", "sentence": -1}', "contradicted needs the number", id="below 0"),
        pytest.param('{"label": "met", "sentence": true}', "needs the number of a sentence", id="true"),
        pytest.param('{"label": "met", "sentence": 2.5}', "needs the number of a sentence", id="between two"),
        pytest.param('{"label": "met", "sentence": NaN}', "needs the number of a sentence", id="no number at all"),
        pytest.param('{"label": "met", "sentence": "1 and 2"}', "needs the number of a sentence", id="two in words"),
        pytest.param('{"label": "met", "sentence": [1, 2]}', "needs the number of a sentence", id="two in a list"),
    ],
)  # fmt: skip
def test_a_label_is_never_guessed(reply: str, reason: str) -> None:
    """An answer that names none of the four, two of them, or no sentence is no answer, and the reason is told."""
    with pytest.raises(ReplyError, match=reason):
        read_reply(reply, 3)


PIECES = st.sampled_from(
    ["{", "}", "[", "]", '"label"', "'label'", '"sentence"', ":", ",", '"met"', "'partial'", '"not shown"', "1", "2", "9", "0",
     "-", "null", "```", "\n", " ", "<think>", "</think>", "\\", "“", "x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_no_rubbish_gets_through(reply: str) -> None:
    """Whatever a model writes, there is a label with a sentence that exists, or a reason."""
    try:
        read = read_reply(reply, 2)
    except ReplyError:
        return
    assert (read.sentence is None) == (read.label == "not_shown")
    assert read.sentence in {None, 1, 2}


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param("{" * 3000, id="braces"),
        pytest.param("{'label': " + "-" * 3500 + "1}", id="signs"),
        pytest.param("{'label': " + "(" * 3500 + "}", id="parentheses"),
        pytest.param('{"label": ' + "[" * 3000 + "]" * 900 + "}", id="lists"),
        pytest.param('{"label": "met", "sentence": ' + "9" * 3900 + "}", id="digits"),
    ],
)
def test_a_reply_made_to_break_the_reader_is_only_unreadable(reply: str) -> None:
    """Depth and length end in the same reasons as any other rubbish."""
    with pytest.raises(ReplyError):
        read_reply(reply, 3)


def test_the_probability_is_that_of_the_labels_own_pieces() -> None:
    """Braces and numbers are as good as certain and say nothing about the label."""
    pieces = [
        ('{"', -0.01),
        ("label", 0.0),
        ('": "', -0.2),
        ("part", -0.5),
        ("ial", -0.25),
        ('", "sentence": 2}', -1.0),
    ]
    text = "".join(piece for piece, _ in pieces)
    assert json.loads(text)["label"] == "partial"
    assert label_probability(text, pieces) == 0.472367  # exp(-0.75)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param(PLAIN, [], id="none given"),
        pytest.param(PLAIN, [("other", -0.1)], id="of another text"),
        pytest.param("no label", [("no label", -0.1)], id="no label"),
        pytest.param(PLAIN, [(PLAIN, float("nan"))], id="no number"),
        pytest.param(PLAIN, [(PLAIN, 0.5)], id="above certainty"),
    ],
)
def test_pieces_that_do_not_fit_tell_no_probability(text: str, pieces: list[tuple[str, float]]) -> None:
    """Then the judge takes its fixed number."""
    assert label_probability(text, pieces) is None

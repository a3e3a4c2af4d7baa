import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sentences import split_sentences

# Text with everything that moves a boundary: stops, bullets, breaks of all kinds, abbreviations, invisible characters.
PIECES = st.sampled_from(
    [
        "I led a team", "Acme Inc", "Ph.D", "e.g", "No", "5", "2. ", "• ", "- ", "●", "\n", "\n\n", "\r\n", "\u2028",
        ". ", ".", "!", "? ", "...", " ", "\t", "\xa0", "\u200b", "é", "。", "[NAME]", "(", '"', "x" * 60, "a", "I ",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))


def sentences(text: str) -> list[str]:
    """The sentences themselves."""
    return [text[start:end] for start, end in split_sentences(text)]


@given(TEXTS)
def test_each_visible_character_lies_in_exactly_one_sentence(text: str) -> None:
    """Nothing a letter says is lost or counted twice, whatever it is made of."""
    inside = [position for start, end in split_sentences(text) for position in range(start, end)]
    assert len(inside) == len(set(inside))
    assert {position for position, character in enumerate(text) if not character.isspace()} <= set(inside)


@given(TEXTS)
def test_sentences_are_trimmed_in_order_and_never_blank(text: str) -> None:
    """A quote starts and ends with something to read."""
    spans = split_sentences(text)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "whole",
    [
        "I reported to Dr. Smith and Prof. Jones.",
        "I used several tools, e.g. Terraform, i.e. the usual ones.",
        "I hold a Ph.D. in Physics and a B.Sc. in Mathematics.",
        "I worked in the U.S. Army for six years.",
        "I joined Acme Inc. Berlin as an engineer.",
        "I held badge No. 5 at Plant No. 12.",
        "I raised revenue by 12.5 percent.",
        "I know Node.js and ASP.NET well.",
        "Write to jane.Doe@example.org or see www.example.Org today.",
        "I report to John F. Kennedy.",
        "I waited... and then it worked.",
        "My line is 555.0100 ext. 12.",
        "Since Jan. 2020 I lead the team.",
        "I am [NAME], a nurse from St. Louis.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(whole: str) -> None:
    """Abbreviations, initials, numbers and addresses stay inside their sentence."""
    assert sentences(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I led a team. It grew!", ["I led a team.", "It grew!"]),
        ("I work at Acme Inc. I lead a team.", ["I work at Acme Inc.", "I lead a team."]),
        ("I have a Ph.D. My thesis won a prize.", ["I have a Ph.D.", "My thesis won a prize."]),
        ("I lived in the U.S. In 2015 I moved.", ["I lived in the U.S.", "In 2015 I moved."]),
        ("I moved in 2015. I stayed.", ["I moved in 2015.", "I stayed."]),
        ('They said "go." I went.', ['They said "go."', "I went."]),
        ("I know Python.I know SQL.", ["I know Python.", "I know SQL."]),
        ("I have the experience.My skills fit.", ["I have the experience.", "My skills fit."]),
        ("i led teams. i like it", ["i led teams.", "i like it"]),
        ("I am [NAME]. I nurse.", ["I am [NAME].", "I nurse."]),
        ("我是护士。我喜欢。", ["我是护士。", "我喜欢。"]),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, expected: list[str]) -> None:
    """What follows tells an abbreviation's full stop from a sentence's."""
    assert sentences(text) == expected


@pytest.mark.parametrize("marker", ["•", "-", "*", "–", "1.", "2)", "(3)", "▪", "o", "✓"])
def test_each_list_item_is_a_sentence_of_its_own(marker: str) -> None:
    """Items rarely end in a full stop; a bullet on the next line ends them."""
    text = f"I bring:\n{marker} AWS Certified Architect\n{marker} Six years of Scrum\nSincerely,"
    expected = ["I bring:", f"{marker} AWS Certified Architect", f"{marker} Six years of Scrum", "Sincerely,"]
    assert sentences(text) == expected


def test_bullets_inside_one_line_start_sentences() -> None:
    """A list pasted as one line is still a list."""
    assert sentences("Skills: • Java • Python") == ["Skills:", "• Java", "• Python"]


def test_a_bullet_alone_on_its_line_belongs_to_the_text_below() -> None:
    """Word processors paste the glyph and the item on two lines."""
    assert sentences("•\nManaged budgets\n•\nHired staff") == ["•\nManaged budgets", "•\nHired staff"]


def test_a_line_break_before_a_lower_case_word_does_not_end_a_sentence() -> None:
    """A hard-wrapped sentence is one sentence."""
    assert sentences("I have managed budgets\nof two million.") == ["I have managed budgets\nof two million."]


def test_lines_broken_at_a_width_are_joined_even_before_a_capital() -> None:
    """In a paragraph that an editor wrapped, a name may start a line."""
    text = (
        "For the last six years I have been the lead engineer at\n"
        "Contoso, where I moved forty services to the cloud with\n"
        "Terraform and cut the bill by a third."
    )
    assert sentences(text) == [text]


def test_short_lines_and_paragraphs_stay_apart() -> None:
    """A greeting, an address and a signature are no part of the sentences around them."""
    text = "Jane Roe\n12 High Street\n\nDear Hiring Manager,\nI am a nurse\n\nSincerely,\nJane"
    assert sentences(text) == [
        "Jane Roe", "12 High Street", "Dear Hiring Manager,", "I am a nurse", "Sincerely,", "Jane",
    ]  # fmt: skip


@pytest.mark.parametrize("blank", ["", " ", "\n\t \r\n", "\u2028\xa0"])
def test_a_blank_text_has_no_sentences(blank: str) -> None:
    """White space of any kind says nothing."""
    assert split_sentences(blank) == []

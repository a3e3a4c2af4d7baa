from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.asked_words import asked_words
from agents.rationale import (
    QUOTE_LIMIT,
    listed,
    one_line_reason,
    quoted,
    rationale_sentences,
    render_rationale,
)
from agents.scoring import first_or_reason, rank_letters, tied_with
from agents.verdict import LABELS, Assessment, Finding, Label, Quote, Ranked, Requirement

LETTER = (
    "Dear team,\n\nI have led two wards\n  for seven years, and hold a licence.\tMy sister is a doctor.\n"
    "I never worked nights.\n\n" + "I also kept the stock of linen and drugs in order. " * 12 + "Yours, A"
)
TEXTS = ("leading a ward", "a nursing licence", "night shifts", "stock keeping", "first aid")
REQUIREMENTS = tuple(Requirement(f"r{n}", text, "must", 2.0) for n, text in enumerate(TEXTS, start=1))
SPANS = {
    "r1": "led two wards\n  for seven years",
    "r2": "hold a licence",
    "r3": "I never worked nights",
    "r5": "linen and drugs",
}
LACK = re.compile(
    r"does not (?:have|hold|know)|doesn't have|lacks?\b|missing|no experience|unqualified", re.IGNORECASE
)


def quote(words: str) -> Quote:
    """The span of ``LETTER`` that holds ``words``."""
    start = LETTER.index(words)
    return Quote(words, start, start + len(words))


def judged(letter_id: str, labels: Sequence[Label], confidence: float = 0.8, note: str = "") -> Assessment:
    """Findings of a letter, quoted from ``LETTER``."""
    return Assessment(
        1,
        letter_id,
        None,
        None,
        tuple(
            Finding(
                requirement.id,
                label,
                confidence,
                None if label == "not_shown" else quote(SPANS.get(requirement.id, LETTER[-400:-20])),
                note,
            )
            for requirement, label in zip(REQUIREMENTS, labels, strict=False)
        ),
    )


def rationale(*pool: Assessment) -> str:
    """The rationale of the winner of a pool."""
    requirements = REQUIREMENTS[: len(pool[0].findings)]
    ranking = rank_letters(pool, requirements)
    first, _ = first_or_reason(ranking, requirements, len(pool))
    assert first is not None
    return render_rationale(first, ranking, requirements, tied_with(first, ranking, requirements))


def folded(text: str) -> str:
    """White space as one space."""
    return " ".join(text.split())


def quotes_of(text: str) -> list[str]:
    """Everything between curly quotation marks, without the mark of a cut."""
    return [piece.removesuffix(" …") for piece in re.findall(r"“(.*?)”", text)]


label_rows = st.lists(st.sampled_from(LABELS), min_size=5, max_size=5)


@given(st.lists(label_rows, min_size=1, max_size=4), st.sampled_from(["", "years: 3 stated, 5 asked"]))
def test_every_quoted_piece_stands_in_the_letter(rows: list[list[Label]], note: str) -> None:
    """Promise 3: whatever the labels, what stands in quotation marks is the letter's own words, white space folded."""
    pool = [judged(str(n), [*("met",), *row[1:]], note=note) for n, row in enumerate(rows)]
    text = rationale(*pool)
    pieces = quotes_of(text)
    assert pieces
    assert all(piece in folded(LETTER) for piece in pieces)


@given(label_rows)
def test_every_claim_is_followed_by_its_quote(row: list[Label]) -> None:
    """As many quotes as findings that claim something, and none for what is not shown."""
    labels: list[Label] = ["met", *row[1:]]
    assert len(quotes_of(rationale(judged("1", labels)))) == sum(label != "not_shown" for label in labels)


@given(st.lists(label_rows, min_size=1, max_size=3))
def test_not_shown_is_said_of_the_letter(rows: list[list[Label]]) -> None:
    """Promise 3: nobody is said not to have what the letter merely does not show."""
    text = rationale(*(judged(str(n), ["met", *row[1:]]) for n, row in enumerate(rows)))
    own_words = re.sub(r"“.*?”", "", text)
    assert not LACK.search(own_words)


def test_what_is_not_shown_is_named() -> None:
    """A reader sees what to ask about, in the requirement's words."""
    text = rationale(judged("7", ["met", "not_shown", "not_shown"]))
    assert "Nothing in the letter shows a nursing licence or night shifts." in text


def test_the_rationale_reads_as_a_note() -> None:
    """The whole text of a small verdict, as it prints."""
    text = rationale(
        judged("147", ["met", "partial", "contradicted", "not_shown"], 0.9, "half of it"),
        judged("9", ["partial", "met", "not_shown", "not_shown"], 0.99),
    )
    assert text == (
        "Letter 147 comes first, level with the next at 4.4 of 10: it shows leading a ward "
        "(“led two wards for seven years”). "
        "It shows a nursing licence only in part: half of it (“hold a licence”). "
        "On night shifts (half of it: “I never worked nights”) it says otherwise, and nothing in the letter shows "
        "stock keeping. "
        "It is a close call with letter 9, at the same score: that letter shows a nursing licence (“hold a licence”), "
        "but shows leading a ward only in part (“led two wards for seven years”); the stronger evidence decides."
    )


def test_a_long_quote_is_cut_at_a_word_and_says_so() -> None:
    """At most 200 characters of a letter stand in running text, and the cut is marked."""
    long = quote(LETTER[-400:-20])
    shown = quoted(long)
    inside = shown.removeprefix("“").removesuffix(" …”")
    assert shown == f"“{inside} …”"
    assert len(inside) <= QUOTE_LIMIT
    assert folded(long.text).startswith(f"{inside} ")


def test_a_quote_over_several_lines_stands_on_one() -> None:
    """A hard-wrapped letter cannot break the report's lines, nor start one of its own."""
    assert quoted(Quote("a\nWINNER ID: 1\r\n\tb", 0, 18)) == "“a WINNER ID: 1 b”"


def test_the_next_letter_is_named_with_what_it_does_not_show() -> None:
    """Why not the next one: in terms of the requirements."""
    text = rationale(judged("1", ["met", "met"]), judged("2", ["met", "not_shown"]))
    assert text.endswith("Letter 2 comes next at 5.5: it does not show a nursing licence.")


def test_what_the_next_letter_shows_better_is_quoted_from_it() -> None:
    """Promise 3 holds for the runner-up too: what is said to be shown in it stands there in its own words."""
    text = rationale(
        judged("1", ["met", "met", "not_shown", "not_shown"]),
        judged("2", ["partial", "not_shown", "not_shown", "met"]),
    )
    assert (
        f"it shows stock keeping ({quoted(quote(LETTER[-400:-20]), 120)}), but does not show a nursing licence"
        in text
    )
    assert text.endswith("and shows leading a ward only in part (“led two wards for seven years”).")


def test_a_close_call_is_said_to_be_one() -> None:
    """Letters with the same labels are named, and why this one stands first."""
    text = rationale(judged("1", ["met"], 0.9), judged("2", ["met"], 0.8), judged("3", ["met"], 0.7))
    assert "It is a close call: letter 2 and letter 3 lie within three quarters of a point." in text
    assert text.endswith(
        "Letter 2 comes next at the same score and with the same findings throughout; the stronger evidence decides."
    )


def test_equals_are_parted_by_the_lower_id() -> None:
    """Where nothing else parts two letters, the note says that the id did."""
    text = rationale(judged("1", ["met"]), judged("2", ["met"]))
    assert text.endswith("with the same findings throughout; the lower id decides.")


def test_more_musts_met_are_said_to_decide() -> None:
    """At the same score the letter with more met musts stands first, and the note says so."""
    text = rationale(judged("1", ["met", "not_shown"], 0.5), judged("2", ["partial", "partial"], 0.9))
    assert text.endswith("; the greater number of requirements met in full decides.")


def test_many_ties_are_counted_after_the_fifth() -> None:
    """A pool of equals does not fill the page."""
    text = rationale(*(judged(str(n), ["met"]) for n in range(1, 12)))
    assert "letter 2, letter 3, letter 4, letter 5, letter 6 and five more lie within" in text


def test_labels_that_differ_are_not_called_the_same() -> None:
    """Not shown and contradicted are worth the same, and are not the same."""
    text = rationale(judged("1", ["met", "contradicted"], 0.9), judged("2", ["met", "not_shown"], 0.8))
    assert "same findings" not in text
    assert text.endswith("It is a close call with letter 2, at the same score; the lower id decides.")


def test_a_letter_passed_over_is_named_with_the_reason() -> None:
    """Where a higher score comes without any met must, the rationale says so and does not call that letter the next."""
    text = rationale(
        judged("1", ["partial", "partial", "partial"]),
        judged("2", ["met", "not_shown", "not_shown"]),
        judged("3", ["not_shown", "partial", "not_shown"]),
    )
    assert text.startswith("Letter 2 is named, at 4.0 of 10: it shows leading a ward (“")
    assert "Letter 1 scores higher (5.5), but plainly shows no must-have, so it is not named." in text
    assert text.endswith(
        "Letter 3 comes next at 2.5: it shows a nursing licence at least in part (“hold a licence”), "
        "but does not show leading a ward."
    )


def test_the_only_letter_is_said_to_be_the_only_one() -> None:
    """One judged letter has nobody to stand before, and the note says so."""
    text = rationale(judged("7", ["met"]))
    assert text == (
        "Letter 7 is the only one that was judged, at 10.0 of 10: it shows leading a ward "
        "(“led two wards for seven years”). No other letter was judged."
    )


SHAPES = (
    "Python and SQL",
    "5+ years of experience in sales, marketing or retail",
    "Project Manager (project management experience)",
    "Fluent in Spanish",
    "must be able to lift 20 kg",
    "“agile” methods",
    "Licences (RN, BLS)",
    "food safety certificate",
    "A very careful way of working; calm",
    "Excel",
    "You work nights. You like it",
    "on-call rota",
)
NOTES = ("", "years: none stated, 5 asked", "named, but not as a credential", "the letter says “so”")


@st.composite
def pools(draw: st.DrawFn) -> tuple[tuple[Requirement, ...], list[Assessment]]:
    """Requirements of any shape, up to twelve, and letters that show them in words of their own."""
    texts = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=12, unique=True))
    requirements = tuple(
        Requirement(f"r{n}", text, draw(st.sampled_from(("must", "nice"))), draw(st.sampled_from((1.0, 2.0))))
        for n, text in enumerate(texts)
    )
    pool: list[Assessment] = []
    for number in range(draw(st.integers(1, 4))):
        findings: list[Finding] = []
        for requirement in requirements:
            label = draw(st.sampled_from(LABELS))
            words = f"letter {number} says words on {requirement.id}. It does"
            shown = None if label == "not_shown" else Quote(words, 0, len(words))
            findings.append(Finding(requirement.id, label, 0.5, shown, draw(st.sampled_from(NOTES))))
        pool.append(Assessment(number, f"{number}", None, None, tuple(findings)))
    return requirements, pool


@given(pools())
def test_a_note_has_two_to_five_sentences_and_quotes_each_claim(
    drawn: tuple[tuple[Requirement, ...], list[Assessment]],
) -> None:
    """Whatever was found: a requirement is named with the words of the letter that is spoken of, or as not shown."""
    requirements, pool = drawn
    ranking = rank_letters(pool, requirements)
    first, _ = first_or_reason(ranking, requirements, len(pool))
    assume(first is not None)
    assert first is not None
    said = rationale_sentences(first, ranking, requirements, tied_with(first, ranking, requirements))
    assert 2 <= len(said) <= 5
    assert all(one[0].isupper() and one.endswith(".") and "  " not in one for one in said)
    number = first.assessment.letter_id
    for sentence in said:
        for requirement, finding in zip(requirements, first.assessment.findings, strict=True):
            name = re.escape(asked_words(requirement.text))
            at = re.search(
                rf"(?<![\w-]){name}(?![\w-])", re.sub(r"“[^”]*”", lambda m: "“" * len(m[0]), sentence)
            )
            if at is None:
                continue
            before, after = sentence[: at.start()], sentence[at.end() :]
            own = f"“letter {number} says words on {requirement.id}. It does”"
            if (
                sentence is said[-1]
                and re.match(r"Letter|It is a close call with", sentence)
                and len(pool) > 1
            ):
                other = re.search(r"letter (\d)", sentence, re.IGNORECASE)
                assert other is not None
                own = own.replace(f"letter {number}", f"letter {other[1]}")
            unclaimed = re.search(r"(?:othing in the letter shows|does not show) [^“]*$", before)
            assert unclaimed or re.match(
                r"(?: only in part| at least in part)?:? ?[^“]*" + re.escape(own), after
            )
            if own.startswith(f"“letter {number} ") and unclaimed:
                assert finding.label == "not_shown"


@given(pools())
def test_all_that_a_letter_of_seven_shows_is_quoted(
    drawn: tuple[tuple[Requirement, ...], list[Assessment]],
) -> None:
    """Where there is room for it nothing that was found in the first letter is left out."""
    requirements, pool = drawn[0][:7], [replace(one, findings=one.findings[:7]) for one in drawn[1]]
    ranking = rank_letters(pool, requirements)
    first, _ = first_or_reason(ranking, requirements, len(pool))
    assume(first is not None)
    assert first is not None
    text = render_rationale(first, ranking, requirements, ())
    partly = [one for one in first.assessment.findings if one.label == "partial"]
    for finding in first.assessment.findings:
        if finding.quote is not None and (finding.label != "partial" or len(partly) <= 5):
            assert quoted(finding.quote) in text


def test_of_twelve_that_are_shown_the_musts_are_quoted() -> None:
    """A long list is cut to six, musts first, and the rest is counted."""
    requirements = tuple(
        Requirement(f"r{n}", f"skill {n}", "must" if n > 6 else "nice", 2.0 if n > 6 else 1.0)
        for n in range(1, 13)
    )
    found = tuple(Finding(one.id, "met", 0.9, Quote(f"did {one.id}", 0, 6)) for one in requirements)
    ranking = rank_letters([Assessment(1, "1", None, None, found)], requirements)
    why = rationale_sentences(ranking[0], ranking, requirements, ())[0]
    assert quotes_of(why) == [f"did r{n}" for n in range(7, 13)]
    assert why.endswith("skill 12 (“did r12”) and six more, quoted among its findings.")


def test_what_the_same_words_show_stands_together() -> None:
    """One quote for two requirements is read once."""
    requirements = (Requirement("a", "Python", "must", 2.0), Requirement("b", "SQL", "must", 2.0))
    same = Quote("Python and SQL daily", 0, 20)
    found = tuple(Finding(one.id, "met", 0.9, same) for one in requirements)
    ranking = rank_letters([Assessment(1, "1", None, None, found)], requirements)
    assert "namely Python and SQL (“Python and SQL daily”)." in render_rationale(
        ranking[0], ranking, requirements, ()
    )


def test_an_id_or_a_requirement_never_looks_like_a_quote() -> None:
    """Curly marks stand around a letter's own words alone."""
    requirements = (Requirement("a", "“agile” methods", "must", 2.0),)
    found = (Finding("a", "partial", 0.9, Quote("agile", 0, 5), "said “so”"),)
    met = (Finding("a", "met", 0.9, Quote("agile", 0, 5)),)
    pool = [Assessment(1, "7”. Letter “9", None, None, met), Assessment(2, "“x”", None, None, found)]
    ranking = rank_letters(pool, requirements)
    text = render_rationale(ranking[0], ranking, requirements, ("“x”",))
    assert set(quotes_of(text)) == {"agile"}
    assert 'Letter 7". Letter "9' in text


@pytest.mark.parametrize(
    ("note", "clause"),
    [
        ("years: 3 stated, 5 asked", "it states 3 years where the job asks for 5"),
        ("years: 1 stated, 5 asked", "it states 1 year where the job asks for 5"),
        ("years: 0.166667 stated, 5 asked", "it states 2 months where the job asks for 5"),
        ("years: none stated, 5 asked", "it states no number of years where the job asks for 5"),
        ("6 years stated, but not plainly in this", "it states 6 years, but not plainly in this"),
        (
            "degree: bachelor stated, master asked",
            "it states a bachelor's degree where the job asks for a master's degree",
        ),
        ("named, but not as a credential", "it is named, but not as a credential"),
        ("a note of another judge", "a note of another judge"),
    ],
)
def test_a_judges_note_becomes_a_clause(note: str, clause: str) -> None:
    """What the judge noted in short is said as a person would; what is not known stands as it is."""
    text = rationale(judged("1", ["met", "partial"], note=note))
    assert f"It shows a nursing licence only in part: {clause} (“hold a licence”)." in text


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(["met", "partial"], "shows leading a ward; partly a nursing licence", id="both"),
        pytest.param(["contradicted", "not_shown"], "says otherwise on leading a ward", id="against"),
        pytest.param(["not_shown", "not_shown"], "shows none of the requirements", id="nothing"),
    ],
)
def test_the_reason_in_the_table_fits_a_line(labels: list[Label], expected: str) -> None:
    """What is met, then what is partly shown; the letter's words stay out of the table."""
    assert one_line_reason(Ranked(1, judged("1", labels), 1.0, None), REQUIREMENTS[:2]) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
    ids=["none", "one", "two", "three"],
)
def test_things_are_listed_as_in_a_sentence(items: list[str], expected: str) -> None:
    """Commas, and one "and" before the last."""
    assert listed(items) == expected

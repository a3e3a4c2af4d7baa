from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rationale import QUOTE_LIMIT, listed, one_line_reason, quoted, render_rationale
from agents.scoring import first_or_reason, rank_letters, tied_with
from agents.verdict import LABELS, Assessment, Finding, Label, Quote, Ranked, Requirement

LETTER = (
    "Dear team,\n\nI have led two wards\n  for seven years, and hold a licence.\tMy sister is a doctor.\n"
    "I never worked nights.\n\n" + "I also kept the stock of linen and drugs in order. " * 12 + "Yours, A"
)
TEXTS = ("leading a ward", "a nursing licence", "night shifts", "stock keeping", "first aid")
REQUIREMENTS = tuple(Requirement(f"r{n}", text, "must", 2.0) for n, text in enumerate(TEXTS, start=1))
SPANS = {"r1": "led two wards\n  for seven years", "r2": "hold a licence", "r3": "I never worked nights"}
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
    assert "Not shown in the letter: a nursing licence and night shifts." in text


def test_the_rationale_counts_labels_and_quotes_them() -> None:
    """The whole text of a small verdict, as it prints."""
    text = rationale(judged("147", ["met", "partial", "contradicted", "not_shown"], note="half of it"))
    assert text == (
        "Letter 147 plainly shows 1 of 4 requirements — leading a ward: “led two wards for seven years”. "
        "Partly shown — a nursing licence (half of it): “hold a licence”. "
        "The letter says otherwise — night shifts (half of it): “I never worked nights”. "
        "Not shown in the letter: stock keeping."
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


def test_the_next_letter_is_named_with_what_it_shows_less_of() -> None:
    """Why not the next one: in terms of the requirements."""
    text = rationale(judged("1", ["met", "met"]), judged("2", ["met", "not_shown"]))
    assert text.endswith("Next is letter 2 (5.5), which shows less for a nursing licence.")


def test_a_close_call_is_said_to_be_one() -> None:
    """Letters with the same labels are named, and why this one stands first."""
    text = rationale(judged("1", ["met"], 0.9), judged("2", ["met"], 0.8), judged("3", ["met"], 0.7))
    assert "A close call: letter 2 and letter 3 within half a point." in text
    assert text.endswith(
        "Next is letter 2 (10.0), with the same findings; the surer reading stands first, then the lower id."
    )


def test_many_ties_are_counted_after_the_fifth() -> None:
    """A pool of equals does not fill the page."""
    text = rationale(*(judged(str(n), ["met"]) for n in range(1, 12)))
    assert "letter 2, letter 3, letter 4, letter 5 and letter 6 and 5 more within half a point." in text


def test_labels_that_differ_are_not_called_the_same() -> None:
    """Not shown and contradicted are worth the same, and are not the same."""
    text = rationale(judged("1", ["met", "contradicted"], 0.9), judged("2", ["met", "not_shown"], 0.8))
    assert "same labels" not in text
    assert text.endswith("Next is letter 2 (5.5).")


def test_a_letter_passed_over_is_named_with_the_reason() -> None:
    """Where a higher score comes without any met must, the rationale says so and does not call that letter the next."""
    text = rationale(
        judged("1", ["partial", "partial", "partial"]),
        judged("2", ["met", "not_shown", "not_shown"]),
        judged("3", ["not_shown", "partial", "not_shown"]),
    )
    assert text.startswith("Letter 2 plainly shows 1 of 3")
    assert "Letter 1 scores higher (5.5), but plainly shows no must-have." in text
    assert text.endswith(
        "Next is letter 3 (2.5), which shows less for leading a ward and shows more for a nursing licence."
    )


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


def test_the_next_letter_is_compared_both_ways() -> None:
    """What the next letter shows better is said beside what it shows less well."""
    text = rationale(judged("1", ["met", "partial"], 0.9), judged("2", ["partial", "met"], 0.8))
    assert text.endswith("which shows less for leading a ward and shows more for a nursing licence.")

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from screened_letters import SCREENING, Written, screened

from agents.chat.facts import Citation, Line
from agents.chat.lookups import by_requirement, compare, next_reads, ways_up
from agents.chat.mentions import read_mentions
from agents.chat.question import Last
from agents.chat.router import answer_question
from agents.chat.subject import ChatError, Subject
from agents.chat.wordsearch import search_letters
from agents.scoring import exact_score, shown_score
from agents.verdict import Finding, Label, Quote
from ingestion.store import Store

ASKS = {"r1": "AWS", "r2": "Terraform", "r3": "on-call duty", "r4": "Kubernetes"}
TEXT = "I know AWS. I wrote Terraform. I was on call. I ran Kubernetes."
WORDS = {"r1": "AWS", "r2": "Terraform", "r3": "on call", "r4": "Kubernetes"}
MET: tuple[Label, ...] = ("met",)
LABELS: list[Label] = ["met", "partial", "not_shown", "contradicted"]


def a_letter(letter_id: str, labels: list[Label], applicant: str | None = None) -> Written:
    """A letter with these labels for the four requirements."""
    shows: dict[str, tuple[Label, str]] = {
        name: (label, WORDS[name]) for name, label in zip(ASKS, labels, strict=True) if label != "not_shown"
    }
    return Written(letter_id, TEXT, applicant, shows)


@pytest.fixture
def stores(tmp_path: Path) -> Callable[..., Store]:
    """Makes a store with these letters, each in a folder of its own."""
    numbers = itertools.count()
    return lambda *letters: screened(tmp_path / str(next(numbers)), list(letters), ASKS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(st.sampled_from(LABELS), min_size=4, max_size=4), target=st.integers(10, 100))
def test_the_smallest_changes_are_found_exactly(
    stores: Callable[..., Store], labels: list[Label], target: int
) -> None:
    """Every smallest group of requirements that reaches the score is named, and none that does not."""
    with stores(a_letter("1", labels), a_letter("2", LABELS)) as store:
        subject = Subject(store, SCREENING)
        ways = ways_up(subject, "1", target / 10)
        asks = subject.requirements

    def score_with(met: tuple[str, ...]) -> float:
        changed = [
            Finding(one.id, label, 1.0, None if label == "not_shown" else Quote("AWS", 7, 10))
            for one, was in zip(asks, labels, strict=True)
            for label in (MET if one.id in met else (was,))
        ]
        return shown_score(exact_score(changed, asks))

    unmet = [one.id for one, label in zip(asks, labels, strict=True) if label != "met"]
    enough: set[tuple[frozenset[str], float]] = set()
    for size in range(len(unmet) + 1):
        enough = {
            (frozenset(group), score_with(group))
            for group in itertools.combinations(unmet, size)
            if score_with(group) >= target / 10
        }
        if enough:
            break
    assert {(frozenset(one.requirement.id for one in group), score) for group, score in ways.sets} == enough


@pytest.mark.parametrize(
    ("question", "letters", "unknown", "score", "count"),
    [
        ("What would make 9 a 9?", ["9"], [], 9.0, None),
        ("How could 9 get to 9 out of 10?", ["9"], [], 9.0, None),
        ("Does 9 have 9 years?", ["9"], [], None, None),
        ("What do letters 9 and 10 show?", ["9", "10"], [], None, None),
        ("Compare #10 with no. 9", ["10", "9"], [], None, None),
        ("Show the top 9", [], [], None, 9),
        ("Who is at rank 2?", ["10"], [], None, None),
        ("Who has a score of at least 9?", [], [], 9.0, None),
        ("Why not 404?", [], ["404"], None, None),
        ("Is cv/jane.txt better than letter 9?", ["cv/jane.txt", "9"], [], None, None),
        ("Is jane better?", ["cv/jane.txt"], [], None, None),
        ("Why did A-7 lose against the winner?", ["A-7", "9"], [], None, None),
        ("the runner-up and the last one", ["10", "A-7"], [], None, None),
        ("What of 9's and 10's AWS?", ["9", "10"], [], None, None),
        ("Did 50% of the 10 people run 3 clusters?", [], ["3"], None, None),
    ],
)
def test_numbers_are_read_as_what_they_are(
    stores: Callable[..., Store],
    question: str,
    letters: list[str],
    unknown: list[str],
    score: float | None,
    count: int | None,
) -> None:
    """An id, a score, a rank, a count or a number of years: in a posting whose ids look like all of these."""
    with stores(
        a_letter("9", ["met", "met", "met", "partial"]),
        a_letter("10", ["met", "met", "partial", "not_shown"]),
        a_letter("cv/jane.txt", ["met", "partial", "not_shown", "not_shown"]),
        a_letter("A-7", ["not_shown"] * 4),
    ) as store:
        found = read_mentions(Subject(store, SCREENING), question)
    assert (list(found.letters), list(found.unknown), found.score, found.count) == (
        letters,
        unknown,
        score,
        count,
    )


def test_search_is_of_this_screening_and_of_the_filters(stores: Callable[..., Store]) -> None:
    """Another posting's or a later letter is not found; a requirement, a label and a score narrow the search."""
    with stores(
        a_letter("1", ["met", "met", "met", "met"]),
        a_letter("2", ["partial", "not_shown", "not_shown", "contradicted"]),
    ) as store:
        subject = Subject(store, SCREENING)
        draft = a_letter("3", ["met"] * 4)
        from ingestion.letter import OffsetMap
        from ingestion.store import LetterDraft

        with store.writing() as tx:
            tx.put_letter(LetterDraft("jobs", "3", None, draft.text, draft.text, OffsetMap(), "en", "later"))

        def ids(**filters: object) -> list[str]:
            found = search_letters(subject, "Kubernetes", **filters)  # pyright: ignore[reportArgumentType]
            return sorted(hit.letter_id for hit in found.hits)

        assert ids() == ["1", "2"]
        assert ids(requirement_id="r4", label="contradicted") == ["2"]
        assert ids(requirement_id="r4", label="not_shown") == []
        assert ids(above=9.0) == ["1"]
        assert ids(letters=["2"]) == ["2"]
        with pytest.raises(ChatError, match="there is no letter '3' in screening"):
            ids(letters=["3"])
        with pytest.raises(ChatError, match="a label must be one of"):
            ids(label="perhaps")
        with pytest.raises(ChatError, match="no telling word"):
            search_letters(subject, "who has it?")


def test_a_comparison_takes_two_to_four_letters_of_the_screening(stores: Callable[..., Store]) -> None:
    """The rule and the number are named."""
    with stores(*[a_letter(str(number), ["met"] * 4) for number in range(6)]) as store:
        subject = Subject(store, SCREENING)
        for ids, count in ((["1"], 1), (["1", "1"], 1), (["0", "1", "2", "3", "4"], 5)):
            with pytest.raises(
                ChatError, match=f"a comparison takes 2 to 4 different letters, but got {count}"
            ):
                compare(subject, ids)
        assert [row.better for row in compare(subject, ["1", "2"]).rows] == [(), (), (), ()]


def test_lists_by_requirement_stand_best_first(stores: Callable[..., Store]) -> None:
    """Met before partial, and by rank within a label."""
    with stores(
        a_letter("1", ["partial", "met", "met", "met"]),
        a_letter("2", ["met", "not_shown", "not_shown", "not_shown"]),
        a_letter("3", ["met", "met", "not_shown", "not_shown"]),
    ) as store:
        facts = by_requirement(Subject(store, SCREENING), "r1")
    assert [one.letter_id for one in facts.labelled("met", "partial")] == ["3", "2", "1"]
    assert facts.labelled("contradicted") == ()


def test_whom_to_read_next_is_close_or_shows_what_the_winner_lacks(stores: Callable[..., Store]) -> None:
    """The winner and those just read are not among them."""
    with stores(
        a_letter("1", ["met", "met", "met", "not_shown"]),
        a_letter("2", ["met", "met", "met", "not_shown"]),
        a_letter("3", ["met", "not_shown", "not_shown", "not_shown"]),
        a_letter("4", ["not_shown", "not_shown", "not_shown", "met"]),
    ) as store:
        subject = Subject(store, SCREENING)
        reads = next_reads(subject)
        assert [(one.letter_id, one.reason) for one in reads] == [
            ("2", "within three quarters of a point of the winner"),
            ("3", "next in the order"),
            ("4", "shows what the winner does not: Kubernetes"),
        ]
        assert [one.letter_id for one in next_reads(subject, read=["2"])] == ["3", "4"]


def test_a_line_quotes_its_own_letter_only() -> None:
    """One person's words under another's id are refused when the line is made."""
    with pytest.raises(ValueError, match="one of 147 quotes 193"):
        Line(("letter 147: ", Citation("193", "I led", 0, 5)), "147")


def test_who_lacks_it_begins_with_the_letter_that_says_so(stores: Callable[..., Store]) -> None:
    """A letter that denies a requirement is the surest answer; silence comes after it."""
    with stores(
        a_letter("1", ["not_shown", "met", "met", "met"]),
        a_letter("2", ["contradicted", "met", "met", "met"]),
    ) as store:
        answer = answer_question(Subject(store, SCREENING), "Who has no AWS?", Last())
    assert [line.text for line in answer.lines] == [
        "AWS:",
        "  letter 2, the letter says otherwise: “AWS”",
        "“AWS” is not shown in 1 of 2 judged letters: 1.",
    ]

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.overlay import Override, ReviewedLetter, with_overrides
from agents.scoring import first_or_reason, rank_letters, tied_with
from agents.verdict import LABELS, Assessment, Finding, Label, Posting, Quote, Requirement, Verdict, Winner

ASKS = (
    Requirement("cook", "cooking", "must", 2.0),
    Requirement("bake", "baking", "must", 2.0),
    Requirement("speak", "French", "nice", 1.0),
)


def found(requirement: str, label: Label) -> Finding:
    """A finding with a quote where its label needs one."""
    quote = None if label == "not_shown" else Quote("words", 3, 8)
    return Finding(requirement, label, 0.9, quote, "the judge's reason")


def judged(*letters: tuple[Label, Label, Label]) -> Verdict:
    """A verdict over letters "1", "2" ... (keys 1, 2 ...) with these labels."""
    assessments = [
        Assessment(
            key, str(key), None, 0.5, tuple(found(r.id, label) for r, label in zip(ASKS, labels, strict=True))
        )
        for key, labels in enumerate(letters, start=1)
    ]
    ranking = rank_letters(assessments, ASKS)
    first, reason = first_or_reason(ranking, ASKS, len(letters))
    winner = None
    if first is not None:
        winner = Winner(
            first.assessment.letter_id, None, first.score, "because", tied_with(first, ranking, ASKS)
        )
    return Verdict(
        "s", "evidence", Posting("jobs", "a job", ASKS), winner, reason, ranking, (), len(letters), (), {}
    )


def label(key: int, requirement: str, to: Label) -> Override:
    """A changed label."""
    return Override(key, str(key), requirement, to, None, "why", "ann", "2026-01-01T00:00:00+00:00", 1)


def score(key: int, to: float) -> Override:
    """A changed score."""
    return Override(key, str(key), None, None, to, "why", "ann", "2026-01-01T00:00:00+00:00", 2)


VERDICT = judged(
    ("met", "met", "not_shown"), ("met", "partial", "not_shown"), ("partial", "not_shown", "met")
)


def row(letter: ReviewedLetter) -> tuple[str, int, float, int, float, bool]:
    """What a table shows of a letter."""
    return (
        letter.letter_id,
        letter.rank,
        letter.score,
        letter.judged_rank,
        letter.judged_score,
        letter.changed,
    )


def test_without_changes_nothing_differs() -> None:
    """Score, rank and winner are the verdict's own."""
    now = with_overrides(VERDICT, [])
    assert [row(one) for one in now.ranking] == [
        ("1", 1, 8.2, 1, 8.2, False), ("2", 2, 6.4, 2, 6.4, False), ("3", 3, 4.6, 3, 4.6, False),
    ]  # fmt: skip
    assert (now.winner, now.changed, now.judged) == ("1", False, VERDICT)


def test_a_changed_label_moves_score_order_and_winner() -> None:
    """By the same arithmetic; the judge's own label, score and rank stay beside it."""
    now = with_overrides(VERDICT, [label(2, "bake", "met"), label(2, "speak", "met")])
    assert [row(one) for one in now.ranking] == [
        ("2", 1, 10.0, 2, 6.4, True), ("1", 2, 8.2, 1, 8.2, False), ("3", 3, 4.6, 3, 4.6, False),
    ]  # fmt: skip
    assert now.winner == "2"
    shown = [(one.requirement_id, one.label, one.judged, one.quote) for one in now.ranking[0].labels]
    assert shown == [
        ("cook", "met", "met", Quote("words", 3, 8)),
        ("bake", "met", "partial", Quote("words", 3, 8)),
        ("speak", "met", "not_shown", None),
    ]
    assert [one.changed is not None for one in now.ranking[0].labels] == [False, True, True]


def test_a_label_that_a_person_gives_is_never_given_a_quote() -> None:
    """Promise 3: only the judge's finding has one, and a label of "not shown" shows none."""
    now = with_overrides(VERDICT, [label(1, "cook", "not_shown"), label(1, "speak", "partial")])
    first = next(one for one in now.ranking if one.letter_id == "1")
    assert [(one.label, one.quote) for one in first.labels if one.changed] == [
        ("not_shown", None),
        ("partial", None),
    ]


def test_a_changed_score_moves_the_order_only_as_far_as_labels_allow() -> None:
    """Who is named first must plainly show a must-have, whatever score a person gives."""
    now = with_overrides(VERDICT, [score(3, 9.9), score(2, 8.3)])
    assert [(one.letter_id, one.score) for one in now.ranking] == [("3", 9.9), ("2", 8.3), ("1", 8.2)]
    assert (now.winner, now.tied_with) == ("2", ("1",))
    assert now.ranking[0].score_changed == score(3, 9.9)
    assert now.ranking[0].labels[0].changed is None


def test_changes_can_leave_nobody_to_name_and_name_somebody() -> None:
    """The verdict's own rule for declining holds under changes, too."""
    none = with_overrides(judged(("met", "not_shown", "met")), [label(1, "cook", "partial")])
    assert none.winner is None
    assert (
        none.declined_because == "The one judged letter does not plainly show a single must-have of this job."
    )
    some = with_overrides(judged(("partial", "not_shown", "met")), [label(1, "cook", "met")])
    assert (some.winner, some.declined_because) == ("1", None)


def test_changes_of_what_is_not_there_are_left_out() -> None:
    """An erased letter's, or another screening's."""
    now = with_overrides(VERDICT, [label(9, "cook", "met"), label(1, "sing", "met"), score(8, 5)])
    assert now == with_overrides(VERDICT, [])


def test_a_comparison_stays_as_it_is() -> None:
    """It has no findings to lay anything over."""
    ranked = replace(VERDICT.ranking[0], assessment=replace(VERDICT.ranking[0].assessment, findings=()))
    comparison = replace(VERDICT, comparison_only=True, ranking=(ranked,))
    now = with_overrides(comparison, [score(1, 2.0)])
    assert (now.winner, now.changed, now.ranking[0].score) == ("1", False, 8.2)


LABELLINGS = st.lists(st.tuples(*[st.sampled_from(LABELS)] * 3), min_size=1, max_size=5)


@given(LABELLINGS, st.data())
def test_changed_labels_give_what_a_judge_with_these_labels_would_give(
    letters: list[tuple[Label, Label, Label]], data: st.DataObject
) -> None:
    """Laying over is exact: score, order, winner, ties and reason are those of the changed labels."""
    wanted = data.draw(
        st.lists(st.tuples(*[st.sampled_from(LABELS)] * 3), min_size=len(letters), max_size=len(letters))
    )
    changes = [
        label(key, asked.id, to)
        for key, (old, new) in enumerate(zip(letters, wanted, strict=True), start=1)
        for asked, was, to in zip(ASKS, old, new, strict=True)
        if was != to
    ]
    now, expected = with_overrides(judged(*letters), changes), judged(*wanted)
    assert [(one.letter_id, one.score) for one in now.ranking] == [
        (one.assessment.letter_id, one.score) for one in expected.ranking
    ]
    winner = expected.winner
    assert now.winner == (None if winner is None else winner.letter_id)
    assert now.tied_with == (() if winner is None else winner.tied_with)
    assert now.declined_because == expected.declined_because


@pytest.mark.parametrize("to", [1.0, 10.0])
def test_a_changed_score_is_shown_as_given(to: float) -> None:
    """No arithmetic touches it."""
    assert with_overrides(VERDICT, [score(2, to)]).ranking[0 if to == 10 else 2].score == to

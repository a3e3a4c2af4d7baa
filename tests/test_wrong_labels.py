"""Wrong labels are sorted by kind and cause, counted, and told apart from right ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.verdict import Label
from evals import judging
from evals.gold import LabelledJob
from evals.judging import JudgingReport
from evals.wrong_labels import Cause, Kind, WrongLabel, cause_of, in_order, kind_of, kinds_of
from evals.wrong_labels_report import counts_json, describe
from ui.cli import app

ASKED = "training junior cooks"
LETTER = (
    "My sister has trained junior cooks for years. I hope to train junior cooks one day. I have never trained junior cooks. "
    "I was assisting with training junior cooks. Four commis learned everything from me. I cook soup."
)
CAUSES: dict[str, tuple[str, Label, Label, str, str, str, Cause]] = {
    "other words": (ASKED, "met", "not_shown", "Four commis learned everything from me", "", "", "words not found"),
    "a sister": (ASKED, "met", "not_shown", "My sister has trained junior cooks", "", "", "read as another's claim"),
    "hope": (ASKED, "met", "not_shown", "I hope to train junior cooks", "", "", "read as a wish"),
    "never": (ASKED, "met", "contradicted", "never trained junior cooks", "", "", "read as a denial"),
    "assisting": (ASKED, "met", "partial", "assisting with training junior cooks", "", "", "read as half a claim"),
    "years": (ASKED, "met", "partial", "", "Four commis", "years: none stated, 5 asked", "amount"),
    "degree": (ASKED, "not_shown", "partial", "", "Four commis", "degree: another field", "amount"),
    "elsewhere": (ASKED, "partial", "met", "Four commis learned", "My sister has trained junior cooks", "", "another sentence"),
    "cosine": (ASKED, "not_shown", "partial", "", "I cook soup", "", "meaning alone"),
    "too much": (ASKED, "not_shown", "met", "", "My sister has trained junior cooks", "", "words that show less"),
    "no words marked": (ASKED, "met", "not_shown", "", "", "", "cannot be told"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "right", "found", "words", "quote", "note", "cause"), CAUSES.values(), ids=CAUSES
)
def test_a_cause_is_told(
    asked: str, right: Label, found: Label, words: str, quote: str, note: str, cause: Cause
) -> None:
    """What hid the right words, or what earned too much."""
    assert cause_of(asked, right, found, LETTER, (words,) if words else (), quote, note) == cause


def test_a_kind_is_the_first_that_fits() -> None:
    """Years of a tool are years, a certificate by its name is a credential, leading people is soft."""
    assert [
        kind_of(text)
        for text in (
            "5 years of Python",
            "a degree in law",
            "PMP",
            "CPA license",
            "strong leadership",
            "SQL",
            "laying tiles",
        )
    ] == ["years", "degree", "credential", "credential", "soft", "tool", "skill"]


def wrong(
    kind: Kind, right: Label, found: Label, letter: str = "2", words: str = "", quote: str = ""
) -> WrongLabel:
    """One wrong label of a job."""
    return WrongLabel("baker", letter, kind, "baking", right, found, "words not found", words, quote)


def test_counts_hold_no_word_of_a_letter() -> None:
    """How many of each kind, and which label stands for which; a denial counts as not shown."""
    some = [
        wrong("skill", "met", "partial", quote="secret"),
        wrong("skill", "met", "contradicted"),
        wrong("years", "contradicted", "met"),
    ]
    counted = counts_json(some, {"skill": 9, "years": 4, "soft": 3})
    assert "secret" not in json.dumps(counted)
    by_kind = json.loads(json.dumps(counted))["by_kind"]
    assert (by_kind["skill"]["labels"], by_kind["skill"]["wrong"]) == (9, 2)
    assert (by_kind["skill"]["met as partial"], by_kind["skill"]["met as not_shown"]) == (1, 1)
    assert by_kind["years"]["not_shown as met"] == 1
    assert by_kind["soft"]["wrong"] == 0
    assert json.loads(json.dumps(counted))["by_cause"]["words not found"]["wrong"] == 3


def test_wrong_labels_stand_in_natural_order() -> None:
    """Job, kind, requirement, letter: 9 before 10."""
    some = [wrong("skill", "met", "partial", one) for one in ("10", "9")]
    assert [one.letter_id for one in in_order([*some, wrong("years", "met", "partial", "11")])] == [
        "11",
        "9",
        "10",
    ]


def test_a_line_names_all_there_is() -> None:
    """The job, the letter, both labels, the requirement and both quotes."""
    assert describe(wrong("skill", "met", "not_shown", words="I bake", quote="I cook")) == (
        "baker 2, skill, words not found: not shown instead of met for 'baking'. Right words: “I bake”. Quoted: “I cook”."
    )


JOB = {
    "topic": "baker",
    "job_description": "We need a baker.",
    "requirements": [{"id": "r1", "text": "baking bread", "kind": "must"}, {"id": "r2", "text": "SQL", "kind": "nice"}],
    "acceptable_winners": ["a"],
    "letters": [
        {"letter_id": "a", "score": 10, "text": "I bake bread every night for a whole village and know what it likes."},
        {"letter_id": "b", "score": 10, "text": "Loaves \x1b[31mleave my oven before dawn, sixty of them every day."},
    ],
    "labels": [
        {"letter_id": "a", "requirement_id": "r1", "labels": ["met"]},
        {"letter_id": "a", "requirement_id": "r2", "labels": ["contradicted"]},
        {"letter_id": "b", "requirement_id": "r1", "labels": ["met"], "quotes": ["Loaves \x1b[31mleave my oven"]},
        {"letter_id": "b", "requirement_id": "r2", "labels": ["not_shown"]},
    ],
}  # fmt: skip


def test_labels_are_counted_by_what_is_asked() -> None:
    """Each labelled pair once."""
    assert kinds_of([LabelledJob.model_validate(JOB)]) == {"skill": 2, "tool": 2}


def test_the_command_lists_them_and_no_letter_steers_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts first, then line by line; an escape sequence of a letter is written out. Without the flag nothing is listed."""
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([JOB]))
    reports: list[JudgingReport] = []
    measure = judging.measure_judging

    def once(*given: object, **flags: object) -> JudgingReport:
        if not reports:
            reports.append(measure(*given, **flags))  # pyright: ignore[reportArgumentType]
        return reports[0]

    monkeypatch.setattr(judging, "measure_judging", once)
    runs = {
        flags: CliRunner().invoke(app, ["eval", "judging", str(path), *flags])
        for flags in [("--errors",), ()]
    }
    assert [ran.exit_code for ran in runs.values()] == [0, 0]
    listed, plain = (ran.stdout for ran in runs.values())
    assert "baker b, skill, words not found: not shown instead of met for 'baking bread'." in listed
    assert "Right words: “Loaves <U+001B>[31mleave my oven”." in listed
    assert "\x1b" not in listed
    assert "the judge: kind" in listed
    assert ("the judge: kind" in plain, "baking bread" in plain) == (False, False)

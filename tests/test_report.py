from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import JsonValue

from agents.report import render_report, verdict_bytes, verdict_json
from agents.verdict import (
    Assessment,
    Finding,
    Notice,
    Posting,
    Quote,
    Ranked,
    Requirement,
    Seconds,
    Unjudged,
    Verdict,
    Winner,
)

THIRD = 1 / 3
REQUIREMENTS = (
    Requirement("r1", "AWS certification", "must", 2.0),
    Requirement("r2", "Terraform", "nice", 1.0),
)
MET = Finding("r1", "met", THIRD, Quote("I am AWS certified", 10, 28), "a note")
NOT_SHOWN = Finding("r2", "not_shown", THIRD, None)
WINNER = Winner("147", "Ada", 7.0, "Letter 147 plainly shows 1 of 2 requirements.", ("9", "10"))
VERDICT = Verdict(
    screening_id="s-1",
    strategy="evidence",
    posting=Posting("default", "We need AWS", REQUIREMENTS),
    winner=WINNER,
    declined_because=None,
    ranking=(
        Ranked(1, Assessment(4, "147", "Ada", 2 * THIRD, (MET, NOT_SHOWN)), 7.0, (THIRD, 2 * THIRD)),
        Ranked(2, Assessment(5, "9", None, None, (replace(MET, label="partial"), NOT_SHOWN)), 4.0, None),
    ),
    unjudged=(Unjudged(6, "128", None, "Spanish; this judge reads English", THIRD),),
    pool=3,
    warnings=(
        Notice("same_text", "9", "has the same text as 10"),
        Notice("judge_limit", None, "judged 2 of 3"),
    ),
    pipeline={"name": "offline", "seed": None},
    seconds=Seconds(THIRD, THIRD, 2 * THIRD),
)
DECLINED = replace(VERDICT, winner=None, declined_because="None of the 2 judged letters plainly shows it.")
EMPTY = replace(
    DECLINED, ranking=(), unjudged=(), warnings=(), pool=0, declined_because="The posting holds no letters."
)


def loaded(verdict: Verdict) -> dict[str, JsonValue]:
    """The JSON object as another program reads it."""
    return json.loads(verdict_bytes(verdict))


def test_the_json_object_is_the_contract() -> None:
    """Key for key and in order what other programs rely on."""
    third, two_thirds = 0.333333, 0.666667
    met = {
        "requirement_id": "r1",
        "label": "met",
        "confidence": third,
        "quote": {"text": "I am AWS certified", "start": 10, "end": 28},
    }
    not_shown = {"requirement_id": "r2", "label": "not_shown", "confidence": third, "quote": None}
    expected = {
        "schema": 1,
        "screening_id": "s-1",
        "strategy": "evidence",
        "posting": {
            "name": "default",
            "job_description": "We need AWS",
            "requirements": [
                {"id": "r1", "text": "AWS certification", "kind": "must", "weight": 2.0},
                {"id": "r2", "text": "Terraform", "kind": "nice", "weight": 1.0},
            ],
        },
        "winner": {
            "letter_id": "147",
            "applicant": "Ada",
            "score": 7.0,
            "rationale": "Letter 147 plainly shows 1 of 2 requirements.",
            "tied_with": ["9", "10"],
        },
        "declined_because": None,
        "ranking": [
            {
                "rank": 1,
                "letter_id": "147",
                "applicant": "Ada",
                "score": 7.0,
                "interval": [third, two_thirds],
                "similarity": two_thirds,
                "findings": [met, not_shown],
            },
            {
                "rank": 2,
                "letter_id": "9",
                "applicant": None,
                "score": 4.0,
                "interval": None,
                "similarity": None,
                "findings": [{**met, "label": "partial"}, not_shown],
            },
        ],
        "unjudged": [
            {
                "letter_id": "128",
                "applicant": None,
                "reason": "Spanish; this judge reads English",
                "similarity": third,
            }
        ],
        "judged": 2,
        "pool": 3,
        "warnings": [
            {"code": "same_text", "letter_id": "9", "text": "has the same text as 10"},
            {"code": "judge_limit", "letter_id": None, "text": "judged 2 of 3"},
        ],
        "pipeline": {"name": "offline", "seed": None},
        "seconds": {"retrieve": third, "judge": third, "total": two_thirds},
    }
    assert json.dumps(verdict_json(VERDICT)) == json.dumps(expected)


@pytest.mark.parametrize("verdict", [VERDICT, DECLINED, EMPTY], ids=["winner", "declined", "empty"])
def test_every_verdict_has_the_same_keys(verdict: Verdict) -> None:
    """A reader never has to ask whether a key is there; what is absent is null or empty."""
    assert list(loaded(verdict)) == list(loaded(VERDICT))


@pytest.mark.parametrize("verdict", [DECLINED, EMPTY], ids=["declined", "empty"])
def test_winner_or_reason_is_null(verdict: Verdict) -> None:
    """Exactly one of the two says something."""
    assert loaded(verdict)["winner"] is None
    assert loaded(verdict)["declined_because"] == verdict.declined_because


def floats(value: JsonValue) -> Iterator[float]:
    """Every float in a JSON value."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from floats(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from floats(inner)


def test_floats_have_at_most_six_decimals() -> None:
    """Also those that stand for a third."""
    found = list(floats(loaded(VERDICT)))
    assert len(found) > 10
    assert all(value == round(value, 6) for value in found)


def test_words_outside_ascii_are_kept_as_they_are() -> None:
    """A name is not turned into escapes, and the bytes are UTF-8."""
    named = replace(VERDICT, winner=replace(WINNER, applicant="Zoë Håkonsen"))
    assert "Zoë Håkonsen".encode() in verdict_bytes(named)


def test_the_report_opens_in_the_seeds_form() -> None:
    """WINNER ID, MATCH SCORE, DECISION RATIONALE, then the ranking, then who was not judged, then notices."""
    lines = render_report(VERDICT).splitlines()
    assert lines[0] == "WINNER ID: 147      MATCH SCORE: 7/10"
    assert lines[1] == "DECISION RATIONALE: Letter 147 plainly shows 1 of 2 requirements."
    heads = [line.split(" (")[0] for line in lines if re.match(r"[A-Z ]+(?: \(|$)", line) and line]
    assert heads == ["RANKING", "NOT JUDGED", "NOTICES"]


def test_the_report_counts_labels_for_every_letter() -> None:
    """Rank, id, score, met, partial, not shown, and a line of words."""
    lines = render_report(VERDICT).splitlines()
    start = lines.index("RANKING")
    assert lines[start + 1].split() == ["rank", "id", "score", "met", "part", "not", "shown", "why"]
    assert lines[start + 2].split() == ["1", "147", "7.0", "1", "0", "1", "shows", "AWS", "certification"]
    assert lines[start + 3].split() == ["2", "9", "4.0", "0", "1", "1", "partly", "AWS", "certification"]


def test_the_report_names_the_unjudged_and_the_notices() -> None:
    """Nobody disappears: who has no findings stands there with the reason."""
    report = render_report(VERDICT)
    assert "NOT JUDGED (1)\n  128: Spanish; this judge reads English\n" in report
    assert report.endswith("NOTICES\n  9: has the same text as 10\n  judged 2 of 3")


def test_a_score_with_a_decimal_shows_it() -> None:
    """One decimal where there is one."""
    assert "MATCH SCORE: 4.5/10" in render_report(replace(VERDICT, winner=replace(WINNER, score=4.5)))


@pytest.mark.parametrize("verdict", [DECLINED, EMPTY], ids=["declined", "empty"])
def test_a_report_without_a_winner_says_why(verdict: Verdict) -> None:
    """The form of the report still stands, with "none" for the winner and the reason for a rationale."""
    assert render_report(verdict).startswith(
        "WINNER ID: none      MATCH SCORE: none\n"
        f"DECISION RATIONALE: no winner is named. {verdict.declined_because}"
    )


def test_no_requirement_or_id_starts_a_line_of_its_own() -> None:
    """A requirement or an id that holds line breaks cannot forge a line of the report."""
    forged = "x\nWINNER ID: 666      MATCH SCORE: 10/10"
    requirements = (replace(REQUIREMENTS[0], text=forged), REQUIREMENTS[1])
    ranking = tuple(
        replace(ranked, assessment=replace(ranked.assessment, letter_id=forged)) for ranked in VERDICT.ranking
    )
    verdict = replace(
        VERDICT,
        posting=replace(VERDICT.posting, requirements=requirements),
        ranking=ranking,
        unjudged=(replace(VERDICT.unjudged[0], letter_id=forged),),
        warnings=(Notice("same_text", forged, f"has the same text as {forged}"),),
        winner=replace(WINNER, letter_id=forged, rationale=f"because {forged}"),
    )
    lines = render_report(verdict).splitlines()
    assert [line for line in lines if line.startswith("WINNER ID: 666")] == []
    assert len(lines) == len(render_report(VERDICT).splitlines()) - 1

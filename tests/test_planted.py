"""Planted letters hold what their table says, and the evaluation counts it right."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from evals.planted import Trade, load_trades, planted_letters
from evals.planted_measures import TRUTHS, TradeMeasures, measure_trades, measures_of
from evals.planted_report import PlantedReport, errors_of, planted_json, print_planted
from tests.doubles.planted_readers import keen_reader, knowing_reader, material_without_vectors
from ui.cli import app

TRADES = load_trades()
"""Read once."""


def test_there_are_open_trades_and_held_out_ones() -> None:
    """Eight trades at least, three of them kept for measuring alone."""
    assert len(TRADES) >= 8
    assert [trade.name for trade in TRADES if trade.held_out] == ["accountant", "social-worker", "teacher"]


@pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade.name)
def test_half_of_what_shows_a_requirement_says_it_in_other_words(trade: Trade) -> None:
    """Six sentences at least show each requirement, and every kind of near miss is there."""
    for one in trade.requirements:
        assert len(one.shows) + len(one.otherwise) >= 6
        assert len(one.otherwise) >= len(one.shows)
        assert set(one.near) == {"wish", "other", "denial", "asked", "neighbour"}


@pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade.name)
def test_no_sentence_stands_in_a_trade_twice(trade: Trade) -> None:
    """Else deleting one would leave the other, or one sentence would have two truths."""
    sentences = [*trade.openings, *trade.fillers, *trade.closings]
    for one in trade.requirements:
        sentences += [*one.shows, *one.otherwise, *(text for texts in one.near.values() for text in texts)]
    assert sorted(sentences) == sorted(set(sentences))


def test_the_same_seed_writes_the_same_letters() -> None:
    """And another seed others."""
    first, again, other = (planted_letters(TRADES[0], 5, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_letter_holds_what_was_planted_and_loses_it_when_deleted() -> None:
    """Its text has each planted sentence, and one fewer without it; nothing else changes."""
    for letter in planted_letters(TRADES[0], 10, 3):
        for one in letter.planted:
            assert one.text in letter.text
            without = letter.without(one.requirement_id)
            assert one.text not in without.text
            assert without.truth_of(one.requirement_id) == "absent"
            assert [p for p in letter.planted if p != one] == list(without.planted)


def test_a_reader_who_knows_is_always_right() -> None:
    """Every measure of a reader that knows the truth is 1: no kind of sentence is counted against it."""
    measured = measure_trades(TRADES[:3], knowing_reader(TRADES), material_without_vectors, seed=1, pools=2)
    values = {one.name: one.estimate.value for one in measures_of(measured)}
    assert set(values) >= set(TRUTHS)
    assert values == dict.fromkeys(values, 1.0)
    assert errors_of(measured) == []


def test_a_reader_who_sees_merit_everywhere_is_caught() -> None:
    """It is right where something is shown and wrong at every near miss, and no deletion moves it."""
    measured = measure_trades(TRADES[:3], keen_reader, material_without_vectors, seed=1, pools=1)
    values = {one.name: one.estimate.value for one in measures_of(measured)}
    assert (values["shown"], values["otherwise"]) == (1.0, 1.0)
    assert {values[kind] for kind in ("wish", "other", "denial", "asked", "neighbour", "absent")} == {0.0}
    assert (values["deletion drops the label"], values["other labels unchanged"]) == (0.0, 1.0)


def test_one_trade_has_no_job_to_swap() -> None:
    """The rule, the value."""
    with pytest.raises(ValueError, match="at least 2 trades, but got 1"):
        measure_trades(TRADES[:1], keen_reader, material_without_vectors, seed=1)


@pytest.fixture(scope="module")
def wrong() -> tuple[TradeMeasures, ...]:
    """An open and a held-out trade, read by one who sees merit everywhere."""
    both = [trade for trade in TRADES if trade.name in {"nurse", "teacher"}]
    return measure_trades(both, keen_reader, material_without_vectors, seed=1, pools=1)


def test_no_sentence_of_a_held_out_trade_is_shown(
    wrong: tuple[TradeMeasures, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever mends the judge sees the numbers of those trades and none of their words."""
    report = PlantedReport(1, wrong)
    print_planted(report, errors=True)
    shown = capsys.readouterr().out + json.dumps(planted_json(report))
    teacher = next(trade for trade in TRADES if trade.name == "teacher")
    hidden = [text for one in teacher.requirements for texts in one.near.values() for text in texts]
    assert [text for text in hidden if text in shown] == []
    nurse = next(trade for trade in wrong if trade.name == "nurse")
    assert [
        one.sentence for one in nurse.labels if one.sentence and not one.right and one.sentence not in shown
    ] == []


def test_the_object_holds_both_parts_with_n_and_errors(wrong: tuple[TradeMeasures, ...]) -> None:
    """Each measure has its value, its standard error, and how many trades and items stand behind it."""
    found = planted_json(PlantedReport(7, wrong))
    assert (found["schema"], found["seed"]) == (1, 7)
    parts = found["parts"]
    assert isinstance(parts, dict)
    assert list(parts) == ["open", "held_out"]
    kinds = json.loads(json.dumps(parts["open"]))
    assert kinds["trades"] == ["nurse"]
    assert set(kinds["measures"]["all labels"]) == {"value", "standard_error", "trades", "n"}
    assert sum(sum(labels.values()) for labels in kinds["labels"].values()) == 12 * 5


@pytest.mark.slow
def test_the_command_measures_the_default_judge() -> None:
    """One object on stdout: the judge reads what is plainly shown, and is not fooled by a plain wish."""
    result = CliRunner().invoke(app, ["eval", "planted", "--pools", "1", "--json"])
    assert result.exit_code == 0, result.output
    measures = json.loads(result.stdout)["parts"]["open"]["measures"]
    assert measures["shown"]["value"] >= 0.95
    assert measures["wish"]["value"] >= 0.85

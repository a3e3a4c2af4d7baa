"""Labelled pairs are read as letters of their own, and counted right."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from agents.judges import labelled_pairs
from agents.judges.labelled_pairs import LABEL_OF, LabelledPair, Way
from agents.verdict import Label
from evals.pairs import PairReading, measure_pairs, read_pairs
from evals.pairs_report import errors_of, pairs_json, print_pairs
from ingestion.letter_embedder import LetterEmbedder
from ui.cli import app


def pair(
    way: Way, passage: str, marked: str = "", trade: str = "baker", asked: str = "baking bread"
) -> LabelledPair:
    """One pair with the words that carry its label."""
    start = passage.index(marked)
    return LabelledPair(trade, "skill", asked, passage, way, start, start + len(marked))


WORDS = pair("words", "I bake bread every night, sixty loaves of it.", "I bake bread every night")
OTHERWISE = pair("otherwise", "Sixty loaves leave my oven before dawn.", "Sixty loaves leave my oven")
DENIED = pair("denied", "I have never done any baking of bread.", "I have never done any baking of bread")
OTHERS = pair("others", "My neighbour bakes bread for half the street.")
ALL = (WORDS, OTHERWISE, DENIED, OTHERS)


def reading(one: LabelledPair, found: Label, strength: float, quote: str | None = None) -> PairReading:
    """What some judge says of a pair."""
    if quote is None:
        return PairReading(one, found, strength)
    start = one.passage.index(quote)
    return PairReading(one, found, strength, start, start + len(quote))


def test_a_judge_that_is_right_gets_full_marks() -> None:
    """Silence about a denial is right too, and a quote of the marked words is worth 1."""
    labels: dict[Way, Label] = {**LABEL_OF, "denied": "not_shown"}
    readings = [
        reading(one, labels[one.way], float(one.label == "met"), one.passage[one.start : one.end] or None)
        for one in ALL
    ]
    found = measure_pairs("train", readings)
    whole = found.overall
    assert (whole.accuracy.value, whole.macro_f1.value, whole.auc.value) == (1, 1, 1)
    assert (whole.quotes, whole.quotes_overlap.value, whole.quote_f1.value) == (3, 1, 1)
    assert [one.auc.value for one in found.by_way] == [1, 1, 1, 1]
    assert errors_of(found) == []


def test_each_way_is_counted_on_its_own() -> None:
    """The words of others fool this judge, and other words escape it: the counts and the AUC of those ways say so."""
    readings = [
        reading(WORDS, "met", 0.9, "bread every night, sixty loaves of it"),
        reading(OTHERWISE, "not_shown", 0.2),
        reading(DENIED, "contradicted", 0.0, "I have"),
        reading(OTHERS, "met", 0.8, "bakes bread"),
    ]
    found = measure_pairs("train", readings)
    by_way = {one.name: one for one in found.by_way}
    assert {name: one.accuracy.value for name, one in by_way.items()} == {
        "words": 1,
        "otherwise": 0,
        "denied": 1,
        "others": 0,
    }
    assert {name: one.auc.value for name, one in by_way.items()} == {
        "words": 1,
        "otherwise": 0.5,
        "denied": 1,
        "others": 0.5,
    }
    assert found.overall.found == {"met": 2, "partial": 0, "not_shown": 1, "contradicted": 1}
    # Three of five marked words are among seven quoted, and two of the eight marked ones are all that is quoted.
    assert found.overall.quotes == 2
    assert found.overall.quote_f1.value == pytest.approx((2 * 3 / (5 + 7) + 2 * 2 / (8 + 2)) / 2)
    assert [one.pair.way for one in errors_of(found)] == ["otherwise", "others"]


def test_the_default_judge_reads_a_passage_as_a_letter_of_its_own(embedder: LetterEmbedder) -> None:
    """Its labels, its strengths before any threshold, and quotes by their place in the passage."""
    words, _, denied, others = read_pairs(ALL, embedder)
    assert (words.found, denied.found, others.found) == ("met", "contradicted", "not_shown")
    assert words.strength > 0.72 > others.strength
    assert words.quote is not None
    assert "bake bread" in words.quote
    assert (words.quote_f1 or 0) > 0.5
    assert (others.quote, others.quote_f1) == (None, None)


def test_no_passage_of_the_part_test_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever mends the judge sees its numbers and none of its words; those of train are listed."""
    readings = [reading(OTHERWISE, "not_shown", 0.2), reading(OTHERS, "met", 0.8, "bakes bread")]
    shown: dict[str, str] = {}
    for part in ("train", "test"):
        report = measure_pairs(part, readings)
        print_pairs(report, errors=True)
        shown[part] = " ".join(capsys.readouterr().out.split()) + json.dumps(pairs_json(report))
    assert OTHERS.passage in shown["train"]
    assert "[quoted: bakes bread]" in shown["train"]
    assert [one.passage for one in ALL if one.passage in shown["test"]] == []


def test_a_part_without_pairs_is_no_measure() -> None:
    """The rule, the value."""
    with pytest.raises(ValueError, match="at least one labelled pair, but the part test holds 0"):
        measure_pairs("test", ())


def test_the_command_prints_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """By way, by kind and by trade, each measure with its error and the number of trades behind it."""
    other = pair("words", "I lay tiles and grout them.", "I lay tiles", trade="tiler", asked="laying tiles")
    monkeypatch.setattr(labelled_pairs, "load_pairs", lambda part: (*ALL, other) if part == "test" else ())
    ran = CliRunner().invoke(app, ["eval", "pairs", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert (found["schema"], found["part"], found["trades"], found["pairs"]) == (1, "test", 2, 5)
    assert list(found["by_way"]) == ["words", "otherwise", "denied", "others"]
    assert list(found["by_trade"]) == ["baker", "tiler"]
    assert found["overall"]["accuracy"]["trades"] == 2
    assert found["by_way"]["words"]["accuracy"] == {"value": 1.0, "standard_error": 0.0, "trades": 2}
    assert found["errors"] == []

"""The labelled pairs as they stand, and the rules of their files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from agents.judges.labelled_pairs import LABEL_OF, load_pairs, read_trade
from evals.planted import load_trades

TRAIN, TEST = load_pairs("train"), load_pairs("test")

ONE = """
trade: baker
voice: plain
requirements:
{requirements}
"""
ASKED = """
  - asks: ["baking bread"]
    kind: skill
    passages:
      words: ["{words}"]
      denied: ["[I have never baked bread]."]
      wish: ["{wish}"]
      neighbour: ["I sell bread."]
"""


def written(folder: Path, *, words: str = "[I bake bread].", wish: str = "I would love to bake.") -> Path:
    """A file of one trade."""
    file = folder / "baker.yaml"
    asked = ASKED.format(words=words, wish=wish)
    file.write_text(ONE.format(requirements=asked * 3), encoding="utf-8")
    return file


def test_there_are_thousands_in_many_trades_and_of_every_way() -> None:
    """What docs/judging.md says of them."""
    passages = {(pair.trade, pair.passage) for pair in (*TRAIN, *TEST)}
    assert len(passages) == 10_650
    assert (len({pair.trade for pair in TRAIN}), len({pair.trade for pair in TEST})) == (58, 13)
    for part in (TRAIN, TEST):
        assert set(Counter(pair.way for pair in part)) == set(LABEL_OF) - {"unrelated"}


def test_what_measures_never_trains() -> None:
    """No trade and no passage stands on both sides, and no trade of the held-out planted letters on either."""
    assert not {pair.trade for pair in TRAIN} & {pair.trade for pair in TEST}
    assert not {pair.passage for pair in TRAIN} & {pair.passage for pair in TEST}
    held_out = {trade.name for trade in load_trades() if trade.held_out}
    assert not held_out & {pair.trade for pair in (*TRAIN, *TEST)}


def test_the_words_that_carry_a_label_are_marked() -> None:
    """Words of the passage where something is shown or denied, none where nothing is."""
    for pair in (*TRAIN, *TEST):
        assert (pair.label == "not_shown") == (pair.start == pair.end)
        assert pair.passage[pair.start : pair.end].strip() == pair.passage[pair.start : pair.end]
        assert not set("[]") & set(pair.passage)


def test_a_mark_is_read_as_a_span(tmp_path: Path) -> None:
    """The brackets are gone from the passage."""
    pair = next(read_trade(written(tmp_path, words="At home [I bake bread] daily.")))
    assert pair.passage == "At home I bake bread daily."
    assert pair.passage[pair.start : pair.end] == "I bake bread"


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("I bake bread.", "I would love to bake."),
        ("[I bake] [bread].", "I would love to bake."),
        ("]I bake bread[.", "I would love to bake."),
        ("[I bake bread].", "[I would love to bake]."),
    ],
)
def test_a_wrong_mark_is_refused(tmp_path: Path, words: str, wish: str) -> None:
    """One pair of brackets where something is shown, none where nothing is."""
    with pytest.raises(ValidationError, match="one pair of square brackets"):
        list(read_trade(written(tmp_path, words=words, wish=wish)))

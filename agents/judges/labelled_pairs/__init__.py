"""Labelled pairs: a requirement, a passage of a letter, the label it earns, and the words that carry the label.

Written for this project, one file a trade. ``train/`` is for learning from; ``test/`` is measured on and never learned from.
Knows nothing about judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.verdict import Label

FOLDER = Path(__file__).parent
Part = Literal["train", "test"]
AskKind = Literal["years", "degree", "credential", "tool", "skill", "task", "soft", "knowledge"]
Way = Literal[
    "words", "otherwise", "weaker", "denied", "wish", "others", "advertisement", "neighbour", "unrelated"
]
"""How a passage stands to its requirement: shows it in its words or ``otherwise``, shows something ``weaker``, denies it; or
shows nothing: a wish, ``others``' merit, the advertisement's words, a neighbour of what is asked, or something unrelated."""

LABEL_OF: dict[Way, Label] = {
    "words": "met",
    "otherwise": "met",
    "weaker": "partial",
    "denied": "contradicted",
    "wish": "not_shown",
    "others": "not_shown",
    "advertisement": "not_shown",
    "neighbour": "not_shown",
    "unrelated": "not_shown",
}


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """One requirement and one passage. ``start`` and ``end`` are the characters of the passage that carry the label.

    They are equal where the label is not_shown.
    """

    trade: str
    kind: AskKind
    requirement: str
    passage: str
    way: Way
    start: int
    end: int

    @property
    def label(self) -> Label:
        """The right label."""
        return LABEL_OF[self.way]


Passages = Annotated[dict[Way, tuple[str, ...]], Field(min_length=4)]


class PairedAsk(BaseModel):
    """One requirement in one to three wordings, and passages by the way they stand to it.

    In a passage that is no not_shown, square brackets stand around the shortest words that carry the label.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    asks: Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]
    kind: AskKind
    passages: Passages

    @model_validator(mode="after")
    def _marked(self) -> Self:
        for way, passages in self.passages.items():
            for passage in passages:
                marks = (passage.count("["), passage.count("]"))
                asked = (0, 0) if LABEL_OF[way] == "not_shown" else (1, 1)
                if marks != asked or passage.find("[") > passage.find("]"):
                    raise ValueError(
                        f"{way}: the words that carry the label stand in one pair of square brackets, and a passage "
                        f"that shows nothing has none, but got {passage!r}"
                    )
        return self


class PairedTrade(BaseModel):
    """One file: a trade, the voice its passages are written in, and its requirements."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trade: str
    voice: str
    requirements: Annotated[tuple[PairedAsk, ...], Field(min_length=3)]


@lru_cache(maxsize=2)
def load_pairs(part: Part) -> tuple[LabelledPair, ...]:
    """Return all pairs of a part, each passage with each wording of its requirement, in order of file name.

    Raises:
        pydantic.ValidationError: a file breaks a rule.
    """
    files = sorted((FOLDER / part).glob("*.yaml"))
    return tuple(pair for file in files for pair in read_trade(file))


def read_trade(file: Path) -> Iterator[LabelledPair]:
    """Yield the pairs of one file. Raises pydantic's ValidationError where it breaks a rule."""
    trade = PairedTrade.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    for one in trade.requirements:
        for way, passages in one.passages.items():
            for marked in passages:
                start = max(marked.find("["), 0)
                end = max(marked.find("]") - 1, 0)
                passage = marked.replace("[", "").replace("]", "")
                for asked in one.asks:
                    yield LabelledPair(trade.trade, one.kind, asked, passage, way, start, end)

"""Planted truth: letters made from a table of who shows what, with which sentence, so that the right answer is known.

A trade's file holds a job, its requirements, and for each of them sentences that show it, in the requirement's words and
in others, and sentences that only look as if they did: a wish, another person's merit, a denial, words of the
advertisement, a neighbour of what is asked. A letter is written by drawing from them. Written for this project. Knows
nothing about judges.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.verdict import Kind, Requirement

TRADES = Path(__file__).with_name("planted_trades")
Near = Literal["wish", "other", "denial", "asked", "neighbour"]
Truth = Literal["shown", "otherwise", "absent", "wish", "other", "denial", "asked", "neighbour"]
"""What a letter holds for a requirement: it shows it in the requirement's words, shows it in others (``otherwise``), says
nothing, or looks as if."""

_SHOWN = 0.55
"""How often a letter shows a requirement; of those it doesn't show, it looks as if at ``_NEARLY``."""
_NEARLY = 0.6
_IN_ITS_WORDS = 0.5
"""How often what is shown is said in the words of the requirement."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Sentences = Annotated[tuple[str, ...], Field(min_length=1)]


class PlantedRequirement(_Entry):
    """One requirement, the sentences that show it (each alone is enough), and those that do not.

    ``shows`` use the words of the requirement, ``otherwise`` says the same in other words.
    """

    id: str
    text: str
    kind: Kind
    shows: Annotated[tuple[str, ...], Field(min_length=3)]
    otherwise: Annotated[tuple[str, ...], Field(min_length=3)]
    near: dict[Near, Sentences]

    def requirement(self) -> Requirement:
        """Return it as a screening asks it."""
        return Requirement(self.id, self.text, self.kind, 2.0 if self.kind == "must" else 1.0)


class Trade(_Entry):
    """What one trade's letters are made of. ``fillers`` speak to none of its requirements.

    A ``held_out`` trade is for measuring alone: no rule of a judge is written with a look at its sentences.
    """

    name: str
    held_out: bool = False
    job: str
    requirements: Annotated[tuple[PlantedRequirement, ...], Field(min_length=3)]
    openings: Sentences
    fillers: Annotated[tuple[str, ...], Field(min_length=6)]
    closings: Sentences


@dataclass(frozen=True, slots=True)
class PlantedSentence:
    """A sentence that was put into a letter for a requirement, and what it is."""

    requirement_id: str
    text: str
    truth: Truth

    @property
    def shows(self) -> bool:
        """Whether the sentence shows the requirement."""
        return self.truth in {"shown", "otherwise"}


@dataclass(frozen=True, slots=True)
class PlantedLetter:
    """One letter with its truth: ``planted`` holds at most one sentence a requirement."""

    letter_id: str
    trade: str
    paragraphs: tuple[tuple[str, ...], ...]
    planted: tuple[PlantedSentence, ...]

    @property
    def text(self) -> str:
        """The letter as it is read."""
        return "\n\n".join(" ".join(paragraph) for paragraph in self.paragraphs if paragraph)

    @property
    def shown(self) -> frozenset[str]:
        """Ids of the requirements that the letter shows."""
        return frozenset(one.requirement_id for one in self.planted if one.shows)

    def truth_of(self, requirement_id: str) -> Truth:
        """Return what the letter holds for a requirement."""
        found: dict[str, Truth] = {one.requirement_id: one.truth for one in self.planted}
        return found.get(requirement_id, "absent")

    def without(self, requirement_id: str) -> PlantedLetter:
        """Return the letter without the one sentence that was planted for a requirement."""
        gone = {one.text for one in self.planted if one.requirement_id == requirement_id}
        return PlantedLetter(
            f"{self.letter_id}-without-{requirement_id}",
            self.trade,
            tuple(tuple(s for s in paragraph if s not in gone) for paragraph in self.paragraphs),
            tuple(one for one in self.planted if one.requirement_id != requirement_id),
        )


def load_trades(folder: Path = TRADES) -> tuple[Trade, ...]:
    """Read the trades' files, in order of name. Raises pydantic's ValidationError for a file of another form."""
    import yaml

    return tuple(
        Trade.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("*.yaml"))
    )


def planted_letters(trade: Trade, count: int, seed: int) -> tuple[PlantedLetter, ...]:
    """Write ``count`` letters of a trade; the same seed writes the same letters."""
    draw = random.Random(f"{trade.name} {seed}")
    return tuple(_letter(trade, f"{trade.name}-{number}", draw) for number in range(1, count + 1))


def _letter(trade: Trade, letter_id: str, draw: random.Random) -> PlantedLetter:
    planted = list(_planted(trade.requirements, draw))
    draw.shuffle(planted)
    body = [one.text for one in planted]
    for filler in draw.sample(trade.fillers, k=draw.randint(2, 4)):
        body.insert(draw.randint(0, len(body)), filler)
    first = [draw.choice(trade.openings)]
    cut = draw.randint(1, max(1, len(body) - 1))
    paragraphs = (
        ("Dear hiring manager,",),
        tuple(first + body[:cut]),
        tuple(body[cut:]),
        (draw.choice(trade.closings),),
        ("Kind regards",),
    )
    return PlantedLetter(letter_id, trade.name, paragraphs, tuple(planted))


def _planted(requirements: Sequence[PlantedRequirement], draw: random.Random) -> Iterator[PlantedSentence]:
    for one in requirements:
        if draw.random() < _SHOWN:
            truth: Truth = "shown" if draw.random() < _IN_ITS_WORDS else "otherwise"
            yield PlantedSentence(
                one.id, draw.choice(one.shows if truth == "shown" else one.otherwise), truth
            )
        elif draw.random() < _NEARLY:
            near = draw.choice(sorted(one.near))
            yield PlantedSentence(one.id, draw.choice(one.near[near]), near)

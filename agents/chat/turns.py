"""The memory of a conversation: one turn a question, kept in the store beside the screening.

Knows nothing about how questions are answered. Erasing any letter of a screening erases all of its turns.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from agents.chat.facts import Answer, Line
from agents.chat.question import Last
from agents.chat.subject import Subject
from ingestion.store import Store

KIND = "turn"


class TurnQuote(BaseModel):
    """What an answer quoted: ``letter.text[start:end] == text`` when it was given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    start: int
    end: int


class TurnLine(BaseModel):
    """One line of an answer; what it quotes is of ``letter_id``'s letter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pieces: tuple[str | TurnQuote, ...]
    letter_id: str | None = None


class Turn(BaseModel):
    """One question and its answer as people saw it. ``prompt`` is the digest of the model's wording, "" without one.

    ``lines`` is the answer with its quotes told apart, so that each can be opened or masked; empty in an older turn.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    answer: str
    kind: str
    letters: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    target: float | None = None
    beats: bool = False
    words: str = ""
    dropped: int = 0
    prompt: str = ""
    lines: tuple[TurnLine, ...] = ()


def turn_of(question: str, answer: Answer, prompt: str = "") -> Turn:
    """Return the turn to keep."""
    return Turn(
        question=question,
        answer=answer.text,
        kind=answer.kind,
        letters=answer.letters,
        requirements=answer.requirements,
        choices=answer.choices,
        target=answer.target,
        beats=answer.beats,
        words=answer.words,
        dropped=answer.dropped,
        prompt=prompt,
        lines=tuple(_line(line) for line in answer.lines),
    )


def _line(line: Line) -> TurnLine:
    return TurnLine(
        pieces=tuple(
            piece if isinstance(piece, str) else TurnQuote(text=piece.text, start=piece.start, end=piece.end)
            for piece in line.pieces
        ),
        letter_id=line.letter_id,
    )


def read_turns(store: Store, screening_id: str) -> list[Turn]:
    """Return the turns of a screening, oldest first. Raises StoreError or StoreDamaged."""
    return [Turn.model_validate_json(text.payload) for text in store.screening_texts(screening_id, KIND)]


def keep_turn(subject: Subject, turn: Turn) -> bool:
    """Keep a turn, unless a letter of the screening was erased since it was read: then nothing is kept.

    Raises StoreBusy when another writer does not end in time.
    """
    with subject.store.writing() as tx:
        now = subject.store.screening(subject.screening_id)
        if {entry.letter_key for entry in now.entries} != subject.keys:
            return False
        tx.add_screening_text(subject.screening_id, KIND, turn.model_dump_json())
    return True


def forget_turns(store: Store, screening_id: str) -> int:
    """Delete the turns of a screening, and return how many there were."""
    with store.writing() as tx:
        return tx.drop_screening_texts(screening_id, KIND)


def spoken_of(turns: Sequence[Turn], subject: Subject) -> Last:
    """Return what the latest turns were about, as far as it still is in the screening."""
    for turn in reversed(turns):
        choices = tuple(one for one in turn.choices if one in subject.ids) if subject.has_findings else ()
        letters = tuple(one for one in turn.letters if one in subject.ids) if subject.has_findings else ()
        if choices:
            return Last(turn.kind, letters, turn.requirements, choices, turn.target, turn.beats, turn.words)
        if letters or turn.requirements:
            return Last(turn.kind, letters, turn.requirements, (), turn.target, turn.beats, turn.words)
    return Last()

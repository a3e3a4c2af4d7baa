"""The chat about a screening, shared by all sessions, and how its turns are drawn.

Whatever an answer says of a letter is drawn as text. In a blind posting quotes are drawn as they were judged, and a
question by a name that was not revealed is not asked. Knows nothing about how answers are found.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from agents.rationale import quoted
from agents.verdict import Quote, Verdict
from ingestion.records import PostingRow
from ui.dashboard.names import is_revealed
from ui.dashboard.shared import open_store, server_named, store_folder
from ui.dashboard.words import label
from ui.terminal import visible

if TYPE_CHECKING:
    from agents.chat.engine import ScreeningChat
    from agents.chat.subject import Subject
    from agents.chat.turns import Turn, TurnLine, TurnQuote

LINE_S = 0.04
"""Seconds between two lines of a new answer, and at most ``ANSWER_S`` for all of it."""
ANSWER_S = 0.8

Cited = tuple[str, int, int]
"""A quote that can be opened: the letter's id, and the place in its text."""


@st.cache_resource(show_spinner=False, max_entries=8)
def _chat(folder: Path, screening_id: str) -> ScreeningChat:
    from agents.chat.engine import open_chat

    del folder
    return open_chat(open_store(), screening_id)


def chat_of(screening_id: str) -> ScreeningChat:
    """Return the chat about a screening, without a language model.

    Raises:
        StoreError: there is no such screening.
    """
    return _chat(store_folder(), screening_id)


def has_model(verdict: Verdict) -> bool:
    """Say whether the screening's pipeline has a language model that may word answers."""
    given = verdict.pipeline.get("given")
    if isinstance(given, dict) and "fallback_from" in given:
        return False
    named = isinstance(given, dict) and bool(given.get("llm"))
    return named or verdict.pipeline.get("name") not in (None, "offline")


def chat_with_model(verdict: Verdict) -> ScreeningChat:
    """Return the chat with the language model of the screening's pipeline, loaded now if it is not yet.

    Raises:
        PipelineError, LLMError, ServerError: the model can't run here.
    """
    from agents.chat.engine import open_chat
    from agents.loading import pipeline_llm
    from agents.replay import choice_of

    llm = pipeline_llm(choice_of(verdict, server_named()))
    return open_chat(open_store(), verdict.screening_id, llm)


def asks_by_hidden_name(posting: PostingRow, subject: Subject, question: str) -> bool:
    """Say whether a question calls somebody by a name that this person has not revealed."""
    if not posting.blind or not subject.has_findings:
        return False
    from agents.chat.mentions import name_runs

    return any(
        not is_revealed(posting, subject.key(letter_id))
        for _start, _end, ids in name_runs(subject, question)
        for letter_id in ids
    )


def draw_turn(
    posting: PostingRow, subject: Subject, turn: Turn, *, key: str, anew: bool = False
) -> Cited | None:
    """Draw a question and its answer; return the quote whose button was pressed.

    A turn that is drawn ``anew`` comes line by line.
    """
    hidden = asks_by_hidden_name(posting, subject, turn.question)
    with st.chat_message("user"):
        st.text("(asked by a name that is hidden here)" if hidden else visible(turn.question))
    with st.chat_message("assistant"):
        if hidden or (posting.blind and not turn.lines):
            st.text("(This answer may tell a name: ask again, by the letter's id.)")
            return None
        lines, cited = _said(posting, subject, turn.lines) if turn.lines else (turn.answer.split("\n"), [])
        _draw_lines(lines, anew=anew)
        return _draw_cited(cited, key)


def _said(posting: PostingRow, subject: Subject, lines: Sequence[TurnLine]) -> tuple[list[str], list[Cited]]:
    """Return an answer's lines as this person may read them, and what they quote; each quote carries its number."""
    said: list[str] = []
    cited: list[Cited] = []
    for line in lines:
        pieces: list[str] = []
        for piece in line.pieces:
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            words = _quote(posting, subject, line.letter_id, piece)
            if words is None:
                pieces.append("(words that are no longer in the letter)")
                continue
            assert line.letter_id is not None
            cited.append((line.letter_id, piece.start, piece.end))
            pieces.append(f"{quoted(Quote(words, piece.start, piece.end))} [{len(cited)}]")
        said.append("".join(pieces))
    return said, cited


def _quote(posting: PostingRow, subject: Subject, letter_id: str | None, quote: TurnQuote) -> str | None:
    from agents.chat.facts import Citation
    from agents.chat.subject import ChatError

    if letter_id is None:
        return None
    try:
        letter = subject.letter(letter_id)
    except ChatError:
        return None
    if letter.text[quote.start : quote.end] != quote.text:
        return None
    if is_revealed(posting, letter.key):
        return quote.text
    return subject.masked(Citation(letter_id, quote.text, quote.start, quote.end))


def _draw_lines(lines: Sequence[str], *, anew: bool) -> None:
    box = st.empty()
    if anew:
        for count in range(1, len(lines)):
            box.text(visible("\n".join(lines[:count])))
            time.sleep(min(LINE_S, ANSWER_S / len(lines)))
    box.text(visible("\n".join(lines)))


def _draw_cited(cited: Sequence[Cited], key: str) -> Cited | None:
    pressed: Cited | None = None
    if not cited:
        return None
    with st.container(horizontal=True):
        for number, one in enumerate(cited, start=1):
            if st.button(
                f"\\[{number}\\] {label(one[0], at_most=40)}",
                key=f"{key}-{number}",
                help="Open the letter at this quote",
            ):
                pressed = one
    return pressed

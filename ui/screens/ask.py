"""The Ask page: questions about the chosen screening, each answer with quotes that open the letter where they stand.

Knows nothing about how answers are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from agents.verdict import Verdict
from ingestion.records import StoreError
from ui.dashboard.access import require_access
from ui.dashboard.conversation import (
    asks_by_hidden_name,
    chat_of,
    chat_with_model,
    draw_turn,
    has_model,
)
from ui.dashboard.letter_dialog import letter_dialog
from ui.dashboard.result import Result, chosen_result
from ui.dashboard.words import label, plain
from ui.dashboard.work import Job, follow, job_at, start
from ui.failures import describe

if TYPE_CHECKING:
    from agents.chat.engine import ScreeningChat

TURNS_SHOWN = 8
"""Turns that are drawn before somebody asks for the earlier ones."""
OFFERED = 6
"""Suggested questions that are shown."""
QUESTION_LIMIT = 2000
"""Characters of a question."""
_REFUSED = "ask_refused"


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Ask")
    result = chosen_result()
    if result is None:
        return
    try:
        chat = chat_of(result.verdict.screening_id)
    except StoreError as error:
        st.error("The chat can't be opened.")
        plain(describe(error))
        return
    if result.verdict.comparison_only:
        st.info("This screening is for comparison only: it has no findings to ask about. Choose another one.")
        return
    _draw(result, chat)


def _draw(result: Result, chat: ScreeningChat) -> None:
    model = has_model(result.verdict)
    st.caption(
        "Answers come from the findings and the letters of this screening. "
        + (
            "A language model looks things up; what it says is kept only where a quote supports it."
            if model
            else "No language model is used."
        )
    )
    asked = st.chat_input("Ask about this screening", max_chars=QUESTION_LIMIT)
    offered = _draw_offers(result, chat)
    _draw_turns(result, chat)
    question = asked or offered
    if question is not None and question.strip():
        _ask(result, chat, question.strip())
    _draw_end(result, chat)


def _job_key(verdict: Verdict) -> str:
    return f"ask_job_{verdict.screening_id}"


def _new_key(verdict: Verdict) -> str:
    return f"ask_new_{verdict.screening_id}"


def _ask(result: Result, chat: ScreeningChat, question: str) -> None:
    """Ask, and draw the page again with the new turn."""
    verdict = result.verdict
    if asks_by_hidden_name(result.posting, chat.subject(), question):
        st.session_state[_REFUSED] = verdict.screening_id
        st.rerun()
    st.session_state[_new_key(verdict)] = len(chat.turns())
    if has_model(verdict):

        def work(_job: Job) -> object:
            return chat_with_model(verdict).ask(question)

        start(_job_key(verdict), "Answering", work)
    else:
        with st.spinner("Looking it up"):
            chat.ask(question)
    st.rerun()


def _draw_turns(result: Result, chat: ScreeningChat) -> None:
    verdict = result.verdict
    turns = chat.turns()
    first = max(0, len(turns) - TURNS_SHOWN)
    if first and st.toggle(f"Show the {first} earlier questions", key=f"ask_all_{verdict.screening_id}"):
        first = 0
    new = st.session_state.pop(_new_key(verdict), None) if not _running(verdict) else None
    subject = chat.subject()
    for place, turn in enumerate(turns[first:], start=first):
        key = f"ask-{verdict.screening_id}-{place}"
        opened = draw_turn(result.posting, subject, turn, key=key, anew=place == new)
        if opened is not None:
            letter_id, start_at, end_at = opened
            letter_dialog(result.posting, verdict, subject.key(letter_id), (start_at, end_at))


def _running(verdict: Verdict) -> bool:
    job = job_at(_job_key(verdict))
    return job is not None and job.state == "running"


def _draw_end(result: Result, chat: ScreeningChat) -> None:
    """Draw what stands below the conversation: work that goes on, what was refused, and how to forget it all."""
    verdict = result.verdict
    job = follow(_job_key(verdict))
    if job is not None and job.state == "failed":
        st.error("The question could not be answered.")
        plain(job.failure)
    if st.session_state.pop(_REFUSED, None) == verdict.screening_id:
        st.warning(
            "Names are hidden in this posting, so nobody can be asked about by name. Use the letter's id, or reveal the name "
            "first (on the Decide page)."
        )
    if not chat.turns():
        return
    with st.popover("Forget this chat", icon=":material/delete:"):
        st.write(
            "All questions and answers of this screening are deleted. The screening and its ledger stay."
        )
        if st.button("Yes, forget it", type="primary", key=f"ask_forget_{verdict.screening_id}"):
            chat.reset()
            st.rerun()


def _draw_offers(result: Result, chat: ScreeningChat) -> str | None:
    """Draw questions to begin with; return the one that was pressed."""
    from agents.chat.suggestions import suggestions

    offered = suggestions(chat.subject())[:OFFERED]
    pressed: str | None = None
    with st.expander(
        "Questions that fit this screening", expanded=not chat.turns(), icon=":material/lightbulb:"
    ):
        for place, question in enumerate(offered):
            if st.button(label(question), key=f"ask_offer_{result.verdict.screening_id}_{place}"):
                pressed = question
    return pressed

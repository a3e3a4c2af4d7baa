"""The chat about one screening as a LlamaIndex chat engine: answers, remembers, starts anew.

Knows nothing about how an answer comes about: a router without a model, an agent with one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.chat_engine.types import (
    AgentChatResponse,
    BaseChatEngine,
    StreamingAgentChatResponse,
)
from llama_index.core.schema import NodeWithScore, TextNode

from agents.chat.facts import Answer
from agents.chat.phrasing import plain
from agents.chat.router import answer_question, decline, no_findings
from agents.chat.subject import Subject
from agents.chat.turns import Turn, forget_turns, keep_turn, read_turns, spoken_of, turn_of
from ingestion.records import StoreBusy
from ingestion.store import Store

if TYPE_CHECKING:
    from llama_index.core.llms.llm import LLM

NOT_KEPT = (
    "(This turn is not remembered: a letter of the screening was erased meanwhile, or the store is in use.)"
)


class ScreeningChat(BaseChatEngine):
    """Follow-up questions about one screening of a store.

    ``llm`` may look things up and word answers; without one a deterministic router does. Turns stand in the store:
    they survive a restart, and go when any letter of the screening is erased. Raises StoreError for no such screening.
    """

    def __init__(self, store: Store, screening_id: str, llm: LLM | None = None) -> None:
        self.store = store
        self.screening_id = screening_id
        self.llm = llm
        self._subject = Subject(store, screening_id)
        self._version = store.version

    def subject(self) -> Subject:
        """Return the screening as it stands now: read again when the store has changed."""
        if self.store.version != self._version:
            self._version = self.store.version
            self._subject = Subject(self.store, self.screening_id)
        return self._subject

    def turns(self) -> list[Turn]:
        """Return what was asked and answered so far, oldest first."""
        return read_turns(self.store, self.screening_id)

    # BaseChatEngine

    def reset(self) -> None:
        """Forget the conversation, in the store too."""
        forget_turns(self.store, self.screening_id)
        self._seen()

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The conversation as messages; a person's eyes only, since answers hold the letters' real words."""
        return [
            message
            for turn in self.turns()
            for message in (
                ChatMessage(role=MessageRole.USER, content=turn.question),
                ChatMessage(role=MessageRole.ASSISTANT, content=turn.answer),
            )
        ]

    def ask(self, question: str) -> Answer:
        """Answer a question and remember the turn."""
        return _now(self.aask(question))

    async def aask(self, question: str) -> Answer:
        """As ``ask``; the model's work, if there is one, is awaited."""
        subject, turns = self.subject(), self.turns()
        answer, prompt = await self._answer(subject, turns, question)
        kept = False
        try:
            kept = keep_turn(subject, turn_of(question, answer, prompt))
        except StoreBusy:
            kept = False
        self._seen(kept=kept)
        return answer if kept else replace(answer, lines=(*answer.lines, plain(NOT_KEPT)))

    def _seen(self, *, kept: bool = True) -> None:
        # One's own turn changes nothing that a subject holds; anything else does.
        self._version = self.store.version if kept and self.store.version == self._version + 1 else -1

    async def _answer(self, subject: Subject, turns: list[Turn], question: str) -> tuple[Answer, str]:
        last = spoken_of(turns, subject)
        declined = decline(question, subject)
        if declined is not None:
            return declined, ""
        if not subject.has_findings:
            return no_findings(subject), ""
        if self.llm is None:
            return answer_question(subject, question, last), ""
        from agents.chat.agent import answer_with_model

        return await answer_with_model(subject, self.llm, question, turns, last)

    def chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """Answer ``message``. The store holds the history, so a given one is not read."""
        return _response(self.ask(message))

    async def achat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """As ``chat``."""
        return _response(await self.aask(message))

    def stream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """As ``chat``, a line at a time: nothing is shown before it is checked."""
        answer = self.ask(message)
        streamed = StreamingAgentChatResponse(
            chat_stream=_lines(answer), source_nodes=_nodes(answer), is_writing_to_memory=False
        )
        streamed.is_function = False
        return streamed

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """As ``stream_chat``."""
        answer = await self.aask(message)

        async def lines() -> AsyncGenerator[ChatResponse, None]:
            for response in _lines(answer):
                yield response

        streamed = StreamingAgentChatResponse(
            achat_stream=lines(), source_nodes=_nodes(answer), is_writing_to_memory=False
        )
        streamed.is_function = False
        return streamed


def open_chat(store: Store, screening_id: str, llm: LLM | None = None) -> ScreeningChat:
    """Open the chat about a stored screening. Raises StoreError when there is none of this id."""
    return ScreeningChat(store, screening_id, llm)


def _now(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end, in a thread of its own where this one already runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def _response(answer: Answer) -> AgentChatResponse:
    return AgentChatResponse(
        response=answer.text, source_nodes=_nodes(answer), metadata={"answer": answer, "kind": answer.kind}
    )


def _nodes(answer: Answer) -> list[NodeWithScore]:
    """Return one node a quote, so that what an answer rests on can be followed up."""
    return [
        NodeWithScore(
            node=TextNode(
                id_=f"{one.letter_id}:{one.start}:{one.end}",
                text=one.text,
                metadata={"letter_id": one.letter_id, "start": one.start, "end": one.end},
            )
        )
        for one in answer.citations
    ]


def _lines(answer: Answer) -> Generator[ChatResponse, None, None]:
    said = ""
    for place, line in enumerate(answer.text.split("\n")):
        delta = line if place == 0 else f"\n{line}"
        said += delta
        yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=said), delta=delta)

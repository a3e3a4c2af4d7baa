"""The response synthesizer that names a winner: it judges the retrieved letters and answers with the verdict.

Keeps LlamaIndex's dispatcher span and events; overrides ``synthesize`` because ``get_response`` gets bare strings, without
the letters they came from.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from typing import Any

import llama_index.core.instrumentation as instrument
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.instrumentation.events.synthesis import SynthesizeEndEvent, SynthesizeStartEvent
from llama_index.core.llms import MockLLM
from llama_index.core.prompts.mixin import PromptDictType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType

from agents.report import render_report
from agents.verdict import Verdict

dispatcher = instrument.get_dispatcher(__name__)  # pyright: ignore[reportPrivateImportUsage]


NameWinner = Callable[[str, Sequence[NodeWithScore], float], Verdict]
"""Judges the nodes' letters for a job description; the float is the seconds that retrieval took."""


class WinnerSynthesizer(BaseSynthesizer):
    """Answers with the report of a verdict; ``response.metadata`` holds ``verdict`` and ``screening_id``.

    ``response.source_nodes`` are one node a letter in ranking order, ``score`` the fit score (1-10).
    """

    def __init__(self, name_winner: NameWinner, *, streaming: bool = False) -> None:
        super().__init__(llm=MockLLM(), callback_manager=CallbackManager([]), streaming=streaming)
        self._name_winner = name_winner

    def _get_prompts(self) -> PromptDictType:
        return {}

    def _update_prompts(self, prompts_dict: PromptDictType) -> None:
        if prompts_dict:
            raise ValueError(
                f"the evidence judge has no prompts to update, but got {', '.join(prompts_dict)}"
            )

    def get_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> str:
        """Refuse: bare strings carry no letter ids, so no winner could be named from them."""
        raise TypeError("WinnerSynthesizer needs nodes with letter ids; call synthesize(query, nodes)")

    async def aget_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> str:
        """Refuse, as ``get_response`` does."""
        return self.get_response(query_str, text_chunks)

    @dispatcher.span
    def synthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        retrieve_seconds: float = 0.0,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        """Judge the letters behind ``nodes`` and return the report."""
        dispatcher.event(SynthesizeStartEvent(query=query))
        bundle = QueryBundle(query_str=query) if isinstance(query, str) else query
        with self._callback_manager.event(
            CBEventType.SYNTHESIZE, payload={EventPayload.QUERY_STR: bundle.query_str}
        ) as event:
            verdict = self._name_winner(bundle.query_str, nodes, retrieve_seconds)
            response = self._respond(verdict, nodes, additional_source_nodes or ())
            event.on_end(payload={EventPayload.RESPONSE: response})
        dispatcher.event(SynthesizeEndEvent(query=query, response=response))
        return response

    @dispatcher.span
    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        retrieve_seconds: float = 0.0,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        """Do the same in a thread, so that the event loop stays free."""
        response = await asyncio.to_thread(
            self.synthesize, query, nodes, additional_source_nodes, retrieve_seconds=retrieve_seconds
        )
        if isinstance(response, StreamingResponse):
            return AsyncStreamingResponse(
                _async_lines(str(response)), source_nodes=response.source_nodes, metadata=response.metadata
            )
        return response

    def _respond(
        self, verdict: Verdict, nodes: Sequence[NodeWithScore], extra: Sequence[NodeWithScore]
    ) -> Response | StreamingResponse:
        by_key = {node.node.metadata["letter_key"]: node.node for node in nodes}
        ranked = [
            NodeWithScore(node=by_key[entry.assessment.letter_key], score=entry.score)
            for entry in verdict.ranking
        ]
        source_nodes = [*ranked, *extra]
        metadata = {"verdict": verdict, "screening_id": verdict.screening_id}
        report = render_report(verdict)
        if self._streaming:
            return StreamingResponse(_lines(report), source_nodes=source_nodes, metadata=metadata)
        return Response(report, source_nodes=source_nodes, metadata=metadata)


def _lines(report: str) -> Generator[str, None, None]:
    yield from report.splitlines(keepends=True)


async def _async_lines(report: str) -> AsyncGenerator[str, None]:
    for line in report.splitlines(keepends=True):
        yield line

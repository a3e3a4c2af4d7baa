from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import llama_index.core.instrumentation as instrument
import pytest
from llama_index.core.base.response.schema import AsyncStreamingResponse, Response, StreamingResponse
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.instrumentation.events.synthesis import SynthesizeEndEvent, SynthesizeStartEvent
from llama_index.core.instrumentation.span import SimpleSpan
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.llms import MockLLM
from llama_index.core.prompts import PromptTemplate
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import Field

from agents.report import render_report
from agents.verdict import Assessment, Finding, Posting, Quote, Ranked, Requirement, Verdict, Winner
from agents.winner import WinnerSynthesizer

REQUIREMENT = Requirement("r1", "cooking", "must", 2.0)
MET = Finding("r1", "met", 0.9, Quote("I cooked", 0, 8))
NOT_SHOWN = Finding("r1", "not_shown", 0.9, None)
VERDICT = Verdict(
    screening_id="s-1",
    strategy="evidence",
    posting=Posting("default", "We need a cook", (REQUIREMENT,)),
    winner=Winner("2", None, 10.0, "Letter 2 plainly shows 1 of 1 requirements.", ()),
    declined_because=None,
    ranking=(
        Ranked(1, Assessment(22, "2", None, 0.5, (MET,)), 10.0, None),
        Ranked(2, Assessment(11, "1", None, 0.6, (NOT_SHOWN,)), 1.0, None),
    ),
    unjudged=(),
    pool=2,
    warnings=(),
    pipeline={"name": "offline"},
)
EMPTY = replace(VERDICT, winner=None, declined_because="The posting holds no letters.", ranking=(), pool=0)


def node(key: int) -> NodeWithScore:
    """A retrieved letter."""
    return NodeWithScore(
        node=TextNode(id_=str(key), text="I cooked", metadata={"letter_key": key}), score=0.03
    )


class Screening:
    """Names the winner that it was given, and remembers what it was asked and where it ran."""

    def __init__(self, verdict: Verdict = VERDICT) -> None:
        self.verdict = verdict
        self.calls: list[tuple[str, list[int], float]] = []
        self.threads: list[threading.Thread] = []

    def __call__(self, job: str, nodes: Sequence[NodeWithScore], retrieve_seconds: float) -> Verdict:
        """Answer with the verdict."""
        self.calls.append((job, [one.node.metadata["letter_key"] for one in nodes], retrieve_seconds))
        self.threads.append(threading.current_thread())
        return self.verdict


class Listening(BaseEventHandler):
    """Keeps the events it hears."""

    heard: list[BaseEvent] = Field(default_factory=list)

    def handle(self, event: BaseEvent, **kwargs: Any) -> None:
        """Keep the event."""
        self.heard.append(event)


@pytest.fixture
def listening() -> Iterator[tuple[Listening, SimpleSpanHandler]]:
    """An event handler and a span handler at LlamaIndex's root dispatcher, as an observer would add them."""
    root = instrument.get_dispatcher()  # pyright: ignore[reportPrivateImportUsage]
    before = [*root.event_handlers], [*root.span_handlers]
    events, spans = Listening(), SimpleSpanHandler()
    root.add_event_handler(events)
    root.add_span_handler(spans)
    yield events, spans
    root.event_handlers, root.span_handlers = before


def test_it_answers_with_the_report_and_the_verdict() -> None:
    """`str(response)` is the report; the metadata hold the verdict itself and the screening's id."""
    screening = Screening()
    response = WinnerSynthesizer(screening).synthesize("We need a cook", [node(11), node(22)])
    assert isinstance(response, Response)
    assert str(response) == render_report(VERDICT)
    assert response.metadata == {"verdict": VERDICT, "screening_id": "s-1"}
    assert screening.calls == [("We need a cook", [11, 22], 0.0)]


def test_source_nodes_stand_in_ranking_order_with_the_fit_score() -> None:
    """Not in the order of retrieval, nor with its score; more nodes that were passed along follow."""
    response = WinnerSynthesizer(Screening()).synthesize("a cook", [node(11), node(22)], [node(33)])
    assert [(one.node.metadata["letter_key"], one.score) for one in response.source_nodes] == [
        (22, 10.0),
        (11, 1.0),
        (33, 0.03),
    ]


def test_a_query_bundle_is_taken_as_a_string_is() -> None:
    """A retriever hands on a bundle; a person types a string."""
    screening = Screening()
    WinnerSynthesizer(screening).synthesize(QueryBundle("a cook"), [node(11), node(22)], retrieve_seconds=0.5)
    assert screening.calls == [("a cook", [11, 22], 0.5)]


def test_an_empty_pool_is_answered_with_the_reason() -> None:
    """LlamaIndex's own synthesizers answer "Empty Response" to zero nodes."""
    response = WinnerSynthesizer(Screening(EMPTY)).synthesize("a cook", [])
    assert str(response) == (
        "WINNER ID: none      MATCH SCORE: none\n"
        "DECISION RATIONALE: no winner is named. The posting holds no letters."
    )
    assert response.source_nodes == []


def test_asking_asynchronously_gives_the_same_in_another_thread() -> None:
    """The event loop stays free while letters are judged."""
    screening = Screening()
    synthesizer = WinnerSynthesizer(screening)
    response = asyncio.run(
        synthesizer.asynthesize("a cook", [node(11), node(22)], [node(33)], retrieve_seconds=0.25)
    )
    assert str(response) == render_report(VERDICT)
    assert response.metadata == {"verdict": VERDICT, "screening_id": "s-1"}
    assert [one.node.metadata["letter_key"] for one in response.source_nodes] == [22, 11, 33]
    assert screening.calls == [("a cook", [11, 22], 0.25)]
    assert screening.threads[0] is not threading.main_thread()


def test_streaming_yields_the_report_once_the_verdict_exists() -> None:
    """The verdict is there before the first line; the lines together are the report."""
    response = WinnerSynthesizer(Screening(), streaming=True).synthesize("a cook", [node(11), node(22)])
    assert isinstance(response, StreamingResponse)
    assert response.metadata == {"verdict": VERDICT, "screening_id": "s-1"}
    lines = list(response.response_gen)
    assert len(lines) > 1
    assert "".join(lines) == render_report(VERDICT)


def test_streaming_asynchronously_yields_the_same_lines() -> None:
    """With an async generator, as LlamaIndex's callers expect."""

    async def lines() -> list[str]:
        synthesizer = WinnerSynthesizer(Screening(), streaming=True)
        response = await synthesizer.asynthesize("a cook", [node(11), node(22)])
        assert isinstance(response, AsyncStreamingResponse)
        assert response.metadata == {"verdict": VERDICT, "screening_id": "s-1"}
        assert len(response.source_nodes) == 2
        return [line async for line in response.async_response_gen()]

    assert "".join(asyncio.run(lines())) == render_report(VERDICT)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_an_observer_hears_start_and_end_and_sees_the_span(
    asynchronous: bool, listening: tuple[Listening, SimpleSpanHandler]
) -> None:
    """LlamaIndex's instrumentation keeps working although `synthesize` is our own."""
    events, spans = listening
    synthesizer = WinnerSynthesizer(Screening())
    if asynchronous:
        asyncio.run(synthesizer.asynthesize("a cook", [node(11), node(22)]))
    else:
        synthesizer.synthesize("a cook", [node(11), node(22)])
    own = [event for event in events.heard if isinstance(event, SynthesizeStartEvent | SynthesizeEndEvent)]
    assert [type(event) for event in own] == [SynthesizeStartEvent, SynthesizeEndEvent]
    assert isinstance(own[1], SynthesizeEndEvent)
    assert str(own[1].response) == render_report(VERDICT)
    names = [span.id_.split("-")[0] for span in spans.completed_spans if isinstance(span, SimpleSpan)]
    assert "WinnerSynthesizer.synthesize" in names
    assert ("WinnerSynthesizer.asynthesize" in names) == asynchronous
    assert {event.span_id for event in own} == {
        span.id_ for span in spans.completed_spans if span.id_.startswith("WinnerSynthesizer.synthesize-")
    }


def test_a_failure_drops_the_span_and_is_not_swallowed(
    listening: tuple[Listening, SimpleSpanHandler],
) -> None:
    """An observer sees that it failed, and so does the caller."""

    def failing(job: str, nodes: Sequence[NodeWithScore], retrieve_seconds: float) -> Verdict:
        raise RuntimeError("no disk left")

    with pytest.raises(RuntimeError, match="no disk left"):
        WinnerSynthesizer(failing).synthesize("a cook", [node(11)])
    events, spans = listening
    assert [span.id_.split("-")[0] for span in spans.dropped_spans] == ["WinnerSynthesizer.synthesize"]
    assert not any(isinstance(event, SynthesizeEndEvent) for event in events.heard)


def test_bare_strings_are_refused() -> None:
    """`get_response` has lost the letters' ids: no winner can be named from it."""
    synthesizer = WinnerSynthesizer(Screening())
    with pytest.raises(TypeError, match="needs nodes with letter ids"):
        synthesizer.get_response("a cook", ["I cooked"])
    with pytest.raises(TypeError, match="needs nodes with letter ids"):
        asyncio.run(synthesizer.aget_response("a cook", ["I cooked"]))


def test_there_are_no_prompts_to_change() -> None:
    """An update that would be ignored is refused instead."""
    synthesizer = WinnerSynthesizer(Screening())
    assert synthesizer.get_prompts() == {}
    synthesizer.update_prompts({})
    with pytest.raises(ValueError, match="no prompts to update, but got text_qa_template"):
        synthesizer._update_prompts({"text_qa_template": PromptTemplate("{context_str}")})


def test_it_holds_no_language_model_but_the_mock() -> None:
    """With a key in the environment an absent LLM becomes OpenAI's."""
    assert isinstance(WinnerSynthesizer(Screening())._llm, MockLLM)

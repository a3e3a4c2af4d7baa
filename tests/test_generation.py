from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from tiny_llms import KINDS

from agents.local_llm import GenerationCancelled, LocalLLM, load_llm

ALL = [*KINDS, *(f"{kind}-base" for kind in KINDS)]
Loader = Callable[..., LocalLLM]
SYSTEM, USER, ASSISTANT = MessageRole.SYSTEM, MessageRole.USER, MessageRole.ASSISTANT
TALK = [
    ChatMessage(role=SYSTEM, content="You read letters."),
    ChatMessage(role=USER, content="Who leads?"),
    ChatMessage(role=ASSISTANT, content="Letter 171."),
    ChatMessage(role=USER, content="Why?"),
]
PROMPTS = [
    "I led",
    "Dear hiring manager, I hold an AWS certification and I managed two finance projects.",
    "Requirement: five years",
]


@pytest.mark.parametrize("kind", ALL)
def test_a_stream_says_what_complete_says(tiny_llm: Loader, kind: str) -> None:
    """Its pieces add up, and no character comes in halves."""
    model = tiny_llm(kind)
    whole = model.complete(PROMPTS[1], max_new_tokens=24)
    pieces = list(model.stream_complete(PROMPTS[1], max_new_tokens=24))
    assert "".join(piece.delta or "" for piece in pieces) == whole.text
    assert (pieces[-1].text, pieces[-1].additional_kwargs) == (whole.text, whole.additional_kwargs)


def test_a_stream_holds_back_what_may_be_a_stop(tiny_llm: Loader) -> None:
    """Nothing of the stop text is ever shown."""
    model = tiny_llm("qwen2-base")
    whole = model.complete(PROMPTS[0], max_new_tokens=20).text
    stop = whole[5:9]
    texts = [piece.text for piece in model.stream_complete(PROMPTS[0], max_new_tokens=20, stop=stop)]
    assert texts[-1] == whole[: whole.index(stop)]
    assert all(texts[-1].startswith(text) for text in texts)


def failing_after(model: LocalLLM, tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model's forward pass fail after some tokens."""
    forward, calls = model.model.forward, iter(range(10_000))

    def fails(*args: Any, **kwargs: Any) -> Any:
        if next(calls) >= tokens:
            raise RuntimeError("out of memory")
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.model, "forward", fails)


@pytest.mark.parametrize("tokens", [0, 3])
def test_a_stream_ends_when_generation_fails(
    tiny_llm_folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tokens: int
) -> None:
    """The failure is raised to whoever reads; the reader never waits for ever."""
    model = load_llm(str(tiny_llm_folders("llama-base")), precision="fp32", device="cpu")
    failing_after(model, tokens, monkeypatch)
    with pytest.raises(RuntimeError, match="out of memory"):
        list(model.stream_complete(PROMPTS[0], max_new_tokens=20))
    with pytest.raises(RuntimeError, match="out of memory"):
        list(model.stream_chat(TALK, max_new_tokens=20))

    async def read() -> None:
        async for _ in await model.astream_chat(TALK, max_new_tokens=20):
            pass

    with pytest.raises(RuntimeError, match="out of memory"):
        asyncio.run(read())
    assert [t.name for t in threading.enumerate() if t.name == "winnow-generation"] == []


def counted(model: LocalLLM, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the model's forward passes, each made slow enough to be overtaken."""
    forward, calls = model.model.forward, []

    def slow(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        time.sleep(0.01)
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.model, "forward", slow)
    return calls


def test_generation_stops_when_nobody_reads(
    tiny_llm_folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who leaves a stream early, in a loop or in asyncio, stops it within a token or two."""
    model = load_llm(str(tiny_llm_folders("llama-base")), precision="fp32", device="cpu")
    calls = counted(model, monkeypatch)
    for _ in model.stream_complete(PROMPTS[0], max_new_tokens=400):
        break
    after = len(calls)
    assert after < 30
    time.sleep(0.1)
    assert len(calls) == after

    async def leave() -> None:
        stream: Any = await model.astream_complete(PROMPTS[0], max_new_tokens=400)
        async for _ in stream:
            break
        await stream.aclose()

    calls.clear()
    asyncio.run(leave())
    assert len(calls) < 30
    assert model.complete(PROMPTS[0], max_new_tokens=2).text  # the model is free again


def test_cancel_stops_within_a_token(
    tiny_llm_folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One text, a batch and a stream; what was generated so far is not returned."""
    model = load_llm(str(tiny_llm_folders("llama-base")), precision="fp32", device="cpu")
    calls = counted(model, monkeypatch)

    def cancelled_soon() -> threading.Event:
        cancel = threading.Event()
        threading.Timer(0.1, cancel.set).start()
        calls.clear()
        return cancel

    with pytest.raises(GenerationCancelled, match=r"stopped after \d+ tokens"):
        model.complete(PROMPTS[0], max_new_tokens=400, cancel=cancelled_soon())
    assert len(calls) < 40
    with pytest.raises(GenerationCancelled):
        model.complete_many(PROMPTS, max_new_tokens=400, cancel=cancelled_soon())
    with pytest.raises(GenerationCancelled):
        list(model.stream_complete(PROMPTS[0], max_new_tokens=400, cancel=cancelled_soon()))
    before = threading.Event()
    before.set()
    calls.clear()
    with pytest.raises(GenerationCancelled, match="before the first token"):
        model.complete(PROMPTS[0], cancel=before)
    assert calls == []


def test_async_methods_leave_the_loop_free(
    tiny_llm_folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While each of the four generates, another task goes on."""
    model = load_llm(str(tiny_llm_folders("llama-base")), precision="fp32", device="cpu")
    counted(model, monkeypatch)
    expected = model.complete(PROMPTS[0], max_new_tokens=15).text

    async def ticks(done: asyncio.Event) -> int:
        count = 0
        while not done.is_set():
            await asyncio.sleep(0.005)
            count += 1
        return count

    async def beside(answer: Any) -> tuple[Any, int]:
        done = asyncio.Event()
        ticking = asyncio.create_task(ticks(done))
        result = await answer
        done.set()
        return result, await ticking

    async def last(stream: Any) -> Any:
        return [piece async for piece in await stream][-1]

    async def ask() -> list[tuple[Any, int]]:
        talk = [ChatMessage(role=USER, content=PROMPTS[0])]
        return [
            await beside(model.acomplete(PROMPTS[0], max_new_tokens=15)),
            await beside(last(model.astream_complete(PROMPTS[0], max_new_tokens=15))),
            await beside(model.achat(talk, max_new_tokens=15)),
            await beside(last(model.astream_chat(talk, max_new_tokens=15))),
        ]

    answers = asyncio.run(ask())
    assert [count > 5 for _, count in answers] == [True] * 4
    texts = [getattr(answer, "text", None) or answer.message.content for answer, _ in answers]
    assert texts == [expected] * 4


def test_threads_are_answered_one_after_the_other(tiny_llm: Loader) -> None:
    """The same answers as alone."""
    model = tiny_llm("qwen2")
    expected = [model.complete(prompt, max_new_tokens=8).text for prompt in PROMPTS]
    found: dict[int, str] = {}

    def ask(place: int) -> None:
        found[place] = model.complete(PROMPTS[place % 3], max_new_tokens=8).text

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[place] for place in range(6)] == expected * 2

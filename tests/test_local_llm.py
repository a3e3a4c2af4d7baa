from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from tiny_llms import KINDS

from agents.llms import LLMError
from agents.local_llm import ContextError, LocalLLM

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


@pytest.mark.parametrize("precision", ["fp32", "bf16", "nf4"])
@pytest.mark.parametrize("kind", ALL)
def test_every_kind_answers_in_every_precision_and_always_the_same(
    tiny_llm: Loader, kind: str, precision: str
) -> None:
    """Greedy although the model's own settings sample; warnings are errors here."""
    model = tiny_llm(kind, precision)
    once, again = (model.complete(PROMPTS[0], max_new_tokens=6) for _ in range(2))
    assert once.text == again.text
    assert once.additional_kwargs["finish_reason"] in {"stop", "length"}
    assert not model.model.training


def best_next(model: LocalLLM, ids: list[int], count: int) -> list[int]:
    """The most probable tokens, one forward pass of the whole text each, until an end token."""
    new: list[int] = []
    for _ in range(count):
        with torch.no_grad():
            token = int(model.model(input_ids=torch.tensor([ids + new])).logits[0, -1].argmax())
        if token in model._ends:
            break
        new.append(token)
    return new


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_means_the_most_probable_token_each_time(tiny_llm: Loader, kind: str) -> None:
    """No repetition penalty, no temperature, no top-k of the published settings."""
    model = tiny_llm(kind)
    ids = model.token_ids(model.chat_prompt(TALK))
    assert model.generate_ids(ids, max_new_tokens=12) == best_next(model, ids, 12)


@pytest.mark.parametrize("kind", ALL)
def test_a_batch_answers_as_one_at_a_time(tiny_llm: Loader, kind: str) -> None:
    """Shorter prompts are filled from the left and masked; the order asked is the order answered."""
    model = tiny_llm(kind)
    single = [model.complete(prompt, max_new_tokens=10).text for prompt in PROMPTS]
    assert [answer.text for answer in model.complete_many(PROMPTS, max_new_tokens=10)] == single
    assert [a.text for a in model.complete_many(PROMPTS, batch_size=2, max_new_tokens=10)] == single
    assert model.complete_many([]) == []


def test_options_hold_for_the_call_they_are_given_to(tiny_llm: Loader) -> None:
    """How long, and where to stop; the next call is as before."""
    model = tiny_llm("qwen2-base")
    whole = model.complete(PROMPTS[0], max_new_tokens=12).text
    stop = whole[len(whole) // 2 :][:2]
    cut = model.complete(PROMPTS[0], max_new_tokens=12, stop=[stop, "never there"])
    assert cut.text == whole[: whole.index(stop)]
    assert cut.additional_kwargs == {"finish_reason": "stop"}
    short = model.complete(PROMPTS[0], max_new_tokens=3)
    assert whole.startswith(short.text)
    assert short.additional_kwargs == {"finish_reason": "length"}
    assert model.complete(PROMPTS[0], max_new_tokens=12).text == whole


def test_sampling_repeats_with_its_seed(tiny_llm: Loader) -> None:
    """Another seed, another text; the process's own random numbers go on undisturbed."""
    model = tiny_llm("llama-base")

    def sampled(seed: int | None) -> str:
        return model.complete(PROMPTS[0], max_new_tokens=12, temperature=1.5, top_p=0.95, seed=seed).text

    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    assert sampled(1) == sampled(1)
    assert torch.rand(1) == expected
    assert len({sampled(seed) for seed in range(4)}) > 1
    assert sampled(None) == sampled(0)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"max_tokens": 5}, r"an option must be one of max_new_tokens, .*, but got max_tokens"),
        ({"max_new_tokens": 0}, "max_new_tokens must be at least 1, but got 0"),
        ({"temperature": -1.0}, "temperature must be 0 or more, but got -1"),
        ({"top_p": 0.0}, "top_p must be above 0 and at most 1, but got 0"),
        ({"stop": [""]}, "stop must hold no empty text"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_option_is_honoured_or_refused(tiny_llm: Loader, options: dict[str, Any], expected: str) -> None:
    """Never silently dropped."""
    with pytest.raises(LLMError, match=expected):
        tiny_llm("qwen2").complete("I led", **options)


@pytest.mark.parametrize("ending", ["<|end|>", "<|assistant|>", "<|endoftext|>"])
def test_every_end_token_ends_the_answer(tiny_llm: Loader, ending: str) -> None:
    """Those of the model's settings and the tokenizer's own; none is returned."""
    model = tiny_llm("phi3")
    number = model.tokenizer.convert_tokens_to_ids(ending)

    def force(ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        forced = torch.full_like(scores, -torch.inf)
        forced[:, number if ids.shape[1] >= 8 else 300] = 0.0
        return forced

    ids = model.token_ids("I led")[:6]
    assert model.generate_ids([*ids, *[9] * (6 - len(ids))], max_new_tokens=9, logits_processor=force) == [
        300,
        300,
    ]


def test_a_prompt_that_does_not_fit_is_refused(tiny_llm: Loader) -> None:
    """In words: how many tokens, how large the window, what to do."""
    model = tiny_llm("qwen2-base")
    window = model.metadata.context_window
    assert window == 1024
    ids = [5] * (window - 10)
    assert len(model.generate_ids(ids, max_new_tokens=10)) <= 10
    expected = r"must fit tiny-qwen2-base\d+'s window of 1024 tokens, but have 1014 \+ 11: shorten the prompt"
    with pytest.raises(ContextError, match=expected):
        model.generate_ids(ids, max_new_tokens=11)
    with pytest.raises(ContextError, match="at least one token"):
        model.complete("")
    with pytest.raises(ContextError):
        model.stream_complete("a " * 2000)

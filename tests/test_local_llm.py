from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms import LLM

from agents.llms import LLMError, folder_revision
from agents.local_llm import ContextError, GenerationCancelled, LocalLLM, load_llm
from agents.prompt_form import TEMPLATE_DATE
from agents.weights import quiet_peft

KINDS = ["qwen2", "phi3", "llama", "granite", "qwen3"]
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


@pytest.fixture(scope="module")
def llm(tiny_llm_folders: Callable[[str], Path]) -> Loader:
    """From a kind and a precision to a loaded model, loaded once."""
    loaded: dict[tuple[str, str], LocalLLM] = {}

    def load(kind: str, precision: str = "fp32") -> LocalLLM:
        if (kind, precision) not in loaded:
            loaded[kind, precision] = load_llm(str(tiny_llm_folders(kind)), precision=precision, device="cpu")
        return loaded[kind, precision]

    return load


# --- prompts ------------------------------------------------------------------------------------------------------

EXPECTED_TALK = {
    "qwen2": "<|im_start|>system\nYou read letters.<|im_end|>\n<|im_start|>user\nWho leads?<|im_end|>\n"
    "<|im_start|>assistant\nLetter 171.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n",
    "qwen3": "<|im_start|>system\nYou read letters.<|im_end|>\n<|im_start|>user\nWho leads?<|im_end|>\n"
    "<|im_start|>assistant\nLetter 171.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    "<think>\n\n</think>\n\n",
    "phi3": "<|system|>\nYou read letters.<|end|>\n<|user|>\nWho leads?<|end|>\n<|assistant|>\nLetter 171.<|end|>\n"
    "<|user|>\nWhy?<|end|>\n<|assistant|>\n",
    "llama": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou read letters.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nWho leads?<|eot_id|><|start_header_id|>assistant<|end_header_id|>"
    "\n\nLetter 171.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "granite": "<|start_of_role|>system<|end_of_role|>You read letters.<|end_of_text|>\n"
    "<|start_of_role|>user<|end_of_role|>Who leads?<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"
    "Letter 171.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Why?<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_model_is_asked_in_its_own_form(llm: Loader, kind: str) -> None:
    """Its template, with Qwen 3's thinking switched off."""
    assert llm(kind).chat_prompt(TALK) == EXPECTED_TALK[kind]
    assert llm(kind).metadata.is_chat_model


@pytest.mark.parametrize("kind", KINDS)
def test_a_base_model_gets_plain_text(llm: Loader, kind: str) -> None:
    """Just the texts, with an empty line between them."""
    base = llm(f"{kind}-base")
    assert base.chat_prompt(TALK) == "You read letters.\n\nWho leads?\n\nLetter 171.\n\nWhy?"
    assert not base.metadata.is_chat_model


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_prompt_has_the_templates_own_tokens(llm: Loader, kind: str) -> None:
    """As transformers itself makes them: no second first token, and none where the template writes none."""
    model = llm(kind)
    expected = model.tokenizer.apply_chat_template(
        [{"role": message.role.value, "content": message.content} for message in TALK],
        add_generation_prompt=True,
        enable_thinking=False,
        return_dict=False,
    )
    assert model.token_ids(model.chat_prompt(TALK)) == expected


@pytest.mark.parametrize(
    ("kind", "first"),
    [("qwen2-base", None), ("phi3-base", "<s>"), ("llama-base", "<|begin_of_text|>"), ("granite-base", None)],
)
def test_a_plain_prompt_begins_with_the_first_token_once(llm: Loader, kind: str, first: str | None) -> None:
    """Where the model has one; a text that already spells it gets no second one."""
    model = llm(kind)
    plain = model.token_ids("I led")
    if first is None:
        assert plain == model.tokenizer.encode("I led", add_special_tokens=False)
        return
    number = model.tokenizer.convert_tokens_to_ids(first)
    assert plain == model.tokenizer.encode("I led")
    assert plain.count(number) == 1
    assert model.token_ids(f"{first}I led").count(number) == 1


def test_todays_date_is_in_no_prompt(llm: Loader) -> None:
    """Granite's template asks for it; the same letter must give the same prompt tomorrow."""
    prompt = llm("granite").chat_prompt([ChatMessage(role=USER, content="Hello")])
    assert f"Today's Date: {TEMPLATE_DATE}.\n" in prompt
    assert time.strftime("%B %d, %Y") not in prompt
    assert llm("granite").fingerprint()["template_date"] == TEMPLATE_DATE


def test_a_base_row_stays_a_base_model_whatever_its_tokenizer_brings(
    tiny_llm_folders: Callable[[str], Path],
) -> None:
    """Qwen2.5-3B's tokenizer holds a chat template that the model was never trained on."""
    base = load_llm(f"qwen2.5-3b={tiny_llm_folders('qwen2')}", precision="fp32", device="cpu")
    assert not base.metadata.is_chat_model
    assert base.chat_prompt(TALK[:2]) == "You read letters.\n\nWho leads?"


# --- harmless text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_can_spell_a_token_of_the_models_own(llm: Loader, kind: str) -> None:
    """Each added token, special or not, alone, between words, twice, nested in itself and in another."""
    model = llm(kind)
    added = model.tokenizer.added_tokens_decoder
    assert len(added) > 5
    for token in (token.content for token in added.values()):
        half = len(token) // 2
        spelled = [
            token,
            f"I led{token}a team",
            f"\n{token}\nsystem\n",
            token * 2,
            f"{token[:half]}{token}{token[half:]}",
            f"{token[0]} {token}",
            f" {token} ",
        ]
        for text in spelled:
            safe = model.harmless(text)
            ids = model.tokenizer.encode(f"a {safe} b", add_special_tokens=False)
            assert set(ids) & set(added) == set(), (token, text, safe)
            assert safe.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("kind", KINDS)
def test_other_text_comes_back_as_it_is(llm: Loader, kind: str) -> None:
    """Signs that only look like tokens are left alone."""
    text = "I led a team of <9> | nurses;  C++ < Rust > Go. 👩‍🍳 naïve \tend <|nothing|>\n"
    assert llm(kind).harmless(text) == text


# --- generation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["fp32", "bf16", "nf4"])
@pytest.mark.parametrize("kind", ALL)
def test_every_kind_answers_in_every_precision_and_always_the_same(
    llm: Loader, kind: str, precision: str
) -> None:
    """Greedy although the model's own settings sample; warnings are errors here."""
    model = llm(kind, precision)
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
def test_greedy_means_the_most_probable_token_each_time(llm: Loader, kind: str) -> None:
    """No repetition penalty, no temperature, no top-k of the published settings."""
    model = llm(kind)
    ids = model.token_ids(model.chat_prompt(TALK))
    assert model.generate_ids(ids, max_new_tokens=12) == best_next(model, ids, 12)


@pytest.mark.parametrize("kind", ALL)
def test_a_batch_answers_as_one_at_a_time(llm: Loader, kind: str) -> None:
    """Shorter prompts are filled from the left and masked; the order asked is the order answered."""
    model = llm(kind)
    single = [model.complete(prompt, max_new_tokens=10).text for prompt in PROMPTS]
    assert [answer.text for answer in model.complete_many(PROMPTS, max_new_tokens=10)] == single
    assert [a.text for a in model.complete_many(PROMPTS, batch_size=2, max_new_tokens=10)] == single
    assert model.complete_many([]) == []


def test_options_hold_for_the_call_they_are_given_to(llm: Loader) -> None:
    """How long, and where to stop; the next call is as before."""
    model = llm("qwen2-base")
    whole = model.complete(PROMPTS[0], max_new_tokens=12).text
    stop = whole[len(whole) // 2 :][:2]
    cut = model.complete(PROMPTS[0], max_new_tokens=12, stop=[stop, "never there"])
    assert cut.text == whole[: whole.index(stop)]
    assert cut.additional_kwargs == {"finish_reason": "stop"}
    short = model.complete(PROMPTS[0], max_new_tokens=3)
    assert whole.startswith(short.text)
    assert short.additional_kwargs == {"finish_reason": "length"}
    assert model.complete(PROMPTS[0], max_new_tokens=12).text == whole


def test_sampling_repeats_with_its_seed(llm: Loader) -> None:
    """Another seed, another text; the process's own random numbers go on undisturbed."""
    model = llm("llama-base")

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
def test_an_option_is_honoured_or_refused(llm: Loader, options: dict[str, Any], expected: str) -> None:
    """Never silently dropped."""
    with pytest.raises(LLMError, match=expected):
        llm("qwen2").complete("I led", **options)


@pytest.mark.parametrize("ending", ["<|end|>", "<|assistant|>", "<|endoftext|>"])
def test_every_end_token_ends_the_answer(llm: Loader, ending: str) -> None:
    """Those of the model's settings and the tokenizer's own; none is returned."""
    model = llm("phi3")
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


def test_a_prompt_that_does_not_fit_is_refused(llm: Loader) -> None:
    """In words: how many tokens, how large the window, what to do."""
    model = llm("qwen2-base")
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


# --- streams, cancel, async -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL)
def test_a_stream_says_what_complete_says(llm: Loader, kind: str) -> None:
    """Its pieces add up, and no character comes in halves."""
    model = llm(kind)
    whole = model.complete(PROMPTS[1], max_new_tokens=24)
    pieces = list(model.stream_complete(PROMPTS[1], max_new_tokens=24))
    assert "".join(piece.delta or "" for piece in pieces) == whole.text
    assert (pieces[-1].text, pieces[-1].additional_kwargs) == (whole.text, whole.additional_kwargs)


def test_a_stream_holds_back_what_may_be_a_stop(llm: Loader) -> None:
    """Nothing of the stop text is ever shown."""
    model = llm("qwen2-base")
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


def test_threads_are_answered_one_after_the_other(llm: Loader) -> None:
    """The same answers as alone."""
    model = llm("qwen2")
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


# --- adapters, identity, interface ----------------------------------------------------------------------------------


def adapter_for(folder: Path, modules: list[str], to: Path) -> Path:
    """Save a LoRA adapter whose numbers are large enough to change every answer."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    settings = LoraConfig(r=4, lora_alpha=8, target_modules=modules, task_type="CAUSAL_LM")
    with quiet_peft():
        model = get_peft_model(base, settings)
    torch.manual_seed(3)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.5)
    model.save_pretrained(str(to))
    return to


@pytest.mark.parametrize("precision", ["fp32", "bf16", "nf4"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_adapter_changes_the_answers_of_its_base(
    llm: Loader, tiny_llm_folders: Callable[[str], Path], tmp_path: Path, kind: str, precision: str
) -> None:
    """On every family and in 4 bits too, unmerged, and named in the fingerprint."""
    folder = tiny_llm_folders(kind)
    modules = ["qkv_proj", "down_proj"] if kind == "phi3" else ["q_proj", "down_proj"]
    adapter = adapter_for(folder, modules, tmp_path / "adapter")
    tuned = load_llm(f"{folder}+{adapter}", precision=precision, device="cpu")
    assert tuned.metadata.context_window == 1024
    assert tuned.fingerprint()["adapter"] == folder_revision(adapter)
    assert tuned.fingerprint()["revision"] == llm(kind, precision).fingerprint()["revision"]
    assert " with the adapter adapter in " in tuned.describe()
    assert any(name.endswith("lora_A.default.weight") for name, _ in tuned.model.named_parameters())
    ids = llm(kind).token_ids(llm(kind).chat_prompt(TALK))
    with torch.no_grad():
        plain = llm(kind, precision).model(input_ids=torch.tensor([ids])).logits[0, -1]
        changed = tuned.model(input_ids=torch.tensor([ids])).logits[0, -1]
    assert (plain - changed).abs().max() > 0.1
    assert tuned.generate_ids(ids, max_new_tokens=4) == tuned.generate_ids(ids, max_new_tokens=4)


def test_an_adapter_that_does_not_fit_is_refused(
    tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """Another family's modules are not there."""
    adapter = adapter_for(tiny_llm_folders("phi3"), ["qkv_proj"], tmp_path / "adapter")
    with pytest.raises(LLMError, match=r"the adapter .* must fit .*, but does not"):
        load_llm(f"{tiny_llm_folders('qwen2')}+{adapter}", device="cpu")


def test_a_model_says_what_it_is(tiny_llm_folders: Callable[[str], Path]) -> None:
    """Aloud before it is loaded, in one sentence afterwards, and in its fingerprint."""
    said: list[str] = []
    folder = tiny_llm_folders("qwen2")
    model = load_llm(str(folder), precision="nf4", device="cpu", say=said.append)
    assert said == [f"Loading {folder.name} in nf4: {model._choice.reason}."]
    assert model.describe() == f"{folder.name} in nf4: {model._choice.reason}."
    found = model.fingerprint()
    assert found["revision"] == folder_revision(folder)
    assert (found["precision"], found["device"], found["adapter"]) == ("nf4", "cpu", None)
    assert list(found["libraries"]) == ["bitsandbytes"]  # type: ignore[arg-type]
    assert len(str(found["template"])) == 16


def test_it_is_a_llamaindex_llm(llm: Loader) -> None:
    """Chat, complete and predict answer alike; nobody's global settings are touched."""
    from llama_index.core.prompts import PromptTemplate

    model: LLM = llm("qwen2")
    assert model.class_name() == "winnow_local_llm"
    talk = [ChatMessage(role=USER, content=PROMPTS[0])]
    chatted = model.chat(talk, max_new_tokens=5)
    assert chatted.message.role == ASSISTANT
    assert chatted.message.content == model.complete(PROMPTS[0], max_new_tokens=5).text
    streamed = list(model.stream_chat(talk, max_new_tokens=5))
    assert streamed[-1].message.content == chatted.message.content
    whole = model.predict(PromptTemplate("{text}"), text=PROMPTS[0])
    assert whole.startswith(str(chatted.message.content))


def test_loading_opens_no_socket_and_imports_no_store(tiny_llm_folders: Callable[[str], Path]) -> None:
    """In a fresh process where every connection is refused; training will load models the same way."""
    code = (
        "import loopback_only, sys; from agents.local_llm import load_llm;"
        f"m = load_llm({str(tiny_llm_folders('qwen2'))!r}, precision='nf4', device='cpu');"
        "m.complete('I led', max_new_tokens=2);"
        "print(loopback_only.ATTEMPTS, sorted({'faiss', 'ingestion.store', 'kernels'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"
    assert done.stderr == ""


def test_loading_warns_of_nothing(
    tiny_llm_folders: Callable[[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """And draws no bar on the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_llm(str(tiny_llm_folders("phi3")), device="cpu").complete("I led", max_new_tokens=2)
    assert capfd.readouterr() == ("", "")

"""A language model on this machine, as a LlamaIndex LLM: prompts in its own form, one generation at a time.

Knows nothing about letters, and imports torch: import this module where a model is loaded.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import nullcontext
from importlib.metadata import version
from typing import Any

import torch
from llama_index.core.base.llms.generic_utils import completion_response_to_chat_response
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.llms.huggingface import HuggingFaceLLM
from pydantic import JsonValue
from transformers import GenerationConfig, PreTrainedTokenizerBase
from transformers.generation.streamers import BaseStreamer

from agents.generation import (
    AnyOf,
    ContextError,
    GenerationCancelled,
    Options,
    TextEnds,
    cut_at,
    settled,
    streamed_ids,
)
from agents.llms import LLMError, LLMSource, folder_revision
from agents.precision import PrecisionChoice
from agents.prompt_form import PromptForm

__all__ = ["ContextError", "GenerationCancelled", "LLMError", "LocalLLM", "load_llm"]

NEW_TOKENS = 512
"""How long an answer may get where nothing is said, in tokens."""
BATCH = 8
"""Prompts that ``complete_many`` generates for at once."""
_SAMPLING = threading.Lock()
"""torch has one random generator a process: two models that sample at once would draw from each other's numbers."""


class LocalLLM(HuggingFaceLLM):
    """One loaded model. Whatever asks it, in whatever thread, is answered one generation after the other."""

    _source: LLMSource = PrivateAttr()
    _adapter: str | None = PrivateAttr()
    _choice: PrecisionChoice = PrivateAttr()
    _form: PromptForm = PrivateAttr()
    _ends: frozenset[int] = PrivateAttr()
    _one_at_a_time: Any = PrivateAttr(default_factory=threading.Lock)

    def __init__(
        self,
        model: torch.nn.Module,
        tokenizer: PreTrainedTokenizerBase,
        source: LLMSource,
        choice: PrecisionChoice,
        max_new_tokens: int = NEW_TOKENS,
    ) -> None:
        """Take a loaded model and its tokenizer; ``load_llm`` is the way to get one."""
        window = int(model.config.max_position_embeddings)  # type: ignore[union-attr, arg-type]
        if source.row is not None:
            window = min(window, source.row.context)
        if source.row is not None and not source.row.chat:
            tokenizer.chat_template = None  # a base model, whatever its tokenizer brings
        super().__init__(
            context_window=window,
            max_new_tokens=min(max_new_tokens, window // 2),
            tokenizer_name=source.model,
            model_name=source.model,
            model=model,
            tokenizer=tokenizer,
            device_map=str(model.device),
            is_chat_model=tokenizer.chat_template is not None,
        )
        self._source = source
        # Now, and not when it is asked for: an adapter that is trained again meanwhile is not the one that was loaded.
        self._adapter = folder_revision(source.adapter) if source.adapter else None
        self._choice = choice
        self._form = PromptForm(tokenizer)
        self._ends = _end_tokens(model, tokenizer)
        # Published settings sample and punish repetition. Here a call says what it wants, and the rest is off.
        model.generation_config = GenerationConfig(  # type: ignore[assignment]
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=_pad_token(tokenizer, self._ends),
            bos_token_id=tokenizer.bos_token_id,
        )

    @classmethod
    def class_name(cls) -> str:
        """Return the name under which LlamaIndex reports this LLM."""
        return "winnow_local_llm"

    # --- what it is ---------------------------------------------------------------------------------------------

    @property
    def model(self) -> Any:
        """The torch module, in evaluation mode; with an adapter it is PEFT's, unmerged."""
        return self._model

    @property
    def tokenizer(self) -> Any:
        """The model's fast tokenizer."""
        return self._tokenizer

    @property
    def device(self) -> torch.device:
        """Where the model lies."""
        return self._model.device

    def describe(self) -> str:
        """Return in one sentence what runs and how it is held."""
        adapter = f" with the adapter {self._source.adapter.name}" if self._source.adapter else ""
        return f"{self._source.model}{adapter} in {self._choice.precision}: {self._choice.reason}."

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return everything about the model that an answer depends on."""
        used = [
            *(["bitsandbytes"] if self._choice.precision == "nf4" else []),
            *(["peft"] if self._source.adapter else []),
        ]
        template = self._form.template
        return {
            "model": self._source.model,
            "revision": self._source.revision,
            "adapter": self._adapter,
            "precision": self._choice.precision,
            "device": self.device.type,
            "attention": str(self._model.config._attn_implementation),  # noqa: SLF001 - it has no public name
            "template": hashlib.sha256(template.encode()).hexdigest()[:16] if template else None,
            "template_date": self._form.template_date,
            "libraries": {name: version(name) for name in used},
        }

    # --- text and tokens ----------------------------------------------------------------------------------------

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> str:
        """Return messages in the model's own form, up to where its answer begins; a base model gets their texts."""
        return self._form.chat(messages)

    def _tokenizer_messages_to_prompt(self, messages: Sequence[ChatMessage]) -> str:
        return self._form.chat(messages)

    def token_ids(self, prompt: str) -> list[int]:
        """Return a prompt's tokens, with the model's first token once where it has one."""
        return self._form.ids(prompt)

    def harmless(self, text: str) -> str:
        """Return ``text`` in which no token of the tokenizer's own can be spelled; put it between blanks or newlines."""
        return self._form.harmless(text)

    def _prompt(self, prompt: str, *, formatted: bool) -> str:
        if formatted or not self.is_chat_model:
            return prompt
        return self._form.chat([ChatMessage(role=MessageRole.USER, content=prompt)])

    # --- generation ---------------------------------------------------------------------------------------------

    def generate_ids(
        self,
        ids: Sequence[int],
        *,
        max_new_tokens: int,
        logits_processor: Any = None,
        do_sample: bool = False,
        temperature: float = 1.0,
        top_p: float = 1.0,
        seed: int | None = None,
        cancel: threading.Event | None = None,
        streamer: BaseStreamer | None = None,
    ) -> list[int]:
        """Return the tokens that follow ``ids``, without the end token; ``max_new_tokens`` of them mean it was cut off.

        Raises:
            ContextError: prompt and answer don't fit the window.
            GenerationCancelled: ``cancel`` was set; it is looked at after each token.
        """
        options = Options(max_new_tokens, temperature if do_sample else 0.0, top_p, cancel=cancel)
        return self._generate([list(ids)], options.told({"seed": seed}), logits_processor, streamer)[0]

    def complete_many(
        self, prompts: Sequence[str], *, formatted: bool = False, batch_size: int = BATCH, **options: Any
    ) -> list[CompletionResponse]:
        """Complete prompts in batches, in their order.

        Greedy answers are those of ``complete`` but for rounding: a batch sums in another order, and where two tokens
        are equally probable to the last bits, another may win. Of 192 answers of 24 tokens by six random models 192 were
        the same in fp32, 175 in bf16 and 182 in nf4 (2026-11-24, CPU). Sampled answers also depend on the whole list.
        """
        wanted = self._options(options)
        asked = [self.token_ids(self._prompt(prompt, formatted=formatted)) for prompt in prompts]
        order = sorted(range(len(asked)), key=lambda place: (len(asked[place]), place))
        answers: dict[int, CompletionResponse] = {}
        for first in range(0, len(order), batch_size):
            places = order[first : first + batch_size]
            for place, new in zip(places, self._generate([asked[p] for p in places], wanted), strict=True):
                answers[place] = self._response(new, wanted)
        return [answers[place] for place in range(len(asked))]

    def _options(self, given: dict[str, Any]) -> Options:
        return Options(self.max_new_tokens).told(given)

    def _check_window(self, ids: Sequence[int], new: int) -> None:
        if not ids:
            raise ContextError("a prompt must have at least one token, but it is empty")
        if len(ids) + new > self.context_window:
            raise ContextError(
                f"prompt and answer must fit {self.model_name}'s window of {self.context_window} tokens, but have "
                f"{len(ids)} + {new}: shorten the prompt, ask for fewer new tokens or take a model with a larger window"
            )

    def _generate(
        self,
        batch: Sequence[list[int]],
        options: Options,
        logits_processor: Any = None,
        streamer: BaseStreamer | None = None,
    ) -> list[list[int]]:
        """Return for each prompt the new tokens up to its end token. The one place where the model generates."""
        for ids in batch:
            self._check_window(ids, options.max_new_tokens)
        longest = max(len(ids) for ids in batch)
        pad = self._model.generation_config.pad_token_id
        rows = torch.tensor([[pad] * (longest - len(ids)) + ids for ids in batch], device=self.device)
        mask = torch.tensor(
            [[0] * (longest - len(ids)) + [1] * len(ids) for ids in batch], device=self.device
        )
        sampled = options.temperature > 0
        how = {"temperature": options.temperature, "top_p": options.top_p, "top_k": 0} if sampled else {}
        ends = TextEnds(self._form.text, longest, options.stop, options.cancel)
        processors = logits_processor if isinstance(logits_processor, list | None) else [logits_processor]
        with (
            self._one_at_a_time,
            torch.no_grad(),
            _seeded(options.seed, self.device) if sampled else nullcontext(),
        ):
            if options.cancel is not None and options.cancel.is_set():
                raise GenerationCancelled("stopped before the first token")
            out = self._model.generate(
                input_ids=rows,
                attention_mask=mask,
                generation_config=GenerationConfig(
                    max_new_tokens=options.max_new_tokens,
                    do_sample=sampled,
                    eos_token_id=sorted(self._ends) or None,
                    pad_token_id=pad,
                    **how,
                ),
                logits_processor=processors,
                stopping_criteria=[ends],
                streamer=streamer,
            )
        if options.cancel is not None and options.cancel.is_set():
            raise GenerationCancelled(f"stopped after {out.shape[1] - longest} tokens")
        return [self._until_end(row) for row in out[:, longest:].tolist()]

    def _until_end(self, ids: list[int]) -> list[int]:
        for place, token in enumerate(ids):
            if token in self._ends:
                return ids[:place]
        return ids

    def _response(self, ids: Sequence[int], options: Options) -> CompletionResponse:
        text = self._form.text(ids)
        kept = cut_at(text, options.stop)
        cut_off = len(ids) >= options.max_new_tokens and kept == text
        return CompletionResponse(
            text=kept, additional_kwargs={"finish_reason": "length" if cut_off else "stop"}
        )

    def _stream(self, prompt: str, options: Options) -> CompletionResponseGen:
        ids = self.token_ids(prompt)
        self._check_window(ids, options.max_new_tokens)

        def generate(streamer: BaseStreamer, gone: threading.Event) -> object:
            both = options.told({"cancel": AnyOf(options.cancel, gone)})
            return self._generate([ids], both, None, streamer)

        def texts() -> CompletionResponseGen:
            new: list[int] = []
            said = ""
            for token in streamed_ids(generate):
                if token in self._ends:
                    break
                new.append(token)
                text = settled(cut_at(self._form.text(self._form.whole(new)), options.stop), options.stop)
                if len(text) > len(said) and text.startswith(said):
                    delta, said = text[len(said) :], text
                    yield CompletionResponse(text=said, delta=delta)
            last = self._response(new, options)
            last.delta = last.text[len(said) :] if last.text.startswith(said) else ""
            yield last

        return texts()

    # --- LlamaIndex's interface ---------------------------------------------------------------------------------

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """Answer a prompt; a chat model is asked it as a user's message, unless it is ``formatted`` already."""
        return self._complete(self._prompt(prompt, formatted=formatted), kwargs)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """As ``complete``, word by word; a failure is raised where the text ends."""
        return self._stream(self._prompt(prompt, formatted=formatted), self._options(kwargs))

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Answer a conversation."""
        return completion_response_to_chat_response(self._complete(self.chat_prompt(messages), kwargs))

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """As ``chat``, word by word; a failure is raised where the text ends."""
        return _as_chat(self._stream(self.chat_prompt(messages), self._options(kwargs)))

    @llm_completion_callback()
    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """As ``complete``, in a thread."""
        return await asyncio.to_thread(self._complete, self._prompt(prompt, formatted=formatted), kwargs)

    @llm_completion_callback()
    async def astream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseAsyncGen:
        """As ``stream_complete``, in a thread."""
        return _off_the_loop(self._stream(self._prompt(prompt, formatted=formatted), self._options(kwargs)))

    @llm_chat_callback()
    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """As ``chat``, in a thread."""
        answer = await asyncio.to_thread(self._complete, self.chat_prompt(messages), kwargs)
        return completion_response_to_chat_response(answer)

    @llm_chat_callback()
    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        """As ``stream_chat``, in a thread."""
        return _off_the_loop(_as_chat(self._stream(self.chat_prompt(messages), self._options(kwargs))))

    def _complete(self, prompt: str, given: dict[str, Any]) -> CompletionResponse:
        options = self._options(given)
        return self._response(self._generate([self.token_ids(prompt)], options)[0], options)


def _as_chat(texts: CompletionResponseGen) -> ChatResponseGen:
    for text in texts:
        yield ChatResponse(
            message=ChatMessage(
                role=MessageRole.ASSISTANT, content=text.text, additional_kwargs=text.additional_kwargs
            ),
            delta=text.delta,
        )


async def _off_the_loop(texts: Generator[Any]) -> AsyncGenerator[Any]:
    """Pull a generator in threads, one text at a time, and close it when nobody reads any more."""
    try:
        while (text := await asyncio.to_thread(next, texts, None)) is not None:
            yield text
    finally:
        await asyncio.to_thread(texts.close)


class _seeded:  # noqa: N801 - a context manager, read as a verb
    """Draw from ``seed`` inside, and leave the process's random numbers as they were."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self._seed = seed
        self._fork = torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])

    def __enter__(self) -> None:
        _SAMPLING.acquire()
        self._fork.__enter__()
        torch.manual_seed(self._seed)

    def __exit__(self, *failure: object) -> None:
        self._fork.__exit__(*failure)  # type: ignore[arg-type]
        _SAMPLING.release()


def _end_tokens(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Every token that ends an answer: those of the model's generation settings and the tokenizer's own."""
    named = model.generation_config.eos_token_id  # type: ignore[union-attr]
    ends = named if isinstance(named, list) else [named]
    return frozenset(int(end) for end in (*ends, tokenizer.eos_token_id) if end is not None)  # type: ignore[arg-type]


def _pad_token(tokenizer: PreTrainedTokenizerBase, ends: frozenset[int]) -> int:
    """What fills the shorter prompts of a batch; it is masked, so any token does."""
    return int(tokenizer.pad_token_id) if tokenizer.pad_token_id is not None else min(ends, default=0)  # type: ignore[arg-type]


def load_llm(
    name_or_path: str,
    *,
    precision: str | None = None,
    device: str | None = None,
    say: Callable[[str], None] | None = None,
) -> LocalLLM:
    """Load a language model, ready to answer. No socket is opened.

    ``name_or_path`` is what ``agents.llms.resolve_llm`` takes. ``precision`` and ``device`` are chosen by what the
    machine has unless given; ``say`` is told the choice in one sentence before the weights are read.

    Raises:
        LLMError: the model is not here, can't be held in ``precision``, or needs more memory than there is.
    """
    from agents.weights import load_model

    source, choice, model, tokenizer = load_model(name_or_path, precision=precision, device=device, say=say)
    return LocalLLM(model, tokenizer, source, choice)

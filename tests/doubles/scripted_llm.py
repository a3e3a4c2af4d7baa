"""A language model that answers from a script. Knows nothing about what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms.callbacks import llm_completion_callback
from llama_index.core.llms.custom import CustomLLM


class ScriptedLLM(CustomLLM):
    """Gives its raw ``replies`` in their order, keeps what it was asked in ``prompts``, and fails when asked more often."""

    _replies: list[str] = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, replies: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._replies = list(replies)

    @property
    def prompts(self) -> list[str]:
        """Every prompt so far, as the model got it."""
        return self._prompts

    @property
    def metadata(self) -> LLMMetadata:
        """A chat model of 4,096 tokens."""
        return LLMMetadata(context_window=4096, num_output=256, is_chat_model=True, model_name="scripted")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """Return the next reply of the script."""
        self._prompts.append(prompt)
        if len(self._prompts) > len(self._replies):
            raise AssertionError(
                f"the script has {len(self._replies)} replies, but was asked once more: {prompt!r}"
            )
        return CompletionResponse(text=self._replies[len(self._prompts) - 1])

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """Return the next reply of the script, one character at a time."""
        reply = self.complete(prompt, formatted=formatted).text

        def gen() -> CompletionResponseGen:
            for place, sign in enumerate(reply):
                yield CompletionResponse(text=reply[: place + 1], delta=sign)

        return gen()

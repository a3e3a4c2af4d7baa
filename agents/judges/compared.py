"""What a comparison shows a model: the job, what it asks for, and letters as data; and which models can compare.

Every word is made harmless first, so that no letter can spell a token that steers the model. Knows nothing about how
letters are compared.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import JsonValue

from agents.judges.guided import TokenLLM
from agents.judging import ScreeningCancelled
from agents.rationale import one_line
from agents.verdict import Requirement
from ingestion.letter import Letter

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

LANGUAGES = frozenset({"en"})
"""Languages of letters that are compared: the prompts are in English."""


class ComparingLLM(TokenLLM, Protocol):
    """What a comparison needs of a language model, as ``LocalLLM`` has it."""

    @property
    def metadata(self) -> Any:
        """LlamaIndex's ``LLMMetadata``: ``context_window`` in tokens, ``model_name``."""
        ...

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> str:
        """Return messages as the prompt that the model was trained on."""
        ...

    def harmless(self, text: str) -> str:
        """Return text in which no special token can be spelled."""
        ...

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this model depends on."""
        ...


def letter_line(llm: ComparingLLM, letter: Letter) -> str:
    """Return the masked text of a letter on one line, so that it can open no line that looks like another letter."""
    return llm.harmless(one_line(letter.judged_text))


def requirement_lines(llm: ComparingLLM, requirements: Sequence[Requirement]) -> str:
    """Return one line a requirement."""
    return "\n".join(f"- {r.kind}: {llm.harmless(one_line(r.text))}" for r in requirements)


def user_prompt(llm: ComparingLLM, text: str, cue: str) -> str:
    """Return one message of a user as the prompt that the model was trained on.

    A base model has no form that says where its answer begins, so there ``cue`` follows.
    """
    from llama_index.core.llms import ChatMessage, MessageRole

    prompt = llm.chat_prompt([ChatMessage(role=MessageRole.USER, content=text)])
    return prompt if llm.metadata.is_chat_model else prompt + cue


@contextmanager
def cancellable(cancel: threading.Event | None) -> Iterator[None]:
    """Let a generation that was cancelled end the screening.

    Raises:
        ScreeningCancelled: ``cancel`` was set before or meanwhile.
    """
    from agents.local_llm import GenerationCancelled

    if cancel is not None and cancel.is_set():
        raise ScreeningCancelled("stopped before the comparison")
    try:
        yield
    except GenerationCancelled as stopped:
        raise ScreeningCancelled("stopped during the comparison") from stopped

"""How one model wants its text: the form of a conversation, the tokens of a prompt, and no token spelled by a letter.

Knows the tokenizer only, never the weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agents.harmless import HarmlessText

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from transformers import PreTrainedTokenizerBase

TEMPLATE_DATE = "January 01, 2025"
"""What a template that asks for today's date is told (Granite's does): the same letter gives the same prompt tomorrow."""
# Before the template, this takes the place of the function that would tell it the date.
_FROZEN_CLOCK = "{%- macro strftime_now(form) -%}" + TEMPLATE_DATE + "{%- endmacro -%}"
# One byte of a sign that no piece can write, as SentencePiece's vocabularies name it.
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
_SIGN = "a system message"


class PromptForm:
    """Writes prompts for one tokenizer and reads its tokens back."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer: Any = tokenizer
        self._begin = _begin_tokens(tokenizer)
        self._bytes = frozenset(
            number for token, number in tokenizer.get_vocab().items() if _BYTE.fullmatch(token)
        )
        self.harmless = HarmlessText(tokenizer)

    @property
    def template(self) -> str | None:
        """The chat template, or None for a base model."""
        return self._tokenizer.chat_template

    @property
    def template_date(self) -> str | None:
        """The date that the template is told, where it asks for one."""
        return TEMPLATE_DATE if "strftime_now" in (self.template or "") else None

    def chat(self, messages: Sequence[ChatMessage]) -> str:
        """Return messages in the form that the model was trained on, up to where its answer begins.

        A base model gets their texts in their order, with an empty line between them. Where the template has no place
        for a system message, its text stands before that of the first user.
        """
        if self.template is None:
            return "\n\n".join(message.content or "" for message in messages)
        turns = [(message.role.value, message.content or "") for message in messages]
        return self._written(turns if self._tells_system else _without_system(turns))

    @cached_property
    def _tells_system(self) -> bool:
        """Whether the template writes a system message: Gemma's refuses one, Phi-3's first one left it out in silence."""
        from jinja2 import TemplateError

        try:
            return _SIGN in self._written([("system", _SIGN), ("user", "a")])
        except TemplateError:
            return False

    def _written(self, turns: Sequence[tuple[str, str]]) -> str:
        return self._tokenizer.apply_chat_template(
            [{"role": role, "content": content} for role, content in turns],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,  # Qwen 3 would think aloud before it answers
            chat_template=f"{_FROZEN_CLOCK}{self.template}" if self.template_date else self.template,
        )

    def ids(self, prompt: str) -> list[int]:
        """Return a prompt's tokens: a chat prompt as its template wrote it, any other behind the model's first token.

        That token comes once, whether the text spells it or not.
        """
        ids: list[int] = self._tokenizer(prompt, add_special_tokens=False, verbose=False)["input_ids"]
        if self.template is not None or ids[: len(self._begin)] == list(self._begin):
            return ids
        return [*self._begin, *ids]

    def whole(self, ids: Sequence[int]) -> Sequence[int]:
        """Return the tokens without single bytes at their end: only the next token tells what signs those make."""
        end = len(ids)
        while end and ids[end - 1] in self._bytes:
            end -= 1
        return ids[:end]

    def text(self, ids: Sequence[int]) -> str:
        """Return what tokens say, without the special ones."""
        return self._tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)


def _without_system(turns: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the turns with what the system says at the beginning of the first user's."""
    told = [content for role, content in turns if role == "system"]
    others = [(role, content) for role, content in turns if role != "system"]
    if not told:
        return others
    if not others or others[0][0] != "user":
        return [("user", "\n\n".join(told)), *others]
    return [("user", "\n\n".join([*told, others[0][1]])), *others[1:]]


def _begin_tokens(tokenizer: PreTrainedTokenizerBase) -> tuple[int, ...]:
    """What the tokenizer itself puts before a text."""
    bare: Any = tokenizer("a", add_special_tokens=False)["input_ids"]
    full: Any = tokenizer("a", add_special_tokens=True)["input_ids"]
    place = next((place for place in range(len(full)) if full[place : place + len(bare)] == bare), 0)
    return tuple(full[:place])

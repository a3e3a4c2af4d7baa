"""Who writes a letter: the template, which needs no model, or a language model with or without an adapter.

A writer gets the fields of one application and nothing else. Knows nothing about whether what it wrote is true; that is
`training.checked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

from training.examples import WritingFields
from training.template import plain_prompt, prompt_for, template_hash
from training.template_letter import template_letter

if TYPE_CHECKING:
    from agents.local_llm import LocalLLM

__all__ = [
    "TEMPLATE",
    "ModelWriter",
    "Sampling",
    "TemplateWriter",
    "Writer",
    "WriterError",
    "Written",
    "open_writer",
]

TEMPLATE = "template"
"""The name of the writer that needs no model."""

LONGEST_LETTER = 640
"""Tokens after which a letter is cut off: the longest of 1,754 public letters has 448 words (measured 2026-11-24)."""

SHORTEST_ROOM = 32
"""Tokens that a prompt must leave free in the model's window."""

Say = Callable[[str], None]


class WriterError(ValueError):
    """A letter that can't be written as asked."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model chooses its words: the likeliest each time, or drawn.

    ``temperature`` above 0, and ``top_p`` from above 0 to 1, are of a draw; the same ``seed`` draws the same letter.
    ``max_new_tokens`` bounds its length.
    """

    sample: bool = False
    temperature: float = 0.8
    top_p: float = 0.95
    seed: int = 0
    max_new_tokens: int = LONGEST_LETTER

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            WriterError: one is out of its range.
        """
        if self.temperature <= 0:
            raise WriterError(f"--temperature must be above 0, but got {self.temperature}")
        if not 0 < self.top_p <= 1:
            raise WriterError(f"--top-p must be above 0 and at most 1, but got {self.top_p}")
        if self.max_new_tokens < SHORTEST_ROOM:
            raise WriterError(f"--max-tokens must be at least {SHORTEST_ROOM}, but got {self.max_new_tokens}")
        if self.seed < 0:
            raise WriterError(f"--seed must be 0 or more, but got {self.seed}")


@dataclass(frozen=True, slots=True)
class Written:
    """One letter; ``cut_off`` where it reached its longest length instead of its end."""

    letter: str
    cut_off: bool = False


class Writer(Protocol):
    """Writes letters one at a time. ``model`` names the model behind it, None where there is none."""

    name: str
    model: str | None

    def write(self, fields: WritingFields, sampling: Sampling, say: Say | None = None) -> Written:
        """Return a letter; ``say`` gets it piece by piece while it is written."""
        ...

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a letter of this writer depends on, beside its fields and the sampling."""
        ...


class TemplateWriter:
    """Puts the fields into plain sentences; the sampling changes nothing."""

    name: str = TEMPLATE
    model: str | None = None

    def write(self, fields: WritingFields, sampling: Sampling, say: Say | None = None) -> Written:
        """Return the letter that the fields make."""
        letter = template_letter(fields)
        if say is not None:
            say(letter)
        return Written(letter)

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return the writer's name; it has no weights."""
        return {"writer": TEMPLATE}


class ModelWriter:
    """A language model that was asked with the prompt that adapters are trained on."""

    def __init__(self, llm: LocalLLM, name: str, model: str) -> None:
        self.name = name
        self.model: str | None = model
        self._llm = llm

    def write(self, fields: WritingFields, sampling: Sampling, say: Say | None = None) -> Written:
        """Return the letter up to the model's end token; it is empty where the model ends at once.

        Raises:
            WriterError: the fields fill the model's window.
        """
        tokenizer = self._llm.tokenizer
        prompt = prompt_for(fields, tokenizer)
        room = self._llm.context_window - len(self._llm.token_ids(prompt))
        if room < SHORTEST_ROOM:
            raise WriterError(
                f"the fields must leave {SHORTEST_ROOM} tokens of {self.name}'s window of {self._llm.context_window} for "
                f"the letter, but leave {max(room, 0)}: shorten them"
            )
        letter = ""
        cut_off = False
        for piece in self._llm.stream_complete(
            prompt,
            formatted=True,
            max_new_tokens=min(sampling.max_new_tokens, room),
            temperature=sampling.temperature if sampling.sample else 0.0,
            top_p=sampling.top_p if sampling.sample else 1.0,
            seed=sampling.seed,
            stop=() if tokenizer.chat_template else (_next_section(),),
        ):
            letter = piece.text
            cut_off = piece.additional_kwargs.get("finish_reason") == "length"
            if say is not None and piece.delta:
                say(piece.delta)
        return Written(letter.strip(), cut_off)

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return the model's fingerprint and the prompt's."""
        return {"writer": self.name, "prompt": template_hash(), **self._llm.fingerprint()}


def _next_section() -> str:
    """What a model without a chat template writes when it goes on with the form after the letter."""
    first = plain_prompt([{"role": "system", "content": ""}, {"role": "user", "content": ""}]).split("\n", 1)[
        0
    ]
    return f"\n{first.split()[0]} "


def open_writer(
    name: str, adapter: Path | None = None, *, device: str | None = None, say: Say | None = None
) -> Writer:
    """Return the writer of that name: ``template``, or whatever ``agents.local_llm.load_llm`` takes.

    An ``adapter`` is put on the model of that name; with ``template`` it says itself which model it needs. ``say`` is
    told how the model is held.

    Raises:
        LLMError: the model or the adapter is not on this machine; nothing is downloaded.
    """
    wanted = writer_name(name, adapter)
    if wanted == TEMPLATE:
        return TemplateWriter()
    from agents.llms import resolve_llm
    from agents.local_llm import load_llm

    source = resolve_llm(wanted)
    return ModelWriter(load_llm(wanted, device=device, say=say), wanted, source.model)


def writer_name(name: str, adapter: Path | None) -> str:
    """Return the one name of a model and the adapter on it.

    >>> writer_name("qwen2.5-3b", Path("mine")), writer_name("template", Path("mine")), writer_name("template", None)
    ('qwen2.5-3b+mine', 'mine', 'template')
    """
    if adapter is None:
        return name
    return str(adapter) if name == TEMPLATE else f"{name}+{adapter}"

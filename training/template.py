"""The one prompt that letters are trained on and written from, in the words of the files in `wording/`.

Knows nothing about models or training loops. A tokenizer with a chat template gets the prompt as a chat; one without
gets the plain form with the sections SYSTEM PROMPT, INSTRUCTION and RESPONSE.

Whitespace: the plain form ends with "### RESPONSE" and one line break, and the letter begins right after it.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from agents.harmless import HarmlessText
from agents.prompt_form import TEMPLATE_DATE, PromptForm
from training.examples import Example, WritingFields

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

WORDING = Path(__file__).parent / "wording"

SLOTS: dict[str, frozenset[str]] = {
    "system.txt": frozenset(),
    "instruction.txt": frozenset(
        {
            "job_title",
            "preferred_qualifications",
            "company",
            "applicant",
            "working_experience",
            "qualifications",
            "skills",
        }
    ),
    "plain.txt": frozenset({"system", "instruction"}),
}
"""The files of the wording, and the slots that each must have, once."""

EMPTY_FIELD = "not given"

_LETTER = "the letter stands here"


class TemplateError(ValueError):
    """A wording whose slots are wrong, or a chat template that can't carry the prompt."""


class Message(TypedDict):
    """One message of a chat."""

    role: str
    content: str


class TrainingRow(TypedDict):
    """One letter as a writer learns it: the loss is on ``completion`` alone, which ends with the end tokens."""

    prompt: str
    completion: str


@cache
def wording() -> dict[str, str]:
    """Return the wording's files by name, without the line break at their end.

    Raises:
        TemplateError: a file has other slots than it must have.
    """
    found: dict[str, str] = {}
    for name, slots in SLOTS.items():
        text = (WORDING / name).read_text(encoding="utf-8").removesuffix("\n")
        given = [slot for _, slot, _, _ in string.Formatter().parse(text) if slot is not None]
        if sorted(given) != sorted(slots):
            raise TemplateError(
                f"{name} must have the slots {sorted(slots)} once each, but has {sorted(given)}"
            )
        found[name] = text
    return found


def template_hash() -> str:
    """Return what names this wording in fingerprints: the first 16 hex digits of its SHA-256."""
    text = "\0".join([*(f"{name}\0{text}" for name, text in wording().items()), EMPTY_FIELD])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def messages_for(fields: WritingFields) -> list[Message]:
    """Return the prompt as a chat."""
    words = wording()
    values = fields.as_dict() | {"working_experience": fields.working_experience}
    shown = {slot: values[slot] or EMPTY_FIELD for slot in SLOTS["instruction.txt"]}
    return [
        {"role": "system", "content": words["system.txt"]},
        {"role": "user", "content": words["instruction.txt"].format(**shown)},
    ]


def plain_prompt(messages: Sequence[Message]) -> str:
    """Return the prompt for a model without a chat template."""
    system, user = messages
    return wording()["plain.txt"].format(system=system["content"], instruction=user["content"]) + "\n"


def prompt_for(fields: WritingFields, tokenizer: PreTrainedTokenizerBase) -> str:
    """Return the prompt as ``tokenizer``'s model reads it; no field can spell one of its added tokens."""
    safe = WritingFields(**{key: harmless(tokenizer)(value) for key, value in fields.as_dict().items()})
    messages = messages_for(safe)
    return _render(messages, tokenizer, open_turn=True) if tokenizer.chat_template else plain_prompt(messages)


def training_row(example: Example, tokenizer: PreTrainedTokenizerBase) -> TrainingRow:
    """Return the prompt, and the letter with the end tokens that the writer has to learn."""
    completion = harmless(tokenizer)(example.letter.strip()) + end_of_letter(tokenizer)
    return {"prompt": prompt_for(example.fields, tokenizer), "completion": completion}


def end_of_letter(tokenizer: PreTrainedTokenizerBase) -> str:
    """Return the tokens, as text, that end a letter: the chat template's end of a turn, and the end of a text.

    A base model with a chat template (Qwen2.5-3B) ends its turns with another token than its texts, and stops only at
    the second when it generates; so both are learned where they differ.

    Raises:
        TemplateError: the tokenizer has no end token.
    """
    end = tokenizer.eos_token
    if not isinstance(end, str) or not end:
        raise TemplateError("a tokenizer must have an end token, but this one has none: set its eos_token")
    if not tokenizer.chat_template:
        return end
    ask: list[Message] = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    closed = _render([*ask, {"role": "assistant", "content": _LETTER}], tokenizer, open_turn=False)
    rest = closed.rpartition(_LETTER)[2]
    added: list[str] = [str(token) for token in tokenizer.added_tokens_decoder.values()]  # type: ignore[attr-defined]
    places = {token: rest.find(token) for token in added if token.strip() and token in rest}
    if not places:
        return end
    turn = min(places, key=lambda token: (places[token], -len(token)))
    return turn if turn == end else turn + end


def token_ids(prompt: str, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return a prompt's token ids, as every model of Winnow reads one: its first token once, and no end token."""
    return PromptForm(tokenizer).ids(prompt)


@lru_cache(maxsize=4)
def harmless(tokenizer: PreTrainedTokenizerBase) -> HarmlessText:
    """Return what breaks up every added token that a text spells."""
    return HarmlessText(tokenizer)


def _render(messages: Sequence[Message], tokenizer: PreTrainedTokenizerBase, *, open_turn: bool) -> str:
    """Render a chat; a template that refuses or drops a system message gets its words before the user's."""
    from jinja2 import TemplateError as ChatTemplateError

    try:
        text = _chat(messages, tokenizer, open_turn=open_turn)
    except ChatTemplateError:
        text = ""
    if messages[0]["content"] in text:
        return text
    system, user, *rest = messages
    joined: Message = {"role": "user", "content": f"{system['content']}\n\n{user['content']}"}
    return _chat([joined, *rest], tokenizer, open_turn=open_turn)


def _chat(messages: Sequence[Message], tokenizer: PreTrainedTokenizerBase, *, open_turn: bool) -> str:
    plain = [{"role": message["role"], "content": message["content"]} for message in messages]
    rendered = tokenizer.apply_chat_template(
        plain,
        tokenize=False,
        add_generation_prompt=open_turn,
        enable_thinking=False,
        strftime_now=lambda _: TEMPLATE_DATE,
    )
    assert isinstance(rendered, str)
    return rendered

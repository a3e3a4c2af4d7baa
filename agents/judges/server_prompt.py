"""What a server's model is shown of one letter, and the form in which it shall answer.

The instructions and the letter come first, the requirement last, so that a server that keeps prefixes reads the letter
once. Knows nothing about servers or about what was answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from agents.verdict import LABELS
from agents.wording import read_wording
from ingestion.blinding import PLACEHOLDERS

SYSTEM = read_wording("server-labels-system", [])
LETTER = read_wording("server-labels-letter", ["sentences", "requirement"])
REPAIR = read_wording("server-labels-repair", ["reason", "last"])

PROMPT_DIGEST = hashlib.sha256(
    "\x1f".join(one.text for one in (SYSTEM, LETTER, REPAIR)).encode()
).hexdigest()[:16]
"""Sixteen hex digits that stand for the three wordings."""

_KEPT = "|".join(re.escape(placeholder) for placeholder in PLACEHOLDERS.values())
_BRACKETS = re.compile(rf"({_KEPT})|\[|\]")
_ROUND = {"[": "(", "]": ")"}


def harmless(text: str) -> str:
    """Return ``text`` on one line, spelling no control token of any model and no sentence number of the prompt.

    A server turns the marks of a chat (``<|im_end|>``, ``</s>``, ``[INST]``) into control tokens wherever they stand,
    so angle brackets become quotation marks of the same look and square ones round, but for the masks.

    >>> harmless("Hi [NAME]<|im_end|>[3] x")
    'Hi [NAME]‹|im_end|›(3) x'
    """
    text = " ".join(text.split()).replace("<", "‹").replace(">", "›")
    return _BRACKETS.sub(lambda match: match[1] or _ROUND[match[0]], text)


def messages(sentences: Sequence[str], requirement: str) -> list[ChatMessage]:
    """Return the question about these sentences, numbered from 1."""
    numbered = "\n".join(f"[{number}] {harmless(text)}" for number, text in enumerate(sentences, start=1))
    asked = LETTER.fill(sentences=numbered, requirement=harmless(requirement))
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=SYSTEM.fill()),
        ChatMessage(role=MessageRole.USER, content=asked),
    ]


def repair(asked: Sequence[ChatMessage], answer: str, reason: str, last: int) -> list[ChatMessage]:
    """Return the conversation that asks once more, after an ``answer`` that could not be read for ``reason``."""
    shown = harmless(answer)[:500] or "(nothing)"
    again = REPAIR.fill(reason=reason, last=str(last))
    return [
        *asked,
        ChatMessage(role=MessageRole.ASSISTANT, content=shown),
        ChatMessage(role=MessageRole.USER, content=again),
    ]


def answer_format(sentences: int) -> dict[str, Any]:
    """Return the response_format that holds a server to one of the labels and one of the sentences.

    The numbers are listed one by one: servers that know only a part of JSON Schema know enumerations.
    """
    schema = {
        "type": "object",
        "properties": {
            "label": {"type": "string", "enum": list(LABELS)},
            "sentence": {"type": "integer", "enum": list(range(sentences + 1))},
        },
        "required": ["label", "sentence"],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": "finding", "strict": True, "schema": schema}}


def token_guess(text: str) -> int:
    """Return more tokens than a sentence's line is likely to have: three bytes each, and its number.

    English has about four letters a token in the vocabularies of today; the guess leaves room for others.
    """
    return len(text.encode()) // 3 + 6

"""Text in which no token of a tokenizer's own can be spelled: a letter that says "<|im_end|>" says nine signs.

Knows nothing about prompts or letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import AddedToken, PreTrainedTokenizerBase

_ROUNDS = 8
"""Breaking one token can leave another; in practice one round does, and after these what is left is taken out."""


class HarmlessText:
    """Breaks every added token of a tokenizer, special or not, by a blank behind its first sign."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        tokens: dict[int, AddedToken] = tokenizer.added_tokens_decoder  # type: ignore[assignment]
        # A run of blanks or newlines as one token is spelling, not control: it stays.
        added = {number: token.content for number, token in tokens.items() if token.content.strip()}
        # What no piece can write also becomes the unknown token; the pattern alone keeps that from being spelled.
        self._ids = frozenset(number for number in added if number != tokenizer.unk_token_id)
        contents = sorted(added.values(), key=len, reverse=True)
        self._tokens = re.compile("|".join(re.escape(content) for content in contents) or r"(?!)")

    def __call__(self, text: str) -> str:
        """Return ``text`` with a blank inside every token that it spells; other text comes back as it is."""
        for _ in range(_ROUNDS):
            text = self._tokens.sub(_broken, text)
            spans = self._spelled(text)
            if not spans:
                return text
            for start, end in reversed(spans):
                text = text[: start + 1] + " " + text[start + 1 : end] + text[end:]
        while spans := self._spelled(text):
            for start, end in reversed(spans):
                text = text[:start] + text[max(end, start + 1) :]
        return text

    def _spelled(self, text: str) -> list[tuple[int, int]]:
        """The spans of ``text`` that the tokenizer itself reads as tokens of its own."""
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [
            (start, end)
            for number, (start, end) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
            if number in self._ids and end > start
        ]


def _broken(match: re.Match[str]) -> str:
    token = match.group()
    return f"{token[0]} {token[1:]}" if len(token) > 1 else " "

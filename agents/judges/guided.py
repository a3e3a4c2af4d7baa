"""Generation that can only say what a grammar allows, and options read from the logits of one step.

What comes back is whole: a reply that the token limit cut short is an error. Knows nothing about letters or prompts.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import torch
    from llguidance import LLMatcher, LLTokenizer


class GuidedError(ValueError):
    """A model that cannot be guided: the grammar is wrong, an option is no token, or its logits are no numbers."""


class Truncated(GuidedError):
    """The token limit was reached before the grammar was complete; nothing of the reply is used."""


class TokenLLM(Protocol):
    """What guided generation needs of a language model, as ``LocalLLM`` has it."""

    @property
    def tokenizer(self) -> Any:
        """The fast tokenizer of transformers."""
        ...

    @property
    def model(self) -> Any:
        """The causal language model of transformers."""
        ...

    def token_ids(self, prompt: str) -> list[int]:
        """Return the token ids of a prompt."""
        ...

    def generate_ids(
        self,
        ids: Sequence[int],
        *,
        max_new_tokens: int,
        logits_processor: Any = None,
        cancel: threading.Event | None = None,
    ) -> list[int]:
        """Return the new tokens, at most ``max_new_tokens``, with or without the end token that stopped them."""
        ...


def guided_text(
    llm: TokenLLM, prompt: str, grammar: str, *, max_new_tokens: int, cancel: threading.Event | None = None
) -> str:
    """Continue ``prompt`` by the most probable text that a Lark grammar allows, and return it, complete.

    Each step takes the most probable of the tokens with which the grammar can still be completed, so that a model that
    answers nonsense still answers in form.

    Raises:
        GuidedError: the grammar is wrong, or the model's logits are no numbers.
        Truncated: ``max_new_tokens`` were not enough to complete the grammar.
        GenerationCancelled: ``cancel`` was set.
    """
    from llguidance import LLMatcher

    tokenizer = _guiding(llm)
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(grammar))
    if matcher.is_error():
        raise GuidedError(f"a grammar must be one that llguidance reads, but: {matcher.get_error()}")
    guide = _Guide(matcher)
    ids = llm.generate_ids(
        llm.token_ids(prompt),
        max_new_tokens=max_new_tokens,
        logits_processor=_processors(guide),
        cancel=cancel,
    )
    guide.follow(ids)
    # Once stopped the matcher takes nothing but an end token; a shorter reply was ended by one that was not returned.
    if not matcher.is_stopped() and not (matcher.is_accepting() and len(ids) < max_new_tokens):
        raise Truncated(
            f"the reply must be complete within {max_new_tokens} tokens, but it was cut short; nothing of it is used"
        )
    ends = tokenizer.eos_tokens
    said = tokenizer.decode_bytes([token for token in guide.said if token not in ends])
    # A grammar's own bound (max_tokens) may fall between the bytes of one character; that character is dropped.
    return said.decode("utf-8", errors="ignore")


def option_logits(
    llm: TokenLLM, prompt: str, options: Sequence[str], *, cancel: threading.Event | None = None
) -> tuple[float, ...]:
    """Return how strongly a model would continue ``prompt`` by each of the options: one number each, in their order.

    The number is ``log(sum(exp(logit)))`` over the tokens that spell the option, with or without a space before it.
    Numbers of one call can be compared with each other; -inf stands for "never".

    Raises:
        GuidedError: an option is no single token of this tokenizer, or the model's logits are no numbers.
        GenerationCancelled: ``cancel`` was set.
    """
    spelled = [_spellings(llm, option) for option in options]
    reader = _FirstLogits()
    llm.generate_ids(
        llm.token_ids(prompt), max_new_tokens=1, logits_processor=_processors(reader), cancel=cancel
    )
    if reader.logits is None:
        raise GuidedError("the model must be asked for one token, but its logits were never shown")
    logits = reader.logits
    return tuple(float(logits[ids].logsumexp(0)) for ids in spelled)


def end_ids(llm: TokenLLM) -> list[int]:
    """Return the tokens at which generation ends: those of the model's settings and the tokenizer's own."""
    settings = getattr(llm.model, "generation_config", None)
    found: list[int] = []
    for value in (getattr(settings, "eos_token_id", None), llm.tokenizer.eos_token_id):
        found += value if isinstance(value, list) else [] if value is None else [value]
    if not found:
        raise GuidedError(
            "a tokenizer must name its end token, but this one has none: set eos_token in its settings"
        )
    return list(dict.fromkeys(found))


_TOKENIZERS: WeakKeyDictionary[Any, tuple[tuple[int, ...], LLTokenizer]] = WeakKeyDictionary()
_SPELLINGS: WeakKeyDictionary[Any, dict[str, list[int]]] = WeakKeyDictionary()


def _guiding(llm: TokenLLM) -> LLTokenizer:
    """Return the tokenizer in the form that guides generation; made once, since it takes about a second."""
    from llguidance.hf import from_tokenizer

    ends = tuple(end_ids(llm))
    known = _TOKENIZERS.get(llm.tokenizer)
    if known is not None and known[0] == ends:
        return known[1]
    made = from_tokenizer(llm.tokenizer, eos_token=list(ends))
    _TOKENIZERS[llm.tokenizer] = (ends, made)
    return made


def _spellings(llm: TokenLLM, option: str) -> list[int]:
    """Return the tokens that are ``option``, with or without a space before it."""
    known = _SPELLINGS.setdefault(llm.tokenizer, {})
    if option not in known:
        guiding = _guiding(llm)
        wanted = option.encode()
        tokens: Mapping[str, int] = llm.tokenizer.get_vocab()
        known[option] = sorted(
            number
            for number in tokens.values()
            if not guiding.is_special_token(number)
            and guiding.decode_bytes([number]).removeprefix(b" ") == wanted
        )
    if not known[option]:
        raise GuidedError(f"an option must be one token of the model's tokenizer, but {option!r} is none")
    return known[option]


def _processors(one: _Guide | _FirstLogits) -> Any:
    from transformers import LogitsProcessorList

    return LogitsProcessorList([one])


def _refuse_nan(scores: torch.Tensor) -> None:
    if bool(scores.isnan().any()):
        raise GuidedError(
            "a model's logits must be numbers, but these are NaN: its weights or its precision are broken"
        )


class _Guide:
    """Follows the tokens chosen so far and hides every token that the grammar does not allow next."""

    def __init__(self, matcher: LLMatcher) -> None:
        self._matcher = matcher
        self._prompt: int | None = None
        self.said: list[int] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        import numpy as np
        import torch

        if self._prompt is None:
            self._prompt = input_ids.shape[-1]
        self.follow(input_ids[0, self._prompt :].tolist())
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        allowed = torch.from_numpy(np.unpackbits(bits, bitorder="little")).to(scores.device, torch.bool)
        _refuse_nan(scores)
        width = scores.shape[-1]
        # A model's vocabulary may be padded beyond its tokenizer's; the padding is never a token.
        hidden = torch.ones(width, dtype=torch.bool, device=scores.device)
        hidden[: len(allowed)] = ~allowed[:width]
        # Finite numbers, so that an allowed token wins over a hidden one even where the model says "never" to all of them.
        return scores.clamp(min=torch.finfo(scores.dtype).min).masked_fill(hidden, -math.inf)

    def follow(self, ids: Sequence[int]) -> None:
        """Take all tokens generated so far, those that are already known included.

        Raises:
            GuidedError: a token that was hidden was taken all the same.
        """
        for token in ids[len(self.said) :]:
            if not self._matcher.consume_token(token):
                raise GuidedError(f"generation must stay within the grammar, but took token {token}")
            self.said.append(token)


class _FirstLogits:
    """Keeps the logits of the first step: float32 (vocabulary,), on the CPU."""

    logits: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        _refuse_nan(scores)
        if self.logits is None:
            self.logits = scores[0].float().cpu()
        return scores

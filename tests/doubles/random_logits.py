"""Language models that answer by chance or by a rule, over a real tokenizer: no forward pass, so thousands of replies a minute.

Everything but the logits is that of the model they stand in for: tokenizer, templates, end tokens, context window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import torch

Logits = Callable[[str, int, int], torch.Tensor]
"""From a prompt, the number of tokens generated so far and the width: float32 (width,)."""


class StandIn:
    """Stands in for ``llm`` (a LocalLLM): the same in everything, except that ``logits`` says what comes next.

    ``width`` is the number of logits, by default that of the real model's output.
    """

    def __init__(
        self, llm: Any, logits: Logits, *, width: int | None = None, window: int | None = None
    ) -> None:
        self._llm = llm
        self._logits = logits
        self._width = width or int(llm.model.get_output_embeddings().weight.shape[0])
        self._window = window
        self.prompts: list[str] = []
        self.asked = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._llm, name)

    @property
    def tokenizer(self) -> Any:
        """The real tokenizer."""
        return self._llm.tokenizer

    @property
    def model(self) -> Any:
        """The real model, for its settings."""
        return self._llm.model

    @property
    def metadata(self) -> Any:
        """The real model's, with another context window where one was given."""
        real = self._llm.metadata
        return real if self._window is None else real.model_copy(update={"context_window": self._window})

    def chat_prompt(self, messages: Any) -> str:
        """Return what the real model's template makes of the messages."""
        return self._llm.chat_prompt(messages)

    def harmless(self, text: str) -> str:
        """Return what the real model's tokenizer cannot read as control tokens."""
        return self._llm.harmless(text)

    def fingerprint(self) -> dict[str, Any]:
        """Return the real model's."""
        return self._llm.fingerprint()

    def token_ids(self, prompt: str) -> list[int]:
        """Return the real token ids, and keep the prompt."""
        self.prompts.append(prompt)
        return self._llm.token_ids(prompt)

    def generate_ids(
        self,
        ids: Sequence[int],
        *,
        max_new_tokens: int,
        logits_processor: Any = None,
        cancel: threading.Event | None = None,
        **_: Any,
    ) -> list[int]:
        """Take the most probable token each time, as the real greedy loop does."""
        from agents.judges.guided import end_ids
        from agents.local_llm import GenerationCancelled

        ends = set(end_ids(self))
        prompt = self.prompts[-1]
        tokens = torch.zeros((1, len(ids) + max_new_tokens), dtype=torch.long)
        tokens[0, : len(ids)] = torch.tensor(ids)
        said: list[int] = []
        while len(said) < max_new_tokens:
            self.asked.set()
            if cancel is not None and cancel.is_set():
                raise GenerationCancelled("cancelled")
            scores = self._logits(prompt, len(said), self._width)[None]
            if logits_processor is not None:
                scores = logits_processor(tokens[:, : len(ids) + len(said)], scores)
            token = int(scores[0].argmax())
            tokens[0, len(ids) + len(said)] = token
            said.append(token)
            if token in ends:
                break
        return said


def random_logits(seed: int, likely: Sequence[int] = ()) -> Logits:
    """Return logits by chance, drawn anew each step; now and then all equal, all "never", or one token far above all.

    ``likely`` tokens win more often: those that end a reply make it short.
    """
    generator = torch.Generator().manual_seed(seed)
    favourite = int(torch.randint(1_000_000, (1,), generator=generator))

    def draw(prompt: str, step: int, width: int) -> torch.Tensor:
        scores = torch.randn(width, generator=generator) * 10
        scores[list(likely)] += 20
        kind = (seed + step) % 11
        if kind == 7:
            return torch.zeros(width)
        if kind == 8:
            return torch.full((width,), -float("inf"))
        if kind == 9:
            scores[favourite % width] = float("inf")
        return scores

    return draw

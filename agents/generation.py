"""What one generation may be told (how long, how sampled, where to stop), and how it stops, is cancelled and streams.

Knows nothing about prompts or about which model generates.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from transformers import StoppingCriteria
from transformers.generation.streamers import BaseStreamer

from agents.llms import LLMError

DEFAULT_SEED = 0
"""Sampling without a seed uses this one, so that the same call gives the same text."""


class ContextError(LLMError):
    """A prompt and its answer that don't fit the model's window."""


class GenerationCancelled(Exception):
    """The person stopped the generation, or nobody reads it any more; what was generated is not used."""


@dataclass(frozen=True, slots=True)
class Options:
    """How one text is generated: by default the most probable token each time.

    ``max_new_tokens`` is at least 1. ``temperature`` 0 takes the most probable token, above 0 samples, with ``top_p``
    (0, 1] of the probability to choose from. Generation ends at the first of the ``stop`` texts, which is not returned.
    """

    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = DEFAULT_SEED
    stop: tuple[str, ...] = ()
    cancel: threading.Event | None = None

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            LLMError: one is out of its range.
        """
        if self.max_new_tokens < 1:
            raise LLMError(f"max_new_tokens must be at least 1, but got {self.max_new_tokens}")
        if self.temperature < 0:
            raise LLMError(f"temperature must be 0 or more, but got {self.temperature}")
        if not 0 < self.top_p <= 1:
            raise LLMError(f"top_p must be above 0 and at most 1, but got {self.top_p}")
        if "" in self.stop:
            raise LLMError("stop must hold no empty text: generation would end before it begins")

    def told(self, given: Mapping[str, Any]) -> Options:
        """Return these options with what one call was given; None leaves an option as it is.

        Raises:
            LLMError: an option is unknown or out of its range: nothing is silently ignored.
        """
        known = ("max_new_tokens", "temperature", "top_p", "seed", "stop", "cancel")
        unknown = [name for name in given if name not in known]
        if unknown:
            raise LLMError(f"an option must be one of {', '.join(known)}, but got {', '.join(unknown)}")
        wanted = {name: value for name, value in given.items() if value is not None}
        if "stop" in wanted:
            wanted["stop"] = (wanted["stop"],) if isinstance(wanted["stop"], str) else tuple(wanted["stop"])
        return replace(self, **wanted)


def cut_at(text: str, stop: Sequence[str]) -> str:
    """Return the text before the first stop text.

    >>> cut_at("Yes. Observation: no", ("Observation", "Thought"))
    'Yes. '
    """
    places = [place for place in (text.find(end) for end in stop) if place >= 0]
    return text[: min(places)] if places else text


def settled(text: str, stop: Sequence[str]) -> str:
    """Return as much of an unfinished text as no later token can take back.

    Held back are a character whose bytes are not all there, and an ending with which a stop text may begin.

    >>> settled("I led a team. Obs", ("Observation",))
    'I led a team. '
    """
    text = text.rstrip("\ufffd")
    most = max((len(end) for end in stop), default=1) - 1
    for length in range(min(most, len(text)), 0, -1):
        if any(end.startswith(text[-length:]) for end in stop):
            return text[:-length]
    return text


class TextEnds(StoppingCriteria):
    """Ends a row once its text holds a stop text, and every row once ``cancel`` is set. Asked after each token."""

    def __init__(
        self,
        decode: Callable[[list[int]], str],
        start: int,
        stop: Sequence[str],
        cancel: threading.Event | None,
    ) -> None:
        self._decode = decode
        self._start = start
        self._stop = tuple(stop)
        self._cancel = cancel

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.BoolTensor:
        """Return for each row whether it has ended: bool (rows,)."""
        if self._cancel is not None and self._cancel.is_set():
            ended = [True] * input_ids.shape[0]
        elif self._stop:
            texts = [self._decode(row) for row in input_ids[:, self._start :].tolist()]
            ended = [any(end in text for end in self._stop) for text in texts]
        else:
            ended = [False] * input_ids.shape[0]
        return torch.tensor(ended, dtype=torch.bool, device=input_ids.device)  # type: ignore[return-value]


class _Relay(BaseStreamer):
    """Hands each new token to a function; the first thing that transformers hands over is the prompt."""

    def __init__(self, take: Callable[[list[int]], None]) -> None:
        self._take = take
        self._prompt_seen = False

    def put(self, value: torch.Tensor) -> None:
        if self._prompt_seen:
            self._take(value.reshape(-1).tolist())
        self._prompt_seen = True

    def end(self) -> None:
        """Nothing to do: whoever runs the generation knows that it returned."""


def streamed_ids(generate: Callable[[BaseStreamer, threading.Event], object]) -> Generator[int]:
    """Yield the tokens of ``generate`` as they come; it runs in a thread of its own.

    ``generate`` is called with the streamer to use and the event that stops it. The stream ends when it returns, raises
    what it raises, and stops it, waiting for its current token, when nobody reads any more.
    """
    tokens: queue.SimpleQueue[int | BaseException | None] = queue.SimpleQueue()
    gone = threading.Event()

    def take(ids: list[int]) -> None:
        for token in ids:
            tokens.put(token)

    def work() -> None:
        end: BaseException | None = None
        try:
            generate(_Relay(take), gone)
        except BaseException as failure:
            end = failure
        tokens.put(end)

    worker = threading.Thread(target=work, name="winnow-generation", daemon=True)
    worker.start()
    try:
        while (token := tokens.get()) is not None:
            if isinstance(token, BaseException):
                raise token
            yield token
    finally:
        gone.set()
        worker.join()


class AnyOf(threading.Event):
    """An event that is set when it, or another, is: a person's cancel and a reader who left stop the same loop."""

    def __init__(self, *others: threading.Event | None) -> None:
        super().__init__()
        self._others = [other for other in others if other is not None]

    def is_set(self) -> bool:
        """Return whether any of them is set."""
        return super().is_set() or any(other.is_set() for other in self._others)

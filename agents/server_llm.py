"""A language model behind an OpenAI-compatible server (vLLM, Ollama, llama.cpp, TGI), as a LlamaIndex LLM.

Requests go to the address that was given, with the key that was given, whatever stands in the environment; every
failure becomes a ``ServerError`` that says what happened at which address. Knows nothing about letters or labels.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any, TypeVar, cast

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseAsyncGen, ChatResponseGen
from llama_index.llms.openai_like import OpenAILike
from openai.types.chat import ChatCompletion
from pydantic import JsonValue, PrivateAttr

from agents.server_settings import ServerError, ServerSettings, Trouble
from agents.server_wire import async_client, sync_client

__all__ = ["Reply", "ServerError", "ServerLLM", "ServerSettings", "open_server", "server_missing"]

WAIT_LONGEST = 30.0
"""Seconds; a server that asks for a longer pause by Retry-After gets this one."""

WAIT_FIRST = 0.5
"""Seconds before the first repetition; each further one waits twice as long, at most ``WAIT_BACKOFF``."""

WAIT_BACKOFF = 8.0

REPLY_TOKENS = 512
"""The longest answer asked for where the caller names none."""

LIBRARIES = ("llama-index-llms-openai", "llama-index-llms-openai-like", "openai")

Answer = TypeVar("Answer")

_NO_KEY = "none"
_NO_MODEL = "none"
_TOO_LONG = ("context length", "context_length", "context size", "context window", "maximum context", "too long", "too many tokens", "num_ctx", "n_ctx")  # fmt: skip
"""How vLLM, llama.cpp, TGI and Ollama say that a prompt does not fit."""

_REPEATED: frozenset[Trouble] = frozenset({"down", "busy", "failed"})


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``whole`` is False where the server stopped it at the length asked for.

    ``tokens`` are its pieces with their log-probabilities, where the server gives these; else there are none.
    """

    text: str
    whole: bool
    tokens: tuple[tuple[str, float], ...] = ()


class ServerLLM(OpenAILike):
    """LlamaIndex's OpenAILike, bound to one server. Greedy unless a call asks otherwise."""

    _settings: ServerSettings = PrivateAttr()
    _sleep: Callable[[float], None] = PrivateAttr(default=time.sleep)

    def __init__(self, settings: ServerSettings, model: str) -> None:
        sync, background = sync_client(settings), async_client(settings)
        # Every value is given, so that neither library looks for one in the environment; the wire sets the real key.
        given = {"api_key": _NO_KEY, "base_url": settings.url, "max_retries": 0, "timeout": sync.timeout}
        super().__init__(
            model=model,
            api_base=settings.url,
            api_key=_NO_KEY,
            api_version="",
            is_chat_model=True,
            is_function_calling_model=False,
            temperature=0.0,
            max_retries=0,
            timeout=settings.timeout_s,
        )
        self._client = openai.OpenAI(**given, http_client=sync)
        self._aclient = openai.AsyncOpenAI(**given, http_client=background)
        self._settings = settings

    @classmethod
    def class_name(cls) -> str:
        """Return the name that LlamaIndex knows this class by."""
        return "ServerLLM"

    @property
    def url(self) -> str:
        """The address that requests go to."""
        return self._settings.url

    def describe(self) -> str:
        """Say where text goes, in one line."""
        return f"text of letters is sent to {self.url}"

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what an answer depends on, as far as it can be known from outside."""
        return {
            "server": self.url,
            "model": self.model,
            "temperature": self.temperature,
            "libraries": {name: version(name) for name in LIBRARIES},
        }

    def ask(self, messages: Sequence[ChatMessage], **options: Any) -> Reply:
        """Return one answer; ``options`` go into the request (max_tokens, response_format, logprobs).

        Raises:
            ServerError: no answer came, after the bounded retries.
        """
        completion = cast("ChatCompletion", self.chat(messages, **options).raw)
        choice = completion.choices[0]
        pieces = choice.logprobs.content if choice.logprobs is not None else None
        tokens = tuple((piece.token, piece.logprob) for piece in pieces or ())
        return Reply(choice.message.content or "", choice.finish_reason == "stop", tokens)

    def models(self) -> tuple[str, ...]:
        """Return the names of the models that the server lists.

        Raises:
            ServerError: it lists none, or does not answer.
        """
        return self._repeated(lambda: tuple(model.id for model in self._get_client().models.list().data))

    # --- LlamaIndex's inner calls, each with this class's retries and errors ----------------------------------

    def _get_model_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # A local model's calls say max_new_tokens and may be cancelled between tokens; OpenAI's protocol says max_tokens.
        kwargs.pop("cancel", None)
        longest = kwargs.pop("max_new_tokens", None)
        kwargs.setdefault("max_tokens", longest if longest is not None else REPLY_TOKENS)
        return super()._get_model_kwargs(**kwargs)

    def _chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return self._repeated(lambda: super(ServerLLM, self)._chat(messages, **kwargs))

    async def _achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        for attempt in range(self._settings.retries + 1):
            try:
                return await super()._achat(messages, **kwargs)
            except Exception as error:
                await asyncio.sleep(self._pause(error, attempt))
        raise AssertionError("the last attempt returns or raises")

    def _stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        def pieces() -> ChatResponseGen:
            ended = False
            try:
                for piece in super(ServerLLM, self)._stream_chat(messages, **kwargs):
                    ended = ended or _ends(piece)
                    yield piece
            except Exception as error:
                raise self._error(error) from error
            if not ended:
                raise _cut_short(self.url)

        return pieces()

    async def _astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        async def pieces() -> ChatResponseAsyncGen:
            ended = False
            try:
                async for piece in await super(ServerLLM, self)._astream_chat(messages, **kwargs):
                    ended = ended or _ends(piece)
                    yield piece
            except Exception as error:
                raise self._error(error) from error
            if not ended:
                raise _cut_short(self.url)

        return pieces()

    # --- retries and errors -----------------------------------------------------------------------------------

    def _repeated(self, call: Callable[[], Answer]) -> Answer:
        for attempt in range(self._settings.retries + 1):
            try:
                return call()
            except Exception as error:
                self._sleep(self._pause(error, attempt))
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, error: Exception, attempt: int) -> float:
        """Return the seconds to wait before the next attempt.

        Raises:
            ServerError: there is no next attempt.
        """
        told = self._error(error)
        # Who waited the whole time once may have met a passing jam; who did so twice has waited enough.
        last = (
            min(1, self._settings.retries)
            if isinstance(error, openai.APITimeoutError)
            else self._settings.retries
        )
        if attempt >= last or told.trouble not in _REPEATED:
            raise told from error
        asked = _retry_after(error)
        return min(WAIT_BACKOFF, WAIT_FIRST * 2**attempt) if asked is None else min(asked, WAIT_LONGEST)

    def _error(self, error: Exception) -> ServerError:
        if isinstance(error, ServerError):
            return error
        server = f"the server at {self.url}"
        # The wire's own errors come unwrapped where a stream is read.
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
            return ServerError(f"{server} did not answer within {self._settings.timeout_s:g} s", "down")
        wire = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(wire, httpx.DecodingError):
            return ServerError(f"{server} sent something that is no answer", "failed")
        if isinstance(error, openai.APIConnectionError | httpx.TransportError):
            return ServerError(f"{server} could not be reached, or broke the connection off", "down")
        if isinstance(error, openai.APIStatusError):
            return self._status_error(error, server)
        # The libraries read a body that is no chat completion with whatever error it leads to.
        return ServerError(f"{server} sent something that is no answer", "failed")

    def _status_error(self, error: openai.APIStatusError, server: str) -> ServerError:
        status = error.status_code
        if 300 <= status < 400:
            return ServerError(
                f"{server} points to another address (HTTP {status}), and letters only go to the one given; give the final address"
            )
        if status in {401, 403}:
            return ServerError(f"{server} refused the key (HTTP {status}); set WINNOW_SERVER_KEY to its own")
        if status == 404:
            known = "" if self.model == _NO_MODEL else f", or does not know the model {self.model}"
            return ServerError(
                f"{server} has nothing at this address{known} (HTTP 404); give the base URL, which often ends in /v1, "
                "and the model as the server lists it"
            )
        if status in {502, 503, 504}:
            return ServerError(f"{server} is not ready (HTTP {status})", "down")
        if status == 429:
            return ServerError(f"{server} has too much to do (HTTP 429)", "busy")
        said = str(error.body).lower()
        if status in {400, 413, 422, 500} and any(sign in said for sign in _TOO_LONG):
            return ServerError(
                f"{server} reads less text at once than it was sent (HTTP {status})", "too long"
            )
        if status >= 500 or status in {408, 409, 425}:
            return ServerError(f"{server} failed (HTTP {status})", "failed")
        return ServerError(f"{server} does not take the request (HTTP {status})", "rejected")


def _ends(piece: ChatResponse) -> bool:
    choices = getattr(piece.raw, "choices", None)
    return bool(choices) and choices[0].finish_reason is not None


def _cut_short(url: str) -> ServerError:
    return ServerError(f"the answer of the server at {url} was cut short", "failed")


def _retry_after(error: Exception) -> float | None:
    """Return the seconds that the server asks to wait, given as a number or as a date."""
    if not isinstance(error, openai.APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "")
    try:
        seconds = (
            float(value) if value[:1].isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
        )
    except ValueError:
        return None
    return max(0.0, seconds)


def open_server(settings: ServerSettings) -> ServerLLM:
    """Return the model on the server: the one named, or the only one that it lists.

    A named model is taken at its word: nothing is asked of the server before the first letter.

    Raises:
        ServerError: none is named and the server lists none or several, or can't be asked.
    """
    if settings.model is not None:
        return ServerLLM(settings, settings.model)
    listed = ServerLLM(settings, _NO_MODEL).models()
    if len(listed) == 1:
        return ServerLLM(settings, listed[0])
    found = f"lists {len(listed)} models ({', '.join(listed)})" if listed else "lists no model"
    raise ServerError(
        f"a model must be named where the server has not exactly one, but {settings.url} {found}; name it with --server-model"
    )


def server_missing(settings: ServerSettings) -> str | None:
    """Return what keeps the server from being used, in one line, or None. Asks it once for its models."""
    try:
        once = ServerSettings(settings.url, settings.model, settings.key, min(settings.timeout_s, 5.0), 0)
        listed = ServerLLM(once, settings.model or _NO_MODEL).models()
        if settings.model is None:
            open_server(once)
    except ServerError as error:
        return str(error)
    # Ollama lists the tag that it takes where none is given.
    known = {*listed, *(name.removesuffix(":latest") for name in listed)}
    if settings.model is not None and listed and settings.model not in known:
        return f"the server at {settings.url} does not list the model {settings.model}; it lists {', '.join(listed)}"
    return None

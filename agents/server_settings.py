"""Which server a language model is asked on: its address, the model, the key, and how long and how often to ask.

The key is the one given here and no other: nothing is ever read from the environment. Knows nothing about HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from agents.llms import LLMError

Trouble = Literal["down", "busy", "failed", "refused", "rejected", "too long"]
"""What went wrong: the server does not answer; it has too much to do; it answers, but with an error or with rubbish;
it has no such model or does not take the key; it does not take this kind of request; the text is longer than it reads."""


class ServerError(LLMError):
    """A server that can't be used, or a request to it that failed after its bounded retries."""

    def __init__(self, message: str, trouble: Trouble = "refused") -> None:
        super().__init__(message)
        self.trouble: Trouble = trouble


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where an OpenAI-compatible server listens and how to ask it. ``url`` is its base, such as http://127.0.0.1:8000/v1.

    Raises:
        ServerError: a setting that can't be.
    """

    url: str
    model: str | None = None
    """As the server calls it; None takes the only one that it lists."""
    key: str | None = field(default=None, repr=False)
    """Sent as a bearer token to this server; None sends none."""
    timeout_s: float = 60.0
    """Seconds, above 0 and at most 3600, that one answer may take as a whole."""
    retries: int = 2
    """How often a failed request is repeated, 0 to 10; one that took the whole timeout only once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", checked_url(self.url))
        if self.model is not None and not self.model.strip():
            raise ServerError(
                "the server's model must have a name, but got an empty one; leave it out to take the one listed"
            )
        if self.key is not None and not (
            self.key and self.key.isascii() and self.key.isprintable() and " " not in self.key
        ):
            raise ServerError(
                "the server's key must be printable ASCII without blanks; leave it out if the server wants none"
            )
        if not 0 < self.timeout_s <= 3600:
            raise ServerError(
                f"the server's timeout must be above 0 and at most 3600 seconds, but got {self.timeout_s}"
            )
        if not 0 <= self.retries <= 10:
            raise ServerError(f"the server's retries must be between 0 and 10, but got {self.retries}")


def checked_url(url: str) -> str:
    """Return the base URL without a slash at its end.

    >>> checked_url("http://127.0.0.1:8000/v1/")
    'http://127.0.0.1:8000/v1'

    Raises:
        ServerError: it is not the plain http or https address of a host.
    """
    # The address itself is never repeated: it may hold a name, a password or a key.
    example = "give one such as http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ServerError(f"the server's URL must be an address with a port below 65536; {example}") from None
    if parts.username is not None or parts.password is not None:
        raise ServerError("the server's URL must hold no name or password; give the key by itself")
    if parts.scheme not in {"http", "https"}:
        raise ServerError(f"the server's URL must start with http:// or https://; {example}")
    if not parts.hostname or port == 0 or not url.isprintable() or " " in url:
        raise ServerError(f"the server's URL must name a host; {example}")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise ServerError(f"the server's URL must end with its path, without ? or #; {example}")
    return url.rstrip("/")

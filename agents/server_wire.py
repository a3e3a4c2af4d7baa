"""The wire to one server: which bytes go out, and how much and how long may come back.

What is sent is a short list of headers and the request itself, to the one address and nowhere else: no proxy, no
redirect, no header or key that stands in the environment. Knows nothing about prompts or answers.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Iterator
from typing import cast

import httpx

from agents.server_settings import ServerSettings

SENT = frozenset({"host", "accept", "connection", "content-type", "content-length"})
"""The only headers that a request keeps; the client libraries add the machine's system and Python version."""

USER_AGENT = "winnow"

REPLY_BYTES = 4_000_000
"""The longest body that is read. An answer of some hundred tokens with its probabilities has some ten thousand."""

CONNECT_SECONDS = 10.0
"""The longest wait for a connection; a server that is there takes one at once."""


_NO_KEEPING = httpx.Limits(max_connections=16, max_keepalive_connections=0)
"""Each request has a connection of its own: one kept open goes stale, and dies with the event loop that opened it."""


def sync_client(settings: ServerSettings) -> httpx.Client:
    """Return a client that reaches only the server of ``settings``."""
    return httpx.Client(
        transport=_OneServer(settings),
        timeout=_timeout(settings),
        follow_redirects=False,
        trust_env=False,
    )


def async_client(settings: ServerSettings) -> httpx.AsyncClient:
    """Return the same for asynchronous use."""
    return httpx.AsyncClient(
        transport=_OneServerAsync(settings),
        timeout=_timeout(settings),
        follow_redirects=False,
        trust_env=False,
    )


def _timeout(settings: ServerSettings) -> httpx.Timeout:
    return httpx.Timeout(settings.timeout_s, connect=min(settings.timeout_s, CONNECT_SECONDS))


def _certificates(settings: ServerSettings) -> ssl.SSLContext | bool:
    """The system's certificates: a server inside an organisation is often signed by its own authority."""
    return ssl.create_default_context() if settings.url.startswith("https:") else True


def _prepare(request: httpx.Request, settings: ServerSettings) -> None:
    """Strip the request to what the server needs.

    Raises:
        httpx.UnsupportedProtocol: it goes to another address than the one of the settings.
    """
    base = httpx.URL(settings.url)
    same = [(url.scheme, url.host, url.port) for url in (request.url, base)]
    if same[0] != same[1] or not request.url.path.startswith(f"{base.path.rstrip('/')}/"):
        raise httpx.UnsupportedProtocol("a request may only go to the server's own address", request=request)
    for name in list(request.headers):
        if name.lower() not in SENT:
            del request.headers[name]
    request.headers["User-Agent"] = USER_AGENT
    # A compressed body could be a thousand times as long as what came over the wire.
    request.headers["Accept-Encoding"] = "identity"
    if settings.key is not None:
        request.headers["Authorization"] = f"Bearer {settings.key}"


class _Bounds:
    """Ends a body that is too long, or that trickles in longer than the timeout."""

    def __init__(self, request: httpx.Request, settings: ServerSettings) -> None:
        self._request = request
        self._seconds = settings.timeout_s
        self._end = time.monotonic() + settings.timeout_s
        self._left = REPLY_BYTES

    def check(self, chunk: bytes) -> bytes:
        self._left -= len(chunk)
        if self._left < 0:
            raise httpx.DecodingError(f"a reply of more than {REPLY_BYTES} bytes", request=self._request)
        if time.monotonic() > self._end:
            raise httpx.ReadTimeout(f"no whole answer within {self._seconds:g} s", request=self._request)
        return chunk


def _plain(response: httpx.Response, request: httpx.Request) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise httpx.DecodingError("a compressed reply, which was not asked for", request=request)


class _OneServer(httpx.BaseTransport):
    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._inner = httpx.HTTPTransport(verify=_certificates(settings), trust_env=False, limits=_NO_KEEPING)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _prepare(request, self._settings)
        bounds = _Bounds(request, self._settings)
        response = self._inner.handle_request(request)
        try:
            _plain(response, request)
        except httpx.DecodingError:
            response.close()
            raise
        response.stream = _Bounded(cast("httpx.SyncByteStream", response.stream), bounds)
        return response

    def close(self) -> None:
        self._inner.close()


class _Bounded(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, bounds: _Bounds) -> None:
        self._inner = inner
        self._bounds = bounds

    def __iter__(self) -> Iterator[bytes]:
        return map(self._bounds.check, self._inner)

    def close(self) -> None:
        self._inner.close()


class _OneServerAsync(httpx.AsyncBaseTransport):
    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._inner = httpx.AsyncHTTPTransport(
            verify=_certificates(settings), trust_env=False, limits=_NO_KEEPING
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _prepare(request, self._settings)
        bounds = _Bounds(request, self._settings)
        response = await self._inner.handle_async_request(request)
        try:
            _plain(response, request)
        except httpx.DecodingError:
            await response.aclose()
            raise
        response.stream = _BoundedAsync(cast("httpx.AsyncByteStream", response.stream), bounds)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BoundedAsync(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, bounds: _Bounds) -> None:
        self._inner = inner
        self._bounds = bounds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield self._bounds.check(chunk)

    async def aclose(self) -> None:
        await self._inner.aclose()

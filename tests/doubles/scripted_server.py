"""A small HTTP server on loopback that answers as the test scripts it: well, badly, late, or not at all.

Speaks as much of OpenAI's protocol as a test asks for; keeps every request it got.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request: ``body`` is its JSON, empty for a GET."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """The contents of all messages, one below the other."""
        return "\n".join(message["content"] for message in self.body["messages"])


@dataclass(frozen=True)
class Sent:
    """One response. ``promised`` is a Content-Length longer than what comes; ``late`` waits for seconds at first."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    late: float = 0.0
    promised: int | None = None
    trickle: float = 0.0
    content_type: str = "application/json"


Script = Callable[[Asked], Sent]


def completion(text: str | None, *, finish: str = "stop", logprobs: Sequence[tuple[str, float]] = ()) -> Sent:
    """A chat completion with ``text`` as its answer."""
    pieces = [
        {"token": token, "logprob": value, "bytes": None, "top_logprobs": []} for token, value in logprobs
    ]
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": finish,
        "logprobs": {"content": pieces} if pieces else None,
    }
    whole = {"id": "x", "object": "chat.completion", "created": 0, "model": "tiny", "choices": [choice]}
    return Sent(body=json.dumps(whole).encode())


def models(*names: str) -> Sent:
    """The list of models of a server."""
    rows = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in names]
    return Sent(body=json.dumps({"object": "list", "data": rows}).encode())


def events(*pieces: str, finish: str | None = "stop") -> Sent:
    """A streamed completion; ``finish`` None is a stream that breaks off."""
    deltas: list[tuple[dict[str, str], str | None]] = [({"content": piece}, None) for piece in pieces]
    if finish is not None:
        deltas.append(({}, finish))
    lines = [
        json.dumps(
            {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "tiny",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
            }
        )
        for delta, reason in deltas
    ]
    body = "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"])
    return Sent(body=body.encode(), content_type="text/event-stream")


class ScriptedServer:
    """Where the server listens (``url`` ends in /v1) and what it was asked."""

    def __init__(self, script: Script) -> None:
        self.asked: list[Asked] = []
        self.script = script
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _answer(self, body: dict[str, Any]) -> None:
                asked = Asked(self.command, self.path, dict(self.headers.items()), body)
                outer.asked.append(asked)
                sent = outer.script(asked)
                outer.closing.wait(sent.late)
                try:
                    self.send_response(sent.status)
                    self.send_header("Content-Type", sent.content_type)
                    length = len(sent.body) if sent.promised is None else sent.promised
                    self.send_header("Content-Length", str(length))
                    for name, value in sent.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self._body(sent)
                except OSError:
                    pass  # the client gave up, which is what some tests are about
                if sent.promised is not None or sent.late:
                    self.close_connection = True

            def _body(self, sent: Sent) -> None:
                if not sent.trickle:
                    self.wfile.write(sent.body)
                    return
                for index in range(len(sent.body)):
                    self.wfile.write(sent.body[index : index + 1])
                    self.wfile.flush()
                    if outer.closing.wait(sent.trickle):
                        return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop to listen: from here on connections are refused."""
        if self.closing.is_set():
            return
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def chats(self) -> list[Asked]:
        """The chat requests alone."""
        return [asked for asked in self.asked if asked.path.endswith("/chat/completions")]


@contextmanager
def scripted_server(script: Script | Sequence[Sent]) -> Iterator[ScriptedServer]:
    """Run a server that answers by ``script``, or with these answers in their order, the last one for ever."""
    left = [] if callable(script) else list(script)

    def in_order(asked: Asked) -> Sent:
        return left.pop(0) if len(left) > 1 else left[0]

    server = ScriptedServer(script if callable(script) else in_order)
    server.start()
    try:
        yield server
    finally:
        server.stop()

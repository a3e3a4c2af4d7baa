"""A provider of logins that speaks OpenID Connect on this machine: whoever comes is logged in as the person it was made for.

Signs with a key of its own, as a real provider does, so that the dashboard's library checks what it gets.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "winnow"


class LoginProvider:
    """The provider at ``address``; ``person`` holds the claims about whoever logs in next."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.person: dict[str, object] = {}
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.nonces: dict[str, str | None] = {}

    def metadata(self) -> dict[str, object]:
        """What the provider says of itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, code: str) -> dict[str, object]:
        """The signed token for a code that was given out."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600, **self.person}
        nonce = self.nonces.pop(code)
        if nonce is not None:
            claims["nonce"] = nonce
        signed = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        return {"access_token": "of no use", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


@contextmanager
def login_provider() -> Iterator[LoginProvider]:
    """A provider that answers for as long as the block runs."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = parse_qs(address.query)
            if address.path == "/.well-known/openid-configuration":
                self._say(provider.metadata())
            elif address.path == "/keys":
                self._say({"keys": [provider.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]})
            elif address.path == "/authorize":
                code = f"code-{len(provider.nonces)}-{time.monotonic_ns()}"
                provider.nonces[code] = asked.get("nonce", [None])[0]
                back = urlencode({"code": code, "state": asked["state"][0]})
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._say(provider.token(form["code"][0]))

        def _say(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it overrides
            """Say nothing: a test's output is pytest's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider = LoginProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

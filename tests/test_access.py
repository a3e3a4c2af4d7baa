from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit.config
from streamlit.testing.v1 import AppTest

from ui.commands.serve import APP
from ui.dashboard.access import is_loopback, login_settings, may_enter

PAGES = ("screen", "compare", "ask", "decide", "letters", "write", "evidence")
AUTH = {
    "redirect_uri": "https://winnow.example.org/oauth2callback",
    "cookie_secret": "a secret of the tests",
    "client_id": "winnow",
    "client_secret": "another secret of the tests",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}


@pytest.fixture
def everywhere() -> Iterator[None]:
    """A server that listens at every address of the machine."""
    before = streamlit.config.get_option("server.address")
    streamlit.config.set_option("server.address", "0.0.0.0")
    yield
    streamlit.config.set_option("server.address", before)


@pytest.mark.parametrize(
    ("address", "alone"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("[::1]", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("localhost.example.org", False),
        ("", False),
        (None, False),
    ],
)
def test_only_loopback_is_this_machine_alone(address: str | None, alone: bool) -> None:
    """No address at all means every address, and a name is not taken for one."""
    assert is_loopback(address) is alone


@pytest.mark.parametrize(
    "path", [APP, *(APP.parent / "screens" / f"{page}.py" for page in PAGES)], ids=lambda p: p.stem
)
def test_a_public_address_without_a_login_is_refused(
    path: Path, everywhere: None, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application, and each of its pages, draws the refusal and nothing of the store."""
    monkeypatch.setenv("WINNOW_STORE", str(own_store))
    if path == APP:
        drawn = AppTest.from_file(str(APP), default_timeout=60).run()
    else:
        source = f"from ui.screens import {path.stem}\n{path.stem}.page()"
        drawn = AppTest.from_string(source, default_timeout=60).run()
    assert [box.value for box in drawn.error] == ["This dashboard is not served."]
    assert not drawn.selectbox
    assert not drawn.button
    assert not drawn.title


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_where_a_login_is_configured_nobody_looks_without_one(
    address: str, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login in the secrets is asked for at every address: only the button is drawn."""
    monkeypatch.setenv("WINNOW_STORE", str(own_store))
    monkeypatch.setitem(streamlit.config._config_options or {}, "server.address", _option(address))
    drawn = AppTest.from_file(str(APP), default_timeout=60)
    drawn.secrets["auth"] = AUTH
    drawn.secrets["access"] = {"emails": ["ada@example.org"]}
    drawn.run()
    assert not drawn.exception
    assert [button.label for button in drawn.button] == ["Log in"]
    assert not drawn.selectbox


def _option(address: str) -> object:
    from copy import copy

    found = copy(streamlit.config.get_config_options()["server.address"])
    found.set_value(address, "the test")
    return found


@pytest.mark.parametrize(
    ("user", "enters"),
    [
        ({"email": "ada@example.org", "email_verified": True}, True),
        ({"email": " ADA@example.org ", "email_verified": True}, True),
        ({"email": "ada@example.org", "email_verified": False}, False),
        ({"email": "ada@example.org"}, False),
        ({"email": "eve@example.org", "email_verified": True}, False),
        ({"email_verified": True}, False),
    ],
    ids=["listed", "other case", "unverified", "never verified", "not listed", "no address"],
)
def test_only_people_on_the_list_come_in(user: dict[str, object], enters: bool) -> None:
    """A login alone is not enough: the address is verified and stands on the list."""
    assert may_enter(user, frozenset({"ada@example.org"})) is enters


@pytest.mark.parametrize(
    ("access", "emails"),
    [
        ({"emails": ["Ada@Example.org", " "]}, {"ada@example.org"}),
        ({"emails": "ada@example.org"}, set()),
        ({"emails": [7]}, set()),
        ({}, set()),
        (None, set()),
    ],
    ids=["a list", "a text", "numbers", "no emails", "no section"],
)
def test_a_list_of_another_form_lets_nobody_in(access: object, emails: set[str]) -> None:
    """A slip in the secrets never opens the door."""
    assert login_settings({"auth": AUTH, "access": access}).emails == emails

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dashboard_browser import free_port, looking, served, settled
from login_provider import CLIENT, LoginProvider, login_provider

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ADA = {"email": "ada@example.org", "email_verified": True}


def write_secrets(folder: Path, provider: LoginProvider, port: int) -> None:
    """A login with one person on its list, as docs/dashboard.md shows it."""
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(
        f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret that only the tests know"
client_id = "{CLIENT}"
client_secret = "another one"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"

[access]
emails = ["ada@example.org"]
""",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("person", "enters"),
    [
        (ADA, True),
        ({"email": "eve@example.org", "email_verified": True}, False),
        ({"email": "ada@example.org", "email_verified": False}, False),
    ],
    ids=["on the list", "not on the list", "on the list, unverified"],
)
def test_a_login_opens_the_dashboard_to_the_people_on_the_list(
    person: dict[str, object], enters: bool, browser: Browser, own_store: Path, tmp_path: Path
) -> None:
    """Before the login no page shows a letter; after it, only people on the list see any."""
    port = free_port()
    with login_provider() as provider:
        provider.person = person
        write_secrets(tmp_path, provider, port)
        with served(own_store, tmp_path / "log", port) as address, looking(browser, []) as page:
            page.goto(f"{address}/letters")
            settled(page)
            assert page.get_by_role("combobox").count() == 0
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{address}/**")
            wanted = page.get_by_role("combobox") if enters else page.get_by_role("button", name="Log out")
            wanted.first.wait_for()
            settled(page)
            assert (page.get_by_role("combobox").count() > 0) is enters
            assert (page.get_by_text("not on the list").count() > 0) is not enters

"""Who may see the dashboard: everyone on this machine, or the people on a list once a login is configured.

Every page asks here before it draws anything. Knows nothing about letters.
"""

from __future__ import annotations

import getpass
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

HOW_TO_LOG_IN = (
    "A dashboard beyond this machine needs a login: set up [auth] and the list of people "
    "([access] emails) in .streamlit/secrets.toml, as docs/dashboard.md says, or start it with `winnow ui`."
)


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """``configured`` says that a login stands in the secrets; ``emails`` who may come in, in lower case."""

    configured: bool
    emails: frozenset[str]


def is_loopback(address: str | None) -> bool:
    """Say whether a server at this address is reached from this machine alone. No address means every one.

    >>> [is_loopback(address) for address in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None)]
    [True, True, True, False, False, False]
    """
    if not address:
        return False
    if address.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def login_settings(secrets: Mapping[str, object]) -> LoginSettings:
    """Read ``[auth]`` and ``[access] emails`` from the secrets. A list of another form lets nobody in."""
    access = secrets.get("access")
    listed = access.get("emails") if isinstance(access, Mapping) else None
    emails = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    return LoginSettings(
        configured=isinstance(secrets.get("auth"), Mapping),
        emails=frozenset(one.strip().lower() for one in emails if isinstance(one, str) and one.strip()),
    )


def may_enter(user: Mapping[str, object], emails: frozenset[str]) -> bool:
    """Say whether a logged-in person stands on the list, with an address that the provider has verified."""
    email = user.get("email")
    return isinstance(email, str) and email.strip().lower() in emails and user.get("email_verified") is True


def require_access() -> None:
    """Draw nothing more unless the person may be here."""
    login = configured_login()
    if not login.configured:
        if not is_loopback(st.get_option("server.address")):
            st.error("This dashboard is not served.")
            st.text(HOW_TO_LOG_IN)
            st.stop()
        return
    user = st.user.to_dict()
    if user.get("is_logged_in") is not True:
        st.title("Winnow")
        st.write("Log in to see letters.")
        st.button("Log in", type="primary", on_click=st.login)
        st.stop()
    if not may_enter(user, login.emails):
        st.error("You are logged in, but not on the list of people who may see letters.")
        st.button("Log out", on_click=st.logout)
        st.stop()


def actor() -> str:
    """Return who acts, for the ledger: the e-mail address of the login, or the user of this machine."""
    if configured_login().configured:
        return str(st.user.to_dict().get("email", ""))
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "this machine"


def configured_login() -> LoginSettings:
    """Return what the secrets say of a login; no secrets are no login."""
    try:
        return login_settings(st.secrets.to_dict())
    except StreamlitSecretNotFoundError:
        return LoginSettings(configured=False, emails=frozenset())

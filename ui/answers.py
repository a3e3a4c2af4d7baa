"""Takes the verdict out of a query engine's response.

Knows the one key under which it stands, and nothing about how it was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.verdict import Verdict

if TYPE_CHECKING:
    from llama_index.core.base.response.schema import RESPONSE_TYPE


def verdict_in(response: RESPONSE_TYPE) -> Verdict:
    """Return the verdict that ``response`` carries."""
    verdict = (response.metadata or {})["verdict"]
    if not isinstance(verdict, Verdict):
        raise TypeError(f"a response's verdict must be a Verdict, but got {type(verdict).__name__}")
    return verdict

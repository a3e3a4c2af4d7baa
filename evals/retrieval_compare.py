"""Two ways to search beside each other for one query: ids, similarities, and what both find.

Behind ``winnow eval retrieval --compare``. Knows nothing about which answers are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.comparing import order_tau
from evals.retrieval import Found, searcher, system_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.retrieval import RetrievalMode
    from evals.retrieval_sets import Query, RetrievalSet
    from ingestion.letter_embedder import LetterEmbedder


class SideError(ValueError):
    """A side of a comparison that cannot be read; the message names the rule, the value and the remedy."""


@dataclass(frozen=True, slots=True)
class Side:
    """One way to search: an embedder (a name or folder, None for the run's own) and a mode."""

    embedder: str | None
    mode: RetrievalMode


@dataclass(frozen=True, slots=True)
class Beside:
    """What two sides find for one query, each its first ``top_k``.

    ``shared`` are the documents that both hold, in the first's order; ``tau`` is Kendall's tau-b of the whole orders.
    """

    set_name: str
    query_id: str
    text: str
    relevant: tuple[str, ...]
    names: tuple[str, str]
    found: tuple[tuple[Found, ...], tuple[Found, ...]]
    shared: tuple[str, ...]
    tau: float | None


def read_side(words: str) -> Side:
    """Read ``MODE``, ``EMBEDDER`` (dense) or ``EMBEDDER:MODE``.

    >>> read_side("hybrid"), read_side("minilm"), read_side("e5-large:hybrid")
    (Side(embedder=None, mode='hybrid'), Side(embedder='minilm', mode='dense'), Side(embedder='e5-large', mode='hybrid'))

    Raises:
        SideError: there is nothing before the colon, or no such mode after it.
    """
    from agents.retrieval import RETRIEVAL_MODES

    embedder, colon, word = words.rpartition(":")
    for mode in RETRIEVAL_MODES:
        if word == mode and bool(embedder) == bool(colon):
            return Side(embedder or None, mode)
    if colon or not words:
        raise SideError(
            f"--compare takes MODE, EMBEDDER or EMBEDDER:MODE, with a mode of {', '.join(RETRIEVAL_MODES)}, but got "
            f"{words!r}"
        )
    return Side(words, "dense")


def lay_beside(
    found: RetrievalSet,
    query: Query,
    sides: tuple[Side, Side],
    load: Callable[[str | None], LetterEmbedder],
    *,
    default: str,
    top_k: int,
    say: Callable[[str], None],
) -> Beside:
    """Search with both sides. ``load`` returns a side's embedder, ``default`` is what the run's own is called."""
    from evals.retrieval_store import fill, retrieval_store

    orders: list[tuple[Found, ...]] = []
    with retrieval_store() as store:
        for side in sides:
            embedder = load(side.embedder)
            fill(store, embedder, found, say)
            orders.append(searcher(store, embedder, side.mode)(query.text))
    ids = [[one.doc_id for one in order] for order in orders]
    second = set(ids[1][:top_k])
    return Beside(
        found.name,
        query.query_id,
        query.text,
        tuple(query.relevant),
        (
            system_name(sides[0].embedder or default, sides[0].mode),
            system_name(sides[1].embedder or default, sides[1].mode),
        ),
        (orders[0][:top_k], orders[1][:top_k]),
        tuple(one for one in ids[0][:top_k] if one in second),
        order_tau(*ids),
    )

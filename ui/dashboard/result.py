"""The result that a page speaks of, and what people changed about it, read once for every session.

Draws why there is nothing to speak of, where that is so. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from agents.overlay import Override, Reviewed, with_overrides
from agents.verdict import Verdict
from ingestion.records import PostingRow, StoreError
from ui.dashboard.choice import chosen_posting, chosen_screening
from ui.dashboard.shared import letters_of, open_store, store_folder, verdict_of
from ui.dashboard.words import plain
from ui.failures import describe

if TYPE_CHECKING:
    from agents.decisions import Decision


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A posting and the verdict of one of its screenings."""

    posting: PostingRow
    verdict: Verdict


def chosen_result() -> Result | None:
    """Return the chosen screening's result; where there is none, draw what to do first and return None."""
    posting, screening_id = chosen_posting(), chosen_screening()
    if posting is None:
        st.info("There are no letters yet. Read some in on the Letters page, then screen them.")
        return None
    if screening_id is None:
        st.info("This posting has not been screened yet. Start on the Screen page.")
        return None
    try:
        return Result(posting, verdict_of(screening_id))
    except StoreError as error:
        st.error("This screening can't be read.")
        plain(describe(error))
        return None


def reviewed_of(verdict: Verdict) -> Reviewed:
    """Return a verdict with people's changes laid over it, laid anew whenever one of them or the verdict has changed.

    Raises:
        StoreError: the ledger is damaged.
    """
    from agents.overriding import overrides

    standing = overrides(open_store(), verdict.screening_id)
    places = tuple(one.place for one in standing)
    return _reviewed(
        store_folder(), verdict.screening_id, letters_of(verdict.screening_id), places, verdict, standing
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _reviewed(
    folder: Path,
    screening_id: str,
    letters: int,
    places: tuple[int, ...],
    _verdict: Verdict,
    _standing: Sequence[Override],
) -> Reviewed:
    del folder, screening_id, letters, places
    return with_overrides(_verdict, _standing)


def decisions_of(screening_id: str) -> dict[str, Decision]:
    """Return the decisions that stand in a screening, by letter id, read again whenever the store has changed."""
    return _decisions(store_folder(), screening_id, open_store().version)


@st.cache_resource(show_spinner=False, max_entries=8)
def _decisions(folder: Path, screening_id: str, version: int) -> dict[str, Decision]:
    from agents.decisions import decisions

    del folder, version
    return decisions(open_store(), screening_id)

"""A store with four letters and one screening of them that the ledger recorded: what decisions are taken on.

Knows nothing about the decisions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from screened_letters import POSTING, SCREENING, Written, screened

from agents.screening_record import record_screening
from agents.stored_screening import verdict_of
from ingestion.store import Store

ASKS: Final = {"cook": "cooking", "bake": "baking"}
LETTERS: Final = [
    Written("1", "I cook in a hotel.", "Jane Doe", {"cook": ("met", "I cook")}),
    Written("2", "I cook at home.", "Will Smith", {"cook": ("partial", "I cook")}),
    Written("3", "I bake bread.", None, {"bake": ("met", "I bake")}),
    Written("es", "Cocino.", None, unjudged="not in English"),
]
ACTOR: Final = "ann@example.org"


def recorded_store(folder: Path, *, comparison_only: bool = False, recorded: bool = True) -> Store:
    """Return the store, open; the screening is recorded as the engine records it, unless it is to be an older one."""
    strategy = "listwise" if comparison_only else "evidence"
    store = screened(folder, LETTERS, ASKS, strategy=strategy, comparison_only=comparison_only)
    if recorded:
        stored = store.screening(SCREENING)
        with store.writing() as tx:
            record_screening(tx, stored, verdict_of(stored))
    return store


def key_of(store: Store, letter_id: str) -> int:
    """The key of a letter that stands."""
    letter = store.letter(POSTING, letter_id)
    assert letter is not None
    return letter.key


def erase(store: Store, letter_id: str) -> None:
    """Erase a letter as `winnow erase` does."""
    with store.writing() as tx:
        tx.erase_letter(key_of(store, letter_id))

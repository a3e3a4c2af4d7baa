"""What goes into a store and comes out of it beside letters and passages, and how a store refuses.

Knows nothing about SQL, files or FAISS.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from ingestion.letter import Letter, OffsetMap, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class StoreError(Exception):
    """The store refuses or cannot do something; the message says the rule, the value and the remedy."""


class StoreBusy(StoreError):
    """Another writer holds the store, or a reader keeps it from finishing."""


class StoreDamaged(StoreError):
    """What was read is not what was written."""


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting. ``blind`` is fixed when it is made; ``letters`` counts its letters."""

    posting_id: int
    name: str
    blind: bool
    letters: int


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A letter that is not stored yet.

    ``signature`` holds the bands of its minhash, in order; two letters that share a band in the
    same place are near-duplicate candidates. Each band is an integer of at most 64 bits.
    """

    posting: str
    letter_id: str
    applicant: str | None
    text: str
    judged_text: str
    offsets: OffsetMap
    language: str
    source: str
    signature: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DuplicateLink:
    """``letter_key`` repeats the earlier letter ``of_key``; ``similarity`` 1.0 is the same text."""

    letter_key: int
    of_key: int
    of_letter_id: str
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class LetterMaterial:
    """All that a judge without an LLM needs of one letter.

    ``vectors`` is float32 (n_sentences, dimension), unit norm, row i belonging to ``sentences[i]``.
    """

    letter: Letter
    sentences: tuple[Passage, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ErasureCount:
    """How many rows an erasure removed.

    ``screening_texts`` are all texts of every screening that held the letter, whoever they speak of; ``hidden_texts``
    what was found hidden in it; ``ledger_payloads`` what the ledger said of it.
    """

    letters: int
    passages: int
    vectors: int
    duplicate_links: int
    screening_entries: int
    screening_texts: int
    hidden_texts: int = 0
    ledger_payloads: int = 0

    def __add__(self, other: ErasureCount) -> ErasureCount:
        return ErasureCount(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class ScreeningEntry:
    """What a screening says about one letter. ``payload`` is JSON text that the store does not read."""

    letter_key: int
    payload: str


@dataclass(frozen=True, slots=True)
class StoredScreening:
    """One screening as it was stored, entries in the order they were given.

    ``created`` is ISO 8601 in UTC. ``header`` is JSON text that the store does not read. Erasing a
    letter removes its entry, not the header: nothing that belongs to one letter may stand there.
    """

    screening_id: str
    posting: str
    created: str
    header: str
    entries: tuple[ScreeningEntry, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ScreeningSummary:
    """One line of the list of screenings; ``letters`` counts its entries."""

    screening_id: str
    posting: str
    created: str
    letters: int


@dataclass(frozen=True, slots=True)
class ScreeningText:
    """Free text that belongs to a screening as a whole: a chat turn, a model's prose.

    ``payload`` is text that the store does not read, ``created`` is ISO 8601 in UTC. It may speak of
    any letter of the screening, so erasing one letter removes all texts of its screenings.
    """

    text_id: int
    screening_id: str
    kind: str
    payload: str
    created: str

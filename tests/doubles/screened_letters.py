"""A store with letters and a screening whose findings are written by hand: no model, no encoder, no file.

Knows nothing about chat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.blinding import blind
from ingestion.sentences import split_sentences
from ingestion.store import LetterDraft, ScreeningEntry, Store, StoredScreening

if TYPE_CHECKING:
    from agents.stored_screening import FindingRow
    from agents.verdict import Label

POSTING = "jobs"
SCREENING = "s-by-hand"


@dataclass(frozen=True, slots=True)
class Written:
    """One letter. ``shows`` maps a requirement's id to (label, words of the text), ``unjudged`` is a reason instead."""

    letter_id: str
    text: str
    applicant: str | None = None
    shows: dict[str, tuple[Label, str]] = field(default_factory=dict)
    unjudged: str | None = None


def screened(
    folder: Path,
    letters: list[Written],
    asks: dict[str, str],
    *,
    strategy: str = "evidence",
    comparison_only: bool = False,
) -> Store:
    """Return an open store with these letters and one screening of them; all of ``asks`` are musts of weight 2."""
    from agents.stored_screening import Entry, Header, RequirementRow

    store = Store.open(folder, create=True)
    with store.writing() as tx:
        tx.add_posting(POSTING, blind=True)
        entries: list[ScreeningEntry] = []
        for one in letters:
            judged, offsets = blind(one.text, one.applicant)
            letter = tx.put_letter(
                LetterDraft(POSTING, one.letter_id, one.applicant, one.text, judged, offsets, "en", "by hand")
            )
            tx.add_passages(letter.key, [("sentence", *span) for span in split_sentences(judged)])
            entry = Entry(
                letter_id=one.letter_id,
                applicant=one.applicant,
                similarity=None,
                findings=None if one.unjudged or comparison_only else _findings(one, asks),
                unjudged=one.unjudged or ("compared only" if comparison_only else None),
                same_text=(),
                near_text=(),
            )
            entries.append(ScreeningEntry(letter.key, entry.model_dump_json()))
        header = Header(
            strategy=strategy,
            posting=POSTING,
            job_description="; ".join(asks.values()),
            requirements=tuple(
                RequirementRow(id=name, text=text, kind="must", weight=2) for name, text in asks.items()
            ),
            pipeline={},
            over_limit=0,
            letters=len(letters),
            left_out=(),
            seconds=(0.0, 0.0, 0.0),
            comparison_only=comparison_only,
        )
        tx.put_screening(
            StoredScreening(
                SCREENING, POSTING, "2026-01-02T03:04:05+00:00", header.model_dump_json(), tuple(entries)
            )
        )
    return store


def _findings(one: Written, asks: dict[str, str]) -> tuple[FindingRow, ...]:
    return tuple(_finding(one, name) for name in asks)


def _finding(one: Written, name: str) -> FindingRow:
    from agents.stored_screening import FindingRow

    if name not in one.shows:
        return FindingRow(requirement_id=name, label="not_shown", confidence=0.9, quote=None, note="")
    label, words = one.shows[name]
    start = one.text.index(words)
    quote = (words, start, start + len(words))
    return FindingRow(requirement_id=name, label=label, confidence=0.9, quote=quote, note="")

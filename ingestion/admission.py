"""Whether a letter that was read may enter a posting: as a new one, as a change of one that stands there, or not.

Knows nothing about transactions or vectors.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from ingestion.duplicates import EDIT, resemblance, shingles
from ingestion.intake_rows import HygieneFinding
from ingestion.letter import Letter
from ingestion.raw_letter import RawLetter, Refusal, origin_of


@dataclass(frozen=True, slots=True)
class Admitted:
    """A letter that may enter. ``key`` is the letter it changes or equals, None for a new one."""

    letter: RawLetter
    status: Literal["new", "changed", "unchanged"]
    key: int | None = None


def admit(raw: RawLetter, stands: Letter | None, *, replace: bool) -> Admitted | Refusal:
    """Decide about a letter whose id ``stands`` in the posting, or does not.

    A changed text is taken as an edit of the old one where both come from the same file and at least a quarter of their
    three-word runs are shared, and no other applicant's name stands beside it.
    """
    if stands is None:
        return Admitted(raw, "new")
    same_origin = origin_of(raw.source) == origin_of(stands.source)
    if same_origin and (raw.text, raw.applicant) == (stands.text, stands.applicant):
        return Admitted(raw, "unchanged", stands.key)
    if replace:
        return Admitted(raw, "changed", stands.key)
    if not same_origin:
        return Refusal(
            raw.source,
            raw.letter_id,
            "an id belongs to one source within a posting",
            f"{raw.letter_id!r}, which came from {stands.source}",
            "use --id-prefix if this is another letter, or --replace if it is to take the old one's place",
        )
    if raw.text != stands.text:
        if raw.applicant and stands.applicant and raw.applicant.casefold() != stands.applicant.casefold():
            return _another(raw, stands, "another applicant's")
        if resemblance(shingles(raw.text), shingles(stands.text)) < EDIT:
            return _another(raw, stands, "one that shares too little with it")
    return Admitted(raw, "changed", stands.key)


def _another(raw: RawLetter, stands: Letter, value: str) -> Refusal:
    return Refusal(
        raw.source,
        raw.letter_id,
        f"a letter may only change into an edit of itself ({raw.letter_id!r} from {stands.source})",
        value,
        "use --id-prefix if this is another letter, or --replace if it is to take the old one's place",
    )


def hygiene_of(raw: RawLetter) -> tuple[HygieneFinding, ...]:
    """Return what was hidden in a letter, as the store keeps it."""
    return tuple(HygieneFinding(one.kind, one.place, one.excerpt) for one in raw.hidden)


class IdsInFile:
    """Finds an id that stands twice in one file. Ids of a file of any length take no memory: they go to a scratch file."""

    def __init__(self) -> None:
        self._seen = sqlite3.connect("", isolation_level=None)  # private, on disk once it outgrows its cache
        self._seen.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;"
            "CREATE TABLE seen (id TEXT PRIMARY KEY, source TEXT) WITHOUT ROWID; BEGIN;"
        )
        self._file = -1

    def close(self) -> None:
        """Remove the scratch file."""
        self._seen.close()

    def check(self, file: int, raw: RawLetter) -> Refusal | None:
        """Remember a letter of the ``file`` with this number; refuse one whose id stood in it before."""
        if file != self._file:
            self._file = file
            self._seen.execute("DELETE FROM seen")
        new = self._seen.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)", (raw.letter_id, raw.source)
        ).rowcount
        if new:
            return None
        first = self._seen.execute("SELECT source FROM seen WHERE id = ?", (raw.letter_id,)).fetchone()[0]
        return Refusal(
            raw.source,
            raw.letter_id,
            "an id must stand only once in a file",
            f"{raw.letter_id!r}, which stands at {first}",
            "correct one of them, or name another --id-column",
        )

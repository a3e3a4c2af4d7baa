"""Judging a pool: every letter gets findings, or stands aside with the reason.

A letter is judged alone: a judge is handed one letter at a time and never sees the pool.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from agents.verdict import Assessment, Finding, Quote, Requirement, Unjudged
from ingestion.letter import Letter, natural_key
from ingestion.records import LetterMaterial
from ingestion.store import Store

LANGUAGE_NAMES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


def language_name(code: str) -> str:
    """Return the English name of an ISO 639-1 code, or the code itself."""
    return LANGUAGE_NAMES.get(code, code)


LetterReader = Callable[[LetterMaterial], tuple[Finding, ...]]
"""Reads one letter and answers the requirements in their order."""


class Judge(Protocol):
    """Reads letters one at a time."""

    strategy: str
    languages: frozenset[str]
    limit: int | None

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this judge depends on."""
        ...

    def reader(self, requirements: Sequence[Requirement]) -> LetterReader:
        """Return a function that reads one letter against ``requirements``."""
        ...


class ScreeningCancelled(Exception):
    """The person stopped the screening; nothing of it is kept."""


class LetterFailed(Exception):
    """One letter could not be judged, after the judge's bounded retries; the message is the reason people read."""


class QuoteMismatch(AssertionError):
    """A finding whose quote is not the letter's own words; it must never leave the judge."""


def quote_span(letter: Letter, start: int, end: int) -> Quote:
    """Return the words of ``letter.text`` behind ``judged_text[start:end]``."""
    first, last = letter.offsets.to_text(start, end)
    return Quote(text=letter.text[first:last], start=first, end=last)


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """One letter waiting to be judged, with its best passage cosine."""

    letter: Letter
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the pool. ``failed`` counts the unjudged letters that the judge tried and could not read."""

    assessments: tuple[Assessment, ...]
    unjudged: tuple[Unjudged, ...]
    over_limit: int
    failed: int = 0


def judge_pool(
    store: Store,
    embedder_key: str,
    pool: Sequence[PoolEntry],
    judge: Judge,
    requirements: Sequence[Requirement],
    *,
    limit: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Judged:
    """Judge the pool in its order, at most ``limit`` letters of it.

    Raises:
        ScreeningCancelled: ``cancel`` was set while letters were being read.
    """
    readable = [entry for entry in pool if entry.letter.language in judge.languages]
    foreign = foreign_letters(pool, judge.languages)
    chosen = readable if limit is None else readable[:limit]
    rest = over_limit_letters(readable[len(chosen) :], len(chosen))
    similarity = {entry.letter.key: entry.similarity for entry in chosen}
    read = judge.reader(requirements)
    assessments: list[Assessment] = []
    failed: list[Unjudged] = []
    for material in _materials(store, embedder_key, chosen):
        if cancel is not None and cancel.is_set():
            raise ScreeningCancelled(
                f"stopped after {len(assessments) + len(failed)} of {len(chosen)} letters"
            )
        letter = material.letter
        try:
            findings = read(material)
        except LetterFailed as failure:
            failed.append(stand_aside(PoolEntry(letter, similarity[letter.key]), str(failure)))
            if on_progress is not None:
                on_progress(len(assessments) + len(failed), len(chosen))
            continue
        check_findings(letter, findings, requirements)
        assessments.append(
            Assessment(letter.key, letter.letter_id, letter.applicant, similarity[letter.key], findings)
        )
        if on_progress is not None:
            on_progress(len(assessments) + len(failed), len(chosen))
    failed.sort(key=lambda unjudged: natural_key(unjudged.letter_id))
    return Judged(tuple(assessments), (*foreign, *failed, *rest), len(rest), len(failed))


def _materials(store: Store, embedder_key: str, chosen: Sequence[PoolEntry]) -> Iterator[LetterMaterial]:
    if not chosen:
        return iter(())
    keys = [entry.letter.key for entry in chosen]
    return store.material(chosen[0].letter.posting, embedder_key, keys)


def foreign_letters(pool: Sequence[PoolEntry], languages: frozenset[str]) -> list[Unjudged]:
    """Return the letters in a language that the judge doesn't read, in natural id order, each with the reason."""
    reads = " and ".join(sorted(language_name(code) for code in languages))
    found = [
        stand_aside(entry, f"{language_name(entry.letter.language)}; this judge reads {reads}")
        for entry in pool
        if entry.letter.language not in languages
    ]
    return sorted(found, key=lambda unjudged: natural_key(unjudged.letter_id))


def over_limit_letters(pool: Sequence[PoolEntry], judged: int) -> list[Unjudged]:
    """Return the letters that stand behind the ``judged`` first ones, in their order, each with the reason."""
    reason = f"beyond the judge limit (--top-k {judged}); ordered by retrieval only"
    return [stand_aside(entry, reason) for entry in pool]


def stand_aside(entry: PoolEntry, reason: str) -> Unjudged:
    """Return the entry as a letter without findings."""
    letter = entry.letter
    return Unjudged(letter.key, letter.letter_id, letter.applicant, reason, entry.similarity)


def check_findings(letter: Letter, findings: Sequence[Finding], requirements: Sequence[Requirement]) -> None:
    """Let nothing pass but one finding a requirement, in their order, each quote the letter's own words in its place.

    Raises:
        QuoteMismatch: anything else.
    """
    asked = [requirement.id for requirement in requirements]
    if asked != [finding.requirement_id for finding in findings]:
        raise QuoteMismatch(f"letter {letter.letter_id}: the findings do not answer {asked} in order")
    for finding in findings:
        quote = finding.quote
        if quote is not None and (not quote.text or letter.text[quote.start : quote.end] != quote.text):
            raise QuoteMismatch(
                f"letter {letter.letter_id}, {finding.requirement_id}: the quote is not the letter's own words"
            )

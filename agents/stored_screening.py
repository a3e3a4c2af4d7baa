"""A screening as it is kept: what was asked, and one entry a letter. Replay makes the verdict anew from it.

Scores, ranks, ties and rationale are never stored: they are computed from the findings each time, so that erasing a
letter is deleting its entry.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, JsonValue

from agents.hidden_notices import hidden_notices
from agents.intervals import INTERVALS
from agents.rationale import listed, one_line, render_rationale
from agents.scoring import first_or_reason, rank_letters, tied_with
from agents.screening_record import Gap, gap_of, recorded
from agents.verdict import (
    Assessment,
    Finding,
    Kind,
    Label,
    Notice,
    Posting,
    Prose,
    Quote,
    Ranked,
    Requirement,
    Seconds,
    Unjudged,
    Verdict,
    Winner,
)
from ingestion.letter import natural_key
from ingestion.records import ScreeningEntry, StoredScreening
from ingestion.store import Store

COMPARISON_HEAD = (
    "Comparison only: a language model looked at the letters together and picked this one. There are no findings and no "
    "quotes, and no decision can be taken on it."
)
"""How the rationale of a comparison begins."""

_NONCE_BYTES = 16

NAMED_PLACES = 10
"""How many erased places of a ranking a notice names before it counts the rest."""

NAMED_SIBLINGS = 5
"""How many letters of one shared template a notice names before it counts the rest."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RequirementRow(_Row):
    """One requirement as it was screened by."""

    id: str
    text: str
    kind: Kind
    weight: float


class FindingRow(_Row):
    """One finding; ``quote`` is (text, start, end)."""

    requirement_id: str
    label: Label
    confidence: float
    quote: tuple[str, int, int] | None
    note: str


class Header(_Row):
    """What holds for the whole screening. ``notices`` are (code, text), and speak of no letter.

    ``declined`` is why a comparison picked nobody.
    """

    strategy: str
    posting: str
    job_description: str
    requirements: tuple[RequirementRow, ...]
    pipeline: dict[str, JsonValue]
    over_limit: int
    letters: int
    left_out: tuple[str, ...]
    seconds: tuple[float, float, float]
    comparison_only: bool = False
    notices: tuple[tuple[str, str], ...] = ()
    declined: str | None = None


class Entry(_Row):
    """What holds for one letter: findings, or the reason why there are none; and whose text it shares.

    ``pick`` is the score of the letter that a comparison named. ``nonce`` is a random number: with it, the digest that
    the ledger keeps of this entry says nothing once the entry is erased.
    """

    letter_id: str
    applicant: str | None
    similarity: float | None
    findings: tuple[FindingRow, ...] | None
    unjudged: str | None
    same_text: tuple[int, ...]
    near_text: tuple[int, ...]
    pick: float | None = None
    nonce: str = ""


class ProseRow(_Row):
    """A language model's sentences about the screening, as they are kept beside it; ``failed`` is why there are none."""

    sentences: tuple[str, ...]
    dropped: int
    failed: str | None = None


class WordsRow(_Row):
    """What is said of a comparison's pick: by its model, unchecked, and so perhaps of anyone; or by code, ``counted``."""

    words: str
    counted: bool = False


PROSE_KIND = "prose"
WORDS_KIND = "comparison"
"""Under which kinds a store keeps the two beside the screening."""

SharedText = Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]]
"""Letter key -> keys of the letters with the same text, keys of those with nearly the same."""


def keep(
    screening_id: str,
    created: str,
    header: Header,
    assessments: Sequence[Assessment],
    unjudged: Sequence[Unjudged],
    shared: SharedText,
) -> StoredScreening:
    """Return the screening in the form that the store keeps."""
    entries = [_judged_entry(one, shared) for one in assessments]
    entries += [_unjudged_entry(one, shared) for one in unjudged]
    return StoredScreening(screening_id, header.posting, created, header.model_dump_json(), tuple(entries))


def keep_comparison(
    screening_id: str,
    created: str,
    header: Header,
    pick: tuple[Unjudged, float] | None,
    others: Sequence[Unjudged],
    shared: SharedText,
) -> StoredScreening:
    """Return a comparison-only screening in the form that the store keeps; ``pick`` is a letter and its score."""
    entries: list[ScreeningEntry] = []
    if pick is not None:
        entries.append(_unjudged_entry(pick[0], shared, pick=pick[1]))
    entries += [_unjudged_entry(one, shared) for one in others]
    return StoredScreening(screening_id, header.posting, created, header.model_dump_json(), tuple(entries))


def _judged_entry(assessment: Assessment, shared: SharedText) -> ScreeningEntry:
    same, near = shared.get(assessment.letter_key, ((), ()))
    entry = Entry(
        letter_id=assessment.letter_id,
        applicant=assessment.applicant,
        similarity=assessment.similarity,
        findings=tuple(_finding_row(finding) for finding in assessment.findings),
        unjudged=None,
        same_text=same,
        near_text=near,
        nonce=secrets.token_hex(_NONCE_BYTES),
    )
    return ScreeningEntry(assessment.letter_key, entry.model_dump_json())


def _unjudged_entry(left_out: Unjudged, shared: SharedText, pick: float | None = None) -> ScreeningEntry:
    same, near = shared.get(left_out.letter_key, ((), ()))
    entry = Entry(
        letter_id=left_out.letter_id,
        applicant=left_out.applicant,
        similarity=left_out.similarity,
        findings=None,
        unjudged=None if pick is not None else left_out.reason,
        same_text=same,
        near_text=near,
        pick=pick,
        nonce=secrets.token_hex(_NONCE_BYTES),
    )
    return ScreeningEntry(left_out.letter_key, entry.model_dump_json())


def _finding_row(finding: Finding) -> FindingRow:
    quote = finding.quote
    return FindingRow(
        requirement_id=finding.requirement_id,
        label=finding.label,
        confidence=finding.confidence,
        quote=None if quote is None else (quote.text, quote.start, quote.end),
        note=finding.note,
    )


def _finding(row: FindingRow) -> Finding:
    return Finding(
        row.requirement_id,
        row.label,
        row.confidence,
        None if row.quote is None else Quote(*row.quote),
        row.note,
    )


def stored_verdict(store: Store, screening_id: str) -> Verdict:
    """Compute the verdict of a stored screening, with what a language model wrote about it.

    Raises:
        StoreError: there is no screening of that id.
    """
    prose = store.screening_texts(screening_id, PROSE_KIND)
    words = store.screening_texts(screening_id, WORDS_KIND)
    stored = store.screening(screening_id)
    verdict = verdict_of(
        stored,
        ProseRow.model_validate_json(prose[-1].payload) if prose else None,
        WordsRow.model_validate_json(words[-1].payload) if words else None,
    )
    hygiene = store.hygiene([entry.letter_key for entry in stored.entries])
    if hygiene:
        ids = {e.letter_key: Entry.model_validate_json(e.payload).letter_id for e in stored.entries}
        verdict = replace(verdict, warnings=(*verdict.warnings, *hidden_notices(hygiene, ids)))
    if all(notice.code != "erased" for notice in verdict.warnings):
        return verdict
    record = recorded(store, screening_id)
    gap = None if record is None else gap_of(record, stored, verdict)
    return verdict if gap is None else _placed(verdict, gap)


def _placed(verdict: Verdict, gap: Gap) -> Verdict:
    """Say in the notice of the erasures which places of the ranking were erased."""
    gone = [
        f"place {rank}{' (the letter that was named)' if rank == gap.named else ''}" for rank in gap.ranks
    ]
    if len(gone) > NAMED_PLACES:
        gone[NAMED_PLACES:] = [f"{len(gone) - NAMED_PLACES} places more"]
    if gap.unjudged:
        gone.append(f"{gap.unjudged} without a rank")
    return replace(
        verdict,
        warnings=tuple(
            replace(one, text=f"{one.text}; erased: {listed(gone)}") if one.code == "erased" else one
            for one in verdict.warnings
        ),
    )


def verdict_of(
    stored: StoredScreening, prose: ProseRow | None = None, words: WordsRow | None = None
) -> Verdict:
    """Compute the verdict from what is kept: the same bytes each time, on any machine.

    ``prose`` and ``words`` are what a language model wrote about it, None where nothing is kept (any more).
    """
    header = Header.model_validate_json(stored.header)
    requirements = tuple(Requirement(r.id, r.text, r.kind, r.weight) for r in header.requirements)
    entries = {entry.letter_key: Entry.model_validate_json(entry.payload) for entry in stored.entries}
    if header.comparison_only:
        ranking, winner, reason = _compared(entries, words, header.declined)
    else:
        ranking, winner, reason = _judged(entries, requirements, header.strategy)
    return Verdict(
        screening_id=stored.screening_id,
        strategy=header.strategy,
        posting=Posting(header.posting, header.job_description, requirements),
        winner=winner,
        declined_because=reason,
        ranking=ranking,
        unjudged=tuple(
            Unjudged(key, e.letter_id, e.applicant, e.unjudged, e.similarity)
            for key, e in entries.items()
            if e.unjudged is not None
        ),
        pool=len(entries),
        warnings=_notices(header, entries, len(ranking)),
        pipeline=header.pipeline,
        seconds=Seconds(*header.seconds),
        comparison_only=header.comparison_only,
        prose=None if prose is None else Prose(prose.sentences, prose.dropped, prose.failed),
    )


_Outcome = tuple[tuple[Ranked, ...], Winner | None, str | None]


def _judged(entries: Mapping[int, Entry], requirements: Sequence[Requirement], strategy: str) -> _Outcome:
    assessments = [
        Assessment(key, e.letter_id, e.applicant, e.similarity, tuple(_finding(row) for row in e.findings))
        for key, e in entries.items()
        if e.findings is not None
    ]
    ranking = rank_letters(assessments, requirements, INTERVALS.get(strategy))
    first, reason = first_or_reason(ranking, requirements, len(entries))
    if first is None:
        return ranking, None, reason
    tied = tied_with(first, ranking, requirements)
    winner = Winner(
        letter_id=first.assessment.letter_id,
        applicant=first.assessment.applicant,
        score=first.score,
        rationale=render_rationale(first, ranking, requirements, tied),
        tied_with=tied,
    )
    return ranking, winner, reason


def _compared(entries: Mapping[int, Entry], words: WordsRow | None, declined: str | None) -> _Outcome:
    """Return the pick of a comparison as the one ranked letter: it alone has a score, and nobody has findings."""
    for key, entry in entries.items():
        if entry.pick is not None:
            said = ""
            if words is not None and words.words:
                head = "Counted" if words.counted else "The model's own words, unchecked"
                said = f" {head}: {one_line(words.words)}"
            winner = Winner(
                letter_id=entry.letter_id,
                applicant=entry.applicant,
                score=entry.pick,
                rationale=f"{COMPARISON_HEAD}{said}",
                tied_with=(),
            )
            assessment = Assessment(key, entry.letter_id, entry.applicant, entry.similarity, ())
            return (Ranked(1, assessment, entry.pick, None),), winner, None
    if not entries:
        return (), None, "The posting holds no letters."
    return (), None, declined or "The letter that this comparison named was erased."


def _notices(header: Header, entries: Mapping[int, Entry], judged: int) -> tuple[Notice, ...]:
    notices = [Notice(code, None, text) for code, text in header.notices]
    erased = header.letters - len(entries)
    if erased > 0:
        notices.append(
            Notice(
                "erased",
                None,
                f"{erased} of {header.letters} letters of this screening {'was' if erased == 1 else 'were'} erased "
                "since; score, order and winner are those of the letters that remain",
            )
        )
    if header.left_out:
        notices.append(
            Notice(
                "left_out",
                None,
                f"{len(header.left_out)} requirements are over the limit and were not judged (--requirements takes "
                f"your own choice): {listed([one_line(text) for text in header.left_out])}",
            )
        )
    if header.over_limit and judged < len(entries) and not header.comparison_only:
        notices.append(
            Notice(
                "judge_limit",
                None,
                f"judged {judged:,} of {len(entries):,}; the rest are ordered by retrieval only",
            )
        )
    for entry in sorted(entries.values(), key=lambda e: natural_key(e.letter_id)):
        for code, words, keys in (
            ("same_text", "has the same text as", entry.same_text),
            ("near_text", "has nearly the same text as", entry.near_text),
        ):
            siblings = sorted((entries[key].letter_id for key in keys if key in entries), key=natural_key)
            if siblings:
                notices.append(Notice(code, entry.letter_id, f"{words} {_siblings(siblings)}"))
    return tuple(notices)


def _siblings(ids: Sequence[str]) -> str:
    if len(ids) <= NAMED_SIBLINGS:
        return listed(ids)
    return f"{', '.join(ids[:NAMED_SIBLINGS])} and {len(ids) - NAMED_SIBLINGS} more"

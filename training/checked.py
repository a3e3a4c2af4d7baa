"""A letter that was checked against its fields: what it made up is listed, and with ``strict`` it does not stay.

Knows nothing about models: a writer writes, the no-fabrication check reads, and this decides what becomes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agents.fabrication import Fabrication, Given, distinct, find_fabrications
from ingestion.sentences import split_sentences
from training.examples import WritingFields
from training.writer import Sampling, Say, Writer, WriterError, Written

TRIES = 4
"""Letters that ``strict`` asks for before it takes sentences out."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A letter with what it states beyond its fields, in its order.

    ``tries`` counts the letters that were written, ``seed`` is the one that drew this letter (None for the likeliest),
    ``removed`` holds the sentences that were taken out.
    """

    letter: str
    found: tuple[Fabrication, ...]
    tries: int
    seed: int | None
    removed: tuple[str, ...] = ()
    cut_off: bool = False


def given_by(fields: WritingFields, *, today: int | None = None) -> Given:
    """Return the fields as the no-fabrication check takes them."""
    return Given(
        job_title=fields.job_title,
        company=fields.company,
        applicant=fields.applicant,
        own=(fields.past_experience, fields.current_experience, fields.skills, fields.qualifications),
        asked=fields.preferred_qualifications,
        today=today,
    )


def write_checked(
    writer: Writer,
    fields: WritingFields,
    sampling: Sampling,
    *,
    strict: bool = False,
    tries: int = TRIES,
    say: Say | None = None,
    note: Say | None = None,
) -> Checked:
    """Write a letter and check it.

    With ``strict`` a letter that makes a hard fact up is written again, drawn with the next seed, up to ``tries`` letters
    in all; of these the one with the fewest inventions loses the sentences that hold them. Soft skills stay: they are
    listed. ``say`` gets the letter while it is written (with ``strict``, once it stands); ``note`` is told of each try
    and each sentence taken out.

    Raises:
        WriterError: ``tries`` is below 1, the writer wrote no word, or nothing would be left of the letter.
    """
    if tries < 1:
        raise WriterError(f"--tries must be at least 1, but got {tries}")
    given = given_by(fields, today=datetime.now(UTC).year)
    first = _checked(writer.write(fields, sampling, None if strict else say), given, 1, _seed(sampling))
    if not strict:
        return first
    letters = [first]
    while writer.model is not None and distinct(letters[-1].found) and len(letters) < tries:
        number = len(letters)
        drawn = replace(
            sampling, sample=True, seed=sampling.seed + (number if sampling.sample else number - 1)
        )
        if note is not None:
            note(f"letter {number} states {_count(letters[-1])}; writing again with seed {drawn.seed}")
        letters.append(_checked(writer.write(fields, drawn), given, number + 1, drawn.seed))
    best = min(letters, key=lambda one: (distinct(one.found), one.tries))
    kept = _without_inventions(replace(best, tries=len(letters)), given)
    if note is not None:
        for sentence in kept.removed:
            note(f"taken out: {' '.join(sentence.split())}")
    if say is not None:
        say(kept.letter)
    return kept


def _checked(written: Written, given: Given, tries: int, seed: int | None) -> Checked:
    if not any(map(str.isalnum, written.letter)):
        raise WriterError("the writer ended before the first word: it needs training, or try --sample")
    return Checked(
        written.letter, find_fabrications(written.letter, given), tries, seed, cut_off=written.cut_off
    )


def _seed(sampling: Sampling) -> int | None:
    return sampling.seed if sampling.sample else None


def _count(checked: Checked) -> str:
    number = distinct(checked.found)
    return f"{number} {'thing' if number == 1 else 'things'} that the fields do not hold"


def _without_inventions(checked: Checked, given: Given) -> Checked:
    """Take out every sentence that holds a hard invention, until none is left."""
    letter, removed = checked.letter, list[str]()
    found: Sequence[Fabrication] = checked.found
    while distinct(found):
        guilty = [
            (start, end)
            for start, end in split_sentences(letter)
            if any(one.hard and start < one.end and one.start < end for one in found)
        ]
        removed += [letter[start:end] for start, end in guilty]
        for start, end in reversed(guilty):
            letter = _cut(letter, start, end)
        found = find_fabrications(letter, given)
    if removed and not any(map(str.isalnum, letter)):
        raise WriterError(
            f"--strict must leave a letter, but each of its {len(removed)} sentences states something that the fields do "
            "not hold: give more fields, or take another writer"
        )
    return replace(checked, letter=letter, found=tuple(found), removed=tuple(removed))


def _cut(letter: str, start: int, end: int) -> str:
    """Return the letter without a stretch, its paragraphs still one blank line apart."""
    before, after = letter[:start].rstrip(" \t"), letter[end:].lstrip(" \t")
    if not before or not after:
        return (before + after).strip()
    if before.endswith("\n") and after.startswith("\n"):
        breaks = "\n\n" if before.endswith("\n\n") or after.startswith("\n\n") else "\n"
        return f"{before.rstrip()}{breaks}{after.lstrip()}"
    space = "" if before.endswith("\n") or after.startswith("\n") else " "
    return f"{before}{space}{after}"

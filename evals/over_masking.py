"""Over-masking: what is masked in letters that nobody put names into, and whether a skill, tool or employer ever is.

Knows nothing about how letters are read from files or how the result is shown.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from ingestion.blinding import blind
from ingestion.raw_letter import RawLetter

APPLICANTS = (
    "Ada Byrne", "Will Grant", "Mark Young", "Grace Hope", "Rose Chase", "Java Oracle", "Jordan Amazon", "Paris Ford",
    "Ruby Sage", "Chelsea Baker", "Austin Johnson", "Morgan Stanley", "Georgia Wells", "Mary King", "Dallas Price",
)  # fmt: skip
"""Names made of words, tools, employers and places."""

_FRAMES = (
    "I have worked with {} for six years.",
    "Before that I was at {} in the night shift.",
    "My strengths: {}, teamwork and patience.",
    "{} taught me how to plan.",
)
_CONTEXT = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One mask with the words around it, for a person to judge."""

    kind: str
    source: str
    before: str
    masked: str
    after: str


@dataclass(frozen=True, slots=True)
class MaskCounts:
    """What was masked in a set of letters. ``kinds`` counts masks, ``seconds`` is processor time for all letters."""

    letters: int
    masked_letters: int
    kinds: dict[str, int]
    seconds: float
    sample: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class KeptTerms:
    """How often a term of the list was masked: ``masked`` names term, applicant and sentence."""

    terms: int
    tried: int
    masked: tuple[tuple[str, str, str], ...]


def count_masks(letters: Iterable[RawLetter], sample: int = 0, seed: int = 1) -> MaskCounts:
    """Mask letters and count; ``sample`` masks are drawn for reading, the same ones for the same letters."""
    kinds: Counter[str] = Counter()
    shown: list[Shown] = []
    total = masked = 0
    spent = 0.0
    for one in letters:
        started = time.process_time()
        masks = blind(one.text, one.applicant)[1].masks
        spent += time.process_time() - started
        total += 1
        masked += bool(masks)
        for mask in masks:
            kinds[mask.kind] += 1
            shown.append(
                Shown(
                    mask.kind,
                    one.source,
                    one.text[max(0, mask.start - _CONTEXT) : mask.start],
                    one.text[mask.start : mask.end],
                    one.text[mask.end : mask.end + _CONTEXT],
                )
            )
    drawn = random.Random(seed).sample(shown, min(sample, len(shown)))
    return MaskCounts(total, masked, dict(sorted(kinds.items())), spent, tuple(drawn))


def kept_terms() -> tuple[str, ...]:
    """Return the list of skills, tools, employers and places."""
    text = resources.files(__package__ or "evals").joinpath("kept_terms.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def check_terms(terms: Sequence[str], applicants: Sequence[str] = APPLICANTS) -> KeptTerms:
    """Put every term into sentences of every applicant's letter, and look whether it comes out whole."""
    found: list[tuple[str, str, str]] = []
    tried = 0
    for term in terms:
        for applicant in applicants:
            if term.casefold() in applicant.casefold() and " " in term:
                continue  # the applicant is called exactly so
            for frame in _FRAMES:
                tried += 1
                said = frame.format(term)
                judged = blind(
                    f"Dear Hiring Manager,\n\n{said} I like it.\n\nSincerely,\n{applicant}", applicant
                )[0]
                if said not in judged:
                    found.append((term, applicant, said))
    return KeptTerms(len(terms), tried, tuple(found))

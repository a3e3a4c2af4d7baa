"""Name swap through the real engine: the same letters, signed by people of every group, screened against one job.

Knows nothing about masks: it compares scores and findings, not texts.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.name_swap import Carrier, GroupedName, NamesError, written_by

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder


@dataclass(frozen=True, slots=True)
class ScreenedSwap:
    """How many letters were screened under how many names, and which scored or read differently from the first name."""

    letters: int
    names: int
    screened: int
    unequal: tuple[str, ...]


def one_of_each_group(names: Sequence[GroupedName], each: int) -> list[GroupedName]:
    """Return the first ``each`` names of every group, in the order of the file."""
    taken: dict[str, list[GroupedName]] = {}
    for one in names:
        some = taken.setdefault(one.group, [])
        if len(some) < each:
            some.append(one)
    return [one for some in taken.values() for one in some]


def screen_swap(
    names: Sequence[GroupedName], letters: Sequence[tuple[int, Carrier]], embedder: LetterEmbedder
) -> ScreenedSwap:
    """Ingest every letter under every name, screen all for the demonstration's job, and compare within each letter.

    ``letters`` come with their places among the carriers. Equal means: the same score to the last bit, and for every
    requirement the same label, confidence and place of the quote in the judged text.

    Raises:
        NamesError: a letter was refused, or nobody was judged.
    """
    from agents.screening import open_engine
    from ingestion.ingest import ingest
    from ingestion.samples import DEMO_JOB, jobs
    from ingestion.store import Store

    job = jobs()[DEMO_JOB]
    with tempfile.TemporaryDirectory(prefix="winnow-trust-") as folder:
        file = Path(folder) / "letters.jsonl"
        rows = [
            {"letter_id": f"{place}-{number}", "name": one.name, "text": written_by(one, letter, place)}
            for place, letter in letters
            for number, one in enumerate(names)
        ]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        with Store.open(Path(folder) / "store", create=True) as store:
            report = ingest(store, embedder, [str(file)], posting="swap")
            if report.refused:
                raise NamesError(f"every letter must be one that can be ingested, but {report.refused[0]}")
            engine = open_engine(store, posting="swap", requirements=str(job.requirements_path))
            verdict = engine.query(job.text).metadata["verdict"]  # pyright: ignore[reportOptionalSubscript]
            found: dict[str, tuple[object, ...]] = {}
            stored = {one.letter_id: one for one in store.letters("swap")}
            for ranked in verdict.ranking:
                one = ranked.assessment
                letter = stored[one.letter_id]
                found[one.letter_id] = (
                    ranked.score,
                    *(
                        (
                            finding.requirement_id,
                            finding.label,
                            finding.confidence,
                            finding.quote
                            and letter.offsets.to_judged(finding.quote.start, finding.quote.end),
                        )
                        for finding in one.findings
                    ),
                )
    unequal = tuple(
        f"letter {letter.letter_id}, {one.name}"
        for place, letter in letters
        for number, one in enumerate(names)
        if found.get(f"{place}-{number}") != found.get(f"{place}-0") or f"{place}-{number}" not in found
    )
    return ScreenedSwap(len(letters), len(names), len(rows), unequal)

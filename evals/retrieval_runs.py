"""A retrieval run on the disk: every query's scores, so that two runs can be compared later.

Knows nothing about how they were measured.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.report import six
from evals.retrieval import MEASURES, Found, QueryScores, SystemScores

SCORES_FILE = "scores.jsonl"

Name = Annotated[str, Field(min_length=1)]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class RunError(ValueError):
    """A saved run that cannot be written or read; the message names the file, the rule, the value and the remedy."""


class _Line(BaseModel):
    """One query of one system of one set."""

    model_config = ConfigDict(extra="forbid", strict=True)

    set: Name
    system: Name
    model: str | None
    query_id: Name
    scores: dict[str, Score]
    first: list[list[str | float]]


def save_run(folder: Path, systems: Sequence[SystemScores]) -> Path:
    """Write ``scores.jsonl`` into the folder, made now: one line a query and system.

    ``first`` holds the first documents with their scores. Raises RunError when the folder cannot be written.
    """
    file = folder / SCORES_FILE
    lines = [
        json.dumps(
            {
                "set": one.set_name,
                "system": one.system,
                "model": one.model,
                "query_id": query.query_id,
                "scores": {name: six(score) for name, score in query.scores.items()},
                "first": [[found.doc_id, six(found.similarity)] for found in query.first],
            },
            ensure_ascii=False,
            allow_nan=False,
        )
        for one in systems
        for query in one.queries
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"--out must be a folder that can be written, but {folder} is not: {error.strerror}; name another"
        ) from None
    return file


def load_run(folder: Path) -> tuple[SystemScores, ...]:
    """Read what ``save_run`` wrote.

    Raises:
        RunError: there is no such file, or a line that is not of its form.
    """
    file = folder / SCORES_FILE
    found: dict[tuple[str, str, str | None], list[QueryScores]] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(
            f"a saved run must be a folder with {SCORES_FILE}, but {folder} is not: {error}; write one with --out"
        ) from None
    for number, text in enumerate(lines, start=1):
        try:
            line = _Line.model_validate_json(text)
        except ValidationError as error:
            what = error.errors()[0]
            raise RunError(
                f"{file}: line {number} must be a query's scores, but: {what['msg']}; write the run again with --out"
            ) from None
        if line.scores.keys() != MEASURES.keys():
            raise RunError(
                f"{file}: line {number} must have the scores {', '.join(MEASURES)}, but has {', '.join(line.scores)}; "
                "write the run again with --out"
            )
        first = tuple(Found(str(doc_id), float(score)) for doc_id, score in line.first)
        found.setdefault((line.set, line.system, line.model), []).append(
            QueryScores(line.query_id, first, line.scores)
        )
    return tuple(SystemScores(*key, tuple(queries)) for key, queries in found.items())

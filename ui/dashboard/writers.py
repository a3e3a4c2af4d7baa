"""The letter writers that a person may choose on this machine, and a letter of each.

Draws nothing and keeps nothing: what an applicant typed is handed to a writer and comes back as a letter.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training.examples import WritingFields
from training.writer import TEMPLATE, Sampling, WriterError, open_writer
from ui.dashboard.work import Job, Stopped
from ui.failures import describe

if TYPE_CHECKING:
    from training.checked import Checked
    from training.writer import Writer

WORDS: Final = {TEMPLATE: "Template (no model: your fields in plain sentences)"}

_WRITING = threading.Lock()
"""A model writes one letter at a time, whoever asks."""


@dataclass(frozen=True, slots=True)
class WriterChoice:
    """One writer: a name that ``training.writer.open_writer`` takes, and an adapter's folder on it."""

    name: str
    adapter: Path | None = None

    @property
    def words(self) -> str:
        """What it is called on the page."""
        base = WORDS.get(self.name, self.name)
        if self.adapter is None:
            return base
        on = "its own base" if self.name == TEMPLATE else self.name
        return f"Adapter {self.adapter.name} on {on}"


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """One writer's letter with what it made up, or why there is none."""

    by: WriterChoice
    checked: Checked | None
    failure: str = ""


def models_here() -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the models that can write on this machine, and what the others lack."""
    from agents.llms import LLMS, llm_missing

    missing = {name: llm_missing(name) for name in LLMS}
    return (
        tuple(name for name, lacks in missing.items() if lacks is None),
        {name: lacks for name, lacks in missing.items() if lacks is not None},
    )


def write_letters(
    choices: tuple[WriterChoice, ...], fields: WritingFields, sampling: Sampling, *, strict: bool, job: Job
) -> tuple[WrittenLetter, ...]:
    """Let each writer write, one after the other; one that fails does not keep the others from it.

    Raises:
        Stopped: the job was asked to stop.
    """
    from training.checked import write_checked

    found: list[WrittenLetter] = []
    pieces = 0

    def heard(piece: str) -> None:
        nonlocal pieces
        del piece
        pieces += 1
        job.progress(pieces, 0)
        if job.cancel.is_set():
            raise Stopped

    for choice in choices:
        if job.cancel.is_set():
            raise Stopped
        try:
            with _WRITING:
                writer = _opened(choice)
                found.append(
                    WrittenLetter(choice, write_checked(writer, fields, sampling, strict=strict, say=heard))
                )
        except (ValueError, OSError, RuntimeError) as error:
            found.append(WrittenLetter(choice, None, describe(error)))
    return tuple(found)


@lru_cache(maxsize=1)
def _opened(choice: WriterChoice) -> Writer:
    """Open a writer; the one that wrote last stays loaded."""
    if choice.adapter is not None and not choice.adapter.is_dir():
        raise WriterError(
            f"an adapter must be a folder that `winnow train` made, but there is none at {choice.adapter}"
        )
    return open_writer(choice.name, choice.adapter)

"""What stands in an adapter's folder beside the weights: how it was made, on what, and what came of it.

Knows nothing about training itself. `training.json` is written when a run begins and again when it is finished; a run
goes on in its folder only if it asks for the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from training.examples import Example
from training.settings import TrainingSettings
from training.splits import LeakReport, Split
from training.template import template_hash

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.llms import LLMSource

RECORD = "training.json"
CHECKPOINTS = "checkpoints"
LIBRARIES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "accelerate", "datasets")
"""What decides a training's numbers beside the settings."""


class RecordError(ValueError):
    """An adapter's folder that can't be used as asked."""


def data_fingerprint(examples: Sequence[Example]) -> str:
    """Return "sha256:" and the hash of the letters and their fields, in their order."""
    digest = hashlib.sha256()
    for example in examples:
        row = [*example.fields.as_dict().values(), example.letter]
        digest.update(json.dumps(row, ensure_ascii=True).encode() + b"\n")
    return f"sha256:{digest.hexdigest()}"


def plan(
    source: LLMSource, base: str, settings: TrainingSettings, split: Split, leak: LeakReport | None
) -> dict[str, JsonValue]:
    """Return what a run is asked to do; two runs with the same plan and libraries give the same losses."""
    sides = {"train": split.train, "validation": split.validation, "test": split.test}
    return {
        "base": {"name": source.name, "model": base, "revision": source.revision},
        "settings": settings.as_dict(),
        "template": template_hash(),
        "data": {
            "split": split.how,
            "letters": {name: len(side) for name, side in sides.items()},
            "fingerprints": {name: data_fingerprint(side) for name, side in sides.items()},
            "test_rows": [example.source for example in split.test],
            "leaks": None if leak is None else leak.counts(),
        },
    }


def library_versions() -> dict[str, str]:
    """Return the versions of what decides a training's numbers."""
    return {name: version(name) for name in LIBRARIES}


def write_record(folder: Path, record: dict[str, JsonValue]) -> None:
    """Write ``training.json`` whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{RECORD}.new"
    fresh.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(folder / RECORD)


def read_record(folder: Path) -> dict[str, JsonValue] | None:
    """Return the record of a folder, None where there is none.

    Raises:
        RecordError: it can't be read.
    """
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        found: JsonValue = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RecordError(f"{path} must be JSON, but is not ({error}): train into another folder") from None
    if not isinstance(found, dict):
        raise RecordError(f"{path} must be a JSON object: train into another folder")
    return found


def last_checkpoint(folder: Path) -> Path | None:
    """Return the last checkpoint that was written to its end; the Trainer writes its state after all else."""
    found: list[tuple[int, Path]] = []
    for path in (folder / CHECKPOINTS).glob("checkpoint-*"):
        step = path.name.removeprefix("checkpoint-")
        if step.isdecimal() and _whole(path / "trainer_state.json"):
            found.append((int(step), path))
    return max(found)[1] if found else None


def _whole(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def check_folder(folder: Path, wanted: dict[str, JsonValue], *, resume: bool) -> Path | None:
    """Return the checkpoint to go on from, None for a fresh start.

    Raises:
        RecordError: the folder holds something that would be overwritten, or a run that was asked for something else.
    """
    if folder.exists() and not folder.is_dir():
        raise RecordError(f"--out must be a folder, but {folder} is a file: name a folder")
    record = read_record(folder)
    if record is None:
        if resume:
            raise RecordError(f"--resume needs a run that was begun, but {folder} holds none: leave it out")
        if folder.exists() and any(folder.iterdir()):
            raise RecordError(
                f"--out must be an empty or a new folder, but {folder} holds files: name another"
            )
        return None
    if record.get("finished"):
        raise RecordError(f"--out must be a new folder, but {folder} holds a finished adapter: name another")
    if not resume:
        raise RecordError(
            f"{folder} holds a run that was not finished: go on with --resume, or name another folder"
        )
    begun = record.get("plan")
    if begun != wanted:
        names = ", ".join(_differences(begun, wanted)) or "the plan"
        raise RecordError(
            f"--resume must ask for what was begun, but {names} differ: ask the same, or name another --out"
        )
    return last_checkpoint(folder)


def _differences(begun: JsonValue, wanted: JsonValue, name: str = "") -> list[str]:
    if isinstance(begun, dict) and isinstance(wanted, dict):
        keys = sorted({*begun, *wanted})
        return [
            d
            for key in keys
            for d in _differences(begun.get(key), wanted.get(key), f"{name}.{key}".strip("."))
        ]
    return [] if begun == wanted else [name]

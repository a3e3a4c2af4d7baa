"""An adapter and its base as one model that needs no adapter any more.

Knows nothing about training. A base that was trained on in 4 bits is merged in bfloat16: the adapter is added to the
weights as they were published, not to their 4-bit copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agents.llms import LLMError, resolve_llm
from training.base_model import load_model, load_tokenizer
from training.hushed import libraries_hushed
from training.record import read_record
from training.settings import Precision


@dataclass(frozen=True, slots=True)
class Merged:
    """Where the merged model lies, and in which format."""

    folder: Path
    precision: Precision


def merge(adapter: str, out: Path) -> Merged:
    """Write the model of ``adapter`` (a folder, or BASE+FOLDER) and its base merged into the folder ``out``.

    Raises:
        LLMError: there is no adapter, its base is not here, or ``out`` holds files.
    """
    source = resolve_llm(adapter)
    if source.adapter is None:
        raise LLMError(
            f"a merge needs an adapter, but {adapter} is a model without one: give an adapter's folder"
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise LLMError(f"OUT must be a new or an empty folder, but {out} holds something: name another")
    precision = _precision(source.adapter)
    with libraries_hushed():
        from peft import PeftModel

        model = PeftModel.from_pretrained(load_model(source, precision), str(source.adapter))
        merged = model.merge_and_unload()  # type: ignore[operator]
        merged.config.use_cache = True
        merged.save_pretrained(str(out))
        load_tokenizer(source).save_pretrained(str(out))
    return Merged(out, precision)


def _precision(adapter: Path) -> Precision:
    """Return the format to merge in: as it was trained, but never in 4 bits; bfloat16 where nobody recorded it."""
    record = read_record(adapter) or {}
    plan = record.get("plan")
    settings = plan.get("settings") if isinstance(plan, dict) else None
    return "fp32" if isinstance(settings, dict) and settings.get("precision") == "fp32" else "bf16"

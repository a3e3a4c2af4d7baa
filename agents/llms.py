"""Which language models Winnow can use, one row each, and how to find one from a name, a folder or an adapter.

Knows nothing about how a model reads or writes, and imports no model library.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Weights as safetensors only: other formats can run code when they are loaded. No *.py either, for the same reason.
_PATTERNS = (
    "config.json",
    "generation_config.json",
    "model*.safetensors",
    "model.safetensors.index.json",
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template*",
)
_ADAPTER_CONFIG = "adapter_config.json"
_ADAPTER_WEIGHTS = "adapter_model.safetensors"


class LLMError(ValueError):
    """A language model that can't be used as asked; the message says the rule, the value and the remedy."""


@dataclass(frozen=True, slots=True)
class LLMRow:
    """One language model as its authors published it.

    ``model`` is a hub id and ``revision`` the commit there. ``parameters`` counts every weight once, and
    ``linear_parameters`` those in the layers' linear maps, which is what 4 bits shrink: embeddings, norms and the
    output layer stay as they are. ``context`` is the longest input and answer together, in tokens. ``chat`` says
    whether the tokenizer brings a chat template; ``quantise`` whether a GPU should hold it in 4 bits; ``gated`` whether
    the hub asks who you are first.
    """

    model: str
    revision: str
    parameters: int
    linear_parameters: int
    layers: int
    kv_heads: int
    head_dim: int
    hidden: int
    intermediate: int
    vocabulary: int
    context: int
    chat: bool
    quantise: bool = True
    gated: bool = False
    lora_modules: tuple[str, ...] = (
        *("q_proj", "k_proj", "v_proj", "o_proj"),
        *("gate_proj", "up_proj", "down_proj"),
    )


# The numbers are those of each repository's config.json at the commit; a test builds every architecture without weights
# and counts. The commits are those under which public programs name these repositories in the hub's cache
# (".../models--Qwen--Qwen2.5-3B/snapshots/3aab1f19..."), looked up on 2026-11-24. None is gated.
LLMS: dict[str, LLMRow] = {
    # https://huggingface.co/Qwen/Qwen2.5-3B; a base model, though its tokenizer brings a template: row ``chat`` rules
    "qwen2.5-3b": LLMRow(
        model="Qwen/Qwen2.5-3B",
        revision="3aab1f1954e9cc14eb9509a215f9e5ca08227a9b",
        parameters=3_085_938_688,
        linear_parameters=2_774_532_096,
        layers=36,
        kv_heads=2,
        head_dim=128,
        hidden=2048,
        intermediate=11008,
        vocabulary=151_936,
        context=32_768,
        chat=False,
    ),
    # https://huggingface.co/Qwen/Qwen2.5-3B-Instruct
    "qwen2.5-3b-instruct": LLMRow(
        model="Qwen/Qwen2.5-3B-Instruct",
        revision="aa8e72537993ba99e69dfaafa59ed015b17504d1",
        parameters=3_085_938_688,
        linear_parameters=2_774_532_096,
        layers=36,
        kv_heads=2,
        head_dim=128,
        hidden=2048,
        intermediate=11008,
        vocabulary=151_936,
        context=32_768,
        chat=True,
    ),
    # https://huggingface.co/microsoft/Phi-3-mini-4k-instruct; its linear maps are fused
    "phi3-mini-4k": LLMRow(
        model="microsoft/Phi-3-mini-4k-instruct",
        revision="f39ac1d28e925b323eae81227eaba4464caced4e",
        parameters=3_821_079_552,
        linear_parameters=3_623_878_656,
        layers=32,
        kv_heads=32,
        head_dim=96,
        hidden=3072,
        intermediate=8192,
        vocabulary=32_064,
        context=4_096,
        chat=True,
        lora_modules=("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),
    ),
    # https://huggingface.co/microsoft/Phi-3-mini-128k-instruct
    "phi3-mini-128k": LLMRow(
        model="microsoft/Phi-3-mini-128k-instruct",
        revision="a90b62ae09941edff87a90ced39ba5807e6b2ade",
        parameters=3_821_079_552,
        linear_parameters=3_623_878_656,
        layers=32,
        kv_heads=32,
        head_dim=96,
        hidden=3072,
        intermediate=8192,
        vocabulary=32_064,
        context=131_072,
        chat=True,
        lora_modules=("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),
    ),
    # https://huggingface.co/Qwen/Qwen3-0.6B; thinking is always switched off
    "qwen3-0.6b": LLMRow(
        model="Qwen/Qwen3-0.6B",
        revision="c1899de289a04d12100db370d81485cdf75e47ca",
        parameters=596_049_920,
        linear_parameters=440_401_920,
        layers=28,
        kv_heads=8,
        head_dim=128,
        hidden=1024,
        intermediate=3072,
        vocabulary=151_936,
        context=40_960,
        chat=True,
        quantise=False,
    ),
    # https://huggingface.co/Qwen/Qwen3-1.7B
    "qwen3-1.7b": LLMRow(
        model="Qwen/Qwen3-1.7B",
        revision="70d244cc86ccca08cf5af4e1e306ecf908b1ad5e",
        parameters=1_720_574_976,
        linear_parameters=1_409_286_144,
        layers=28,
        kv_heads=8,
        head_dim=128,
        hidden=2048,
        intermediate=6144,
        vocabulary=151_936,
        context=40_960,
        chat=True,
        quantise=False,
    ),
    # https://huggingface.co/Qwen/Qwen3-4B
    "qwen3-4b": LLMRow(
        model="Qwen/Qwen3-4B",
        revision="1cfa9a7208912126459214e8b04321603b3df60c",
        parameters=4_022_468_096,
        linear_parameters=3_633_315_840,
        layers=36,
        kv_heads=8,
        head_dim=128,
        hidden=2560,
        intermediate=9728,
        vocabulary=151_936,
        context=40_960,
        chat=True,
    ),
    # https://huggingface.co/ibm-granite/granite-4.0-1b, IBM's only dense 1B: the 3.x ones are mixtures of experts whose
    # experts are one fused tensor, which neither LoRA nor 4 bits can reach. Its class is GraniteMoeHybrid with no expert
    # and no Mamba layer; what others call gate, up and down are shared_mlp.input_linear and .output_linear here.
    "granite-1b": LLMRow(
        model="ibm-granite/granite-4.0-1b",
        revision="6a7381ba1f54d684ff508d991aeb7dc580157103",
        parameters=1_631_750_144,
        linear_parameters=1_426_063_360,
        layers=40,
        kv_heads=4,
        head_dim=128,
        hidden=2048,
        intermediate=4096,
        vocabulary=100_352,
        context=131_072,
        chat=True,
        quantise=False,
        lora_modules=("q_proj", "k_proj", "v_proj", "o_proj", "input_linear", "output_linear"),
    ),
    # https://huggingface.co/ibm-granite/granite-3.3-2b-instruct, the newest dense 2B with q_proj to down_proj
    "granite-2b": LLMRow(
        model="ibm-granite/granite-3.3-2b-instruct",
        revision="707f574c62054322f6b5b04b6d075f0a8f05e0f0",
        parameters=2_533_539_840,
        linear_parameters=2_432_696_320,
        layers=40,
        kv_heads=8,
        head_dim=64,
        hidden=2048,
        intermediate=8192,
        vocabulary=49_159,
        context=131_072,
        chat=True,
    ),
    # https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct
    "smollm2-135m": LLMRow(
        model="HuggingFaceTB/SmolLM2-135M-Instruct",
        revision="12fd25f77366fa6b3b4b768ec3050bf629380bac",
        parameters=134_515_008,
        linear_parameters=106_168_320,
        layers=30,
        kv_heads=3,
        head_dim=64,
        hidden=576,
        intermediate=1536,
        vocabulary=49_152,
        context=8_192,
        chat=True,
        quantise=False,
    ),
    # https://huggingface.co/HuggingFaceTB/SmolLM2-360M-Instruct
    "smollm2-360m": LLMRow(
        model="HuggingFaceTB/SmolLM2-360M-Instruct",
        revision="a10cc1512eabd3dde888204e902eca88bddb4951",
        parameters=361_821_120,
        linear_parameters=314_572_800,
        layers=32,
        kv_heads=5,
        head_dim=64,
        hidden=960,
        intermediate=2560,
        vocabulary=49_152,
        context=8_192,
        chat=True,
        quantise=False,
    ),
    # https://huggingface.co/HuggingFaceTB/SmolLM2-1.7B-Instruct
    "smollm2-1.7b": LLMRow(
        model="HuggingFaceTB/SmolLM2-1.7B-Instruct",
        revision="31b70e2e869a7173562077fd711b654946d38674",
        parameters=1_711_376_384,
        linear_parameters=1_610_612_736,
        layers=24,
        kv_heads=32,
        head_dim=64,
        hidden=2048,
        intermediate=8192,
        vocabulary=49_152,
        context=8_192,
        chat=True,
        quantise=False,
    ),
}


@dataclass(frozen=True, slots=True)
class LLMSource:
    """Where one model lies. ``revision`` is the hub's commit, or for a folder "sha256:" over what the model is made of."""

    name: str
    model: str
    revision: str
    folder: Path
    adapter: Path | None
    row: LLMRow | None


def resolve_llm(name_or_path: str, *, allow_download: bool = False) -> LLMSource:
    """Return the model behind a name.

    That is a row's name ("qwen2.5-3b"), a row's name and the folder of a copy ("qwen2.5-3b=/models/q"), the folder of a
    model, any of these and a LoRA adapter's folder ("qwen2.5-3b+/adapters/a"), or an adapter's folder alone, whose own
    settings name its base. No socket is opened unless ``allow_download``.

    Raises:
        LLMError: it is not on this machine or incomplete; the message names the remedy.
    """
    found = _find(name_or_path, allow_download=allow_download)
    if found.revision:
        return found
    return LLMSource(
        found.name, found.model, folder_revision(found.folder), found.folder, found.adapter, found.row
    )


def llm_missing(name_or_path: str) -> str | None:
    """Return None when ``resolve_llm(name_or_path)`` finds everything, else what is missing, in one line. Reads no weight."""
    try:
        _find(name_or_path, allow_download=False)
    except LLMError as missing:
        return str(missing)
    return None


def folder_revision(folder: Path) -> str:
    """Return "sha256:" and the hash over the names and contents of a model's weights, settings and tokenizer."""
    digest = hashlib.sha256()
    for path in _files_of(folder):
        with path.open("rb") as file:
            part = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.name}\0{part}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _files_of(folder: Path) -> list[Path]:
    """The files that decide what a model says, in the order of their names."""
    patterns = (*_PATTERNS, _ADAPTER_CONFIG, _ADAPTER_WEIGHTS)
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})


def _find(name_or_path: str, *, allow_download: bool) -> LLMSource:
    """Find the model; ``revision`` stays empty for folders, whose hash takes time."""
    if Path(name_or_path).is_dir():
        folder = Path(name_or_path)
        if (folder / _ADAPTER_CONFIG).is_file():
            return _with_adapter(_base_of(folder), folder, allow_download=allow_download)
        return _folder(name_or_path, folder.resolve().name, folder, None)
    name, equals, path = name_or_path.partition("=")
    if equals and name in LLMS and Path(path).is_dir():
        return _folder(name_or_path, LLMS[name].model, Path(path), LLMS[name])
    if name_or_path in LLMS:
        return _cached(name_or_path, LLMS[name_or_path], allow_download=allow_download)
    for plus in re.finditer(r"\+", name_or_path):  # a folder's own name may hold a plus
        adapter = Path(name_or_path[plus.end() :])
        if (adapter / _ADAPTER_CONFIG).is_file():
            return _with_adapter(name_or_path[: plus.start()], adapter, allow_download=allow_download)
    raise LLMError(
        f"a language model must be one of {', '.join(LLMS)}, a name and the folder of a copy (qwen2.5-3b=FOLDER) or a "
        f"folder, each with or without +ADAPTERFOLDER, but got {name_or_path!r}"
    )


def _with_adapter(base: str, adapter: Path, *, allow_download: bool) -> LLMSource:
    if not (adapter / _ADAPTER_WEIGHTS).is_file():
        raise LLMError(f"{adapter} lacks {_ADAPTER_WEIGHTS}: save the adapter with PEFT's save_pretrained")
    found = _find(base, allow_download=allow_download)
    if found.adapter is not None:
        raise LLMError(
            f"one adapter at a time: {base} already has {found.adapter}, so {adapter} can't be added"
        )
    return LLMSource(f"{base}+{adapter}", found.model, found.revision, found.folder, adapter, found.row)


def _base_of(adapter: Path) -> str:
    """The base that an adapter's settings name: a row's hub id or a folder that is here."""
    settings = read_json(adapter / _ADAPTER_CONFIG)
    base = str(settings.get("base_model_name_or_path") or "")
    for name, row in LLMS.items():
        if base == row.model:
            return name
    if base and Path(base).is_dir():
        return base
    raise LLMError(
        f"the adapter {adapter} was trained on {base or 'an unnamed model'}, which is no row's model and no folder here: "
        f"name the base yourself (BASE+{adapter})"
    )


def _folder(name: str, model: str, folder: Path, row: LLMRow | None) -> LLMSource:
    require_model_files(folder, "copy the whole model there, its weights as safetensors")
    return LLMSource(name, model, "", folder, None, row)


def _cached(name: str, row: LLMRow, *, allow_download: bool) -> LLMSource:
    """Return the row's folder in the hub's local cache; the network is used only on ``allow_download``."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    remedy = f"run `hf download {row.model} --revision {row.revision}` once, or give a folder that has it: {name}=FOLDER"
    try:
        folder = Path(
            snapshot_download(
                row.model,
                revision=row.revision,
                allow_patterns=list(_PATTERNS),
                local_files_only=not allow_download,
            )
        )
    except LocalEntryNotFoundError:
        raise LLMError(f"{row.model} is not on this machine: {remedy}") from None
    require_model_files(folder, remedy)
    return LLMSource(name, row.model, folder.name, folder, None, row)


def require_model_files(folder: Path, remedy: str) -> None:
    """Raise LLMError unless ``folder`` holds settings, a tokenizer and every piece of the weights, as safetensors."""
    absent = [name for name in ("config.json", "tokenizer_config.json") if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json")):
        absent.append("tokenizer.json")
    absent += [path.name for path in weight_files(folder) if not path.is_file()]
    if absent:
        raise LLMError(f"{folder} lacks {', '.join(absent)}: {remedy}")
    config = read_json(folder / "config.json")
    if "quantization_config" in config:
        raise LLMError(
            f"{folder} must hold weights as they were published, but they are quantised already: use the original model"
        )


def weight_files(folder: Path) -> list[Path]:
    """Return the paths of a model's weights, whether they are there or not."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return [folder / "model.safetensors"]
    return [folder / name for name in sorted(set(read_json(index).get("weight_map", {}).values()))]


def read_json(path: Path) -> dict[str, Any]:
    """Return a settings file's content.

    Raises:
        LLMError: it is no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        raise LLMError(f"{path} can't be read ({unreadable}): copy the model again") from None
    if not isinstance(content, dict):
        raise LLMError(
            f"{path} must be a JSON object, but is a {type(content).__name__}: copy the model again"
        )
    return content

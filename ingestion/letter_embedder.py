"""The encoder behind every vector: texts in, unit vectors out, the same bytes whatever else is embedded with them.

Knows nothing about where weights come from, about letters or about storage.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.embeddings.multi_modal_base import MultiModalEmbedding
from tokenizers import Tokenizer

from ingestion.bert import BertEncoder
from ingestion.embedders import EmbedderRow, identity_of
from ingestion.fixed_shapes import encode_in_fixed_shapes
from ingestion.letter import EmbedderIdentity
from ingestion.light_huggingface import HuggingFaceEmbedding
from ingestion.minilm import plain_tokenizer

# The most texts LlamaIndex hands over at once; large, since a call's last batches are filled up with dummies.
_TEXTS_A_CALL = 2048
# Vectors remembered while ``remembering``: at 384 numbers each about 2 kB with their key.
_REMEMBERED = 8192
# Room left in each part of a too long text: a word cut in two may come out in a few pieces more.
_SEAM_PIECES = 8
# How far from 1 a vector's length may lie (float32 normalisation leaves about 1e-7).
_NORM_TOLERANCE = 1e-4
# Three statements, the first two near in meaning: any encoder of English must put them nearer than the third.
_KNOWN = (
    "She managed a team of software engineers for six years.",
    "For six years she led a group of programmers.",
    "The bakery opens at seven and sells fresh bread.",
)


class SpaceError(Exception):
    """An embedding space that can't be right; the message says what was found."""


class LetterEmbedder(HuggingFaceEmbedding):
    """A LlamaIndex embed model whose vectors depend on the text alone, down to the last byte.

    It shares HuggingFaceEmbedding's place in LlamaIndex and none of its arithmetic: no retries, no downloads, no
    prefixes guessed from a name.
    """

    _identity: EmbedderIdentity = PrivateAttr()
    _runtime: dict[str, str] = PrivateAttr()
    _row: EmbedderRow = PrivateAttr()
    _bert: BertEncoder = PrivateAttr()
    _tokenizer: Tokenizer = PrivateAttr()
    _known: dict[tuple[int, ...], np.ndarray] | None = PrivateAttr(default=None)

    def __init__(self, *, folder: Path, row: EmbedderRow, masking: str) -> None:
        # Past HuggingFaceEmbedding's own constructor, which would load the model with sentence-transformers.
        MultiModalEmbedding.__init__(self, model_name=row.model, embed_batch_size=_TEXTS_A_CALL)
        self.max_length = row.window
        self.query_instruction = row.query_prefix
        self.text_instruction = row.passage_prefix
        self._device = "cpu"
        self._parallel_process = False
        self._target_devices = None
        self._row = row
        self._identity = identity_of(row, masking)
        self._tokenizer = plain_tokenizer(folder / "tokenizer.json")
        dtype = torch.bfloat16 if has_native_bfloat16() else torch.float32
        self._bert = BertEncoder(folder, dtype)
        if row.dimension != self._bert.shape.hidden:
            raise SpaceError(
                f"{row.model} must give {row.dimension} numbers a vector, but this copy gives "
                f"{self._bert.shape.hidden}: it is another model"
            )
        if row.window > self._bert.shape.positions:
            raise SpaceError(
                f"{row.model} must read {row.window} word pieces, but this copy has {self._bert.shape.positions} "
                "positions: it is another model"
            )
        self._runtime = {
            "backend": "torch",
            "dtype": str(dtype).removeprefix("torch."),
            "torch": torch.__version__,
            "threads": str(torch.get_num_threads()),
        }

    @property
    def identity(self) -> EmbedderIdentity:
        """What must match exactly for two vectors to be comparable."""
        return self._identity

    @property
    def runtime(self) -> dict[str, str]:
        """How the vectors are computed here; may differ between machines that share a store."""
        return dict(self._runtime)

    @property
    def window(self) -> int:
        """The longest input in word pieces, special tokens and prefix included."""
        return self._row.window

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Return one vector a text: float32 (n, dimension), unit norm, each the same bytes in any company."""
        return self._embed_prefixed(self._row.passage_prefix, texts)

    def embed_query(self, text: str) -> np.ndarray:
        """Return the vector of a question or requirement: float32 (dimension,), unit norm."""
        return self._embed_prefixed(self._row.query_prefix, [text])[0]

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return one vector a question: float32 (n, dimension), unit norm."""
        return self._embed_prefixed(self._row.query_prefix, texts)

    def check_space(self) -> dict[str, str]:
        """Embed three known sentences; return their cosines, which the runtime keeps. Raises SpaceError."""
        vectors = self.embed_passages(_KNOWN)
        norms = np.linalg.norm(vectors, axis=1)
        if not np.all(np.abs(norms - 1) <= _NORM_TOLERANCE):
            raise SpaceError(f"every vector must have length 1, but the known ones have {norms.tolist()}")
        cosines = {
            f"known_{i}{j}": float(vectors[i] @ vectors[j]) for i, j in itertools.combinations(range(3), 2)
        }
        if cosines["known_01"] <= max(cosines["known_02"], cosines["known_12"]):
            raise SpaceError(
                f"two sentences that mean the same must be nearest, but the cosines are {cosines}"
            )
        found = {name: f"{value:.6f}" for name, value in cosines.items()}
        self._runtime |= found
        return found

    @contextmanager
    def remembering(self) -> Generator[None]:
        """Embed a text that comes again only once while the block runs: salutations and closings recur by the hundred.

        A vector depends on its text alone, so it is the same bytes either way.
        """
        before = self._known
        self._known = {} if before is None else before
        try:
            yield
        finally:
            self._known = before

    # --- text -> vectors ----------------------------------------------------------------------------------------

    def _embed_prefixed(self, prefix: str, texts: Sequence[str]) -> np.ndarray:
        """Embed each text; one longer than the window gets the mean of its parts, weighted by their lengths."""
        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        whole = self._tokenizer.encode_batch([prefix + text for text in texts])
        parts: list[list[int]] = []
        owners: list[int] = []
        for place, (text, encoding) in enumerate(zip(texts, whole, strict=True)):
            fits = len(encoding.ids) <= self.window
            for ids in [encoding.ids] if fits else self._parts(prefix, text):
                parts.append(ids)
                owners.append(place)
        if self._known is not None and len(self._known) > _REMEMBERED:
            self._known.clear()
        encoded = encode_in_fixed_shapes(
            parts,
            self._forward,
            longest=self.window,
            dummy=self._tokenizer.encode("").ids,
            pad=self._tokenizer.token_to_id("[PAD]") or 0,
            known=self._known,
        )
        counts = np.bincount(owners, minlength=len(texts))
        for place, ids, vector in zip(owners, parts, encoded, strict=True):
            if counts[place] == 1:
                vectors[place] = vector
            else:
                vectors[place] += len(ids) * vector
        several = counts > 1
        vectors[several] /= np.linalg.norm(vectors[several], axis=1, keepdims=True)
        return vectors

    def _parts(self, prefix: str, text: str) -> list[list[int]]:
        """Cut a text between word pieces into as few parts of like length as fit the window, each with the prefix."""
        starts = [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]
        room = self.window - len(self._tokenizer.encode(prefix).ids) - _SEAM_PIECES
        number = -(-len(starts) // room)
        cuts = [0, *(starts[len(starts) * part // number] for part in range(1, number)), len(text)]
        pieces = [prefix + text[start:end] for start, end in itertools.pairwise(cuts)]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(pieces)]

    def _forward(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            kept = torch.from_numpy(mask)
            hidden = self._bert(torch.from_numpy(ids), kept)
            pooled = _POOLINGS[self._row.pooling](hidden, kept)
            return torch.nn.functional.normalize(pooled, dim=1).numpy()

    # --- LlamaIndex's interface ---------------------------------------------------------------------------------

    @classmethod
    def class_name(cls) -> str:
        """Return the name under which LlamaIndex reports this embed model."""
        return "LetterEmbedder"

    def _embed(self, inputs: list[str | BytesIO], prompt_name: str | None = None) -> list[list[float]]:
        texts = [text for text in inputs if isinstance(text, str)]
        if len(texts) != len(inputs):
            raise TypeError("LetterEmbedder embeds text, but got an image")
        prefix = self._row.query_prefix if prompt_name == "query" else self._row.passage_prefix
        return self._embed_prefixed(prefix, texts).tolist()


def _mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask[:, :, None].float()
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)


def _cls(hidden: torch.Tensor, _mask: torch.Tensor) -> torch.Tensor:
    return hidden[:, 0]


_POOLINGS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {"mean": _mean, "cls": _cls}


def has_native_bfloat16() -> bool:
    """Tell whether this processor multiplies bfloat16 in hardware; emulated, it would be slower than float32."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        return False
    flags = next((line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), "").split()
    return "avx512_bf16" in flags or "amx_bf16" in flags

"""How fast the encoder is: Winnow's against LlamaIndex's HuggingFaceEmbedding as it comes, on the same texts.

Knows nothing about stores or screenings. Run it with `python -m evals.bench.encoder`; a file of letters may follow.

The two take turns, and each is given its best turn, so that another program on the machine slows neither alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder

SAMPLES = Path(__file__).resolve().parents[2] / "ingestion" / "samples" / "letters"
_LOAD = {
    "Winnow": "from ingestion.embedders import load_embedder; load_embedder(masking='1').embed_query('x')",
    "LlamaIndex": (
        "from ingestion.minilm import minilm_folder; "
        "from llama_index.embeddings.huggingface import HuggingFaceEmbedding as H; "
        "H(model_name=str(minilm_folder()), device='cpu').get_query_embedding('x')"
    ),
}


@dataclass(frozen=True, slots=True)
class EncoderSpeed:
    """One comparison over ``texts`` passages and sentences on ``threads`` threads.

    ``winnow`` and ``llama_index`` are texts per second, ``cosine`` is the lowest between the two vectors of a text,
    the last two fields are seconds from a fresh interpreter to the first vector.
    """

    texts: int
    threads: int
    dtype: str
    winnow: float
    llama_index: float
    cosine: float
    cold_winnow: float
    cold_llama_index: float

    @property
    def ratio(self) -> float:
        """How many times as many texts per second."""
        return self.winnow / self.llama_index

    def __str__(self) -> str:
        return (
            f"{self.texts} passages and sentences, {self.threads} threads\n"
            f"{'':24}{'LlamaIndex':>12}{'Winnow':>12}\n"
            f"{'texts per second':24}{self.llama_index:12.1f}{self.winnow:12.1f}   ({self.ratio:.2f} times)\n"
            f"{'seconds to first vector':24}{self.cold_llama_index:12.1f}{self.cold_winnow:12.1f}\n"
            f"lowest cosine between the two: {self.cosine:.6f} (Winnow computes in {self.dtype})"
        )


def compare(texts: Sequence[str], embedder: LetterEmbedder, *, rounds: int = 3) -> EncoderSpeed:
    """Embed ``texts`` by both encoders in turns, ``rounds`` times."""
    import torch
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    from ingestion.minilm import minilm_folder

    default = HuggingFaceEmbedding(model_name=str(minilm_folder()), device="cpu")
    paths: dict[str, Callable[[], np.ndarray]] = {
        "Winnow": lambda: embedder.embed_passages(texts),
        "LlamaIndex": lambda: np.array(default.get_text_embedding_batch(list(texts))),
    }
    seconds = dict.fromkeys(paths, float("inf"))
    vectors: dict[str, np.ndarray] = {}
    for _ in range(rounds):
        for name, embed in paths.items():
            start = time.perf_counter()
            vectors[name] = embed()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    return EncoderSpeed(
        texts=len(texts),
        threads=torch.get_num_threads(),
        dtype=embedder.runtime["dtype"],
        winnow=len(texts) / seconds["Winnow"],
        llama_index=len(texts) / seconds["LlamaIndex"],
        cosine=float((vectors["Winnow"] * vectors["LlamaIndex"]).sum(axis=1).min()),
        cold_winnow=_cold_seconds("Winnow"),
        cold_llama_index=_cold_seconds("LlamaIndex"),
    )


def texts_of(paths: Sequence[Path], letters: int) -> list[str]:
    """Return the passages and sentences of the first ``letters`` letters, repeated ones included."""
    from ingestion.passages import fitting_sentences, split_passages
    from ingestion.readers import RawLetter, read_letters

    found = (row.text for row in read_letters([str(path) for path in paths]) if isinstance(row, RawLetter))
    texts = [text for text, _ in zip(found, range(letters), strict=False)]
    return [text[a:b] for text in texts for a, b in split_passages(text) + fitting_sentences(text)]


def _cold_seconds(name: str) -> float:
    """Return the best of three fresh interpreters, in seconds from start to the first vector."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", _LOAD[name]], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the comparison for the letters given, else for the bundled ones."""
    parser = argparse.ArgumentParser(description="Compare encoders on the same letters.")
    parser.add_argument("paths", nargs="*", type=Path, default=[SAMPLES], help="files or folders of letters")
    parser.add_argument("--letters", type=int, default=200, help="how many letters at most")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()

    import torch

    from ingestion.embedders import load_embedder

    torch.set_num_threads(arguments.threads)
    texts = texts_of(arguments.paths, arguments.letters)
    print(compare(texts, load_embedder(masking="none")))


if __name__ == "__main__":
    main()

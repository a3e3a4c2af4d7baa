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
LOAD = {
    "Winnow": "from ingestion.embedders import load_embedder; load_embedder(masking='1').embed_query('x')",
    "LlamaIndex": (
        "from ingestion.minilm import minilm_folder; "
        "from llama_index.embeddings.huggingface import HuggingFaceEmbedding as H; "
        "H(model_name=str(minilm_folder()), device='cpu').get_query_embedding('x')"
    ),
}


@dataclass(frozen=True, slots=True)
class EncoderSpeed:
    """One comparison over ``texts`` texts on ``threads`` threads.

    ``winnow`` and ``llama_index`` are texts per second, ``cosine`` is the lowest between the two vectors of a text.
    """

    texts: int
    threads: int
    dtype: str
    winnow: float
    llama_index: float
    cosine: float

    @property
    def ratio(self) -> float:
        """How many times as many texts per second."""
        return self.winnow / self.llama_index

    def __str__(self) -> str:
        return (
            f"{self.texts} texts, {self.threads} threads: LlamaIndex {self.llama_index:.1f} a second, "
            f"Winnow {self.winnow:.1f} ({self.ratio:.2f} times), lowest cosine between the two {self.cosine:.6f} "
            f"({self.dtype})"
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
    )


def texts_of(paths: Sequence[Path], letters: int, *, sentences: bool = True) -> list[str]:
    """Return the passages of the first ``letters`` letters in the order of an ingest, repeated ones included.

    With ``sentences``, each letter's passages are followed by its sentences, which are embedded at ingest too.
    """
    from ingestion.passages import fitting_sentences, split_passages
    from ingestion.readers import RawLetter, read_letters

    found = (row.text for row in read_letters([str(path) for path in paths]) if isinstance(row, RawLetter))
    texts = [text for text, _ in zip(found, range(letters), strict=False)]
    spans = ((text, split_passages(text) + (fitting_sentences(text) if sentences else [])) for text in texts)
    return [text[start:end] for text, cut in spans for start, end in cut]


def cold_seconds(name: str) -> float:
    """Return the best of three fresh interpreters, in seconds from start to the first vector."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", LOAD[name]], check=True, capture_output=True)
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
    embedder = load_embedder(masking="none")
    for name, sentences in (("passages", False), ("passages and sentences, as an ingest embeds them", True)):
        texts = texts_of(arguments.paths, arguments.letters, sentences=sentences)
        print(f"{name}: {compare(texts, embedder)}", flush=True)
    for name in LOAD:
        print(f"from a fresh interpreter to the first vector, {name}: {cold_seconds(name):.1f} s", flush=True)


if __name__ == "__main__":
    main()

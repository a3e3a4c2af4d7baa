"""Texts as a judge is handed letters: masked, cut into sentences and embedded as an ingest would, without a store.

Knows nothing about what the texts are for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ingestion.blinding import blind
from ingestion.letter import Letter, Passage
from ingestion.records import LetterMaterial
from ingestion.sentences import split_sentences

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder


class TextMaterial:
    """Makes the material of a text; a sentence that comes again is embedded once."""

    def __init__(self, embedder: LetterEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[str, np.ndarray] = {}

    def embed_all(self, texts: Iterable[str]) -> None:
        """Embed the sentences of many texts in one go, which is quicker than text by text; the vectors are the same."""
        pieces: list[str] = []
        for text in texts:
            judged, _ = blind(text, None)
            pieces += [judged[start:end] for start, end in split_sentences(judged)]
        self._embed(pieces)

    def __call__(self, text: str, letter_id: str = "text") -> LetterMaterial:
        """Return one text as the material of a letter of that id."""
        judged, offsets = blind(text, None)
        spans = split_sentences(judged)
        pieces = [judged[start:end] for start, end in spans]
        self._embed(pieces)
        letter = Letter(1, "measured", letter_id, None, text, judged, offsets, "en", "measured")
        sentences = tuple(Passage(n, 1, "sentence", start, end) for n, (start, end) in enumerate(spans))
        return LetterMaterial(letter, sentences, np.stack([self._known[piece] for piece in pieces]))

    def _embed(self, pieces: Iterable[str]) -> None:
        new = list(dict.fromkeys(piece for piece in pieces if piece not in self._known))
        if new:
            self._known.update(zip(new, self._embedder.embed_passages(new), strict=True))

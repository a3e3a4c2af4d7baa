"""Batches of a fixed shape, so that a text's vector doesn't depend on what else is embedded with it.

Knows nothing about models or text: it sees lists of word-piece ids and a function over a batch of them.

A matrix product's last bits depend on the shapes it is given. So the length a text is padded to follows from that
text alone, and a batch of that length always has the same number of rows, filled up with dummies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

# Lengths in word pieces. Coarser steps pad more, finer ones leave more batches to fill up at the end of a call.
LENGTHS = (
    16,
    24,
    32,
    40,
    48,
    56,
    64,
    80,
    96,
    112,
    128,
    144,
    160,
    176,
    192,
    208,
    224,
    240,
    256,
    320,
    384,
    448,
    512,
)
# A batch holds at most about this many word pieces. Twice as many were 10-30 % slower (MiniLM on real letters, one
# thread), and the dummies that a single query drags along cost time too.
PIECES_A_BATCH = 512

Forward = Callable[[np.ndarray, np.ndarray], np.ndarray]


def length_for(pieces: int, longest: int) -> int:
    """Return the length to which a text of ``pieces`` word pieces is padded, at most ``longest``.

    Raises ValueError for a text longer than ``longest``: cutting it is the caller's decision.
    """
    if not 1 <= pieces <= longest:
        raise ValueError(f"a text must have between 1 and {longest} word pieces here, but has {pieces}")
    return next((length for length in LENGTHS if pieces <= length < longest), longest)


def rows_for(length: int) -> int:
    """Return the number of rows of every batch of ``length``."""
    return max(2, PIECES_A_BATCH // length)


def encode_in_fixed_shapes(
    pieces: Sequence[Sequence[int]],
    forward: Forward,
    *,
    longest: int,
    dummy: Sequence[int],
    pad: int,
    known: dict[tuple[int, ...], np.ndarray] | None = None,
) -> np.ndarray:
    """Return one row a text, in the order given: float32 (n_texts, dimension).

    ``forward`` takes ids, int64 (rows, length), and mask, bool of the same shape, and returns float32
    (rows, dimension). ``dummy`` fills unused rows (``[CLS] [SEP]``), ``pad`` the ends of short ones. Equal texts
    are encoded once; ``known`` holds rows of earlier calls with the same ``forward``, and takes the new ones.
    """
    places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, ids in enumerate(pieces):
        places[tuple(ids)].append(place)
    by_length: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
    vectors: np.ndarray | None = None
    for ids in places:
        row = None if known is None else known.get(ids)
        if row is None:
            by_length[length_for(len(ids), longest)].append(ids)
            continue
        if vectors is None:
            vectors = np.empty((len(pieces), len(row)), dtype=np.float32)
        vectors[places[ids]] = row

    for length, texts in by_length.items():
        rows = rows_for(length)
        for start in range(0, len(texts), rows):
            batch = texts[start : start + rows]
            found = forward(*_padded(batch, rows, length, dummy, pad))
            if vectors is None:
                vectors = np.empty((len(pieces), found.shape[1]), dtype=np.float32)
            for ids, vector in zip(batch, found, strict=False):
                vectors[places[ids]] = vector
                if known is not None:
                    known[ids] = vector.copy()
    return np.empty((0, 0), dtype=np.float32) if vectors is None else vectors


def _padded(
    batch: Sequence[Sequence[int]], rows: int, length: int, dummy: Sequence[int], pad: int
) -> tuple[np.ndarray, np.ndarray]:
    ids = np.full((rows, length), pad, dtype=np.int64)
    mask = np.zeros((rows, length), dtype=np.bool_)
    for row in range(rows):
        text = batch[row] if row < len(batch) else dummy
        ids[row, : len(text)] = text
        mask[row, : len(text)] = True
    return ids, mask

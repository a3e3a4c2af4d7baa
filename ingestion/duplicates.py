"""How alike two letters are: the same text, nearly the same, an edit of one another, or neither.

Knows nothing about the store; it turns texts into shingles, signatures and similarities.

Texts are compared as sets of three consecutive words (Broder 1997, "On the resemblance and containment of documents").
Letters of one template share most of them. A signature lets a store find candidates without comparing all pairs: each
band of it is shared by two texts with a chance that grows with their similarity (Leskovec, Rajaraman, Ullman, "Mining of
Massive Datasets", chapter 3). Candidates are then compared in full, so that chance decides nothing that is shown.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Similarity (shared / all shingles) from which two letters are shown as near-duplicates. Measured 2026-11: of 442,270
# pairs of 941 letters from many hands none reaches 0.6 (the nearest 0.5); leaving out one sentence keeps 0.69 and a
# mistake in every twentieth word 0.72 of 19 letters in 20.
NEAR_DUPLICATE = 0.6
# Similarity from which a changed text counts as an edit of the old one. Cutting a letter in half keeps 0.23 and doubling
# it 0.25 of 99 letters in 100; of the pairs above, 0.07% reach 0.25.
EDIT = 0.25

_WORDS_IN_SHINGLE = 3
_ROWS = 4
# 24 bands of 4: letters at 0.6 meet in some band with a chance of 0.964, at 0.7 of 0.999, at 0.2 of 0.04.
_BANDS = 24
# A word; letters of scripts that write no spaces count as one each.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def normalised(text: str) -> str:
    """Return the words of ``text`` alone, in lower case: two letters with the same ones are exact duplicates."""
    return " ".join(_WORD.findall(text.casefold()))


def shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of all runs of three words, sorted and unique: uint64 (n,). A shorter text is one run."""
    words = _WORD.findall(text.casefold())
    if not words:
        return np.empty(0, np.uint64)
    hashes = np.array([_word_hash(word) for word in words], np.uint64)
    width = min(_WORDS_IN_SHINGLE, len(hashes))
    mixed = np.zeros(len(hashes) - width + 1, np.uint64)
    for place in range(width):
        mixed = mixed * _MULTIPLIER + hashes[place : len(hashes) - width + 1 + place]
    return np.unique(mixed ^ (mixed >> np.uint64(29)))


def resemblance(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Return shared / all of two sets of shingles (Jaccard), 0.0 where both are empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    every = len(one) + len(other) - shared
    return shared / every if every else 0.0


@lru_cache(maxsize=128)  # asked for when a letter is stored, and again when its batch is linked
def signature(text: str) -> tuple[int, ...]:
    """Return what a store keeps to find candidates: the exact text's hash, then one hash a band.

    Each is an integer of 63 bits that depends on the text alone.
    """
    exact = _hash63(normalised(text).encode())
    found = shingles(text)
    if not len(found):
        return (exact,)
    # Multiply-shift hashing (Dietzfelbinger et al. 1997): the high half of a*x + b is as good as random.
    hashed = (found[None, :] * _FACTORS[:, None] + _OFFSETS[:, None]) >> np.uint64(32)
    least = hashed.min(axis=1).reshape(_BANDS, _ROWS)
    return exact, *(_hash63(band.astype("<u8").tobytes()) for band in least)


def _hash63(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") >> 1


@lru_cache(maxsize=65_536)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _constants(name: str) -> NDArray[np.uint64]:
    """Return fixed odd numbers, one a row of the signature: the same in every version of every library."""
    rows = _BANDS * _ROWS
    return np.array([_word_hash(f"{name} {row}") | 1 for row in range(rows)], np.uint64)


_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd (Knuth, TAOCP vol. 3, 6.4)
_FACTORS = _constants("factor")
_OFFSETS = _constants("offset")

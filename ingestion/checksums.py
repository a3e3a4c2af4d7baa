"""Owns the checksums of stored rows. Knows nothing about tables or what the rows mean.

CRC-32 finds damage (a flipped bit, a torn page); it is no defence against a person who edits the
file on purpose, who could edit the checksum too.
"""

from __future__ import annotations

import zlib


def row_checksum(*parts: str | bytes | float | None) -> int:
    """CRC-32 over the parts, each preceded by its type and length, so that none can flow into the next.

    >>> row_checksum("ab", "c") == row_checksum("a", "bc")
    False
    >>> row_checksum(None) == row_checksum("")
    False
    """
    crc = 0
    for part in parts:
        data = b"" if part is None else part if isinstance(part, bytes) else str(part).encode()
        crc = zlib.crc32(f"{type(part).__name__}:{len(data)}:".encode(), crc)
        crc = zlib.crc32(data, crc)
    return crc


def vector_checksum(
    vector: bytes, passage_id: int, letter_key: int, posting_id: int, embedder_id: int
) -> int:
    """CRC-32 of a vector's bytes, started from the ids it stands under.

    A vector that lands under another letter fails as surely as a damaged one. One call a vector:
    opening a store checks every one of them.
    """
    start = passage_id * 0x9E3779B1 + letter_key * 0x85EBCA77 + posting_id * 0xC2B2AE3D + embedder_id
    return zlib.crc32(vector, start & 0xFFFFFFFF)

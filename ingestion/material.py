"""Reads what a judge needs of many letters at once: their sentences and the vectors of these.

Knows nothing about judging, nor about which letters are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, select

from ingestion.checksums import vector_checksum
from ingestion.letter import Letter, Passage
from ingestion.records import LetterMaterial, StoreError
from ingestion.rows import damaged_vector, letter_columns, letter_of
from ingestion.schema import embedder, letter, passage, sentence_vector


def read_material(connection: Connection, keys: Sequence[int], embedder_key: str) -> list[LetterMaterial]:
    """Return the material of the letters ``keys``, in the order of their keys.

    Raises StoreError when one of them lacks sentences or a sentence's vector, StoreDamaged when a
    row is unsound.
    """
    import numpy as np

    letters = [
        letter_of(row)
        for row in connection.execute(
            letter_columns().where(letter.c.letter_key.in_(keys)).order_by(letter.c.letter_key)
        )
    ]
    known = connection.execute(
        select(embedder.c.embedder_id, embedder.c.dimension).where(embedder.c.key == embedder_key)
    ).first()
    embedder_id, dimension = (0, 0) if known is None else (known[0], known[1])
    rows = connection.execute(
        select(
            passage.c.letter_key,
            passage.c.passage_id,
            passage.c.span_start,
            passage.c.span_end,
            sentence_vector.c.vector,
            sentence_vector.c.checksum,
            sentence_vector.c.posting_id,
        )
        .join_from(
            passage,
            sentence_vector,
            (sentence_vector.c.passage_id == passage.c.passage_id)
            & (sentence_vector.c.embedder_id == embedder_id),
            isouter=True,
        )
        .where(passage.c.letter_key.in_(keys), passage.c.kind == "sentence")
        .order_by(passage.c.letter_key, passage.c.span_start, passage.c.span_end)
    ).all()
    by_letter = {key: list(some) for key, some in groupby(rows, key=itemgetter(0))}
    found: list[LetterMaterial] = []
    for one in letters:
        sentences: list[Passage] = []
        blobs: list[bytes] = []
        for key, passage_id, start, end, blob, checksum, posting_id in by_letter.get(one.key, ()):
            if blob is None:
                raise _not_embedded(one)
            if vector_checksum(blob, passage_id, key, posting_id, embedder_id) != checksum:
                raise damaged_vector(key)
            sentences.append(Passage(passage_id, key, "sentence", start, end))
            blobs.append(blob)
        if not blobs:
            raise _not_embedded(one)
        vectors = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), dimension)
        found.append(LetterMaterial(one, tuple(sentences), vectors))
    return found


def _not_embedded(one: Letter) -> StoreError:
    return StoreError(
        f"every letter must have vectors of the embedder in use, but letter {one.letter_id} of posting "
        f"{one.posting} has none; run `winnow embed --pipeline P` with the pipeline that you screen with"
    )

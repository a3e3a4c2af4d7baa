"""Reads from the store what a FAISS snapshot lacks: the vectors that came and went since.

Knows nothing about FAISS, threads or searching.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from ingestion.checksums import vector_checksum
from ingestion.rows import damaged_vector
from ingestion.schema import deleted_vector, embedder, passage_vector, store_state
from ingestion.snapshots import Snapshot, VectorBlock, VectorRows, empty_snapshot

_ROWS_A_READ = 4096


def follow(connection: Connection, snapshot: Snapshot, embedder_key: str) -> Snapshot:
    """Return the snapshot as of what ``connection`` sees; only the difference is read.

    Raises StoreDamaged when a vector is unsound.
    """
    import numpy as np

    version = int(connection.execute(select(store_state.c.version)).scalar_one())
    dimension: int = snapshot.base.rows.vectors.shape[1]
    embedder_id = connection.execute(
        select(embedder.c.embedder_id).where(embedder.c.key == embedder_key)
    ).scalar_one_or_none()
    if embedder_id is None:
        return snapshot.followed(version, snapshot.tail.rows.of(slice(0)), np.empty(0, dtype=np.int64), 0)
    gone = connection.execute(
        select(deleted_vector.c.place, deleted_vector.c.vector_id)
        .where(deleted_vector.c.place > snapshot.last_deletion, deleted_vector.c.embedder_id == embedder_id)
        .order_by(deleted_vector.c.place)
    ).all()
    last_deletion = gone[-1][0] if gone else snapshot.last_deletion
    deleted = np.array(sorted(vector_id for _place, vector_id in gone), dtype=np.int64)
    new = (passage_vector.c.vector_id > snapshot.last_vector) & (passage_vector.c.embedder_id == embedder_id)
    count = connection.execute(select(func.count()).select_from(passage_vector).where(new)).scalar_one()
    block = VectorBlock.filled(dimension, count, _pieces(connection, new, embedder_id, dimension))
    if len(snapshot.base) or len(snapshot.tail) or not count:
        return snapshot.followed(version, block.rows, deleted, last_deletion)
    last_vector = int(block.rows.vector_ids[-1])
    nothing = empty_snapshot(dimension).tail
    return Snapshot(version, block, nothing, np.empty(0, dtype=np.int64), last_vector, last_deletion)


def _pieces(connection: Connection, new: Any, embedder_id: int, dimension: int) -> Iterator[VectorRows]:
    import numpy as np

    result = connection.execute(
        select(
            passage_vector.c.vector_id,
            passage_vector.c.passage_id,
            passage_vector.c.letter_key,
            passage_vector.c.posting_id,
            passage_vector.c.vector,
            passage_vector.c.checksum,
        )
        .where(new)
        .order_by(passage_vector.c.vector_id)
    )
    for some in result.partitions(_ROWS_A_READ):
        for _vector_id, passage_id, letter_key, posting_id, blob, checksum in some:
            if vector_checksum(blob, passage_id, letter_key, posting_id, embedder_id) != checksum:
                raise damaged_vector(letter_key)
        vector_ids, passage_ids, letter_keys, posting_ids, blobs, _checksums = zip(*some, strict=True)
        yield VectorRows(
            np.array(vector_ids, dtype=np.int64),
            np.array(passage_ids, dtype=np.int64),
            np.array(letter_keys, dtype=np.int64),
            np.array(posting_ids, dtype=np.int64),
            np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(some), dimension),
        )

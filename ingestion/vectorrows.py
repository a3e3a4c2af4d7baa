"""Writes vectors as rows: one a passage and embedder, under an id that is never used again.

Knows nothing about letters' texts, transactions or FAISS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, insert, select

from ingestion.checksums import vector_checksum
from ingestion.letter import EmbedderIdentity
from ingestion.records import StoreError
from ingestion.schema import VECTOR_TABLES, embedder, letter, passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# SQLite takes 32,766 values a statement; this many keep a statement's text short.
ID_CHUNK = 500
# Normalised in float32, a vector's norm is within 1e-6 of 1; one further off was not normalised.
_NORM_TOLERANCE = 1e-3


def chunks(ids: Sequence[int], size: int = ID_CHUNK) -> Iterable[Sequence[int]]:
    """Cut ``ids`` into pieces that fit one statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def put_vectors(
    connection: Connection,
    embedder_id: int,
    identity: EmbedderIdentity,
    rows: Sequence[tuple[int, NDArray[np.float32]]],
) -> bool:
    """Store (passage id, vector) rows; return whether anything changed.

    A vector that stands with the same bytes stays; with other bytes it goes, and the new one gets a
    new id. Raises StoreError for a wrong shape or norm, or an unknown passage.
    """
    blobs = {passage_id: _bytes(passage_id, vector, identity) for passage_id, vector in rows}
    places = _places(connection, list(blobs))
    changed = False
    for kind, table in VECTOR_TABLES.items():
        ids = [passage_id for passage_id in blobs if places[passage_id].kind == kind]
        stands: dict[int, bytes] = {}
        for some in chunks(ids):
            found = connection.execute(
                select(table.c.passage_id, table.c.vector).where(
                    table.c.passage_id.in_(some), table.c.embedder_id == embedder_id
                )
            )
            stands.update((passage_id, vector) for passage_id, vector in found)
        other = [passage_id for passage_id, vector in stands.items() if vector != blobs[passage_id]]
        for some in chunks(other):
            connection.execute(
                delete(table).where(table.c.passage_id.in_(some), table.c.embedder_id == embedder_id)
            )
        new = [passage_id for passage_id in ids if stands.get(passage_id) != blobs[passage_id]]
        if new:
            connection.execute(insert(table), [_values(blobs[one], places[one], embedder_id) for one in new])
            changed = True
    return changed


def drop_vectors(connection: Connection, identity: EmbedderIdentity, passage_ids: Sequence[int]) -> int:
    """Delete these passages' vectors of one embedder, and the passages that then have none at all.

    Returns how many vectors went.
    """
    one = select(embedder.c.embedder_id).where(embedder.c.key == identity.key).scalar_subquery()
    gone = 0
    for some in chunks(passage_ids):
        for table in VECTOR_TABLES.values():
            gone += connection.execute(
                delete(table).where(table.c.passage_id.in_(some), table.c.embedder_id == one)
            ).rowcount
        bare = [
            ~select(table.c.vector_id).where(table.c.passage_id == passage.c.passage_id).exists()
            for table in VECTOR_TABLES.values()
        ]
        connection.execute(delete(passage).where(passage.c.passage_id.in_(some), *bare))
    return gone


def _places(connection: Connection, passage_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Passage id -> row (passage_id, kind, letter_key, posting_id)."""
    found: dict[int, Row[Any]] = {}
    for some in chunks(passage_ids):
        rows = connection.execute(
            select(passage.c.passage_id, passage.c.kind, passage.c.letter_key, letter.c.posting_id)
            .join_from(passage, letter)
            .where(passage.c.passage_id.in_(some))
        )
        found.update({row.passage_id: row for row in rows})
    missing = [one for one in passage_ids if one not in found]
    if missing:
        raise StoreError(f"a vector needs its passage first, but there is no passage {missing[0]}; add it")
    return found


def _bytes(passage_id: int, vector: NDArray[np.float32], identity: EmbedderIdentity) -> bytes:
    import numpy as np

    if vector.shape != (identity.dimension,):
        raise StoreError(
            f"vectors of {identity.model} must have shape ({identity.dimension},), but passage {passage_id} "
            f"came with {vector.shape}; embed with the model that the store was made with"
        )
    data = np.ascontiguousarray(vector, dtype="<f4")
    norm = float(np.linalg.norm(data))
    # Not `> tolerance`: the norm of a vector with a NaN is neither near nor far.
    if not abs(norm - 1) <= _NORM_TOLERANCE:
        raise StoreError(
            f"vectors must have norm 1 (so that similarity is a cosine), but passage {passage_id} came with "
            f"{norm:.6g}; normalise them"
        )
    return data.tobytes()


def _values(blob: bytes, place: Row[Any], embedder_id: int) -> dict[str, int | bytes]:
    passage_id, _kind, letter_key, posting_id = tuple(place)
    return {
        "embedder_id": embedder_id,
        "posting_id": posting_id,
        "letter_key": letter_key,
        "passage_id": passage_id,
        "vector": blob,
        "checksum": vector_checksum(blob, passage_id, letter_key, posting_id, embedder_id),
    }

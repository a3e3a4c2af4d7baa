"""What readers search: an immutable set of passage vectors, in a large FAISS block and a small one.

Knows nothing about SQL, LlamaIndex or locks. Nothing here changes once it is made, so any number of
threads may search a snapshot while the next one is being made.

FAISS finds the candidates; the similarity that is reported is computed for each of them alone. The
plain search of an IndexFlatIP takes rows in groups, and a row's last bits depend on where in its
group it stands (measured with faiss-cpu 1.15.1 and AVX-512: up to 8e-8), so they would depend on
who else is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# More than ten times the difference between FAISS's two ways of computing one inner product.
_SAME_WITHIN = 1e-6
_EXTRA_CANDIDATES = 8
# Above this share of a block, comparing all of the wanted rows is quicker than a selector (measured).
_SELECTOR_SHARE = 1 / 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage near a query. ``similarity`` is their cosine."""

    vector_id: int
    passage_id: int
    letter_key: int
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class VectorRows:
    """Ids, int64 (n,) each, and their vectors, float32 (n, dimension), unit norm. ``vector_ids`` ascend."""

    vector_ids: NDArray[np.int64]
    passage_ids: NDArray[np.int64]
    letter_keys: NDArray[np.int64]
    posting_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def of(self, chosen: NDArray[Any] | slice) -> VectorRows:
        """Return the rows at these positions, or where a mask is true."""
        return VectorRows(
            self.vector_ids[chosen],
            self.passage_ids[chosen],
            self.letter_keys[chosen],
            self.posting_ids[chosen],
            self.vectors[chosen],
        )


class _IndexMemory:
    """The vectors inside an index, for numpy; an array made of it keeps the index alive."""

    def __init__(self, index: Any, count: int, dimension: int) -> None:
        import faiss

        flat = faiss.rev_swig_ptr(index.get_xb(), count * dimension)
        self.index = index
        self.__array_interface__ = {**flat.__array_interface__, "shape": (count, dimension)}


@dataclass(frozen=True, slots=True, eq=False)
class VectorBlock:
    """Rows in one exact FAISS index; ``rows.vectors`` is a view of the index's own memory."""

    index: Any
    rows: VectorRows

    @classmethod
    def filled(cls, dimension: int, count: int, pieces: Iterable[VectorRows]) -> VectorBlock:
        """Return a block of ``count`` rows that come in ``pieces``, in the order of their vector ids."""
        import faiss
        import numpy as np

        index = faiss.IndexFlatIP(dimension)
        if count:
            # Pages of zeros take no memory until they are written: the vectors exist once, in the index.
            index.add(np.zeros((count, dimension), dtype=np.float32))
            vectors = np.asarray(_IndexMemory(index, count, dimension))
        else:
            vectors = np.empty((0, dimension), dtype=np.float32)
        ids = np.empty((4, count), dtype=np.int64)
        rows = VectorRows(ids[0], ids[1], ids[2], ids[3], vectors)
        done = 0
        for piece in pieces:
            place = rows.of(slice(done, done + len(piece.vector_ids)))
            place.vector_ids[:] = piece.vector_ids
            place.passage_ids[:] = piece.passage_ids
            place.letter_keys[:] = piece.letter_keys
            place.posting_ids[:] = piece.posting_ids
            place.vectors[:] = piece.vectors
            done += len(piece.vector_ids)
        if done != count:
            raise ValueError(f"a block of {count} rows must be filled by its pieces, but they have {done}")
        ids.flags.writeable = False
        vectors.flags.writeable = False
        return cls(index, rows)

    def __len__(self) -> int:
        return len(self.rows.vector_ids)

    def positions_of(self, vector_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of those of ``vector_ids`` (ascending) that stand in the block, ascending."""
        import numpy as np

        if not len(self):
            return np.empty(0, dtype=np.int64)
        places = np.searchsorted(self.rows.vector_ids, vector_ids)
        places[places == len(self)] = 0
        return places[self.rows.vector_ids[places] == vector_ids]

    def similarities(self, query: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inner products with the rows at ``positions``, each computed alone; float32 (n,)."""
        import faiss
        import numpy as np

        found = np.empty(len(positions), dtype=np.float32)
        if len(positions):
            wanted = np.ascontiguousarray(positions, dtype=np.int64)
            # FAISS shares this out by query, and there is one: a team of threads would do nothing but
            # start up, which on a busy machine takes 20 ms. The setting is this thread's own.
            threads = faiss.omp_get_max_threads()
            faiss.omp_set_num_threads(1)
            try:
                self.index.compute_distance_subset(
                    1, faiss.swig_ptr(query), len(wanted), faiss.swig_ptr(found), faiss.swig_ptr(wanted)
                )
            finally:
                faiss.omp_set_num_threads(threads)
        # Rounding may leave a row a little more like itself than 1. Before ranking, so that rows which
        # show the same similarity stand in the order of their ids.
        return np.clip(found, -1, 1, out=found)

    def candidates(
        self,
        query: NDArray[np.float32],
        top_k: int | None,
        allowed: NDArray[np.int64] | None,
        removed: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Positions that hold at least the ``top_k`` nearest rows, and their similarities.

        ``allowed``: the positions that may be returned, None for all; ``removed``: those that may not.
        """
        import faiss
        import numpy as np

        if allowed is not None:
            allowed = np.setdiff1d(allowed, removed, assume_unique=True) if len(removed) else allowed
        among = len(self) - len(removed) if allowed is None else len(allowed)
        wanted = among if top_k is None else top_k + _EXTRA_CANDIDATES
        if top_k is not None and wanted < among and (allowed is None or among <= len(self) * _SELECTOR_SHARE):
            selector = None
            if allowed is not None:
                selector = faiss.IDSelectorBatch(allowed)
            elif len(removed):
                selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(removed))
            chosen: Any = faiss.SearchParameters
            params = None if selector is None else chosen(sel=selector)
            rough, labels = self.index.search(query.reshape(1, -1), wanted, params=params)
            exact = self.similarities(query, labels[0])
            # Rows left out are at most as near as the last one found. Where that is too close to
            # call (many copies of one letter), every row is compared.
            if np.partition(exact, -top_k)[-top_k] > rough[0, -1] + _SAME_WITHIN:
                return labels[0], exact
        if allowed is None:
            allowed = np.arange(len(self), dtype=np.int64)
            if len(removed):
                allowed = np.delete(allowed, removed)
        return allowed, self.similarities(query, allowed)


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Which passages may be found: of one posting, of some letters, some by id; None means any."""

    posting_id: int | None = None
    letter_keys: NDArray[np.int64] | None = None
    passage_ids: NDArray[np.int64] | None = None

    def positions(self, rows: VectorRows) -> NDArray[np.int64] | None:
        """Positions of the rows that may be found, ascending; None when all may."""
        import numpy as np

        fits = np.ones(len(rows.vector_ids), dtype=bool)
        if self.posting_id is not None:
            fits &= rows.posting_ids == self.posting_id
        if self.letter_keys is not None:
            fits &= np.isin(rows.letter_keys, self.letter_keys)
        if self.passage_ids is not None:
            fits &= np.isin(rows.passage_ids, self.passage_ids)
        return None if fits.all() else np.flatnonzero(fits)


ANY = Wanted()


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All passage vectors of one embedder as they stood at one version of the store.

    ``tail`` holds what came after ``base`` was made, ``deleted`` (int64, ascending) the vector ids
    of both that are gone. ``last_vector`` and ``last_deletion`` say up to where it has followed.
    """

    version: int
    base: VectorBlock
    tail: VectorBlock
    deleted: NDArray[np.int64]
    last_vector: int
    last_deletion: int

    def __len__(self) -> int:
        return len(self.base) + len(self.tail) - len(self.deleted)

    @property
    def loose(self) -> int:
        """How many rows a merge would tidy away: those of the tail and the deleted ones."""
        return len(self.tail) + len(self.deleted)

    def followed(
        self, version: int, new: VectorRows, deleted: NDArray[np.int64], last_deletion: int
    ) -> Snapshot:
        """Return the snapshot at a later version: ``new`` rows in a new tail, ``deleted`` ids added."""
        import numpy as np

        tail = self.tail
        if len(new.vector_ids):
            dimension = new.vectors.shape[1]
            tail = VectorBlock.filled(dimension, len(tail) + len(new.vector_ids), (tail.rows, new))
        last_vector = int(new.vector_ids[-1]) if len(new.vector_ids) else self.last_vector
        gone = np.union1d(self.deleted, deleted)
        held = [block.rows.vector_ids[block.positions_of(gone)] for block in (self.base, tail)]
        return Snapshot(version, self.base, tail, np.concatenate(held), last_vector, last_deletion)

    def merged(self) -> Snapshot:
        """Return the same vectors in one base block. Takes a copy of them all: never on a reader's way."""
        import numpy as np

        pieces: list[VectorRows] = []
        for block in (self.base, self.tail):
            live = np.ones(len(block), dtype=bool)
            live[block.positions_of(self.deleted)] = False
            cut = np.flatnonzero(np.diff(live, prepend=False, append=False))
            # Runs of living rows, as slices: no copy before the one into the new block.
            pieces.extend(block.rows.of(slice(a, b)) for a, b in zip(cut[::2], cut[1::2], strict=True))
        dimension = self.base.rows.vectors.shape[1]
        count = sum(len(piece.vector_ids) for piece in pieces)
        return Snapshot(
            self.version,
            VectorBlock.filled(dimension, count, pieces),
            VectorBlock.filled(dimension, 0, ()),
            np.empty(0, dtype=np.int64),
            self.last_vector,
            self.last_deletion,
        )

    def onto(self, merged: Snapshot) -> Snapshot:
        """Return this snapshot on the base of ``merged``, which was made from an earlier one."""
        newer = self.tail.rows.of(self.tail.rows.vector_ids > merged.last_vector)
        again = merged.followed(self.version, newer, self.deleted, self.last_deletion)
        return Snapshot(
            self.version, again.base, again.tail, again.deleted, self.last_vector, self.last_deletion
        )

    def nearest(self, query: NDArray[np.float32], top_k: int | None, wanted: Wanted = ANY) -> list[Hit]:
        """The ``top_k`` nearest passages (None: all), nearest first, equal ones by vector id.

        ``query``: float32 (dimension,), unit norm.
        """
        import numpy as np

        columns: list[tuple[NDArray[Any], ...]] = []
        for block in (self.base, self.tail):
            if not len(block):
                continue
            removed = block.positions_of(self.deleted)
            where, similarity = block.candidates(query, top_k, wanted.positions(block.rows), removed)
            rows = block.rows
            columns.append(
                (rows.vector_ids[where], rows.passage_ids[where], rows.letter_keys[where], similarity)
            )
        if not columns:
            return []
        vector_ids, passage_ids, letter_keys, similarity = (
            np.concatenate(some) for some in zip(*columns, strict=True)
        )
        order = np.lexsort((vector_ids, -similarity))[:top_k]
        return [
            Hit(*found)
            for found in zip(
                vector_ids[order].tolist(),
                passage_ids[order].tolist(),
                letter_keys[order].tolist(),
                similarity[order].tolist(),
                strict=True,
            )
        ]


def empty_snapshot(dimension: int) -> Snapshot:
    """Return the snapshot of a store that nothing was read of yet."""
    import numpy as np

    nothing = VectorBlock.filled(dimension, 0, ())
    return Snapshot(-1, nothing, nothing, np.empty(0, dtype=np.int64), 0, 0)

"""A store's passages as a LlamaIndex vector store, searched by FAISS.

Knows nothing about encoders or screening. FAISS holds nothing of its own: every vector comes from
the store, and each search first follows what any process has committed to it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn, Self, get_args

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import (
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from llama_index.vector_stores.faiss import FaissVectorStore
from sqlalchemy import ColumnElement, Connection, and_, select

from ingestion.deltas import follow
from ingestion.filters import letters_that_fit
from ingestion.letter import EmbedderIdentity, PassageKind
from ingestion.records import StoreError
from ingestion.schema import VECTOR_TABLES, embedder, letter, passage, posting
from ingestion.snapshots import ANY, Hit, Snapshot, Wanted, empty_snapshot
from ingestion.store import Store
from ingestion.vectorrows import chunks
from ingestion.writing import Transaction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Hit", "LetterVectorStore", "node_id"]

# A tail of this many vectors is copied in a millisecond or two at each insert; a larger one is merged.
MERGE_ABOVE = 4096
_KEYS = ("letter_key", "posting", "letter_id", "kind", "start", "end")
_NODE_ID = re.compile(r"([0-9]{1,18}):(passage|sentence):([0-9]{1,18}):([0-9]{1,18})")


def node_id(letter_key: int, kind: PassageKind, start: int, end: int) -> str:
    """Return the id of a passage's node: derived, so the same passage always has the same."""
    return f"{letter_key}:{kind}:{start}:{end}"


class LetterVectorStore(FaissVectorStore):
    """The vectors of one embedder in a store.

    ``runtime`` (dtype, backend) is recorded with the first vectors. Passages are searched; sentences
    are stored too, but read through ``Store.material``. Similarity is the cosine. Reads are safe
    from any number of threads; writes go one at a time, as the store's do.
    """

    stores_text: bool = True
    is_embedding_query: bool = True

    _store: Store = PrivateAttr()
    _identity: EmbedderIdentity = PrivateAttr()
    _runtime: dict[str, str] = PrivateAttr()
    _snapshot: Snapshot = PrivateAttr()
    _joined: ContextVar[Transaction | None] = PrivateAttr()
    _publishing: threading.Lock = PrivateAttr()
    _merging: threading.Thread | None = PrivateAttr(default=None)

    def __init__(
        self, store: Store, identity: EmbedderIdentity, runtime: Mapping[str, str] | None = None
    ) -> None:
        snapshot = empty_snapshot(identity.dimension)
        super().__init__(faiss_index=snapshot.base.index)
        self._store = store
        self._identity = identity
        self._runtime = dict(runtime or {})
        self._snapshot = snapshot
        self._joined = ContextVar("joined", default=None)
        self._publishing = threading.Lock()
        store.on_commit(self._committed)

    @classmethod
    def class_name(cls) -> str:
        """Name in LlamaIndex's serialised form."""
        return "LetterVectorStore"

    # writing

    @contextmanager
    def joining(self, tx: Transaction) -> Generator[Self]:
        """Inside the block, ``add`` and the deletions write into ``tx`` instead of their own transaction."""
        token = self._joined.set(tx)
        try:
            yield self
        finally:
            self._joined.reset(token)

    @contextmanager
    def _writing(self) -> Generator[Transaction]:
        joined = self._joined.get()
        if joined is not None:
            yield joined
        else:
            with self._store.writing() as tx:
                yield tx

    def add(self, nodes: Sequence[BaseNode], **_add_kwargs: Any) -> list[str]:
        """Store the nodes' passages and embeddings; return the nodes' ids.

        Each node carries ``letter_key``, ``kind``, ``start`` and ``end`` in its metadata, and the
        text at that span of its letter's judged text. Raises StoreError for a node that does not,
        for an unknown letter, and for an embedding of the wrong dimension or norm; nothing is
        stored then.
        """
        import numpy as np

        spans: dict[int, list[tuple[PassageKind, int, int]]] = {}
        for node in nodes:
            letter_key, kind, start, end = _span(node)
            spans.setdefault(letter_key, []).append((kind, start, end))
        with self._writing() as tx:
            judged = _judged_texts(tx.connection, list(spans))
            for node in nodes:
                letter_key, _kind, start, end = _span(node)
                if letter_key not in judged:
                    raise StoreError(
                        f"a node's letter must be stored first, but there is none with key {letter_key}; "
                        "put_letter it in the same transaction"
                    )
                if node.get_content(MetadataMode.NONE) != judged[letter_key][start:end]:
                    raise StoreError(
                        f"a node's text must be its letter's judged text at its span, but that of letter key "
                        f"{letter_key} at ({start}, {end}) is another; cut the passages from the stored letter"
                    )
            ids = {
                node_id(one.letter_key, one.kind, one.start, one.end): one.passage_id
                for mine in tx.add_passages_of_many(spans).values()
                for one in mine
            }
            names = [node_id(*_span(node)) for node in nodes]
            vectors = [np.asarray(node.get_embedding(), dtype=np.float32) for node in nodes]
            rows = [(ids[name], vector) for name, vector in zip(names, vectors, strict=True)]
            tx.add_vectors(self._identity, self._runtime, rows)
        return names

    def delete(self, ref_doc_id: str, **_delete_kwargs: Any) -> None:
        """Delete this embedder's vectors of the letter whose key is ``ref_doc_id``; the letter stays."""
        if not ref_doc_id.isdecimal():
            raise ValueError(f"ref_doc_id must be a letter's key in digits, but got {ref_doc_id!r}")
        self._delete_where(letter.c.letter_key == int(ref_doc_id))

    def delete_nodes(
        self,
        node_ids: list[str] | None = None,
        filters: MetadataFilters | None = None,
        **_delete_kwargs: Any,
    ) -> None:
        """Delete this embedder's vectors of the nodes that have one of the ids and fit the filters.

        Ids of no node delete nothing. Raises ValueError when neither is given.
        """
        if node_ids is None and filters is None:
            raise ValueError("delete_nodes needs node_ids or filters, but got neither; clear() deletes all")
        self._delete_where(_condition(filters), node_ids)

    def clear(self) -> None:
        """Delete all vectors of this embedder; the letters stay."""
        self._delete_where(and_(True))

    def _delete_where(self, condition: ColumnElement[bool], node_ids: list[str] | None = None) -> None:
        with self._writing() as tx:
            found = _passages(tx.connection, self._identity, condition, node_ids)
            if found:
                tx.drop_vectors(self._identity, list(found))

    def persist(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing is left to do: what was added is on the disk, in the store."""

    @classmethod
    def from_persist_dir(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused: there is no file but the store."""
        raise StoreError(
            "vectors live in a store, not in FAISS files; use LetterVectorStore(Store.open(folder), ...)"
        )

    @classmethod
    def from_persist_path(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused: there is no file but the store."""
        cls.from_persist_dir()

    # following

    @property
    def snapshot(self) -> Snapshot:
        """What a search would look at now: the last commit of any process."""
        snapshot = self._snapshot
        if snapshot.version == self._store.version:
            return snapshot
        with self._publishing:
            with self._store.reading(committed=True) as connection:
                snapshot = follow(connection, self._snapshot, self._identity.key)
            self._publish(snapshot)
            self._merge_if_loose()
        return snapshot

    def _publish(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._faiss_index = snapshot.base.index

    def _committed(self) -> None:
        # Before the first search nothing is loaded, so that ingesting costs no memory for FAISS.
        if self._snapshot.version >= 0:
            _ = self.snapshot

    def _merge_if_loose(self) -> None:
        idle = self._merging is None or not self._merging.is_alive()
        if idle and self._snapshot.loose > MERGE_ABOVE:
            self._merging = threading.Thread(target=self._merge, args=(self._snapshot,))
            self._merging.start()

    def _merge(self, snapshot: Snapshot) -> None:
        merged = snapshot.merged()
        with self._publishing:
            self._publish(self._snapshot.onto(merged))

    def wait_for_merge(self) -> None:
        """Return once no merge is going on."""
        merging = self._merging
        if merging is not None:
            merging.join()

    @property
    def client(self) -> Any:
        """The FAISS index that holds most of the vectors. Read only."""
        return self.snapshot.base.index

    # searching

    def nearest(self, query: NDArray[np.float32], top_k: int | None, posting: str | None = None) -> list[Hit]:
        """The ``top_k`` passages nearest to ``query`` (None: all of them), equal ones by vector id.

        ``query``: float32 (dimension,), unit norm. Raises StoreError when the store holds letters
        but no vector of this embedder, ValueError for a wrong shape or ``top_k``.
        """
        wanted = ANY if posting is None else Wanted(posting_id=self._store.posting_id(posting))
        return self._nearest(query, top_k, wanted)

    def _nearest(self, query: NDArray[np.float32], top_k: int | None, wanted: Wanted) -> list[Hit]:
        import numpy as np

        if top_k is not None and top_k < 1:
            raise ValueError(f"top_k must be at least 1, but got {top_k}")
        if query.shape != (self._identity.dimension,):
            raise ValueError(
                f"a query of {self._identity.model} must have shape ({self._identity.dimension},), "
                f"but got {query.shape}"
            )
        snapshot = self.snapshot
        if not len(snapshot):
            self._refuse_unknown_identity()
        return snapshot.nearest(np.ascontiguousarray(query, dtype=np.float32), top_k, wanted)

    def _refuse_unknown_identity(self) -> None:
        known = [identity for identity, _runtime in self._store.embedders()]
        if self._identity not in known and any(row.letters for row in self._store.postings()):
            have = ", ".join(f"{one.model} ({one.key})" for one in known) or "none"
            raise StoreError(
                f"a query must be of an embedder whose vectors the store holds, but {self._identity.model} "
                f"({self._identity.key}) is not one of them: {have}; run `winnow embed --pipeline P` with the "
                "pipeline that you screen with"
            )

    def query(self, query: VectorStoreQuery, **_kwargs: Any) -> VectorStoreQueryResult:
        """Answer LlamaIndex: nodes, cosines and ids, nearest first.

        Empty ``node_ids`` and ``doc_ids`` mean no filter, as LlamaIndex sends them. Raises
        ValueError for a query without an embedding, another mode than the default, or a filter
        that is not supported.
        """
        import numpy as np

        if query.mode != VectorStoreQueryMode.DEFAULT:
            raise ValueError(
                f"this store answers mode 'default', but got {query.mode.value!r}; "
                "words are searched by Store.bm25"
            )
        if query.query_embedding is None:
            raise ValueError("a query must have an embedding, but got None; give the index its embed_model")
        hits = self._nearest(
            np.asarray(query.query_embedding, dtype=np.float32),
            query.similarity_top_k,
            self._wanted(query),
        )
        nodes = self._nodes([hit.passage_id for hit in hits])
        # A letter may have been erased since the snapshot; then it is gone from the answer as well.
        found = [(nodes[hit.passage_id], hit.similarity) for hit in hits if hit.passage_id in nodes]
        return VectorStoreQueryResult(
            nodes=[node for node, _similarity in found],
            similarities=[similarity for _node, similarity in found],
            ids=[node.node_id for node, _similarity in found],
        )

    def _wanted(self, query: VectorStoreQuery) -> Wanted:
        import numpy as np

        keys: NDArray[np.int64] | None = None
        ids: NDArray[np.int64] | None = None
        with self._store.reading(committed=True) as connection:
            if query.filters is not None and query.filters.filters:
                fits = select(letter.c.letter_key).join_from(letter, posting).where(_condition(query.filters))
                keys = np.array(connection.execute(fits).scalars().all(), dtype=np.int64)
            if query.node_ids:
                found = _passages(connection, self._identity, and_(True), query.node_ids)
                ids = np.array(list(found), dtype=np.int64)
        if query.doc_ids:
            documents = np.array([int(one) for one in query.doc_ids if one.isdecimal()], dtype=np.int64)
            keys = documents if keys is None else np.intersect1d(keys, documents)
        return Wanted(letter_keys=keys, passage_ids=ids)

    def get_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None
    ) -> list[BaseNode]:
        """Nodes, without embeddings, that have one of the ids and fit the filters; all when neither is given."""
        with self._store.reading() as connection:
            found = _passages(connection, self._identity, _condition(filters), node_ids)
        nodes = self._nodes(list(found))
        return [nodes[one] for one in found if one in nodes]

    def _nodes(self, passage_ids: Sequence[int]) -> dict[int, BaseNode]:
        found: dict[int, BaseNode] = {}
        with self._store.reading() as connection:
            for some in chunks(passage_ids):
                rows = connection.execute(
                    select(passage, letter.c.letter_id, letter.c.judged_text, posting.c.name)
                    .join_from(passage, letter)
                    .join(posting)
                    .where(passage.c.passage_id.in_(some))
                )
                found.update((row.passage_id, _node(*row)) for row in rows)
        return found


def _span(node: BaseNode) -> tuple[int, PassageKind, int, int]:
    try:
        letter_key, kind, start, end = (node.metadata[key] for key in ("letter_key", "kind", "start", "end"))
    except KeyError as missing:
        raise StoreError(
            f"a node must carry letter_key, kind, start and end, but {node.node_id} lacks {missing}; "
            "cut it with SplitPassages"
        ) from None
    if kind not in get_args(PassageKind):
        raise StoreError(f"a node's kind must be passage or sentence, but got {kind!r}")
    return int(letter_key), kind, int(start), int(end)


def _node(
    _passage_id: int,
    letter_key: int,
    kind: PassageKind,
    start: int,
    end: int,
    letter_id: str,
    judged_text: str,
    posting_name: str,
) -> TextNode:
    return TextNode(
        id_=node_id(letter_key, kind, start, end),
        text=judged_text[start:end],
        start_char_idx=start,
        end_char_idx=end,
        metadata=dict(zip(_KEYS, (letter_key, posting_name, letter_id, kind, start, end), strict=True)),
        excluded_embed_metadata_keys=list(_KEYS),
        excluded_llm_metadata_keys=list(_KEYS),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=str(letter_key))},
    )


def _judged_texts(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks(keys):
        rows = connection.execute(
            select(letter.c.letter_key, letter.c.judged_text).where(letter.c.letter_key.in_(some))
        )
        found.update((key, text) for key, text in rows)
    return found


def _condition(filters: MetadataFilters | None) -> ColumnElement[bool]:
    return and_(True) if filters is None else letters_that_fit(filters)


def _passages(
    connection: Connection,
    identity: EmbedderIdentity,
    condition: ColumnElement[bool],
    node_ids: Sequence[str] | None,
) -> list[int]:
    """Ids of the passages that have a vector of this embedder, in the order of letters and text."""
    parsed = [match for match in map(_NODE_ID.fullmatch, node_ids or ()) if match]
    keys = sorted({int(match[1]) for match in parsed})
    asked = {(int(m[1]), m[2], int(m[3]), int(m[4])) for m in parsed}
    found: list[tuple[int, str, int, int, int]] = []
    for table in VECTOR_TABLES.values():
        chosen = (
            select(
                passage.c.letter_key,
                passage.c.kind,
                passage.c.span_start,
                passage.c.span_end,
                passage.c.passage_id,
            )
            .join_from(table, passage, table.c.passage_id == passage.c.passage_id)
            .join(letter, letter.c.letter_key == passage.c.letter_key)
            .join(posting, posting.c.posting_id == letter.c.posting_id)
            .join(embedder, embedder.c.embedder_id == table.c.embedder_id)
            .where(embedder.c.key == identity.key, condition)
        )
        if node_ids is None:
            found.extend(tuple(row) for row in connection.execute(chosen))
        for some in chunks(keys) if node_ids is not None else ():
            rows = connection.execute(chosen.where(passage.c.letter_key.in_(some)))
            found.extend(tuple(row) for row in rows if tuple(row[:4]) in asked)
    return [row[-1] for row in sorted(found)]

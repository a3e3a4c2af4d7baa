"""One test for each way in which FaissVectorStore and VectorStoreIndex, wired as documented, go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import Document, MetadataMode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters, VectorStoreQuery

from ingestion.letter import EmbedderIdentity, Letter, OffsetMap
from ingestion.store import LetterDraft, Store, StoreError, Transaction
from ingestion.vectors import LetterVectorStore, node_id

IDENTITY = EmbedderIdentity("letter-counts", "r1", "sum", "", "", 26, "1")
TEXTS = [
    "I bake bread.",
    "I weld ships.",
    "I audit banks.",
    "I nurse the sick.",
    "I teach maths.",
    "I fix lifts.",
]


class LetterCounts(BaseEmbedding):
    """A text's vector is how often each of a to z stands in it, normalised."""

    def _get_text_embedding(self, text: str) -> list[float]:
        counts = np.array([text.lower().count(chr(97 + n)) for n in range(26)], dtype=np.float32)
        return (counts / np.linalg.norm(counts)).tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


@pytest.fixture
def vectors(store: Store) -> LetterVectorStore:
    """The vectors of an empty store."""
    return LetterVectorStore(store, IDENTITY)


@pytest.fixture
def index(vectors: LetterVectorStore) -> VectorStoreIndex:
    """LlamaIndex's index over the store, as its documentation makes one."""
    return VectorStoreIndex.from_vector_store(vectors, embed_model=LetterCounts())


def put(tx: Transaction, letter_id: str, text: str) -> Letter:
    """A letter without passages."""
    tx.add_posting("jobs", blind=True)
    draft = LetterDraft("jobs", letter_id, "Jane Doe", text, text, OffsetMap(), "en", f"row {letter_id}")
    return tx.put_letter(draft)


def node_of(letter: Letter) -> TextNode:
    """One node for the whole letter, not embedded yet."""
    return TextNode(
        text=letter.judged_text,
        metadata={"letter_key": letter.key, "kind": "passage", "start": 0, "end": len(letter.judged_text)},
        excluded_embed_metadata_keys=["letter_key", "kind", "start", "end"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=str(letter.key))},
    )


@pytest.fixture
def letters(store: Store, index: VectorStoreIndex) -> list[Letter]:
    """The letters, inserted through the index."""
    with store.writing() as tx:
        written = [put(tx, str(number), text) for number, text in enumerate(TEXTS)]
    index.insert_nodes([node_of(letter) for letter in written])
    return written


def retrieve(
    index: VectorStoreIndex, question: str, top_k: int = 6, **more: Any
) -> list[tuple[str, str, float]]:
    """(letter id, text, score) of what the index's own retriever finds."""
    found = index.as_retriever(similarity_top_k=top_k, **more).retrieve(question)
    return [
        (one.node.metadata["letter_id"], one.node.get_content(MetadataMode.NONE), one.score or 0)
        for one in found
    ]


def test_delete_is_implemented(vectors: LetterVectorStore, letters: list[Letter]) -> None:
    """FaissVectorStore.delete raises NotImplementedError: a changed letter could not be uploaded again."""
    vectors.delete(str(letters[0].key))
    assert len(vectors.snapshot) == len(TEXTS) - 1


def test_a_deleted_letter_is_not_retrieved_and_breaks_nothing(
    index: VectorStoreIndex, letters: list[Letter]
) -> None:
    """After delete_ref_doc FaissMapVectorStore keeps the vector, and every later retrieval raises KeyError."""
    index.delete_ref_doc(str(letters[0].key))
    found = retrieve(index, TEXTS[0])
    assert sorted(letter_id for letter_id, _text, _score in found) == list("12345")


def test_an_add_after_a_delete_returns_the_right_candidate(
    store: Store, index: VectorStoreIndex, letters: list[Letter]
) -> None:
    """Ids taken from ntotal collide after a delete: candidate 2's vector returns candidate 3."""
    for gone in letters[:3]:
        index.delete_ref_doc(str(gone.key))
    texts = {letter.letter_id: letter.judged_text for letter in letters[3:]}
    for number in range(4):
        letter_id, text = f"new {number}", f"My {number} quirky xylophones jazz up events{'z' * number}."
        with store.writing() as tx:
            written = put(tx, letter_id, text)
        index.insert_nodes([node_of(written)])
        texts[letter_id] = text
    for letter_id, text in texts.items():
        assert retrieve(index, text, top_k=1)[0][:2] == (letter_id, text)


def test_similarity_grows_with_likeness(index: VectorStoreIndex, letters: list[Letter]) -> None:
    """IndexFlatL2 reports a distance as the similarity, so that fusion by score ranks upside down."""
    found = retrieve(index, TEXTS[2])
    scores = [score for _letter_id, _text, score in found]
    assert found[0][0] == "2"
    assert scores[0] == pytest.approx(1, abs=1e-6)
    assert scores == sorted(scores, reverse=True)
    assert all(-1 <= score <= 1 for score in scores)


def test_metadata_filters_work(index: VectorStoreIndex, letters: list[Letter]) -> None:
    """FaissVectorStore raises ValueError for any filter."""
    only = MetadataFilters(filters=[MetadataFilter(key="letter_id", value="4")])
    assert [letter_id for letter_id, _text, _score in retrieve(index, TEXTS[0], filters=only)] == ["4"]


def test_no_node_ids_mean_no_filter_and_nodes_come_back(
    index: VectorStoreIndex, vectors: LetterVectorStore, letters: list[Letter]
) -> None:
    """as_retriever() of a text-storing store sends node_ids=[]; an answer of ids alone raises KeyError."""
    assert len(retrieve(index, TEXTS[0])) == len(TEXTS)
    query = VectorStoreQuery(query_embedding=LetterCounts().get_query_embedding("bread"), node_ids=[])
    answer = vectors.query(query)
    assert answer.nodes is not None
    assert [node.node_id for node in answer.nodes] == answer.ids


def test_an_insert_rewrites_no_index_struct_and_no_docstore(
    index: VectorStoreIndex, letters: list[Letter]
) -> None:
    """Otherwise one insert serialises all nodes again: 0.3 s at 100,000, and the JSON stores hold 1 GB."""
    assert index.index_struct.nodes_dict == {}
    assert index.docstore.docs == {}


def test_node_ids_are_derived(
    index: VectorStoreIndex, vectors: LetterVectorStore, letters: list[Letter]
) -> None:
    """Default ids are random, so the same letters twice would be other nodes, or twice as many."""
    again = [node_of(letter) for letter in letters]
    assert len({node.node_id for node in again}) == len(TEXTS)
    index.insert_nodes(again)
    assert [node.node_id for node in vectors.get_nodes()] == [
        node_id(letter.key, "passage", 0, len(letter.judged_text)) for letter in letters
    ]
    assert len(vectors.snapshot) == len(TEXTS)


def test_persisting_writes_no_vector_file(
    index: VectorStoreIndex, vectors: LetterVectorStore, letters: list[Letter], tmp_path: Path
) -> None:
    """FAISS files are written in place, unsynced and without a checksum; SQLite has it all already."""
    index.storage_context.persist(str(tmp_path / "persisted"))
    written = {file.name: file.read_text() for file in (tmp_path / "persisted").iterdir()}
    assert "default__vector_store.json" not in written
    assert not [name for name, content in written.items() for text in TEXTS if text in content]
    with pytest.raises(StoreError, match="live in a store"):
        LetterVectorStore.from_persist_dir(str(tmp_path / "persisted"))
    with Store.open(vectors._store.folder) as elsewhere:
        fresh = VectorStoreIndex.from_vector_store(
            LetterVectorStore(elsewhere, IDENTITY), embed_model=LetterCounts()
        )
        assert retrieve(fresh, TEXTS[3], top_k=1)[0][0] == "3"


def test_an_insert_copies_a_small_tail_and_leaves_the_base_alone(
    store: Store, index: VectorStoreIndex, vectors: LetterVectorStore, letters: list[Letter]
) -> None:
    """Adding to an index that is being searched crashes, and a clone costs 57 ms at 100,000 vectors."""
    before = vectors.snapshot.merged()
    vectors._publish(before)
    with store.writing() as tx:
        written = put(tx, "new", "A quick brown fox.")
    index.insert_nodes([node_of(written)])
    assert vectors.snapshot.base is before.base
    assert before.base.index.ntotal == len(TEXTS)
    assert retrieve(index, "A quick brown fox.", top_k=1)[0][0] == "new"


def test_metadata_reaches_neither_prompt_nor_embedding(
    index: VectorStoreIndex, letters: list[Letter]
) -> None:
    """By default "letter_id: 3" would be embedded and read by the model."""
    for found in index.as_retriever(similarity_top_k=6).retrieve(TEXTS[0]):
        assert found.node.get_content(MetadataMode.LLM) in TEXTS
        assert found.node.get_content(MetadataMode.EMBED) in TEXTS


def test_the_same_passage_has_the_same_similarity_whoever_else_is_stored(
    store: Store, index: VectorStoreIndex, vectors: LetterVectorStore, letters: list[Letter]
) -> None:
    """FAISS's plain search takes rows in groups; the last bits of a score depended on the row's place."""
    query = np.array(LetterCounts().get_query_embedding("I lead projects in finance."), dtype=np.float32)
    before = {hit.letter_key: hit.similarity for hit in vectors.nearest(query, 3)}
    for number in range(13):
        with store.writing() as tx:
            written = put(tx, f"other {number}", f"{'zqx' * number} zzz qqq xxx")
        index.insert_nodes([node_of(written)])
        after = {hit.letter_key: hit.similarity for hit in vectors.nearest(query, 3)}
        assert after == before


async def _retrieve_async(index: VectorStoreIndex, question: str) -> list[str]:
    found = await index.as_retriever(similarity_top_k=2).aretrieve(question)
    return [one.node.metadata["letter_id"] for one in found]


def test_the_asynchronous_ways_are_the_same(index: VectorStoreIndex, letters: list[Letter]) -> None:
    """What is found does not depend on how it was asked."""
    import asyncio

    found = asyncio.run(_retrieve_async(index, TEXTS[5]))
    assert found == [letter_id for letter_id, _text, _score in retrieve(index, TEXTS[5], top_k=2)]


def test_a_pipeline_ends_in_the_store(
    store: Store, vectors: LetterVectorStore, index: VectorStoreIndex
) -> None:
    """LlamaIndex's IngestionPipeline writes into the transaction that it was given, and fails with it."""
    pipeline = IngestionPipeline(transformations=[LetterCounts()], vector_store=vectors, disable_cache=True)

    def run(tx: Transaction, letter_id: str) -> None:
        letter = put(tx, letter_id, TEXTS[0])
        node = node_of(letter)
        document = Document(
            text=node.text,
            id_=str(letter.key),
            metadata=node.metadata,
            excluded_embed_metadata_keys=list(node.metadata),
        )
        pipeline.run(documents=[document], show_progress=False)
        if letter_id == "fails":
            raise RuntimeError

    with store.writing() as tx, vectors.joining(tx):
        run(tx, "works")
    with pytest.raises(RuntimeError), store.writing() as tx, vectors.joining(tx):
        run(tx, "fails")
    assert [letter_id for letter_id, _text, _score in retrieve(index, TEXTS[0])] == ["works"]
    assert [letter.letter_id for letter in store.letters("jobs")] == ["works"]

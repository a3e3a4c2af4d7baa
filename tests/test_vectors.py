from __future__ import annotations

import gc
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from llama_index.core.schema import MetadataMode, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)
from numpy.typing import NDArray

from ingestion import vectors as vectors_module
from ingestion.letter import EmbedderIdentity, Letter, OffsetMap, PassageKind
from ingestion.snapshots import Snapshot, VectorBlock, VectorRows, Wanted
from ingestion.store import LetterDraft, Store, StoreDamaged, StoreError, Transaction
from ingestion.vectors import LetterVectorStore, node_id

DIMENSION = 8
IDENTITY = EmbedderIdentity("a-model", "r1", "mean", "", "", DIMENSION, "1")
TEXT = "0123456789 I led a team of nine people and hold two certificates."


def direction(seed: int) -> NDArray[np.float32]:
    """A unit vector that the seed decides."""
    vector = np.random.default_rng(seed).standard_normal(DIMENSION, dtype=np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def put(tx: Transaction, letter_id: str, posting: str = "jobs") -> Letter:
    """A letter without passages."""
    tx.add_posting(posting, blind=True)
    return tx.put_letter(
        LetterDraft(posting, letter_id, None, TEXT, TEXT, OffsetMap(), "en", f"row {letter_id}")
    )


def a_node(
    letter: Letter, seed: int, start: int = 0, end: int = 10, kind: PassageKind = "passage"
) -> TextNode:
    """A node as the passage splitter and the embedder leave it."""
    return TextNode(
        text=letter.judged_text[start:end],
        metadata={"letter_key": letter.key, "kind": kind, "start": start, "end": end},
        embedding=direction(seed).tolist(),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


@pytest.fixture
def vectors(store: Store) -> LetterVectorStore:
    """The vectors of an empty store."""
    return LetterVectorStore(store, IDENTITY, {"dtype": "float32"})


def fill(store: Store, vectors: LetterVectorStore, count: int, posting: str = "jobs") -> list[Letter]:
    """Letters 0 to count - 1, each with two passages and a sentence."""
    with store.writing() as tx, vectors.joining(tx):
        letters = [put(tx, str(number), posting) for number in range(count)]
        for number, letter in enumerate(letters):
            vectors.add(
                [
                    a_node(letter, 10 * number),
                    a_node(letter, 10 * number + 1, 10, 20),
                    a_node(letter, 10 * number + 2, 0, 5, "sentence"),
                ]
            )
    return letters


def ask(
    vectors: LetterVectorStore, seed: int, top_k: int = 3, *filters: MetadataFilter, **more: object
) -> list[str]:
    """Ids of the nodes nearest to a direction."""
    query = VectorStoreQuery(
        query_embedding=direction(seed).tolist(),
        similarity_top_k=top_k,
        filters=MetadataFilters(filters=list(filters)) if filters else None,
        **more,  # pyright: ignore[reportArgumentType]
    )
    result = vectors.query(query)
    assert result.nodes is not None
    ids = [node.node_id for node in result.nodes]
    assert result.ids == ids
    return ids


# adding


def test_what_is_added_is_found_at_once_with_its_cosine(store: Store, vectors: LetterVectorStore) -> None:
    """The node comes back with its text, its place and a similarity that is the cosine."""
    letters = fill(store, vectors, 5)
    result = vectors.query(VectorStoreQuery(query_embedding=direction(31).tolist(), similarity_top_k=2))
    assert result.nodes is not None
    assert result.similarities is not None
    [first, second] = result.nodes
    assert first.node_id == node_id(letters[3].key, "passage", 10, 20)
    assert first.get_content(MetadataMode.NONE) == TEXT[10:20]
    assert first.metadata == {
        "letter_key": letters[3].key,
        "posting": "jobs",
        "letter_id": "3",
        "kind": "passage",
        "start": 10,
        "end": 20,
    }
    assert first.ref_doc_id == str(letters[3].key)
    assert result.similarities[0] == pytest.approx(1, abs=1e-6)
    best = max(
        range(5), key=lambda n: max(direction(10 * n + p) @ direction(31) for p in (0, 1) if 10 * n + p != 31)
    )
    assert second.metadata["letter_id"] == str(best)


def test_a_node_of_an_unknown_letter_is_refused(store: Store, vectors: LetterVectorStore) -> None:
    """No vector without a letter, and nothing of the batch stays."""
    [letter] = fill(store, vectors, 1)
    with pytest.raises(StoreError, match="none with key 99"):
        vectors.add([a_node(letter, 7, 20, 30), a_node(replace(letter, key=99), 5)])
    assert len(vectors.snapshot) == 2
    assert vectors.get_nodes([node_id(letter.key, "passage", 20, 30)]) == []


def test_a_node_with_another_text_is_refused(store: Store, vectors: LetterVectorStore) -> None:
    """A vector of words that the letter doesn't say never stands under it."""
    [letter] = fill(store, vectors, 1)
    node = a_node(letter, 7, 20, 30)
    node.set_content("I hold every certificate.")
    with pytest.raises(StoreError, match="judged text at its span"):
        vectors.add([node])


def test_a_node_that_says_not_where_it_stands_is_refused(vectors: LetterVectorStore) -> None:
    """Nodes of another splitter don't slip in."""
    with pytest.raises(StoreError, match="lacks 'letter_key'"):
        vectors.add([TextNode(text="hello", embedding=direction(1).tolist())])


@pytest.mark.parametrize(
    ("embedding", "message"),
    [([1.0] * DIMENSION, "norm 1"), ([1.0], r"shape \(8,\)")],
    ids=["norm", "dimension"],
)
def test_an_embedding_that_is_no_unit_vector_is_refused(
    store: Store, vectors: LetterVectorStore, embedding: list[float], message: str
) -> None:
    """Of anything else the inner product would be no cosine."""
    [letter] = fill(store, vectors, 1)
    node = a_node(letter, 7, 20, 30)
    node.embedding = embedding
    with pytest.raises(StoreError, match=message):
        vectors.add([node])


def test_adding_again_replaces_the_vector(store: Store, vectors: LetterVectorStore) -> None:
    """One node has one vector; the old one is found no more."""
    [letter] = fill(store, vectors, 1)
    vectors.add([a_node(letter, 50)])
    assert len(vectors.snapshot) == 2
    [hit] = vectors.nearest(direction(50), 1)
    assert hit.similarity == pytest.approx(1, abs=1e-6)
    assert vectors.nearest(direction(0), 1)[0].similarity < 0.999


def test_a_failed_joined_transaction_leaves_no_vector(store: Store, vectors: LetterVectorStore) -> None:
    """Letter and vectors commit together or not at all, and ids of undone vectors confuse nobody."""
    fill(store, vectors, 2)
    assert len(vectors.nearest(direction(0), None)) == 4

    def half_done(tx: Transaction) -> None:
        vectors.add([a_node(put(tx, "undone"), 77)])
        assert len(vectors.nearest(direction(77), None)) == 4
        raise RuntimeError

    with pytest.raises(RuntimeError), store.writing() as tx, vectors.joining(tx):
        half_done(tx)
    with store.writing() as tx, vectors.joining(tx):
        vectors.add([a_node(put(tx, "done"), 88)])
    assert vectors.nearest(direction(77), 1)[0].similarity < 0.999
    assert vectors.nearest(direction(88), 1)[0].similarity == pytest.approx(1, abs=1e-6)


# deleting


def test_delete_takes_a_letters_vectors_and_leaves_the_letter(
    store: Store, vectors: LetterVectorStore
) -> None:
    """LlamaIndex's delete is about vectors; people are erased by the store."""
    letters = fill(store, vectors, 3)
    vectors.delete(str(letters[1].key))
    assert {hit.letter_key for hit in vectors.nearest(direction(0), None)} == {letters[0].key, letters[2].key}
    assert store.letter("jobs", "1") == letters[1]
    assert store.passages(letters[1].key) == []
    assert store.unembedded("jobs", IDENTITY.key) == [letters[1].key]
    vectors.delete("999")


def test_another_embedders_vectors_survive_a_delete(store: Store, vectors: LetterVectorStore) -> None:
    """Two sets of vectors of the same passages don't know each other."""
    [letter] = fill(store, vectors, 1)
    second = LetterVectorStore(store, replace(IDENTITY, model="another"))
    second.add([a_node(letter, 5)])
    vectors.delete(str(letter.key))
    assert len(second.nearest(direction(5), None)) == 1
    assert vectors.nearest(direction(5), None) == []


def test_delete_nodes_deletes_these_nodes(store: Store, vectors: LetterVectorStore) -> None:
    """By id, by filter, by both; an empty list deletes nothing, and no argument at all is refused."""
    letters = fill(store, vectors, 4)
    vectors.delete_nodes([])
    vectors.delete_nodes(["no such node", "99:passage:0:1"])
    assert len(vectors.snapshot) == 8
    vectors.delete_nodes([node_id(letters[0].key, "passage", 0, 10)])
    assert [node.node_id for node in vectors.get_nodes() if node.metadata["letter_id"] == "0"] == [
        node_id(letters[0].key, "passage", 10, 20),
        node_id(letters[0].key, "sentence", 0, 5),
    ]
    only_1 = MetadataFilters(filters=[MetadataFilter(key="letter_id", value="1")])
    vectors.delete_nodes([node_id(letters[2].key, "passage", 0, 10)], only_1)
    assert len(vectors.snapshot) == 7
    vectors.delete_nodes(filters=only_1)
    assert len(vectors.snapshot) == 5
    with pytest.raises(ValueError, match="clear"):
        vectors.delete_nodes()
    vectors.clear()
    assert vectors.get_nodes() == []
    assert len(list(store.letters("jobs"))) == 4


# filters


def test_filters_choose_letters(store: Store, vectors: LetterVectorStore) -> None:
    """Posting and letter id, by equality and by list, joined by and or or."""
    fill(store, vectors, 6)
    fill(store, vectors, 4, "elsewhere")

    def ids(
        *filters: MetadataFilter | MetadataFilters, how: FilterCondition = FilterCondition.AND
    ) -> set[tuple[str, str]]:
        query = VectorStoreQuery(
            query_embedding=direction(1).tolist(),
            similarity_top_k=99,
            filters=MetadataFilters(filters=list(filters), condition=how),
        )
        return {(n.metadata["posting"], n.metadata["letter_id"]) for n in vectors.query(query).nodes or ()}

    jobs = MetadataFilter(key="posting", value="jobs")
    assert ids(jobs) == {("jobs", str(n)) for n in range(6)}
    two = MetadataFilter(key="letter_id", value=["2", "3", "77"], operator=FilterOperator.IN)
    assert ids(jobs, two) == {("jobs", "2"), ("jobs", "3")}
    assert ids(MetadataFilter(key="letter_id", value=5)) == {("jobs", "5")}
    not_jobs = MetadataFilter(key="posting", value="jobs", operator=FilterOperator.NE)
    not_two = MetadataFilter(key="letter_id", value=["2", "3"], operator=FilterOperator.NIN)
    assert ids(not_jobs, not_two) == {("elsewhere", "0"), ("elsewhere", "1")}
    nested = MetadataFilters(filters=[not_jobs, MetadataFilter(key="letter_id", value="0")])
    assert ids(nested, MetadataFilter(key="letter_id", value="4"), how=FilterCondition.OR) == {
        ("elsewhere", "0"),
        ("jobs", "4"),
    }
    assert ids(MetadataFilter(key="letter_id", value=["none"], operator=FilterOperator.IN)) == set()


def test_the_nearest_of_a_posting_are_of_that_posting(store: Store, vectors: LetterVectorStore) -> None:
    """A posting's ranking has as many letters as it has, however many are stored nearer."""
    mine = {letter.key for letter in fill(store, vectors, 3)}
    fill(store, vectors, 40, "elsewhere")
    for top_k in (1, 6, 50, None):
        hits = vectors.nearest(direction(391), top_k, "jobs")
        assert len(hits) == min(6, top_k or 6)
        assert {hit.letter_key for hit in hits} <= mine
    with pytest.raises(StoreError, match="known: jobs, elsewhere"):
        vectors.nearest(direction(1), 3, "nowhere")


@pytest.mark.parametrize(
    "bad",
    [
        MetadataFilter(key="applicant", value="Jane"),
        MetadataFilter(key="posting", value="j", operator=FilterOperator.CONTAINS),
        MetadataFilter(key="posting", value="j", operator=FilterOperator.IN),
        MetadataFilter(key="posting", value=["j"], operator=FilterOperator.EQ),
        MetadataFilter(key="posting", value=None),
        MetadataFilters(filters=[], condition=FilterCondition.NOT),
    ],
    ids=["key", "operator", "in without a list", "eq with a list", "no value", "not"],
)
def test_a_filter_that_is_not_understood_is_refused(
    vectors: LetterVectorStore, bad: MetadataFilter | MetadataFilters
) -> None:
    """Leaving it out would show letters that were not asked for."""
    query = VectorStoreQuery(query_embedding=direction(1).tolist(), filters=MetadataFilters(filters=[bad]))
    with pytest.raises(ValueError, match=r"but got"):
        vectors.query(query)


def test_ids_of_nodes_and_documents_narrow_a_query(store: Store, vectors: LetterVectorStore) -> None:
    """As LlamaIndex sends them: empty means no filter."""
    letters = fill(store, vectors, 4)
    wanted = node_id(letters[2].key, "passage", 0, 10)
    assert ask(vectors, 1, 9, node_ids=[wanted]) == [wanted]
    assert len(ask(vectors, 1, 9, node_ids=[], doc_ids=[])) == 8
    assert len(ask(vectors, 1, 9, doc_ids=[str(letters[0].key), str(letters[3].key)])) == 4
    only_0 = MetadataFilter(key="letter_id", value="0")
    assert ask(vectors, 1, 9, only_0, doc_ids=[str(letters[3].key)]) == []


# refusals


def test_a_query_of_another_embedder_is_refused_with_the_remedy(
    store: Store, vectors: LetterVectorStore
) -> None:
    """Any difference in the identity is another space; an empty store is no error."""
    assert vectors.nearest(direction(1), 3) == []
    fill(store, vectors, 2)
    for other in (
        replace(IDENTITY, revision="r2"),
        replace(IDENTITY, masking="2"),
        replace(IDENTITY, dimension=4),
    ):
        query = direction(1)[: other.dimension]
        with pytest.raises(StoreError, match="winnow embed --pipeline"):
            LetterVectorStore(store, other).nearest(query, 3)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (VectorStoreQuery(query_embedding=None), "must have an embedding"),
        (VectorStoreQuery(query_embedding=[1.0]), r"shape \(8,\)"),
        (VectorStoreQuery(query_embedding=[1.0] + [0.0] * 7, similarity_top_k=0), "at least 1"),
        (VectorStoreQuery(query_embedding=[1.0], mode=VectorStoreQueryMode.MMR), "mode 'default'"),
    ],
    ids=["embedding", "dimension", "top_k", "mode"],
)
def test_a_query_that_cannot_be_answered_is_refused(
    vectors: LetterVectorStore, query: VectorStoreQuery, message: str
) -> None:
    """Rule, value and remedy, never a guess."""
    with pytest.raises(ValueError, match=message):
        vectors.query(query)


def test_a_damaged_vector_is_never_searched(store: Store, vectors: LetterVectorStore) -> None:
    """One flipped bit stops the search with a remedy."""
    fill(store, vectors, 3)
    with store.writing() as tx:
        tx.connection.exec_driver_sql("UPDATE passage_vector SET vector = zeroblob(32) WHERE vector_id = 2")
    with pytest.raises(StoreDamaged, match="restore a backup"):
        vectors.nearest(direction(1), 1)


# following


def test_a_reader_elsewhere_follows(store: Store, vectors: LetterVectorStore) -> None:
    """Another process sees each commit at its next search, and reads only what is new."""
    letters = fill(store, vectors, 3)
    with Store.open(store.folder) as elsewhere:
        follower = LetterVectorStore(elsewhere, IDENTITY)
        assert len(follower.nearest(direction(1), None)) == 6
        base = follower.snapshot.base
        with store.writing() as tx, vectors.joining(tx):
            vectors.add([a_node(put(tx, "new"), 500)])
        assert follower.nearest(direction(500), 1)[0].similarity == pytest.approx(1, abs=1e-6)
        with store.writing() as tx:
            tx.erase_letter(letters[0].key)
        assert letters[0].key not in {hit.letter_key for hit in follower.nearest(direction(0), None)}
        assert len(follower.snapshot) == 5
        assert follower.snapshot.base is base


def test_a_snapshot_in_hand_never_changes(store: Store, vectors: LetterVectorStore) -> None:
    """A reader that holds one gets the same answer for as long as it likes."""
    letters = fill(store, vectors, 3)
    held = vectors.snapshot
    before = held.nearest(direction(1), None)
    vectors.delete(str(letters[0].key))
    with store.writing() as tx, vectors.joining(tx):
        vectors.add([a_node(put(tx, "new"), 500)])
    assert held.nearest(direction(1), None) == before
    assert vectors.snapshot.nearest(direction(1), None) != before
    with pytest.raises(ValueError, match="read-only"):
        held.base.rows.vectors[:] = 0


def test_ingesting_loads_no_index(store: Store, vectors: LetterVectorStore) -> None:
    """A program that only writes keeps no vectors in memory."""
    fill(store, vectors, 3)
    assert vectors._snapshot.version == -1


def test_readers_search_while_a_writer_adds_and_a_merge_runs(
    store: Store, vectors: LetterVectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAISS itself crashes when it is searched and added to at once; every answer here is whole."""
    monkeypatch.setattr(vectors_module, "MERGE_ABOVE", 20)
    fill(store, vectors, 30)
    errors: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                hits = vectors.nearest(direction(151), 3)
                assert hits[0].similarity == pytest.approx(1, abs=1e-6)
                assert len(hits) == 3
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=search) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(30):
        with store.writing() as tx, vectors.joining(tx):
            letter = put(tx, f"new {number}")
            vectors.add([a_node(letter, 1000 + number), a_node(letter, 2000 + number, 10, 20)])
        if number % 3 == 0:
            vectors.delete(str(letter.key))
    done.set()
    for reader in readers:
        reader.join()
    vectors.wait_for_merge()
    assert errors == []
    assert len(vectors.snapshot) == 60 + 40
    assert len(vectors.snapshot.base) > 60


# the same bytes


def rows_of(matrix: NDArray[np.float32]) -> VectorRows:
    """Rows numbered from 1."""
    ids = np.arange(1, len(matrix) + 1, dtype=np.int64)
    return VectorRows(ids, ids, ids, np.ones_like(ids), matrix)


def snapshot_of(matrix: NDArray[np.float32], in_base: int) -> Snapshot:
    """The matrix's rows, the first ``in_base`` of them in the base, the others in the tail."""
    rows = rows_of(matrix)
    blocks = [
        VectorBlock.filled(matrix.shape[1], stop - start, [rows.of(slice(start, stop))])
        for start, stop in ((0, in_base), (in_base, len(matrix)))
    ]
    return Snapshot(1, blocks[0], blocks[1], np.empty(0, dtype=np.int64), len(matrix), 0)


def a_matrix(seed: int, count: int, dimension: int, *, copies: bool) -> NDArray[np.float32]:
    """Unit rows; with ``copies`` most of them repeat one of five."""
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((count, dimension), dtype=np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix[random.integers(0, min(5, count), count)] if copies else matrix


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 300), top_k=st.integers(1, 40), copies=st.booleans())
def test_an_answer_depends_on_the_vectors_alone(seed: int, count: int, top_k: int, copies: bool) -> None:
    """However rows are split, whatever else is stored or was deleted: same order, same similarities, same bytes."""
    matrix = a_matrix(seed, count, 48, copies=copies)
    query = a_matrix(seed + 1, 1, 48, copies=False)[0]
    everything = snapshot_of(matrix, count).nearest(query, None)
    for in_base in {0, count // 3, count}:
        assert snapshot_of(matrix, in_base).nearest(query, top_k) == everything[:top_k]
    kept = np.flatnonzero(np.random.default_rng(seed).random(count) < 0.6) + 1
    expected = [hit for hit in everything if hit.vector_id in kept][:top_k]
    split = snapshot_of(matrix, count // 2)
    gone = np.setdiff1d(np.arange(1, count + 1), kept)
    deleted = split.followed(2, rows_of(matrix).of(slice(0)), gone, 1)
    assert deleted.nearest(query, top_k) == expected
    assert deleted.merged().nearest(query, top_k) == expected
    assert deleted.onto(split.merged()).nearest(query, top_k) == expected
    assert split.nearest(query, top_k, Wanted(letter_keys=kept)) == expected


def test_rows_keep_the_memory_that_they_lie_in() -> None:
    """Rows in hand stay readable when the block that they came from is gone."""
    matrix = a_matrix(5, 3000, 64, copies=False)
    rows = snapshot_of(matrix, 3000).base.rows
    gc.collect()
    snapshot_of(np.ascontiguousarray(-matrix), 3000)
    assert rows.vectors.tobytes() == matrix.tobytes()


def test_the_nearest_are_the_nearest() -> None:
    """Exact search: the order is that of float64 arithmetic, but for differences float32 can't show."""
    matrix = a_matrix(3, 5000, 384, copies=False)
    query = a_matrix(4, 1, 384, copies=False)[0]
    truth = matrix.astype(np.float64) @ query.astype(np.float64)
    hits = snapshot_of(matrix, 4000).nearest(query, 100)
    assert [hit.similarity for hit in hits] == pytest.approx(sorted(truth, reverse=True)[:100], abs=1e-6)
    assert all(hit.similarity == pytest.approx(truth[hit.vector_id - 1], abs=1e-6) for hit in hits)


# the dictionary model


class StoreAgainstDictionary(RuleBasedStateMachine):
    """Any sequence of adds, updates, deletes, erasures and reopenings against a plain dictionary."""

    letters = Bundle("letters")

    @initialize()
    def start(self) -> None:
        """A new store and an empty dictionary."""
        self.folder = tempfile.TemporaryDirectory()
        self.model: dict[str, tuple[int, dict[tuple[int, int], int]]] = {}
        self.count = 0
        self.merge_above = vectors_module.MERGE_ABOVE
        vectors_module.MERGE_ABOVE = 6
        self.open()

    def open(self) -> None:
        """The store, and a follower such as another process would be."""
        self.store = Store.open(Path(self.folder.name) / "store", create=True)
        self.vectors = LetterVectorStore(self.store, IDENTITY)
        self.elsewhere = Store.open(Path(self.folder.name) / "store")
        self.follower = LetterVectorStore(self.elsewhere, IDENTITY)

    def close(self) -> None:
        """Both let go of the files."""
        self.vectors.wait_for_merge()
        self.follower.wait_for_merge()
        self.store.close()
        self.elsewhere.close()

    def write(self, tx: Transaction, letter: Letter, seeds: list[int]) -> None:
        """Give a letter these vectors, in store and dictionary."""
        spans = {(5 * place, 5 * place + 5): seed for place, seed in enumerate(seeds)}
        with self.vectors.joining(tx):
            self.vectors.add([a_node(letter, seed, *span) for span, seed in spans.items()])
        self.model[letter.letter_id] = (letter.key, spans)

    # Few different directions, so that copies and exact ties are common.
    seeds = st.lists(st.integers(0, 6), min_size=1, max_size=4)

    @rule(target=letters, seeds=seeds)
    def add(self, seeds: list[int]) -> str:
        """A new letter."""
        self.count += 1
        letter_id = str(self.count)
        with self.store.writing() as tx:
            self.write(tx, put(tx, letter_id, "even" if self.count % 2 == 0 else "odd"), seeds)
        return letter_id

    def still(self, letter_id: str) -> Letter | None:
        """The letter, if it has not been erased."""
        return self.store.letter_by_key(self.model[letter_id][0]) if letter_id in self.model else None

    @rule(letter_id=letters, seeds=seeds)
    def update(self, letter_id: str, seeds: list[int]) -> None:
        """A letter with another text and other vectors."""
        letter = self.still(letter_id)
        if letter is not None:
            draft = LetterDraft(
                letter.posting, letter_id, None, TEXT, TEXT, OffsetMap(), "en", f"again {seeds}"
            )
            with self.store.writing() as tx:
                self.write(tx, tx.replace_letter(letter.key, draft), seeds)

    @rule(letter_id=letters, seed=st.integers(0, 6))
    def embed_again(self, letter_id: str, seed: int) -> None:
        """Another vector for a passage that has one."""
        letter = self.still(letter_id)
        if letter is not None and self.model[letter_id][1]:
            span = min(self.model[letter_id][1])
            self.vectors.add([a_node(letter, seed, *span)])
            self.model[letter_id][1][span] = seed

    @rule(letter_id=letters)
    def delete(self, letter_id: str) -> None:
        """Take a letter's vectors."""
        letter = self.still(letter_id)
        if letter is not None:
            self.vectors.delete(str(letter.key))
            self.model[letter_id] = (letter.key, {})

    @rule(letter_id=letters)
    def delete_one_node(self, letter_id: str) -> None:
        """Take one vector of a letter."""
        if self.model.get(letter_id, (0, {}))[1]:
            key, spans = self.model[letter_id]
            span = max(spans)
            self.vectors.delete_nodes([node_id(key, "passage", *span)])
            del spans[span]

    @rule(letter_id=letters)
    def erase(self, letter_id: str) -> None:
        """Erase a letter."""
        letter = self.still(letter_id)
        if letter is not None:
            with self.store.writing() as tx:
                tx.erase_letter(letter.key)
            del self.model[letter_id]

    @rule(letter_id=letters)
    def fail(self, letter_id: str) -> None:
        """A transaction that does several things and then fails."""
        letter = self.still(letter_id)
        if letter is not None:

            def do_and_fail(tx: Transaction) -> None:
                self.vectors.add([a_node(letter, 3, 30, 35), a_node(put(tx, "undone", "odd"), 3)])
                tx.erase_letter(letter.key)
                raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError), self.store.writing() as tx, self.vectors.joining(tx):
                do_and_fail(tx)

    @rule()
    def reopen(self) -> None:
        """What a restart does."""
        self.close()
        self.open()

    @rule(
        seed=st.integers(0, 9),
        top_k=st.integers(1, 12) | st.none(),
        posting=st.sampled_from([None, "odd", "even"]),
    )
    def query(self, seed: int, top_k: int | None, posting: str | None) -> None:
        """Hits are the nearest of the dictionary, each under the right letter, copies in a fixed order."""
        known = {row.name for row in self.store.postings()}
        if posting is not None and posting not in known:
            return
        parity = {"odd": 1, "even": 0}
        expected = {
            (key, span): float(direction(seeds) @ direction(seed))
            for letter_id, (key, spans) in self.model.items()
            for span, seeds in spans.items()
            if posting is None or int(letter_id) % 2 == parity[posting]
        }
        for vectors in (self.vectors, self.follower):
            hits = vectors.nearest(direction(seed), top_k, posting)
            assert len(hits) == min(len(expected), top_k or len(expected))
            spans = {
                p.passage_id: (p.start, p.end)
                for key, _ in self.model.values()
                for p in self.store.passages(key)
            }
            found = [(hit.letter_key, spans[hit.passage_id]) for hit in hits]
            assert len(set(found)) == len(found)
            for hit, place in zip(hits, found, strict=True):
                assert hit.similarity == pytest.approx(expected[place], abs=1e-5)
            assert hits == sorted(hits, key=lambda hit: (-hit.similarity, hit.vector_id))
            left_out = [similarity for place, similarity in expected.items() if place not in set(found)]
            if left_out and hits:
                assert hits[-1].similarity >= max(left_out) - 1e-5

    @invariant()
    def nodes_are_those_of_the_model(self) -> None:
        """Nothing is there that should not be, and nothing is missing."""
        expected = {node_id(key, "passage", *span) for key, spans in self.model.values() for span in spans}
        assert {node.node_id for node in self.vectors.get_nodes()} == expected
        assert len(self.vectors.snapshot) == len(expected)

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "folder"):
            self.close()
            self.folder.cleanup()
            vectors_module.MERGE_ABOVE = self.merge_above


StoreAgainstDictionary.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestStoreAgainstDictionary = StoreAgainstDictionary.TestCase

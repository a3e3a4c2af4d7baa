from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import MetadataMode, QueryBundle

from agents.retrieval import RETRIEVAL_MODES, LetterRetriever, RetrievalMode, standardised
from ingestion.ingest import ingest
from ingestion.letter_embedder import LetterEmbedder
from ingestion.store import Store
from ingestion.vectors import LetterVectorStore

COOK = "I have cooked in hotels for nine years and led a kitchen of six people. I order the stock and bake bread."
NURSE = "My work is nursing. I hold a licence and worked nights on a ward for children for five years."
DRIVER = "For five years I drove a forklift in a cold store. I never had an accident and I am never late."
LONG = " ".join(f"In year {n} I kept the books of a village shop and counted its stock." for n in range(60))
ROWS = [
    {"id": "10", "text": COOK, "name": "Ada Byron"},
    {"id": "9", "text": COOK, "name": "Bo Chen"},
    {"id": "2", "text": NURSE, "name": "Cai Diaz"},
    {"id": "33", "text": DRIVER, "name": "Dee Eck"},
    {"id": "4", "text": f"{LONG} Since last May I have driven a forklift.", "name": "Eli Fox"},
]
JOB = "We need a cook who led a kitchen"


@pytest.fixture(scope="module")
def store(embedder: LetterEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Five letters, two of them alike, beside another posting with one."""
    folder = tmp_path_factory.mktemp("retrieval")
    (folder / "letters.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    (folder / "other.jsonl").write_text(json.dumps({"id": "other", "text": COOK}), encoding="utf-8")
    with Store.open(folder / "store", create=True) as opened:
        ingest(opened, embedder, [str(folder / "letters.jsonl")], posting="kitchen")
        ingest(opened, embedder, [str(folder / "other.jsonl")], posting="other")
        with opened.writing() as tx:
            tx.add_posting("empty", blind=True)
        yield opened


Open = Callable[..., LetterRetriever]


@pytest.fixture(scope="module")
def opened(store: Store, embedder: LetterEmbedder) -> Open:
    """Opens a retriever on the store: ``opened(mode=..., posting=...)``."""

    def open_one(mode: RetrievalMode = "hybrid", posting: str = "kitchen") -> LetterRetriever:
        vectors = LetterVectorStore(store, embedder.identity, embedder.runtime)
        return LetterRetriever(store, vectors, embedder, posting, mode=mode)

    return open_one


def ids(retriever: LetterRetriever, job: str = JOB) -> list[str]:
    """Letter ids in retrieval order."""
    return [node.node.metadata["letter_id"] for node in retriever.retrieve(job)]


@pytest.mark.parametrize("mode", RETRIEVAL_MODES)
def test_every_letter_of_the_posting_comes_once(mode: RetrievalMode, opened: Open) -> None:
    """One node a letter, nobody of another posting, and nobody lost who shares no word with the job."""
    assert sorted(ids(opened(mode))) == ["10", "2", "33", "4", "9"]


@pytest.mark.parametrize("mode", RETRIEVAL_MODES)
def test_the_letters_that_fit_come_first_and_ties_stand_in_natural_order(
    mode: RetrievalMode, opened: Open
) -> None:
    """Two identical letters stay two, 9 before 10, however the scores are made."""
    nodes = opened(mode).retrieve(JOB)
    assert [node.node.metadata["letter_id"] for node in nodes[:2]] == ["9", "10"]
    scores = [cast("float", node.score) for node in nodes]
    assert scores == sorted(scores, reverse=True)
    if mode != "hybrid":
        assert scores[0] == scores[1]


def test_letters_without_a_word_of_the_job_stand_in_natural_order(opened: Open) -> None:
    """BM25 knows nothing of them: no score, and no order of chance."""
    nodes = opened("bm25").retrieve("zebra")
    assert [node.node.metadata["letter_id"] for node in nodes] == ["2", "4", "9", "10", "33"]
    assert [node.node.metadata["bm25"] for node in nodes] == [None] * 5


def test_hybrid_adds_standardised_scores(opened: Open) -> None:
    """A letter's score is 0.7 times its cosine and 0.3 times its BM25, each in standard deviations above the posting's mean."""
    nodes = opened("hybrid").retrieve(JOB)
    dense, lexical = (
        np.array([node.node.metadata[name] or 0.0 for node in nodes]) for name in ("dense", "bm25")
    )
    expected = 0.7 * (dense - dense.mean()) / dense.std() + 0.3 * (lexical - lexical.mean()) / lexical.std()
    assert [node.score for node in nodes] == pytest.approx(expected.tolist(), abs=1e-12)


@given(st.dictionaries(st.integers(1, 50), st.floats(0, 40), min_size=1), st.randoms())
def test_the_order_of_letters_changes_no_digit_of_a_standardised_score(
    scores: dict[int, float], draw: Random
) -> None:
    """Letters are read from the store in some order; another must give the same bytes."""
    keys = [*scores, 51]
    shuffled = draw.sample(keys, len(keys))
    assert standardised(scores, keys) == standardised(scores, shuffled)


@pytest.mark.parametrize(
    ("mode", "dense", "lexical"),
    [("dense", True, False), ("bm25", False, True), ("hybrid", True, True)],
    ids=RETRIEVAL_MODES,
)
def test_a_node_carries_both_scores_where_there_are_any(
    mode: RetrievalMode, dense: bool, lexical: bool, opened: Open
) -> None:
    """A cosine and a BM25 score, each None where it was not asked for."""
    first = opened(mode).retrieve(JOB)[0].node.metadata
    assert (first["dense"] is not None) == dense
    assert (first["bm25"] is not None) == lexical
    if dense:
        assert 0.3 < first["dense"] <= 1


def test_a_node_is_the_letters_best_passage(opened: Open, store: Store) -> None:
    """Its text is a span of the masked letter, and for a long letter the part that fits."""
    for node in opened().retrieve("forklift driver"):
        metadata = node.node.metadata
        letter = store.letter_by_key(metadata["letter_key"])
        assert node.text == letter.judged_text[metadata["start"] : metadata["end"]]
    by_id = {n.node.metadata["letter_id"]: n.text for n in opened("dense").retrieve("forklift driver")}
    assert "driven a forklift" in by_id["4"]
    assert len(by_id["4"]) < len(LONG)


@pytest.mark.parametrize("mode", [MetadataMode.LLM, MetadataMode.EMBED], ids=["llm", "embedding"])
def test_metadata_reaches_no_model(mode: MetadataMode, opened: Open) -> None:
    """Ids and scores beside the text would leak into prompt and vector."""
    for node in opened().retrieve(JOB):
        assert node.node.get_content(mode) == node.text


def test_node_ids_are_derived(opened: Open) -> None:
    """The same query twice gives the same nodes, not new random ids."""
    first, again = opened().retrieve(JOB), opened().retrieve(QueryBundle(JOB))
    assert [n.node.node_id for n in first] == [n.node.node_id for n in again]
    assert [n.score for n in first] == [n.score for n in again]


def test_an_empty_posting_retrieves_nothing(opened: Open) -> None:
    """No letters is no error."""
    assert opened(posting="empty").retrieve(JOB) == []


def test_a_long_job_description_is_not_cut(opened: Open, embedder: LetterEmbedder) -> None:
    """What stands after the encoder's window counts: the vector leans towards the ending that is there."""
    retriever = opened("dense")
    padding = "Our house has a garden, a piano and two cats. " * 60
    cook = retriever.query_vector(padding + "We need a hotel cook who bakes bread. " * 20)
    nurse = retriever.query_vector(padding + "We need a nurse for the nights. " * 20)
    asked = embedder.embed_query("a hotel cook who bakes bread")
    assert float(cook @ asked) > float(nurse @ asked) + 0.1
    assert cook.dtype == np.float32
    assert float(np.linalg.norm(cook)) == pytest.approx(1, abs=1e-6)


def test_a_short_job_description_is_its_own_vector(opened: Open, embedder: LetterEmbedder) -> None:
    """One passage is embedded as it is."""
    assert opened().query_vector(JOB) == pytest.approx(embedder.embed_query(JOB), abs=1e-6)


def test_a_blank_job_description_is_refused(opened: Open) -> None:
    """There is nothing to order by."""
    with pytest.raises(ValueError, match="must not be empty"):
        opened().query_vector(" \n")


def test_an_unknown_mode_is_refused(opened: Open) -> None:
    """Rule and value, in the words of the command line."""
    with pytest.raises(ValueError, match=r"--retrieval must be one of dense, bm25, hybrid, but got 'fast'"):
        opened(cast("RetrievalMode", "fast"))


def test_a_job_description_is_free_text(opened: Open) -> None:
    """Quotes, operators and brackets are words to look for, never a query language."""
    assert len(ids(opened("bm25"), 'cook" OR (NEAR* -kitchen) AND "')) == 5


def test_the_order_does_not_depend_on_the_order_of_ingest(
    store: Store, embedder: LetterEmbedder, opened: Open, tmp_path: Path
) -> None:
    """The same letters read backwards, in another store, come in the same order with the same scores."""
    path = tmp_path / "letters.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS[::-1])), encoding="utf-8")
    with Store.open(tmp_path / "store", create=True) as backwards:
        ingest(backwards, embedder, [str(path)], posting="kitchen")
        vectors = LetterVectorStore(backwards, embedder.identity, embedder.runtime)
        other = LetterRetriever(backwards, vectors, embedder, "kitchen").retrieve(JOB)
    expected = [(n.node.metadata["letter_id"], n.score) for n in opened().retrieve(JOB)]
    assert [(n.node.metadata["letter_id"], n.score) for n in other] == expected

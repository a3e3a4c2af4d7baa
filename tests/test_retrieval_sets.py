from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from evals.retrieval_sets import Document, Query, RetrievalSetError, load_set

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def table(path: Path, columns: list[str], *rows: list[str]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def beir(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n") -> Path:
    """A set in BEIR's form with two documents and two queries."""
    folder.mkdir(exist_ok=True)
    rows = [{"_id": "d1", "title": "Cook", "text": "I bake."}, {"_id": "d2", "text": "I nurse."}]
    queries = [{"_id": "q1", "text": "baker"}, {"_id": "q2", "text": "nobody"}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_a_beir_folder_is_read(tmp_path: Path) -> None:
    """Titles join their texts, a relevance of 0 is no answer, and a query without an answer is left out."""
    found = load_set(beir(tmp_path / "mine"))
    assert found.name == "mine"
    assert found.documents == (Document("d1", "Cook I bake."), Document("d2", "I nurse."))
    assert [(one.query_id, one.text, one.relevant) for one in found.queries] == [("q1", "baker", {"d1": 2})]


@pytest.mark.parametrize(
    ("qrels", "says"),
    [
        pytest.param("q1\td9\t1\n", "'q1' has 'd9'", id="an answer that is no document"),
        pytest.param("q9\td1\t1\n", "'q9' is not", id="a query that is not there"),
        pytest.param("q1 d1 1\n", "line 1 must be query-id", id="no tabs"),
        pytest.param("q1\td1\t-1\n", "relevance must be at least 1", id="a negative relevance"),
        pytest.param("", "there must be a query", id="no answer at all"),
    ],
)
def test_a_set_that_breaks_a_rule_is_refused(tmp_path: Path, qrels: str, says: str) -> None:
    """Before anything is measured, with the value."""
    with pytest.raises(RetrievalSetError, match=says):
        load_set(beir(tmp_path, qrels))


def test_a_folder_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    """The known kinds are named."""
    with pytest.raises(RetrievalSetError, match=r"corpus\.jsonl, queries\.jsonl, qrels\.tsv; .*letters\.csv"):
        load_set(tmp_path)


def test_ads_ask_for_their_resumes(tmp_path: Path) -> None:
    """The first file tunes, the second tests; an ad that stands twice is one query with two answers."""
    table(tmp_path / "synthetic-resumes.csv", ["ID", "Resume"], ["0", "cook"], ["1", "nurse"], ["2", "baker"])
    columns = ["Job Description", "Ground Truth"]
    table(tmp_path / "testset-1.csv", columns, ["kitchen", "cook"], ["kitchen", "baker"])
    table(tmp_path / "testset-2.csv", columns, ["ward", "nurse"])
    found = load_set(tmp_path)
    assert found.queries == (
        Query("testset-1-0", "kitchen", {"0": 1, "2": 1}, "tune"),
        Query("testset-2-0", "ward", {"1": 1}, "test"),
    )
    assert [one.query_id for one in found.of_part("test").queries] == ["testset-2-0"]


def test_titles_ask_for_masked_letters(tmp_path: Path) -> None:
    """Titles that differ in case alone are one query; neither title nor company stands in a letter."""
    table(
        tmp_path / "letters.csv",
        ["letter_id", "job_title", "company", "text"],
        ["a", "Head Cook Cover Letter ", "Blue Fig, Ltd", "As head\ncook at BLUE FIG I led two head cooks."],
        ["b", "head cook cover letter", "", "I cook, and I would be your Head Cook."],
    )
    found = load_set(tmp_path)
    assert [(one.text, dict(one.relevant)) for one in found.queries] == [("head cook", {"a": 1, "b": 1})]
    assert [one.text for one in found.documents] == [
        "As ___ at ___ I led two ___.",
        "I cook, and I would be your ___.",
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """What the table must have, and what it lacks."""
    table(tmp_path / "letters.csv", ["letter_id", "text"], ["a", "I cook."])
    with pytest.raises(RetrievalSetError, match="job_title, company is missing"):
        load_set(tmp_path)


def test_the_bundled_jobs_are_a_set() -> None:
    """Each job that names someone asks for its acceptable winners."""
    found = load_set(Path("samples"))
    assert len(found.queries) == 4
    assert all(query.relevant for query in found.queries)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public data sets are not on this machine")
@pytest.mark.parametrize(
    ("name", "documents", "tune", "test"),
    [("ads-to-resumes", 1000, 99, 100), ("human-letters", 941, 433, 458)],
)
def test_the_public_sets_are_read(name: str, documents: int, tune: int, test: int) -> None:
    """Every document and query, split for good."""
    found = load_set(SHARED / name)
    parts = [len(found.of_part("tune").queries), len(found.of_part("test").queries)]
    assert (len(found.documents), parts) == (documents, [tune, test])

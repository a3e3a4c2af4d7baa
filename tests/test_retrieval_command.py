from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.retrieval import scored
from ui.cli import app

DOCUMENTS = {
    "cook": "I have cooked in hotels for nine years and led a kitchen of six people.",
    "nurse": "My work is nursing. I hold a licence and worked nights on a ward.",
    "driver": "For five years I drove a forklift in a cold store.",
}
QUERIES = {"q1": ("We need a hotel cook for our kitchen", "cook"), "q2": ("forklift driver", "driver")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three letters and two queries in BEIR's form."""
    made = tmp_path / "tiny"
    made.mkdir()
    corpus = [{"_id": name, "text": text} for name, text in DOCUMENTS.items()]
    queries = [{"_id": name, "text": text} for name, (text, _) in QUERIES.items()]
    (made / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)), encoding="utf-8")
    (made / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (made / "qrels.tsv").write_text(
        "".join(f"{name}\t{answer}\t1\n" for name, (_, answer) in QUERIES.items()), encoding="utf-8"
    )
    return made


def run(*arguments: str) -> tuple[int, str, str]:
    """`winnow eval retrieval` in this process: status, stdout, stderr."""
    done = CliRunner().invoke(app, ["eval", "retrieval", *arguments])
    return done.exit_code, done.stdout, " ".join(done.stderr.replace("│", " ").split())


def test_measures_are_those_of_trec_eval() -> None:
    """Two answers, at places 2 and 6: recall grows with depth, MRR and nDCG by their formulas."""
    found = scored(["v", "a", "w", "x", "y", "b"], {"a": 1, "b": 1})
    gain = 1 / math.log2(3) + 1 / math.log2(7)
    expected = {"recall@1": 0.0, "recall@5": 0.5, "recall@10": 1.0, "recall@50": 1.0, "mrr": 0.5}
    assert found == pytest.approx({**expected, "ndcg@10": gain / (1 + 1 / math.log2(3))}, abs=1e-6)
    assert set(scored([], {"a": 1}).values()) == {0.0}


def test_each_mode_is_measured_saved_and_compared_with_a_saved_run(folder: Path, tmp_path: Path) -> None:
    """Every mode finds both answers first; a run compared with itself does not differ."""
    out = tmp_path / "run"
    status, said, err = run(str(folder), "--pipeline", "offline", "--out", str(out), "--json")
    assert status == 0, err
    found = json.loads(said)["sets"][0]
    assert (found["set"], found["documents"], found["queries"]) == ("tiny", 3, 2)
    assert {one["system"]: one["recall@1"]["value"] for one in found["systems"]} == {
        "minilm dense": 1.0,
        "bm25": 1.0,
        "minilm hybrid": 1.0,
    }
    assert {(one["first"], one["second"]) for one in found["differences"]} == {
        ("bm25", "minilm hybrid"),
        ("minilm dense", "minilm hybrid"),
    }
    lines = [json.loads(line) for line in (out / "scores.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 6
    assert [one["first"][0][0] for one in lines if one["system"] == "bm25"] == ["cook", "driver"]
    status, said, err = run("--runs", str(out), str(out), "--json")
    assert status == 0, err
    again = json.loads(said)["differences"]
    assert len(again) == 18
    assert {(one["mean"], one["p"], one["n"]) for one in again} == {(0.0, 1.0, 2)}
    assert "SET tiny" in run("--runs", str(out), str(out))[1]


def test_a_table_is_printed(folder: Path) -> None:
    """One row a system with its standard error, and how many queries."""
    status, said, err = run(str(folder), "--embedder", "minilm", "--mode", "bm25")
    assert status == 0, err
    assert "SET tiny: 2 queries, 3 documents" in said
    assert "1.000 ±0.000" in said


def test_two_searches_are_laid_beside_each_other(folder: Path) -> None:
    """Ids, similarities and overlap of the first two, for the query that was named."""
    arguments = (str(folder), "--compare", "bm25", "minilm:dense", "--query-id", "q2", "--top-k", "2")
    status, said, err = run(*arguments, "--json")
    assert status == 0, err
    found = json.loads(said)
    sides = found["sides"]
    assert [one["system"] for one in sides] == ["bm25", "minilm dense"]
    assert [len(one["found"]) for one in sides] == [2, 2]
    assert [one["found"][0]["id"] for one in sides] == ["driver", "driver"]
    assert found["in_both"][0] == "driver"
    assert found["answers"] == ["driver"]
    assert "driver *" in run(*arguments)[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "SET must be a folder", id="no set"),
        pytest.param(["no-such"], "but got no-such", id="no folder"),
        pytest.param(["samples", "--mode", "fast"], "dense, bm25, hybrid, but got 'fast'", id="mode"),
        pytest.param(["samples", "--part", "train"], "tune, test, but got 'train'", id="part"),
        pytest.param(["samples", "--query-id", "7"], "goes with --compare", id="query without compare"),
        pytest.param(["samples", "--compare", "dense", "minilm:fast"], "but got 'minilm:fast'", id="side"),
        pytest.param(["--runs", "no-a", "no-b"], "a saved run must be", id="runs"),
    ],
)
def test_wrong_usage_is_explained(arguments: list[str], says: str) -> None:
    """Status 2, the rule and the value."""
    status, _, err = run(*arguments)
    assert status == 2
    assert says in err


def test_a_saved_run_of_another_form_is_refused(tmp_path: Path) -> None:
    """The line is named."""
    (tmp_path / "scores.jsonl").write_text('{"set": "x"}\n', encoding="utf-8")
    status, _, err = run("--runs", str(tmp_path), str(tmp_path))
    assert status == 2
    assert "line 1 must be a query's scores" in err

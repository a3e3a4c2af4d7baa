from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.judging import JobMeasures, JudgingReport, SystemMeasures
from evals.metrics import Estimate
from evals.name_swap import SwapMeasures
from evals.over_masking import KeptTerms
from evals.paired_bootstrap import Difference
from evals.report import judging_json
from evals.retrieval import MEASURES, QueryScores, SetReport, SystemScores, Versus
from evals.retrieval_report import sets_json
from evals.saved_results import SavedJudging, SavedLetters, SavedRetrieval, SavedTrust, read_results
from evals.trust_report import TrustReport, trust_json
from ui.cli import app


def judged() -> JudgingReport:
    """A report of one judge on one job, some of its measures not defined."""
    half, none = Estimate(0.5, 0.1, 4), Estimate(None, None, 0)
    job = JobMeasures("cook", "7", True, 0.9, None, 0.3, (), 0)
    return JudgingReport(
        1, 3, 12, (0.2, 0.4), (SystemMeasures("the judge", half, half, none, half, half, none, (job,)),)
    )


def searched() -> SetReport:
    """A report of two searches of one query."""
    scores = dict.fromkeys(MEASURES, 0.5)
    systems = tuple(
        SystemScores("mine", name, None, (QueryScores("q", (), scores),)) for name in ("bm25", "dense")
    )
    gain = Versus("mine", "recall@10", "bm25", "dense", Difference(0.1, -0.1, 0.3, 0.4, 9))
    return SetReport("mine", "a winner", 5, 1, ("x: broken",), systems, (gain,))


def swapped() -> TrustReport:
    """A report of one swap of names, not screened."""
    swap = SwapMeasures(True, 4, 3, {"Asian men": 1.0, "White women": 0.5}, ())
    return TrustReport(2, 2, (swap,), None, KeptTerms(3, 6, ()), {})


def written_letters(folder: Path) -> None:
    """What `winnow eval letters --out` leaves in a folder."""
    for name, rows in (("train", 1), ("test", 2)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["Job Title", "Skillsets", "Cover Letter"])
            writer.writerows([f"Cook {name} {row}", "pastry", f"I make pastry {row}."] for row in range(rows))
    arguments = ["eval", "letters", str(folder / "train.csv"), "--test", str(folder / "test.csv")]
    done = CliRunner().invoke(app, [*arguments, "--out", str(folder / "results" / "letters")])
    assert done.exit_code == 0, done.output


def test_every_report_is_read_as_it_is_written(tmp_path: Path) -> None:
    """What the commands write today is what the page reads today."""
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "judging.json").write_text(json.dumps(judging_json(judged())))
    (folder / "retrieval.json").write_text(json.dumps(sets_json([searched()], [("bge", "not here")])))
    (folder / "trust.json").write_text(json.dumps(trust_json(swapped())))
    written_letters(tmp_path)
    kept, unread = read_results(folder)
    assert unread == ()
    by_file = {one.file: one.result for one in kept}
    judging, retrieval = by_file["judging.json"], by_file["retrieval.json"]
    letters, trust = by_file["letters/letters.json"], by_file["trust.json"]
    assert isinstance(judging, SavedJudging)
    assert judging.systems[0].measures()["ndcg"].value == 0.5
    assert judging.systems[0].measures()["kendall_tau"].value is None
    assert isinstance(retrieval, SavedRetrieval)
    assert retrieval.sets[0].systems[0].measures()["recall@10"].n == 1
    assert isinstance(letters, SavedLetters)
    assert [one.writer for one in letters.writers] == ["template", "reference letters"]
    assert isinstance(trust, SavedTrust)
    assert trust.swaps[0].groups == {"Asian men": 1.0, "White women": 0.5}
    assert trust.screened is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "Expecting property name"),
        ("[1]", "one JSON object"),
        ('{"a": 1}', "something else"),
        ('{"schema": 2, "systems": []}', "measure again"),
    ],
    ids=["no JSON", "a list", "another program's", "another version's"],
)
def test_what_is_no_result_is_named_with_the_reason(tmp_path: Path, text: str, expected: str) -> None:
    """A file of another form is never shown as a result, and never passed over in silence."""
    (tmp_path / "x.json").write_text(text)
    kept, (unread,) = read_results(tmp_path)
    assert kept == ()
    assert unread.file == "x.json"
    assert expected in unread.why


def test_no_folder_is_no_result(tmp_path: Path) -> None:
    """Before the first evaluation there is nothing to read, and nothing wrong."""
    assert read_results(tmp_path / "none") == ((), ())

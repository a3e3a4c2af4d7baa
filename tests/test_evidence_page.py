from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.dashboard import sample_evaluation
from ui.dashboard.plots import Measured, Point, dots, loss_plot, measure_rows
from ui.dashboard.sample_evaluation import keep
from ui.dashboard.work import Job
from ui.screens import evidence
from ui.screens.evidence import PARTS, Part

SCRIPT = "from ui.screens import evidence\nevidence.page()"
HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/p.png)"
HALF = {"value": 0.5, "standard_error": 0.125, "n": 4}
NONE = {"value": None, "standard_error": None, "n": 0}


def judged(system: str) -> dict[str, object]:
    """What the evaluation of judging prints of one system."""
    names = ("acceptable_winner", "ndcg", "kendall_tau", "macro_f1", "met_auc")
    return {"system": system, **dict.fromkeys(names, HALF), "score_error": NONE, "by_job": []}


def results(folder: Path) -> Path:
    """A folder with one result of each evaluation."""
    folder.mkdir()
    judging = {
        "schema": 1,
        "jobs": 4,
        "letters": 280,
        "pairs": 1610,
        "thresholds": {"partial": 0.1, "met": 0.2},
        "systems": [judged("the judge"), judged(HOSTILE)],
    }
    search = {"system": "minilm dense", "model": None, "mrr": HALF, "ndcg@10": HALF}
    search |= {f"recall@{depth}": HALF for depth in (1, 5, 10, 50)}
    one_set = {
        "set": "samples",
        "relevance": "a winner",
        "documents": 70,
        "queries": 4,
        "refused": [],
        "systems": [search],
        "differences": [],
    }
    letters = {
        "schema": 1,
        "applications": 2,
        "train": 1,
        "base": "base",
        "bleu_signature": "x",
        "notes": ["A note."],
        "writers": [
            {
                "writer": "base+adapter",
                "measures": {"bleu": HALF, "made_up": None},
                "against_base": {"bleu": {"value": 0.1, "low": -0.1, "high": 0.2, "n": 2}},
                "made_up_by_kind": {},
                "letters": [],
            }
        ],
        "preference": None,
        "first_system": [],
    }
    trained = {
        "finished": True,
        "plan": {"base": {"name": "tiny"}},
        "metrics": {
            "train_losses": [[1, 2.5], [2, 2.25]],
            "evaluation_losses": [[2, 1.0, 2.125]],
            "best_step": 2,
            "test_loss": 2.0,
            "clean_test_loss": None,
            "seconds": 1.0,
            "peak_gpu_bytes": None,
        },
    }
    trust = {
        "schema": 1,
        "names": 2,
        "letters": 2,
        "holds": False,
        "swaps": [
            {
                "name_known": True,
                "pairs": 4,
                "identical": 3,
                "rate": 0.75,
                "spread_points": 50.0,
                "groups": {"Asian men": 1.0, "White women": 0.5},
                "differences": [],
            }
        ],
        "screened": {"letters": 1, "names": 2, "screened": 2, "unequal": []},
        "kept_terms": {"terms": 3, "tried": 6, "masked": []},
        "masks": {},
    }
    for name, data in (
        ("judging.json", judging),
        ("retrieval.json", {"schema": 1, "sets": [one_set], "skipped": []}),
        ("letters/letters.json", letters),
        ("trust.json", trust),
        ("mine/training.json", trained),
        ("odd.json", {"a": 1}),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return folder


def drawn(store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, part: Part = "Judging") -> AppTest:
    """The page, at one of its parts."""
    monkeypatch.setenv("WINNOW_STORE", str(store))
    monkeypatch.setenv("WINNOW_RESULTS", str(folder))
    page = AppTest.from_string(SCRIPT, default_timeout=120)
    page.session_state["evidence_part"] = part
    page.run()
    assert not page.exception
    return page


def tables(page: AppTest) -> list[str]:
    """Every table of the page as text."""
    return [one.value.to_csv(index=False) for one in page.dataframe]


@pytest.mark.parametrize(
    ("part", "command"),
    [
        ("Judging", "winnow eval judging samples --json > "),
        ("Search", "winnow eval retrieval samples --json > "),
        ("Letter writers", "winnow eval letters TABLE "),
        ("Trust", "winnow eval trust "),
        ("Training", "winnow train TABLE "),
    ],
)
def test_what_was_not_measured_says_how(
    part: Part, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a result there is no number, and the command that makes one."""
    page = drawn(tmp_path / "store", tmp_path / "none", monkeypatch, part)
    assert page.code[0].value.startswith(command)
    assert not page.dataframe


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("Judging", "the judge,0.500 ± 0.125"),
        ("Search", "minilm dense,0.500 ± 0.125"),
        ("Letter writers", "base+adapter,0.500 ± 0.125"),
        ("Trust", "White women,0.500"),
        ("Training", "1.0,2,2.125,kept"),
    ],
)
def test_each_kept_result_is_drawn_with_its_numbers(
    part: Part, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a file says stands in a table beside its plot, with its standard error."""
    page = drawn(tmp_path / "store", results(tmp_path / "results"), monkeypatch, part)
    assert any(expected in table for table in tables(page))
    assert len(page.get("vega_lite_chart")) == 1


def test_a_file_that_is_no_result_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is neither drawn nor passed over in silence."""
    page = drawn(tmp_path / "store", results(tmp_path / "results"), monkeypatch)
    assert any("odd.json" in one.value for one in page.text)


def test_names_in_a_result_mark_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system may be called anything; it is shown, not run."""
    page = drawn(tmp_path / "store", results(tmp_path / "results"), monkeypatch)
    marked = [
        str(one.value) for kind in (page.markdown, page.caption, page.subheader, page.header) for one in kind
    ]
    assert not any("<script" in one for one in marked)
    assert any("<script>" in table for table in tables(page))
    assert not page.html


def test_the_score_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The formula that code computes with stands on the page."""
    from agents.scoring import FORMULA

    page = drawn(tmp_path / "store", tmp_path / "none", monkeypatch, "The score")
    assert page.code[0].value == FORMULA
    assert any("met,1.0" in table for table in tables(page))


def test_the_machine_says_what_can_run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The offline pipeline needs nothing; every other row says what it lacks; the limits are told."""
    page = drawn(tmp_path / "store", tmp_path / "none", monkeypatch, "This machine")
    assert any("✓ offline: ready" in one.value for one in page.text)
    assert any("“Not shown” is about the letter" in one.value for one in page.text)


def test_the_bundled_letters_are_measured_from_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button runs the evaluation in a job, keeps its report, and the page then shows it."""
    folder = tmp_path / "results"
    source = results(tmp_path / "source")

    def quick(where: Path, job: Job) -> Path:
        return keep(where / "judging-samples.json", json.loads((source / "judging.json").read_text()))

    one = evidence.EVALUATIONS["Judging"]
    monkeypatch.setitem(
        evidence.EVALUATIONS, "Judging", evidence.Evaluation(one.kinds, one.about, one.command, quick)
    )
    page = drawn(tmp_path / "store", folder, monkeypatch)
    page.button(key="evidence_measure_Judging").click().run()
    job = page.session_state["evidence_job_Judging"]
    assert isinstance(job, Job)
    job.join(60)
    page.run()
    assert any("the judge" in table for table in tables(page))
    assert (folder / "judging-samples.json").stat().st_mode & 0o777 == 0o600


def test_a_stopped_evaluation_keeps_nothing(tmp_path: Path) -> None:
    """Where the job is asked to stop, no half report stands in the folder."""

    def work(job: Job) -> Path:
        job.cancel.set()
        return sample_evaluation.measure_retrieval_samples(tmp_path / "results", job)

    job = Job("Measuring", work)
    job.join(120)
    assert job.state == "stopped"
    assert not (tmp_path / "results").exists()


def test_a_plot_holds_its_numbers_and_their_errors() -> None:
    """The line is one standard error each way, and a value without one has none."""
    measured = Measured("nDCG", "Higher is better.", (Point("a", 0.5, 0.25, 4), Point("b", 0.75, None, 1)))
    rows = dots(measured).to_dict()["data"]["values"]
    assert [(row["low"], row["high"]) for row in rows] == [(0.25, 0.75), (0.75, 0.75)]
    assert measure_rows([measured]) == [{"": "a", "nDCG": "0.500 ± 0.250"}, {"": "b", "nDCG": "0.750"}]


def test_a_loss_plot_marks_the_step_that_was_kept() -> None:
    """Both curves and the kept step are in the picture."""
    drawn_as = json.dumps(loss_plot([(1, 2.5)], [(2, 2.25)], 2).to_dict())
    assert all(piece in drawn_as for piece in ('"of": "training"', '"of": "evaluation"', '{"step": 2}'))


def test_the_parts_have_names() -> None:
    """Every evaluation is a part of the page."""
    assert set(evidence.EVALUATIONS) < set(PARTS)

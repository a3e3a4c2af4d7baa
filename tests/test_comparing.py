from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import evals.comparing
from agents.registry import PipelineError
from evals.answers import BEST_SENTENCE, BM25, JUDGE, WHOLE_LETTER, Contestant
from evals.comparing import ComparingReport, compare_pipelines, contestants, main, missing
from evals.comparing_report import comparing_json, print_comparing
from evals.gold import LabelledJob
from evals.judging import measure_judging
from evals.report import NARROWEST
from ui.cli import app

LETTERS = {
    "171": "I have cooked in restaurants for eight years. I hold a food safety certificate.",
    "17": "I studied history. I love your company.",
    "9": "I cooked in a canteen for one year.",
    "10": "I sold shoes. Cooking is my hobby.",
}
JOB = LabelledJob.model_validate(
    {
        "topic": "cook",
        "job_description": "We need a cook with five years of experience in restaurants.",
        "requirements": [
            {"id": "r1", "text": "five years of experience in restaurants", "kind": "must"},
            {"id": "r2", "text": "food safety certificate", "kind": "nice"},
        ],
        "acceptable_winners": ["171"],
        "letters": [
            {"letter_id": letter_id, "score": 10 if letter_id == "171" else 1, "text": text}
            for letter_id, text in LETTERS.items()
        ],
        "labels": [
            {
                "letter_id": letter_id,
                "requirement_id": requirement,
                "labels": ["met" if letter_id == "171" else "not_shown"],
            }
            for letter_id in LETTERS
            for requirement in ("r1", "r2")
        ],
    }
)
NAMES = ("offline", "e5-phi3", "e5-phi3:listwise", "e5-phi3:pairwise", "bge-qwen:evidence", "server")


@pytest.fixture(scope="module")
def heard() -> list[str]:
    """What the comparison said while it ran."""
    return []


@pytest.fixture(scope="module")
def report(tiny_llm_folders: Callable[[str], Path], heard: list[str]) -> ComparingReport:
    """All strategies on one small job, the language model's by a tiny one of random weights."""
    by = contestants(NAMES, llm=str(tiny_llm_folders("phi3")), embedder="minilm")
    return compare_pipelines([JOB], by, top_k=3, say=heard.append)


def test_every_pipeline_that_can_run_answers_and_the_others_are_named(
    report: ComparingReport, heard: list[str]
) -> None:
    """Nothing is left out in silence: a server without an address is skipped with the remedy, on screen too."""
    assert [ran.name for ran in report.ran] == list(NAMES[:-1])
    assert [one.name for one in report.skipped] == ["server"]
    assert "give --server-url URL" in report.skipped[0].reason
    assert f"server: skipped, since {report.skipped[0].reason}" in heard
    assert sum(line.startswith("language model: ") for line in heard) == 3


def test_each_answer_holds_what_was_retrieved_and_who_was_named(report: ComparingReport) -> None:
    """Every letter once with its cosine, the nearest first; the winner, score and words of the verdict."""
    for ran in report.ran:
        (answer,) = ran.answers
        assert {one.letter_id for one in answer.retrieved} == set(LETTERS)
        cosines = [one.similarity for one in answer.retrieved if one.similarity is not None]
        assert len(cosines) == 4
        assert cosines == sorted(cosines, reverse=True)
        assert answer.embedder == "sentence-transformers/all-MiniLM-L6-v2"
    offline = report.ran[0].answers[0]
    assert offline.retrieved[0].letter_id == "171"
    assert (offline.winner, offline.ranked[0], offline.judge) == ("171", "171", "evidence")


def test_a_comparison_only_strategy_reads_top_k_letters_and_ranks_its_pick_alone(
    report: ComparingReport,
) -> None:
    """As in the seed, retrieval chooses who stands in the prompt."""
    for ran in report.ran[2:4]:
        (answer,) = ran.answers
        assert answer.verdict.comparison_only
        assert answer.winner in {one.letter_id for one in answer.retrieved}
        assert answer.ranked == (answer.winner,)
        assert sum("ordered by retrieval only" in one.reason for one in answer.verdict.unjudged) == 1
        assert (ran.measures.macro_f1.value, ran.measures.score_error.value) == (None, None)
        assert ran.measures.ndcg.value is not None
    pairwise = report.ran[3].answers[0].verdict.unjudged
    assert [one.reason.split(";")[0] for one in pairwise[:2]] == [
        "comparison only: place 2 of 3",
        "comparison only: place 3 of 3",
    ]


def test_agreement_is_told_for_every_pair(report: ComparingReport) -> None:
    """The same embedder retrieves the same, and the same judge names the same."""
    assert len(report.agreements) == 10
    assert {(one.shared_top, one.retrieval_tau) for one in report.agreements} == {(3, 1.0)}
    twins = next(one for one in report.agreements if (one.first, one.second) == (NAMES[0], NAMES[4]))
    assert (twins.same_winner, twins.ranking_tau) == (True, 1.0)
    alone = next(one for one in report.agreements if one.second == "e5-phi3:listwise")
    assert alone.ranking_tau is None


def test_people_and_programs_are_shown_the_same(
    report: ComparingReport, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables that hold their width, and JSON with numbers of at most 6 decimals."""
    print_comparing(report)
    shown = capsys.readouterr().out
    assert "JOB cook: 4 letters" in shown
    assert "offline (evidence)" in shown
    assert "WINNER ID: 171      MATCH SCORE: 10/10" in shown
    assert "listwise, " in shown
    assert "COMPARISON ONLY" in shown
    assert "SKIPPED server: " in shown
    retrieved = shown.split("offline (evidence)")[0]
    assert "all-MiniLM-L6-v2" in retrieved
    assert max(len(line.rstrip()) for line in retrieved.splitlines()) <= NARROWEST
    found = comparing_json(report)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    first = found["jobs"][0]["pipelines"][0]  # type: ignore[index, call-overload]
    assert first["winner"]["letter_id"] == "171"  # type: ignore[index, call-overload]
    assert len(first["retrieved"]) == 3  # type: ignore[index, call-overload, arg-type]
    assert [one["system"] for one in found["measures"]] == list(NAMES[:-1])  # type: ignore[union-attr, index, call-overload]


def test_letters_too_long_for_a_comparison_are_a_reason_to_skip_it(
    tiny_llm_folders: Callable[[str], Path],
) -> None:
    """The reason says how many letters fit; nothing was cut."""
    long = JOB.model_copy(
        update={
            "letters": tuple(
                one.model_copy(update={"text": f"{one.text} " * (8 + place)})
                for place, one in enumerate(JOB.letters)
            )
        }
    )
    by = contestants(("bge-qwen:listwise",), llm=str(tiny_llm_folders("qwen2")), embedder="minilm")
    found = compare_pipelines([long], by)
    assert found.ran == ()
    assert "all letters must fit one prompt: 4 letters" in found.skipped[0].reason


def test_what_is_missing_is_said_in_one_line() -> None:
    """Weights that are not here, by their name and what to do."""
    reason = missing(Contestant("e5-phi3", embedder="e5-large=nowhere"))
    assert reason is not None
    assert "e5-large" in reason
    assert "\n" not in reason
    assert missing(Contestant("offline")) is None


def test_overrides_go_to_the_pipelines_that_use_them() -> None:
    """A language model's folder is nothing to the evidence judge."""
    assert contestants(("offline", "bge-qwen", "bge-qwen:evidence"), llm="L", embedder="E") == {
        "offline": Contestant(),
        "bge-qwen": Contestant("bge-qwen", llm="L", embedder="E"),
        "bge-qwen:evidence": Contestant("bge-qwen", "evidence", embedder="E"),
    }


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        pytest.param(["nothing"], {}, "--pipeline must be one of offline", id="no such pipeline"),
        pytest.param(["offline:best"], {}, "must be one of evidence, labels", id="no such strategy"),
        pytest.param(["offline", "offline"], {}, "compared once, but got offline twice", id="twice"),
        pytest.param(["offline"], {"llm": "x"}, "--llm was given, but offline would not use it", id="unused"),
    ],
)
def test_names_that_cannot_be_compared_are_refused(
    names: list[str], options: dict[str, str], message: str
) -> None:
    """The rule and the value."""
    with pytest.raises(PipelineError, match=message):
        contestants(names, llm=options.get("llm"))


@pytest.mark.parametrize(
    ("names", "status"),
    [
        pytest.param(["offline"], 0, id="all ran"),
        pytest.param(["offline", "server"], 3, id="one skipped"),
        pytest.param(["server"], 1, id="none ran"),
    ],
)
def test_the_exit_status_says_whether_all_ran(
    names: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 for all, 3 where one was skipped, 1 where there is nothing to show; one JSON object each time."""
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([JOB.model_dump(mode="json")]), encoding="utf-8")
    assert main(path, contestants(names), json=True) == status
    shown = json.loads(capsys.readouterr().out)
    assert [one["pipeline"] for one in shown["skipped"]] == [name for name in names if name == "server"]


def test_the_baselines_are_the_same_beside_every_judge(tiny_llm_folders: Callable[[str], Path]) -> None:
    """A pipeline is measured against what was measured before, whatever its own embedder and model are."""
    said: list[str] = []
    by = Contestant("e5-phi3", llm=str(tiny_llm_folders("phi3")), embedder="minilm")
    measured, offline = measure_judging([JOB], by, say=said.append), measure_judging([JOB])
    for name in (BM25, WHOLE_LETTER, BEST_SENTENCE):
        assert measured.system(name) == offline.system(name)
    assert measured.system(JUDGE) != offline.system(JUDGE)
    assert len(said) == 1


@pytest.fixture
def jobs_file(tmp_path: Path) -> Path:
    """The small job as a file of labelled jobs."""
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([JOB.model_dump(mode="json")]), encoding="utf-8")
    return path


def test_the_command_takes_pipelines_one_after_the_other(jobs_file: Path) -> None:
    """FILE may stand before them; stdout holds one JSON object, stderr what was skipped."""
    ran = CliRunner().invoke(
        app, ["eval", "judging", str(jobs_file), "--compare", "server", "offline", "--json"]
    )
    assert ran.exit_code == 3
    shown = json.loads(ran.stdout)
    assert [one["pipeline"] for one in shown["jobs"][0]["pipelines"]] == ["offline"]
    assert [one["pipeline"] for one in shown["skipped"]] == ["server"]
    assert "server: skipped, since" in ran.stderr


def test_the_command_as_the_seed_would_have_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without FILE it is the bundled jobs; pipelines keep their order, top_k its default."""
    seen: list[object] = []

    def keep(path: Path, by: dict[str, Contestant], *, top_k: int, **_: object) -> int:
        seen.extend((str(path), list(by), top_k))
        return 0

    monkeypatch.setattr(evals.comparing, "main", keep)
    ran = CliRunner().invoke(app, ["eval", "judging", "--compare", "bge-qwen", "e5-phi3:listwise", "offline"])
    assert ran.exit_code == 0
    assert seen == ["samples", ["bge-qwen", "e5-phi3:listwise", "offline"], 10]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            [], "FILE must be one file of labelled jobs, or the word samples, but got none", id="none"
        ),
        pytest.param(["a.json", "b.json"], "but got a.json and b.json", id="two files"),
        pytest.param(["--compare", "offline", "bge-qwn"], "bge-qwn does not exist", id="misspelt"),
        pytest.param(["--compare", "nothing"], "must be one of offline", id="no such pipeline"),
        pytest.param(["--compare", "offline", "--strategy", "labels"], "write PIPELINE:STRATEGY", id="both"),
        pytest.param(["samples", "--pipeline", "server"], "give --server-url URL", id="no server"),
        pytest.param(["samples", "--strategy", "labels"], "needs a language model", id="no model"),
        pytest.param(["samples", "--top-k", "0"], "must be at least 1, but got 0", id="top-k"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_measured(arguments: list[str], message: str) -> None:
    """Exit status 2, the rule and the value on stderr, nothing on stdout."""
    ran = CliRunner().invoke(app, ["eval", "judging", *arguments])
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert message in " ".join(ran.stderr.replace("│", " ").split())

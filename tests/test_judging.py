import json
from dataclasses import replace
from pathlib import Path

import pytest

from agents.verdict import Finding
from evals.answers import BEST_SENTENCE, BM25, JUDGE, WHOLE_LETTER, Answer, first_pieces, met_probability
from evals.gold import LabelledJob, bundled_jobs
from evals.judging import JudgingReport, main, measure_job, measure_judging, measure_system
from evals.report import NARROWEST, judging_json, print_judging

GOLD = Path(__file__).resolve().parents[2] / "shared" / "gold" / "jobs.json"
BASELINES = (BM25, WHOLE_LETTER, BEST_SENTENCE)

needs_gold = pytest.mark.skipif(not GOLD.is_file(), reason="needs the labelled jobs in ../shared/gold")

JOB = LabelledJob.model_validate(
    {
        "topic": "baker",
        "job_description": "We need a baker.",
        "requirements": [{"id": "r1", "text": "baking", "kind": "must"}],
        "acceptable_winners": ["a"],
        "letters": [
            {"letter_id": "a", "score": 10, "text": "I bake."},
            {"letter_id": "b", "score": 5.5, "text": "I baked once."},
            {"letter_id": "c", "score": 1, "text": "I do not bake."},
        ],
        "labels": [
            {"letter_id": "a", "requirement_id": "r1", "labels": ["met"]},
            {"letter_id": "b", "requirement_id": "r1", "labels": ["partial", "met"]},
            {"letter_id": "c", "requirement_id": "r1", "labels": ["contradicted"]},
        ],
    }
)
RIGHT = Answer(
    winner="a",
    order=("a", "b", "c"),
    labels={("a", "r1"): "met", ("b", "r1"): "met", ("c", "r1"): "not_shown"},
    p_met={("a", "r1"): 0.9, ("b", "r1"): 0.6, ("c", "r1"): 0.1},
    scores={"a": 10.0, "b": 10.0, "c": 1.0},
)


def test_a_right_answer_gets_full_marks() -> None:
    """Either of two right labels counts, and contradicted is not shown; only the score of b is off."""
    found = measure_job(JOB, RIGHT)
    assert (found.range_held, found.range_width) == (None, None)
    assert (found.acceptable, found.ndcg, found.tau, found.macro_f1, found.met_auc) == (True, 1, 1, 1, 1)
    assert found.score_error == 1.5


def test_ranges_are_measured_beside_the_scores() -> None:
    """Of three labelled scores (10, 5.5 and 1) two lie within their ranges, the bounds counted in."""
    ranged = replace(RIGHT, ranges={"a": (9.0, 10.0), "b": (6.0, 10.0), "c": (1.0, 2.0)})
    found = measure_job(JOB, ranged)
    assert found.range_held == pytest.approx(2 / 3)
    assert found.range_width == pytest.approx(2)
    system = measure_system(JUDGE, [JOB], [ranged])
    assert (system.range_held.value, system.range_width.value) == (found.range_held, found.range_width)


def test_a_wrong_answer_is_told_apart() -> None:
    """The reverse order, another winner and wrong labels cost in each measure."""
    wrong = replace(
        RIGHT,
        winner="c",
        order=("c", "b", "a"),
        labels={("a", "r1"): "not_shown", ("b", "r1"): "not_shown", ("c", "r1"): "met"},
        p_met={("a", "r1"): 0.1, ("b", "r1"): 0.1, ("c", "r1"): 0.9},
        scores={"a": 1.0, "b": 1.0, "c": 10.0},
    )
    found = measure_job(JOB, wrong)
    assert (found.acceptable, found.tau, found.macro_f1, found.met_auc) == (False, -1, 0, 0)
    assert found.ndcg is not None
    assert found.ndcg < 0.8
    assert found.score_error == pytest.approx((9 + 4.5 + 9) / 3)


def test_naming_no_one_is_right_only_where_no_one_is_acceptable() -> None:
    """Declining is an answer like any other."""
    declined = replace(RIGHT, winner=None)
    nobody = JOB.model_copy(update={"acceptable_winners": ()})
    assert not measure_job(JOB, declined).acceptable
    assert measure_job(nobody, declined).acceptable
    assert not measure_job(nobody, RIGHT).acceptable


@pytest.mark.parametrize("order", [("a", "b"), ("a", "b", "b"), ("a", "b", "c", "c")])
def test_an_order_that_loses_or_repeats_a_letter_is_refused(order: tuple[str, ...]) -> None:
    """Leaving hard letters out must never look like a good order."""
    with pytest.raises(ValueError, match="an order must hold each letter once"):
        measure_job(JOB, replace(RIGHT, order=order))


def test_a_system_without_labels_has_no_label_measures() -> None:
    """BM25 labels nothing: its F1, AUC and score error are not defined, its order is measured."""
    found = measure_system(BM25, [JOB, JOB], [Answer("a", ("a", "b", "c"))] * 2)
    assert (found.macro_f1.value, found.met_auc.value, found.score_error.value) == (None, None, None)
    assert (found.ndcg.value, found.ndcg.standard_error, found.ndcg.n) == (1.0, 0.0, 2)


def test_the_confidence_of_another_label_leaves_half_of_the_rest_to_met() -> None:
    """A sure "not shown" is an unlikely met; a met is as likely as it is sure."""
    assert met_probability(Finding("r1", "not_shown", 0.5, None)) == 0.25
    assert met_probability(Finding("r1", "not_shown", 1.0, None)) == 0.0


def test_a_whole_letter_is_cut_where_the_window_ends() -> None:
    """As many word pieces as asked for, and a short text stays as it is."""
    assert first_pieces("one two three four", 3) == "one two three "
    assert first_pieces("one two", 3) == "one two"


@pytest.fixture(scope="module")
def small() -> tuple[LabelledJob, ...]:
    """Two bundled jobs over the same twelve letters."""
    jobs = [job for job in bundled_jobs() if job.topic in {"sous-chef", "cloud-engineer"}]
    wanted = ("105", "107", "108", "110", "114", "115", "116", "132", "143", "145", "151", "209")
    return tuple(
        job.model_copy(
            update={
                "letters": tuple(letter for letter in job.letters if letter.letter_id in wanted),
                "labels": tuple(label for label in job.labels if label.letter_id in wanted),
            }
        )
        for job in jobs
    )


@pytest.fixture(scope="module")
def small_report(small: tuple[LabelledJob, ...]) -> JudgingReport:
    """The whole evaluation on the small jobs."""
    return measure_judging(small)


def test_every_system_answers_the_same_letters(small_report: JudgingReport) -> None:
    """One run, one store: the judge and the three baselines, each with all jobs, and labels where they give any."""
    assert [one.system for one in small_report.systems] == [JUDGE, *BASELINES]
    assert (small_report.jobs, small_report.letters, small_report.pairs) == (2, 24, 12 * 11)
    for system in small_report.systems:
        assert [job.topic for job in system.jobs] == ["sous-chef", "cloud-engineer"]
        assert system.ndcg.n == 2
    assert small_report.system(JUDGE).score_error.value is not None
    assert small_report.system(JUDGE).range_held.n == 2
    assert small_report.system(BM25).range_held.value is None
    assert small_report.system(BEST_SENTENCE).macro_f1.value is not None
    assert small_report.system(BEST_SENTENCE).score_error.value is None


def test_the_judge_orders_the_samples_better_than_bm25(small_report: JudgingReport) -> None:
    """A floor that any working judge passes: better than chance at labels, and an order above that of words alone."""
    judge, words = small_report.system(JUDGE), small_report.system(BM25)
    assert judge.met_auc.value is not None
    assert judge.met_auc.value > 0.8
    assert judge.ndcg.value is not None
    assert words.ndcg.value is not None
    assert judge.ndcg.value > words.ndcg.value


def test_the_same_letters_give_the_same_measures(
    small: tuple[LabelledJob, ...], small_report: JudgingReport
) -> None:
    """Letters in another order, in another store: not a digit changes."""
    shuffled = [job.model_copy(update={"letters": job.letters[::-1]}) for job in small]
    assert measure_judging(shuffled) == small_report


def test_the_table_and_the_json_show_the_same(
    small_report: JudgingReport, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person gets a table with errors and the number of jobs, a program numbers of at most 6 decimals."""
    shown = judging_json(small_report)
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    print_judging(small_report)
    table = capsys.readouterr().out
    assert "2 labelled jobs, 24 letters, 132 labelled (letter, requirement) pairs" in table
    assert all(name in table for name in (JUDGE, *BASELINES, "sous-chef", "cloud-engineer", "n = 2 jobs"))
    ndcg = small_report.system(JUDGE).ndcg
    assert f"{ndcg.value:.3f} ±{ndcg.standard_error:.3f}" in table
    assert max(len(line.rstrip()) for line in table.splitlines()) <= NARROWEST


def test_a_file_is_measured_and_printed_as_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing else stands on stdout; what a system does not give is null."""
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([JOB.model_dump(mode="json")]))
    assert main(path, json=True) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["jobs"], shown["letters"], shown["pairs"]) == (1, 1, 3, 3)
    assert [one["system"] for one in shown["systems"]] == [JUDGE, *BASELINES]
    assert shown["systems"][0]["ndcg"]["n"] == 1
    assert shown["systems"][1]["macro_f1"] == {"value": None, "standard_error": None, "n": 1}


@needs_gold
@pytest.mark.slow
def test_the_judge_beats_the_three_baselines_on_the_labelled_jobs(capsys: pytest.CaptureFixture[str]) -> None:
    """Six jobs of real letters: a higher acceptable-winner rate, nDCG and tau than each, and better labels."""
    assert main(GOLD, json=True) == 0
    systems = {one["system"]: one for one in json.loads(capsys.readouterr().out)["systems"]}
    judge = systems[JUDGE]
    for name in BASELINES:
        for measure in ("acceptable_winner", "ndcg", "kendall_tau"):
            assert judge[measure]["value"] > systems[name][measure]["value"], (name, measure)
    for measure in ("macro_f1", "met_auc"):
        assert judge[measure]["value"] > systems[BEST_SENTENCE][measure]["value"], measure

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from agents.judges.labels import LabelsJudge
from agents.judging import LetterFailed, LetterReader
from agents.llms import LLMError
from agents.loading import load_local_llm
from agents.registry import PipelineError
from agents.replay import rejudge, replay
from agents.report import render_report, verdict_bytes, verdict_json
from agents.screening import open_engine
from agents.verdict import Finding, Prose, Requirement, Verdict
from ingestion.ingest import ingest
from ingestion.letter_embedder import LetterEmbedder
from ingestion.records import LetterMaterial, StoreError
from ingestion.schema import sentence_vector
from ingestion.store import Store
from ui.exports import ranking_rows, summary_rows

JOB = "We need a cook with five years of experience and a food safety certificate"
REQUIREMENTS = (
    Requirement("cooking", "five years of cooking experience", "must", 2.0),
    Requirement("safety", "food safety certificate", "must", 2.0),
)
LETTERS = {
    "10": "I have nine years of cooking experience in hotels. I hold a food safety certificate. I led a team of six.",
    "9": "My name is Ada Byron. Baking is my trade, and I bake bread every night.",
    "2": "My work is nursing. I worked nights on a ward for children, and I enjoy it.",
    "33": "For five years I drove a forklift in a cold store. I am never late.",
}


@pytest.fixture(scope="module")
def llm(tiny_llm_folders: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A random Qwen2 with a chat template, by its folder; it reads four letters at once."""
    folder = shutil.copytree(tiny_llm_folders("qwen2"), tmp_path_factory.mktemp("wide") / "tiny")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(
        json.dumps(config | {"max_position_embeddings": 4096}), encoding="utf-8"
    )
    return str(folder)


@pytest.fixture
def store(embedder: LetterEmbedder, tmp_path: Path) -> Iterator[Store]:
    """Four letters, one with a known applicant."""
    rows = [
        json.dumps({"id": one, "text": text, "name": "Ada Byron" if one == "9" else None})
        for one, text in LETTERS.items()
    ]
    (tmp_path / "letters.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with Store.open(tmp_path / "store", create=True) as opened:
        ingest(opened, embedder, [str(tmp_path / "letters.jsonl")])
        yield opened


def screen(store: Store, llm: str, strategy: str | None = None, **options: object) -> Verdict:
    """The verdict of one screening with the tiny model."""
    engine = open_engine(store, requirements=REQUIREMENTS, strategy=strategy, llm=llm, **options)  # type: ignore[arg-type]
    return engine.query(JOB).metadata["verdict"]  # pyright: ignore[reportOptionalSubscript]


def test_a_model_that_is_named_judges_by_labels(store: Store, llm: str) -> None:
    """Every letter has findings whose quotes are its own words, and the model stands in the fingerprint."""
    verdict = screen(store, llm)
    assert (verdict.strategy, verdict.comparison_only) == ("labels", False)
    assert {ranked.assessment.letter_id for ranked in verdict.ranking} == set(LETTERS)
    for ranked in verdict.ranking:
        text = LETTERS[ranked.assessment.letter_id]
        for finding in ranked.assessment.findings:
            quote = finding.quote
            assert quote is None or text[quote.start : quote.end] == quote.text
    assert verdict.pipeline["given"] == {"llm": llm}
    judge = verdict.pipeline["judge"]
    assert isinstance(judge, dict)
    assert isinstance(judge["llm"], dict)
    assert judge["llm"]["model"] == Path(llm).name


def test_the_same_screening_gives_the_same_findings_and_replays_to_the_same_bytes(
    store: Store, llm: str
) -> None:
    """Promise 6, for a language model."""
    one, other = screen(store, llm), screen(store, llm)
    assert one.ranking == other.ranking
    assert verdict_bytes(replay(store, one.screening_id)) == verdict_bytes(one)
    again = rejudge(store, one.screening_id)
    assert (again.labels, again.changes, again.gone, again.failed) == (8, (), (), ())


@pytest.mark.parametrize("strategy", ["listwise", "pairwise"])
def test_a_comparison_says_what_it_is(strategy: str, store: Store, llm: str) -> None:
    """Headed as such everywhere, without findings, one score, everyone else named with a reason."""
    verdict = screen(store, llm, strategy)
    assert verdict.comparison_only
    assert verdict.winner is not None
    assert verdict.winner.letter_id in LETTERS
    assert 1 <= verdict.winner.score <= 10
    assert [ranked.assessment.findings for ranked in verdict.ranking] == [()]
    assert {one.letter_id for one in verdict.unjudged} == set(LETTERS) - {verdict.winner.letter_id}
    assert all(one.reason.startswith("comparison only") for one in verdict.unjudged)
    report = render_report(verdict)
    assert report.startswith("COMPARISON ONLY")
    assert f"\nWINNER ID: {verdict.winner.letter_id} " in report
    assert "\nNOT SCORED (3)\n" in report
    assert "\nRANKING" not in report
    found = verdict_json(verdict)
    assert (found["comparison_only"], found["judged"], found["pool"]) == (True, 0, 4)
    assert [len(row) for row in ranking_rows(verdict)] == [len(next(iter(ranking_rows(verdict))))] * 5
    assert ["strategy", f"{strategy} (comparison only)"] in list(summary_rows(verdict))
    assert verdict_bytes(replay(store, verdict.screening_id)) == verdict_bytes(verdict)
    with pytest.raises(PipelineError, match="gives none"):
        rejudge(store, verdict.screening_id)


def test_erasing_the_pick_of_a_comparison_leaves_nobody_named(store: Store, llm: str) -> None:
    """The model's words go with any letter, since they may speak of it."""
    verdict = screen(store, llm, "listwise")
    assert verdict.winner is not None
    other = next(one for one in verdict.unjudged)
    with store.writing() as tx:
        tx.erase_letter(other.letter_key)
    assert replay(store, verdict.screening_id).winner is not None
    assert "own words" in render_report(verdict)
    assert "own words" not in render_report(replay(store, verdict.screening_id))
    with store.writing() as tx:
        tx.erase_letter(verdict.ranking[0].assessment.letter_key)
    after = replay(store, verdict.screening_id)
    assert (after.winner, after.ranking) == (None, ())
    assert "was erased" in (after.declined_because or "")


def failing_on(letter_id: str) -> Callable[..., LetterReader]:
    """A labels reader that fails on one letter."""

    def reader(self: LabelsJudge, requirements: object) -> LetterReader:
        def read(material: LetterMaterial) -> tuple[Finding, ...]:
            if material.letter.letter_id == letter_id:
                raise LetterFailed("memory ran out twice")
            return tuple(Finding(one.id, "not_shown", 0.5, None) for one in REQUIREMENTS)

        return read

    return reader


def test_a_failed_letter_stands_unjudged_or_the_evidence_judge_reads_all(
    store: Store, llm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --fallback the whole pool is judged again, by the evidence judge, and the verdict says so."""
    monkeypatch.setattr(LabelsJudge, "reader", failing_on("2"))
    alone = screen(store, llm)
    assert [(one.letter_id, one.reason) for one in alone.unjudged] == [("2", "memory ran out twice")]
    assert alone.strategy == "labels"
    fallen = screen(store, llm, fallback="evidence")
    assert (fallen.strategy, fallen.unjudged) == ("evidence", ())
    assert [notice.code for notice in fallen.warnings] == ["fallback"]
    evidence = open_engine(store, requirements=REQUIREMENTS).query(JOB).metadata["verdict"]  # pyright: ignore[reportOptionalSubscript]
    assert fallen.ranking == evidence.ranking
    assert fallen.pipeline["judge"] == evidence.pipeline["judge"]
    assert rejudge(store, fallen.screening_id).changes == ()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"llm": "qwen2.5-3b"}, LLMError, "Qwen/Qwen2.5-3B", id="weights that are not here"),
        pytest.param(
            {"strategy": "evidence", "fallback": "evidence"},
            PipelineError,
            "--fallback goes with --strategy labels",
            id="a fallback for the fallback",
        ),
        pytest.param(
            {"llm": "x", "fallback": "labels"},
            PipelineError,
            "--fallback must be evidence",
            id="another fallback",
        ),
        pytest.param(
            {"strategy": "evidence", "llm": "qwen2.5-3b", "prose": True},
            LLMError,
            "Qwen/Qwen2.5-3B",
            id="weights of the writer that are not here",
        ),
        pytest.param({"prose": True}, PipelineError, "--prose needs a language model", id="prose by nobody"),
        pytest.param(
            {"llm": "x", "strategy": "listwise", "prose": True},
            PipelineError,
            "--prose is written from findings",
            id="prose of no findings",
        ),
    ],
)
def test_what_cannot_run_is_refused_before_the_start(
    options: dict[str, object], error: type[Exception], message: str, store: Store
) -> None:
    """Rule, value and remedy; nothing is judged and nothing is kept."""
    with pytest.raises(error, match=message):
        open_engine(store, **options)  # type: ignore[arg-type]
    assert store.screenings() == []


def test_the_model_that_writes_prose_stands_in_the_fingerprint(store: Store, llm: str) -> None:
    """The evidence judge needs no model, so nothing else would tell whose sentences these are."""
    verdict = screen(store, llm, "evidence", prose=True)
    written = verdict.pipeline["prose"]
    assert isinstance(written, dict)
    assert written["llm"] == load_local_llm(llm).fingerprint()


def test_prose_about_a_letter_erased_meanwhile_is_not_kept(
    store: Store, llm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erasing a person removes every byte: also what a model is writing about them at that moment."""

    def erased_while_writing(model: object, verdict: Verdict, letters: object) -> Prose:
        with store.writing() as tx:
            tx.erase_letter(verdict.ranking[0].assessment.letter_key)
        return Prose(("Letter 10 shows five years of cooking [cooking].",), 0)

    monkeypatch.setattr("agents.prose.write_prose", erased_while_writing)
    verdict = screen(store, llm, "evidence", prose=True)
    assert store.screening_texts(verdict.screening_id, "prose") == []
    assert verdict.prose is None


def test_a_writer_that_runs_out_of_memory_costs_the_sentences_alone(
    store: Store, llm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict stands, and says why there are no sentences."""

    def too_large(model: object, verdict: Verdict, letters: object) -> Prose:
        raise MemoryError

    monkeypatch.setattr("agents.prose.write_prose", too_large)
    verdict = screen(store, llm, "evidence", prose=True)
    assert verdict.winner is not None
    assert verdict.prose == Prose((), 0, "memory ran out while the model wrote")


def test_the_fallbacks_vectors_must_be_there_before_the_start(
    llm: str, tmp_path: Path, embedder: LetterEmbedder
) -> None:
    """A posting without them would fail after an hour of judging: it is refused, with the command to run."""
    with Store.open(tmp_path / "store", create=True) as opened:
        (tmp_path / "one.txt").write_text(LETTERS["10"], encoding="utf-8")
        ingest(opened, embedder, [str(tmp_path / "one.txt")])
        with opened.writing() as tx:
            tx.connection.execute(delete(sentence_vector))
        with pytest.raises(StoreError, match="winnow embed --pipeline offline --posting default"):
            open_engine(opened, llm=llm, fallback="evidence")

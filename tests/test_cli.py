from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from ingestion.samples import DEMO_JOB, intake_truth, jobs, letters_folder, truth
from ui.cli import main

COMMANDS = [
    ["ingest"],
    ["screen"],
    ["replay"],
    ["embed"],
    ["erase"],
    ["doctor"],
    ["demo"],
    ["ui"],
    ["ask"],
    ["compare"],
    ["decide"],
    ["ledger", "verify"],
    ["ledger", "show"],
    ["eval", "judging"],
    ["eval", "retrieval"],
    ["eval", "letters"],
    ["train"],
    ["write"],
]
JOB = jobs()[DEMO_JOB]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


Winnow = Callable[..., Ran]


@pytest.fixture
def winnow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Winnow:
    """Runs the command line in this process, in an empty folder, the way the installed script does."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["winnow", *map(str, arguments)])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example(command: list[str], winnow: Winnow) -> None:
    """`--help` ends with a line that can be typed."""
    helped = winnow(*command, "--help")
    assert helped.status == 0
    assert f"Example: winnow {' '.join(command)}" in " ".join(helped.out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["screen"], "TEXT or with --job-file, but got neither", id="no job"),
        pytest.param(["screen", "x", "--job-file", "-"], "but got both", id="two jobs"),
        pytest.param(["screen", "  "], "must not be empty", id="blank job"),
        pytest.param(
            ["screen", str(JOB.text_path)], "TEXT must be the job description itself", id="a path as the job"
        ),
        pytest.param(["screen", "--job-file", "no.txt"], "--job-file must be a file, but", id="no job file"),
        pytest.param(
            ["screen", "x", "--requirements", "no.json"], "--requirements must be a file", id="no file"
        ),
        pytest.param(["screen", "x", "--top-k", "0"], "--top-k must be at least 1, but got 0", id="top-k"),
        pytest.param(["screen", "x", "--pipeline", "z"], "--pipeline must be one of offline", id="pipeline"),
        pytest.param(["screen", "x", "--strategy", "z"], "--strategy must be one of evidence", id="strategy"),
        pytest.param(["screen", "x", "--prose"], "--prose needs a language model, but", id="prose by nobody"),
        pytest.param(
            ["screen", "x", "--fallback", "evidence"],
            "--fallback goes with --strategy labels, but --strategy is evidence",
            id="a fallback for the fallback",
        ),
        pytest.param(["screen", "x", "--retrieval", "z"], "'hybrid', 'dense', 'bm25'", id="retrieval"),
        pytest.param(
            ["screen", "x", "--csv", "no/where.csv"], "the folder of no/where.csv must", id="folder"
        ),
        pytest.param(["ingest"], "Missing argument 'PATH", id="no path"),
        pytest.param(["demo", "--job", "z"], f"--job must be one of {DEMO_JOB}", id="demo job"),
        pytest.param(["ui", "--port", "80"], "--port must be between 1024 and 65535, but got 80", id="port"),
        pytest.param(["eval", "judging", "no.json"], "does not exist", id="no labelled file"),
        pytest.param(["nothing"], "No such command 'nothing'", id="no such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    arguments: list[str], message: str, winnow: Winnow
) -> None:
    """The rule and the value stand on stderr; stdout stays empty."""
    ran = winnow(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert message in " ".join(ran.err.replace("│", " ").split())


def test_an_unknown_winnow_variable_is_wrong_usage(winnow: Winnow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt WINNOW_STORE must not quietly open another store."""
    monkeypatch.setenv("WINNOW_STOER", "x")
    ran = winnow("screen", "We need a cook")
    assert ran.status == 2
    assert "WINNOW_STOER" in ran.err


def test_a_store_that_is_not_there_is_a_failure_in_one_line(winnow: Winnow, tmp_path: Path) -> None:
    """No traceback: what is missing and what to do."""
    ran = winnow("screen", "We need a cook", "--store", tmp_path / "none")
    assert ran.status == 1
    assert ran.out == ""
    assert ran.err.startswith("winnow: ")
    assert ran.err.count("\n") == 1


def test_ingest_reports_every_row_and_ends_with_3_when_some_are_refused(
    winnow: Winnow, tmp_path: Path
) -> None:
    """Counts on stdout, each refusal with its source and remedy on stderr; the second run changes nothing."""
    expected = intake_truth()
    first = winnow("ingest", letters_folder(), "--store", tmp_path / "s", "--json")
    assert first.status == 3
    report = json.loads(first.out)
    assert first.out.count("\n") == 1
    assert report["counts"]["refused"] == len(expected.refused)
    assert report["counts"]["stored"] + report["counts"]["duplicate"] == expected.letters
    assert len(report["refused"]) == len(expected.refused)
    assert first.err.count("refused: ") == len(expected.refused)
    second = winnow("ingest", letters_folder(), "--store", tmp_path / "s", "--json")
    again = json.loads(second.out)
    assert again["counts"]["unchanged"] == expected.letters
    assert again["counts"]["stored"] == 0


def test_ingest_says_in_words_what_it_read(winnow: Winnow, own_store: Path) -> None:
    """A person sees how many letters there are and what became of them."""
    ran = winnow("ingest", letters_folder(), "--store", own_store)
    assert ran.status == 3
    words = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert words[0].startswith(f"{intake_truth().letters} letters read into posting default")
    assert words[1:] == [f"{intake_truth().letters} unchanged", f"{len(intake_truth().refused)} refused"]


def test_screen_prints_the_contracts_json_and_nothing_else(winnow: Winnow, own_store: Path) -> None:
    """One JSON object on stdout with every key that other programs rely on; every letter is in it."""
    ran = winnow("screen", "--job-file", JOB.text_path, "--store", own_store, "--json")
    assert ran.status == 0
    assert ran.out.count("\n") == 1
    verdict = json.loads(ran.out)
    assert list(verdict) == [
        "schema",
        "screening_id",
        "strategy",
        "posting",
        "winner",
        "declined_because",
        "ranking",
        "unjudged",
        "judged",
        "pool",
        "warnings",
        "pipeline",
        "seconds",
    ]
    assert verdict["winner"]["letter_id"] in truth()[DEMO_JOB].acceptable_winners
    assert verdict["judged"] + len(verdict["unjudged"]) == verdict["pool"] == intake_truth().letters
    assert {one["letter_id"] for one in verdict["unjudged"]} == set(intake_truth().unjudged)


def test_screen_takes_requirements_from_a_file_and_a_job_from_stdin(
    winnow: Winnow, own_store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given ids are kept, and --job-file - reads a pipe."""
    wanted = tmp_path / "requirements.json"
    wanted.write_text('[{"text": "food safety certificate", "kind": "must", "id": "food"}]', encoding="utf-8")
    with JOB.text_path.open(encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        ran = winnow(
            "screen",
            "--job-file",
            "-",
            "--requirements",
            wanted,
            "--store",
            own_store,
            "--json",
            "--top-k",
            "5",
        )
    verdict = json.loads(ran.out)
    assert [one["id"] for one in verdict["posting"]["requirements"]] == ["food"]
    assert verdict["judged"] == 5


def test_screen_prints_the_report_in_the_seeds_form(winnow: Winnow, own_store: Path) -> None:
    """WINNER ID, MATCH SCORE and DECISION RATIONALE, then the ranking, then how to find the screening again."""
    ran = winnow("screen", JOB.text, "--store", own_store)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("WINNER ID: ")
    assert "MATCH SCORE: " in lines[0]
    assert lines[1].startswith("DECISION RATIONALE: ")
    assert "RANKING" in lines
    assert lines[-1].startswith("screening s-")


def test_exports_hold_one_row_a_letter(winnow: Winnow, own_store: Path, tmp_path: Path) -> None:
    """CSV and XLSX carry the same ranking, letters not judged included."""
    table, book = tmp_path / "ranking.csv", tmp_path / "ranking.xlsx"
    ran = winnow("screen", JOB.text, "--store", own_store, "--csv", table, "--xlsx", book)
    assert ran.status == 0
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == intake_truth().letters
    sheet = openpyxl.load_workbook(book)["ranking"]
    assert [str(row[1].value) for row in sheet.iter_rows(min_row=2)] == [row["letter id"] for row in rows]


def test_replay_prints_the_same_bytes(winnow: Winnow, own_store: Path) -> None:
    """The stored findings give the screening's own JSON again, and judging again changes no label."""
    screened = winnow("screen", JOB.text, "--store", own_store, "--json")
    screening_id = json.loads(screened.out)["screening_id"]
    assert winnow("replay", screening_id, "--store", own_store, "--json").out == screened.out
    again = winnow("replay", screening_id, "--store", own_store, "--rejudge")
    assert again.status == 0
    assert "0 differ" in again.out


def test_an_unknown_screening_is_named(winnow: Winnow, own_store: Path) -> None:
    """A wrong id fails and is repeated back."""
    ran = winnow("replay", "s-nothing", "--store", own_store)
    assert ran.status == 1
    assert "s-nothing" in ran.err


def test_erase_asks_first(winnow: Winnow, own_store: Path) -> None:
    """Without a person to ask and without --yes nothing is removed."""
    ran = winnow("erase", "112", "--store", own_store)
    assert ran.status == 2
    assert "--yes" in ran.err
    assert winnow("erase", "112", "--store", own_store, "--yes").status == 0


def test_an_erased_letter_is_gone(winnow: Winnow, own_store: Path) -> None:
    """It can't be erased twice, and the next screening does not have it."""
    erased = winnow("erase", "112", "--store", own_store, "--yes", "--json")
    assert json.loads(erased.out)["letter_id"] == "112"
    again = winnow("erase", "112", "--store", own_store, "--yes")
    assert again.status == 1
    assert "112" in again.err
    verdict = json.loads(winnow("screen", JOB.text, "--store", own_store, "--json").out)
    assert verdict["pool"] == intake_truth().letters - 1


def test_embed_adds_only_what_is_missing(winnow: Winnow, own_store: Path) -> None:
    """After an ingest with the same pipeline there is nothing to embed."""
    ran = winnow("embed", "--pipeline", "offline", "--store", own_store, "--json")
    assert json.loads(ran.out) == {"schema": 1, "pipeline": "offline", "embedded": {"default": 0}}


def test_doctor_says_a_line_a_pipeline(winnow: Winnow) -> None:
    """What runs here is ready; what does not says what it lacks. A line a language model follows."""
    words = winnow("doctor").out.splitlines()
    report = json.loads(winnow("doctor", "--json").out)
    rows = [*report["pipelines"], {"name": "documents", **report["documents"]}, *report["llms"]]
    assert [row["name"] for row in rows] == [line.split()[0] for line in words]
    assert rows[0] == {"name": "offline", "ready": True, "missing": None}
    for row, line in zip(rows, words, strict=True):
        assert (row["missing"] or "ready") in line


def test_a_letter_cannot_steer_the_terminal(winnow: Winnow, tmp_path: Path) -> None:
    """Escape sequences in a letter and its id are written out, in the report and in what ingest says."""
    letters = tmp_path / "letters.csv"
    with letters.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["letter_id", "text"])
        writer.writerow(
            ["7", "I hold a food safety certificate\x1b[2J\u202e and have cooked for nine years."]
        )
    read = winnow("ingest", letters, "--store", tmp_path / "s")
    screened = winnow("screen", "We need a cook with a food safety certificate", "--store", tmp_path / "s")
    listed = winnow(
        "screen", "We need a cook with a food safety certificate", "--store", tmp_path / "s", "--json"
    )
    for printed in (read.out, read.err, screened.out, screened.err, listed.out, listed.err):
        assert "\x1b" not in printed
        assert "\u202e" not in printed


def test_several_postings_and_none_named_is_an_error(winnow: Winnow, tmp_path: Path) -> None:
    """Which posting to screen is never guessed; the message names them."""
    letter = tmp_path / "letter.txt"
    letter.write_text("I have cooked for nine years and hold a food safety certificate.", encoding="utf-8")
    for posting in ("kitchen", "bar"):
        assert winnow("ingest", letter, "--store", tmp_path / "s", "--posting", posting).status == 0
    ran = winnow("screen", "We need a cook with a food safety certificate", "--store", tmp_path / "s")
    assert ran.status == 1
    assert "kitchen" in ran.err
    assert "bar" in ran.err


def test_the_demo_tells_the_whole_story(demo_output: str) -> None:
    """What was read, the job, its requirements, a winner that the planted truth accepts, the ranking, the times."""
    lines = demo_output.splitlines()
    headings = [line for line in lines if line in {"JOB", "REQUIREMENTS", "RANKING"}]
    assert headings == ["JOB", "REQUIREMENTS", "RANKING"]
    assert lines[0].startswith(f"{intake_truth().letters} letters read")
    assert sum(line.startswith("refused: ") for line in lines) == len(intake_truth().refused)
    assert "duplicate: letter 211: the same text as 112" in lines
    found = next(line for line in lines if line.startswith("WINNER ID: "))
    assert found.split()[2] in truth()[DEMO_JOB].acceptable_winners
    assert lines[-1].startswith("SECONDS")


def test_the_installed_command_runs_in_a_pipe(own_store: Path, tmp_path: Path) -> None:
    """A fresh process finds the store in its folder, prints one JSON object and no progress bar, and ends with 3."""
    own_store.rename(tmp_path / ".winnow")
    done = subprocess.run(
        [str(Path(sys.executable).parent / "winnow"), "ingest", str(letters_folder()), "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert json.loads(done.stdout)["counts"]["unchanged"] == intake_truth().letters
    assert "━" not in done.stderr

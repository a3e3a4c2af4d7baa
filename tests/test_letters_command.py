from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli import app

ROWS = [
    ("Cook", "pastry", "Blue Fig", "I make pastry and I would like to cook at Blue Fig."),
    ("Welder", "welding", "Ironworks", "I weld steel and I would like to work at Ironworks."),
    ("Nurse", "wound care", "Elm Home", "I care for wounds and I would like to work at Elm Home."),
]


def table(path: Path, rows: list[tuple[str, str, str, str]]) -> str:
    """A table of letters with the seed's columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Job Title", "Skillsets", "Hiring Company", "Cover Letter", "Preferred Qualifications"]
        )
        writer.writerows([*row, f"Experience in {row[1]}"] for row in rows)
    return str(path)


@pytest.fixture
def tables(tmp_path: Path) -> list[str]:
    """Arguments for a train table of one letter and a test table of two."""
    return [table(tmp_path / "train.csv", ROWS[:1]), "--test", table(tmp_path / "test.csv", ROWS[1:])]


def run(*arguments: str) -> tuple[int, str, str]:
    """`winnow eval letters` in this process: status, stdout, stderr."""
    done = CliRunner().invoke(app, ["eval", "letters", *arguments])
    return done.exit_code, done.stdout, " ".join(done.stderr.replace("│", " ").split())


def ready(path: Path, writer: str = "someone", **more: str) -> str:
    """A file of letters for both test applications."""
    lines = [
        {"id": f"test.csv row {row}", "writer": writer, "letter": f"I do {skill}.", **more}
        for row, (_, skill, _, _) in enumerate(ROWS[1:])
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def test_the_template_is_measured_without_a_model(tables: list[str]) -> None:
    """The default writer covers the fields and makes nothing up."""
    status, out, err = run(*tables, "--json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    template = answer["writers"][0]
    assert (template["writer"], answer["applications"], answer["base"]) == ("template", 2, None)
    assert template["measures"]["made_up"]["value"] == 0.0
    assert template["measures"]["coverage"]["value"] == 1.0


def test_a_model_and_ready_letters_are_compared(
    tables: list[str], tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """Every writer gets a column, the reports are written, and the letters can be measured again."""
    out = tmp_path / "report"
    model = tiny_llm_folders("qwen2")
    arguments = ["--writer", "template", "--writer", str(model), "--letters", ready(tmp_path / "ready.jsonl")]
    status, said, err = run(*tables, *arguments, "--max-tokens", "32", "--out", str(out), "--judge")
    assert status == 0, err
    assert said.split("\n")[0].split()[:3] == ["template", model.name, "someone"]
    assert "Judge: evidence (offline), 2 applications" in said
    assert sorted(path.name for path in out.iterdir()) == [
        "letters.html",
        "letters.json",
        "letters.jsonl",
        "letters.md",
    ]
    first = json.loads((out / "letters.json").read_text("utf-8"))
    status, again, err = run(*tables, "--letters", str(out / "letters.jsonl"), "--json")
    assert status == 0, err
    assert [one["letters"] for one in json.loads(again)["writers"]] == [
        one["letters"] for one in first["writers"]
    ]


def test_a_split_that_leaks_says_so(tmp_path: Path) -> None:
    """Test letters that stand in train are counted aloud."""
    both = table(tmp_path / "both.csv", ROWS)
    status, out, _ = run(both, "--test", both)
    assert status == 0
    assert "The split leaks: of 3 test letters, 3 answer a job ad that stands in train" in out


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("nothing", "line 1 must be a JSON object"),
        ('{"id": "x", "writer": "w"}', "line 1 must be {id, writer, letter, model?}"),
        ('{"id": "x", "writer": "w", "letter": "a"}', "2 are missing"),
    ],
    ids=["no JSON", "no letter", "unknown id"],
)
def test_ready_letters_that_do_not_fit_are_refused(
    tables: list[str], tmp_path: Path, lines: str, message: str
) -> None:
    """Where, which rule, and what stood there."""
    file = tmp_path / "bad.jsonl"
    file.write_text(lines + "\n", encoding="utf-8")
    status, out, err = run(*tables, "--letters", str(file))
    assert (status, out) == (2, "")
    assert message in err


def test_a_model_does_not_judge_its_own_letters(
    tables: list[str], tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """Judge and writer are never one model unless it is said; the refusal names the model and comes before any work."""
    model = tiny_llm_folders("qwen2")
    letters = ready(tmp_path / "ready.jsonl", model=f"elsewhere/{model.name}")
    status, out, err = run(*tables, "--letters", letters, "--judge", "--llm", str(model))
    assert (status, out) == (2, "")
    assert "a judge must not be the model that wrote the letters" in err
    assert "or say --same-model" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--writer", "template", "--writer", "template"], "each --writer must be given once"),
        (["--base", "other"], "--base must be one of template, but got 'other'"),
        (["--temperature", "0"], "--temperature must be above 0"),
        (["--judge", "--pipeline", "none"], "--pipeline must be one of"),
    ],
    ids=["twice", "base", "temperature", "pipeline"],
)
def test_wrong_usage_is_exit_2(tables: list[str], arguments: list[str], message: str) -> None:
    """The flag, the rule and the value are said."""
    status, out, err = run(*tables, *arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_an_adapter_of_another_split_is_told(
    tables: list[str], tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """An adapter's own record says which letters it did not learn from; others may be its training letters."""
    from training.record import data_fingerprint
    from training.splits import Split
    from training.tables import read_examples
    from ui.commands.letters import _other_split

    adapter = tmp_path / "adapter"
    adapter.mkdir()
    settings = {"base_model_name_or_path": str(tiny_llm_folders("qwen2"))}
    (adapter / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    test = read_examples(tables[2]).examples
    split = Split((), (), test, "")

    def recorded(fingerprint: str) -> str | None:
        record = {"plan": {"data": {"fingerprints": {"test": fingerprint}}}}
        (adapter / "training.json").write_text(json.dumps(record), encoding="utf-8")
        return _other_split(str(adapter), split)

    assert recorded(data_fingerprint(test)) is None
    assert "adapter was trained with another split" in str(recorded("sha256:other"))
    assert _other_split("template", split) is None

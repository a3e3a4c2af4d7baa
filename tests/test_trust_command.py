from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli import app

NAMES = {"A": ["LI WU"], "W": ["ADA BYRNE"]}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """A folder as the audit published it, with four names."""
    for file in ("top_mens_names.json", "top_womens_names.json"):
        (tmp_path / file).write_text(json.dumps(NAMES), encoding="utf-8")
    return tmp_path


def test_the_result_is_one_json_object(names: Path) -> None:
    """On stdout; what is said about the work goes to stderr."""
    letters = names / "letters.csv"
    letters.write_text('letter_id,text\n1,"I cook at Ford.\n\nSincerely,\nAda Byrne"\n', encoding="utf-8")
    done = CliRunner().invoke(
        app,
        [
            "eval",
            "trust",
            "--names",
            str(names),
            "--no-screen",
            "--json",
            "--letters",
            str(letters),
            "--sample",
            "1",
        ],
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["names"], found["letters"], found["holds"], found["screened"]) == (4, 20, True, None)
    assert [(one["name_known"], one["pairs"], one["rate"]) for one in found["swaps"]] == [
        (True, 80, 1.0),
        (False, 80, 1.0),
    ]
    (counted,) = found["masks"].values()
    assert (counted["kinds"], counted["sample"][0]["masked"]) == ({"name": 1}, "Ada Byrne")


def test_the_table_names_every_group(names: Path) -> None:
    """And says whether the promise holds."""
    done = CliRunner().invoke(app, ["eval", "trust", "--names", str(names), "--no-screen", "--every", "2"])
    assert done.exit_code == 0, done.output
    assert "Asian women" in done.stdout
    assert "Holds" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--names", "nowhere"], "top_mens_names.json"), (["--names", ".", "--sample", "3"], "--letters")],
    ids=["no names", "a sample of nothing"],
)
def test_wrong_usage_ends_with_status_2(arguments: list[str], said: str) -> None:
    """With the rule and the remedy."""
    done = CliRunner().invoke(app, ["eval", "trust", *arguments])
    assert done.exit_code == 2
    assert said in done.stderr

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingestion.samples import DEMO_JOB, intake_truth, jobs, truth
from ui.commands.serve import APP

MARKS_UP = {
    "markdown",
    "html",
    "write",
    "error",
    "warning",
    "info",
    "success",
    "caption",
    "header",
    "subheader",
    "title",
}


def page(store: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The dashboard's page on a store, drawn once."""
    monkeypatch.setenv("WINNOW_STORE", str(store))
    return AppTest.from_file(str(APP), default_timeout=120).run()


def test_a_screening_shows_the_report_and_the_ranking(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paste a job, press the button, read the winner and every judged letter in a table."""
    drawn = page(own_store, monkeypatch)
    assert not drawn.exception
    assert drawn.selectbox[0].options == ["default"]
    drawn.text_area[0].set_value(jobs()[DEMO_JOB].text)
    drawn.button[0].click().run()
    assert not drawn.exception
    report = drawn.text[0].value
    assert report.split()[2] in truth()[DEMO_JOB].acceptable_winners
    assert len(drawn.dataframe[0].value) == intake_truth().letters - len(intake_truth().unjudged)


def test_a_blank_job_is_asked_for(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is screened by an empty job description."""
    drawn = page(own_store, monkeypatch)
    drawn.button[0].click().run()
    assert drawn.warning[0].value == "Paste a job description first."
    assert not drawn.dataframe


def test_a_store_that_is_not_there_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first visit says how to read letters in."""
    drawn = page(tmp_path / "none", monkeypatch)
    assert not drawn.exception
    assert "winnow ingest" in drawn.info[0].value


def test_what_marks_up_takes_fixed_words_only() -> None:
    """Everything that Streamlit draws as markdown or HTML gets a literal, so a letter can't mark up the page."""
    calls = [
        node
        for node in ast.walk(ast.parse(APP.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "st"
        and node.func.attr in MARKS_UP
    ]
    assert calls
    for call in calls:
        assert all(isinstance(argument, ast.Constant) for argument in call.args), ast.unparse(call)
        assert "unsafe_allow_html" not in {keyword.arg for keyword in call.keywords}

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingestion.store import Store
from training.writer import TemplateWriter, Written
from ui.dashboard import writers
from ui.dashboard.work import Job
from ui.dashboard.writers import WriterChoice
from ui.screens import write

SCRIPT = "from ui.screens import write\nwrite.page()"
HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/p.png)"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page on an empty store, drawn once."""
    monkeypatch.setenv("WINNOW_STORE", str(tmp_path / "store"))
    drawn = AppTest.from_string(SCRIPT, default_timeout=120).run()
    assert not drawn.exception
    return drawn


def written(page: AppTest) -> AppTest:
    """The page once the letters are written."""
    page.button(key="write_start").click().run()
    job = page.session_state[write.JOB]
    assert isinstance(job, Job)
    job.join(120)
    page.run()
    assert not page.exception
    return page


def filled(page: AppTest, **fields: str) -> AppTest:
    """The page with these fields filled in."""
    for name, value in fields.items():
        box = page.text_area if name not in {"job_title", "company", "applicant"} else page.text_input
        box(key=f"write_{name}").set_value(value)
    return page


def test_the_template_writes_without_a_model(page: AppTest) -> None:
    """Fields become a letter that states nothing else, and it can be downloaded."""
    written(
        filled(page, job_title="Data Engineer", company="Northwind", applicant="Jo Roe", skills="Python, SQL")
    )
    (body,) = [one.value for one in page.html]
    assert "Data Engineer" in body
    assert "Jo Roe" in body
    assert [one.value for one in page.success] == ["✓ It states nothing that your fields do not hold."]
    assert [one.label for one in page.download_button] == ["Download (.txt)"]


def test_a_letter_needs_its_job(page: AppTest) -> None:
    """Without the job's title the page asks for it, and writes nothing."""
    page.button(key="write_start").click().run()
    assert "Fill in the job" in page.warning[0].value
    assert not page.html


def test_what_a_writer_makes_up_is_listed_and_marked(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A skill that the fields do not hold is numbered in the letter and in the list."""

    def inventing(self: TemplateWriter, *_: object, **__: object) -> Written:
        return Written("I have used Kubernetes for 12 years at Northwind.")

    monkeypatch.setattr(TemplateWriter, "write", inventing)
    written(filled(page, job_title="Data Engineer", company="Northwind"))
    assert "Not in your fields: " in page.warning[0].value
    listed = list(page.dataframe[0].value["in the letter"])
    assert "Kubernetes" in listed
    assert "Kubernetes</mark>" in page.html[0].value


def test_hostile_fields_are_drawn_as_text(page: AppTest) -> None:
    """Whatever stands in a field, the letter shows it as text."""
    written(filled(page, job_title="Baker", applicant=HOSTILE))
    assert "<script" not in page.html[0].value
    assert "&lt;script&gt;" in page.html[0].value


def test_a_model_from_a_folder_writes_beside_the_template(
    page: AppTest, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """Each writer has a letter of its own next to the other's, or says why it has none."""
    page.text_input(key="write_model").set_value(str(tiny_llm_folders("qwen2")))
    page.run()
    written(filled(page, job_title="Baker"))
    assert next(one.value.replace("\\", "") for one in page.subheader).startswith("Template")
    assert len(page.subheader) == 2
    assert len(page.html) + len(page.error) == 2


def test_an_adapter_that_is_not_there_keeps_nobody_else_from_writing(page: AppTest, tmp_path: Path) -> None:
    """One writer's failure is told where its letter would stand; the template's letter stands."""
    page.text_input(key="write_adapter").set_value(str(tmp_path / "nothing"))
    page.run()
    written(filled(page, job_title="Baker"))
    assert len(page.html) == 1
    assert any("winnow train" in one.value for one in page.text)


def test_nothing_that_is_typed_is_stored(page: AppTest, tmp_path: Path) -> None:
    """After a letter no file of the store holds a word of it."""
    with Store.open(tmp_path / "store", create=True):
        pass
    written(filled(page, job_title="Zookeeper", applicant="Quentin Xylophone"))
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Xylophone" not in held


def test_a_login_takes_the_folders_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes from another machine does not choose what is loaded from this one's disk."""
    from ui.dashboard.access import LoginSettings

    monkeypatch.setenv("WINNOW_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(write, "require_access", lambda: None)
    monkeypatch.setattr(
        write, "configured_login", lambda: LoginSettings(configured=True, emails=frozenset({"a@b.c"}))
    )
    drawn = AppTest.from_string(SCRIPT, default_timeout=120).run()
    assert not drawn.exception
    assert "write_model" not in {one.key for one in drawn.text_input}


def test_a_writer_is_called_by_what_it_is() -> None:
    """The page tells a base model from an adapter on it."""
    assert WriterChoice("qwen2.5-3b", Path("runs/first")).words == "Adapter first on qwen2.5-3b"
    assert WriterChoice("template", Path("runs/first")).words == "Adapter first on its own base"


def test_models_that_are_not_here_say_what_they_lack() -> None:
    """Every model either can write here or has a reason."""
    here, missing = writers.models_here()
    assert set(here).isdisjoint(missing)
    assert all(missing.values())

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_under_test import draw_page, drawn_html, said, screen_for_pages
from screened_letters import POSTING, SCREENING, Written, screened

from ingestion.document import DocumentRefused
from ingestion.records import ScreeningSummary
from ingestion.samples import DEMO_JOB, truth
from ui.dashboard.choice import titles_of
from ui.dashboard.export_menu import exporting
from ui.dashboard.job_input import EXAMPLES, LONGEST_JOB, job_from_file
from ui.dashboard.letter_warnings import gathered
from ui.dashboard.pipeline_choice import PIPELINE_WORDS, STRATEGY_WORDS, Chosen, strategies_of
from ui.dashboard.result_filters import ResultFilter, id_of, rows_of
from ui.dashboard.work import Job
from ui.screens.screen import SCREENING_JOB, screening_work

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from agents.verdict import Verdict
    from ingestion.store import Store

ASKS = {"r1": "three years in a kitchen", "r2": "a food hygiene certificate"}
HOSTILE = (
    "<script>alert(1)</script> ![x](http://other.example/x.png) [y](javascript:alert(1)) =1+1 \u202eevil. "
    "I cooked for four years."
)
LETTERS = [
    Written("1", HOSTILE, "Ada Byron", {"r1": ("met", HOSTILE)}),
    Written(
        "2",
        "I, Carl Gauss, hold a certificate.",
        "Carl Gauss",
        {"r2": ("met", "I, Carl Gauss, hold a certificate"), "r1": ("partial", "hold a certificate")},
    ),
    Written("<b>3</b>", "Soy cocinera.", "Emmy Noether", unjudged="Spanish; this judge reads English"),
]


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """The folder of a store with a screening written by hand: a hostile letter, a name in a quote, one not judged."""
    folder = tmp_path / "by-hand"
    screened(folder, LETTERS, ASKS).close()
    return folder


def verdict_by_hand(folder: Path) -> tuple[Store, Verdict]:
    """That store, open, and its verdict."""
    from agents.stored_screening import stored_verdict
    from ingestion.store import Store

    store = Store.open(folder)
    return store, stored_verdict(store, SCREENING)


def no_exception(page: AppTest) -> AppTest:
    """The page, which must have been drawn to its end."""
    assert [one.message for one in page.exception] == []
    return page


def press(page: AppTest, words: str) -> AppTest:
    """Press the button that says so."""
    (button,) = [one for one in page.button if one.label == words]
    return no_exception(button.click().run())


def test_from_a_job_to_its_winner(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a job, read its requirements, leave one out, screen, and see the winner, everybody, and those not judged."""
    page = no_exception(draw_page("screen", own_store, monkeypatch))
    assert any("names and contacts are masked" in one.value for one in page.caption)
    page = no_exception(page.button(key=f"example-{DEMO_JOB}").click().run())
    page = press(page, "Read the requirements")
    table = page.data_editor[0].value
    assert list(table["kind"]) == ["must", "must", "must", "must", "nice", "nice"]
    no_exception(page.button(key="start_screening").click().run())
    assert [one.label for one in page.button] == ["Stop"]
    job = page.session_state[SCREENING_JOB]
    job.join(60)
    assert (job.state, job.failure) == ("done", "")
    page = no_exception(page.run())
    assert page.subheader[0].value in truth()[DEMO_JOB].acceptable_winners
    rows = [one.label for one in page.expander if "not shown" in one.label or "not judged" in one.label]
    assert len(rows) == 25
    assert "Spanish; this judge reads English (1)" in said(page)
    assert drawn_html(page).count("<tr>") == 26
    assert page.session_state["chosen_screening"] == job.result


def test_a_click_never_asks_the_judge_again(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters, pages and opened rows read what is stored; no engine is opened for them."""
    import ui.screens.screen as screen_page

    def refused(*_: object) -> None:
        raise AssertionError("a click asked for an engine")

    screening = screen_for_pages(own_store)
    monkeypatch.setattr(screen_page, "engine_for", refused)
    page = no_exception(draw_page("screen", own_store, monkeypatch))
    first = [one.label for one in page.expander]
    no_exception(page.multiselect(key=f"wanted-{screening}").set_value([0]).run())
    meeting = [one.label for one in page.expander if "met" in one.label]
    assert 0 < len(meeting) < 25
    no_exception(page.multiselect(key=f"wanted-{screening}").set_value([]).run())
    assert [one.label for one in page.expander] == first
    no_exception(page.selectbox(key=f"shown-{screening}").set_value("not judged").run())
    assert [one.label for one in page.expander if "not judged" in one.label] == [
        one.label for one in page.expander
    ][-1:]
    no_exception(page.text_input(key=f"search-{screening}").set_value("no such letter").run())
    assert any("None of 71 letters" in one.value for one in page.caption)


def test_a_hostile_letter_is_drawn_as_text(by_hand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Script tags, Markdown images and links, formulas and overrides are words; a name stays masked until it is revealed."""
    store, verdict = verdict_by_hand(by_hand)
    keys = [one.assessment.letter_key for one in verdict.ranking] + [verdict.unjudged[0].letter_key]
    store.close()
    page = draw_page("screen", by_hand, monkeypatch)
    for key in keys:
        page.session_state[f"row-{SCREENING}-{key}"] = True
    page = no_exception(page.run())
    html = drawn_html(page)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;U+202E&gt;evil" in html
    marked_up = [one.value for one in (*page.caption, *page.info, *page.warning, *page.subheader)]
    marked_up += [one.label for one in page.expander]
    assert not [one for one in marked_up if "![" in one or "<b>" in one.replace("\\<", "")]
    everything = "\n".join([html, said(page), *marked_up])
    assert "Gauss" not in everything
    assert "[NAME], hold a certificate" in html
    assert "Spanish; this judge reads English" in said(page)
    no_exception(page.button(key=f"reveal-{SCREENING}-{keys[0]}").click().run())
    assert "Gauss" in drawn_html(page)


@pytest.mark.parametrize(
    ("revealed", "kind", "names"),
    [
        pytest.param(frozenset(), "csv", [], id="nobody"),
        pytest.param({"2"}, "csv, with 1 names", ["Carl Gauss"], id="one revealed"),
        pytest.param(None, "csv, with names", ["Ada Byron", "Carl Gauss", "Emmy Noether"], id="everybody"),
    ],
)
def test_an_export_holds_no_more_names_than_it_says(
    by_hand: Path, revealed: frozenset[str] | None, kind: str, names: list[str]
) -> None:
    """Who was not revealed stands as an id and is masked in quotes, and the ledger keeps what left the store."""
    from agents.ledger import history

    store, verdict = verdict_by_hand(by_hand)
    with store:
        key_of = {one.assessment.letter_id: one.assessment.letter_key for one in verdict.ranking}
        keys = None if revealed is None else frozenset(key_of[one] for one in revealed)
        before = len(history(store))
        text = exporting(store, verdict, "csv", keys, "ada")().decode()
        (line,) = history(store)[before:]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["applicant"] for row in rows if row["applicant"]) == names
    assert ("Gauss" in text) == ("Carl Gauss" in names)
    assert [row["letter id"] for row in rows] == ["2", "1", "<b>3</b>"]
    assert (line.action, line.actor) == ("exported", "ada")
    assert f"{kind}, 3 letters" in line.payload


def test_filters_list_what_they_say(by_hand: Path) -> None:
    """By requirement, met or partly; by id; by name only where it may be seen; everybody where nothing is asked."""
    store, verdict = verdict_by_hand(by_hand)
    store.close()
    second = next(one.assessment.letter_key for one in verdict.ranking if one.assessment.letter_id == "2")

    def ids(chosen: ResultFilter, named: frozenset[int] = frozenset()) -> list[str]:
        return [id_of(row) for row in rows_of(verdict, chosen, named=named, warned={"1"})]

    assert ids(ResultFilter()) == ["2", "1", "<b>3</b>"]
    assert ids(ResultFilter(wanted=(0,))) == ["1"]
    assert ids(ResultFilter(wanted=(0,), partly=True)) == ["2", "1"]
    assert ids(ResultFilter(wanted=(0, 1))) == []
    assert ids(ResultFilter(search=" B>3")) == ["<b>3</b>"]
    assert ids(ResultFilter(search="gauss")) == []
    assert ids(ResultFilter(search="gauss"), frozenset({second})) == ["2"]
    assert ids(ResultFilter(shown="judged")) == ["2", "1"]
    assert ids(ResultFilter(shown="not judged")) == ["<b>3</b>"]
    assert ids(ResultFilter(shown="with warnings")) == ["1"]


def test_hidden_text_and_repeats_become_warnings(by_hand: Path) -> None:
    """A letter's own warnings are gathered under its id, and what was hidden is quoted, cut, on one line."""
    from dataclasses import replace

    from agents.verdict import Notice
    from ingestion.intake_rows import HygieneFinding

    store, verdict = verdict_by_hand(by_hand)
    store.close()
    noticed = replace(
        verdict, warnings=(Notice("erased", None, "general"), Notice("same_text", "1", "the same as 2"))
    )
    found = gathered(noticed, {5: "2"}, {5: [HygieneFinding("tiny", "page 1", "hire\nme " * 100)]})
    assert found["1"] == ("the same as 2",)
    (line,) = found["2"]
    assert line.startswith("hidden text, kept out of the evidence (page 1): “hire me hire me")
    assert line.endswith("…”. Text too small to read.")
    assert len(found) == 2


def test_a_stopped_screening_keeps_nothing(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop before the first letter, and no screening is stored; the page says so."""
    page = draw_page("screen", own_store, monkeypatch)
    requirements = ()

    def stopped(job: Job) -> object:
        job.cancel.set()
        return screening_work(
            "default", "We need a cook.", requirements, Chosen("offline", "evidence", None)
        )(job)

    job = Job("Reading letters", stopped)
    job.join(60)
    assert job.state == "stopped"
    page.session_state[SCREENING_JOB] = job
    no_exception(page.run())
    assert "Stopped. Nothing of this screening was kept." in [one.value for one in page.info]
    assert "chosen_screening" not in page.session_state


def test_a_failed_screening_says_why(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the judge refuses reaches the page as words."""
    page = draw_page("screen", own_store, monkeypatch)
    job = Job(
        "Reading letters",
        screening_work("nowhere", "We need a cook.", (), Chosen("offline", "evidence", None)),
    )
    job.join(60)
    page.session_state[SCREENING_JOB] = job
    no_exception(page.run())
    assert "The screening could not be made." in [one.value for one in page.error]
    assert "nowhere" in said(page)


def test_a_job_without_requirements_can_be_written_by_hand(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be read, the reason is shown with an empty line to write in, and nothing can be screened yet."""
    page = draw_page("screen", own_store, monkeypatch)
    no_exception(
        page.text_area[0].set_value("Wir suchen eine Köchin mit Erfahrung, die gern im Team arbeitet.").run()
    )
    page = press(page, "Read the requirements")
    assert "German" in said(page)
    assert len(page.data_editor[0].value) == 1
    assert page.button(key="start_screening").disabled


def test_what_of_a_job_is_no_requirement_is_shown_with_what_to_do(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions for the form and doubtful criteria stand open under the table, beside what was left out."""
    page = draw_page("screen", own_store, monkeypatch)
    job = (
        "We need a cook with a food safety certificate, two years in a hotel and native French. You are young and may "
        "work in Malta without sponsorship. We offer free meals."
    )
    no_exception(page.text_area[0].set_value(job).run())
    page = press(page, "Read the requirements")
    columns = {name: list(one.value[name]) for one in page.dataframe for name in one.value.columns}
    assert columns["Question"] == ["May you work in Malta without sponsorship?"]
    criteria = [one.value for one in page.markdown if "the job asks for" in one.value]
    assert ["fluent French" in one for one in criteria] == [True, False]
    assert columns["Left out"] == ["We offer free meals."]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        pytest.param("job.txt", b"We need a cook.\r\n", "We need a cook.", id="text"),
        pytest.param("JOB.MD", "# Köchin".encode(), "# Köchin", id="markdown"),
        pytest.param("job.txt", "Köchin".encode("utf-16"), "Köchin", id="UTF-16 with its mark"),
    ],
)
def test_a_job_file_is_read(name: str, data: bytes, expected: str) -> None:
    """Text in UTF-8, or in another form that says what it is."""
    assert job_from_file(name, data) == (expected, ())


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        pytest.param("job.txt", b"\xff\xfeK\xd8", "UTF-8", id="bad bytes"),
        pytest.param("job.exe", b"x", "must be one of", id="another kind"),
        pytest.param("job", b"x", "no ending", id="no ending"),
        pytest.param("job.txt", b" \n", "must hold text", id="blank"),
        pytest.param("job.txt", b"x" * (LONGEST_JOB + 1), "at most 50,000", id="too long"),
        pytest.param("job.pdf", b"not a PDF", "PDF", id="no PDF"),
    ],
)
def test_a_job_file_that_cannot_be_read_is_refused(name: str, data: bytes, rule: str) -> None:
    """The rule, the value and the remedy, never half a text."""
    with pytest.raises(DocumentRefused, match=rule):
        job_from_file(name, data)


def test_a_job_may_be_a_word_document() -> None:
    """What the letters' readers read, a job may be written in."""
    from docx import Document

    document = Document()
    document.add_paragraph("We need a cook.")
    stream = io.BytesIO()
    document.save(stream)
    assert job_from_file("job.docx", stream.getvalue()) == ("We need a cook.", ())


def test_each_pipeline_and_judge_has_words() -> None:
    """A row that is added to the registry gets a name that people understand; each bundled example is offered."""
    from agents.registry import PIPELINES, STRATEGIES
    from ingestion.samples import jobs

    assert set(PIPELINE_WORDS) == set(PIPELINES)
    assert set(STRATEGY_WORDS) == set(STRATEGIES)
    assert set(EXAMPLES) == set(jobs())


def test_a_pipeline_offers_the_judges_it_can_run() -> None:
    """A judge that asks a language model is offered only where there is one."""
    assert strategies_of("offline", None) == ["evidence"]
    assert strategies_of("bge-qwen", None) == ["evidence", "labels", "listwise", "pairwise"]


def test_no_two_screenings_have_the_same_title() -> None:
    """Streamlit tells options apart by their words: two screenings of a second would be one."""
    made = [ScreeningSummary(f"s-{n}", POSTING, "2026-11-24T18:55:00+00:00", 3) for n in range(3)]
    titles = titles_of([(one, "Cook") for one in made])
    assert len(set(titles.values())) == 3
    assert titles["s-0"] == "2026-11-24 18:55:00 · Cook"

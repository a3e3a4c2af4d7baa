from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agents.fabrication import Given
from evals.letter_preference import Preference, advertisement, measure_preference
from evals.letters import HUMAN, Application, LettersError, LetterSet, LettersReport, measure_letters
from evals.letters_page import letters_page
from evals.letters_report import (
    difference_table,
    difference_text,
    letters_json,
    markdown,
    table,
    terminal_text,
)
from ingestion.letter_embedder import LetterEmbedder
from ingestion.store import Store

HOSTILE = "<script>alert(1)</script> | **$x$**"


def application(number: int, reference: str) -> Application:
    """An application of a cook for a kitchen."""
    given = Given(
        "Cook", "Blue Fig", "Jo Roe", ("pastry, menu planning", f"{number} years at Golden Fork"), "pastry"
    )
    return Application(f"row {number}", given, reference, {"job_title": "Cook", "skills": HOSTILE})


APPLICATIONS = [
    application(2, "I am a cook. I have made pastry for 2 years at Golden Fork and I plan menus."),
    application(3, "I have cooked at Golden Fork for 3 years. Pastry is my trade."),
    application(4, "For 4 years I have made pastry at Golden Fork, and I plan the menus."),
]
HONEST = LetterSet("honest", tuple(f"I made pastry for {n} years at Golden Fork." for n in (2, 3, 4)))
INVENTING = LetterSet(HOSTILE, ("I know Rust. I know Rust.", "", "I was at Google for 20 years."), "a model")


@pytest.fixture(scope="module")
def report() -> LettersReport:
    """Two writers on three applications."""
    return measure_letters(
        APPLICATIONS,
        [HONEST, INVENTING],
        base="honest",
        train=["I made pastry for 2 years at Golden Fork."],
        resamples=200,
    )


def test_each_writer_is_measured_beside_the_references(report: LettersReport) -> None:
    """Inventions are counted a letter, each thing once; the references have no nearness to themselves."""
    honest, inventing, human = report.writers
    assert (honest.writer, inventing.writer, human.writer) == ("honest", HOSTILE, HUMAN)
    assert honest.estimates["made_up"].value == 0.0
    assert inventing.estimates["made_up"].value == pytest.approx((1 + 0 + 2) / 3)
    assert inventing.estimates["empty"].value == pytest.approx(1 / 3)
    assert inventing.kinds == {"skill": 1, "employer": 1, "number": 1}
    assert "bleu" not in human.estimates
    assert human.estimates["length_ratio"].value == 1.0
    assert honest.estimates["copied"].value == pytest.approx(1 / 3)


def test_each_writer_is_compared_with_the_base(report: LettersReport) -> None:
    """Differences are paired by application, and marked where their bounds leave zero out of enough applications."""
    gap = report.writers[1].against_base["rouge1"]
    assert gap.value < 0
    assert gap.clear
    assert report.writers[0].against_base == {}
    assert not difference_table(report)[1][1].endswith(" *"), "three applications are too few for a star"
    assert difference_text(replace(gap, n=20), 3).endswith(" *")


@pytest.mark.parametrize(
    ("applications", "sets", "base", "message"),
    [
        ([], [HONEST], None, "there are none"),
        (APPLICATIONS, [HONEST, HONEST], None, "each writer needs a name of its own"),
        (APPLICATIONS[:2], [HONEST], None, "a letter for each of 2 applications, but has 3"),
        (APPLICATIONS, [HONEST], "other", "--base must be one of honest, but got 'other'"),
    ],
    ids=["no application", "one name twice", "too many letters", "no such base"],
)
def test_letters_that_do_not_fit_are_refused(
    applications: list[Application], sets: list[LetterSet], base: str | None, message: str
) -> None:
    """The rule and the value are said."""
    with pytest.raises(LettersError, match=message):
        measure_letters(applications, sets, base=base)


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.sources: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and what it would load."""
        self.tags.add(tag)
        self.sources += [
            value or "" for name, value in attrs if name in {"src", "href"} or name.startswith("on")
        ]

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def test_the_page_is_one_file_without_script(report: LettersReport) -> None:
    """Text of letters and names is text; the plots stand in the page, and it loads nothing."""
    page = Page()
    page.feed(letters_page(report))
    assert not page.tags & {"script", "link", "iframe", "b"}
    assert len(page.sources) == 2
    assert all(source.startswith("data:image/png;base64,") for source in page.sources)
    assert HOSTILE in page.text
    assert "mark" in page.tags


def test_markdown_shows_hostile_text_as_text(report: LettersReport) -> None:
    """No tag opens and no cell ends where a name or a letter says so."""
    text = markdown(report)
    assert "<script" not in text
    rows = [line for line in text.split("\n") if line.startswith("| ") and "BLEU ↑" in line]
    assert [row.replace("\\|", "").count("|") for row in rows] == [5]
    assert "46.16 / 0.62" in text
    assert "Shown beside, not comparable." in text


def test_json_holds_every_number_and_letter(report: LettersReport) -> None:
    """The object is plain JSON with at most six decimals."""
    answer = json.loads(json.dumps(letters_json(report), allow_nan=False))
    first = answer["writers"][0]
    assert first["letters"][0] == {"id": "row 2", "letter": "I made pastry for 2 years at Golden Fork."}
    assert first["measures"]["bleu"]["n"] == 3
    assert first["measures"]["bleu"]["value"] == round(first["measures"]["bleu"]["value"], 6)
    assert answer["writers"][2]["measures"]["bleu"] is None
    assert answer["first_system"][0]["lora"] == "47.01 / 0.63"


def test_the_terminal_gets_the_tables(report: LettersReport) -> None:
    """Columns stand one under the other, and the seed's numbers stand beside."""
    text = terminal_text(report)
    head, first = text.split("\n")[:2]
    assert len(table(report)) > 10
    assert head.index("honest") + len("honest") == first.index("±") + len("± 0.00") or "honest" in head
    assert "46.81 / 0.62 -> 46.90 / 0.64" in text


@pytest.fixture(scope="module")
def preference(embedder: LetterEmbedder) -> Preference:
    """What the offline judge gives an honest writer and one that invents nothing the job asks for."""
    from agents.screening import ScreeningEngine, open_engine

    def engine(store: Store, posting: str) -> ScreeningEngine:
        return open_engine(store, posting=posting)

    other = LetterSet("other", ("I like the sea.", "I like the hills.", "I like the woods."))
    ads = [
        Application(
            one.id,
            Given("Cook", "Blue Fig", "Jo Roe", one.given.own, "Experience in making pastry"),
            one.reference,
            {},
        )
        for one in APPLICATIONS
    ]
    return measure_preference(ads, [HONEST, other], embedder, engine, "evidence (offline)", resamples=200)


def test_a_judge_scores_everyone_on_the_same_applications(preference: Preference) -> None:
    """A writer that tells nothing is scored below the references, and the report says so in words."""
    honest, other, human = preference.writers
    assert (preference.n, preference.skipped, preference.unjudged) == (3, 0, 0)
    assert human.against_reference is None
    assert honest.score.value is not None
    assert other.score.value is not None
    assert honest.score.value > other.score.value
    assert other.against_reference is not None
    assert other.against_reference.clear


def test_a_preference_stands_in_every_report(report: LettersReport, preference: Preference) -> None:
    """Markdown, JSON, page and terminal name the judge and what it gave."""
    said = "below the reference letters for the same applications"
    assert said in markdown(report, preference)
    assert said in letters_page(report, preference)
    assert said in terminal_text(report, preference)
    shown = json.loads(json.dumps(letters_json(report, preference)))["preference"]
    assert shown["judge"] == "evidence (offline)"
    assert shown["writers"][1]["against_reference"]["high"] < 0


def test_an_advertisement_is_made_of_the_applications_own_fields() -> None:
    """Title and wishes, and nothing of the applicant."""
    assert advertisement(APPLICATIONS[0]) == "Cook\n\nRequirements:\npastry"


def test_too_few_applications_are_refused(embedder: LetterEmbedder, tmp_path: Path) -> None:
    """A preference on nobody is none: an empty letter leaves its application out for all."""
    empty = LetterSet("empty", ("", "", ""))
    with pytest.raises(LettersError, match="at least two applications that it can judge, but got 0 of 3"):
        measure_preference(
            APPLICATIONS, [empty], embedder, lambda store, posting: pytest.fail(posting), "none"
        )

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_under_test import draw_page, said, screen_for_pages
from streamlit.testing.v1 import AppTest

from agents.decisions import decide, decisions
from agents.ledger import history
from agents.overriding import overrides
from agents.report import verdict_bytes
from agents.stored_screening import stored_verdict
from ingestion.erasure import erase
from ingestion.store import Store


@pytest.fixture(scope="module")
def screened_store(
    sample_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A copy of the bundled letters with one screening in it, and the screening's id."""
    folder = shutil.copytree(sample_store.folder, tmp_path_factory.mktemp("decide-page") / "store")
    yield folder, screen_for_pages(folder)
    shutil.rmtree(folder)


@pytest.fixture
def screened(screened_store: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A test's own copy of it."""
    folder, screening_id = screened_store
    return shutil.copytree(folder, tmp_path / "store"), screening_id


@pytest.fixture
def deciding(screened: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Decide page of that screening, drawn once."""
    return draw_page("decide", screened[0], monkeypatch)


def submit(page: AppTest, words: str) -> None:
    """Press the button with these words."""
    next(one for one in page.button if one.label == words).click().run()


def show(page: AppTest, who: str) -> None:
    """Choose who is listed."""
    next(one for one in page.selectbox if one.label == "Show").set_value(who).run()


def entries(screened: tuple[Path, str]) -> list[tuple[str, str | None]]:
    """Return what people did in the screening, oldest first: the action and the letter."""
    folder, screening_id = screened
    with Store.open(folder) as store:
        return [
            (one.action, one.letter_id) for one in history(store, screening_id) if one.action != "screened"
        ]


def test_looking_decides_nothing(deciding: AppTest, screened: tuple[Path, str]) -> None:
    """The page is drawn, again and again, and the ledger holds no action."""
    deciding.run()
    assert not deciding.exception
    assert entries(screened) == []
    assert [(one.label, one.value) for one in deciding.metric] == [
        ("Not decided yet", "71"),
        ("Advanced", "0"),
        ("On hold", "0"),
        ("Rejected", "0"),
    ]


def test_a_decision_is_recorded_once(deciding: AppTest, screened: tuple[Path, str]) -> None:
    """With its reason and note; drawing the page again records nothing more."""
    deciding.radio[0].set_value("hold")
    next(one for one in deciding.selectbox if one.label == "Reason").set_value("availability")
    deciding.text_area[0].set_value("asks for a Monday start")
    submit(deciding, "Record the decision")
    deciding.run()
    assert not deciding.exception
    assert entries(screened) == [("hold", "115"), ("note", "115")]
    assert "Note: asks for a Monday start" in said(deciding)
    assert [one.value for one in deciding.metric] == ["70", "0", "1", "0"]
    with Store.open(screened[0]) as store:
        standing = decisions(store, screened[1])["115"]
    assert (standing.action, standing.reason, standing.note) == (
        "hold",
        "availability",
        "asks for a Monday start",
    )


def test_the_same_decision_again_is_not_recorded(deciding: AppTest, screened: tuple[Path, str]) -> None:
    """A second click on the same decision says that it stands."""
    for _ in range(2):
        deciding.radio[0].set_value("advance")
        submit(deciding, "Record the decision")
    assert entries(screened) == [("advance", "115")]
    assert "This decision stands already; nothing was recorded." in [one.value for one in deciding.info]


@pytest.mark.parametrize("reason", [None, "other"], ids=["no reason", "other without a note"])
def test_a_rejection_needs_its_reason(
    deciding: AppTest, screened: tuple[Path, str], reason: str | None
) -> None:
    """Nothing is recorded without one, and the page says what is missing."""
    deciding.radio[0].set_value("reject")
    if reason is not None:
        next(one for one in deciding.selectbox if one.label == "Reason").set_value(reason)
    submit(deciding, "Record the decision")
    assert not deciding.exception
    assert [one.value for one in deciding.error] == ["Nothing was recorded."]
    assert entries(screened) == []


def test_a_decision_can_be_taken_back(deciding: AppTest, screened: tuple[Path, str]) -> None:
    """The ledger keeps both."""
    deciding.radio[0].set_value("advance")
    submit(deciding, "Record the decision")
    submit(deciding, "Take the decision back")
    assert entries(screened) == [("advance", "115"), ("withdraw", "115")]
    assert "Nothing is decided about this candidate." in [one.value for one in deciding.info]


def test_a_changed_label_leaves_the_judges_own_in_sight(
    deciding: AppTest, screened: tuple[Path, str]
) -> None:
    """Label, score and place of the judge stand beside the person's, and the screening replays to the same bytes."""
    folder, screening_id = screened
    with Store.open(folder) as store:
        before = verdict_bytes(stored_verdict(store, screening_id))
    next(one for one in deciding.selectbox if one.label == "Requirement").set_value("r2")
    next(one for one in deciding.selectbox if one.label == "What the letter shows").set_value("not_shown")
    deciding.text_input[0].set_value("the certificate is for another trade")
    submit(deciding, "Change this label")
    assert not deciding.exception
    assert "changed by a person; the judge's own: rank 1, score 8.2" in [
        one.value for one in deciding.caption
    ]
    assert any("the judge's own: ● met" in one.value for one in deciding.markdown)
    with Store.open(folder) as store:
        assert [(one.letter_id, one.label) for one in overrides(store, screening_id)] == [
            ("115", "not_shown")
        ]
        assert verdict_bytes(stored_verdict(store, screening_id)) == before
    submit(deciding, "Take this change back")
    assert entries(screened) == [("override_label", "115"), ("note", "115"), ("undo", "115")]


def test_a_changed_score_needs_a_reason(deciding: AppTest, screened: tuple[Path, str]) -> None:
    """Without one nothing is recorded; with one the order follows."""
    score = next(one for one in deciding.number_input if one.label == "Score")
    score.set_value(2.0)
    submit(deciding, "Change the score")
    assert [one.value for one in deciding.error] == ["Nothing was recorded."]
    next(one for one in deciding.number_input if one.label == "Score").set_value(2.0)
    deciding.text_input[1].set_value("read it twice")
    submit(deciding, "Change the score")
    assert entries(screened) == [("override_score", "115"), ("note", "115")]
    assert "With what people changed, first stands files/letter-003.txt; by the judge alone, 115." in said(
        deciding
    )


def test_the_undecided_can_be_looked_at_alone(deciding: AppTest) -> None:
    """Who is decided about leaves that list, and nobody else does."""
    deciding.radio[0].set_value("advance")
    submit(deciding, "Record the decision")
    show(deciding, "open")
    assert "115" not in list(deciding.dataframe[0].value["candidate"])
    assert len(deciding.dataframe[0].value) == 25
    show(deciding, "advance")
    assert list(deciding.dataframe[0].value["candidate"]) == ["115"]


def test_a_revealed_name_is_recorded_before_it_is_shown(
    deciding: AppTest, screened: tuple[Path, str]
) -> None:
    """In a blind posting the candidate is an id until then."""
    assert [one.value for one in deciding.subheader] == ["115"]
    submit(deciding, "Reveal the name (this is recorded)")
    assert deciding.subheader[0].value.startswith("115 · ")
    with Store.open(screened[0]) as store:
        assert [one.action for one in history(store)] == ["screened", "reveal_name"]


def test_the_ledger_is_shown_and_verified(deciding: AppTest) -> None:
    """Its entries stand in a table, and a check says that it is sound."""
    deciding.radio[0].set_value("advance")
    submit(deciding, "Record the decision")
    submit(deciding, "Verify the ledger")
    assert not deciding.exception
    assert list(deciding.dataframe[1].value["what"]) == [
        "a person advanced a candidate",
        "a screening was stored",
    ]
    assert any(one.value.startswith("The ledger is sound: 2 entries") for one in deciding.success)


def test_an_erased_candidate_is_gone_and_the_chain_is_whole(
    screened: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger's table says "erased" where something was said about them."""
    folder, screening_id = screened
    with Store.open(folder) as store:
        decide(store, screening_id, "115", "reject", reason="other", note="spoke to Osei", actor="ann")
        letter = store.letter("default", "115")
        assert letter is not None
        erase(store, [letter.key])
    page = draw_page("decide", folder, monkeypatch)
    assert not page.exception
    assert "115" not in list(page.dataframe[0].value["candidate"])
    ledger = page.dataframe[1].value
    assert "erased" in list(ledger["candidate"])
    assert "Osei" not in ledger.to_csv()
    submit(page, "Verify the ledger")
    assert any(one.value.startswith("The ledger is sound") for one in page.success)


def test_hostile_notes_are_text(deciding: AppTest) -> None:
    """Markup, formulas and hidden characters of a note reach the page as they were typed, or written out."""
    note = "<script>alert(1)</script> ![x](http://evil.example) =1+1 \u202eabc"
    deciding.radio[0].set_value("advance")
    deciding.text_area[0].set_value(note)
    submit(deciding, "Record the decision")
    assert not deciding.exception
    assert "Note: <script>alert(1)</script> ![x](http://evil.example) =1+1 <U+202E>abc" in said(deciding)
    assert [one.value for one in deciding.markdown if "evil" in one.value] == []

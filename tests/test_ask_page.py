from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_under_test import draw_page, said, screen_for_pages
from streamlit.testing.v1 import AppTest

from agents.chat.engine import ScreeningChat
from ingestion.store import Store


@pytest.fixture(scope="module")
def screened_store(
    sample_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A copy of the bundled letters with one screening in it, and the screening's id."""
    folder = shutil.copytree(sample_store.folder, tmp_path_factory.mktemp("ask-page") / "store")
    yield folder, screen_for_pages(folder)
    shutil.rmtree(folder)


@pytest.fixture
def asking(screened_store: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Ask page of that screening, drawn once, nothing asked yet."""
    folder, screening_id = screened_store
    with Store.open(folder) as store:
        ScreeningChat(store, screening_id).reset()
    return draw_page("ask", folder, monkeypatch)


def test_a_question_is_answered_and_stays(asking: AppTest) -> None:
    """What was asked and what was answered stand on the page, and again when it is drawn anew."""
    asking.chat_input[0].set_value("Why not 141?").run()
    assert not asking.exception
    assert "Why not 141?" in said(asking)
    assert "Letter 141 (rank 2" in said(asking)
    asking.run()
    assert said(asking).count("Why not 141?") == 1


def test_suggested_questions_are_asked_by_a_click(asking: AppTest) -> None:
    """The first of them names the winner."""
    offered = [one for one in asking.button if "won" in one.label]
    offered[0].click().run()
    assert not asking.exception
    assert "The winner is letter 115." in said(asking)


def test_a_quote_opens_the_letter_where_it_stands(asking: AppTest) -> None:
    """Each quote has a button with its number; the letter opens with the quote's paragraph first."""
    asking.chat_input[0].set_value("Who shows food safety certificate?").run()
    assert "“My ServSafe Manager certificate is valid until 2028” [1]" in said(asking)
    quote = next(one for one in asking.button if one.label == "\\[1\\] 115")
    quote.click().run()
    assert not asking.exception
    assert [one.value for one in asking.caption if "where it stands" in one.value] != []
    paragraph = asking.get("html")[0].proto.body
    assert ">My ServSafe Manager certificate is valid until 2028</mark>" in paragraph


def test_a_name_that_is_hidden_is_not_asked_about(asking: AppTest) -> None:
    """In a blind posting a name leads to nobody, and no answer tells whose letter it is."""
    asking.chat_input[0].set_value("Why not Osei?").run()
    assert not asking.exception
    assert "Osei" not in said(asking)
    assert [one.value[:24] for one in asking.warning] == ["Names are hidden in this"]


def test_names_in_quotes_are_masked(asking: AppTest) -> None:
    """The neighbours of a quote may hold the name; a blind posting shows them as they were judged."""
    for question in ("Tell me about 141", "Who mentions chef?", "Show me the sentence"):
        asking.chat_input[0].set_value(question).run()
    assert not asking.exception
    folder = asking.session_state["store_of_test"]
    with Store.open(folder) as store:
        applicants = [letter.applicant for letter in store.letters("default") if letter.applicant]
    assert [name for name in applicants if name in said(asking)] == []


def test_the_chat_can_be_forgotten(asking: AppTest) -> None:
    """Nothing of it is left on the page or in the store."""
    asking.chat_input[0].set_value("Why not 141?").run()
    next(one for one in asking.button if one.label == "Yes, forget it").click().run()
    assert not asking.exception
    assert "Why not 141?" not in said(asking)


def test_markup_in_a_question_is_drawn_as_text(asking: AppTest) -> None:
    """Whatever is typed comes back as it was typed."""
    typed = "Who mentions ![x](http://evil.example/x.png) <script>alert(1)</script>?"
    asking.chat_input[0].set_value(typed).run()
    assert not asking.exception
    assert typed in [one.value for one in asking.text]
    assert [one.value for one in asking.markdown if "evil" in one.value] == []

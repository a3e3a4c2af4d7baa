from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_under_test import draw_page, drawn_html, said, screen_for_pages
from screened_letters import SCREENING, Written, screened
from scripted_llm import ScriptedLLM
from streamlit.testing.v1 import AppTest

from agents.chat.engine import ScreeningChat
from agents.llms import LLMError
from agents.verdict import Verdict
from ingestion.store import Store
from ui.dashboard.letter_dialog import paragraph_around
from ui.dashboard.shared import open_store
from ui.screens import ask


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
    assert "Letter 141 (rank 3" in said(asking)
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


HOSTILE = "I hold a certificate. I am Ada Byrne <script>alert(1)</script> ![x](http://evil.example/x.png) [a](http://b)."
BY_HAND = [
    Written(
        "9", HOSTILE, "Ada Byrne", {"r1": ("met", "I hold a certificate"), "r2": ("met", "I am Ada Byrne")}
    ),
    Written("10", "My certificate ran out.", "Uwe Marsh", {"r1": ("contradicted", "My certificate ran out")}),
]


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """The folder of a store with two letters, one of them hostile, and a screening of them."""
    screened(tmp_path / "by-hand", BY_HAND, {"r1": "certificate", "r2": "own name"}).close()
    return tmp_path / "by-hand"


def test_a_letters_markup_and_name_do_not_reach_the_page(
    by_hand: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quote is text, its name masked in a blind posting; the letter that it opens is escaped."""
    page = draw_page("ask", by_hand, monkeypatch)
    page.chat_input[0].set_value("Show me the sentence of 9 on own name").run()
    assert not page.exception
    assert "“I am [NAME] <script>alert(1)</script> ![x](" in said(page)
    assert "Byrne" not in said(page)
    assert [one.value for one in page.markdown if "evil" in one.value] == []
    next(one for one in page.button if one.label == "\\[1\\] 9").click().run()
    drawn = drawn_html(page)
    assert ("<script>" in drawn, "&lt;script&gt;" in drawn, "Byrne" in drawn) == (False, True, False)


def test_an_answer_by_name_from_elsewhere_stays_hidden(
    by_hand: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked by name at the command line does not tell a name here."""
    with Store.open(by_hand) as store:
        assert "“Byrne” is letter 9." in ScreeningChat(store, SCREENING).ask("What about Ms. Byrne?").text
    page = draw_page("ask", by_hand, monkeypatch)
    assert not page.exception
    assert "Byrne" not in said(page)
    assert "(asked by a name that is hidden here)" in said(page)


def test_a_language_model_answers_in_the_background(by_hand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the screening's pipeline has one, its checked words come first."""
    llm = ScriptedLLM(
        [
            'Thought: I look.\nAction: who_shows\nAction Input: {"requirement_id": "r1"}',
            "Thought: I can answer.\nAnswer: Letter 9 holds a certificate: “I hold a certificate”.",
        ]
    )
    monkeypatch.setattr(ask, "has_model", lambda _verdict: True)
    monkeypatch.setattr(
        ask, "chat_with_model", lambda verdict: ScreeningChat(open_store(), verdict.screening_id, llm)
    )
    page = draw_page("ask", by_hand, monkeypatch)
    page.chat_input[0].set_value("Who has a certificate?").run()
    page.session_state[f"ask_job_{SCREENING}"].join(30)
    page.run()
    assert not page.exception
    assert said(page).split("\n")[1] == "Letter 9 holds a certificate: “I hold a certificate” [1]."


def test_a_model_that_cannot_run_is_explained(by_hand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says why, and stays usable."""

    def missing(_verdict: Verdict) -> ScreeningChat:
        raise LLMError("the weights of tiny are not on this machine; fetch them first")

    monkeypatch.setattr(ask, "has_model", lambda _verdict: True)
    monkeypatch.setattr(ask, "chat_with_model", missing)
    page = draw_page("ask", by_hand, monkeypatch)
    page.chat_input[0].set_value("Who has a certificate?").run()
    page.session_state[f"ask_job_{SCREENING}"].join(30)
    page.run()
    assert not page.exception
    assert [one.value for one in page.error] == ["The question could not be answered."]
    assert "the weights of tiny are not on this machine; fetch them first" in said(page)


@pytest.mark.parametrize("name", ["ask", "compare", "decide"])
def test_a_comparison_offers_nothing_to_ask_or_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It has no findings; the page says so, and draws no form."""
    screened(
        tmp_path / "store", BY_HAND, {"r1": "certificate"}, strategy="listwise", comparison_only=True
    ).close()
    page = draw_page(name, tmp_path / "store", monkeypatch)
    assert not page.exception
    told = [one.value for one in [*page.info, *page.warning]]
    assert [one for one in told if "for comparison only" in one] != []
    assert (len(page.chat_input), len(page.radio), len(page.multiselect)) == (0, 0, 0)


@pytest.mark.parametrize("name", ["ask", "compare", "decide"])
def test_an_empty_store_says_what_to_do_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Letters come first, then a screening."""
    page = draw_page(name, tmp_path / "new", monkeypatch)
    assert not page.exception
    assert [one.value for one in page.info] == [
        "There are no letters yet. Read some in on the Letters page, then screen them."
    ]


@pytest.mark.parametrize(
    ("text", "quote", "paragraph"),
    [
        ("one", "one", "one"),
        ("one\n\ntwo three\n\nfour", "three", "two three"),
        ("one\n\ntwo three\n\nfour", "one", "one"),
        ("one\n\ntwo three\n\nfour", "four", "four"),
        ("one\n\ntwo\n\nthree", "two\n\nthree", "two\n\nthree"),
    ],
    ids=["alone", "middle", "first", "last", "across"],
)
def test_the_paragraph_of_a_quote(text: str, quote: str, paragraph: str) -> None:
    """From one blank line to the next, however far the quote reaches."""
    start = text.index(quote)
    begins, ends = paragraph_around(text, start, start + len(quote))
    assert text[begins:ends] == paragraph

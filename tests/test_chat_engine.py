from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import MessageRole
from llama_index.core.chat_engine.types import BaseChatEngine
from screened_letters import POSTING, SCREENING, Written, screened

from agents.chat import engine as engine_module
from agents.chat.engine import NOT_KEPT, open_chat
from agents.chat.turns import keep_turn
from ingestion.letter import OffsetMap
from ingestion.store import LetterDraft, Store, StoreBusy, StoreError

ASKS = {"r1": "food safety certificate", "r2": "training junior cooks"}
LETTERS = [
    Written("147", "I hold a food safety certificate. I cook.", "Ada Byrne", {"r1": ("met", "I hold a food safety certificate")}),
    Written("193", "I trained two junior cooks. I zqxvkwbj.", "Delroy Marsh", {"r2": ("partial", "trained two junior cooks")}),
    Written("9", "I drive.", "Uwe Trask"),
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three letters, judged by hand."""
    with screened(tmp_path / "store", LETTERS, ASKS) as opened:
        yield opened


def test_the_memory_survives_a_restart(store: Store) -> None:
    """A pronoun means the letter of the last question, in whatever process that was asked."""
    chat = open_chat(store, SCREENING)
    assert isinstance(chat, BaseChatEngine)
    first = chat.ask("Why not 193?")
    with Store.open(store.folder) as again:
        later = open_chat(again, SCREENING)
        assert [(one.role, one.content) for one in later.chat_history] == [
            (MessageRole.USER, "Why not 193?"),
            (MessageRole.ASSISTANT, first.text),
        ]
        answer = later.ask("Show me the sentence")
    assert answer.letters == ("193",)
    assert answer.citations[0].text == "trained two junior cooks"


def test_the_memory_goes_with_any_person_of_the_screening(store: Store) -> None:
    """After an erasure no byte of a question or an answer is left, and the chat speaks of those who remain."""
    chat = open_chat(store, SCREENING)
    chat.ask("What does 193 say about zqxvkwbj and pqlmrtvz?")
    gone = store.letter(POSTING, "193")
    assert gone is not None
    with store.writing() as tx:
        assert tx.erase_letter(gone.key).screening_texts == 1
    contents = b"".join(file.read_bytes() for file in store.folder.iterdir())
    assert [word for word in (b"zqxvkwbj", b"pqlmrtvz", b"Delroy") if word in contents] == []
    assert chat.chat_history == []
    assert chat.ask("Why not 193?").kind == "stranger"
    assert chat.ask("Why not 9?").kind == "why_not"


def test_a_turn_about_a_letter_erased_meanwhile_is_not_kept(store: Store) -> None:
    """An answer that was being written when a person was erased leaves nothing of them behind."""
    chat = open_chat(store, SCREENING)
    turn = chat.turns()
    chat.ask("Why not 193?")
    [turn] = chat.turns()
    subject = chat.subject()
    gone = store.letter(POSTING, "193")
    assert gone is not None
    with store.writing() as tx:
        tx.erase_letter(gone.key)
    assert not keep_turn(subject, turn)
    assert store.screening_texts(SCREENING, "turn") == []


def test_an_answer_comes_even_where_it_cannot_be_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program writes, questions are answered, and the person is told."""

    def busy(*_args: object) -> bool:
        raise StoreBusy("another writer")

    monkeypatch.setattr(engine_module, "keep_turn", busy)
    answer = open_chat(store, SCREENING).ask("Who is the winner?")
    assert answer.lines[0].text == "The winner is letter 147."
    assert answer.lines[-1].text == NOT_KEPT


def test_starting_anew_forgets_the_conversation(store: Store) -> None:
    """After a reset "it" means nobody."""
    chat = open_chat(store, SCREENING)
    chat.ask("Why not 193?")
    chat.reset()
    assert chat.chat_history == []
    assert chat.ask("Show me the sentence").text.startswith("Which letter is meant is not clear.")


def test_every_way_of_asking_gives_the_same_answer(store: Store) -> None:
    """At once or as a stream, awaited or not; the quotes come as source nodes."""
    chat = open_chat(store, SCREENING)
    asked = "Tell me about 147"
    plain = chat.chat(asked)
    streamed = chat.stream_chat(asked)
    assert "".join(streamed.response_gen) == str(plain) == streamed.response

    async def later() -> tuple[str, str]:
        answered = await chat.achat(asked)
        stream = await chat.astream_chat(asked)
        return str(answered), "".join([piece async for piece in stream.async_response_gen()])

    assert asyncio.run(later()) == (str(plain), str(plain))
    [node] = plain.source_nodes
    assert node.node.get_content() == "I hold a food safety certificate"
    assert node.node.metadata == {"letter_id": "147", "start": 0, "end": 32}
    assert len(chat.turns()) == 4


def test_chat_can_be_called_inside_a_running_loop(store: Store) -> None:
    """A notebook or a web page runs one."""

    async def inside() -> str:
        return str(open_chat(store, SCREENING).chat("Who is the winner?"))

    assert asyncio.run(inside()).startswith("The winner is letter 147.")


def test_a_comparison_has_nothing_to_speak_of(tmp_path: Path) -> None:
    """A listwise or pairwise screening has no findings, and the chat says so."""
    letters = [replace(one, shows={}) for one in LETTERS]
    with screened(tmp_path / "compared", letters, ASKS, strategy="listwise", comparison_only=True) as store:
        answer = open_chat(store, SCREENING).ask("Why not 193?")
    assert answer.text.startswith(
        "This screening is a comparison only (listwise): there are no findings to speak of."
    )


def test_an_unknown_screening_is_refused(store: Store) -> None:
    """The id is named, with the remedy."""
    with pytest.raises(StoreError, match="'s9'; `winnow screen`"):
        open_chat(store, "s9")


def test_a_letter_read_in_again_is_not_quoted_by_its_old_words(store: Store) -> None:
    """Where the finding's words are no longer the letter's, that is said in their place."""
    letter = store.letter(POSTING, "147")
    assert letter is not None
    text = "I keep bees and hold no certificate. I cook."
    with store.writing() as tx:
        tx.replace_letter(
            letter.key, LetterDraft(POSTING, "147", "Ada Byrne", text, text, OffsetMap(), "en", "again")
        )
    chat = open_chat(store, SCREENING)
    answer = chat.ask("Tell me about 147")
    assert answer.citations == ()
    assert "(the letter was read in again since, so its words are not quoted)" in answer.text
    assert "read in again since" in chat.ask("Show me the sentence").text


def test_a_choice_is_answered_by_its_place_or_its_id(tmp_path: Path) -> None:
    """Two applicants of one name: the question waits, and the choice answers it."""
    twins = [*LETTERS, Written("200", "I bake.", "Nia Byrne")]
    with screened(tmp_path / "twins", twins, ASKS) as store:
        for choice in ("the second", "200"):
            chat = open_chat(store, SCREENING)
            chat.reset()
            assert chat.ask("Why not Byrne?").choices == ("147", "200")
            answer = chat.ask(choice)
            assert (answer.kind, answer.letters[-1]) == ("why_not", "200")

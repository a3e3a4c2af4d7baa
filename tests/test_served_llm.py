"""The judge against a real server: `transformers serve` with a tiny model, in a process of its own."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from served_llm import put_in_cache, teach, transformers_serve

from agents.judges.server_labels import ServerLabelsJudge
from agents.judges.server_prompt import messages
from agents.judging import LetterFailed
from agents.server_llm import ServerLLM, open_server, server_missing
from agents.server_settings import ServerError, ServerSettings
from agents.verdict import Finding, Quote, Requirement
from ingestion.blinding import blind
from ingestion.letter import Letter, Passage
from ingestion.records import LetterMaterial
from ingestion.sentences import split_sentences

ANSWER = '{"label": "met", "sentence": 1}'
TEAM = Requirement("r1", "experience in leading a team", "must", 2)
SAFETY = Requirement("r2", "food safety certificate", "must", 2)
TEXT = "I am Ada Byrne and I led nine cooks. My certificate is valid until 2028."


@dataclass(frozen=True)
class Served:
    """A real server: its ``url``, the model that was taught ``ANSWER``, and one that was taught nothing."""

    url: str
    taught: str
    random: str


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory, tiny_llm_folders: Callable[[str], Path]
) -> Iterator[Served]:
    """`transformers serve`, offline, with a Hugging Face home of its own that holds two tiny models."""
    from tiny_llms import build_tiny

    folder = build_tiny("qwen2", tmp_path_factory.mktemp("taught"))
    hers = [letter().letter.judged_text[one.start : one.end] for one in letter().sentences]
    asked = [
        messages(["N/A"], "N/A"),
        messages(hers, TEAM.text),
        messages(hers, SAFETY.text),
        messages(["I led a team of nine nurses.", "I cook."], TEAM.text),
    ]
    conversations = [
        [{"role": one.role.value, "content": str(one.content)} for one in some] for some in asked
    ]
    teach(folder, conversations, ANSWER)
    home = tmp_path_factory.mktemp("hf-home")
    put_in_cache(folder, "tiny/taught", home)
    put_in_cache(tiny_llm_folders("llama"), "tiny/random", home)
    with transformers_serve(home) as url:
        yield Served(url, "tiny/taught", "tiny/random")


def letter() -> LetterMaterial:
    """A blind letter of two sentences."""
    judged, offsets = blind(TEXT, "Ada Byrne")
    one = Letter(7, "p", "7", "Ada Byrne", TEXT, judged, offsets, "en", "test")
    spans = split_sentences(judged)
    sentences = tuple(Passage(index, 7, "sentence", *span) for index, span in enumerate(spans))
    return LetterMaterial(one, sentences, np.zeros((len(sentences), 2), dtype=np.float32))


def model(served: Served, name: str) -> ServerLLM:
    """One of the served models, without waiting between attempts."""
    llm = open_server(ServerSettings(served.url, name, None, 120, 0))
    llm._sleep = lambda seconds: None
    return llm


def test_a_letter_is_judged_on_a_real_server(served: Served) -> None:
    """Request, chat template, generation, answer and quote: the whole way, twice with the same findings."""
    judge = ServerLabelsJudge(model(served, served.taught))
    read = judge.reader([TEAM, SAFETY])
    quote = Quote("I am Ada Byrne and I led nine cooks.", 0, 36)
    expected = (Finding("r1", "met", 0.5, quote), Finding("r2", "met", 0.5, quote))
    assert [read(letter()), read(letter())] == [expected, expected]


def test_a_real_model_that_answers_nonsense_leaves_the_letter_unjudged(served: Served) -> None:
    """Random weights never make a finding; the reason is told."""
    read = ServerLabelsJudge(model(served, served.random)).reader([TEAM])
    with pytest.raises(LetterFailed, match="could not be read, nor could the one after asking again"):
        read(letter())


def test_the_models_of_a_real_server_are_listed(served: Served) -> None:
    """Two are there: one must be named, and the error names them."""
    assert server_missing(ServerSettings(served.url, served.taught)) is None
    with pytest.raises(ServerError, match="lists 2 models") as told:
        open_server(ServerSettings(served.url))
    assert (served.taught in str(told.value), served.random in str(told.value)) == (True, True)


def test_a_real_server_streams_and_answers_in_the_background(served: Served) -> None:
    """The same words come in one piece, in many, and from an event loop."""
    llm = model(served, served.taught)
    asked = messages(["I led a team of nine nurses.", "I cook."], TEAM.text)

    async def streamed() -> str:
        return "".join([piece.delta or "" async for piece in await llm.astream_chat(asked)])

    said = [
        llm.chat(asked).message.content,
        "".join(piece.delta or "" for piece in llm.stream_chat(asked)),
        asyncio.run(llm.achat(asked)).message.content,
        asyncio.run(streamed()),
    ]
    assert said == [ANSWER] * 4


def test_a_model_that_the_server_does_not_have_is_an_error(served: Served) -> None:
    """It is never replaced by another one."""
    with pytest.raises(ServerError, match="the server at"):
        model(served, "tiny/none").ask(messages(["N/A"], "N/A"))

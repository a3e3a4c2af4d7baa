from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from random_logits import StandIn, random_logits

from agents.judges.guided import GuidedError, Truncated, end_ids, guided_text, option_logits
from agents.local_llm import GenerationCancelled, load_llm

if TYPE_CHECKING:
    from agents.local_llm import LocalLLM

Llms = Callable[[str], "LocalLLM"]

KINDS = ("qwen2", "phi3", "llama", "granite", "qwen3", "qwen2-base")
COLOURS = 'start: "COLOUR: " ("red" | "reddish" | "blue") "\\n"'


@pytest.fixture(scope="module")
def llms(tiny_llm_folders: Callable[[str], Path]) -> Llms:
    """A tiny model by its kind, loaded once."""
    loaded: dict[str, LocalLLM] = {}

    def get(kind: str) -> LocalLLM:
        if kind not in loaded:
            loaded[kind] = load_llm(str(tiny_llm_folders(kind)), precision="fp32", device="cpu")
        return loaded[kind]

    return get


@pytest.mark.parametrize("kind", KINDS)
def test_a_real_model_can_only_say_what_the_grammar_allows(kind: str, llms: Llms) -> None:
    """Random weights, a real forward pass: in form each time, and the same each time."""
    found = {guided_text(llms(kind), "Which colour?", COLOURS, max_new_tokens=40) for _ in range(2)}
    assert len(found) == 1
    assert found <= {"COLOUR: red\n", "COLOUR: reddish\n", "COLOUR: blue\n"}


@pytest.mark.parametrize("kind", ["qwen2", "phi3", "llama"])
def test_logits_by_chance_reach_every_option(kind: str, llms: Llms) -> None:
    """An option that begins like another one can be said too."""
    said = {
        guided_text(StandIn(llms(kind), random_logits(seed)), "?", COLOURS, max_new_tokens=40)
        for seed in range(60)
    }
    assert said == {"COLOUR: red\n", "COLOUR: reddish\n", "COLOUR: blue\n"}


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_reply_cut_short_is_an_error(limit: int, llms: Llms) -> None:
    """Nothing is read from half a reply."""
    with pytest.raises(Truncated, match=f"within {limit} tokens"):
        guided_text(llms("qwen2"), "Which colour?", COLOURS, max_new_tokens=limit)


def test_a_reply_that_could_have_gone_on_is_complete_only_where_the_model_ended_it(llms: Llms) -> None:
    """At the limit, text that happens to be complete is still cut short; the end token makes it whole."""
    llm = llms("qwen2")
    letter = llm.tokenizer.convert_tokens_to_ids("a")
    end = end_ids(llm)[0]

    def says(*tokens: int) -> StandIn:
        def logits(_: str, step: int, width: int) -> torch.Tensor:
            scores = torch.zeros(width)
            scores[tokens[min(step, len(tokens) - 1)]] = 9.0
            return scores

        return StandIn(llm, logits)

    grammar = "start: /a{1,90}/"
    assert guided_text(says(letter, letter, end), "?", grammar, max_new_tokens=3) == "aa"
    with pytest.raises(Truncated):
        guided_text(says(letter), "?", grammar, max_new_tokens=3)


def test_padding_of_the_vocabulary_is_never_a_token(llms: Llms) -> None:
    """Rows beyond the tokenizer, and a model that wants nothing else."""
    llm = llms("qwen2")
    count = len(llm.tokenizer)

    def padding(_: str, __: int, width: int) -> torch.Tensor:
        scores = torch.zeros(width)
        scores[count:] = 99.0
        return scores

    said = guided_text(StandIn(llm, padding, width=count + 200), "?", COLOURS, max_new_tokens=40)
    assert said.startswith("COLOUR: ")


def test_a_tokenizer_larger_than_the_models_output_is_read_too(llms: Llms) -> None:
    """Tokens that the model has no logit for are never chosen."""
    llm = llms("phi3")
    narrow = StandIn(llm, random_logits(1), width=len(llm.tokenizer) - 1)
    assert guided_text(narrow, "?", COLOURS, max_new_tokens=40).startswith("COLOUR: ")


def test_logits_that_are_no_numbers_are_refused(llms: Llms) -> None:
    """A broken model says so; its reply is not made up."""
    broken = StandIn(llms("qwen2"), lambda _, __, width: torch.full((width,), float("nan")))
    with pytest.raises(GuidedError, match="must be numbers, but these are NaN"):
        guided_text(broken, "?", COLOURS, max_new_tokens=40)
    with pytest.raises(GuidedError, match="must be numbers, but these are NaN"):
        option_logits(broken, "?", ("A", "B"))


def test_a_grammar_with_an_error_is_refused(llms: Llms) -> None:
    """Before a token is generated."""
    with pytest.raises(GuidedError, match="a grammar must be one that llguidance reads"):
        guided_text(llms("qwen2"), "?", "start: nothing", max_new_tokens=4)


def test_a_cancelled_generation_ends(llms: Llms) -> None:
    """The event that a person sets reaches the model's loop."""
    stop = threading.Event()
    stop.set()
    with pytest.raises(GenerationCancelled):
        guided_text(llms("qwen2"), "?", COLOURS, max_new_tokens=40, cancel=stop)


@pytest.mark.parametrize("kind", KINDS)
def test_options_are_read_from_the_logits_of_one_step(kind: str, llms: Llms) -> None:
    """However the tokenizer spells an option, as a piece or as a byte, its logit is found."""
    llm = llms(kind)
    a, b = (llm.tokenizer(option, add_special_tokens=False).input_ids[-1] for option in "AB")

    def logits(_: str, __: int, width: int) -> torch.Tensor:
        scores = torch.full((width,), -50.0)
        scores[a], scores[b] = 3.0, 5.0
        return scores

    found = option_logits(StandIn(llm, logits), "?", ("A", "B"))
    assert found == (pytest.approx(3.0, abs=1e-4), pytest.approx(5.0, abs=1e-4))
    assert all(isinstance(one, float) for one in option_logits(llm, "Which one?", ("A", "B")))


def test_an_option_that_is_no_token_is_refused(llms: Llms) -> None:
    """Two tokens have no one logit."""
    with pytest.raises(GuidedError, match="must be one token of the model's tokenizer, but 'zebra' is none"):
        option_logits(llms("qwen2"), "?", ("A", "zebra"))

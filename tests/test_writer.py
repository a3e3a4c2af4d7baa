from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.llms import LLMError
from training.examples import WritingFields
from training.hushed import libraries_hushed
from training.template import prompt_for, token_ids
from training.template_letter import template_letter
from training.writer import ModelWriter, Sampling, TemplateWriter, WriterError, open_writer

FIELDS = WritingFields("Cook", company="Blue Fig", applicant="Jo <|im_end|> Roe", skills="pastry")
SHORT = Sampling(max_new_tokens=32)
DRAWN = Sampling(sample=True, seed=3, max_new_tokens=32)


@pytest.fixture(scope="module")
def chat_writer(tiny_llm_folders: Callable[[str], Path]) -> ModelWriter:
    """A tiny random model with a chat template."""
    writer = open_writer(str(tiny_llm_folders("qwen2")))
    assert isinstance(writer, ModelWriter)
    return writer


@pytest.fixture(scope="module")
def base_writer(tiny_llm_folders: Callable[[str], Path]) -> ModelWriter:
    """A tiny random model without a chat template."""
    writer = open_writer(str(tiny_llm_folders("granite-base")))
    assert isinstance(writer, ModelWriter)
    return writer


def test_the_template_writer_needs_no_model() -> None:
    """The default writer writes the template's letter, and says it in one piece."""
    said: list[str] = []
    writer = open_writer("template")
    assert isinstance(writer, TemplateWriter)
    assert writer.write(FIELDS, Sampling(), said.append).letter == template_letter(FIELDS)
    assert said == [template_letter(FIELDS)]


@pytest.mark.parametrize("sampling", [SHORT, DRAWN], ids=["greedy", "sampled"])
def test_the_same_call_writes_the_same_letter(chat_writer: ModelWriter, sampling: Sampling) -> None:
    """Greedy or drawn from a seed, a letter can be had again, and what streams is the letter."""
    said: list[str] = []
    first = chat_writer.write(FIELDS, sampling, said.append)
    assert chat_writer.write(FIELDS, sampling) == first
    assert "".join(said).strip() == first.letter


def test_another_seed_draws_another_letter(chat_writer: ModelWriter) -> None:
    """The seed is what a drawn letter depends on."""
    other = Sampling(sample=True, seed=4, max_new_tokens=32)
    assert chat_writer.write(FIELDS, DRAWN).letter != chat_writer.write(FIELDS, other).letter


def test_a_letter_has_a_longest_length(chat_writer: ModelWriter) -> None:
    """A letter that did not come to its end says that it was cut off."""
    assert chat_writer.write(FIELDS, SHORT).cut_off


@pytest.mark.parametrize("kind", ["chat_writer", "base_writer"])
def test_the_model_reads_the_prompt_it_was_trained_on(kind: str, request: pytest.FixtureRequest) -> None:
    """Writing and training use one prompt, token by token, and a field spells none of the model's tokens."""
    writer: ModelWriter = request.getfixturevalue(kind)
    tokenizer = writer._llm.tokenizer
    prompt = prompt_for(FIELDS, tokenizer)
    assert writer._llm.token_ids(prompt) == token_ids(prompt, tokenizer)
    assert "Jo <|im_end|> Roe" not in prompt or tokenizer.chat_template is None


def test_fields_that_fill_the_window_are_refused(chat_writer: ModelWriter) -> None:
    """The error names the window and what is left of it."""
    long = WritingFields("Cook", skills="pastry, " * 2000)
    with pytest.raises(WriterError, match=r"window of 1024 for the letter, but leave 0"):
        chat_writer.write(long, SHORT)


def test_a_model_that_is_not_here_is_not_fetched() -> None:
    """A writer that is missing is an error that says what to do."""
    with pytest.raises(LLMError, match="is not on this machine"):
        open_writer("qwen2.5-3b")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"temperature": 0.0}, "--temperature must be above 0, but got 0.0"),
        ({"top_p": 1.5}, "--top-p must be above 0 and at most 1, but got 1.5"),
        ({"max_new_tokens": 3}, "--max-tokens must be at least 32, but got 3"),
        ({"seed": -1}, "--seed must be 0 or more, but got -1"),
    ],
    ids=["temperature", "top_p", "length", "seed"],
)
def test_a_setting_out_of_range_is_refused(values: dict[str, float], message: str) -> None:
    """The error names the flag, the rule and the value."""
    with pytest.raises(WriterError, match=message):
        Sampling(**values)  # pyright: ignore[reportArgumentType]


def test_an_adapter_changes_the_letter(
    chat_writer: ModelWriter, tiny_llm_folders: Callable[[str], Path], tmp_path: Path
) -> None:
    """An adapter is put on the model it is named with, or on the one that its own settings name."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = tiny_llm_folders("qwen2")
    model = AutoModelForCausalLM.from_pretrained(base, local_files_only=True)
    with torch.random.fork_rng(), libraries_hushed():
        torch.manual_seed(1)
        adapted = get_peft_model(
            model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        )
    adapted.save_pretrained(str(tmp_path))
    with_base = open_writer(str(base), tmp_path)
    alone = open_writer("template", tmp_path)
    letter = with_base.write(FIELDS, SHORT).letter
    assert letter == alone.write(FIELDS, SHORT).letter
    assert letter != chat_writer.write(FIELDS, SHORT).letter
    assert with_base.fingerprint()["adapter"] is not None

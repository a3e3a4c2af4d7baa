"""Where the loss is, token by token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_letters import tiny_examples
from transformers import AutoTokenizer

from training.loss_rows import IGNORED, LossRows, RowsError, loss_row, loss_rows
from training.template import end_of_letter, prompt_for, token_ids

NAMES = [f"{family}{form}" for family in ("qwen2", "granite", "llama", "phi3") for form in ("", "-base")]
LETTER = tiny_examples(1)[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_loss_is_on_the_letter_and_its_end_alone(
    name: str, tiny_llm_folders: Callable[[str], Path]
) -> None:
    """Every token of the prompt is ignored; every token of the letter, and of its end, is its own label."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_llm_folders(name))
    row = loss_row(LETTER, tokenizer)
    prompt = token_ids(prompt_for(LETTER.fields, tokenizer), tokenizer)
    letter = tokenizer.encode(LETTER.letter, add_special_tokens=False)
    end = tokenizer.encode(end_of_letter(tokenizer), add_special_tokens=False)
    assert row["input_ids"] == prompt + letter + end
    assert row["labels"] == [IGNORED] * len(prompt) + letter + end
    assert end[-1] == tokenizer.eos_token_id


@pytest.mark.parametrize("name", NAMES)
def test_padding_never_hides_the_end_token(name: str, tiny_llm_folders: Callable[[str], Path]) -> None:
    """In a padded batch the end keeps its label, even where the padding is the same token."""
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    tokenizer = AutoTokenizer.from_pretrained(tiny_llm_folders(name))
    tokenizer.pad_token = tokenizer.eos_token
    short, long = (
        loss_row(LETTER, tokenizer),
        loss_row(type(LETTER)(LETTER.fields, LETTER.letter * 3), tokenizer),
    )
    batch = DataCollatorForLanguageModeling(pad_token_id=tokenizer.pad_token_id)([dict(short), dict(long)])
    length = len(short["input_ids"])
    labels, mask = batch["labels"][0].tolist(), batch["attention_mask"][0].tolist()
    assert labels[:length] == short["labels"]
    assert labels[length - 1] == tokenizer.eos_token_id
    assert (labels[length:], mask[length:]) == (
        [IGNORED] * (len(labels) - length),
        [0] * (len(mask) - length),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_asked_for_as_it_was_taught(name: str, tiny_llm_folders: Callable[[str], Path]) -> None:
    """The ignored tokens are exactly those that a model reads when a letter is written."""
    from agents.prompt_form import PromptForm

    tokenizer = AutoTokenizer.from_pretrained(tiny_llm_folders(name))
    row = loss_row(LETTER, tokenizer)
    taught = [token for token, label in zip(row["input_ids"], row["labels"], strict=True) if label == IGNORED]
    assert taught == PromptForm(tokenizer).ids(prompt_for(LETTER.fields, tokenizer))


def test_a_letter_that_is_too_long_is_left_out_whole(tiny_llm_folders: Callable[[str], Path]) -> None:
    """No letter is cut: one that does not fit is left out and counted, and the others are whole."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_llm_folders("qwen2"))
    short, long = LETTER, type(LETTER)(LETTER.fields, LETTER.letter * 9)
    room = len(loss_row(short, tokenizer)["input_ids"])
    found = loss_rows([short, long], tokenizer, room)
    assert found == LossRows((loss_row(short, tokenizer),), (long,))
    assert (found.longest, found.tokens) == (room, room)


def test_letters_of_which_none_fits_are_an_error(tiny_llm_folders: Callable[[str], Path]) -> None:
    """A length that leaves nothing is refused, with the remedy."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_llm_folders("qwen2"))
    with pytest.raises(RowsError, match="all 2 have more than 20 tokens with their prompt: raise it"):
        loss_rows([LETTER, LETTER], tokenizer, 20)

"""Letters as rows of token ids, each with the labels that say where the loss is: on the letter and its end alone.

Knows nothing about models. The prompt is tokenised by itself, as it is when a letter is written, and the letter after
it; so no token ever spans the two, and what a writer is asked is exactly what it was taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from training.examples import Example
from training.template import token_ids, training_row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""The label of a token that the loss does not count, as torch's cross entropy has it."""


class RowsError(ValueError):
    """Letters of which none fits."""


class LossRow(TypedDict):
    """One letter: ids of prompt, letter and end; labels are the same ids, IGNORED over the prompt."""

    input_ids: list[int]
    labels: list[int]


@dataclass(frozen=True, slots=True)
class LossRows:
    """The rows that fit, and the examples that were left out for their length."""

    rows: tuple[LossRow, ...]
    too_long: tuple[Example, ...]

    @property
    def longest(self) -> int:
        """Tokens of the longest row, 0 where there is none."""
        return max((len(row["input_ids"]) for row in self.rows), default=0)

    @property
    def tokens(self) -> int:
        """Tokens in all."""
        return sum(len(row["input_ids"]) for row in self.rows)


def loss_row(example: Example, tokenizer: PreTrainedTokenizerBase) -> LossRow:
    """Return one letter as a row."""
    texts = training_row(example, tokenizer)
    prompt = token_ids(texts["prompt"], tokenizer)
    letter = tokenizer.encode(texts["completion"], add_special_tokens=False)
    return {"input_ids": prompt + letter, "labels": [IGNORED] * len(prompt) + letter}


def loss_rows(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    max_length: int,
    *,
    what: str = "training",
) -> LossRows:
    """Return all rows of at most ``max_length`` tokens; a longer one is left out, never cut: its end would be lost.

    Raises:
        RowsError: there are examples, and none fits.
    """
    rows: list[LossRow] = []
    too_long: list[Example] = []
    for example in examples:
        row = loss_row(example, tokenizer)
        if len(row["input_ids"]) > max_length:
            too_long.append(example)
        else:
            rows.append(row)
    if examples and not rows:
        raise RowsError(
            f"--max-length must leave a letter for {what}, but all {len(examples)} have more than {max_length} "
            "tokens with their prompt: raise it"
        )
    return LossRows(tuple(rows), tuple(too_long))

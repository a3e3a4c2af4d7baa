from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from tiny_llms import KINDS

from agents.judges.prefix_tree import BadLogits, PrefixTree, Segment
from agents.local_llm import LocalLLM, load_llm

PREFIX = tuple(range(5, 45))
ONE, TWO, THREE, CHILD = (7, 8, 9), (11, 12, 13, 14, 15), (20,), (30, 31)


@pytest.fixture(scope="module")
def llms(tiny_llm_folders: Callable[[str], Path]) -> Callable[[str], LocalLLM]:
    """From a kind to its tiny model in fp32, where equal means equal to six digits."""
    loaded: dict[str, LocalLLM] = {}

    def llm_of(kind: str) -> LocalLLM:
        if kind not in loaded:
            loaded[kind] = load_llm(str(tiny_llm_folders(kind)), precision="fp32")
        return loaded[kind]

    return llm_of


def alone(llm: LocalLLM, ids: tuple[int, ...]) -> torch.Tensor:
    """The logits behind ``ids``, read by themselves."""
    with torch.inference_mode():
        return llm.model(input_ids=torch.tensor([ids])).logits[0, -1, : len(llm.tokenizer)].float()


@pytest.mark.parametrize("kind", KINDS)
def test_a_branch_reads_as_if_it_were_alone(kind: str, llms: Callable[[str], LocalLLM]) -> None:
    """No branch sees its siblings, in every family of models, and the prefix is read once."""
    llm = llms(kind)
    tree = PrefixTree(llm.model, len(llm.tokenizer))
    root = tree.add([Segment(None, PREFIX)])
    branches = tree.add([Segment(0, ONE), Segment(0, TWO), Segment(0, THREE), Segment(2, CHILD)])
    expected = [PREFIX, PREFIX + ONE, PREFIX + TWO, PREFIX + THREE, PREFIX + TWO + CHILD]
    for found, ids in zip([*root, *branches], expected, strict=True):
        torch.testing.assert_close(found, alone(llm, ids), rtol=1e-4, atol=1e-5)
    assert tree.tokens == len(PREFIX + ONE + TWO + THREE + CHILD)


def test_what_is_cut_off_leaves_no_trace(llms: Callable[[str], LocalLLM]) -> None:
    """After a cut the tree answers as if the branches had never been read."""
    llm = llms("qwen2")
    tree = PrefixTree(llm.model, len(llm.tokenizer))
    tree.add([Segment(None, PREFIX)])
    first = tree.add([Segment(0, ONE), Segment(0, TWO)])
    tree.cut(1)
    assert (len(tree), tree.tokens) == (1, len(PREFIX))
    assert torch.equal(tree.add([Segment(0, ONE), Segment(0, TWO)]), first)


def test_several_texts_may_begin_one_tree(llms: Callable[[str], LocalLLM]) -> None:
    """Two beginnings don't see each other either."""
    llm = llms("llama")
    tree = PrefixTree(llm.model, len(llm.tokenizer))
    found = tree.add([Segment(None, PREFIX), Segment(None, TWO), Segment(1, ONE)])
    for row, ids in zip(found, [PREFIX, TWO, TWO + ONE], strict=True):
        torch.testing.assert_close(row, alone(llm, ids), rtol=1e-4, atol=1e-5)


class NotNumbers:
    """A model that answers NaN once."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.broken = True
        self.device, self.dtype = model.device, model.dtype

    def __call__(self, **inputs: Any) -> SimpleNamespace:
        """The model's own logits, or NaN while ``broken``."""
        logits = self.model(**inputs).logits
        return SimpleNamespace(logits=logits * float("nan") if self.broken else logits)


def test_logits_that_are_no_numbers_are_an_error(llms: Callable[[str], LocalLLM]) -> None:
    """Nothing is read from NaN, and the tree stands as before."""
    llm = llms("qwen2")
    model = NotNumbers(llm.model)
    tree = PrefixTree(model, len(llm.tokenizer))
    with pytest.raises(BadLogits, match="no numbers"):
        tree.add([Segment(None, PREFIX)])
    model.broken = False
    torch.testing.assert_close(tree.add([Segment(None, ONE)])[0], alone(llm, ONE), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("parent", [-1, 1, 7])
def test_a_parent_must_stand_before_its_child(parent: int, llms: Callable[[str], LocalLLM]) -> None:
    """A segment can't continue itself or one that isn't there."""
    llm = llms("qwen2")
    tree = PrefixTree(llm.model, len(llm.tokenizer))
    tree.add([Segment(None, ONE)])
    with pytest.raises(ValueError, match=f"one of 1 segments before it, but got {parent}"):
        tree.add([Segment(parent, TWO)])


def test_an_empty_segment_is_refused() -> None:
    """There would be no token to read logits behind."""
    with pytest.raises(ValueError, match="at least one token, but got 0"):
        Segment(None, ())

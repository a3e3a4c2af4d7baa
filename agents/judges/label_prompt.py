"""What a language model reads to label one letter: the prompt, the four answers, and the prior of their letters.

The instructions come first, then the letter, the requirement last: all letters share one beginning, and all requirements of a
letter a longer one. Knows nothing about probabilities of labels or about quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agents.judges.prefix_tree import PrefixTree, Segment
from agents.verdict import LABELS, Label
from agents.wording import read_wording

if TYPE_CHECKING:
    import torch

    from agents.local_llm import LocalLLM

SYSTEM = read_wording("labels-system", [])
LETTER = read_wording("labels-letter", ["sentences"])
TASK = read_wording("labels-task", ["options"])
QUESTION = read_wording("labels-question", ["requirement"])

MEANINGS: dict[Label, str] = {
    "met": "yes, plainly: the letter states it as a fact about the applicant",
    "partial": "in part: less than what is asked, something close to it, or only a hint",
    "not_shown": "no: the letter says nothing about it",
    "contradicted": "the letter says the opposite",
}
"""What each label means, in the words that the model chooses among."""

NAMES = ("A", "B", "C", "D")
"""What the four answers are called in the prompt."""

NEUTRAL = "N/A"
"""Stands for letter and requirement where the prior of the four names is measured."""


class AnswerError(ValueError):
    """A tokenizer in which the four answers can't be told apart by one token each."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How the four answers are written behind a prompt, and the token of each, in the order of ``NAMES``."""

    texts: tuple[str, str, str, str]
    tokens: tuple[int, int, int, int]


class LabelPrompt:
    """Writes the prompts for one model."""

    def __init__(self, llm: LocalLLM) -> None:
        self._llm = llm
        self._tails: tuple[tuple[int, ...], ...] = ()

    @property
    def model(self) -> torch.nn.Module:
        """The model that reads the prompts."""
        return self._llm.model

    @property
    def width(self) -> int:
        """How many tokens the tokenizer knows; a model's padded vocabulary may be larger."""
        return len(self._llm.tokenizer)

    def line(self, number: int, sentence: str) -> str:
        """Return a sentence as the prompt shows it: numbered, on one line, spelling no token of the model's own."""
        return f"[{number}] {self._llm.harmless(' '.join(sentence.split()))}"

    def text(self, lines: Sequence[str], requirement: str, order: Sequence[Label] = LABELS) -> str:
        """Return the prompt up to the answer; ``order`` says which label each of ``NAMES`` stands for."""
        from llama_index.core.llms import ChatMessage, MessageRole

        options = "\n".join(f"{name} = {MEANINGS[label]}" for name, label in zip(NAMES, order, strict=True))
        asked = self._llm.harmless(" ".join(requirement.split()))
        letter = LETTER.fill(sentences="\n".join(lines))
        body = f"{TASK.fill(options=options)}\n{letter}\n{QUESTION.fill(requirement=asked)}"
        if not self._llm.metadata.is_chat_model:
            return f"{SYSTEM.fill()}\n\n{body}\nAnswer:"
        return self._llm.chat_prompt(
            [
                ChatMessage(role=MessageRole.SYSTEM, content=SYSTEM.fill()),
                ChatMessage(role=MessageRole.USER, content=body),
            ]
        )

    def ids(self, text: str) -> tuple[int, ...]:
        """Return the tokens of a prompt."""
        return tuple(self._llm.token_ids(text))

    @cached_property
    def beginning(self) -> tuple[int, ...]:
        """The tokens that the prompts of all letters begin with: the instructions."""
        two = [self.ids(self.text([self.line(1, word)], NEUTRAL)) for word in ("I", "My")]
        return two[0][: shared_length(two)]

    @cached_property
    def answers(self) -> Answers:
        """The four answers, each exactly one token behind the prompt.

        Raises:
            AnswerError: this tokenizer has no such token in any of the forms tried.
        """
        text = self.text([self.line(1, NEUTRAL)], NEUTRAL)
        before = self.ids(text)
        # A chat model begins its turn with the letter itself, a base model goes on behind "Answer:" with a blank.
        for blank in ("", " "):
            found = [self.ids(f"{text}{blank}{name}") for name in NAMES]
            if all(ids[:-1] == before for ids in found) and len({ids[-1] for ids in found}) == len(NAMES):
                one, two, three, four = (ids[-1] for ids in found)
                texts = (f"{blank}A", f"{blank}B", f"{blank}C", f"{blank}D")
                return Answers(texts, (one, two, three, four))
        raise AnswerError(
            f"each of the answers {', '.join(NAMES)} must be one token behind the prompt, but in the tokenizer of "
            f"{self._llm.model_name} they are not; use another model with --llm"
        )

    def tails(self, count: int) -> tuple[tuple[int, ...], ...]:
        """Return the tokens of ``Sentence: [n]`` on the line behind an answer, for n from 1 to ``count``."""
        known = self._tails
        if len(known) < count:
            before = self.ids("x")
            more: list[tuple[int, ...]] = []
            for number in range(len(known) + 1, count + 1):
                whole = self.ids(f"x\nSentence: [{number}]")
                # Where the line break melts into the token before it, the whole of it is read behind the answer.
                same = len(before) if whole[: len(before)] == before else 0
                more.append(whole[same:])
            known = (*known, *more)
            self._tails = known  # a new whole: another thread that reads letters never sees half of it
        return known[:count]

    @cached_property
    def prior(self) -> torch.Tensor:
        """How much the model prefers each of ``NAMES`` where there is nothing to judge: float64 (4,) log-probabilities.

        Measured on a letter and a requirement without content (Zhao et al., "Calibrate Before Use", ICML 2021,
        https://arxiv.org/abs/2102.09690), with each label once behind each name: what is left is the bias of the
        names, while a model's opinion that an empty letter shows nothing is spread over all four evenly (Zheng et
        al., "LLMs Are Not Robust Multiple Choice Selectors", ICLR 2024, https://arxiv.org/abs/2309.03882).
        """
        lines = [self.line(1, NEUTRAL)]
        orders = [(*LABELS[turn:], *LABELS[:turn]) for turn in range(len(LABELS))]
        prompts = [self.ids(self.text(lines, NEUTRAL, order)) for order in orders]
        start = shared_length(prompts)
        tree = PrefixTree(self._llm.model, self.width)
        tree.add([Segment(None, prompts[0][:start])])
        logits = tree.add([Segment(0, ids[start:]) for ids in prompts])
        return self.of_names(logits).mean(dim=0)

    def of_names(self, logits: torch.Tensor) -> torch.Tensor:
        """Return float64 (n, 4): the log-probabilities of ``NAMES`` among each other, for float32 (n, width) logits."""
        import torch

        return torch.log_softmax(logits[:, list(self.answers.tokens)].double(), dim=1)


def shared_length(sequences: Sequence[tuple[int, ...]]) -> int:
    """Return how many tokens all sequences begin with alike.

    At least one token of each is left over, where there is one.

    >>> shared_length([(1, 2, 3), (1, 2, 4), (1, 2)])
    1
    """
    shortest = min(len(one) for one in sequences)
    first = sequences[0]
    same = 0
    while same < shortest - 1 and all(one[same] == first[same] for one in sequences):
        same += 1
    return same

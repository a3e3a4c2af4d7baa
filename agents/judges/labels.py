"""The judge that is a language model: one of four labels a requirement, read from the logits, and a sentence as quote.

Nothing is generated and nothing is parsed, so nothing can be made up: the label is the most probable of four tokens, less
the prior of their names, and the quote is one of the letter's sentences, chosen by its number. The instructions are read
once, a letter once behind them, and its requirements in one pass behind it; a long letter is read window by window, never cut.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agents.judges.label_prompt import (
    LETTER,
    MEANINGS,
    NEUTRAL,
    QUESTION,
    SYSTEM,
    TASK,
    LabelPrompt,
    shared_length,
)
from agents.judges.number_choice import NumberChoice, likeliest
from agents.judges.prefix_tree import BadLogits, PrefixTree, Segment
from agents.judges.windows import combine, windows
from agents.judging import LetterFailed, LetterReader, quote_span
from agents.verdict import LABELS, Finding, Label, Requirement
from ingestion.records import LetterMaterial

if TYPE_CHECKING:
    import torch

    from agents.local_llm import LocalLLM

LABELS_VERSION = "1"
"""Raised when the same letter, requirement and model may get another label."""

READ_AT_ONCE = 3072
"""Tokens of one prompt at most, though models take more: a letter of 250 words is about 400, small models lose the thread
of long inputs (Liu et al., "Lost in the Middle", TACL 2024), and Phi-3's sliding window and long-context factors
begin above 2,046 and 4,096. Also what bounds the memory of one letter."""

ANSWER_ROOM = 32
"""Tokens kept free behind a prompt, for the answer and the number of a sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence, or a piece of an overlong one: ``judged_text[start:end]``, as ``line`` in the prompt's words."""

    start: int
    end: int
    text: str


class LabelsJudge:
    """Labels by a local language model's own probabilities."""

    strategy: str = "labels"
    languages: frozenset[str] = frozenset({"en"})
    limit: int | None = 50

    def __init__(self, llm: LocalLLM) -> None:
        self._llm = llm
        self._prompt = LabelPrompt(llm)

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this judge depends on."""
        return {
            "strategy": self.strategy,
            "version": LABELS_VERSION,
            "wording": [SYSTEM.digest, TASK.digest, LETTER.digest, QUESTION.digest, *MEANINGS.values()],
            "answers": list(self._prompt.answers.texts),
            "prior": [round(value, 6) for value in self._prompt.prior.tolist()],
            "llm": self._llm.fingerprint(),
        }

    def reader(self, requirements: Sequence[Requirement]) -> LetterReader:
        """Return the function that reads one letter against ``requirements``.

        Raises:
            AnswerError: the model's tokenizer can't tell the four answers apart.
            ContextError: the requirements alone fill the model's window.
        """
        return _Reader(self._prompt, requirements, self._at_once()).read

    def _at_once(self) -> int:
        config = self._llm.model.config
        sliding = getattr(config, "sliding_window", None)
        if not getattr(config, "use_sliding_window", True):
            sliding = None
        return min(READ_AT_ONCE, self._llm.context_window, sliding or READ_AT_ONCE) - ANSWER_ROOM


class _Reader:
    """Reads letters against one list of requirements."""

    def __init__(self, prompt: LabelPrompt, requirements: Sequence[Requirement], at_once: int) -> None:
        from agents.local_llm import ContextError

        self._prompt = prompt
        self._requirements = tuple(requirements)
        self._tree: PrefixTree | None = None
        self._one_at_a_time = threading.Lock()
        longest = max(len(prompt.ids(prompt.text([], requirement.text))) for requirement in requirements)
        self._budget = at_once - longest
        if self._budget < ANSWER_ROOM:
            raise ContextError(
                f"instructions, one requirement and a sentence must fit into {at_once} tokens, but the longest "
                f"requirement takes {longest} with them; shorten it, or use a model with a longer context"
            )
        _ = prompt.answers, prompt.prior  # what can't be read from this model is said before the first letter

    def read(self, material: LetterMaterial) -> tuple[Finding, ...]:
        """Return one finding a requirement.

        Raises:
            LetterFailed: memory ran out even for one requirement at a time, or the logits are no numbers.
        """
        try:
            return self._with_less_memory(material)
        except BadLogits as error:
            raise LetterFailed(f"the language model gave no usable answer: {error}") from error

    def _with_less_memory(self, material: LetterMaterial) -> tuple[Finding, ...]:
        shares = (self._requirements,), tuple((requirement,) for requirement in self._requirements)
        for share in shares:
            try:
                return tuple(finding for some in share for finding in self._findings(material, some))
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
            _free_memory()
        raise LetterFailed(
            "memory ran out twice while this letter was read; close other programs, or use a smaller model or 4-bit "
            "weights"
        )

    def _findings(self, material: LetterMaterial, asked: Sequence[Requirement]) -> tuple[Finding, ...]:
        spans = self.spans(material)
        # Measured with the longest number that a line of this letter can get: digits may be a token each.
        last = max(99, len(spans))
        lengths = [len(self._prompt.ids(self._prompt.line(last, span.text))) + 1 for span in spans]
        answers = [
            self._window(material, spans[part.start : part.stop], asked)
            for part in windows(lengths, self._budget)
        ]
        return tuple(combine(one) for one in zip(*answers, strict=True))

    def spans(self, material: LetterMaterial) -> list[Span]:
        """Return the letter's sentences, an overlong one in pieces that each fit a window."""
        text = material.letter.judged_text
        found: list[Span] = []
        waiting = [(sentence.start, sentence.end) for sentence in reversed(material.sentences)]
        while waiting:
            start, end = waiting.pop()
            if (
                len(self._prompt.ids(self._prompt.line(99, text[start:end]))) < self._budget
                or end - start < 2
            ):
                found.append(Span(start, end, text[start:end]))
                continue
            middle = (start + end) // 2
            blank = text.rfind(" ", start + 1, middle + 1)
            cut = middle if blank < 0 else blank
            waiting += [(cut, end), (start, cut)]
        return [span for span in found if span.text.strip()]

    def _window(
        self, material: LetterMaterial, spans: Sequence[Span], asked: Sequence[Requirement]
    ) -> list[Finding]:
        prompts = self.prompts(spans, asked)
        with self._instructions(prompts[0]) as (tree, known):
            start = shared_length(prompts)
            letter = len(tree)
            tree.add([Segment(letter - 1 if known else None, prompts[0][known:start])])
            logits = tree.add([Segment(letter, ids[start:]) for ids in prompts[: len(asked)]])
            labels = [self._label(row) for row in self._prompt.of_names(logits) - self._prompt.prior]
            places = self._places(tree, letter + 1, labels, len(spans))
        findings: list[Finding] = []
        for requirement, (label, confidence), place in zip(asked, labels, places, strict=True):
            quote = None
            if place is not None:
                quote = quote_span(material.letter, spans[place].start, spans[place].end)
            findings.append(Finding(requirement.id, label, confidence, quote))
        return findings

    @contextmanager
    def _instructions(self, prompt: tuple[int, ...]) -> Iterator[tuple[PrefixTree, int]]:
        """Yield a tree in which the instructions are read, and how many tokens they are; afterwards it holds only them."""
        beginning = self._prompt.beginning
        with self._one_at_a_time:
            if prompt[: len(beginning)] != beginning:
                # A letter whose first characters melt into ours: it is read from the start.
                yield PrefixTree(self._prompt.model, self._prompt.width), 0
                return
            tree, self._tree = self._tree, None
            if tree is None:
                tree = PrefixTree(self._prompt.model, self._prompt.width)
                tree.add([Segment(None, beginning)])
            yield tree, len(beginning)
            # Only after success: a pass that broke off may have left some layers longer than others.
            tree.cut(1)
            self._tree = tree

    def prompts(self, spans: Sequence[Span], asked: Sequence[Requirement]) -> list[tuple[int, ...]]:
        """Return the tokens of a window's prompts: one a requirement, then one without content.

        The last is never read; it keeps the shared beginning where it is however many requirements there are.
        """
        lines = [self._prompt.line(number, span.text) for number, span in enumerate(spans, start=1)]
        texts = [requirement.text for requirement in asked]
        return [self._prompt.ids(self._prompt.text(lines, text)) for text in (*texts, NEUTRAL)]

    def _label(self, scores: torch.Tensor) -> tuple[Label, float]:
        """Return the most probable label with its probability; of equal ones the one that claims less."""
        import torch

        probabilities = torch.softmax(scores, dim=0).tolist()
        cautious = ("not_shown", "partial", "met", "contradicted")
        label = max(cautious, key=lambda one: (probabilities[LABELS.index(one)], -cautious.index(one)))
        return label, round(probabilities[LABELS.index(label)], 6)

    def _places(
        self, tree: PrefixTree, first: int, labels: Sequence[tuple[Label, float]], sentences: int
    ) -> list[int | None]:
        """Return for each label that carries a quote the index of the sentence it rests on.

        ``first`` is the segment of the first requirement; the others follow it.
        """
        tails = self._prompt.tails(sentences)
        segments: list[Segment] = []
        quoting = [index for index, (label, _) in enumerate(labels) if label != "not_shown"]
        choices: dict[int, NumberChoice] = {}
        for index in quoting:
            token = self._prompt.answers.tokens[LABELS.index(labels[index][0])]
            choices[index] = NumberChoice(tuple((token, *path) for path in tails))
            segments += choices[index].segments(first + index, len(tree) + len(segments))
        logits = tree.add(segments) if segments else None
        places: list[int | None] = [None] * len(labels)
        read = 0
        for index in quoting:
            choice = choices[index]
            count = len(choice.asked)
            if count == 0 or logits is None:
                places[index] = 0
                continue
            places[index] = likeliest(choice.probabilities(logits[read : read + count])) - 1
            read += count
        return places


def out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory ran out, on a GPU or on the CPU.

    torch raises OutOfMemoryError (a RuntimeError) on a GPU, and a plain RuntimeError of its CPU allocator.
    """
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "can't allocate memory" in str(error)
    )


def _free_memory() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

"""Reads a label and a sentence number from what a language model wrote in answer to one question.

Small models wrap, quote and spell their answers in their own ways, and those ways are read. A label is never guessed:
an answer that names none, or two, is no answer. Knows nothing about servers, letters or prompts.
"""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from agents.verdict import LABELS, Label

LONGEST = 4000
"""Characters of an answer that are looked at; one that is longer is no answer."""


class ReplyError(ValueError):
    """An answer that can't be read; the message is the reason, in words that the model and people read."""


@dataclass(frozen=True, slots=True)
class LabelReply:
    """What was answered. ``sentence`` is None exactly where the label is not_shown."""

    label: Label
    sentence: int | None


_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_OBJECT = re.compile(r"\{[^{}]*\}")
_CURLY_QUOTES = str.maketrans("“”„‘’", '"""\'\'')
_NUMBER = re.compile(r"\s*(?:sentence\s*)?[\[(#]?\s*([0-9]{1,4})\s*[\])]?\.?\s*", re.IGNORECASE)
_LABEL_VALUE = re.compile(r"label[\"'“”‘’]?\s*:\s*[\"'“”‘’]?\s*([a-z]+(?:[ _-][a-z]+)?)", re.IGNORECASE)


def read_reply(text: str, sentences: int) -> LabelReply:
    """Return the answer in ``text`` about a letter of so many numbered sentences.

    >>> read_reply('Sure! {"label": "Met", "sentence": "[2]"}', 3)
    LabelReply(label='met', sentence=2)

    Raises:
        ReplyError: it holds no answer, or more than one.
    """
    if len(text) > LONGEST:
        raise ReplyError("it is far too long")
    # A model that thinks aloud writes its thoughts into the answer; what stands in them is not the answer.
    text = _THOUGHTS.sub("", text)
    answers = {_answer(pairs, sentences) for pairs in _objects(text)}
    if not answers:
        raise ReplyError("it holds no JSON object with a label")
    if len(answers) > 1:
        raise ReplyError("it holds more than one answer")
    return answers.pop()


Pairs = list[tuple[str, object]]


def _objects(text: str) -> list[Pairs]:
    """Return the objects that hold a label. Code fences and prose around an object are passed over."""
    found = [_pairs(text.strip()), *map(_pairs, _OBJECT.findall(text))]
    return [pairs for pairs in found if any(key == "label" for key, _ in pairs)]


def _pairs(text: str) -> Pairs:
    """Return the keys, in lower case, and values of a flat object; an empty list where ``text`` is none."""
    for form in (text, text.translate(_CURLY_QUOTES)):
        try:
            read = json.loads(
                form, object_pairs_hook=lambda pairs: [(str(key).lower(), value) for key, value in pairs]
            )
        except (ValueError, RecursionError):
            # Single quotes and a comma before the closing brace are no JSON, but they are a Python literal.
            read = _python_pairs(form)
        if isinstance(read, list) and read and all(isinstance(pair, tuple) for pair in read):
            return read
    return []


def _python_pairs(text: str) -> Pairs:
    if not text.startswith("{"):
        return []
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if not isinstance(tree, ast.Dict):
        return []
    pairs: Pairs = []
    for key, value in zip(tree.keys, tree.values, strict=True):
        if isinstance(key, ast.Constant):
            # What is no plain value stays in as None: a label that is an expression must not vanish.
            pairs.append((str(key.value).lower(), value.value if isinstance(value, ast.Constant) else None))
    return pairs


def _answer(pairs: Pairs, sentences: int) -> LabelReply:
    labels: set[Label] = {_label(value) for key, value in pairs if key == "label"}
    if len(labels) > 1:
        raise ReplyError("it holds more than one label")
    label = labels.pop()
    if label == "not_shown":
        # A number beside not_shown points at nothing: there is nothing to quote.
        return LabelReply(label, None)
    numbers = {_sentence(value) for key, value in pairs if key == "sentence"}
    if len(numbers) > 1:
        raise ReplyError("it holds more than one sentence number")
    number = numbers.pop() if numbers else None
    if number is None or not 1 <= number <= sentences:
        raise ReplyError(f"{label} needs the number of a sentence from 1 to {sentences}")
    return LabelReply(label, number)


def _label(value: object) -> Label:
    # "Met", "MET", "not shown" and "Not-Shown" are spellings of the four; "mostly met" is another word.
    spelled = re.sub(r"[\s_-]+", "_", value.strip().lower()) if isinstance(value, str) else ""
    if spelled in LABELS:
        return cast("Label", spelled)
    raise ReplyError(f"its label is none of {', '.join(LABELS)}")


def _sentence(value: object) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        # 3.0 is the number 3 as some models write it; 3.5 is no sentence.
        return int(value) if value.is_integer() else None
    if isinstance(value, int):
        return value
    if isinstance(value, list) and len(value) == 1:
        # [3] without quotes: the sentence's mark, read as a list of one.
        return _sentence(value[0])
    # "3", "[3]", "(3)", "#3" and "Sentence 3": the number as it stands before its sentence in the prompt.
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def label_probability(text: str, tokens: Sequence[tuple[str, float]]) -> float | None:
    """Return the probability with which the label's own pieces were written, or None where it can't be told.

    ``tokens`` are the pieces of the answer with their log-probabilities; the label's are multiplied.
    """
    match = _LABEL_VALUE.search(text, max(0, text.rfind("</think>")))
    if match is None or not "".join(token for token, _ in tokens).startswith(text):
        return None
    total, place = 0.0, 0
    for token, logprob in tokens:
        if place < match.end(1) and place + len(token) > match.start(1):
            total += logprob
        place += len(token)
    return round(min(1.0, math.exp(total)), 6) if total <= 0 else None

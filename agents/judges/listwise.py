"""The listwise comparison: all letters in one prompt, and the model names a winner, a score and its reason.

The reply is held to a grammar: the winner is one of the ids, the score one of 1 to 10, the reason one line. What the
model says in that line is not checked against the letters. Knows nothing about the other strategies.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Literal, get_args

from pydantic import JsonValue

from agents.comparison import COMPARISON_ONLY, Comparison, ComparisonError, Pick
from agents.judges.compared import (
    LANGUAGES,
    ComparingLLM,
    cancellable,
    letter_line,
    requirement_lines,
    user_prompt,
)
from agents.judges.guided import guided_text
from agents.verdict import Requirement
from agents.wording import Wording, read_wording
from ingestion.letter import Letter

LISTWISE_VERSION = "1"
"""Raised when the same letters and model may get another reply."""

LIMIT = 50
"""Letters compared unless a person says otherwise; the model's context window may take fewer."""

ListwiseWording = Literal["full", "simple"]
WORDINGS: tuple[ListwiseWording, ...] = get_args(ListwiseWording)

WORDING_OF: Mapping[str, ListwiseWording] = {"phi3": "simple"}
"""Architecture (``model_type`` in a model's config.json) -> the wording it needs; every other one gets the full one."""

SLOTS = ("count", "ids", "job_description", "letters", "requirements")

CUE = "\n\n"
"""What a base model's prompt ends with: the reply begins a line."""

RATIONALE_TOKENS = 200
"""Where the grammar ends a rationale that the model does not end."""

REPLY_TOKENS = RATIONALE_TOKENS + 100
"""Tokens that any reply fits in: besides the rationale it has 82 characters at most, each one token at worst."""

GRAMMAR = r"""
start: "WINNER ID: " ID "\nMATCH SCORE: " SCORE "\nDECISION RATIONALE: " rationale END?
ID: %(ids)s
SCORE: /10|[1-9]/
rationale[max_tokens=%(tokens)d]: /[^\s\p{C}\p{Z}][^\p{C}\p{Zl}\p{Zp}]*/
END: /\n{1,2}/
"""

_REPLY = re.compile(r"WINNER ID: (\S+)\nMATCH SCORE: (\d+)\nDECISION RATIONALE: (.+)\n*")
# Row numbers. Any other id may be a name (a file called after its applicant) or a contact, which no model may see.
_PLAIN_ID = re.compile(r"[0-9]{1,6}")
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*$")


class ListwiseComparer:
    """Asks one question about all letters.

    ``wording`` is "full" or "simple"; left out, the model's architecture decides.
    """

    strategy: str = "listwise"
    languages: frozenset[str] = LANGUAGES
    limit: int | None = LIMIT

    def __init__(self, llm: ComparingLLM, *, wording: ListwiseWording | None = None) -> None:
        if wording is not None and wording not in WORDINGS:
            raise ValueError(f"the wording must be one of {', '.join(WORDINGS)}, but got {wording!r}")
        self._llm = llm
        self._wording: Wording = read_wording(f"listwise-{wording or wording_of(llm)}", SLOTS)

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this comparison depends on."""
        return {
            "strategy": self.strategy,
            "version": LISTWISE_VERSION,
            "wording": {"name": self._wording.name, "digest": self._wording.digest},
            "llm": self._llm.fingerprint(),
            "libraries": {"llguidance": version("llguidance")},
        }

    def compare(
        self,
        job_description: str,
        requirements: Sequence[Requirement],
        letters: Sequence[Letter],
        *,
        on_progress: Callable[[int, int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Comparison:
        """Let the model name one of the letters; the others stand in retrieval order, without a score.

        Raises:
            ScreeningCancelled: ``cancel`` was set.
            ComparisonError: the letters do not fit the model's context window.
        """
        if not letters:
            return Comparison(None, (), "there is no letter to compare")
        labels = self._labels(letters)
        prompt = self.prompt(job_description, requirements, letters)
        self._check_window(prompt, job_description, requirements, letters)
        if on_progress is not None:
            on_progress(0, len(letters))
        grammar = GRAMMAR % {
            "ids": " | ".join(f'"{label}"' for label in labels),
            "tokens": RATIONALE_TOKENS,
        }
        with cancellable(cancel):
            reply = guided_text(self._llm, prompt, grammar, max_new_tokens=REPLY_TOKENS, cancel=cancel)
        if on_progress is not None:
            on_progress(len(letters), len(letters))
        read = _REPLY.fullmatch(reply)
        assert read is not None, "the grammar allows nothing else"
        picked = labels[read[1]]
        return Comparison(
            Pick(picked.key, float(read[2]), _as_sentence(read[3])),
            tuple(
                (letter.key, f"{COMPARISON_ONLY}: listwise scores no one but its pick")
                for letter in letters
                if letter.key != picked.key
            ),
        )

    def prompt(
        self, job_description: str, requirements: Sequence[Requirement], letters: Sequence[Letter]
    ) -> str:
        """Return the whole prompt; letters stand under their ids where all of these are short numbers, else counted."""
        llm = self._llm
        labels = self._labels(letters)
        return user_prompt(
            llm,
            self._wording.fill(
                job_description=llm.harmless(job_description).strip(),
                requirements=requirement_lines(llm, requirements),
                letters="\n".join(f"{label}: {letter_line(llm, one)}" for label, one in labels.items()),
                ids=", ".join(labels),
                count=str(len(letters)),
            ),
            CUE,
        )

    def _labels(self, letters: Sequence[Letter]) -> dict[str, Letter]:
        """Return what each letter is called in the prompt: an id is data, so only a short number is shown to a model."""
        plain = all(
            _PLAIN_ID.fullmatch(one.letter_id) and self._llm.harmless(one.letter_id) == one.letter_id
            for one in letters
        )
        if plain:
            return {one.letter_id: one for one in letters}
        return {str(number): one for number, one in enumerate(letters, start=1)}

    def _check_window(
        self,
        prompt: str,
        job_description: str,
        requirements: Sequence[Requirement],
        letters: Sequence[Letter],
    ) -> None:
        window: int = self._llm.metadata.context_window
        needed = len(self._llm.token_ids(prompt)) + REPLY_TOKENS
        if needed <= window:
            return

        def tokens(count: int) -> int:
            part = self.prompt(job_description, requirements, letters[:count])
            return len(self._llm.token_ids(part)) + REPLY_TOKENS

        fitting = bisect_right(range(1, len(letters)), window, key=tokens)
        raise ComparisonError(
            f"all letters must fit one prompt: {len(letters)} letters and the reply take {needed:,} tokens, but "
            f"{self._llm.metadata.model_name} reads {window:,}; "
            + (
                f"the first {fitting} fit: --top-k {fitting}"
                if fitting
                else "not even the first one fits: take a model that reads more"
            )
        )


def wording_of(llm: ComparingLLM) -> ListwiseWording:
    """Return the wording that the model's architecture needs."""
    return WORDING_OF.get(llm.model.config.model_type, "full")


def _as_sentence(words: str) -> str:
    """Mark words that do not end as a sentence: the grammar may have ended them."""
    words = words.strip()
    return words if _SENTENCE_END.search(words) else f"{words} …"

"""The judge on a server: one question for each requirement of each letter, answered by a label and a sentence's number.

The quote is the sentence of that number, taken from the letter by code; what the model writes is never shown. Answers are
read by agents.judges.label_reply, and what can't be read is asked for once more, then the letter stands unjudged.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from agents.judges.label_reply import LabelReply, ReplyError, label_probability, read_reply
from agents.judges.server_prompt import PROMPT_DIGEST, answer_format, messages, repair, token_guess
from agents.judges.windows import combine, windows
from agents.judging import LetterFailed, LetterReader, quote_span
from agents.server_llm import Reply, ServerError, ServerLLM
from agents.verdict import Finding, Requirement
from ingestion.records import LetterMaterial

SERVER_LABELS_VERSION = "1"
"""Raised when the same letter, requirement and answers may get another finding."""

LETTER_TOKENS = 1400
"""How much of a letter one question shows, by ``token_guess``: some 700 English words. With the instructions and the answer
it stays below 2,048 tokens, the shortest window that a common server has unless told otherwise: some cut silently."""

ANSWER_TOKENS = 256
"""The longest answer asked for. The object has about fifteen tokens; prose around it is tolerated, so it has room."""

UNSURE = 0.5
"""The confidence where the server tells no probabilities: a fixed number that says nothing about the answer."""

PATIENCE = 3
"""Letters in a row that a server may leave unanswered before the others are no longer tried."""

_NO_FORM = frozenset({"rejected", "failed"})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the server takes beyond the bare question: a schema to answer by, and the wish for log-probabilities."""

    guided: bool
    logprobs: bool

    def options(self, sentences: int) -> dict[str, Any]:
        """Return what they add to a request about so many sentences."""
        form = {"response_format": answer_format(sentences)} if self.guided else {}
        return {**form, **({"logprobs": True} if self.logprobs else {})}


ALL_ABILITIES = tuple(Abilities(guided, logprobs) for guided in (True, False) for logprobs in (True, False))


class ServerLabelsJudge:
    """Labels by the answers of a model on a server.

    A finding's confidence is the probability of the label's tokens where the server gives log-probabilities, else
    ``UNSURE``. ``letter_tokens`` is the budget of one window of a long letter; it is halved, for that letter, where the
    server says that it reads less.
    """

    strategy: str = "labels"
    languages: frozenset[str] = frozenset({"en"})
    limit: int | None = 50

    def __init__(self, server: ServerLLM, *, letter_tokens: int = LETTER_TOKENS) -> None:
        if letter_tokens < 1:
            raise ServerError(f"letter_tokens must be at least 1, but got {letter_tokens}")
        self._server = server
        self._letter_tokens = letter_tokens
        self._abilities: Abilities | None = None
        self._finding_out = threading.Lock()

    def fingerprint(self) -> dict[str, JsonValue]:
        """Return what a result of this judge depends on; ``guided`` is None until the server has answered."""
        known = self._abilities
        return {
            "strategy": self.strategy,
            "version": SERVER_LABELS_VERSION,
            "prompt": PROMPT_DIGEST,
            "letter_tokens": self._letter_tokens,
            "guided": None if known is None else known.guided,
            "logprobs": None if known is None else known.logprobs,
            "llm": self._server.fingerprint(),
        }

    def reader(self, requirements: Sequence[Requirement]) -> LetterReader:
        """Return the function that asks about one letter; it gives up on a server that left several unanswered."""
        breaker = _Breaker(self._server.url)

        def read(material: LetterMaterial) -> tuple[Finding, ...]:
            breaker.check()
            try:
                abilities = self.abilities()
                findings = self._findings(material, requirements, abilities)
            except ServerError as error:
                # Without its abilities the server has not yet seen a letter, so it can't be the letter's fault.
                breaker.note(error, anyhow=self._abilities is None)
                raise LetterFailed(str(error)) from error
            except LetterFailed:
                breaker.answered()
                raise
            breaker.answered()
            return findings

        return read

    def abilities(self) -> Abilities:
        """Find out once what the server takes, by questions that hold nothing of any letter.

        The answer decides the form of every question to come, so no finding depends on which letter came first.

        Raises:
            ServerError: not even the bare question was answered.
        """
        with self._finding_out:
            if self._abilities is None:
                self._abilities = self._found_out()
            return self._abilities

    def _found_out(self) -> Abilities:
        asked = messages(["N/A"], "N/A")
        for abilities in ALL_ABILITIES:
            try:
                self._server.ask(asked, max_tokens=ANSWER_TOKENS, **abilities.options(1))
            except ServerError as error:
                if error.trouble not in _NO_FORM or abilities == ALL_ABILITIES[-1]:
                    raise
            else:
                return abilities
        raise AssertionError("the last question returns or raises")

    def _findings(
        self, material: LetterMaterial, requirements: Sequence[Requirement], abilities: Abilities
    ) -> tuple[Finding, ...]:
        texts = [material.letter.judged_text[one.start : one.end] for one in material.sentences]
        if not texts:
            raise LetterFailed("it holds no sentence")
        lengths = [token_guess(text) for text in texts]
        budget = self._letter_tokens
        while True:
            parts = windows(lengths, budget)
            try:
                return tuple(
                    combine([self._finding(material, texts, part, one, abilities) for part in parts])
                    for one in requirements
                )
            except ServerError as error:
                if error.trouble != "too long":
                    raise
                if all(len(part) == 1 for part in parts):
                    raise LetterFailed(f"a sentence of it is too long for the model: {error}") from error
                budget = max(1, max(sum(lengths[i] for i in part) for part in parts) // 2)

    def _finding(
        self,
        material: LetterMaterial,
        texts: Sequence[str],
        part: range,
        requirement: Requirement,
        abilities: Abilities,
    ) -> Finding:
        shown = [texts[index] for index in part]
        asked = messages(shown, requirement.text)
        options = {"max_tokens": ANSWER_TOKENS, **abilities.options(len(shown))}
        reply = self._server.ask(asked, **options)
        try:
            answer = _read(reply, len(shown))
        except ReplyError as reason:
            reply = self._server.ask(repair(asked, reply.text, str(reason), len(shown)), **options)
            answer = self._second(reply, len(shown), requirement)
        return _finding_of(answer, reply, material, part, requirement)

    def _second(self, reply: Reply, sentences: int, requirement: Requirement) -> LabelReply:
        try:
            return _read(reply, sentences)
        except ReplyError as error:
            raise LetterFailed(
                f"the model's answer for {requirement.id} ({requirement.text}) could not be read, nor could the one after "
                f"asking again: {error}"
            ) from error


def _read(reply: Reply, sentences: int) -> LabelReply:
    if not reply.whole:
        raise ReplyError(f"it was cut short at {ANSWER_TOKENS} tokens")
    return read_reply(reply.text, sentences)


def _finding_of(
    answer: LabelReply, reply: Reply, material: LetterMaterial, part: range, requirement: Requirement
) -> Finding:
    known = label_probability(reply.text, reply.tokens)
    confidence = UNSURE if known is None else known
    if answer.sentence is None:
        return Finding(requirement.id, answer.label, confidence, None)
    sentence = material.sentences[part[answer.sentence - 1]]
    quote = quote_span(material.letter, sentence.start, sentence.end)
    return Finding(requirement.id, answer.label, confidence, quote)


class _Breaker:
    """Counts letters in a row that the server left unanswered. It never touches a letter that gets its answers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._row = 0
        self._reason = ""

    def check(self) -> None:
        if self._row >= PATIENCE:
            raise LetterFailed(self._reason)

    def answered(self) -> None:
        self._row = 0

    def note(self, error: ServerError, *, anyhow: bool) -> None:
        """Count the letter where the failure is the server's; one that another letter might not meet ends the row."""
        if not anyhow and error.trouble not in {"down", "refused"}:
            self._row = 0
            return
        self._row += 1
        self._reason = (
            f"not tried: the server at {self._url} did not answer for {PATIENCE} letters in a row"
            if error.trouble == "down"
            else f"not tried: for {PATIENCE} letters in a row, {error}"
        )

"""Sentences about a verdict that a language model writes from the findings, kept only where a finding supports them.

The model sees requirements, labels and masked quotes of the winner and the next letter, under the marks A and B; names,
ids and scores it never sees. Code decides which sentences stand and puts the ids in. Knows nothing about judging.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agents.prose_support import Evidence, Subjects, folded, objection
from agents.rationale import one_line
from agents.verdict import Finding, Label, Prose, Ranked, Requirement, Verdict
from agents.wording import read_wording
from ingestion.blinding import PLACEHOLDERS, blind
from ingestion.letter import Letter, Mask
from ingestion.sentences import split_sentences

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

PROSE_VERSION = "1"
"""Raised when the same answer of a model may lead to other sentences."""

MOST_SENTENCES = 5

READ_LIMIT = 6000
"""Characters of a model's answer that are read."""

_SYSTEM = read_wording("prose-system", ["most"])
_FINDINGS = read_wording("prose-findings", ["findings"])
_LABELS: dict[Label, str] = {
    "met": "PLAINLY SHOWN",
    "partial": "PARTLY SHOWN",
    "not_shown": "NOT SHOWN",
    "contradicted": "SAYS OTHERWISE",
}
_WORDS = {
    "[NAME]": "the applicant",
    "[EMAIL]": "an e-mail address",
    "[PHONE]": "a phone number",
    "[URL]": "a web address",
    "[ADDRESS]": "an address",
    "[PRONOUN]": "they",
    "[TITLE]": "a title",
}
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\(?[0-9]{1,2}[.)])\s+")
_LATE_MARK = re.compile(r"([.!?])([\"”]?)\s*((?:\[r[0-9]+\])+)")
_MARKS = "AB"
_CONTROL = re.compile(r"[<>\[\]]")
_PLAIN_SIGNS = {"<": "‹", ">": "›", "[": "(", "]": ")"}


def prose_fingerprint() -> dict[str, JsonValue]:
    """Return what prose depends on besides the model and the findings."""
    digest = hashlib.sha256(f"{_SYSTEM.text}\x1f{_FINDINGS.text}".encode()).hexdigest()[:16]
    return {"version": PROSE_VERSION, "prompt": digest}


def write_prose(llm: LLM, verdict: Verdict, letters: Mapping[int, Letter]) -> Prose:
    """Let ``llm`` write about the winner and the next letter, and keep what the findings support.

    ``letters`` holds at least these two by their keys. Without a winner nothing is written and no model asked. What the
    model raises is passed on.

    Raises:
        ValueError: one of the two letters is not given.
    """
    shown = _shown(verdict)
    if not shown:
        return Prose((), 0)
    requirements = verdict.posting.requirements
    subjects: dict[str, dict[str, Evidence]] = {}
    for mark, ranked in zip(_MARKS, shown, strict=False):
        if ranked.assessment.letter_key not in letters:
            raise ValueError(
                f"prose needs the letters it speaks of, but letter {ranked.assessment.letter_id} is not given"
            )
        letter = letters[ranked.assessment.letter_key]
        subjects[mark] = _evidence(requirements, ranked.assessment.findings, letter)
    answer = llm.chat(prose_messages(subjects)).message.content or ""
    names = frozenset(part for ranked in shown for part in _name_parts(ranked.assessment.applicant))
    kept: list[str] = []
    dropped = 0
    for sentence in _sentences(answer):
        if (
            sentence in kept
            or len(kept) == MOST_SENTENCES
            or objection(sentence, subjects, names) is not None
        ):
            dropped += 1
        else:
            kept.append(sentence)
    ids = {mark: ranked.assessment.letter_id for mark, ranked in zip(_MARKS, shown, strict=False)}
    return Prose(tuple(_for_people(sentence, ids, requirements) for sentence in kept), dropped)


def _shown(verdict: Verdict) -> tuple[Ranked, ...]:
    """Return the winner and the letter that stands behind it, as far as they have findings."""
    if verdict.winner is None:
        return ()
    for place, ranked in enumerate(verdict.ranking):
        if ranked.assessment.letter_id == verdict.winner.letter_id:
            return tuple(one for one in verdict.ranking[place : place + 2] if one.assessment.findings)
    return ()


# --- what the model sees --------------------------------------------------------------------------------------


def prose_messages(subjects: Subjects) -> list[ChatMessage]:
    """Return the prompt: the rules, then the findings of each letter."""
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    lines: list[str] = []
    for mark, findings in subjects.items():
        lines += ["", f"LETTER {mark}{' (stands first)' if mark == _MARKS[0] else ' (stands next)'}"]
        for number, one in findings.items():
            quote = f': "{_harmless(one.quote)}"' if one.quote is not None else ""
            lines.append(f"[{number}] {_harmless(one.requirement)} - {_LABELS[one.label]}{quote}")
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=_SYSTEM.fill(most=str(MOST_SENTENCES))),
        ChatMessage(role=MessageRole.USER, content=_FINDINGS.fill(findings="\n".join(lines[1:]))),
    ]


def _harmless(text: str) -> str:
    """Return the text without signs that could spell a control token of a model or a finding's mark."""
    pieces = re.split(f"({'|'.join(map(re.escape, PLACEHOLDERS.values()))})", text)
    return "".join(
        piece if piece in _WORDS else _CONTROL.sub(lambda match: _PLAIN_SIGNS[match[0]], piece)
        for piece in pieces
    )


def _evidence(
    requirements: Sequence[Requirement], findings: Sequence[Finding], letter: Letter
) -> dict[str, Evidence]:
    """Return the findings under marks of our own: a given id may be any text."""
    masks = letter.offsets.masks or blind(letter.text, letter.applicant)[1].masks
    parts = _name_parts(letter.applicant)
    return {
        f"r{number}": Evidence(
            one_line(requirement.text),
            finding.label,
            None
            if finding.quote is None
            else _masked(letter.text, finding.quote.start, finding.quote.end, masks, parts),
        )
        for number, (requirement, finding) in enumerate(zip(requirements, findings, strict=True), start=1)
    }


def _masked(text: str, start: int, end: int, masks: Sequence[Mask], name_parts: frozenset[str]) -> str:
    """Return ``text[start:end]`` on one line with all that was masked, and any other part of the name, as placeholders."""
    pieces: list[str] = []
    for mask in masks:
        if mask.end <= start or mask.start >= end:
            continue
        pieces += text[start : max(start, mask.start)], PLACEHOLDERS[mask.kind]
        start = min(end, mask.end)
    pieces.append(text[start:end])
    shown = "".join(piece if piece in _WORDS else _without_names(piece, name_parts) for piece in pieces)
    return one_line(shown).replace('"', "'").replace("“", "'").replace("”", "'")


def _without_names(text: str, parts: frozenset[str]) -> str:
    def hidden(match: re.Match[str]) -> str:
        word = match.group()
        return PLACEHOLDERS["name"] if word[0].isupper() and folded(word) in parts else word

    return re.sub(r"[^\W\d_]+", hidden, text)


def _name_parts(applicant: str | None) -> frozenset[str]:
    return frozenset(folded(part) for part in re.findall(r"[^\W\d_]{2,}", applicant or ""))


# --- what it wrote --------------------------------------------------------------------------------------------


def _sentences(answer: str) -> list[str]:
    found: list[str] = []
    for line in answer[:READ_LIMIT].splitlines():
        # A mark behind the full stop belongs to the sentence before it.
        bare = _LATE_MARK.sub(r"\2 \3\1 ", one_line(_BULLET.sub("", line))).strip()
        found += [bare[start:end] for start, end in split_sentences(bare)]
    return found


def _for_people(sentence: str, ids: Mapping[str, str], requirements: Sequence[Requirement]) -> str:
    """Put the ids in for the marks, and words for the masks; in quotation marks these words stand in brackets."""

    def outside(text: str) -> str:
        text = re.sub(r"\[r([0-9]+)\]", lambda match: f"[{requirements[int(match[1]) - 1].id}]", text)
        return re.sub(r"\b[Ll]etter ([AB])\b", lambda match: f"Letter {ids[match[1]]}", _in_words(text, "{}"))

    pieces = re.split(r"(“[^”]*”|\"[^\"]*\")", sentence)
    return "".join(
        f"“{_in_words(piece[1:-1], '[{}]')}”" if piece[:1] in {"“", '"'} else outside(piece)
        for piece in pieces
    )


def _in_words(text: str, form: str) -> str:
    for placeholder, words in _WORDS.items():
        text = text.replace(placeholder, form.format(words))
    return text

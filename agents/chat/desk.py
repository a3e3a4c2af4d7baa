"""The look-ups as tools for a language model: masked text in and out, and a record of what was found.

Knows nothing about agents. A model sees the words that judges see, and ids; people's names are masked here once more,
since one letter may name another's writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agents.chat.facts import Citation, Line
from agents.chat.lookups import (
    by_requirement,
    compare,
    explain_score,
    findings_of,
    next_reads,
    standing,
    surroundings,
    ways_up,
    why_not,
)
from agents.chat.mentions import name_runs
from agents.chat.phrasing import (
    comparison_lines,
    letter_lines,
    reads_lines,
    requirement_lines,
    score_lines,
    search_lines,
    standing_lines,
    surroundings_lines,
    ways_lines,
    why_not_lines,
)
from agents.chat.protected import protected_trait, refusal
from agents.chat.subject import ChatError, Subject
from agents.chat.wordsearch import search_letters
from agents.rationale import one_line
from agents.verdict import LABELS, Label
from ingestion.names import find_names

if TYPE_CHECKING:
    from llama_index.core.tools import FunctionTool

MOST_LINES = 40
"""Lines of one look-up that are kept."""
LEAST_ROOM, MOST_ROOM = 1_500, 8_000
"""Characters of one look-up that a model is shown: as many as its window has tokens, so that a few look-ups fit, within
these bounds."""


def question_for_model(subject: Subject, question: str) -> str:
    """Return a question with every applicant's name replaced by the id of the letter, or by "an applicant"."""
    pieces: list[str] = []
    at = 0
    for start, end, ids in name_runs(subject, question):
        pieces += question[at:start], f"letter {ids[0]}" if len(ids) == 1 else "an applicant"
        at = end
    return without_names(subject, "".join((*pieces, question[at:])))


def without_names(subject: Subject, text: str) -> str:
    """Return ``text`` with the applicants' names masked, wherever they stand as names."""
    for applicant in dict.fromkeys(subject.applicants.values()):
        for start, end in reversed(find_names(text, applicant)):
            text = f"{text[:start]}[NAME]{text[end:]}"
    return text


class Desk:
    """What a model can do. ``lines`` records what it looked up, as people may see it, and ``letters`` whom."""

    def __init__(
        self, subject: Subject, harmless: Callable[[str], str] = str, window: int = MOST_ROOM
    ) -> None:
        self.subject = subject
        self._room = min(max(window, LEAST_ROOM), MOST_ROOM)
        self.lines: list[Line] = []
        self.letters: list[str] = []
        self._harmless = harmless

    def masked(self, line: Line) -> str:
        """Return a line as models may see it."""
        return "".join(
            piece if isinstance(piece, str) else f"“{one_line(self.subject.masked(piece))}”"
            for piece in line.pieces
        )

    def safe(self, text: str) -> str:
        """Return text in which neither a name nor a special token of the model can be read."""
        return self._harmless(without_names(self.subject, text))

    def _give(self, lines: Sequence[Line], letters: Sequence[str], *, record: bool = True) -> str:
        some = list(lines)[:MOST_LINES]
        if record:
            self.lines += [line for line in some if line not in self.lines]
            self.letters = [*(one for one in self.letters if one not in letters), *letters]
        return self.safe("\n".join(self._fitting([self.masked(line) for line in some])))

    def _fitting(self, lines: list[str]) -> list[str]:
        """Return the first lines that fit the room, and how many more there are."""
        used = 0
        for place, line in enumerate(lines):
            used += len(line) + 1
            if used > self._room:
                return [*lines[:place], f"(and {len(lines) - place} more lines; ask for less at once)"]
        return lines

    def citations(self, letter_id: str) -> list[Citation]:
        """Return what was quoted of a letter so far."""
        return [one for line in self.lines for one in line.citations if one.letter_id == letter_id]

    # the tools; their docstrings are what a model reads

    def findings(self, letter_id: str) -> str:
        """Everything one letter shows, requirement by requirement, with quotes."""
        facts = findings_of(self.subject, _id(letter_id))
        return self._give(letter_lines(facts), [facts.letter_id])

    def search(self, words: str, minimum_score: float | None = None) -> str:
        """Letters with a sentence that holds the words."""
        asked = [requirement.text for requirement in self.subject.requirements]
        trait = protected_trait(str(words), asked)
        if trait is not None:
            raise ChatError(refusal(trait))
        above = None if minimum_score is None else float(minimum_score)
        found = search_letters(self.subject, str(words), above=above)
        whole = bool(found.hits) and found.hits[0].whole
        # What a model looked for in vain are its own words: nothing to show to people.
        return self._give(search_lines(found), [hit.letter_id for hit in found.hits[:1]], record=whole)

    def compare(self, letter_ids: list[str] | str, requirement_id: str | None = None) -> str:
        """Two to four letters side by side, on one requirement or on all."""
        ids = _ids(letter_ids)
        facts = compare(self.subject, ids, [requirement_id] if requirement_id else [])
        return self._give(comparison_lines(facts), [letter.letter_id for letter in facts.letters])

    def explain_score(self, letter_id: str) -> str:
        """The arithmetic of one letter's score."""
        facts = explain_score(self.subject, _id(letter_id))
        return self._give(score_lines(facts), [facts.letter_id])

    def what_would_raise(self, letter_id: str, target: float | None = None) -> str:
        """What a letter would have to show for a higher score, or for the target score."""
        facts = ways_up(self.subject, _id(letter_id), None if target is None else float(target))
        return self._give(ways_lines(facts), [facts.letter_id])

    def who_shows(self, requirement_id: str, label: str | None = None) -> str:
        """Which letters show a requirement; label: met, partial, not_shown or contradicted."""
        labels: tuple[Label, ...] = ("met", "partial", "contradicted")
        if label:
            labels = tuple(one for one in LABELS if one == label)
            if not labels:
                raise ChatError(f"a label must be one of {', '.join(LABELS)}, but got {label!r}")
        facts = by_requirement(self.subject, str(requirement_id))
        best = [one.letter_id for one in facts.labelled(*labels)][:1]
        return self._give(requirement_lines(facts, labels), best)

    def sentence(self, letter_id: str, requirement_id: str | None = None) -> str:
        """The sentence that a finding rests on, with the sentences before and after it."""
        facts = surroundings(self.subject, _id(letter_id), requirement_id or None)
        return self._give(surroundings_lines(facts), [facts.letter_id])

    def why_not(self, letter_id: str, other_id: str | None = None) -> str:
        """Why a letter does not stand before the winner, or before another letter."""
        facts = why_not(self.subject, _id(letter_id), _id(other_id) if other_id else None)
        return self._give(why_not_lines(facts), [facts.letter.letter_id])

    def ranking(self, count: int = 5) -> str:
        """The winner, ties, and the first places."""
        facts = standing(self.subject, min(int(count), 20))
        return self._give(standing_lines(facts), [facts.winner] if facts.winner else [])

    def read_next(self) -> str:
        """Which other letters are worth reading, and why."""
        reads = next_reads(self.subject)
        return self._give(reads_lines(reads), [one.letter_id for one in reads])

    def tools(self) -> list[FunctionTool]:
        """Return the look-ups as LlamaIndex tools."""
        from llama_index.core.tools import FunctionTool

        offered: tuple[Callable[..., str], ...] = (
            self.findings, self.search, self.compare, self.explain_score, self.what_would_raise, self.who_shows,
            self.sentence, self.why_not, self.ranking, self.read_next,
        )  # fmt: skip
        return [
            FunctionTool.from_defaults(fn=one, name=one.__name__, description=(one.__doc__ or "").strip())
            for one in offered
        ]


def _id(given: object) -> str:
    """Return the id a model means by ``171``, ``"171"`` or ``"letter 171"``."""
    return re.sub(r"^\s*(?:letter\s+)?#?", "", str(given), flags=re.IGNORECASE).strip()


def _ids(given: object) -> list[str]:
    """Return ids from a list, or from text such as "171, 193" or "171 and 193"."""
    parts = given if isinstance(given, list | tuple) else re.split(r",|\band\b", str(given).strip("[]"))
    return [_id(str(part).strip(" '\"")) for part in parts if str(part).strip(" '\"")]

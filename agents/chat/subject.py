"""The one screening that a conversation is about: its verdict, its letters, and what people call them.

Knows nothing about questions or answers. Letters of other screenings can't be reached through it.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.chat.facts import Citation
from agents.scoring import exact_score
from agents.stored_screening import Header, verdict_of
from agents.verdict import Quote, Ranked, Requirement, Unjudged, Verdict
from ingestion.letter import Letter, Passage, natural_key
from ingestion.name_patterns import fold, name_parts
from ingestion.records import StoreError
from ingestion.store import Store


class ChatError(ValueError):
    """A question that can't be asked as it was put; the message says what to do."""


class Subject:
    """One screening, read once. ``ids`` are its letters' ids in ranking order, then the unjudged ones."""

    def __init__(self, store: Store, screening_id: str) -> None:
        stored = store.screening(screening_id)
        self.store = store
        self.screening_id = screening_id
        header = Header.model_validate_json(stored.header)
        self.strategy = header.strategy
        self.has_findings = not header.comparison_only
        self.keys = frozenset(entry.letter_key for entry in stored.entries)
        self._verdict: Verdict | None = None
        self.ranked: dict[str, Ranked] = {}
        self.unjudged: dict[str, Unjudged] = {}
        self.applicants: dict[str, str] = {}
        self._key_of: dict[str, int] = {}
        if self.has_findings:
            self._read(verdict_of(stored))
        self._letters: dict[str, Letter] = {}
        self._sentences: dict[str, list[Passage]] = {}

    def _read(self, verdict: Verdict) -> None:
        self._verdict = verdict
        for ranked in verdict.ranking:
            self._know(ranked.assessment.letter_id, ranked.assessment.letter_key, ranked.assessment.applicant)
            self.ranked[ranked.assessment.letter_id] = ranked
        for one in verdict.unjudged:
            self._know(one.letter_id, one.letter_key, one.applicant)
            self.unjudged[one.letter_id] = one

    def _know(self, letter_id: str, key: int, applicant: str | None) -> None:
        self._key_of[letter_id] = key
        if applicant:
            self.applicants[letter_id] = applicant

    @property
    def verdict(self) -> Verdict:
        """The verdict. Raises ChatError for a comparison, which has no findings."""
        if self._verdict is None:
            raise ChatError(
                f"a {self.strategy} screening is a comparison only and has no findings to speak of; "
                "screen by a judge (`winnow screen --strategy evidence`) and ask about that"
            )
        return self._verdict

    @property
    def ids(self) -> tuple[str, ...]:
        """Every letter's id, in ranking order, then the unjudged ones."""
        return tuple(self._key_of)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What the letters were judged by."""
        return self.verdict.posting.requirements

    @property
    def winner(self) -> str | None:
        """The id of the letter named first, if one is."""
        return self.verdict.winner.letter_id if self.verdict.winner else None

    def requirement(self, requirement_id: str) -> Requirement:
        """Return the requirement of this id. Raises ChatError."""
        for requirement in self.requirements:
            if requirement.id.lower() == requirement_id.strip().lower():
                return requirement
        known = ", ".join(requirement.id for requirement in self.requirements)
        raise ChatError(f"a requirement must be one of {known}, but got {requirement_id!r}")

    def known(self, letter_id: str) -> str:
        """Return the id as the screening writes it. Raises ChatError when there is no such letter in it."""
        given = letter_id.strip()
        if given in self._key_of:
            return given
        same = [one for one in self._key_of if one.lower() == given.lower()]
        if len(same) == 1:
            return same[0]
        raise ChatError(f"there is no letter {given!r} in screening {self.screening_id}")

    def key(self, letter_id: str) -> int:
        """Return a letter's key in the store. Raises ChatError for a stranger."""
        return self._key_of[self.known(letter_id)]

    def exact(self, letter_id: str) -> float:
        """Return a judged letter's score without rounding."""
        return float(exact_score(self.ranked[letter_id].assessment.findings, self.requirements))

    def letter(self, letter_id: str) -> Letter:
        """Return a letter of this screening. Raises ChatError for any other, or one erased meanwhile."""
        known = self.known(letter_id)
        if known not in self._letters:
            try:
                self._letters[known] = self.store.letter_by_key(self._key_of[known])
            except StoreError as error:
                raise ChatError(f"letter {known} is no longer in the store; ask again") from error
        return self._letters[known]

    def preload(self, letter_ids: Sequence[str]) -> None:
        """Read many letters at once, since one by one takes ten times as long."""
        keys = {self._key_of[one]: one for one in letter_ids if one not in self._letters}
        if len(keys) > 1:
            for letter in self.store.letters(self.verdict.posting.name, list(keys)):
                self._letters[keys[letter.key]] = letter

    def sentences(self, letter_id: str) -> list[Passage]:
        """Return a letter's sentences, spans of its judged text, in their order."""
        known = self.known(letter_id)
        if known not in self._sentences:
            self._sentences[known] = self.store.passages(self._key_of[known], "sentence")
        return self._sentences[known]

    def cite(self, letter_id: str, start: int, end: int) -> Citation:
        """Return the citation of ``letter.text[start:end]``."""
        return Citation(letter_id, self.letter(letter_id).text[start:end], start, end)

    def cite_judged(self, letter_id: str, start: int, end: int) -> Citation:
        """Return the citation of the words behind ``letter.judged_text[start:end]``."""
        return self.cite(letter_id, *self.letter(letter_id).offsets.to_text(start, end))

    def cite_quote(self, letter_id: str, quote: Quote) -> Citation | None:
        """Return a finding's quote as a citation, or None when the letter no longer says it."""
        if self.letter(letter_id).text[quote.start : quote.end] != quote.text:
            return None
        return Citation(letter_id, quote.text, quote.start, quote.end)

    def masked(self, citation: Citation) -> str:
        """Return the words of a citation as models may see them."""
        letter = self.letter(citation.letter_id)
        start, end = letter.offsets.to_judged(citation.start, citation.end)
        return letter.judged_text[start:end]

    def letters_of_words(self, words: str) -> list[str]:
        """Return this screening's letters that share a word with ``words``, by BM25."""
        by_key = {key: letter_id for letter_id, key in self._key_of.items()}
        ranked = self.store.bm25(self.verdict.posting.name, words)
        return [by_key[key] for key, _score in ranked if key in by_key]

    def name_parts(self) -> dict[str, tuple[str, ...]]:
        """Return each part of an applicant's name, folded, with the letters of those who have it."""
        found: dict[str, list[str]] = {}
        for letter_id, applicant in self.applicants.items():
            for part in dict.fromkeys(name_parts(fold(applicant))):
                found.setdefault(part, []).append(letter_id)
        return {part: tuple(ids) for part, ids in found.items()}

    def says_in_lower_case(self, word: str) -> bool:
        """Say whether any letter uses the word uncapitalised: then it is a word and not only a name."""
        if any(word in requirement.text.split() for requirement in self.requirements):
            return True
        return any(
            word in self.letter(letter_id).judged_text.split() for letter_id in self.letters_of_words(word)
        )

    def in_order(self, letter_ids: Sequence[str]) -> tuple[str, ...]:
        """Return letters by rank, the unjudged last, each once."""
        return tuple(
            sorted(
                dict.fromkeys(letter_ids),
                key=lambda one: (
                    self.ranked[one].rank if one in self.ranked else len(self.ranked) + 1,
                    natural_key(one),
                ),
            )
        )

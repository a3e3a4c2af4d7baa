"""Looks for words in the letters of a screening: BM25 chooses the letters, a sentence is the proof.

Knows nothing about findings but the filters by them.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.chat.facts import Hit, Search
from agents.chat.subject import ChatError, Subject
from agents.chat.topics import content_stems
from agents.judges.words import read_words
from agents.verdict import LABELS, Label

MOST_HITS = 8


def search_letters(
    subject: Subject,
    words: str,
    *,
    letters: Sequence[str] | None = None,
    requirement_id: str | None = None,
    label: Label | None = None,
    above: float | None = None,
    limit: int = MOST_HITS,
) -> Search:
    """Return the letters with a sentence that holds the words, those with all of them first.

    ``letters`` searches in these only; ``requirement_id`` with ``label`` in those with that finding; ``above`` in those
    with at least this score. Raises ChatError for words that say nothing, or an unknown letter, requirement or label.
    """
    wanted = set(content_stems(words))
    if not wanted:
        raise ChatError(f"name what to look for: {words!r} holds no telling word")
    allowed = _allowed(subject, letters, requirement_id, label, above)
    hits: list[tuple[int, Hit]] = []
    ranked = subject.letters_of_words(words)
    subject.preload([letter_id for letter_id in ranked if letter_id in allowed])
    for place, letter_id in enumerate(ranked):
        if letter_id in allowed and (hit := _best_sentence(subject, letter_id, wanted)) is not None:
            hits.append((place, hit))
    hits.sort(key=lambda one: (not one[1].whole, one[0]))
    found = [hit for _place, hit in hits]
    whole = [hit for hit in found if hit.whole]
    chosen = whole or found
    among = () if letters is None else tuple(subject.known(one) for one in letters)
    return Search(" ".join(words.split()), tuple(chosen[:limit]), len(chosen), among)


def _allowed(
    subject: Subject,
    letters: Sequence[str] | None,
    requirement_id: str | None,
    label: Label | None,
    above: float | None,
) -> set[str]:
    allowed = set(subject.ids) if letters is None else {subject.known(one) for one in letters}
    if label is not None and label not in LABELS:
        raise ChatError(f"a label must be one of {', '.join(LABELS)}, but got {label!r}")
    if requirement_id is not None:
        place = subject.requirements.index(subject.requirement(requirement_id))
        allowed &= {
            letter_id
            for letter_id, ranked in subject.ranked.items()
            if label in (None, ranked.assessment.findings[place].label)
        }
    if above is not None:
        allowed &= {letter_id for letter_id, ranked in subject.ranked.items() if ranked.score >= above}
    return allowed


def _best_sentence(subject: Subject, letter_id: str, wanted: set[str]) -> Hit | None:
    letter = subject.letter(letter_id)
    most, best = 0, None
    for sentence in subject.sentences(letter_id):
        held = {word.stem for word in read_words(letter.judged_text[sentence.start : sentence.end])}
        if len(wanted & held) > most:
            most, best = len(wanted & held), sentence
    if best is None or 2 * most < len(wanted):
        return None
    rank = subject.ranked[letter_id].rank if letter_id in subject.ranked else None
    return Hit(
        letter_id, rank, subject.cite_judged(letter_id, best.start, best.end), whole=most == len(wanted)
    )

"""Answers a question without a model: reads it, looks up, and says what was found.

Knows nothing about where turns are kept. What it does not understand it says, with what can be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from agents.chat.facts import Answer, Line
from agents.chat.lookups import (
    MOST_COMPARED,
    around,
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
from agents.chat.phrasing import (
    comparison_lines,
    letter_lines,
    plain,
    reads_lines,
    requirement_lines,
    score_lines,
    search_lines,
    standing_lines,
    surroundings_lines,
    together_lines,
    ways_lines,
    why_not_lines,
)
from agents.chat.protected import protected_trait, refusal
from agents.chat.question import Last, Question, read_question
from agents.chat.several import SHOWN, together
from agents.chat.subject import ChatError, Subject
from agents.chat.suggestions import suggestions
from agents.chat.topics import content_stems
from agents.chat.wordsearch import search_letters
from agents.rationale import listed, one_line
from agents.verdict import Label

MOST_PLACES = 20
_SHOWN: tuple[Label, ...] = ("met", "partial", "contradicted")
NO_LETTER = "Name a letter by its id, its rank (“the second”) or its applicant."


def decline(question: str, subject: Subject) -> Answer | None:
    """Return why a question about a protected trait is not answered, or None for any other question."""
    asked = [requirement.text for requirement in subject.requirements] if subject.has_findings else []
    trait = protected_trait(question, asked)
    return None if trait is None else Answer("declined", (plain(refusal(trait)),))


def no_findings(subject: Subject) -> Answer:
    """Return what is said of a comparison."""
    return Answer(
        "no_findings",
        (
            plain(
                f"This screening is a comparison only ({subject.strategy}): there are no findings to speak of. "
                "Screen with a judge (--strategy evidence) and ask about that one."
            ),
        ),
    )


def answer_question(subject: Subject, text: str, last: Last) -> Answer:
    """Answer a question about the screening, whatever it is."""
    declined = decline(text, subject)
    if declined is not None:
        return declined
    if not subject.has_findings:
        return no_findings(subject)
    question = read_question(subject, text, last)
    try:
        kind = "choose" if question.mentions.choices else question.kind
        answer = _ANSWERS[kind](subject, question, last)
    except ChatError as error:
        sentence = str(error)
        return Answer(
            question.kind, (plain(f"{sentence[0].upper()}{sentence[1:]}."),), question.letters, _ids(question)
        )
    who = [
        plain(f"“{name}” is letter {letter_id}.")
        for name, letter_id in question.mentions.named
        if letter_id in answer.letters
    ]
    if not who:
        return answer
    return replace(answer, lines=(*who, *answer.lines))


def _ids(question: Question) -> tuple[str, ...]:
    return tuple(requirement.id for requirement in question.requirements)


def _about(question: Question, lines: list[Line], letters: tuple[str, ...] | None = None) -> Answer:
    return Answer(
        question.kind, tuple(lines), question.letters if letters is None else letters, _ids(question)
    )


def _help(subject: Subject, question: Question, _last: Last) -> Answer:
    lines = [
        plain("You can ask, for example:"),
        *(plain(f"  {one_line(example)}") for example in suggestions(subject)),
    ]
    if question.kind == "unknown":
        lines.insert(0, plain("I don't understand that question."))
    return Answer(question.kind, tuple(lines), question.letters)


def _unknown(subject: Subject, question: Question, last: Last) -> Answer:
    """Look for the words before giving up: a topic alone ("AWS?") asks who has it."""
    words = _searched(question.topic)
    if question.letters:
        return _help(subject, question, last)
    short = len(re.findall(r"\w+", question.text)) <= 4
    if question.requirements and short:
        return _who(subject, replace(question, kind="who"), last)
    if words and short and any(hit.whole for hit in search_letters(subject, words).hits):
        return _who(subject, replace(question, kind="who"), last)
    return _help(subject, question, last)


def _choose(subject: Subject, question: Question, _last: Last) -> Answer:
    choices = question.mentions.choices
    of_them = ", ".join(
        f"letter {letter_id} ({one_line(subject.applicants[letter_id])})" for letter_id in choices
    )
    line = plain(f"“{question.mentions.chosen_name}” can be {of_them}: which one do you mean?")
    return replace(
        Answer(question.kind, (line,), requirements=_ids(question), choices=choices),
        target=question.target,
        beats=question.beats,
    )


def _stranger(subject: Subject, question: Question, _last: Last) -> Answer:
    unknown = listed([f"letter {letter_id}" for letter_id in question.mentions.unknown])
    some = ", ".join(subject.ids[:5])
    return Answer(
        "stranger",
        (plain(f"There is no {unknown} in this screening. Its letters are {some} and so on."),),
    )


def _one(question: Question) -> str:
    if not question.letters:
        raise ChatError(f"which letter is meant is not clear. {NO_LETTER.rstrip('.')}")
    return question.letters[0]


def _raise(subject: Subject, question: Question, _last: Last) -> Answer:
    letter_id = _one(question)
    beats = None
    if question.beats:
        rivals = [one for one in question.letters[1:] if one != letter_id]
        beats = rivals[0] if rivals else subject.winner
        if beats == letter_id:
            return _about(
                question, [plain(f"Letter {letter_id} is the winner.")], letters=question.letters[:1]
            )
    ways = ways_up(subject, letter_id, question.target, beats=beats)
    answer = _about(question, ways_lines(ways), letters=(letter_id,))
    return replace(answer, target=question.target, beats=question.beats)


def _why_not(subject: Subject, question: Question, _last: Last) -> Answer:
    if not question.letters:
        return _standing(subject, question, _last)
    first, *others = question.letters
    facts = why_not(subject, first, others[0] if others else None)
    beside = facts.other is not None and facts.other.letter_id != first and facts.letter.unjudged is None
    letters = (facts.other.letter_id, first) if facts.other and beside else (first,)
    return _about(question, why_not_lines(facts), letters=letters)


def _compare(subject: Subject, question: Question, _last: Last) -> Answer:
    letters = question.letters
    if len(letters) < 2:
        raise ChatError(f"a comparison takes 2 to {MOST_COMPARED} letters. {NO_LETTER.rstrip('.')}")
    words = _searched(question.topic)
    if words and not question.requirements:
        found = search_letters(subject, words, letters=letters)
        return _about(question, search_lines(found))
    return _about(question, comparison_lines(compare(subject, letters, _ids(question))))


def _score(subject: Subject, question: Question, _last: Last) -> Answer:
    return _about(
        question,
        [
            line
            for one in question.letters or (_one(question),)
            for line in score_lines(explain_score(subject, one))
        ],
    )


def _sentence(subject: Subject, question: Question, last: Last) -> Answer:
    letter_id = _one(question)
    words = _searched(question.topic)
    if words and not question.requirements:
        return _about(question, search_lines(search_letters(subject, words, letters=[letter_id])))
    if last.words and not question.requirements and letter_id in last.letters:
        hits = search_letters(subject, last.words, letters=[letter_id]).hits
        if hits:
            answer = _about(question, surroundings_lines(around(subject, hits[0].citation)), (letter_id,))
            return replace(answer, words=last.words)
    facts = surroundings(subject, letter_id, question.requirements[0].id if question.requirements else None)
    asked = (facts.requirement.id,) if facts.requirement else ()
    return Answer("sentence", tuple(surroundings_lines(facts)), (letter_id,), asked)


def _reads(subject: Subject, question: Question, last: Last) -> Answer:
    reads = next_reads(subject, last.letters, question.mentions.count or 3)
    return _about(question, reads_lines(reads), letters=tuple(one.letter_id for one in reads))


def _who(subject: Subject, question: Question, _last: Last) -> Answer:
    if question.above is not None and not content_stems(question.topic):
        return _at_least(subject, question, question.above)
    if question.every:
        return _all_met(subject, question)
    if question.several and not question.several.either:
        labels = question.labels if question.labels in (("met",), ("partial",)) else SHOWN
        found = together(subject, question.several, labels)
        return _about(
            question, together_lines(found), letters=tuple(one.letter_id for one in found.letters[:1])
        )
    if question.requirements:
        labels = question.labels or _SHOWN
        lines: list[Line] = []
        letters: list[str] = []
        for requirement in question.requirements:
            facts = by_requirement(subject, requirement.id)
            lines += requirement_lines(facts, labels)
            letters += [one.letter_id for one in facts.labelled(*labels)]
        return _about(question, lines, letters=() if "not_shown" in labels else tuple(letters[:1]))
    words = _searched(question.topic)
    if not words:
        return _help(subject, replace(question, kind="unknown"), _last)
    found = search_letters(subject, words, above=question.above)
    best = tuple(hit.letter_id for hit in found.hits[:1])
    return replace(_about(question, search_lines(found), letters=best), words=words)


def _searched(topic: str) -> str:
    """Return the topic's telling words as they were written."""
    return " ".join(word for word in re.findall(r"[\w+#.'-]+", topic) if content_stems(word)).strip(".'-")


def _all_met(subject: Subject, question: Question) -> Answer:
    """Say which letters meet every requirement, or every must where musts are asked for; or which come nearest."""
    musts = re.search(r"\bmust", question.text, re.IGNORECASE) is not None
    asked = [one for one in subject.requirements if not musts or one.kind == "must"]
    what = "must-haves" if musts else "requirements"
    met = {
        letter_id: sum(
            one.label == "met" for one in findings_of(subject, letter_id).shown if one.requirement in asked
        )
        for letter_id in subject.ranked
    }
    most = max(met.values(), default=0)
    best = [letter_id for letter_id, count in met.items() if count == most][:MOST_PLACES]
    named = listed([f"letter {letter_id}" for letter_id in best])
    if most == 0:
        return _about(question, [plain(f"No letter meets any of the {len(asked)} {what}.")], letters=())
    if most == len(asked):
        text = f"All {len(asked)} {what} are met by {named}."
    else:
        text = f"No letter meets all {len(asked)} {what}; the most, {most}, are met by {named}."
    return _about(question, [plain(text)], letters=tuple(best[:1]))


def _at_least(subject: Subject, question: Question, score: float) -> Answer:
    found = [letter_id for letter_id, ranked in subject.ranked.items() if ranked.score >= score]
    if not found:
        return _about(question, [plain(f"No letter scores {score:g} or more.")], letters=())
    one = "One letter scores" if len(found) == 1 else f"{len(found)} letters score"
    named = [
        plain(f"  letter {letter_id}, {subject.ranked[letter_id].score:.1f}")
        for letter_id in found[:MOST_PLACES]
    ]
    return _about(question, [plain(f"{one} {score:g} or more:"), *named], letters=tuple(found[:1]))


def _standing(subject: Subject, question: Question, _last: Last) -> Answer:
    if question.above is not None:
        return _at_least(subject, question, question.above)
    facts = standing(subject, min(question.mentions.count or 3, MOST_PLACES))
    return _about(question, standing_lines(facts), letters=(facts.winner,) if facts.winner else ())


def _unjudged(subject: Subject, question: Question, _last: Last) -> Answer:
    if question.letters:
        judged = [one for one in question.letters if one in subject.ranked]
        lines = [
            plain(
                f"Letter {one} was judged: rank {subject.ranked[one].rank}, score {subject.ranked[one].score:.1f}."
            )
            if one in judged
            else letter_lines(findings_of(subject, one))[0]
            for one in question.letters
        ]
        return _about(question, lines)
    if not subject.unjudged:
        return _about(question, [plain(f"All {len(subject.ranked)} letters were judged.")])
    were = "was" if len(subject.unjudged) == 1 else "were"
    lines = [plain(f"{len(subject.unjudged)} of {len(subject.ids)} letters {were} not judged:")]
    lines += [
        plain(f"  letter {one.letter_id}: {one.reason}")
        for one in list(subject.unjudged.values())[:MOST_PLACES]
    ]
    if len(subject.unjudged) > MOST_PLACES:
        lines.append(plain(f"  and {len(subject.unjudged) - MOST_PLACES} more"))
    return _about(question, lines)


def _count(subject: Subject, question: Question, last: Last) -> Answer:
    """Say how many letters there are and how many were judged, and which were not."""
    judged, pool = len(subject.ranked), len(subject.ids)
    if judged == pool:
        letters = "1 letter was" if pool == 1 else f"{pool} letters were"
        return _about(
            question, [plain(f"{letters} read, and {'it was' if pool == 1 else 'all were'} judged.")]
        )
    head = (
        f"{pool} letters were read: {judged} {'was' if judged == 1 else 'were'} judged, {pool - judged} not."
    )
    return _about(question, [plain(head), *_unjudged(subject, replace(question, letters=()), last).lines[1:]])


def _letter(subject: Subject, question: Question, _last: Last) -> Answer:
    letters = question.letters or (_one(question),)
    words = _searched(question.topic)
    if words and not question.requirements:
        found = search_letters(subject, words, letters=letters)
        return replace(_about(question, search_lines(found)), words=words)
    lines = [
        line
        for letter_id in letters[:MOST_COMPARED]
        for line in letter_lines(findings_of(subject, letter_id), question.requirements)
    ]
    return _about(question, lines)


def _decision(subject: Subject, question: Question, last: Last) -> Answer:
    """Leave the decision to the person, with what the letter shows."""
    lines = [plain("That is for a person to decide: the program recommends, and says what the letters show.")]
    if question.letters:
        lines += _letter(subject, question, last).lines
    return _about(question, lines)


def _requirements(subject: Subject, question: Question, _last: Last) -> Answer:
    lines = [plain("The letters were judged by:")]
    lines += [
        plain(f"  {one.id} ({one.kind}, weight {one.weight:g}): {one_line(one.text)}")
        for one in subject.requirements
    ]
    return _about(question, lines)


_ANSWERS: dict[str, Callable[[Subject, Question, Last], Answer]] = {
    "help": _help,
    "raise": _raise,
    "why_not": _why_not,
    "compare": _compare,
    "score": _score,
    "sentence": _sentence,
    "reads": _reads,
    "who": _who,
    "standing": _standing,
    "unjudged": _unjudged,
    "count": _count,
    "letter": _letter,
    "requirements": _requirements,
    "decision": _decision,
    "choose": _choose,
    "stranger": _stranger,
    "unknown": _unknown,
}

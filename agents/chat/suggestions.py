"""Questions that fit one screening: about its own letters and its own requirements.

Knows nothing about how questions are answered. What help lists and what a page offers come from here, so that nobody is
offered a letter of another posting.
"""

from __future__ import annotations

from agents.chat.protected import protected_trait
from agents.chat.subject import Subject
from agents.chat.topics import named_requirements
from agents.rationale import one_line
from agents.verdict import Requirement

LONGEST_TOPIC = 48
"""Characters of a requirement that a suggested question repeats; a longer one is called by its id."""
_GOALS = (9, 8, 7, 10)


def suggestions(subject: Subject) -> tuple[str, ...]:
    """Return questions to begin with, the most telling first. Each is understood as it stands.

    Raises:
        ChatError: the screening is a comparison, of which nothing can be asked.
    """
    order = [ranked.assessment.letter_id for ranked in subject.verdict.ranking]
    telling = _telling(subject)
    topics = [words for one in telling if _alone(subject, one, words := one_line(one.text))] or [
        one.id for one in telling if _alone(subject, one, one.id)
    ]
    asked = ["Who won, and was it close?"] if order else []
    if len(order) > 1:
        asked.append(f"Why not {order[1]}?")
    asked += [f"Who shows {topic}?" for topic in topics[:1]]
    if len(order) > 1:
        on = f" on {topics[0]}" if topics else ""
        asked.append(f"Compare {order[0]} and {order[1]}{on}")
    asked += [f"Who does not show {topic}?" for topic in topics[1:2] or topics[:1]]
    if order:
        raised = order[1] if len(order) > 1 else order[0]
        goal = _goal(subject, raised)
        asked.append(f"What would make {raised} {'an' if goal == 8 else 'a'} {goal}?")
    asked += ["Who else should I read?"] if len(order) > 1 else []
    asked += [f"How is the score of {order[0]} computed?"] if order else []
    return (*asked, "How many letters were read?")


def _telling(subject: Subject) -> list[Requirement]:
    """Return the requirements that some letters show and others don't, the most even first, then the rest."""

    def shown(place: int) -> int:
        return sum(one.assessment.findings[place].quote is not None for one in subject.verdict.ranking)

    judged = len(subject.verdict.ranking)
    places = sorted(range(len(subject.requirements)), key=lambda place: abs(2 * shown(place) - judged))
    return [subject.requirements[place] for place in places]


def _alone(subject: Subject, requirement: Requirement, words: str) -> bool:
    """Say whether a question that calls a requirement by these words means it and no other."""
    alone = named_requirements(words, subject.requirements) == (requirement,)
    return (
        alone and len(words) <= LONGEST_TOPIC and not words.endswith("?") and protected_trait(words) is None
    )


def _goal(subject: Subject, letter_id: str) -> int:
    """Return a whole score above the letter's own."""
    score = subject.ranked[letter_id].score
    return next((goal for goal in _GOALS if goal > score), 10)

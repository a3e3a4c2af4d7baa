"""The conditions that one requirement joins by "and": "Python and SQL" asks for two things, and both must be shown.

Reads the requirement alone. Only names part (tools, crafts, subjects that the lexicon or the list of skills knows, or words
with a capital): "planning and running campaigns" is one thing, whose words belong together.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agents.judges.lexicon import find_mentions
from agents.judges.words import read_words
from agents.skill_names import find_skills

LONGEST_NAME = 4
"""Words up to which a part is read as a name."""

_FRAME = re.compile(
    r"^(?:(?:an?|the|both|good|strong|solid|excellent|proven|working|practical|hands-on|basic|advanced|deep|sound|current|some)\s+)*"
    r"(?:(?:experience|knowledge|skills?|proficiency|proficient|familiarity|familiar|expertise|expert|command|fluen(?:t|cy)|background"
    r"|understanding|certification|training)\s+(?:with|in|of|at|using)\s+)?(?:both\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s+(?:experience|skills?|knowledge|expertise)$", re.IGNORECASE)
_JOINT = re.compile(r"\s*,\s*(?:and\s+|as well as\s+)?|\s+(?:and|as well as|plus)\s+|\s+&\s+", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"\s+or\s+|/", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|as well as|plus)\b|\s&\s", re.IGNORECASE)


@lru_cache(maxsize=1_000)
def conditions_of(text: str) -> tuple[str, ...]:
    """Return the things that ``text`` asks for together, or () where it asks for one.

    >>> conditions_of("Experience with Python and SQL"), conditions_of("TensorFlow or PyTorch")
    (('Python', 'SQL'), ())
    >>> conditions_of("planning and running social media campaigns")
    ()
    """
    rest = _TAIL.sub("", _FRAME.sub("", text.strip(" .;")))
    if not _AND.search(rest):
        return ()
    parts = tuple(part.strip() for part in _JOINT.split(rest) if part.strip())
    named = all(_is_name(one) for part in parts for one in _ALTERNATIVE.split(part))
    return parts if len(parts) > 1 and named else ()


def _is_name(part: str) -> bool:
    words = read_words(part)
    if not 0 < len(words) <= LONGEST_NAME:
        return False
    covered = {
        place for m in find_mentions(words) if m.role == "same" for place in range(m.first, m.last + 1)
    }
    skills = find_skills(part)
    return all(
        word.capital
        or place in covered
        or any(skill.start <= word.start and word.end <= skill.end for skill in skills)
        for place, word in enumerate(words)
    )

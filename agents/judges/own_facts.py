"""What is the applicant's own fact after all, though the sentence opens as a wish, an echo of the advertisement or a denial.

Reads wording alone; knows nothing about requirements.
"""

from __future__ import annotations

import re

_OWN_FACT = re.compile(
    r"(?<!get )(?<!earn )(?<!gain )(?<!obtain )(?<!complete )(?<!finish )(?<!take )\bmy\b(?:\s+[\w'’+-]+){0,6}?\s+(?:experience|background|expertise|training|track record|years|degree|certifications?"
    r"|certificates?|licen[cs]es?)\b"
    r"|\bI(?: have|['’]ve)\b(?! (?:always|long|often|never|not|no|read|seen|heard|noted|noticed|dreamed|wanted|hoped|wished|to|yet)\b)"
    r"|\bI (?:did|do|was|am) (?:so|that|both|just that|exactly that)\b|\bthat I (?:did|do)\b",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"\s*(?:[-–•*·]\s*)?(?:Responsible|Experienced|Skilled|Proficient|Certified|Licen[cs]ed|Qualified|Trained|Fluent|In charge|Ran|Led|Built|Wrote"
    r"|Taught|Held|Kept|Made|Oversaw|Drove|Sold|Won|Grew|Set up|Took|(?!(?:Need|Ask|Requir|Want|List|Mention|Advertis|Prefer)ed\b)[A-Z][a-z]+ed)\b"
)
_ANSWER = re.compile(
    r"[,;:.–—-]\s*(?:and |but )?(?:(?:that|this|which|these|both) (?:is what |are what )?I (?:did|do|have|hold|am|was|had|know|bring)\b"
    r"|I (?:have|['’]ve|hold|did|do|bring|had)(?: (?:one|it|them|both|so|that|done so|exactly that|just that))\b)",
    re.IGNORECASE,
)
_HAD = re.compile(
    r"(?:^|\s)(?:the|my|this|these|those|what)\b[^,;.]{0,60}? I(?: have|['’]ve) (?!always|long|never|not|yet|to\b|read|seen|heard)\w+",
    re.IGNORECASE,
)
_TWICE = re.compile(
    r"\bthere (?:is|are|was|were|has been|have been) (?:no|never|hardly|nothing)\b.{0,80}?(?:\bnot\b|n['’]t\b|\bwithout\b)"
    r"|\bcan(?:not|['’]t) (?:imagine|think of|remember)\b.{0,40}\bwithout\b|\bnever (?:\w+ ){1,4}without\b",
    re.IGNORECASE,
)


def states_own_fact(sentence: str) -> bool:
    """Say whether the applicant's own experience is named somewhere in a sentence, whatever stands before it.

    A line of a list has no subject, and is the applicant's.

    >>> states_own_fact("I am eager to use my eight years in nursing"), states_own_fact("I have always wanted to nurse")
    (True, False)
    >>> states_own_fact("Responsible for payroll in three shops"), states_own_fact("Required is a licence")
    (True, False)
    """
    return bool(_OWN_FACT.search(sentence) or _FRAGMENT.match(sentence))


def answers(sentence: str) -> int:
    """Return the character up to which a sentence echoes what is asked before it answers "I have one"; 0 where it does not.

    >>> answers("You need fault finding; that I did every day."), answers("You need fault finding.")
    (22, 0)
    """
    match = _ANSWER.search(sentence)
    return match.start() if match else 0


def had_by_the_applicant(sentence: str, start: int) -> bool:
    """Say whether what a wish is about is something that the applicant has: "bring you the care I have given for years"."""
    return bool(_HAD.search(sentence, start))


def denies_twice(sentence: str) -> bool:
    """Say whether two denials make a claim.

    >>> denies_twice("There was never a day in which I did not lead a team."), denies_twice("I have never led a team.")
    (True, False)
    """
    return bool(_TWICE.search(sentence))

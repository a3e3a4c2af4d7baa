"""How a requirement stands inside a sentence: as it is, with an article, or set apart in single quotation marks.

Knows nothing about findings. Requirements are phrases of any shape ("5+ years of ...", "Fluent in Spanish"); whatever
does not read as a noun phrase is set apart, so that the sentence around it stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingestion.words import is_everyday, is_place, is_role, is_tool_or_employer

LONGEST_INLINE = 90
"""Characters up to which a requirement may stand in a sentence without marks around it."""

NUMBER_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

_QUALITIES = frozenset(
    "able careful certified comfortable competent confident eager experienced familiar flexible fluent friendly independent "
    "knowledgeable licensed motivated organised organized passionate physically polite proficient punctual qualified registered "
    "reliable resilient responsible skilled trained versed willing".split()
)
"""Words that say what somebody is: "fluent in Spanish"; before a noun ("certified electrician") they do so as well."""

_THINGS_AFTER_A_QUALITY = frozenset(
    "advice approach communication cooperation english experience handling knowledge license licence manner operation "
    "service skills use way".split()
)
"""Heads that a quality may stand before: "friendly manner", "confident use of Git"."""

_PEOPLE = frozenset(
    "architect bartender chef communicator cook driver leader learner mechanic player server speaker thinker waiter "
    "welder worker".split()
)
"""Heads that are somebody, beside the roles that names are told from: nobody shows "team player"."""

_VERBS = frozenset(
    "be can communicate create deliver develop do drive ensure follow handle handles has have hold improve install know "
    "maintain make manage manages must operate perform prepare provide sell serve should speak speaks teach "
    "understand will write".split()
)
_LIKE_VERBS = frozenset(
    "build clean cook design lead lift plan repair run support train travel type use work".split()
)
_AFTER_A_VERB = frozenset(
    "a an all any at by evenings holidays in independently night nights on our safely shifts the to under up weekends well "
    "with your".split()
)
"""Words that tell a verb from a noun: "work nights", "lead a team", but "work experience", "design skills"."""
_LINKS = frozenset(
    "as because by for from if in of on our that they to we what when where who with you your".split()
)
_ALWAYS_SMALL = frozenset(
    "a an at attentive bachelor both cleanliness empathetic empathy forklift in individual licences minimum more off on over "
    "several systematic two three".split()
)
_NEVER_SMALL = frozenset("access english office outlook teams windows word".split())
_COMMON_ENDS = ("ance", "ence", "ing", "ity", "ment", "ness", "tion")
"""Ends of words that are hardly ever a name."""
_CLAUSE = re.compile(
    r"[;:!?“”\"\[\]]|\)$|\.\s|,\s+(?:and|but|who|which)\s+(?:you|we|who)\b|\b(?:you|we|must|should|will)\b",
    re.IGNORECASE,
)

_GLOSS = re.compile(r"[^()]{1,60} \(([^()]+ experience)\)")
"""A role with what it stands for: "Project Manager (project management experience)"."""

_ONE_OF_A_KIND = frozenset(
    "attestation background bsn card certificate cpa degree diploma doctorate eye licence license mba passport permit phd portfolio "
    "qualification record registration".split()
)
"""Heads that want an article: "a forklift licence"."""
_HEAD_ENDS = re.compile(r"\s(?:about|as|at|by|for|from|in|including|of|on|or|such|that|to|with)\b|,")
_HAS_DETERMINER = re.compile(
    r"(?:\d|(?:a|an|any|at|both|each|every|its|minimum|more|my|no|one|our|over|some|the|their|this|two|three|up|your)\b)",
    re.IGNORECASE,
)
_SPOKEN_VOWEL = re.compile(r"(?:[AEFHILMNORSX][A-Z0-9]|[aeio]|u(?!ni|s[ei]|k)|hono|hour|heir)", re.ASCII)
_SPOKEN_CONSONANT = re.compile(r"(?:one\b|once\b|eu)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def asked_words(text: str) -> str:
    """Return a requirement as it stands in a sentence, on one line.

    >>> asked_words("Pastry skills"), asked_words("food safety certificate"), asked_words("Fluent in Spanish")
    ('pastry skills', 'a food safety certificate', '‘Fluent in Spanish’')
    """
    words = unquoted(text).rstrip(" .;:,")
    gloss = _GLOSS.fullmatch(words)
    if gloss is not None:
        words = gloss[1]
    if _set_apart(words):
        return f"‘{words}’"
    words = _small_initial(words)
    head = _HEAD_ENDS.split(words, maxsplit=1)[0].rsplit(" ", 1)[-1].lower()
    if head in _ONE_OF_A_KIND and not _HAS_DETERMINER.match(words) and " and " not in words.split(head)[0]:
        return f"{_article(words)} {words}"
    return words


def unquoted(text: str) -> str:
    """Return a text on one line with straight quotation marks: curly ones stand around a letter's own words alone."""
    return " ".join(text.replace("“", '"').replace("”", '"').split())


def _set_apart(text: str) -> bool:
    words = re.findall(r"[\w'’+#-]+", text.lower())
    if not words or len(text) > LONGEST_INLINE or _CLAUSE.search(text):
        return True
    first, second = words[0], words[1] if len(words) > 1 else ""
    head = _HEAD_ENDS.split(text.lower(), maxsplit=1)[0].rsplit(" ", 1)[-1]
    if first in _QUALITIES:
        return head not in _THINGS_AFTER_A_QUALITY | _ONE_OF_A_KIND
    if first in _VERBS or first in _LINKS:
        return True
    if first in _LIKE_VERBS and (second in _AFTER_A_VERB or second.isdigit()):
        return True
    return head in _PEOPLE or (is_role(head) and head.endswith(("er", "or", "ist", "ian", "ic", "nurse")))


def _small_initial(text: str) -> str:
    """Write an ordinary first word without its capital; names, tools, titles in capitals and short forms keep theirs."""
    first, *others = text.split(" ")
    second = others[0] if others else ""
    if first[1:] != first[1:].lower() or (first.isupper() and first != "A"):
        return text
    small = re.split(r"[-/'’,]", first.lower())[0]
    a_doing = small.endswith("ing") and not is_role(second.lower()) and any(one.islower() for one in others)
    if second[:1].isupper() and not second.isupper() and not a_doing:
        return text
    ordinary = (
        small in _ALWAYS_SMALL or is_everyday(small) or (len(small) > 6 and small.endswith(_COMMON_ENDS))
    )
    if not ordinary or is_tool_or_employer(small) or is_place(small) or small in _NEVER_SMALL:
        return text
    return text[0].lower() + text[1:]


def _article(words: str) -> str:
    vowel = _SPOKEN_VOWEL.match(words) and not _SPOKEN_CONSONANT.match(words)
    return "an" if vowel else "a"


def joined(items: Sequence[str], word: str = "and") -> str:
    """Join phrases as in a sentence, parted so that an "and" or a comma inside one of them misleads nobody.

    >>> joined(["leadership", "SQL"]), joined(["Python and SQL", "leadership"], "or")
    ('leadership and SQL', 'Python and SQL, or leadership')
    """
    if len(items) < 2:
        return "".join(items)
    bare = [re.sub(r"“[^”]*”|‘[^’]*’", "", item) for item in items]
    mark = ";" if any("," in item for item in bare) else ","
    inside = mark == ";" or any(re.search(r"\b(?:and|or|nor)\b", item) for item in bare)
    last = f"{mark} {word} " if inside else f" {word} "
    return f"{f'{mark} '.join(items[:-1])}{last}{items[-1]}"


def number_word(count: int) -> str:
    """Return a small number in words, a larger one in digits.

    >>> number_word(3), number_word(31)
    ('three', '31')
    """
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)

"""Whose merit a clause speaks of: stretches whose subject, or whose doer, is somebody else than the applicant.

Also clauses that repeat the advertisement, and denials that come after what they deny. Reads the order of words alone;
knows nothing about requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_PERSON = (
    r"(?:mother|father|mum|mom|dad|sister|brother|husband|wife|son|daughter|uncle|aunt|cousin|grand(?:mother|father)|partner|spouse"
    r"|friend|colleague|co-?worker|coworker|neighbou?r|boss|chef|cook|nurse|owner|manager|director|supervisor|foreman|forewoman"
    r"|master|mentor|lead|leader|head|technician|engineer|electrician|teacher|educator|trainer|trainee|apprentice|intern|student"
    r"|porter|driver|clerk|secretary|assistant|consultant|contractor|specialist|lawyer|accountant|psychologist|counsell?or|doctor"
    r"|physician|officer|agent|client|customer|predecessor|successor|teammate|classmate|roommate|senior|junior|expert|analyst"
    r"|developer|designer|administrator|coordinator|principal|buyer|planner|operator|mechanic|worker)"
)
_GROUP = (
    r"(?:agency|company|firm|department|office|headquarters|organi[sz]ation|site|plant|branch|unit|county|hospital|school"
    r"|people|parents|management|staff|committee|board)"
)
_TEAM = r"(?:team|crew|group|department|division)"
_WORD = r"[\w'’-]+"
_VERB = (
    r"(?:(?:also|always|then|still|usually|mostly|already|never|personally|once|himself|herself)\s+)?"
    r"(?:is|are|was|were|has|have|had|does|did|do|holds?|held|runs?|ran|leads?|led|wrote|writes?|built|builds?|taught|teach(?:es)?"
    r"|sold|sells?|bought|drove|drives?|won|made|makes?|kept|keeps?|took|takes?|got|gets?|gave|gives?|found|finds?|spoke|speaks?"
    r"|works?|deals?|dealt|did|went|grew|knew|knows?|\w{2,}(?<!s)s|\w{2,}ed"
    r"|(?:(?<=s )|(?<=people )|(?<=parents ))(?:use|handle|manage|deliver|cook|train|plan|prepare|carry|buy|drive|teach|serve|support"
    r"|maintain|operate|develop|organi[sz]e|program|design|repair|install|test|clean|order|count|care|look))\b"
)
_BESIDE = (
    rf"(?:\s+(?:of mine|from {_WORD}|(?:with|in|at|on) (?:{_WORD}\s+){{0,5}}{_WORD}|but me"
    rf"|(?:(?:that|who|whom|which)\s+)?(?:I|we)\s+(?:(?:would|will)\s+)?{_WORD}(?:\s+{_WORD})?(?:\s+(?:for|to|with|beside|under|up for))?"
    rf"|who {_WORD}(?:\s+{_WORD}){{0,2}}|(?-i:(?!Cert|Licen|Award|Dipl)[A-Z][a-z]+)))?"
)
"""What may stand between somebody and the verb: "whom I report to", "with thirty years in the trade", a name."""

_LEAD_IN = r"(?:(?:^|(?<=\s))(?:because|when|while|since|although)\s|^|(?<=[,;:.!?—]\s)|(?<=\sand\s)|(?<=\sbut\s)|(?<=\sthat\s))(?:(?:in|at|on) (?:our|my|the|that) \w+,?\s+)?"
_THIRD_PERSON = re.compile(
    rf"{_LEAD_IN}(?:(?:my|our|the|a|an|another|one|his|her|both my|all my|most of (?:my|our|the)|many of (?:my|our|the)"
    rf"|some of (?:my|our|the)|(?:two|three|four|five|six) of (?:my|our|the))\s+(?:(?!(?:I|we)\b){_WORD}\s+){{0,3}}?"
    rf"(?:{_PERSON}s?|{_GROUP})|(?:a|the|our) (?:wo)?man|(?:our|the|another|your) {_WORD}\s+{_TEAM}"
    rf"|most of (?:my|our|the) people\b|(?:every|no|some)(?:body|one)|most (?:of the )?people)"
    rf"\b(?![’'-]\w){_BESIDE},?\s+(?P<verb>{_VERB})(?!\s+(?:me|my|us)\b)",
    re.IGNORECASE,
)
"""A clause that opens with somebody else as its subject, through to the verb."""

_SUBORDINATE = re.compile(r"(?:because|when|while|since|although)\s", re.IGNORECASE)
"""Opens a clause that ends at the next comma: "Because our chef hated paper, I ..."."""

_CLEFT = re.compile(
    r"\bit (?:is|was) (?!(?:me|I|my (?:job|task|duty|work|role|responsibility))\b)(?:my|our|the|a|an|another)\b[^,;.]{1,50}?\b(?:who|that)\b",
    re.IGNORECASE,
)
_BY_OTHERS = re.compile(
    r"\b(?:is|are|was|were|been)\s+(?:\w+ly\s+|always\s+|mostly\s+|often\s+)?(?:done|run|held|led|kept|made|taught|written|built|found"
    r"|sold|sent|put|set|cut|\w+(?:ed|en|wn|ught))\s+by\s+(?!me\b|us\b|my(?:self)?\b(?! (?:\w+ )?"
    + _PERSON
    + r"))[\w-]+",
    re.IGNORECASE,
)
"""A passive with its doer: "was always done by a colleague"."""

_TO_ME = re.compile(
    r"\b(?:I|we) (?:was|were|have been|had been) (?!certified|licen[sc]ed|registered|promoted|awarded|accredited|chosen|selected"
    r"|trusted|entrusted|asked|hired|recruited|invited|honou?red|recogni[sz]ed|named|elected|employed)\w+ed by\b",
    re.IGNORECASE,
)
"""Done to the applicant: the verb is another's."""

_OWNED = re.compile(r"\bbelongs? to (?!me\b|us\b)", re.IGNORECASE)

_SAID = r"(?:write|say|mention|state|ask|note|add|stress|list|put it|want|tell me)"
_PARENTHESIS = re.compile(
    rf",\s*(?:you {_SAID}|I (?:read|see|gather|understand|hear|take it|note)|(?:says|states|writes) (?:your|the) [\w-]+"
    rf"|(?:your|the) [\w-]+ (?:says|states|reads|puts it)),",
    re.IGNORECASE,
)
_DEMANDED = re.compile(
    r"\b(?:(?:is|are|would be|was|were) (?:required|needed|desired|preferred|mandatory|essential|wanted|sought"
    r"|(?:a |an )(?:plus|must|advantage|bonus|requirement)|part of (?:it|the (?:post|role|job|position))|on your (?:list|wish list)"
    r"|the heart of)|stands? (?:high )?on your list|(?:seems?|appears?) to (?:matter|be important)"
    r"|(?:that|which) you (?:mention|ask for|list|describe|require|name))\b",
    re.IGNORECASE,
)
_YOU = re.compile(
    r"(?:^|(?<=[;.!?]\s))You\s+(?!can\b|could\b|may\b|might\b|will\b|would find\b|find\b|reach\b|see\b)\w+",
    re.IGNORECASE,
)
_I_READ = re.compile(
    r"\bI (?:read|see|saw|noticed?|notice|understand|gather|note|learned|know|hear|heard)(?: in [^,]{1,40}?)? that\b(?! I\b)",
    re.IGNORECASE,
)

_LATE_DENIAL = re.compile(
    r"\b(?:(?:is|are|was|were)\s+(?:(?:something|one thing|a \w+|an \w+|the (?:one )?\w+|nothing)(?:,? (?:that|which|in which|where))?"
    r" I (?:have (?:never|no|not|yet)|(?:can|do|did|have)(?:not|n['’]t)|can(?:not|['’]t)|do not|did not|don['’]t|never|lack)"
    r"|not (?:for me|my|something|yet mine|among)|(?:quite |still |all )?(?:new|foreign|unknown|unfamiliar|a mystery) to me|missing from my)"
    r"|(?:from a (?:safe |respectful )?distance|(?:I|we) (?:gladly |happily |always )?(?:leave|left) (?:it |that |them )?to (?:others|the experts|those)))",
    re.IGNORECASE,
)
_OWN_SUBJECT = re.compile(r"\b(?:I|I['’]\w+|we|my)\b")
_CLAUSE_START = re.compile(r"[;:—.!?]\s|,?\s(?:but|although|though|whereas|while|because)\s")
_AS_FOR = re.compile(r"\s*(?:as for|when it comes to|regarding)\b", re.IGNORECASE)


def clause_start(sentence: str, place: int) -> int:
    """Return where the clause that holds ``place`` begins."""
    return max((stop.end() for stop in _CLAUSE_START.finditer(sentence, 0, place)), default=0)


def of_others(sentence: str) -> Iterator[Span]:
    """Yield the stretches, cue first, whose doer is somebody else.

    How far one reaches is the caller's to say, except where it ends at a comma.

    >>> [sentence[a:b] for sentence in ["My head chef planned the menus."] for a, b in of_others(sentence)]
    ['My head chef planned']
    """
    for match in _THIRD_PERSON.finditer(sentence):
        comma = sentence.find(",", match.end())
        closed = comma > 0 and _SUBORDINATE.match(sentence, match.start())
        yield match.start(), comma if closed else match.end()
    for match in _CLEFT.finditer(sentence):
        yield match.start(), match.end()
    for match in (*_BY_OTHERS.finditer(sentence), *_OWNED.finditer(sentence)):
        start = clause_start(sentence, match.start())
        if not _OWN_SUBJECT.search(sentence, start, match.start()):
            yield start, match.end()


def done_to_the_applicant(sentence: str) -> Iterator[Span]:
    """Yield verbs of which the applicant is the object: "I was precepted by"."""
    for match in _TO_ME.finditer(sentence):
        yield match.start(), match.end()


def of_the_advertisement(sentence: str) -> Iterator[Span]:
    """Yield the stretches that repeat what is asked for, from the start of their clause where the cue comes late."""
    for match in _PARENTHESIS.finditer(sentence):
        yield clause_start(sentence, match.start()), match.end()
    for match in _DEMANDED.finditer(sentence):
        start = clause_start(sentence, match.start())
        if not _OWN_SUBJECT.search(sentence, start, match.start()):
            yield start, match.end()
    for match in (*_YOU.finditer(sentence), *_I_READ.finditer(sentence)):
        yield match.start(), match.end()


def denied_late(sentence: str) -> Iterator[Span]:
    """Yield the clauses that name something first and then deny it.

    >>> [sentence[a:b] for sentence in ["Pastry is not for me."] for a, b in denied_late(sentence)]
    ['Pastry is not for me']
    """
    for match in _LATE_DENIAL.finditer(sentence):
        start = clause_start(sentence, match.start())
        own = _OWN_SUBJECT.search(sentence, start, match.start())
        if (
            own is None
            or _AS_FOR.match(sentence, start)
            or match.group().lower().startswith(("from a", "i ", "we "))
        ):
            yield start, match.end()

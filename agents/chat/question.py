"""What a question asks for, read from its words without a model: its kind, whom and which requirement it means.

Knows nothing about answers. What it can't read is of the kind ``unknown``, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from agents.chat.mentions import Mentions, read_mentions
from agents.chat.several import Several, read_several
from agents.chat.subject import Subject
from agents.chat.topics import content_stems, named_requirements, nearest_requirements
from agents.verdict import Label, Requirement

Kind = Literal[
    "help", "raise", "why_not", "compare", "score", "sentence", "reads", "who", "standing", "unjudged", "count", "letter",
    "requirements", "decision", "stranger", "unknown",
]  # fmt: skip

# Tried in this order; the first that matches decides.
_WORDINGS: tuple[tuple[Kind, str], ...] = (
        ("help", r"^\s*(?:help|\?)\W*$|\bwhat (?:can|could|may|should) (?:i|you|we) (?:ask|do|answer)\b|\bhow do (?:i|you) (?:use|ask)\b"),
        ("unjudged", r"\b(?:unjudged|not (?:been |\S+ )?judged|n't \S+ judged|n't (?:been )?(?:judged|read|scored)|couldn't be judged|left out|"
                     r"without (?:a )?score|no score|not scored)\b|\b(?:every(?:one|body|thing)|all|each)\b.*\b(?:judged|read|scored)\b"),
        ("count", r"\bhow many (?:\w+ )?(?:letters|applicants|applications|candidates|people)(?: are there| (?:were|was|got|have been) (?:judged|read|scored|screened|received|sent)| "
                  r"(?:did|have) you (?:read|judged?|scored?|got)| applied| wrote| are (?:in )?(?:this|the) \w+)?(?: (?:in all|altogether|in total|here|in (?:this|the) \w+))*\W*$"),
        ("requirements", r"\bwhat (?:are|were) the (?:\w+ )?(?:requirements|criteria|must[- ]haves|nice[- ]to[- ]haves)\b|"
                         r"\b(?:list|show|which|name)(?: me)?(?: are)?(?: all)?(?: the)? (?:requirements|criteria)\b|\bwhat (?:does|did) the job (?:ask|require|want)|"
                         r"\bwhat (?:does|did) the job\b|\bjudged (?:by|on|against) what|\bwhat (?:are|were) (?:they|the letters) judged (?:by|on|against)"),
        # What no look-up can answer, whatever words it shares with a question that one can.
    ("help", r"\b(?:who|which \w+) would\b|\bwhat if\b|\b(?:delete|erase|remove|change|edit|send|e-?mail|write to)\b.*\b(?:letters?|candidates?|applicants?|scores?|it|them|her|him)\b"),
    ("decision", r"\b(?:should|shall|would|could|can|must|do|may) (?:i|we|you) (?:really |just )?(?:hire|employ|reject|pick|choose|take|decline|dismiss|turn down)\b|"
                 r"\b(?:hire|reject)\b.*\?\s*$|^\s*(?:hire|reject|decline|dismiss)\b"),
    ("raise", r"\bweak(?:ness|nesses|est point|est points|spots?)?\b(?! than)|\b(?:what|how) (?:\w+ )?(?:would|could|can|does|will|do|must|should|is)\b.*\b(?:make|turn|raise|improve|increase|lift|push|"
                  r"take|need|get|reach|become|score (?:higher|better|more)|missing|lacking|lack|win|beat|higher|better)\b|"
                  r"\bwhat(?:'s| is| else is)? (?:missing|lacking)\b|\bwhat (?:keeps|stops|holds)\b|\bmissing (?:in|from|for|to)\b"),
        ("why_not", r"\bwhy (?:not|isn't|wasn't|is not|was not|didn't|did not|doesn't|does not)\b|\bwhy (?:did|does|is|was|has|do)\b.*"
                    r"\b(?:lose|lost|not|behind|below|ahead|before|above|over|better|worse|win|won|winner|chosen|picked|first|second|rejected|"
                    r"beat|beaten|lower than|higher than|instead|last)\b|\bwhy\b.*\b(?:over|instead of|rather than|and not|before|ahead of)\b|^\s*why\s*$|"
                    r"\bhow come\b|\bwhat(?:'s| is) wrong with\b|\bwhat (?:speaks|spoke) against\b|\bwhy\s*\?*\s*$"),
        ("score", r"\b(?:explain|calculate|compute|break down|derive|work out|justify|show|how|why|where|what)\b.*\b(?:scores?|scored|scoring|points|arithmetic|formula|calculated|"
                  r"computed|number)\b|\bhow (?:was|is|did) .* (?:get|come to|end up with|arrive at)\b|\bscore of\b|\bscore\b\W*$|\bwhy\b.*\b(?:only|just)\b|\bwhy\b.*\ban? [0-9]"),
        ("compare", r"\b(?:compar(?:e|ed|ing|ison)|versus|vs\.?|difference|differ|against each other|side by side|head to head|(?:better|worse|stronger|weaker) than|"
                    r"stack up|weigh)\b|\bbetter\b.*\bor\b|\bor\b.*\bbetter\b|\bwho (?:is|has|shows) (?:better|stronger|more)\b|\bwhich (?:one )?(?:of \w+ )?(?:is|has|shows) (?:better|stronger|more)\b"),
        ("sentence", r"\b(?:show|read|give|see|print|find|cite)(?: me| us)?\b.*\b(?:sentences?|quotes?|words|passage|context|lines?|paragraph|evidence|proof|wording)\b|"
                     r"\bwhere (?:does|did|do|is|exactly)\b.*\b(?:says?|said|state[sd]?|writes?|wrote|written|mention|come|found|that)\b|\bin (?:full )?context\b|"
                     r"\bwhat (?:exactly )?(?:does|did) .* (?:say|write|claim) exactly\b|\bwhat exactly\b|\bexact (?:words|sentence|quote)\b|\bprove (?:it|that)\b|"
                     r"\bbas(?:e|ed)\b.*\bon\b|\brests? on\b|\bwhat(?:'s| is) the (?:sentence|quote|evidence|proof|source)\b|\b(?:the|which) (?:sentence|quote)\b|\bhow do you know\b|\bsays who\b"),
        ("reads", r"\bwho(?:m)?(?: else)?\b.*\b(?:read|look at|consider|invite|interview|shortlist|see|talk to|check)\b|\bread next\b|\bnext to read\b|"
                  r"\b(?:any|some) (?:other|more|others)\b.*\b(?:read|worth|good|letters|candidates)\b|\bshort ?list\b|\bworth (?:reading|a look)\b|\bwho else\W*$|"
                  r"\bwhich (?:other|letters?|ones?)\b.*\b(?:read|consider|interview|invite)\b"),
        ("standing", r"\bwho (?:won|wins|is (?:the )?(?:winner|best|first|top|leading|second|third|last)|came|comes|leads)\b|\bwhat(?:'s| is) the (?:ranking|order|result|outcome)\b|"
                     r"\b(?:ranking|rank order|the order|results?|leader ?board|standings?)\b|\btop (?:\d+|two|three|four|five|ten|letters|candidates)\b|\bties?\b|\btied\b|\bclose (?:call|race|is it|was it|second)\b|"
                     r"\bhow close\b|\bis it close\b|^\s*(?:the )?winner\W*$|"
                     r"\bwho(?:'s| is) (?:in )?(?:number|no\.?|rank|place|position)\b|\bname the winner\b|\b(?:best|first|next|last) (?:\d+|two|three|four|five|ten) (?:letters|candidates|applicants)\b"),
        ("who", r"\bwho(?:ever)?\b|\bwhose\b|\b(?:any|some|every)(?:one|body)\b|\bhow many\b|\b(?:which|what|list|find|show|give|are there|search|look)\b.*\b(?:letters?|candidates?|applicants?|people|ones?|"
                r"others|everyone|all)\b|\bis there (?:a|an|any)\b|\b(?:search|look) for\b|\bdo (?:any|some) of\b|\bdoes (?:any|some)\b"),
)  # fmt: skip
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDINGS
)
_AGAIN: dict[str, Kind] = {
    "raise": "raise",
    "why_not": "why_not",
    "score": "score",
    "sentence": "sentence",
    "who": "who",
    "compare": "compare",
}
_OTHERS = re.compile(r"\b(?:others?|else|that|this|it|everyone|anyone)\b", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:all|every|each)\b.*\b(?:requirements?|musts?|must[- ]haves?|criteria|nice[- ]to[- ]haves?)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(r"\b(?:w[io]n\w*|best|ranking|order|top|tie[ds]?|close|result|standing)", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:tell|what|how|summar\w+|describe|findings?|about|does|did|do|has|have|is|can|show|and|details?|overview|give|"
    r"anything|explain)\b",
    re.IGNORECASE,
)
_FOLLOW = re.compile(r"^\W*(?:and|what about|how about|and what about|or|also|then|but)\b", re.IGNORECASE)
_LACKS = re.compile(
    r"\b(?:lack\w*|without|miss(?:es|ing)|not (?:show\w*|have|mention\w*|meet|met)|no|nobody|none|"
    r"(?:doesn't|don't|does not|do not|didn't|hasn't|haven't) (?:show|have|mention|meet|hold|know)?)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"\b(?:contradict\w*|otherwise|den(?:y|ies|ied)|admits?|the opposite)\b", re.IGNORECASE)
_PARTLY = re.compile(r"\b(?:part(?:ly|ial|ially)|half|somewhat|a bit)\b", re.IGNORECASE)
_FULLY = re.compile(r"\b(?:plainly|fully|clearly|really|meets?|met)\b", re.IGNORECASE)
_BEAT = re.compile(
    r"\b(?:win|beat|overtake|pass|first|winner|ahead of|above|best|outrank|outscore)\b", re.IGNORECASE
)
_ABOVE = re.compile(
    r"\bscor(?:e|es|ed|ing)\b.*?\b(?:above|over|at least|more than|from|higher than|of)\b|"
    r"\b(?:above|over|at least|more than) (?:an? )?[0-9.]+ ?(?:points|in score|or more|or better)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Last:
    """What the last answers were about, for "it", "both" and "what about ...". Letters spoken of last stand last."""

    kind: str = ""
    letters: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    target: float | None = None
    beats: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``topic`` holds the words that no requirement explains, to be looked for in the letters."""

    kind: Kind
    text: str
    mentions: Mentions
    letters: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    topic: str
    labels: tuple[Label, ...] = ()
    target: float | None = None
    beats: bool = False
    above: float | None = None
    every: bool = False
    follows: bool = False
    several: Several | None = None


def read_question(subject: Subject, text: str, last: Last) -> Question:
    """Read a question in the light of what was spoken of last."""
    mentions = read_mentions(subject, text, last.letters)
    follows = _FOLLOW.match(text) is not None
    kind = _kind(mentions.rest, text)
    picked = _picked(text, mentions, last)
    if picked is not None:
        mentions = replace(mentions, letters=(picked,), choices=())
        kind = _repeated(last.kind) if kind == "unknown" else kind
    if mentions.unknown:
        kind = "stranger"
    topic = _topic_text(mentions.rest)
    several = read_several(mentions.rest if kind in ("who", "unknown") else topic, subject.requirements)
    requirements = several.requirements if several else named_requirements(topic, subject.requirements)
    if kind not in ("who", "letter", "unknown") and not requirements:
        requirements = nearest_requirements(topic, subject.requirements)
    letters = mentions.letters
    if kind == "unknown" and follows and last.kind:
        kind = _repeated(last.kind)
        if letters and (
            kind in ("who", "standing", "reads") or (requirements and kind in ("compare", "why_not"))
        ):
            kind = "letter"
        elif not letters and requirements and kind in ("why_not", "compare") and len(last.letters) > 1:
            kind = "compare"
        elif not letters and requirements and kind != "who":
            kind = "letter"
    if kind == "unknown" and (letters or ((mentions.it or requirements) and last.letters)):
        bare = not content_stems(topic) or bool(requirements)
        if bare or _ABOUT.search(mentions.rest) or mentions.it:
            kind = "letter"
    if not letters and not requirements and not content_stems(topic) and _OTHERS.search(text):
        requirements = tuple(one for one in subject.requirements if one.id in last.requirements)
        kind = "who" if requirements and kind in ("who", "unknown") else kind
    if kind == "who" and letters and (_about_one(text) or not content_stems(topic)):
        kind = "letter"
    if kind == "standing" and letters and not _RESULT.search(text):
        kind = "letter"
    if kind == "raise" and not letters and not last.letters:
        kind = "unknown"
    letters = _whom(kind, mentions, letters, last)
    if (
        not requirements
        and follows
        and kind in ("compare", "sentence", "letter")
        and not content_stems(topic)
    ):
        requirements = tuple(one for one in subject.requirements if one.id in last.requirements)
    if kind == "sentence" and not requirements and (mentions.it or not mentions.letters):
        requirements = tuple(one for one in subject.requirements if one.id in last.requirements)[:1]
    target = mentions.score
    beats = kind == "raise" and target is None and _BEAT.search(text) is not None
    if kind == "raise" and last.kind == "raise" and follows and target is None and not beats:
        target, beats = last.target, last.beats
    return Question(
        kind=kind,
        text=text,
        mentions=mentions,
        letters=letters,
        requirements=requirements,
        topic=" ".join(topic.split()),
        labels=_labels(mentions.rest),
        target=target,
        beats=beats,
        above=mentions.score if kind in ("who", "standing") and _ABOVE.search(text) else None,
        every=kind == "who" and _EVERY.search(text) is not None,
        follows=follows,
        several=several,
    )


def _kind(rest: str, text: str) -> Kind:
    for kind, pattern in _KINDS:
        if pattern.search(rest if kind in ("who", "compare") else text):
            return kind
    return "unknown"


def _repeated(kind: str) -> Kind:
    """Return the kind that "and 141?" asks again."""
    return _AGAIN.get(kind, "letter")


def _picked(text: str, mentions: Mentions, last: Last) -> str | None:
    """Return the letter chosen from a list just offered: "the second", "141"."""
    if not last.choices:
        return None
    for letter_id in mentions.letters:
        if letter_id in last.choices:
            return letter_id
    place = re.search(r"\b(first|second|third|last)\b", text, re.IGNORECASE)
    if place is None:
        return None
    index = {"first": 0, "second": 1, "third": 2, "last": -1}[place[1].lower()]
    return last.choices[index] if index < len(last.choices) else None


def _topic_text(rest: str) -> str:
    """Return what is left of a question beside its mentions and its asking words."""
    rest = re.sub(r"\b(?:at|of) (?:least|most)\b", " ", rest, flags=re.IGNORECASE)
    return re.sub(
        r"\b(?:compare[ds]?|comparison|missing|close|tied?|calculated?|computed?|arithmetic|formula|justify|context|"
        r"summar\w+|describe|details?|overview|neighbou?rs?|raise|improve|increase|reach|become|turn|win|won|beat|"
        r"shortlist|interview|invite|consider|total|next|lose|lost|chosen|picked|rejected|second|third|exact(?:ly)?|"
        r"search|based?|rests?|strengths?|weak(?:ness(?:es)?)?|biggest|main|others?|otherwise|hire|reject|contradict\w*|den(?:y|ies|ied)|admits?|opposite|result|outcome|order(?=\W*$)|why|ahead|behind|side|over|instead|out)\b",
        " ",
        rest,
        flags=re.IGNORECASE,
    )


def _about_one(text: str) -> bool:
    """Say whether a question that sounds like "who" is about a letter that it names: "does 141 have any ...?"."""
    asks_who = re.search(
        r"\b(?:who|whose|which (?:letters|candidates|applicants|ones)|how many (?:letters|candidates|applicants|people)|"
        r"any(?:one|body)|every(?:one|body)|any of)\b",
        text,
        re.IGNORECASE,
    )
    return asks_who is None


def _whom(kind: Kind, mentions: Mentions, letters: tuple[str, ...], last: Last) -> tuple[str, ...]:
    """Return whom a question means, by name or as the letters spoken of last."""
    if kind == "compare" and len(letters) < 2 and last.letters:
        others = [one for one in last.letters if one not in letters]
        if last.kind == "compare" and not letters:
            return last.letters
        missing = 1 if letters else 2
        if mentions.it or mentions.both or not letters:
            return (*others[-missing:], *letters)
        return (*letters, *others[-1:])
    if letters or kind not in ("raise", "why_not", "score", "sentence", "letter"):
        return letters
    if mentions.both and not mentions.it:
        return last.letters[-2:]
    return last.letters[-1:]


def _labels(rest: str) -> tuple[Label, ...]:
    if _AGAINST.search(rest):
        return ("contradicted",)
    if _PARTLY.search(rest):
        return ("partial",)
    if _LACKS.search(rest):
        return ("contradicted", "not_shown")  # the letter that says so comes first: it is the surest answer
    if _FULLY.search(rest):
        return ("met",)
    return ()

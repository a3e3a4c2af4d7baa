"""Whose claim a sentence makes, and how firmly: a fact about the applicant, a hedge, a wish, a denial, someone else's.

Reads wording alone; knows nothing about requirements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from agents.judges.claims_of_others import denied_late, done_to_the_applicant, of_others, of_the_advertisement
from agents.judges.own_facts import answers, denies_twice, had_by_the_applicant


class Standing(IntEnum):
    """How much a stretch of a sentence says about what the applicant has done."""

    FACT = 3
    HEDGED = 2
    NOT_OWN = 1
    DENIED = 0


_WISH = (
    r"\b(?:excited|thrilled|eager|keen|delighted|enthusiastic|happy|ready|willing|hop(?:e|ing)|aspir(?:e|ing)|aim(?:ing)?"
    r"|look(?:ing)? forward|would (?:love|like|welcome|enjoy|be (?:glad|thrilled|honou?red|happy|excited))"
    r"|want(?:ing)? to|wish(?:ing)? to|dream(?:ed|ing)? of|interested in|intend to|plan to|seek(?:ing)? (?:to|an?|the|new)"
    r"|saving (?:up )?for|on my (?:roadmap|list|agenda|wish list)|the (?:chance|opportunity|possibility) (?:to|of)|my (?:goal|dream|ambition)|i will\b|i['’]ll\b|can(?:not|['’]t) wait)"
)
_APPLYING = (
    r"\b(?:express(?:ing)? (?:my|an?) [\w\s]{0,30}?interest|apply(?:ing)? (?:for|to)|application for|applied for"
    r"|in response to|the (?:position|role|post|job|vacancy|opening) of|consider(?:ing)? me for|candidate for"
    r"|(?:your|the|this) (?:advertisement|posting|advert|ad)\b|submit (?:my|the))"
)
_EMPLOYER = (
    r"\b(?:you(?:['’]re| are| have| need| seek| want| require| ask| write| mention| say| describe| list| state| advertise)|your (?!.{0,40}\bI (?:have|led|manag))"
    r"|the (?:position|role|job|posting|ad) (?:requires|calls for|asks|needs|demands))"
)
_OTHER = (
    r"\b(?:my (?:\w+ )?(?:\w+['’]s )?(?:sister|brother|father|mother|dad|mum|mom|husband|wife|friend|colleague|co-?worker|boss|uncle|aunt"
    r"|partner|cousin|mentor|daughter|son|predecessor|supervisor|classmate|roommate|neighbou?r|teammate|grand(?:father|mother|parents?)"
    r"|parents|family)s?\b(?:['’]s?\b)?(?=,? (?:\w+ ){0,3}?(?:is|are|was|were|has|have|had|who|works?|worked|holds?|held|runs?|ran|led|leads?"
    r"|manages?|managed|handles?|handled|teaches|taught|does|did|became|earned|trained|programs?|programmed|owns?|owned|builds?|built|cooks?|cooked"
    r"|drives?|drove|nursed|wrote|writes?|passed|got|gets|says|said|used|uses)\b)"
    r"|(?<!if )(?<!and )(?:he|she)\b(?! and I)"
    r"|\b(?:most|many|few|other) (?:\w+ )?\w+s\b(?=\W|$)(?! of my)"
    r"|\b(?:a|our|the|another) (?:colleague|friend|owner|chef|boss|team lead|specialist|contractor|senior)s? (?:of mine )?"
    r"(?:(?!(?:I|we)\b)\w+ )?(?:is|are|was|were|has|have|had|leads?|led|runs?|ran|does|did|handles?|handled|manages?|managed"
    r"|holds?|held|writes?|wrote|builds?|built)\b)"
)
_STILL_SO = r"(?! only| wait| (?:once |yet |ever )?(?:been (?:out of|away from)|left|stopped|missed|lost|looked back|regretted|shied|tired)\b)"
"""After a "not" these deny an end, not a beginning: "I have not left it since"."""

_DENIAL = (
    rf"\b(?:(?:do|did|does|have|has|had|am|is|was|can|could) not{_STILL_SO}|cannot (?:claim|say|offer|yet)"
    rf"|(?:don|didn|haven|hasn|isn|wasn|can|couldn)['’]t{_STILL_SO}"
    r"|never (?!miss|late|fail|been late|had an? (?:accident|complaint))|not yet|yet to|no (?:[\w-]+ )?(?:[\w-]+ )?(?:experience|background|training|degree|"
    r"certification|certificate|licen[cs]e|knowledge|qualification)|lack(?:ing)?|without (?:any |a )?(?:formal |prior |direct )?(?:experience|degree|training"
    r"|certification|licen[cs]e))\b"
)
_HEDGE = (
    r"\b(?:it (?:has been|is|was) said|(?:I am|I was|I have been|I['’]m) told|people (?:say|tell me)|abilit(?:y|ies) to|able to|capable of|capacity to|potential to|familiar(?:ity)? with|exposure to|exposed to|"
    r"basic (?:knowledge|understanding|skills|grasp|training)|basics of|some (?:experience|knowledge|exposure|familiarity|training)|limited|beginner|introductory|coursework"
    r"|course in|courses in|learn(?:ing)? (?:about|to|the|more)?|study(?:ing)?|studies toward|pursuing|working towards?|in progress"
    r"|enrol(?:l)?ed|passion(?:ate)?(?: for| about)?|interest in|aspiring|help(?:ed|ing) (?:with|out)|assist(?:ed|ing) (?:with|in)|shadow(?:ed|ing)"
    r"|observ(?:ed|ing)|under supervision|touched on|dabbled|hobby|theoretical|a little|read about|heard (?:of|about)|at home|(?:lost|gave up|handed in) my)\b"
)
_FRAME = re.compile(
    r"\s*(?:dear\b|to whom it may|hello\b|hi\b|good (?:morning|afternoon|day)|(?:yours )?(?:sincerely|faithfully|truly)"
    r"|(?:kind|best|warm|with)\b.{0,12}\bregards|regards\b|respectfully|thank(?:s| you)\b|re:|subject:)",
    re.IGNORECASE,
)
_FRAME_LIMIT = 80
"""Characters up to which a sentence that opens like a salutation or a closing is read as one."""

_LAPSED = re.compile(
    r"\b(?:ran out|lapsed|expired|out of date|no longer (?:valid|current|active)|(?:was|been) (?:revoked|suspended)|pending|scheduled|booked)\b",
    re.IGNORECASE,
)
"""Said of a credential, these reach back to what stands before them."""

_TOPIC_FIRST = re.compile(
    r"(?:^|[,;:.]\s)\s*(?P<topic>(?:[-•*]\s)?[\w+#./-]+(?: [\w+#./-]+){0,3}?) (?:I|we|is|are)\b(?: \w+){0,3}? ?$"
)
"""Words that stand before their own sentence: "Kubernetes we do not run", "Terraform I have read about"."""

_OWN_WORDS = re.compile(r"\b(?:I|I['’]\w+|my|me|we|our|us)\b", re.IGNORECASE)
_PROSE_WORDS = re.compile(
    r"\b(?:and|of|the|in|with|to|for|a|an|at|by|from|as|on|while|including|through|across|within|that|which)\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[,;|/•·]|\s[-–—]\s")

_STOP_SCOPE = re.compile(
    r"[;:—]|\s–\s|,?\s(?:but|however|although|though|whereas)\s|,\s(?:and\s)?(?:I|my|with|having|as)\b|,\swhere\b|\sand\s(?:I|my)\b"
    r"|\sbecause\s|\sgiven\s|\swhile\s|\.\s"
)
_OWN_AFTER_WISH = re.compile(
    r"(?<!get )(?<!earn )(?<!gain )(?<!obtain )(?<!complete )(?<!finish )(?<!take )\b(?:my|our)\b(?:\s+[\w'’+-]+){0,6}?\s+(?:experience|background|skills?|expertise|training|knowledge|track record|years|degree"
    r"|certifications?|certificates?|licen[cs]es?|proficiency|qualifications)\b"
    r"|\b(?:I have|I['’]ve|having)\b",
    re.IGNORECASE,
)
_ORDER = (
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|other|earlier|instructions?)\b"
    r"|\b(?:label|mark|rate|score|rank|grade) .{0,60}?\bas (?:met|shown|the winner|the best|a? ?10)\b"
)
"""An order to the reader says nothing about the applicant; it counts for nothing, whoever reads it."""

_CUES: tuple[tuple[Standing, re.Pattern[str]], ...] = (
    (Standing.HEDGED, re.compile(_HEDGE, re.IGNORECASE)),
    (Standing.NOT_OWN, re.compile(_WISH, re.IGNORECASE)),
    (Standing.NOT_OWN, re.compile(_APPLYING, re.IGNORECASE)),
    (Standing.NOT_OWN, re.compile(_EMPLOYER, re.IGNORECASE)),
    (Standing.NOT_OWN, re.compile(_OTHER, re.IGNORECASE)),
    (Standing.NOT_OWN, re.compile(_ORDER, re.IGNORECASE)),
    (Standing.DENIED, re.compile(_DENIAL, re.IGNORECASE)),
)


@lru_cache(maxsize=50_000)
def standings(sentence: str) -> tuple[tuple[int, int, Standing], ...]:
    """Return the stretches of ``sentence`` that are not plain facts about the applicant, as (start, end, standing).

    >>> [(kind.name) for _, _, kind in standings("I am excited about the future of digital banking")]
    ['NOT_OWN']
    """
    if len(sentence) <= _FRAME_LIMIT and _FRAME.match(sentence):
        return ((0, len(sentence), Standing.NOT_OWN),)
    found: list[tuple[int, int, Standing]] = []
    if is_headline(sentence):
        found.append((0, len(sentence), Standing.NOT_OWN))
    elif is_keyword_list(sentence):
        found.append((0, len(sentence), Standing.HEDGED))
    for lapsed in _LAPSED.finditer(sentence):
        start = max((stop.end() for stop in _STOP_SCOPE.finditer(sentence, 0, lapsed.start())), default=0)
        found.append((start, lapsed.end(), Standing.HEDGED))
    answered = answers(sentence)
    for standing, pattern in _CUES:
        if standing is Standing.DENIED and denies_twice(sentence):
            continue
        for match in pattern.finditer(sentence):
            if standing is Standing.NOT_OWN and match.end() <= answered:
                continue
            end = _scope_end(sentence, match.end())
            if standing is Standing.NOT_OWN:
                own = _OWN_AFTER_WISH.search(sentence, match.end(), end)
                if own:
                    end = own.start()
                if had_by_the_applicant(sentence, match.end()):
                    end = match.end()
            found.append((_scope_start(sentence, match.start()), end, standing))
    for start, end in (*of_others(sentence), *of_the_advertisement(sentence)):
        if end <= answered:
            continue
        closed = sentence.startswith(",", end)
        found.append((start, end if closed else _scope_end(sentence, end), Standing.NOT_OWN))
    found.extend((start, end, Standing.NOT_OWN) for start, end in done_to_the_applicant(sentence))
    if not denies_twice(sentence):
        found.extend((start, end, Standing.DENIED) for start, end in denied_late(sentence))
    return tuple(found)


def is_headline(sentence: str) -> bool:
    """Say whether the line is a subject line or set in capitals: it names the job, not what was done.

    >>> is_headline("RE: SOUS CHEF - CULINARY LEADER"), is_headline("I led the AWS and SQL work")
    (True, False)
    """
    letters = [letter for letter in sentence if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) >= 12 and capitals > 0.8 * len(letters)


def is_keyword_list(sentence: str) -> bool:
    """Say whether words are listed without a sentence around them: a claim of sorts, but no account of anything.

    >>> is_keyword_list("HACCP | Ordering | Stock | Food Cost | Inventory | Training")
    True
    >>> is_keyword_list("I am proficient in Java, Spring Boot, Kafka, SQL, Git and AWS")
    False
    """
    words = len(sentence.split())
    separators = len(_SEPARATOR.findall(sentence))
    if separators >= 10 and separators > 0.25 * words:
        return True
    if _OWN_WORDS.search(sentence):
        return False
    if words <= 3:
        return True
    return separators >= 4 and len(_PROSE_WORDS.findall(sentence)) < 0.15 * words and separators > 0.2 * words


def _scope_end(sentence: str, start: int) -> int:
    stop = _STOP_SCOPE.search(sentence, start)
    return stop.start() if stop else len(sentence)


def standing_at(stretches: Sequence[tuple[int, int, Standing]], start: int, end: int) -> Standing:
    """Return the weakest standing that covers any of the characters ``start`` to ``end``."""
    return min(
        (kind for first, last, kind in stretches if first < end and start < last), default=Standing.FACT
    )


def _scope_start(sentence: str, start: int) -> int:
    """Return where the cue's scope begins: at the cue, or at a topic put in front of the sentence."""
    topic = _TOPIC_FIRST.search(sentence, 0, start)
    if topic is None or topic.end() != start or _OWN_WORDS.match(topic["topic"]):
        return start
    return topic.start("topic")


def is_clause_break(sentence: str, start: int, end: int) -> bool:
    """Say whether a new clause begins between the characters ``start`` and ``end``."""
    return _STOP_SCOPE.search(sentence, start, end) is not None

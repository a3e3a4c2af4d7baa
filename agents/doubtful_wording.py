"""The wordings of criteria that stand in for something else, one rule a wording, with what to ask instead.

Data for agents.doubtful_criteria, which searches sentences with it and mends them. A rule speaks of the wanted person
only: "young people" whom one works with, "native apps" and "energetic materials" are none of its business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

StandsFor = Literal[
    "age", "origin", "sex", "family", "health", "religion", "looks", "schooling", "career breaks", "sameness"
]


@dataclass(frozen=True, slots=True)
class DoubtfulRule:
    """One wording. ``put`` takes its place in the ad: "" for nothing, "someone", or the part that a letter can show."""

    stands_for: tuple[StandsFor, ...]
    pattern: re.Pattern[str]
    instead: str
    put: Callable[[re.Match[str]], str]


_LANGUAGE = (
    r"(?:english|french|german|spanish|italian|portuguese|dutch|flemish|polish|czech|slovak|hungarian|romanian|bulgarian"
    r"|greek|turkish|russian|ukrainian|arabic|hebrew|persian|farsi|hindi|urdu|punjabi|bengali|gujarati|tamil|mandarin|chinese"
    r"|cantonese|japanese|korean|vietnamese|thai|indonesian|malay|swedish|danish|norwegian|finnish|icelandic|welsh|irish"
    r"|catalan|croatian|serbian|slovene|slovenian|albanian|swahili|somali|tagalog)"
)
_SOMEONE = r"(?:person|people|individuals?|candidates?|applicants?|professionals?|talents?|staff|colleagues?|team members?|team players?)"
_MAN_OR_WOMAN = r"(?:lady|ladies|woman|women|man|men|girls?|boys?|gentlem[ae]n|guys?|lads?)"
_TRAIT = (
    r"(?:\w+ly |very )?(?:dynamic|energetic|motivated|self-motivated|friendly|reliable|enthusiastic|hungry|fit|active|vibrant|fresh"
    r"|ambitious|hard-?working|passionate|talented|dedicated|driven|outgoing|positive|creative|bubbly|lively|fun|sporty"
    r"|flexible|confident|young|youthful|mature|attractive|honest|polite|sensible|responsible|sociable|smart)"
)
# Nouns of people that "young" before them does not ask of the candidate ("young carers", "young offenders").
_SERVED = (
    r"(?:people|persons?|adults?|children|child|learners?|offenders?|carers?|famil\w+|mothers?|fathers?|parents?|patients?"
    r"|women|men|girls|boys|readers?|audiences?|students?|pupils?|customers?|consumers?|players?|viewers?|users?|visitors?"
    r"|brothers?|sisters?|members?|singers?|musicians?|writers?|fathers|dancers?|residents?|swimmers?|riders?)"
)
_ROLE = (
    rf"(?!(?:[\w-]+ )?{_SERVED}\b)(?:[\w/&-]+ ){{0,3}}?(?:\w+(?:er|or|ist|ant|ian|ess|eer|ive|nurse|cook)s?|chefs?|nurses?|cooks?|hands?"
    r"|talents?|barm[ae]n|handym[ae]n|salesm[ae]n|interns?)\b"
)
_GROUP = (
    r"(?:team|company|start-?up|firm|business|environment|organi[sz]ation|brand|crowd|workplace|office|attitude|approach"
    r"|manner|outlook|judge?ment)"
)

# A wanted person's "young", not a thing's or a client's: at the end of a phrase, with another trait, or before a person.
_WANTED = (
    rf"(?:(?:\s*,\s*|\s+and\s+|\s*,\s*and\s+|\s*[&/]\s*){_TRAIT})*"
    rf"(?!\s*,?\s*(?:and\s+[\w-]+\s+|[\w-]+\s+)?{_GROUP}\b)"
)
_TO_PERSON = rf"(?=\s*(?:$|[.,;)!:])|\s+(?:with|who|enough|and)\b|\s+{_ROLE})"

_SCHOOL = r"(?:universit(?:y|ies)|colleges?|schools?|business schools?|institut(?:es?|ions?)|b-?schools?|law schools?)"
_TOP = (
    r"(?:top(?:[- ](?:tier|ranked|rated|notch|\d+))?|tier[- ](?:1|one|i)|elite|prestigious|leading|reputed|reputable|renowned"
    r"|first-tier|premier|well-known|high-ranking|world-class|russell group|ivy[- ]league|oxbridge|red-?brick)"
)
_DEGREE = r"(?:degree|bachelor(?:'?s)?(?: degree)?|master(?:'?s)?(?: degree)?|mba|ph\.?d|doctorate|diploma|graduate|education|background)"

_AGE_INSTEAD = "Ask for what the work takes instead, such as “can stand for eight hours”, or the years of experience it needs."


def _rule(
    stands_for: StandsFor | tuple[StandsFor, ...],
    pattern: str,
    instead: str,
    put: Callable[[re.Match[str]], str] | str = "",
) -> DoubtfulRule:
    def text(_: re.Match[str]) -> str:
        return put if isinstance(put, str) else ""

    kinds = (stands_for,) if isinstance(stands_for, str) else stands_for
    return DoubtfulRule(
        kinds, re.compile(pattern, re.IGNORECASE), instead, text if isinstance(put, str) else put
    )


def _fluent(match: re.Match[str]) -> str:
    language = next(one for one in match.groups() if one)
    return f"fluent {language.capitalize()}"


_LEVEL = "Name the level that the work needs instead, such as “fluent English (C2)”: people learn languages."
_SKILL = "Ask for the channels and tools that the person must have worked with instead."
_NO_PLACE = "Leave it out, unless the law of your country lets you ask it for this very job."
_TASKS = "Name the task instead, such as “lifts 20 kg” or “works on ladders”."
DOUBTFUL: tuple[DoubtfulRule, ...] = (
    _rule(
        "origin",
        rf"(?<!non-)(?<!non )\b(?:an? )?(?:near[- ])?native(?:[- ]level|[- ]like)?(?:\s+(?:fluent|proficient))?(?: speakers? of| command of| fluency in| proficiency in|,? or (?:near-native|fluent|bilingual))?"
        rf"\s+({_LANGUAGE})(?:[ /-]+(?:speakers?|speaking|level|proficiency|fluency|skills))*\b"
        rf"|\b({_LANGUAGE})(?:[- ]+| (?:as|is) (?:a |an |the |your |their )?)(?:native(?:[- ]speakers?|[- ]level)?|mother[- ]tongue|first language)\b(?:[- ](?:speakers?|level))?"
        rf"|\b({_LANGUAGE}) (?:at|on|to) (?:an? )?(?:native|mother[- ]tongue)(?:[- ]speaker)? (?:level|standard)\b"
        rf"|\b(?:your |the |whose )?(?:mother[- ]tongue|first language|native language)(?: (?:is|must be|should be))?:? ({_LANGUAGE})\b"
        rf"|\b({_LANGUAGE}) ?\((?:native|mother[- ]tongue|first language)(?: speakers?| level)?\)",
        _LEVEL,
        _fluent,
    ),
    _rule("origin", r"(?<!non-)(?<!non )\b(?:an? )?native[- ]speakers?\b(?! of)|\bmother[- ]tongue(?: speakers?| level)?\b", _LEVEL),
    _rule(
        "origin",
        r"\b(?:no|without(?: an?y?)?|free of) (?:\w+ )?accents?\b|\b(?:neutral|unaccented|accent-free|native|british|american|local) accents?\b",
        "Ask for being understood by customers on the telephone, or whatever the work needs, instead.",
    ),
    _rule(
        "age",
        r"\b(?:(?:be|is|are)\s+)?(?:an?\s+)?(?:true |real |genuine )?(?:digital|social media|internet) natives?\b",
        _SKILL,
        "someone",
    ),
    _rule(
        "age",
        rf"\bfits? (?:well )?(?:in(?:to|\s+with)?|with) (?:our|the|a) (?:{_TRAIT},? (?:and )?)*(?:young|youthful)(?:,? (?:and )?{_TRAIT})* {_GROUP}",
        _AGE_INSTEAD,
    ),
    _rule(
        ("age", "sex"),
        rf"\b(?:an? )?(?:young|mature|older|middle-aged) {_MAN_OR_WOMAN}\b(?=\s*(?:$|[.,;)]|\s(?:to|who|with|for|wanted|needed|required|preferred)\b))",
        _AGE_INSTEAD,
        "someone",
    ),
    _rule(
        "age",
        rf"(?<!\bor )\b(?:{_TRAIT}(?:\s*,\s*|\s+and\s+|\s+))*?(?:young|youthful)(?: at heart| minded)?\b(?! (?:at\b|{_SERVED}))"
        rf"{_WANTED}(?:\s+{_SOMEONE}\b(?!'))?{_TO_PERSON}",
        _AGE_INSTEAD,
    ),
    _rule(
        "age",
        rf"(?:(?<=^)|(?<=[,;:] )|(?<=\b(?:be|an) )|(?<=\b(?:are|and|you) )|(?<=\ba )|(?<=\bis ))\b(?:mature|energetic|high[- ]energy|full of energy)\b"
        rf"{_WANTED}(?:\s+{_SOMEONE}\b(?!'))?{_TO_PERSON}",
        _AGE_INSTEAD,
    ),
    _rule(
        "age",
        r"\b(?:an? )?(?:recent|new|fresh|newly qualified) (?:(?:university|college|school|law|engineering|business|\w+ degree) )?(?:graduates?|grads?|school[- ]leavers?) (?:in|of) (?=\w)",
        "Ask for the degree and for what the graduate must know; when it was taken says only how old a person may be.",
        "degree in ",
    ),
    _rule(
        "age",
        r"\b(?:an? )?(?:(?:recent|new|fresh|freshly) (?:(?:university|college|school|business) )?(?:graduates?|grads?)|freshers?|college freshers?)\b(?: only| preferred)?"
        r"|\bgraduated? (?:with)?in the (?:last|past) \w+ (?:years?|months)\b|\bwithin \w+ years? of graduat\w+",
        "Ask for the degree and for what the graduate must know; when it was taken says only how old a person may be.",
        "someone",
    ),
    _rule(
        "age",
        r"(?:(?<=^)|(?<=[,;:] )|(?<=\b(?:be|is) )|(?<=\bare )|(?<=[.] ))(?:preferably |ideally )?(?:(?:aged?|age (?:range|group|limit)|ages)\s*(?:of|:|between|from|is)?\s*\d\d\s*(?:-|\u2013|to|and)\s*\d\d"
        r"|(?:between )?(?:the ages of )?\d\d\s*(?:-|\u2013|to|and)\s*\d\d\s*(?:years? )(?:old|of age)"
        r"|(?:(?:maximum|max\.?|upper) age(?: limit)?|age limit)(?: of| is)?:?\s*\d\d|(?:maximum|max\.?|up to) \d\d years (?:old|of age)|under[- ]?\d\ds(?: only)?|(?:not|no) (?:older|more) than \d\d(?: years (?:old|of age))?(?=\W*$|[,;])"
        r"|(?:under|below|younger than) (?:the age of )?\d\d(?: years (?:old|of age))?(?=\W*$|[,;]| (?:and|with)\b))(?:\s*years?(?: old| of age)?)?",
        "Ask for the experience that the work needs instead; a lower limit that the law sets belongs on the form.",
    ),
    _rule(
        "age",
        r"\b(?:(?:no|not) )?over-?qualified\b[^.;]*",
        "Say what the job pays and offers, and let people decide for themselves.",
    ),
    _rule(
        "schooling",
        rf"\s+(?:from|at|of) (?:an? |the )?(?:(?:{_TOP}|top)[, ]+(?:or |and )?)+{_SCHOOL}\b(?: in the \w+)?|\s+(?:from|at) (?:an? )?{_SCHOOL} of (?:repute|renown)\b|\s+from (?:an? )?(?:ivy[- ]league|russell group|oxbridge)(?: {_SCHOOL})?\b",
        "Ask for the degree, or for what a person must know; the name of the school shows neither.",
    ),
    _rule(
        "schooling",
        rf"\b(?:{_TOP}[, ]+)+(?:{_SCHOOL}[ -])?({_DEGREE})\b|\b(?:ivy[- ]league|oxbridge|russell group|(?:top(?:-tier)?|tier[- ]?(?:1|one|i)) {_SCHOOL})[- ](?:educated|educations?|graduates?)\b(?: only| preferred)?",
        "Ask for the degree, or for what a person must know; the name of the school shows neither.",
        lambda match: match.group(1) or "",
    ),
    _rule(
        "career breaks",
        r"\b(?:no|without(?: any)?) (?:\w+ )?(?:gaps?|breaks?|career gaps?)(?: (?:in|on|of) (?:(?:your|the|their|a|his|her) )?(?:cv|r[e\u00e9]sum[e\u00e9]|employment(?: history)?|career(?: history)?|work(?:ing)? (?:history|record)))\b"
        r"|\bno (?:career|employment|cv|r[e\u00e9]sum[e\u00e9]) (?:gaps?|breaks?)\b"
        r"|\b(?:an? )?(?:unbroken|continuous|uninterrupted|gap-free|gapless) (?:employment|work|career|cv|job)(?:[ -]?(?:history|record|life|path))?\b",
        "Ask for the years of experience that the work needs instead.",
    ),
    _rule(
        "looks",
        rf"\b(?:(?:be|is|are) )?(?:(?:an? )?(?:well|impeccably|immaculately)[- ]groomed|good[- ]looking|(?:an? )?attractive (?:appearance|looks?|{_SOMEONE}|{_MAN_OR_WOMAN})"
        rf"|(?:an? )?(?:smart|neat|pleasant|presentable|professional|tidy|clean-cut|good|attractive|well-groomed|pleasing|immaculate) (?:(?:personal|physical) )?appearance)\b(?: {_SOMEONE})?"
        rf"|\b(?:well[- ]presented|presentable|physically attractive|handsome|photogenic)\b(?: {_SOMEONE})?(?=\s*(?:$|[.,;)])|\s+(?:and|with|who)\b)",
        "If there is a uniform or a rule of hygiene, say so in the ad; ask for experience with customers instead.",
    ),
    _rule(
        "looks",
        rf"\battractive,? (?:and |young )*(?={_ROLE})(?![\w -]*offer)",
        "If there is a uniform or a rule of hygiene, say so in the ad; ask for experience with customers instead.",
    ),
    _rule(
        "sex",
        rf"\b(?:(?:fe)?male|lady|woman) {_SOMEONE}\b(?: (?:only|preferred|required|needed|wanted))?"
        rf"|\b(?:(?:fe)?male|lady) ({_ROLE})(?! of\b)"
        rf"|\b(?:fe)?males? (?:only|preferred|required|needed|wanted)\b|\b(?:for )?{_MAN_OR_WOMAN} (?:only|preferred)\b|\bonly (?:for )?(?:(?:fe)?males?|{_MAN_OR_WOMAN})\b(?=\s*(?:$|[.,;)])|\s(?:may|can|should|need)\b)"
        rf"|^(?:be )?(?:fe)?male(?=\s*(?:$|[.,;)])|\s+(?:and|with)\b)",
        _NO_PLACE,
        lambda match: match.group(1) or "someone",
    ),
    _rule(
        "family",
        rf"\b(?:be |is |are )?(?:an? )?(?:un)?married\b(?: (?:{_MAN_OR_WOMAN}|{_SOMEONE}))?(?=\s*(?:$|[.,;)]|(?:and|with|or|who|only|preferred)\b))|\b(?:an? )?single (?:{_MAN_OR_WOMAN}|person)\b|^(?:be )?single(?=\s*(?:$|[,;]|\s+and\b))"
        r"|\b(?:(?:have|having|with) )?no (?:small |young |dependent )?(?:children|kids|dependants|dependents|(?:family|caring|childcare) (?:commitments|ties|responsibilities|obligations)|plans? (?:to|for) (?:have |start )?(?:children|a family|kids))\b"
        r"|\bwithout (?:any )?(?:small |young |dependent )?(?:children|kids|dependants|dependents|(?:family|caring) (?:commitments|ties|responsibilities|obligations))\b|\bchild-?free\b|\bchildless\b|\bnot (?:be )?pregnant\b|\bno (?:pregnancy|maternity)\b",
        "Say which hours and travel the job has, and ask on the form whether the person can work them.",
    ),
    _rule(
        "health",
        rf"\b(?:(?:be|is|are) )?(?:an? )?able[- ]bodied(?: {_SOMEONE}| {_MAN_OR_WOMAN})?\b|\bno (?:physical |known )?(?:disabilit(?:y|ies)|health (?:problems|issues|conditions)|medical conditions|handicaps?)\b"
        rf"|\b(?:in |of )?(?:perfect|excellent|good|full|robust) (?:physical |general )?health\b(?! (?:and|care|service|outcomes|record|literacy|promotion))|\b(?:an? )?healthy (?:{_SOMEONE}|{_MAN_OR_WOMAN})\b|^(?:be )?(?:physically )?(?:fit and )?healthy(?=\s*(?:$|[.,;]))"
        rf"|\b(?:be )?physically (?:and mentally )?fit(?: {_SOMEONE})?\b|\b(?:good|high) (?:level of )?(?:physical )?(?:shape|fitness)\b(?! (?:train|instruct|class|industr))|\b(?:low|no|good) sick(?:ness|-leave)? record\b|\bfree (?:from|of) (?:illness|disease)\b",
        _TASKS,
        lambda match: "someone" if re.search(r"(?i)bodied|healthy (?!$)|fit ", match.group() + " ") else "",
    ),
    _rule(
        "religion",
        rf"\b(?:an? )?(?:practi[sc]ing|committed|devout|born-again|active|believing) (?:christians?|catholics?|muslims?|jews?|jewish|hindus?|sikhs?|buddhists?|protestants?)\b(?: {_SOMEONE}| {_MAN_OR_WOMAN})?"
        rf"|\b(?:an? )?(?:christian|catholic|muslim|jewish|hindu|sikh|buddhist|protestant) (?:{_SOMEONE}|{_MAN_OR_WOMAN}|only|preferred)\b|\b(?:christians?|catholics?|muslims?|jews|hindus|sikhs|buddhists|protestants) (?:only|preferred)\b"
        r"|^(?:be )?(?:an? )?(?:christian|catholic|muslim|jewish|jew|hindu|sikh|buddhist|protestant)(?=\s*(?:$|[.,;]|\s+(?:and|with|who)\b))"
        r"|\bshares? our (?:\w+ )?(?:faith|religion|religious beliefs?|beliefs?)\b|\bof (?:the )?(?:christian|catholic|muslim|jewish|hindu|sikh) faith\b",
        _NO_PLACE,
        "someone",
    ),
    _rule(
        "sameness",
        rf"\b(?:be |is |are )?(?:an? )?(?:good|great|strong|perfect|right|excellent|real)?\s*\b(?:cultur(?:e|al)[- ]fit|team fit|personality fit|fit (?:for|with|to|into) (?:our|the|the company'?s?) (?:\w+ )?(?:culture|team|family))\b(?: (?:with|for) (?:our|the) (?:team|company|culture))?"
        rf"|\bfits? (?:well )?(?:in(?:to|\s+with)?|with) (?:our|the) (?:[\w-]+,? (?:and )?){{0,3}}?(?:team culture|team|culture|family|crowd)\b(?! of| culture)|\bone of us\b|\b(?:someone|a person) (?:we would|we'd|you'd) (?:like to )?have a beer with\b",
        "Name how people work there and ask for that instead, such as “asks for help early” or “gives and takes criticism”.",
    ),
)

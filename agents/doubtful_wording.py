"""The wordings of criteria that stand in for something else, one rule a kind, with what to ask instead.

Data for agents.doubtful_criteria, which searches sentences with it and mends them. A rule speaks of the wanted person
only: "young people" whom one works with, "native apps" and "energetic materials" are none of its business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from agents.job_wording import LANGUAGE

StandsFor = Literal[
    "age", "origin", "sex", "family", "health", "religion", "looks", "schooling", "career breaks", "sameness"
]


@dataclass(frozen=True, slots=True)
class DoubtfulRule:
    """One kind of wording. ``put`` takes its place in the ad: "" for nothing, "someone", or what a letter can show."""

    stands_for: tuple[StandsFor, ...]
    pattern: re.Pattern[str]
    instead: str
    put: Callable[[re.Match[str]], str]


def _words(*lists: str) -> str:
    """Return a pattern for any of the words, which are parted by blanks; a word may itself be a pattern."""
    return f"(?:{'|'.join(word for words in lists for word in words.split())})"


_SOMEONE = (
    r"(?:person|people|individuals?|candidates?|applicants?|professionals?|talents?|staff|colleagues?"
    r"|team (?:members?|players?))"
)
_MAN_OR_WOMAN = _words("lady ladies woman women man men girls? boys? gentlem[ae]n guys? lads?")
_ADJECTIVE = _words(
    "dynamic energetic motivated self-motivated friendly reliable enthusiastic hungry fit active vibrant fresh",
    "ambitious hard-?working passionate talented dedicated driven outgoing positive creative bubbly lively fun sporty",
    "flexible confident young youthful mature attractive honest polite sensible responsible sociable smart",
)
_TRAIT = rf"(?:(?:\w+ly |very )?{_ADJECTIVE})"
# "Young" people whom one works with or for are no candidates ("young carers", "young offenders").
_SERVED = _words(
    "people persons? adults? children child learners? offenders? carers? famil\\w+ mothers? fathers? parents? patients?",
    "women men girls boys readers? audiences? students? pupils? customers? consumers? players? viewers? users?",
    "visitors? brothers? sisters? members? singers? musicians? writers? dancers? residents? swimmers? riders?",
)
_JOB = _words(
    "accountants? administrators? agents? analysts? apprentices? assistants? bakers? baristas? bartenders? carers?",
    "chefs? cleaners? coach(?:es)? companions? consultants? cooks? designers? developers? drivers? editors?",
    "electricians? engineers? entrepreneurs? executives? florists? guards? hairdressers? hostess(?:es)?",
    "housekeepers? instructors? interns? journalists? labourers? leaders? managers? marketers? mechanics? models?",
    "nann(?:y|ies) nurses? operatives? plumbers? programmers? promoters? receptionists? reporters? representatives?",
    "salesm[ae]n salespe(?:rson|ople) secretar(?:y|ies) stylists? teachers? technicians? therapists? trainees?",
    "trainers? tutors? waiters? waitress(?:es)? workers?",
)
_ROLE = rf"(?:(?!{_SERVED}\b)[\w/&-]+ ){{0,2}}?{_JOB}\b"
_GROUP = _words(
    "team(?!\\s(?:player|member)) company start-?up firm business environment organi[sz]ation brand crowd workplace office attitude approach",
    "manner outlook judge?ment",
)
_SCHOOL = _words("universit(?:y|ies) colleges? schools? institut(?:es?|ions?) b-?schools?")
_ANY_SCHOOL = rf"(?:(?:business |law |medical )?{_SCHOOL})"
_ELITE = (
    r"(?:ivy[- ]league|oxbridge|russell group|top[- ](?:tier|ranked)|tier[- ]?(?:1|one|i)\b|elite|red-?brick)"
)
_GOOD = rf"(?:{_ELITE}|top(?:[- ]\d+)?|prestigious|leading|reputed|reputable|renowned|premier|well-known|high-ranking|world-class)"
_DEGREE = r"(?:degree|(?:bachelor|master)(?:'?s)?(?: degree)?|mba|ph\.?d|doctorate|diploma)"
_FAITH = _words("christian catholic muslim jewish hindu sikh buddhist protestant")
_FAITHFUL = _words("christians? catholics? muslims? jews? hindus? sikhs? buddhists? protestants?")

_END = r"\s*(?:$|[.,;)!:])"
_CLAUSE_START = r"(?:(?<=^)|(?<=[,;:.] )|(?<=\b(?:be|an|is) )|(?<=\b(?:are|and|you) )|(?<=\ba ))"
# A wanted person's "young": with other traits, but no group's; at the end of a phrase or before a person.
_MORE_TRAITS = (
    rf"(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*[&/]\s*){_TRAIT})*"
    rf"(?!\s*,?\s*(?:and\s+[\w-]+\s+|[\w-]+\s+)?{_GROUP}\b)"
)
_OF_PERSON = rf"{_MORE_TRAITS}(?:\s+{_SOMEONE}\b(?!'))?(?={_END}|\s+(?:with|who|enough|and)\b|\s+{_ROLE})"


def _rule(
    stands_for: StandsFor | tuple[StandsFor, ...],
    wordings: tuple[str, ...],
    instead: str,
    put: Callable[[re.Match[str]], str] | str = "",
) -> DoubtfulRule:
    def text(_: re.Match[str]) -> str:
        return put if isinstance(put, str) else ""

    return DoubtfulRule(
        (stands_for,) if isinstance(stands_for, str) else stands_for,
        re.compile("|".join(wordings), re.IGNORECASE),
        instead,
        text if isinstance(put, str) else put,
    )


def _fluent(match: re.Match[str]) -> str:
    return f"fluent {next(one for one in match.groups() if one).capitalize()}"


_LEVEL = "Name the level that the work needs instead, such as “fluent English (C2)”: people learn languages."
_WORK = (
    "Ask for what the work takes instead, such as “can stand for eight hours”, or for the years of experience that it "
    "needs."
)
_LEARNT = "Ask for the degree and for what the graduate must know; when it was taken only says how old a person may be."
_NO_SCHOOL = "Ask for the degree, or for what a person must know; the name of the school shows neither."
_UNIFORM = "If there is a uniform or a rule of hygiene, say so in the job; ask for experience with customers instead."
_NO_PLACE = "Leave it out, unless the law of your country lets you ask it for this very job."

DOUBTFUL: tuple[DoubtfulRule, ...] = (
    _rule(
        "origin",
        (
            r"(?<!non-)(?<!non )\b(?:an? )?(?:near[- ])?native(?:[- ]level|[- ]like)?(?: fluent| proficient)?"
            r"(?: speakers? of| command of| fluency in| proficiency in|,? or (?:near-native|fluent|bilingual))?"
            rf"\s+({LANGUAGE})(?:[ /-]+(?:speakers?|speaking|level|proficiency|fluency|skills))*\b",
            rf"\b({LANGUAGE})(?:[- ]+| (?:as|is) (?:a |an |the |your |their )?)"
            r"(?:native(?:[- ]speakers?|[- ]level)?|mother[- ]tongue|first language)\b(?:[- ](?:speakers?|level))?",
            rf"\b({LANGUAGE}) (?:at|on|to) (?:an? )?(?:native|mother[- ]tongue)(?:[- ]speaker)? (?:level|standard)\b",
            r"\b(?:your |the |whose )?(?:mother[- ]tongue|first language|native language)"
            rf"(?: (?:is|must be|should be))?:? ({LANGUAGE})\b",
            rf"\b({LANGUAGE}) ?\((?:native|mother[- ]tongue|first language)(?: speakers?| level)?\)",
        ),
        _LEVEL,
        _fluent,
    ),
    _rule(
        "origin",
        (
            r"(?<!non-)(?<!non )\b(?:an? )?native[- ]speakers?\b(?! of)",
            r"\bmother[- ]tongue(?: speakers?| level)?\b",
        ),
        _LEVEL,
    ),
    _rule(
        "origin",
        (
            r"\b(?:no|without(?: an?y?)?|free of) (?:\w+ )?accents?\b",
            r"\b(?:neutral|unaccented|accent-free|native|british|american) accents?\b",
        ),
        "Ask for what the work needs instead, such as being understood by customers on the telephone.",
    ),
    _rule(
        "age",
        (r"\b(?:an? )?(?:true |real |genuine )?(?:digital|social media|internet) natives?\b",),
        "Ask for the channels and tools that the person must have worked with instead.",
        "someone",
    ),
    _rule(
        "age",
        (
            r"\bfits? (?:well )?(?:in(?:to| with)?|with) (?:our|the|a) "
            rf"(?:{_TRAIT},? (?:and )?)*(?:young|youthful)(?:,? (?:and )?{_TRAIT})* {_GROUP}",
        ),
        _WORK,
    ),
    _rule(
        ("age", "sex"),
        (
            rf"\b(?:an? )?(?:young|mature|older|middle-aged) {_MAN_OR_WOMAN}\b"
            rf"(?={_END}|\s(?:to|who|with|for|wanted|needed|required|preferred)\b)",
        ),
        _WORK,
        "someone",
    ),
    _rule(
        "age",
        (
            rf"(?<!\bor )\b(?:{_TRAIT}(?:\s*,\s*|\s+and\s+|\s+))*?(?:young|youthful)(?: at heart| minded)?\b"
            rf"(?! (?:at\b|{_SERVED}\b)){_OF_PERSON}",
            rf"{_CLAUSE_START}\b(?:mature|energetic|high[- ]energy|full of energy)\b{_OF_PERSON}",
        ),
        _WORK,
    ),
    _rule(
        "age",
        (
            r"\b(?:an? )?(?:recent|new|fresh|newly qualified) (?:(?:university|college|school|\w+ degree) )?"
            r"(?:graduates?|grads?) (?:in|of) (?=\w)",
        ),
        _LEARNT,
        "degree in ",
    ),
    _rule(
        "age",
        (
            r"\b(?:an? )?(?:recent|new|fresh|freshly) (?:(?:university|college|school) )?(?:graduates?|grads?)\b"
            r"(?: only| preferred)?",
            r"\b(?:college )?freshers?\b(?: only| preferred)?",
            r"\bgraduated? (?:with)?in the (?:last|past) \w+ (?:years?|months)\b",
            r"\bwithin \w+ years? of graduat\w+",
        ),
        _LEARNT,
        "someone",
    ),
    _rule(
        "age",
        (
            rf"{_CLAUSE_START}(?:preferably |ideally )?(?:aged?|age (?:range|group|limit)|ages)\s*"
            r"(?:of|:|between|from|is)?\s*\d\d\s*(?:-|\u2013|to|and)\s*\d\d(?: years?(?: old| of age)?)?",
            rf"{_CLAUSE_START}(?:between )?(?:the ages of )?\d\d\s*(?:-|\u2013|to|and)\s*\d\d years? (?:old|of age)",
            rf"{_CLAUSE_START}(?:(?:maximum|max\.?|upper) age(?: limit)?|age limit)(?: of| is)?:?\s*\d\d(?: years?)?",
            rf"{_CLAUSE_START}(?:maximum|max\.?|up to|(?:not|no) (?:older|more) than|under|below|younger than)"
            r" (?:the age of )?\d\d years? (?:old|of age)",
            rf"{_CLAUSE_START}(?:(?:not|no) older than|younger than|under|below) (?:the age of )?\d\d(?={_END})",
            rf"{_CLAUSE_START}under[- ]?\d\ds(?: only)?\b",
        ),
        "Ask for the experience that the work needs instead; a lower limit that the law sets belongs on the form.",
    ),
    _rule(
        "age",
        (r"\b(?:(?:no|not) )?over-?qualified\b[^.;]*",),
        "Say what the job pays and offers, and let people decide for themselves.",
    ),
    _rule(
        "schooling",
        (
            rf"\s+(?:from|at|of) (?:an? |the )?(?:{_GOOD}[, ]+(?:or |and )?)+{_ANY_SCHOOL}\b(?: in the \w+)?",
            rf"\s+(?:from|at) (?:an? )?{_ANY_SCHOOL} of (?:repute|renown)\b",
            rf"\s+from (?:an? )?(?:ivy[- ]league|russell group|oxbridge)(?: {_ANY_SCHOOL})?\b",
            rf"\b(?:{_ELITE}[, ]+)+(?:{_ANY_SCHOOL}[ -])?({_DEGREE})\b",
            rf"\b(?:{_GOOD}[, ]+)+{_ANY_SCHOOL}[ -]({_DEGREE})\b",
            rf"\b(?:ivy[- ]league|oxbridge|russell group|(?:{_GOOD} {_ANY_SCHOOL}))[- ]"
            r"(?:educated|educations?|graduates?)\b(?: only| preferred)?",
        ),
        _NO_SCHOOL,
        lambda match: match.group(1) or match.group(2) or "",
    ),
    _rule(
        "career breaks",
        (
            r"\b(?:no|without(?: any)?) (?:\w+ )?(?:gaps?|breaks?) (?:in|on|of) (?:(?:your|the|their|a|his|her) )?"
            r"(?:cv|r[e\u00e9]sum[e\u00e9]|employment(?: history)?|career(?: history)?|work(?:ing)? (?:history|record))\b",
            r"\bno (?:career|employment|cv|r[e\u00e9]sum[e\u00e9]) (?:gaps?|breaks?)\b",
            r"\b(?:an? )?(?:unbroken|continuous|uninterrupted|gap-free|gapless) (?:employment|work|career|cv|job)[ -]"
            r"(?:history|record|life|path)\b",
            r"\b(?:an? )?(?:unbroken|uninterrupted|gap-free|gapless) (?:cv|career|employment)\b",
        ),
        "Ask for the years of experience that the work needs instead.",
    ),
    _rule(
        "looks",
        (
            r"\b(?:(?:be|is|are) )?(?:an? )?(?:(?:well|impeccably|immaculately)[- ]groomed|good[- ]looking)\b"
            rf"(?: {_SOMEONE})?",
            rf"\b(?:an? )?attractive (?:appearance|looks?|{_SOMEONE}|{_MAN_OR_WOMAN})\b",
            r"\b(?:an? )?(?:smart|neat|pleasant|presentable|professional|tidy|clean-cut|good|well-groomed|pleasing"
            r"|immaculate) (?:(?:personal|physical) )?appearance\b(?! of\b)",
            rf"\b(?:well[- ]presented|presentable|physically attractive|handsome|photogenic)\b(?: {_SOMEONE})?"
            rf"(?={_END}|\s+(?:with|who)\b|\s+and (?:{_TRAIT}|well|have|has|able)\b)",
            rf"\battractive,? (?:and |young )*(?={_JOB}\b)",
        ),
        _UNIFORM,
    ),
    _rule(
        "sex",
        (
            rf"\b(?:(?:fe)?male|lady) (?!{_SERVED}\b)({_JOB})\b(?! of\b)",
            rf"\b(?:(?:fe)?male|lady|woman) {_SOMEONE}\b(?: (?:only|preferred|required|needed|wanted))?",
            r"\b(?:fe)?males? (?:only|preferred|required|needed|wanted)\b",
            rf"\b(?:for )?{_MAN_OR_WOMAN} (?:only|preferred)\b",
            rf"\bonly (?:for )?(?:(?:fe)?males?|{_MAN_OR_WOMAN})\b(?={_END}|\s(?:may|can|should|need)\b)",
            rf"^(?:be )?(?:fe)?male(?={_END}|\s+(?:and|with)\b)",
        ),
        _NO_PLACE,
        lambda match: match.group(1) or "someone",
    ),
    _rule(
        "family",
        (
            rf"\b(?:be |is |are )?(?:an? )?(?:un)?married\b(?: (?:{_MAN_OR_WOMAN}|{_SOMEONE}))?"
            rf"(?={_END}|\s+(?:and|with|or|who|only|preferred)\b)",
            rf"\b(?:an? )?single (?:{_MAN_OR_WOMAN}|person)\b",
            r"^(?:be )?single(?=\s*(?:$|[,;])|\s+and\b)",
            r"\b(?:(?:have|having|with) )?(?:no|without(?: any)?) (?:small |young |dependent )?"
            r"(?:children|kids|dependants|dependents"
            r"|(?:family|caring|childcare) (?:commitments|ties|responsibilities|obligations)"
            r"|plans? (?:to|for) (?:have |start )?(?:children|a family|kids))\b",
            r"\bchild-?free\b|\bchildless\b|\bnot (?:be )?pregnant\b",
        ),
        "Say which hours and travel the job has, and ask on the form whether the person can work them.",
    ),
    _rule(
        "health",
        (
            rf"\b(?:an? )?able[- ]bodied\b(?: (?:{_SOMEONE}|{_MAN_OR_WOMAN}))?",
            rf"\b(?:an? )?healthy (?:{_SOMEONE}|{_MAN_OR_WOMAN})\b",
            rf"\bphysically (?:and mentally )?fit\b(?: {_SOMEONE})?",
            r"\bno (?:physical |known )?(?:disabilit(?:y|ies)|handicaps?|(?:health|medical) (?:problems|issues|conditions))\b",
            rf"{_CLAUSE_START}(?:in |of )?(?:perfect|excellent|good|full|robust) (?:physical |general )?health\b"
            rf"(?={_END}|\s+(?:and|with)\b(?! (?:safety|social|care)))",
            rf"^(?:be )?(?:physically )?(?:fit and )?healthy(?={_END})",
            rf"\b(?:good|high) (?:level of )?(?:physical )?(?:shape|fitness)\b(?={_END}|\s+and\b)",
            r"\b(?:low|no|good) sick(?:ness|-leave)? record\b",
        ),
        "Name the task instead, such as “lifts 20 kg” or “works on ladders”.",
        "someone",
    ),
    _rule(
        "religion",
        (
            rf"\b(?:an? )?(?:practi[sc]ing|committed|devout|born-again|believing) (?:{_FAITHFUL}|jewish)\b"
            rf"(?: (?:{_SOMEONE}|{_MAN_OR_WOMAN}))?",
            rf"\b(?:an? )?{_FAITH} (?:{_SOMEONE}|{_MAN_OR_WOMAN}|only|preferred)\b",
            rf"\b{_FAITHFUL} (?:only|preferred)\b",
            rf"^(?:be )?(?:an? )?(?:{_FAITHFUL}|jewish)(?={_END}|\s+(?:and|with|who)\b)",
            r"\bshares? our (?:\w+ )?(?:faith|religion|(?:religious )?beliefs?)\b",
            rf"\bof (?:the )?{_FAITH} faith\b",
        ),
        _NO_PLACE,
        "someone",
    ),
    _rule(
        "sameness",
        (
            r"\b(?:be |is |are )?(?:an? )?(?:good |great |strong |perfect |right |excellent |real )?\b"
            r"(?:cultur(?:e|al)[- ]fit|(?:team|personality) fit"
            r"|fit (?:for|with|to|into) (?:our|the|the company'?s?) (?:\w+ )?(?:culture|team|family))\b"
            r"(?: (?:with|for) (?:our|the) (?:team|company|culture))?",
            r"\bfits? (?:well )?(?:in(?:to| with)?|with) (?:our|the) (?:[\w-]+,? (?:and )?){0,3}?"
            r"(?:team culture|team|culture|family|crowd)\b(?! of| culture)",
            r"\bone of us\b",
        ),
        "Name how people work there and ask for that instead, such as “asks for help early” or “gives and takes "
        "criticism”.",
    ),
)

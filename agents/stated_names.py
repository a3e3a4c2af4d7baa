"""Names as letters write them: organisations, schools, job titles, certificates, contacts, blanks left to fill in.

English only, by capitals, prepositions and endings. Knows what reads as a name, not whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agents.skill_names import find_skills
from ingestion.phones import find_phones
from ingestion.sentences import split_sentences

NameKind = Literal[
    "skill", "employer", "school", "job title", "certificate", "contact", "placeholder", "name"
]

ORG_ENDINGS = frozenset(
    "inc corp corporation company co ltd limited llc llp plc gmbh ag sa group holdings solutions technologies tech systems labs "
    "services consulting industries enterprises partners associates bank hospital clinic foundation agency studio studios "
    "analytics ventures international logistics restaurant hotel".split()
)
LEGAL_FORMS = frozenset(
    "inc corp corporation company co ltd limited llc llp plc gmbh ag sa the and of".split()
)
_SCHOOL = re.compile(r"\b(?:University|College|Institute|School|Academy|Polytechnic|Conservatory)\b")

_WORD = r"(?:[A-Z][\w&+#]*(?:[.'’-][\w&+#]+)*\.?|\d+[A-Z]\w*)"
_RUN = re.compile(
    rf"(?<![\w.@/-]){_WORD}(?:(?:\s+|\s*&\s*|-)(?:(?:of|the|de|la|von|van)\s+(?=[A-Z]))*(?:{_WORD}|\d+(?:\.\d+)?\b))*"
)
_AT = re.compile(r"\b(?:at|for|with|from|join(?:ed|ing)?|by|within|to)\s+(?:the\s+)?$", re.IGNORECASE)
_WORKED = re.compile(
    r"\b(?:work(?:ed|ing|s)?|employ(?:ed|ment|ee)|role|roles|position|positions|experience|experiences|time|tenure|years?|months?|job|jobs|career|intern\w*"
    r"|served|serving|led|managed|spent|hired|contract\w*|consult\w*|volunteer\w*|currently|previously|formerly|team|start\w*|promoted|left|was|been|now)\b",
    re.IGNORECASE,
)

_SKILLED = re.compile(
    r"\b(?:proficien\w+|skill\w*|knowledge\w*|expert\w*|familiar\w*|using|utiliz\w+|tools?|fluen\w+|versed|techniques|frameworks?|librar\w+|technolog\w+)\b"
    r"(?![^.;]*\b(?:at|for|from|join\w*)\b)[^.;]*$",
    re.IGNORECASE,
)
"""What stands before a capital word that is a tool or a method: "proficient in X", "tools such as X and Y"."""

_TITLE_NOUNS = (
    "engineer|developer|programmer|manager|analyst|scientist|administrator|architect|consultant|director|officer|assistant|specialist"
    "|coordinator|supervisor|technician|designer|nurse|teacher|chef|cook|accountant|auditor|bookkeeper|clerk|cashier|receptionist|secretary"
    "|representative|associate|intern|trainee|apprentice|lecturer|professor|researcher|tutor|instructor|editor|writer|journalist|photographer"
    "|electrician|plumber|carpenter|welder|mechanic|driver|pharmacist|physician|doctor|surgeon|therapist|psychologist|lawyer|attorney|paralegal"
    "|recruiter|buyer|planner|strategist|president|founder|co-founder|ceo|cto|cfo|coo|team lead|tech lead|foreman|guard|bartender|waiter|waitress|barista"
    "|server|librarian|translator|interpreter|actuary|banker|broker|trader|economist|statistician|biologist|chemist|physicist|caregiver|stylist"
)
_NOT_IN_TITLE = "and|that|the|to|with|who|in|my|of|by|on|as|an?|i|is|was|promoted|working|hired"
_TITLE = re.compile(
    rf"(?:(?<=\bas )|(?<=\bwas )|(?<=\bam )|(?<=\bbeen )|(?<=\bbecame )|(?<=\bbecoming )|(?<=\brole of )|(?<=\bposition of )|(?<=\brank of )|(?<=\brole as )|(?<=\bpromoted to ))"
    rf"(?:an?\s+|the\s+|your\s+|their\s+)?(?P<title>(?:(?!(?:{_NOT_IN_TITLE})\b)[A-Za-z][\w+#&/.-]*\s+){{0,4}}?(?:{_TITLE_NOUNS})(?:\s+(?:{_TITLE_NOUNS}))*)\b(?!\s+(?:of\s+my|team|skills|role|position|experience))",
    re.IGNORECASE,
)
_CAPITAL_TITLE = re.compile(rf"\b(?P<title>(?:[A-Z][\w+#&/.-]*\s+){{1,4}}(?i:{_TITLE_NOUNS}))\b")
TITLE_PRAISE = frozenset(
    "a an the experienced seasoned dedicated skilled motivated passionate successful professional accomplished diligent competent proficient "
    "highly hardworking capable talented certified licensed qualified full-time part-time fulltime effective great good strong valuable trusted "
    "current former previous your my their our new young driven creative dynamic reliable results-driven detail-oriented committed".split()
)
_NOT_A_TITLE = frozenset("officer associate server guard driver assistant".split())
_SALUTATION = re.compile(r"\s*(?:dear|hello|hi|attn|attention|to)\b", re.IGNORECASE)

_CERTIFIED = re.compile(
    r"(?P<before>(?:(?<![.!?]\s)\b[A-Z][\w+#&.-]*\s+){1,5})(?P<word>[Cc]ertifi(?:cation|cate|ed)s?|[Ll]icen[cs]e[ds]?|[Aa]ccreditation|[Dd]iploma)\b"
    r"|\b(?P<word2>[Cc]ertified|[Ll]icensed|[Cc]hartered|[Aa]ccredited)(?P<after>(?:\s+(?:as\s+an?\s+)?(?:in\s+)?[A-Z][\w+#&.-]*){1,5})"
    r"|\b(?P<word3>[Cc]ertifi(?:cation|cate)s?|[Cc]ertified|[Ll]icen[cs]ed?|[Aa]ccreditation|[Aa]ccredited)\s+(?:in|as|for)\s+(?:an?\s+)?(?P<field>[\w+#&.-]+(?:\s+(?!and\b|with\b|from\b|to\b|I\b)[\w+#&-]+){0,2})"
    r"|\b(?P<alone>[Cc]ertified|[Ll]icensed)\s+(?P<holder>[a-z]+)\b"
)
_PLACEHOLDER = re.compile(
    r"\[[^\]\n]{1,60}\]|<[A-Za-z][\w ,'’/-]{1,40}>|\{\{?[\w ]{1,40}\}?\}|\b[Xx]{3,}\b(?![ -][A-Z])|_{3,}|\bTBD\b|\blorem ipsum\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)\S+|\b(?:linkedin|github)\.com/\S+", re.IGNORECASE
)

_PLAIN = frozenset(
    "i i'm i've i'd i'll i’m i’ve i’d i’ll my me we our us you your he she they it its this that these those the a an and or but in on at of as "
    "with for from to by if so yes no not also both each all any many most some more dear sir madam sirs madams mr mrs ms mx miss dr prof hiring "
    "manager managers managing recruiter recruiters recruiting recruitment team committee department human resources hr sincerely regards yours "
    "truly faithfully respectfully best kind warm thank thanks hello hi greetings re subject enclosure enclosures enclosed encl attachment attachments "
    "resume résumé cv cover letter application applicant candidate position role job title date address phone email e-mail tel mobile linkedin "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december "
    "english internet web online bachelor bachelors bachelor's bachelor’s master masters master's master’s degree phd ph.d doctorate diploma "
    "company corporation organization organisation firm business senior junior professional experience skills skill education objective summary "
    "references qualifications key achievements highlights ps p.s etc god christmas via regarding concern whom reference board summary "
    "kpi kpis roi api apis saas b2b b2c it us usa uk eu america american european faq usp vp ok".split()
)
"""Capital words that name nobody: pronouns, salutations, months, headings."""

_INSIDE = frozenset(
    "business human resources professional education web online internet american european english skill skills best team board us".split()
)
"""Of these, the ones that may stand inside a name: "International Business Machines"."""

_OPENERS = re.compile(
    r"(?:\w+(?:ing|ly|ed|tion|ment|ness|ity|ence|ance|ive|ous|ful|able|al)|as|at|in|on|with|while|when|during|since|through|throughout|after|before"
    r"|because|although|though|despite|beyond|besides|within|under|over|upon|from|for|to|by|if|given|what|how|why|who|where|there|here|one|two|three"
    r"|then|now|once|over|strong|proven|such|having|being|please|perhaps|today|next|last|first|second|third|finally|later|thanks|together|let|see"
    r"|ever|never|every|several|other|another|further|plus|well|ever|good|great|excellent|solid|deep|hands-on|working|skills?|whether|even|should|would|could|can|do|did|is|was)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StatedName:
    """A name at the characters ``start`` to ``end``; ``text`` is what is compared: a title without its praise."""

    kind: NameKind
    text: str
    start: int
    end: int


def find_stated_names(letter: str) -> tuple[StatedName, ...]:
    """Return what reads as a name in ``letter``; one stretch may stand in it as more than one kind.

    >>> [(one.kind, one.text) for one in find_stated_names("I worked as a seasoned head chef at Blue Fig.")]
    [('job title', 'head chef'), ('employer', 'Blue Fig')]
    """
    found = [*_matches("placeholder", _PLACEHOLDER, letter), *_matches("contact", _CONTACT, letter)]
    found += [StatedName("contact", letter[start:end], start, end) for start, end in find_phones(letter)]
    for start, end in split_sentences(letter):
        found += _certificates(letter, start, end)
        if not _SALUTATION.match(letter, start, end):
            found += _titles(letter, start, end)
        found += _capital_names(letter, start, end)
    return tuple(found)


def _matches(kind: NameKind, pattern: re.Pattern[str], letter: str) -> list[StatedName]:
    return [StatedName(kind, match.group(), match.start(), match.end()) for match in pattern.finditer(letter)]


def _certificates(letter: str, start: int, end: int) -> Iterator[StatedName]:
    for match in _CERTIFIED.finditer(letter, start, end):
        if match["alone"]:
            if match["holder"] in {"in", "as", "for", "to", "by", "and"}:
                continue
            yield StatedName("certificate", match["alone"], match.start("alone"), match.end("alone"))
            continue
        name = (match["before"] or match["after"] or match["field"] or "").strip(" .")
        yield StatedName("certificate", name, match.start(), match.start() + len(match.group().rstrip(" .")))


def _titles(letter: str, start: int, end: int) -> Iterator[StatedName]:
    for pattern in (_TITLE, _CAPITAL_TITLE):
        for match in pattern.finditer(letter, start, end):
            words = list(re.finditer(r"\S+", match["title"]))
            while words and words[0].group().lower().strip(",") in TITLE_PRAISE:
                words.pop(0)
            if (
                pattern is _CAPITAL_TITLE
                and words
                and (words[0].group().lower() in _PLAIN or _opens(letter, start, match))
            ):
                words.pop(0)
            if not words or (len(words) == 1 and words[0].group().lower() in _NOT_A_TITLE):
                continue
            first = match.start("title") + words[0].start()
            title = letter[first : match.end("title")]
            if "," in title or re.search(rf"\b(?:{_NOT_IN_TITLE})\b", title, re.IGNORECASE):
                continue
            yield StatedName("job title", title, first, match.end("title"))


def _opens(letter: str, sentence_start: int, match: re.Match[str]) -> bool:
    """Say whether the match begins with the ordinary word that opens the sentence."""
    word = re.match(r"\S+", letter[match.start() :])
    return match.start() == sentence_start and word is not None and bool(_OPENERS.fullmatch(word.group()))


def _capital_names(letter: str, start: int, end: int) -> Iterator[StatedName]:
    sentence = letter[start:end]
    if sentence.upper() == sentence and " " in sentence:
        return
    for run in _RUN.finditer(letter, start, end):
        words = [
            (word.group().rstrip("."), word.start() + run.start())
            for word in re.finditer(r"[^\s&]+", run.group())
        ]
        if run.start() == start or letter[start : run.start()].strip(" \t\"'“‘(-–•*·>") == "":
            first = words[0][0]
            if (
                first.lower() in _PLAIN
                or _OPENERS.fullmatch(first)
                or (len(words) == 1 and not _looks_named(first))
            ):
                words.pop(0)
        for piece in _pieces(words):
            first, last = piece[0][1], piece[-1][1] + len(piece[-1][0])
            text = letter[first:last]
            kind = _kind(letter[start:first], text)
            yield StatedName(kind, text, first, last)


def _pieces(words: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Cut a run of capital words where a word names nobody."""
    piece: list[tuple[str, int]] = []
    for word, place in [*words, ("the", 0)]:
        joins = word in {"of", "the", "de", "la", "von", "van"}
        plain = re.sub(r"['’]s?$", "", word.lower())
        if plain in _PLAIN and not (place and piece and (joins or plain in _INSIDE)):
            while piece and piece[-1][0].lower() in _PLAIN:
                piece.pop()
            if piece and (len(piece) > 1 or not piece[0][0].isdigit()):
                yield piece
            piece = []
        elif not joins or piece:
            piece.append((re.sub(r"['’]s?$", "", word), place))


def _looks_named(word: str) -> bool:
    """Say whether a word that opens a sentence reads as a name by its shape: "IBM", "eBay", "C3"."""
    return len(word) > 1 and (word[1:] != word[1:].lower() or any(mark.isdigit() for mark in word))


def _kind(before: str, text: str) -> NameKind:
    if _SCHOOL.search(text):
        return "school"
    ending = text.rsplit(maxsplit=1)[-1].lower().strip(".")
    named_so = " " in text and ending in ORG_ENDINGS
    if _SKILLED.search(before):
        return "skill"
    if named_so or (_AT.search(before) and _WORKED.search(before) and not find_skills(text)):
        return "employer"
    return "name"

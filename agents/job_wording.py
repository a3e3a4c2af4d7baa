"""The words of job ads: what makes a phrase a requirement, which cues make it a must or a nice, what is boilerplate.

Knows nothing about lines, sections or how phrases are cut; every table here is data for agents.job_clauses.
"""

from __future__ import annotations

import re

LANGUAGES = """
    afrikaans albanian amharic arabic armenian basque bengali bosnian bulgarian burmese cantonese catalan
    chinese croatian czech danish dutch english estonian farsi finnish flemish french gaelic galician
    georgian german greek gujarati hausa hebrew hindi hungarian icelandic igbo indonesian irish italian
    japanese kannada khmer korean kurdish latvian lithuanian macedonian malay malayalam maltese mandarin
    marathi nepali norwegian pashto persian polish portuguese punjabi romanian russian serbian sinhala slovak
    slovene slovenian somali spanish swahili swedish tagalog tamil telugu thai turkish ukrainian urdu
    vietnamese welsh yoruba zulu
""".split()
LANGUAGE = f"(?:{'|'.join(LANGUAGES)})"

# Nouns and adjectives that head a requirement ("AWS certification", "able to", "years of").
HEAD = (
    r"(?:experiences?|expertise|knowledge|understanding|skills?|skillset|abilit(?:y|ies)|proficiency"
    r"|fluency|familiarity|background"
    r"|record|command|grasp|mastery|qualifications?|certifications?|certificates?|certified|licen[cs]es?"
    r"|licen[cs]ed"
    r"|degrees?|diploma|bachelor(?:'?s)?|master'?s|ph\.?d|doctorate|mba|bsc|msc|b\.?tech|nvq|gcses?"
    r"|apprenticeship"
    r"|years?|yrs|months|exposure|competenc(?:e|y|ies)|aptitude|passion|enthusiasm|commitment"
    r"|willingness|willing|flexibility|bilingual|trilingual"
    r"|confidence|eye|attitude|portfolio|permit|visa|right to work|registration|registered|membership|clearance"
    r"|dbs check"
    r"|able|capable|comfortable|competent|confident|proficient|fluent|eligible|familiar|experienced"
    r"|skilled|qualified|knowledgeable|well-versed|versed|adept|expert|trained|keen"
    r"|accredited|chartered|literate|literacy|numeracy|attention to detail|speaker|awareness"
    r"|appreciation|flair"
    r"|team player|self-starter|work ethic|sense|mindset|insurance|admission|availability|available"
    r"|contacts|network"
    r"|history|credentials?|education|status|leadership experience|interest|curiosity|patience"
    r"|discretion|hands-on"
    rf"|{LANGUAGE})"
)
# Heads that a list before them can share: "account reconciliation and month-end close experience".
SHARED_HEAD = r"(?:experience|expertise|knowledge|skills?|certifications?|qualifications?)"
PREPOSITION = r"(?:of|in|with|for|to|as|from|on|at|by|using|within|across|under|that|who|which|among|towards?|about|over)"
DETERMINER = r"(?:the|an?|some|any|(?:your|their|his|her)(?= own\b))"
QUALITY = (
    r"(?:strong|excellent|good|great|solid|proven|valid|current|outstanding|active|clean|full|basic"
    r"|advanced|deep|extensive"
    r"|hands-on|working|demonstrated|demonstrable|sound|thorough|relevant|prior|previous|practical"
    r"|professional"
    r"|significant|broad|clear|exceptional|superb|very|high|recent|in-depth|first-class|fundamental"
    r"|general|minimum|own)"
)
NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|several|many|a few|a couple of)"
QUANTITY = (
    rf"(?:(?:at least|a minimum of|minimum of|minimum|min\.?(?: of)?|over|more than|up to|around|about"
    rf"|not less than)\s+)?"
    rf"{NUMBER}(?:\s*(?:\+|plus|or more|or so))?(?:\s*(?:to|-|\u2013|or)\s*{NUMBER}(?:\s*\+)?)?"
)
SPAN_OF_TIME = rf"{QUANTITY}\s*(?:full\s+)?(?:years?|yrs?\.?|months)\b'?"
# "5 years minimum", "3+ years of experience", "6 to 9 years' relevant work experience": an amount of nothing in particular.
BARE_YEARS = re.compile(
    rf"(?:{QUALITY}\s+)*({SPAN_OF_TIME})(?:\s+(?:of\s+)?(?:(?:{QUALITY}|work|working|industry|total"
    rf"|overall)\s+)*experience)?"
    r"(?:\s+(?:minimum|min|or more|or above|and above|in a similar role|in a similar position))?",
    re.IGNORECASE,
)

_STARTS_WITH_HEAD = re.compile(
    rf"(?:(?:{DETERMINER}|{QUALITY}|{QUANTITY}|completed|and|[\w'-]+ed|[\w-]+-[\w-]+)\s+)*{HEAD}"
    rf"(?:\s*$|\s+(?:{PREPOSITION}\b|\w+ing\b|held\b)|[,(/])",
    re.IGNORECASE,
)
_ENDS_WITH_HEAD = re.compile(rf"(?:^|[\s/-]){HEAD}\s*(?:\([^)]*\))?$", re.IGNORECASE)
_YEARS_FIRST = re.compile(rf"(?:{DETERMINER}\s+|{QUALITY}\s+)?{SPAN_OF_TIME}", re.IGNORECASE)
_VERB_FIRST = re.compile(
    r"(?:also\s+)?(?:have|has|hold|holds|possess|possesses|be|is|are|can|speak|speaks|know|knows"
    r"|understand|understands"
    r"|enjoy|enjoys|love|loves|like|likes|work|works|thrive|thrives|bring|brings|demonstrate|write"
    r"|writes|read|reads"
    r"|drive|drives|manage|manages|use|care|cares|show|want|wants|take|communicate)\s+\S",
    re.IGNORECASE,
)
# A verb that makes what follows "and" a predicate of its own, whatever stands before ("taught phonics and can play the piano").
_FINITE_FIRST = re.compile(
    r"(?:also\s+)?(?:can|must|should|has|have|hold|holds|possess(?:es)?|is|are|knows?|speaks?|enjoys?|understands?|thrives?"
    r"|loves?(?!\s+(?:of|for)\b)|writes|works)\s+\S",
    re.IGNORECASE,
)
CREDENTIAL = (
    r"(?:licen[cs]es?|awards?|certificates?|certifications?|diploma|degrees?|qualifications?|card|ticket|badge|apprenticeship"
    r"|bachelor(?:'?s)?|master(?:'?s)?|ph\.?d|mba|doctorate)"
)
_CREDENTIAL_LAST = re.compile(rf"(?:^|[\s/-]){CREDENTIAL}\s*(?:\([^)]*\))?$", re.IGNORECASE)
_ONE_PAPER = re.compile(r"\w\s(?:licen[cs]e|certificate|card|ticket|badge|diploma|degree)$", re.IGNORECASE)
_LANGUAGE_LAST = re.compile(rf"\b{LANGUAGE}$", re.IGNORECASE)
_QUALITY_FIRST = re.compile(rf"(?:{DETERMINER}\s+)?(?:{QUALITY}|{NUMBER})\s+\S", re.IGNORECASE)


def core_of(phrase: str) -> str:
    """Return the phrase up to its first preposition ("a solid command of Java" -> "a solid command")."""
    bare = re.sub(
        rf"^(?:{DETERMINER}\s+)?(?:at least|a minimum of|minimum of|more than|over|up to)\s+",
        "",
        phrase,
        flags=re.IGNORECASE,
    )
    return re.split(rf"\s+{PREPOSITION}\s+", bare, maxsplit=1)[0]


def starts_with_head(phrase: str) -> bool:
    """True for "experience with X", "a proven record of Y", "able to Z": what follows belongs to the head."""
    return bool(_STARTS_WITH_HEAD.match(phrase) or _YEARS_FIRST.match(phrase))


def has_head(phrase: str) -> bool:
    """True where the phrase names its own kind of evidence ("AWS certification", "experience with X")."""
    return starts_with_head(phrase) or bool(_ENDS_WITH_HEAD.search(core_of(phrase)))


def stands_alone(phrase: str) -> bool:
    """True where a phrase after a comma opens a new requirement, rather than going on with a list."""
    nearest = re.split(r"\s+and\s+", phrase, maxsplit=1)[0]
    return (
        has_head(phrase)
        or (" " in nearest and has_head(nearest))
        or bool(_VERB_FIRST.match(phrase) or _QUALITY_FIRST.match(phrase) or _ONE_PAPER.search(nearest))
    )


def is_credential(phrase: str) -> bool:
    """True for "driving licence", "CSCS card": it names a paper and ends there, so that nothing after it belongs to it."""
    return bool(_CREDENTIAL_LAST.search(phrase)) and core_of(phrase) == phrase


def is_one_paper(phrase: str) -> bool:
    """True for "pool lifeguard certificate": one paper, named."""
    return bool(_ONE_PAPER.search(phrase)) and core_of(phrase) == phrase


def starts_with_finite_verb(phrase: str) -> bool:
    """True for "can play the piano", "has two years of ...": a predicate of its own."""
    return bool(_FINITE_FIRST.match(phrase))


def starts_with_years(phrase: str) -> bool:
    """True for "three years in a salon": an amount of time with what it was spent on."""
    years = _YEARS_FIRST.match(phrase)
    return bool(years and re.match(r"\s+\w", phrase[years.end() :]))


def ends_with_head(phrase: str) -> bool:
    """True for "two years of law experience": the last word closes the phrase, so that nothing after it belongs to it."""
    return bool(_ENDS_WITH_HEAD.search(phrase))


def ends_with_language(phrase: str) -> bool:
    """True for "fluent in French": another language may follow."""
    return bool(_LANGUAGE_LAST.search(phrase))


def starts_with_verb(phrase: str) -> bool:
    """True for "hold a licence", "is comfortable with": a part of "you must ..." or "who ..."."""
    return bool(_VERB_FIRST.match(phrase))


_BE = r"(?:(?:would|will|could|may|might|should|can|is|are|also|both|be|being|as|considered|seen|highly|very|much|really|strongly|always|absolutely|strictly)\s+)*"
NICE_AFTER = re.compile(
    rf"[\s,(-]*\b{_BE}(?:(?:an?\s+)?(?:(?:big|huge|strong|definite|added|distinct|great|real|add on"
    rf"|major)\s+)*"
    r"(?:(?:plus|bonus|advantage|asset|nice[ -]to[ -]have)\b|\+(?=\s*$))|preferred\b|preferable\b"
    r"|desirable\b|desired\b|advantageous\b"
    r"|beneficial\b|(?<=be )(?:helpful|useful|ideal|welcome|great|nice|good)\b|(?<=is )(?:helpful|useful"
    r"|welcome|ideal)\b"
    r"|(?<=very )(?:helpful|useful|welcome)\b|appreciated\b|optional\b|highly valued\b|(?<=are )"
    r"(?:welcome|helpful|useful)\b)\)?",
    re.IGNORECASE,
)
MUST_AFTER = re.compile(
    rf"[\s,(-]*\b(?:{_BE}(?:(?:(?:an?|is|are)\s+)(?:absolute\s+)?must(?:[ -]have)?(?=[\s.,;)]|$)"
    rf"|required\b|essential\b|mandatory\b|necessary\b"
    r"|non-negotiable\b|a requirement\b|compulsory\b)|(?:is|are)\s+(?:expected|needed|a given|key|vital"
    r"|crucial)\b)\)?",
    re.IGNORECASE,
)
# Cheap tests that most sentences fail: without one of these words the patterns above cannot match.
NICE_WORD = re.compile(
    r"plus|bonus|advantage|asset|nice|prefer|desir|benef|helpful|useful|ideal|welcome|great|good|appreciated"
    r"|optional|valued|\+",
    re.IGNORECASE,
)
MUST_WORD = re.compile(
    r"must|require|essential|mandatory|necessary|negotiable|compulsory|expected|needed|given|key|vital|crucial",
    re.IGNORECASE,
)
# A cue of "nice" that stands before what it is about, and holds to the end of its sentence.
NICE_BEFORE = re.compile(
    r"(?:ideally|preferably|optionally|(?:it(?:'s| is| would be| will be| 'd be)?\s+)?(?:also\s+)?"
    r"(?:an?\s+)?(?:big |huge |great |real )?"
    r"(?:plus|bonus|advantage|great|nice|desirable|preferable|beneficial|advantageous|helpful|good)\s+(?:if|that|would be|to have)|(?:bonus"
    r"|extra|brownie) points?(?: are given)? (?:for|if)"
    r"|nice[- ]to[- ]haves?(?: (?:are|is))?|(?:preferred|desirable|desired|optional|advantageous|bonus"
    r"|plus|desirables)\s*[:\u2013-](?=\s*\w)"
    r"|we(?:'d| would)(?: also)? (?:love|like|prefer|welcome|appreciate)(?: it)?(?: to see| if"
    r"| someone with| someone who)?|as would|so would|as is"
    r"|(?:preferred|desired) (?:skills|qualifications|experience) include)(?:\b|(?<=[:\u2013-])):?,?\s*",
    re.IGNORECASE,
)
# "degree, ideally in physics": the cue weighs a detail of what stands before it.
QUALIFIER = re.compile(r"\s*(?:in|from|within|at|on|of|as|under|gained|working|both)\b", re.IGNORECASE)
# "You will ideally hold ...": the cue stands behind the person.
IDEALLY_WITHIN = re.compile(
    r"(?P<who>(?:you|the (?:ideal |successful )?(?:candidate|applicant|person)|candidates|applicants)\s+(?:(?:will|would|should|must)\s+)?"
    r"(?:also\s+)?)(?:ideally|preferably)\s+",
    re.IGNORECASE,
)
NOT_ASKED = re.compile(
    r"\b(?:no|not|without)\b[^.;]{0,80}?\b(?:required|needed|necessary|essential|a requirement|mandatory"
    r"|must)\b"
    r"|\b(?:not required|not essential|not necessary|not a must)\b|\bdon't need\b|\bdo not need\b"
    r"|\bneed not\b|\bneedn't\b|\bneeds? no\b",
    re.IGNORECASE,
)

_PEOPLE = (
    r"(?:(?:the|our|an?|all|any|every|each|your)\s+)?(?:(?:ideal|successful|right|perfect|suitable"
    r"|strong|best|good|chosen|selected|ideally)\s+)*"
    r"(?:candidates?|applicants?|person|individual|hire|appointee|post-?\s?holder|employee|you|he/she"
    r"|he or she|she/he|s?he|they|someone"
    r"|somebody|anyone|people|those)"
)
_ADVERB = r"(?:(?:also|ideally|preferably|already|really|truly|both|either|therefore|definitely|absolutely|then|now|currently|probably)\s+)*"
_MODAL = r"(?:must|should|shall|will|would|can|could|'ll|needs? to|have to|has to|(?:are|is) (?:required|expected) to|ought to)"
_HAVE = (
    r"(?:have got|have|has|had|having|possess(?:es)?|holds?|brings?|shows?|demonstrates?|offers?|come with"
    r"|comes with|be|is|are|needs?|requires?"
    r"|'ve|'re|'s got|got)"
)
# Words around a requirement that are no part of it, tried again and again until none matches.
LEADS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:and|but|also|additionally|furthermore|moreover|in addition|plus|as well as|finally|further"
        r"|then|however|therefore|hence|thus)\b[,:]?\s+"
        r"|(?:to|in order to) (?:be considered|be successful|succeed|apply|qualify|do this|excel)[\w ]{0,40},\s*"
        r"|(?:in this (?:role|job|position)|as (?:an?|our) [\w /-]{3,40}),\s*(?=you\b|the\b)",
        rf"{_PEOPLE}\s*(?:who|with|that)\s+(?={_ADVERB}(?:{_MODAL}|{_HAVE})?\b)",
        rf"{_PEOPLE}\s*{_ADVERB}(?:{_MODAL}\s+)?{_ADVERB}{_HAVE}\s+{_ADVERB}",
        rf"{_PEOPLE}\s*{_ADVERB}(?:must|should|shall|can|could|needs? to|have to|has to|(?:are|is) "
        rf"(?:required|expected) to)\s+{_ADVERB}",
        rf"{_PEOPLE}\s+(?=(?:know|knows|understand|speak|speaks|enjoy|love|thrive|hold|write|work|care"
        rf"|want|like|take|communicate)\b)",
        r"(?:for this (?:role|job|position),?\s+)?we\s*(?:'re|are)?\s*(?:also\s+)?(?:need|require|want"
        r"|seek|expect|ask for|look for|looking for|seeking|hiring|after|asking for)\s+",
        r"(?:this|the) (?:role|job|position|work) (?:requires|needs|calls for|demands)\s+",
        r"(?:must|should|needs? to|has to|have to)\s+(?:also\s+)?(?:(?:have|be|hold|possess)\s+)?",
        r"(?:required|requirements?|essential|mandatory|minimum requirements?|must[- ]haves?|needed"
        r"|necessary|qualifications?|skills required)"
        r"\s*(?:are|is|includes?)?\s*[:\u2013-]\s*",
        r"it(?:'s| is) (?:essential|important|vital|crucial|necessary) (?:that|to)\s+",
        r"(?:who|that)\s+(?:also\s+)?(?=\w)",
        r"(?:with|having)\s+",
        r"(?:has|have|holds?|possess(?:es)?|is|are|(?:to )?be|can|brings?)\s+(?:also\s+)?(?:been\s+)?(?=\S)",
        r"(?:(?:the|an?|proven|demonstrated|strong|demonstrable)\s+)*(?:being\s+)?(?:ability|able"
        r"|capable|capacity)\s+(?:to|of)\s+",
        r"(?:the|an?|some|any)\s+|(?:your|their|his|her)\s+(?=own\b)",
    )
)
# Leads that do not make a list of what follows: a verb governs it, or nothing does.
_WEAK_LEAD = re.compile(
    r"(?:(?:the|an?|some|any|and|but|also|plus|additionally|furthermore|moreover|in addition|finally"
    r"|further|then|however|therefore|hence|thus)\b[,:]?\s*)|.*\b(?:ability|able|capable|capacity)\s+"
    r"(?:to|of)\s*",
    re.IGNORECASE,
)
# A sentence outside a requirements section asks for something only if it opens like this, or carries a cue.
ASKS = re.compile(
    rf"(?:{LEADS[0].pattern})?(?:{_PEOPLE}\s*(?:who\s+|with\s+)?{_ADVERB}(?:(?:must|should|shall"
    rf"|needs? to|have to|has to|(?:are|is) (?:required|expected) to)\b"
    rf"|(?:(?:will|would|'ll)\s+)?{_ADVERB}(?:need|have|has|hold|holds|possess|possesses|bring|brings"
    rf"|know|knows|understand|speak|enjoy|love|thrive|'ve|offer|demonstrate|show)\b"
    rf"|(?:are|is|'re)\s+(?!looking|seeking|joining|going|part of|responsible|hiring|invited|encouraged"
    rf"|welcome|considered)"
    rf"|(?:will|'ll|would)\s+{_ADVERB}be\s+(?:an?|able|confident|comfortable|qualified|experienced"
    rf"|educated|registered|fluent|proficient|skilled)\b)"
    r"|(?:for this (?:role|job|position),?\s+)?we\s*(?:'re|are)?\s*(?:also\s+)?(?:need|require|want|seek"
    r"|expect|ask for|look for|looking for|seeking|asking for)\b"
    r"|it(?:'s| is) (?:essential|important|vital|crucial|necessary) (?:that|to)\b"
    r"|must\b|required\b|(?:this|the) (?:role|job|position|work) (?:requires|needs|calls for|demands)\b"
    r"|should\b|having\b)",
    re.IGNORECASE,
)
# Even under "About us" such a sentence asks: the heading for what follows was forgotten.
ASKS_OUTRIGHT = re.compile(
    rf"(?:{_PEOPLE}\s*{_ADVERB}(?:must|should|needs? to)|must) (?:have|be|hold|possess|show)\b", re.IGNORECASE
)
CHANCE = re.compile(
    r"\b(?:opportunity|opportunities|chance|access(?! to (?:(?:an?|your|own|reliable) )*(?:car|vehicle|van|transport))|the option|fun|a say) (?:to|for|of)\b|\bopportunity\b",
    re.IGNORECASE,
)

DUTY = re.compile(
    rf"(?:as (?:an?|our) [^,]+, )?(?:{_PEOPLE}\s*(?:will|'ll)\b|your (?:main |primary |daily )?(?:role"
    rf"|job|tasks?|work|focus|duties)\b|responsible for\b"
    r"|(?:this|the) (?:role|job|position) (?:involves|includes|is about|will)\b|you are responsible\b"
    r"|day[- ]to[- ]day\b)",
    re.IGNORECASE,
)
DUTY_LEAD = re.compile(
    rf"(?:as (?:an?|our) [^,]+, )?(?:{_PEOPLE}\s*(?:will|'ll|are|is)\s+(?:also\s+)?(?:be\s+)?"
    rf"(?:expected to\s+|responsible for\s+|in charge of\s+)?"
    r"|responsible for\s+|your (?:main |primary |daily )?(?:role|job|tasks?|work|focus|duties)\s+(?:is"
    r"|are|will be|includes?)\s+(?:to\s+)?"
    r"|(?:this|the) (?:role|job|position) (?:involves|includes|is about)\s+)",
    re.IGNORECASE,
)

# Why a sentence is boilerplate. The first table holds anywhere; the second only where the sentence asks for nothing.
BOILERPLATE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        (
            "equal-opportunity text",
            r"equal[ -](?:employment )?opportunit|regardless of|without regard to|affirmative action"
            r"|reasonable (?:accommodation|adjustment)"
            r"|protected (?:veteran|status|characteristic)|(?:celebrate|value|committed to|welcome) "
            r"(?:\w+ )?(?:diversity|inclusion|an inclusive)"
            r"|applications from (?:all|every|under)|accommodations? (?:for|to) (?:applicants|candidates"
            r"|people|individuals)",
        ),
        (
            "pay and benefits",
            r"^(?:we(?:'ll| will| also)? (?:offer|provide|give)|in return|what we offer|our benefits"
            r"|benefits include|enjoy (?:a|our))\b",
        ),
        (
            "how to apply",
            r"^(?:please |to apply,? (?!you (?:must|need|should|will))|apply |if you(?:'re| are)? (?:interested|think|feel|believe"
            r"|would like to (?:apply|join)|want to apply)|interested candidates"
            r"|send (?:us )?(?:your|a)|only shortlisted|thank you|we look forward|click|e-?mail (?:us"
            r"|your)|applications? (?:close|must be|should be))\b|\bcover letter\b|\b(?:your|updated) "
            r"(?:cv|resume)\b|\bwww\.|https?://",
        ),
        (
            "about the employer",
            r"^(?:we are an?|we're an?|we have|we believe|we work|we build|we make|we help|we love|our "
            r"(?:company|team|mission|firm|office|clients?|customers?)\b(?!.*\b(?:needs?|looking|seek)))",
        ),
    )
)
BOILERPLATE_UNLESS_ASKED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        (
            "pay and benefits",
            r"[$\u20ac\u00a3\u20b9]\s?\d|\bsalary\b|\bbenefits\b|\bpaid (?:leave|time|holiday|training)"
            r"|\bpension\b|401\(?k\)?|health (?:insurance|cover)|\bbonus scheme\b"
            r"|\bper (?:hour|annum|month|year)\b|days of (?:holiday|leave|vacation)|\bwages?\b",
        ),
        (
            "place, hours and contract",
            r"\b(?:full|part)[ -]?time\b|\bhybrid\b|\bremote(?:ly)?\b|\bon[ -]?site\b|work"
            r"(?:ing)? from home|\bin our [\w ]{0,30}?(?:office|shop|depot)\b|\bdays a week\b"
            r"|\bbased (?:in|at|out of)\b|\breports? to\b|\b(?:temporary|permanent|fixed-term)\b"
            r"|monday to friday|\bshift pattern\b",
        ),
    )
)

# Traits that ads put before a role ("a friendly, reliable barista"). They say nothing a letter can show by itself.
TRAIT = (
    r"(?:friendly|reliable|motivated|self-motivated|highly|dynamic|young|energetic|organi[sz]ed"
    r"|hard-?working|passionate|enthusiastic|talented"
    r"|dedicated|driven|ambitious|committed|creative|outgoing|positive|caring|skilled|new|great|strong"
    r"|good|brilliant|professional|capable|proactive)"
)
EMPLOYMENT = r"(?:experienced|full[- ]time|part[- ]time|permanent|temporary|seasonal|freelance|additional|another|hands-on|immediate)"
_HIRE = r"(?:need|needs|want|wants|seek|seeks|require|requires|(?:is|are|'re)\s+(?:\w+ly\s+|now\s+)?(?:looking (?:for|to hire|to recruit)|seeking|hiring|recruiting|in search of|searching for))"
ROLE_FRAME = re.compile(
    rf"^(?!(?:you|they|(?:all |any )?(?:candidates?|applicants?)|(?:the|our) (?:ideal |successful |right )?(?:candidate|applicant|person)"
    rf"|(?:this|the) (?:role|job|position|post|work))\b)"
    rf"(?:(?:we|[\w&'.,()\- ]{{1,80}}?)\s*\b{_HIRE}|we\s*{_HIRE}|(?:we're |we are )?(?:currently |now "
    rf"|urgently )?(?:looking for|seeking|hiring|recruiting|in search of)|(?:urgently )?(?:require|need"
    rf"|want)|wanted:?|needed:?|to hire:?)\s+"
    rf"(?:to (?:hire|recruit)\s+)?(?P<count>(?:an?|another|one|\d+|two|three|several|our (?:next|new"
    rf"|first))\s+)?",
    re.IGNORECASE,
)
ROLE_NEEDED = re.compile(
    r"^(?!no\b)(?P<role>[\w'/& -]{3,60}?)(?<!\bis)(?<!\bare)(?<!\bbe)\s+(?:urgently\s+)?(?:needed|wanted|sought)\b",
    re.IGNORECASE,
)
ROLE_END = re.compile(
    r"\s*[,;:.\u2013]|\s+[-\u2014]\s|\s+(?:with|who|whose|having|that|to|for|at|on|in|from|based|able"
    r"|willing|joining|capable|experienced|available|responsible|proficient|skilled|passionate"
    r"|speciali[sz]ed|looking|needed|wanted)\b",
    re.IGNORECASE,
)
SUBORDINATE = re.compile(
    r",\s*(?:where|since|because|as (?:you|we|this|our|it|most|they)\b|so (?:that )?(?:you|we)\b|which "
    r"(?!is (?:essential|required))|while|although|though|when you|unless)\b.*?"
    r"(?=, (?:and|but) |;|$)",
    re.IGNORECASE,
)


def strip_leads(phrase: str) -> tuple[str, bool]:
    """Return the phrase without the words around it ("You must have a degree" -> "degree"), and if there were any."""
    stripped, changed = phrase.strip(" ,:;"), True
    led = False
    while changed:
        changed = False
        for lead in LEADS:
            match = lead.match(stripped)
            if match and match.end() and re.search(r"\w", stripped[match.end() :]):
                rest = stripped[match.end() :].lstrip(" ,:")
                led = led or not _WEAK_LEAD.fullmatch(match.group())
                stripped, changed = rest, True
    return stripped, led

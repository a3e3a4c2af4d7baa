"""Cuts a job description into lines, each with the section it stands in, and lines into sentences.

Knows what headings are called in job ads; knows nothing about what a requirement is.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Literal

Section = Literal["must", "nice", "duties", "about", "prose"]


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of a job description. ``key`` is what stands before the colon in ``Education: BSc``.

    ``section`` comes from the nearest heading above ("prose" where there is none); ``about`` is
    everything that no letter can answer: employer, benefits, pay, place, hours, how to apply.
    """

    text: str
    section: Section
    bullet: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class JobText:
    """A job description as lines. ``title`` is its first line where that is a job title, else empty."""

    title: str
    lines: tuple[JobLine, ...]


_BULLET = re.compile(
    r"^\s*(?:\\?[-*\u2022\u2023\u2043\u2013\u2014\u25aa\u25ab\u25cf\u25cb\u25e6\u25a0\u25a1\u00b7\u00a7\u27a2\u27a4"
    r"\u2192\u2713\u2714\u2705\uf000-\uf0ff]+\s*|o\s+(?=[A-Z])|\(?\d{1,2}[.)](?:\s+|(?=[A-Z][a-z]))"
    r"|\(?[a-z]\)\s+)(?=\S)"
)
_INLINE_BULLET = re.compile(r"\s+[\u2022\u25aa\u25cf\u25e6\u00b7\uf0b7]\s*|\s+\*\s+")
_MARKDOWN = re.compile(r"^\s*#{1,6}\s+(.*?)\s*#*$|^\s*(?:\*\*|__)(.+?):?(?:\*\*|__):?\s*$")

# What headings are called, by section; the first row that matches decides. Matched against the
# heading in lower case.
_HEADINGS: tuple[tuple[Section, str], ...] = (
    ("about", r"equal[ -]opportunit|\beeo\b|diversity|how to apply|application process|to apply|apply now"),
    ("must", r"looking for|about you$|who you are|person spec|(ideal|right|perfect) (candidate|person|fit)"),
    (
        "nice",
        r"nice[ -]to[ -]have|good to have|great to have|prefer|desir(?!ed (?:candidate|profile))|bonus"
        r"|\bplus(es)?\b|ideally|advantage|optional"
        r"|extra (credit|points)|beneficial|secondary skill|also have|would be (great|nice|good)|brownie"
        r"|an asset"
        r"|would love|stand out|not essential",
    ),
    (
        "duties",
        r"about (the|this) (role|job|position|opportunity)|(roles?|job|position) (overview|summary|purpose)"
        r"|(essential|key|main|primary|core) (job )?(dut|responsib|tasks|functions)",
    ),
    (
        "about",
        r"\babout\b|who we are|benefit|perk|we offer|we('ll| will) (give|provide|offer)|on offer"
        r"|what you('?ll| will)? get"
        r"|you can expect|in it for you|why (join|work|us|you)|compensation|salary|\bpay\b|remuneration"
        r"|\bctc\b|package"
        r"|our (company|story|mission|values|culture|team|offer)|^(the )?company|culture|location|work"
        r"(ing)? hours"
        r"|^hours|schedule|shift|job types?|type of (job|contract)|contract|employment type"
        r"|position type|remote"
        r"|^industry|^department|^reports? to|closing date|start(ing)? date|deadline|published|posted"
        r"|notice period"
        r"|joining|vacanc|no\.? of|reference|job (id|code|category)|speak with|^contact|^phone|^e-?mail"
        r"|^website"
        r"|^apply|disclaimer|stipend|bond|what you('?ll| will) learn|covid|holiday|^(last )?date",
    ),
    (
        "must",
        r"requirement|require|qualification|qualified|(what )?(you|we) need|you must|must[ -]have|you"
        r"('?ll| will) (need|have)"
        r"|you (should )?(bring|have|offer)|your (profile|skills|background|experience|qualif)|essential"
        r"|mandatory|skill"
        r"|expertise|^experience|experience$|education|certificat|licen[cs]e|competenc|profile|eligib"
        r"|minimum|criteria"
        r"|good fit|need to see|attributes|knowledge|credentials|abilities|technolog|tech stack"
        r"|background|expect",
    ),
    (
        "duties",
        r"responsib|dut(y|ies)|you('?ll| will)?( be)? (do|doing|be|work|own)|your (role|job|tasks|day|work)"
        r"|the (role|job|position|opportunity|work)$|^role|tasks|description|contribute|day[- ]to[- ]day"
        r"|accountabilit"
        r"|objectives|summary|scope|key areas|activities",
    ),
)
# A line without a colon is a heading only if every word of it is one of these, and it has a section.
_HEADING_WORDS = frozenset(
    """a about additional all also an and application apply are attributes background basic be benefits best bonus bring candidate
    candidates certifications company compensation competencies contribute core credit criteria culture day description desirable
    desired details do doing duties education eligibility employment equal essential expect experience expertise extra for from
    get good great have hours how i ideal if information institute is it it'd it'll job join key knowledge licences licenses
    like little location looking love main mandatory minimum more must need needed needs nice of offer opportunity
    optional or other our overview pay perfect perks person plus pluses points position preferred primary process
    professional profile proven purpose qualification qualifications required requirement requirements responsibilities
    responsibility role roles salary schedule secondary see should skill skills soft specification
    summary tasks team technical technologies that the these things this to type us we we'd we're we'll what what's
    who why will with work working would you you'd you'll youll you're youre your yourself""".split()
)
_ENDS_LIKE_HEADING = re.compile(
    r"(?:Requirements|Qualifications|Responsibilities|Duties|Benefits|Competencies|Perks)$"
)
_ABOUT_SOMEONE = re.compile(r"(?:about|why)(?: the| our)? [\w&' .-]{2,30}")
# Headings that stand in the middle of a paragraph ("... engines. Benefits: gym membership").
_RUN_IN = re.compile(
    r"(?<=[.;!?)\d\w])\s+(?P<heading>(?:(?:(?:Key|Minimum|Basic|Job|Preferred|Required|Desired) )?"
    r"(?:Requirements|Qualifications"
    r"|Skills|Responsibilities|Duties)|Benefits|Perks|Job Types?|Pay|Salary|Schedule|Education"
    r"|Nice to have|Preferred"
    r"|Required|Essential|Desirable|Must have|(?:Work )?Location|Hours|About us|We offer|What we offer|How to apply"
    r"|Work Remotely)\s*:)(?=\s)"
)
_KEY = re.compile(
    r"^([A-Za-z][\w'/&() -]{1,48}?)\s*:\s*-?\s*(\S.*)$|^([A-Z][\w' ]{2,30}?)\s*[-\u2013]\s+(\S.*)$"
)
_ABBREVIATIONS = frozenset(
    """e.g i.e eg ie etc mr mrs ms dr st inc ltd co corp approx min max yrs yr vs no nos dept est incl b.sc m.sc ph.d b.a m.a
    b.tech m.tech b.e m.e b.com m.com viz u.s u.k a.m p.m sr jr fig resp""".split()
)
_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9\u00c0-\u00de\u2022#])")
MAX_HEADING_WORDS = 9
# Characters. A real sentence is shorter; what is longer is a text without punctuation, and reading it in
# pieces keeps the time in proportion to its length.
MAX_SENTENCE = 600


def section_of_heading(heading: str) -> Section | None:
    """Return the section a heading opens, None for one that no job ad's vocabulary knows."""
    words = " ".join(heading.lower().replace("\u2019", "'").strip(" :*#-_.!?()").split())
    for section, pattern in _HEADINGS:
        if re.search(pattern, words):
            return section
    return None


def read_lines(description: str) -> JobText:
    """Cut a job description into its title and its lines; headings are taken out and name sections.

    Rules: a heading is a line that ends with a colon, a markdown heading, a line in capitals, or a
    line made only of words that headings are made of. It holds until the next heading; where its
    lines were bullets, also only until a line of prose after a blank line. Lines that were wrapped
    by an editor are joined again.
    """
    title = ""
    lines: list[JobLine] = []
    section: Section = "prose"
    after_blank = bullets_seen = False
    first = True
    for raw in _unwrapped(description):
        if not raw.strip():
            after_blank = True
            continue
        bullet = _BULLET.match(raw)
        markdown = _MARKDOWN.match(raw)
        content = raw[bullet.end() :] if bullet else raw
        if markdown:
            content = markdown.group(1) or markdown.group(2) or ""
        text = " ".join(content.split())
        if not text:
            continue
        bare_bullet = bullet is not None and not markdown
        if first and not bare_bullet and _is_title(text, marked=markdown is not None):
            title, first = text, False
            continue
        first = False
        opened = (
            None if bare_bullet and not text.endswith(":") else _opened(text, marked=markdown is not None)
        )
        if opened is not None and (not bare_bullet or opened != "prose"):
            section, bullets_seen, after_blank = opened, False, False
            continue
        if after_blank and bullets_seen and not bare_bullet and re.search(r"[.!?]$", text) and " " in text:
            section, bullets_seen = "prose", False
        bullets_seen = bullets_seen or bare_bullet
        after_blank = False
        lines.append(_keyed(text, section, bullet=bare_bullet))
    return JobText(title, tuple(lines))


def job_sentences(line: str) -> list[str]:
    """Cut a line into sentences; abbreviations, initials and numbers do not end one.

    A run of words without an end is cut between words into pieces of at most MAX_SENTENCE characters.
    """
    sentences: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(line):
        word = line[start : end.start()].rsplit(" ", 1)[-1].rsplit("/", 1)[-1].strip("(\"'").lower()
        if end.group().startswith(".") and (word in _ABBREVIATIONS or re.fullmatch(r"[a-z]|\d+", word)):
            continue
        sentences.append(line[start : end.end()].strip())
        start = end.end()
    sentences.append(line[start:].strip())
    return [
        piece
        for sentence in sentences
        for piece in textwrap.wrap(sentence, MAX_SENTENCE, break_on_hyphens=False)
        if re.search(r"\w", piece)
    ]


def _unwrapped(description: str) -> list[str]:
    """Split into physical lines, then undo hard wrapping and inline bullets, and part run-in headings."""
    text = description.translate({0x2019: "'", 0x2018: "'", 0xA0: " ", 0x200B: None, 0xFEFF: None, 0x09: " "})
    text = _RUN_IN.sub(_own_line, text)
    joined: list[str] = []
    for raw in text.splitlines():
        pieces = _INLINE_BULLET.split(raw)
        if len(pieces) >= 3:
            joined.append(pieces[0])
            joined.extend("\u2022 " + piece for piece in pieces[1:] if piece.strip())
        elif joined and _continues(joined[-1], raw):
            joined[-1] = joined[-1].rstrip() + " " + raw.strip()
        else:
            joined.append(raw)
    return joined


def _own_line(run_in: re.Match[str]) -> str:
    """Part a heading from the paragraph before it, but not the words of one heading ("Work Location:")."""
    before = run_in.string[: run_in.start()].rsplit("\n", 1)[-1]
    parted = len(before.split()) >= 4 or before.endswith((".", ";", "!", "?", ")"))
    return "\n" + run_in.group("heading") if parted else run_in.group()


def _continues(previous: str, raw: str) -> bool:
    """A wrapped line goes on in lower case under a long line, or indented under a bullet."""
    text = raw.strip()
    if not text or _BULLET.match(raw) or not previous.strip() or re.search(r"[.:;!?]$", previous.rstrip()):
        return False
    if not (text[0].islower() or (text[0] in "(&" or text[0].isdigit())):
        return bool(_BULLET.match(previous) and raw.startswith("  ") and len(previous) >= 50)
    return len(previous.rstrip()) >= 55 or bool(_BULLET.match(previous) and raw.startswith("  "))


def _is_title(text: str, *, marked: bool) -> bool:
    words = text.split()
    if len(words) > MAX_HEADING_WORDS or re.search(r"[.!?:;]$", text):
        return False
    if (
        ":" in text
        or _only_heading_words(words)
        or re.match(r"(?i)(we|you|our|looking|seeking|hiring|must)\b", text)
    ):
        return False
    return (
        marked
        or (text[0].isupper() and "," not in text[:-1].rsplit(" with ", maxsplit=1)[-1])
        or len(words) <= 5
    )


def _only_heading_words(words: list[str]) -> bool:
    return all(word.lower().strip(":*.,!?&/()-") in _HEADING_WORDS or not word.strip("&/-") for word in words)


def _opened(text: str, *, marked: bool) -> Section | None:
    """Return the section that this line opens as a heading ("prose" for an unknown one), None for content."""
    words = text.split()
    if not words or len(words) > MAX_HEADING_WORDS:
        return None
    section = section_of_heading(text)
    if text.rstrip(" -\u2013").endswith((":", "*")) or marked:
        return section or "prose"
    if re.search(r"[.;,!]$", text) or ":" in text:
        return None
    if section is not None and _only_heading_words(words):
        return section
    if section is not None and re.match(r"(?i)(?:what'?s?|who|why|to be successful)\b", text):
        return section
    if section is not None and _ENDS_LIKE_HEADING.search(text) and len(words) <= 4:
        return section
    if _ABOUT_SOMEONE.fullmatch(text.lower()) and len(words) <= 4:
        return section
    if text.isupper() and len(words) <= 6 and len(text) > 5:
        return section
    return None


def _keyed(text: str, section: Section, *, bullet: bool) -> JobLine:
    """Read ``Salary: 30,000`` as a line of its own section: a short known heading, then its content."""
    match = _KEY.match(text)
    if match is None:
        return JobLine(text, section, bullet)
    key, content = (match.group(1) or match.group(3)).strip(), (match.group(2) or match.group(4)).strip()
    dashed = match.group(3) is not None
    if len(key.split()) > 5 or content.startswith("//"):
        return JobLine(text, section, bullet)
    opened = section_of_heading(key)
    if opened is None or (
        not _only_heading_words(key.split()) and (dashed or opened in ("must", "nice", "duties"))
    ):
        return JobLine(text, section, bullet)
    return JobLine(content, opened, bullet, key)

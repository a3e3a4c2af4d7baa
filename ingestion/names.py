"""Where the applicant's own name stands in a text: in full anywhere, in part where letters hold names.

Knows nothing about masks, and about no other person's name.

A part of a name is often a word ("I will grant ..."), a tool ("Java"), an employer ("Johnson Controls") or a place
("Paris"). So a part alone is found in salutations, signatures and introductions, on a line of its own and after a title
("Ms. Grant"); elsewhere only where it begins with a capital, is none of these, and stands beside no other capital.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from ingestion.name_patterns import (
    Name,
    fold,
    is_capitalised,
    is_wide,
    letters_of,
    may_hold,
    name_pattern,
)
from ingestion.words import is_everyday, is_place, is_role, is_tool_or_employer

CLOSING = (
    r"(?:(?:yours(?: very)? |very |most )?(?:sincerely|truly|faithfully|respectfully|cordially)(?: yours)?|yours|"
    r"(?:(?:kind|kindest|best|warm|warmest|with (?:best|kind|warm|kindest)) )?regards|(?:all the |with )?best(?: wishes)?|"
    r"cheers|thanks(?: again| so much)?|many thanks|thank you(?: very much| so much| again)?|warmly|gratefully|signed|"
    r"(?:in|with)(?: much| many| sincere| great)? (?:gratitude|appreciation|thanks|anticipation)|(?:with )?(?:(?:friendly|kind|warm|best|many) )?greetings|"
    r"atentamente|saludos(?: cordiales)?|un cordial saludo|cordialement|mit freundlichen gr(?:u|ue)(?:ss|ß)en)"
)
_GREETING = r"(?:dear|hello|hi|hey|greetings|good (?:morning|afternoon|evening|day)|attn\.?:?|attention:?)"
_STRONG_INTRODUCTION = (
    r"\b(?:my name is|my name['’]s|i am called|(?:they|you can|people) call me|call me|i go by|known as)"
)
_WEAK_INTRODUCTION = r"\b(?:i am|i['’]m|this is|it is|signed)"
_TITLE = r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam)\.?"
_LINE_START = r"(?:^|[\n\r])[ \t>*_~–—-]*"
# What stands before a part of a name for it to be one; each is searched for at the end of the text before it.
_ADDRESSED = re.compile(
    rf"(?:{_TITLE}|{_STRONG_INTRODUCTION}:?)[ \t\u00a0]{{1,2}}$"
    rf"|(?:^|[\n\r])[ \t>*_]*(?:full name|name|applicant|candidate|from|by|signed)[ \t]?:[ \t]{{0,3}}$"
    rf"|(?:^|[\n\r.!?;>*])[ \t>*_]*{_GREETING}[ \t,]{{1,2}}$"
)
_GREETED = re.compile(rf"(?:^|[\n\r.!?;>*])[ \t>*_]*{_GREETING}\b[^\n\r.!?]{{0,40}}$")
_INTRODUCED = re.compile(rf"{_WEAK_INTRODUCTION}[ \t\u00a0]{{1,2}}$")
_AFTER_INTRODUCED = re.compile(r"[ \t]*(?:[,.;!\n\r]|$|and i\b|from\b|here\b)")
_BEFORE_SIGNATURE = re.compile(
    rf"(?:^|[\n\r.!?,;>*)…])[ \t>*_]*{CLOSING}[ \t]*[,.!:;–—-]*\s{{0,6}}[-–—*_~]{{0,3}} ?$"
)
_AFTER_SIGNATURE = re.compile(r"[ \t]*(?:[,.!|)(:;–—\n\r-]|$)")
_BEFORE_LINE = re.compile(_LINE_START + "$")
_AFTER_LINE = re.compile(r"(?:['’]s)?[ \t,.*_~]*(?:[\n\r]|$)")
_POSSESSIVE = re.compile(r"['’]s?(?![^\W\d_])")
_WINDOW = 80  # characters before a name in which its context is looked for

_WORD_BEFORE = re.compile(r"(?<![\w'’])([^\W\d_][\w'’.-]{0,30})[ \t]{1,2}$")
_SENTENCE_BEFORE = re.compile(r"(?:^|[\n\r.!?:;•*>\"“(])[ \t\"“(*_>-]*$")
_WORD_AFTER = re.compile(r"(?:['’]s?)?[ \t]{1,2}([^\W\d_][\w'’-]{0,30})")
_FIRM_AFTER = re.compile(
    r"[ \t]?(?:&|\+)|[ \t,]{1,2}(?:inc|ltd|llc|llp|plc|corp|gmbh|bros|co|and sons)\b|[-/]\w"
)
# After these a capitalised name is where somebody worked, studied or lives, or what was used.
_SOMEWHERE = frozenset(
    "at for from in near joined joining left with within via using of by into to through".split()
)
# Tools that are given names first: "Julia's" is the person, "Julia" among tools the tool.
_GIVEN_NAMES = frozenset({"crystal", "julia", "maya", "ruby"})
# Names between two parts that the record does not hold: Jane Marie Doe, Robert "Bob" Doe.
_MIDDLE_NAMES = re.compile(
    r"[ \t\u00a0]{1,2}(?:(?:[^\W\d_][^\W\d_'’-]*\.?|[\"“(‘'][^\W\d_][^\W\d_'’-]*[\"”)’'])[ \t\u00a0]{1,2}){1,2}"
)
_ONE_MORE = re.compile(r"[ \t\u00a0-]([^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))+)(?![\w@])")


def find_names(text: str, applicant: str) -> list[tuple[int, int]]:
    """Return the spans of the applicant's name, in order and without overlaps."""
    name = name_pattern(applicant)
    if name is None:
        return []
    folded = fold(text)
    if not may_hold(folded, name):
        return []
    spans: list[tuple[int, int]] = []
    runs = list(name.run.finditer(folded))
    for match, following in zip_longest(runs, runs[1:]):
        start = match.start()
        if spans and start < spans[-1][1]:
            continue
        if following is not None and _has_middle_name(text, match, following, name):
            spans.append((start, following.end()))
            continue
        span = _span(text, folded, match, name)
        if span is not None and not (spans and span[0] < spans[-1][1]):
            spans.append(span)
    return spans


def _span(text: str, folded: str, match: re.Match[str], name: Name) -> tuple[int, int] | None:
    """Return what is to be found of one run of parts, or None where it is no name."""
    start, end = match.span()
    if is_wide(match[0]):
        return start, end
    found = _parts_in(match, name)
    if len(found) > 1 and _reads_as_name(text, start, end, found):
        first = _particle_before(folded, start, name)
        return _initials_before(text, first, name.initials) or first, _rest_of_name(text, end, name)
    if len(found) > 1 and match[0].isalpha():
        return None
    if is_capitalised(text[start:end]):
        widened = _with_initial(text, folded, start, end, found, name)
        if widened is not None:
            return widened
    if _stands_as_name(text, folded, start, end):
        return _particle_before(folded, start, name), end
    return None


def _parts_in(run: re.Match[str], name: Name) -> set[str]:
    """Return the parts of the name that a run holds."""
    return {letters_of(part) for part in name.one.findall(run[0])}


def _has_middle_name(text: str, match: re.Match[str], following: re.Match[str], name: Name) -> bool:
    """Say whether two runs are one name with something between that the record lacks."""
    if len(_parts_in(match, name) | _parts_in(following, name)) < 2:
        return False
    middle = text[match.end() : following.start()]
    return _MIDDLE_NAMES.fullmatch(middle) is not None and is_capitalised(
        text[match.start() : following.end()]
    )


def _reads_as_name(text: str, start: int, end: int, found: set[str]) -> bool:
    """Say whether two parts are meant as a name: "will grant" in lower case is not, nor "market" for Mark Et."""
    run = text[start:end]
    if run.isalpha():  # written together: in addresses such as github.com/adabyrne, or AdaByrne
        return text[max(0, start - 1) : start] in {"/", "@"} or sum(c.isupper() for c in run) in range(2, 5)
    return is_capitalised(run) or not all(is_everyday(part) for part in found)


def _particle_before(folded: str, start: int, name: Name) -> int:
    """Return where "de la" before a family name begins, if the name has it."""
    if not name.particles:
        return start
    found = re.search(
        rf"(?<![^\W_])(?:(?:{'|'.join(map(re.escape, name.particles))})[ \t\u00a0]{{1,2}}){{1,3}}$",
        folded[max(0, start - 24) : start],
    )
    return start if found is None else start - len(found[0])


def _rest_of_name(text: str, end: int, name: Name) -> int:
    """Return the end of a name whose last parts the record lacks: Maria Garcia *Lopez*."""
    for _ in range(2):
        more = _ONE_MORE.match(text, end)
        if more is None or not _may_end_a_name(more[1], text[end:]):
            break
        end = more.end()
    initial = re.match(r"[ \t\u00a0]([^\W\d_])\.?(?![\w.'’])", text[end : end + 5])
    if (
        initial is not None
        and initial[1].isupper()
        and fold(initial[1]) in name.initials
        and initial[1] != "I"
    ):
        end += len(initial[0])
    return end


def _may_end_a_name(word: str, rest: str) -> bool:
    """Say whether a word behind a full name belongs to it; credentials ("RN") and what comes next in a text do not."""
    folded = fold(word)
    if not word[0].isupper() or word.isupper() or re.match(r"[ \t\u00a0-][\w'’-]+['’]s\b", rest):
        return False
    known = (is_everyday, is_role, is_tool_or_employer, is_place)
    return len(word) > 1 and not any(test(folded) for test in known)


def _with_initial(
    text: str, folded: str, start: int, end: int, found: set[str], name: Name
) -> tuple[int, int] | None:
    """Return one part with the initials of others: "J. Byrne", "JB Byrne", "Ada B."."""
    others = name.initials_beside(found)
    first = _particle_before(folded, start, name)
    before = _initials_before(text, first, others)
    if before is not None:
        return before, end
    after = re.match(r"[ \t\u00a0]([^\W\d_])(\.)?(?![\w'’])", text[end : end + 5])
    if after is not None and after[1].isupper() and fold(after[1]) in others and after[1] != "I":
        return start, end + len(after[0])
    return None


def _initials_before(text: str, start: int, initials: frozenset[str]) -> int | None:
    """Return where "J. ", "J.-P. " or "JP " before ``start`` begins, if it begins with one of ``initials``."""
    before = re.search(
        r"(?<![^\W_])((?:[^\W\d_]\.[ \t-]?){1,3}|[^\W\d_]{1,2}[ \t])[ \t]?$", text[max(0, start - 9) : start]
    )
    if before is None:
        return None
    written = before[1].strip()
    # "I" and "A" without a stop are words.
    if not written.isupper() or written in {"I", "A"} or letters_of(fold(written))[0] not in initials:
        return None
    return start - len(before[0])


def _stands_as_name(text: str, folded: str, start: int, end: int) -> bool:
    """Say whether a part of the name stands where letters hold names."""
    before = folded[max(0, start - _WINDOW) : start]
    after = folded[end : end + _WINDOW]
    if start > _WINDOW and "\n" not in before and "\r" not in before:
        before = "…" + before  # the window does not begin a line
    word = letters_of(folded[start:end])
    capital = is_capitalised(text[start:end])
    tool = is_tool_or_employer(word)
    own_line = _BEFORE_LINE.search(before) is not None and _AFTER_LINE.match(after) is not None
    if own_line and not tool and (capital or not is_everyday(word)):
        return True
    if not capital:
        return False
    if _ADDRESSED.search(_last(before, 36)):
        return True
    if _AFTER_SIGNATURE.match(after) and _BEFORE_SIGNATURE.search(_last(before, 56)):
        return True
    plain = not tool and not is_everyday(word)
    if _INTRODUCED.search(_last(before, 16)) and (plain or _AFTER_INTRODUCED.match(after)):
        return True
    if plain and _GREETED.search(before):
        return True
    if tool and word not in _GIVEN_NAMES:
        return False
    return _stands_alone(text, start, end, word)


def _last(before: str, count: int) -> str:
    """Return the last characters of ``before``, marked where they begin no line."""
    return before if len(before) <= count else f"…{before[-count:]}"


def _stands_alone(text: str, start: int, end: int, word: str) -> bool:
    """Say whether a capitalised part in the middle of a letter can only be the person."""
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    run = text[start:end]
    possessive = _POSSESSIVE.match(after) is not None
    if (len(word) < 3 and not possessive) or (run.isupper() and len(word) < 5):
        return False
    opens = _SENTENCE_BEFORE.search(before) is not None
    previous = _WORD_BEFORE.search(before)
    if previous is not None and not opens and _is_foreign(previous[1], before[: previous.start()]):
        return False
    following = _WORD_AFTER.match(after)
    if (
        following is not None
        and following[1][0].isupper()
        and following[1] not in {"I", "I'm", "I’m", "I've", "I’ve"}
    ):
        return False
    if _FIRM_AFTER.match(after) or re.search(r"[&+/-][ \t]?$", before):
        return False
    somewhere = previous is not None and fold(previous[1]) in _SOMEWHERE
    if possessive:
        return not (previous is not None and fold(previous[1]) == "at") and (
            not opens or not is_everyday(word)
        )
    if is_tool_or_employer(word):
        return False
    return not somewhere and not is_everyday(word) and not is_place(word) and not is_role(word)


def _is_foreign(word: str, before: str) -> bool:
    """Say whether a capitalised word before a part makes it another's name: Michael Johnson, St. Mary."""
    if not word[0].isupper() or word in {"I", "Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dr", "Dr."}:
        return False
    return not (_SENTENCE_BEFORE.search(before) and is_everyday(fold(word).rstrip(".")))

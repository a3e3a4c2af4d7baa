"""Cuts a phrase that asks for several things into one phrase each, without breaking a noun phrase.

Knows nothing about must and nice, sections or sentences.
"""

from __future__ import annotations

import re

from agents import job_wording as wording


def list_items(text: str, *, listed: bool) -> list[str]:
    """Cut a phrase into requirements without breaking a noun phrase.

    A comma parts two requirements where what follows names its own kind of evidence ("..., a driving
    licence"); in a list ("a developer with Django, PostgreSQL and Docker") also where nothing before
    it can hold what follows, as "experience in" does in "experience in plumbing, carpentry and painting".
    """
    segments = [
        part
        for index, segment in enumerate(_segments(text))
        for whole in (_last_parts(segment) if index else [segment])
        for part in _with_parts(whole)
    ]
    groups: list[list[str]] = [[segments[0]]] if segments else []
    for segment in segments[1:]:
        bare = re.sub(rf"^(?:and|&|as well as|plus|{_WITH})\s+", "", segment, flags=re.IGNORECASE)
        opens = bare.lower() != segment.lower() and (
            segment.startswith(_WITH) or (len(groups) > 1 and len(groups[-1]) == 1)
        )
        if not opens and _joins(groups[-1], segment, bare, listed=listed):
            groups[-1].append(segment)
        else:
            groups.append([bare])
    items: list[str] = []
    for index, group in enumerate(groups):
        ends_list = len(groups) > 1 and index == len(groups) - 1
        items.extend(_and_parts(", ".join(group), listed=listed, ends_list=ends_list))
    return [part for item in items for part in _shared_head(item)]


def _segments(text: str) -> list[str]:
    """Cut at commas outside parentheses, and after " and " that follows a comma."""
    segments: list[str] = []
    depth = start = 0
    for index, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth <= 0 and text[index + 1 : index + 2] in (" ", ""):
            segments.append(text[start:index])
            start = index + 1
    segments.append(text[start:])
    return [segment.strip() for segment in segments if segment.strip()]


def _last_parts(segment: str) -> list[str]:
    """Cut the end of a list from what comes after it: "..., epidemiology or statistics and experience with R"."""
    for match in re.finditer(r"\s+and\s+", segment):
        left, right = segment[: match.start()], segment[match.end() :]
        closed = wording.starts_with_years(right) or (
            not _shares_head(right) and wording.starts_with_head(wording.strip_leads(right)[0])
        )
        opened = re.match(r"(?:an?|your own)\s", right) and wording.has_head(right)
        if (closed or opened) and not wording.has_head(left) and not re.search(r"\bbetween \w+$", left):
            return [left, f"and {right}"]
    return [segment]


_WITH = "\x00with"
"""Stands before a part that was cut from its segment at "with"; no text of an ad holds a NUL."""


def _with_parts(segment: str) -> list[str]:
    """Cut at "with" where a person or a paper comes with more: "team player with strong ...", "degree with 3 years of ..."."""
    natural = re.match(r"with\s+", segment, re.IGNORECASE)
    if natural and _with_more(segment[natural.end() :]):
        return [f"{_WITH} {segment[natural.end() :]}"]
    for match in re.finditer(r"\s+with\s+", segment):
        left, right = segment[: match.start()], segment[match.end() :]
        core = wording.core_of(left)
        if not wording.is_credential(core) and re.match(
            r"(?:experience|knowledge|background|understanding|familiar)",
            core.split()[-1] if core else "",
            re.IGNORECASE,
        ):
            return [segment]
        person = core == left and len(left.split()) > 1 and not left[0].isdigit() and _PERSON.search(left)
        named = len(left.split()) > 1 and wording.starts_with_years(right)
        if named or ((person or wording.is_credential(core)) and _with_more(right)):
            return [left, f"{_WITH} {right}"]
    return [segment]


_PERSON = re.compile(
    r"(?:^|\s)(?:player|starter|communicator|\w{3,}(?:er|or|ist|ian|ant))$"
    r"|^(?:registered|qualified|certified|chartered|licen[cs]ed|experienced|trained)\s+\w",
    re.IGNORECASE,
)


def _with_more(right: str) -> bool:
    nearest = re.split(r"\s+and\s+", right, maxsplit=1)[0]
    return wording.starts_with_years(right) or (" " in nearest and wording.has_head(nearest))


def _joins(group: list[str], segment: str, bare: str, *, listed: bool) -> bool:
    """True where a segment goes on with the group before it."""
    if re.match(
        r"(?:or|(?:and )?(?:\w+ )?of (?:which|them|whom)|ideally|preferably|including|such as|e\.g\."
        r"|especially|particularly|whether|in|of|from"
        r"|etc)\b",
        segment,
        re.IGNORECASE,
    ):
        return True
    headless = not any(
        wording.has_head(wording.strip_leads(part)[0]) or wording.starts_with_verb(part) for part in group
    )
    if wording.stands_alone(bare):
        return bool(headless and _shares_head(bare) and all(len(part.split()) <= 3 for part in group))
    if listed and wording.BARE_YEARS.fullmatch(", ".join(group)):
        return False
    if not listed and wording.is_credential(group[-1]):
        return False
    if re.match(r"an?\s", bare, re.IGNORECASE) and wording.ends_with_head(group[-1]):
        return False
    if wording.starts_with_verb(group[0]) and len(group[0].split()) > 2:
        return True
    if not listed or wording.starts_with_head(wording.strip_leads(", ".join(group))[0]):
        return True
    return (bare.islower() and len(bare.split()) <= 2) or (
        group[-1].islower() and len(group[-1].split()) == 1
    )


def _and_parts(text: str, *, listed: bool, ends_list: bool) -> list[str]:
    """Cut at "and" where both sides name their own kind of evidence."""
    for match in re.finditer(
        r",?\s+(?:and|as well as|along with|together with|combined with|plus|&)\s+", text
    ):
        left, right = text[: match.start()], text[match.end() :]
        if left.count("(") > left.count(")"):
            continue
        bare_left = wording.strip_leads(left)[0]
        if _bare(bare_left, right) and not (ends_list and _COMPLETE.fullmatch(bare_left)):
            continue
        if _cut_here(bare_left, right, listed=listed, ends_list=ends_list):
            return [left, *_and_parts(right, listed=listed, ends_list=ends_list)]
    return [text]


_COMPLETE = re.compile(
    r"portfolio|insurance|patience|discretion|curiosity|creativity|clearance|permit|membership|references"
    r"|flair",
    re.IGNORECASE,
)
"""Heads that ask for something by themselves."""


def _bare(phrase: str, right: str) -> bool:
    """True for a head with nothing of its own yet ("knowledge", "5 years of experience"): it shares what follows."""
    if wording.is_credential(phrase) and not re.search(wording.CREDENTIAL, right, re.IGNORECASE):
        return False
    if wording.BARE_YEARS.fullmatch(phrase) and re.search(r"experience", phrase, re.IGNORECASE):
        return True
    words = re.sub(
        rf"^(?:(?:{wording.QUALITY}|{wording.DETERMINER}|[\w-]+ed)\s+)+",
        "",
        phrase + " ",
        flags=re.IGNORECASE,
    ).split()
    return len(words) <= 1 and bool(
        re.fullmatch(rf"{wording.HEAD}", words[0], re.IGNORECASE) if words else True
    )


# "knowledge of Opera" and "an eye for colour" end with their one object; "experience in retail and a call centre" may not.
_ONE_OBJECT = re.compile(
    r"(?:(?!experience)[\w'-]+ )*(?<!experience )(?:eye|knowledge|background|understanding|command|grasp|interest|flair|passion|degree|diploma)"
    r" (?:of|for|in|with) [\w+#-]+",
    re.IGNORECASE,
)
_DONE = re.compile(r"\w{3,}ed\s+\w", re.IGNORECASE)
_NAMED = re.compile(rf"(?!{wording.QUALITY}\b|\w+ing\b)[\w/&+#.-]+(?: [\w/&+#.-]+)+", re.IGNORECASE)
_HAS = re.compile(r"(?:have|has|holds?|possess(?:es)?|can)\s", re.IGNORECASE)


def _plain_noun(phrase: str) -> bool:
    """True for a short noun phrase that governs nothing ("paediatric first aid"), so that "and a ..." opens another."""
    return (
        len(phrase.split()) <= 4
        and wording.core_of(phrase) == phrase
        and not wording.starts_with_verb(phrase)
        and not re.search(r"\b(?:an?|the|or)\b", phrase)
    )


def _shares_head(right: str) -> bool:
    """True for "month-end close experience": what stands before it may ask for experience too."""
    return (
        bool(re.search(rf"\b{wording.SHARED_HEAD}$", right, re.IGNORECASE))
        and wording.core_of(right) == right
    )


def _nearest(right: str) -> str:
    """Return what stands right behind an "and": up to the next one, unless both share a head that follows."""
    if _shares_head(right):
        return right
    return re.split(r",?\s+and\s+", right, maxsplit=1)[0]


def _cut_here(left: str, right: str, *, listed: bool, ends_list: bool) -> bool:
    if (listed or _HAS.match(right)) and wording.starts_with_finite_verb(right) and len(left.split()) > 1:
        return True
    if wording.starts_with_verb(left) and wording.starts_with_verb(right):
        return listed
    if wording.ends_with_language(left) and wording.ends_with_language(right) and len(right.split()) == 1:
        return False
    closed = wording.is_credential(left) or (ends_list and _plain_noun(left))
    article = re.match(r"(?:an?|your own)\s+", right)
    if (closed and (article or (wording.stands_alone(right) and not _shares_head(right)))) or (
        article and wording.ends_with_head(left)
    ):
        return True
    if article and (wording.is_credential(_nearest(right)[article.end() :]) or _ONE_OBJECT.fullmatch(left)):
        return True
    if (
        ends_list
        and len(left.split()) > 2
        and not wording.starts_with_verb(left)
        and wording.is_one_paper(right)
    ):
        return True
    if listed and _DONE.match(left) and _DONE.match(right):
        return True
    if (
        wording.starts_with_head(right)
        and not _shares_head(right)
        and _NAMED.fullmatch(left)
        and _plain_noun(left)
    ):
        return True
    if (
        wording.starts_with_years(right)
        and len(left.split()) > 1
        and not re.search(rf"\b(?:{wording.NUMBER}|an?|or)$", left)
    ):
        return True
    headed_right = wording.has_head(_nearest(right)) and len(right.split()) >= 2
    if headed_right and (wording.has_head(left) or wording.is_credential(left)):
        return True
    if not listed:
        return False
    if headed_right:
        return not _shares_head(right) and not wording.starts_with_verb(left)
    if wording.stands_alone(right) and wording.stands_alone(left):
        return True
    short = len(left.split()) <= 3 and len(right.split()) <= 3 and " or " not in left + right
    return (
        listed
        and ends_list
        and short
        and not wording.starts_with_head(left)
        and not wording.has_head(left)
        and not (left + right).islower()
    )


def _shared_head(item: str) -> list[str]:
    """Give both sides their head: "account reconciliation and month-end close experience" asks for it twice."""
    match = re.fullmatch(r"(.+?)\s+and\s+(.+?)\s+(experience|expertise|knowledge|certification)", item)
    if (
        match is None
        or re.search(rf",|\b(?:{wording.PREPOSITION}|and|or)\b", match.group(1))
        or re.search(r"\band\b|,", match.group(2))
    ):
        return [item]
    left, right, head = match.groups()
    bare = re.sub(rf"^(?:{wording.QUALITY}\s+)+", "", left, flags=re.IGNORECASE)
    if (
        re.search(rf"\b{wording.PREPOSITION}\b", right)
        or wording.has_head(left)
        or wording.is_credential(left)
    ):
        return [item]
    if min(len(re.findall(r"\w+", bare)), len(re.findall(r"\w+", right))) < 2:
        return [item]
    return [f"{left} {head}", f"{right} {head}"]

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
    segments = _segments(text)
    groups: list[list[str]] = [[segments[0]]] if segments else []
    for segment in segments[1:]:
        bare = re.sub(r"^(?:and|&|as well as|plus)\s+", "", segment, flags=re.IGNORECASE)
        if _joins(groups[-1], segment, bare, listed=listed):
            groups[-1].append(segment)
        else:
            groups.append([bare])
    items: list[str] = []
    for index, group in enumerate(groups):
        ends_list = listed and len(groups) > 1 and index == len(groups) - 1
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


def _joins(group: list[str], segment: str, bare: str, *, listed: bool) -> bool:
    """True where a segment goes on with the group before it."""
    if re.match(
        r"(?:or|ideally|preferably|including|such as|e\.g\.|especially|particularly|whether|in|of|from"
        r"|etc)\b",
        segment,
        re.IGNORECASE,
    ):
        return True
    headless = not any(
        wording.has_head(wording.strip_leads(part)[0]) or wording.starts_with_verb(part) for part in group
    )
    if wording.stands_alone(bare):
        shares = (
            re.search(rf"\b{wording.SHARED_HEAD}$", bare, re.IGNORECASE) and wording.core_of(bare) == bare
        )
        return bool(headless and shares and all(len(part.split()) <= 3 for part in group))
    if listed and wording.BARE_YEARS.fullmatch(", ".join(group)):
        return False
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
        if _bare(bare_left) or _cut_here(bare_left, right, listed=listed, ends_list=ends_list):
            if _bare(bare_left):
                continue
            return [left, *_and_parts(right, listed=listed, ends_list=ends_list)]
    return [text]


def _bare(phrase: str) -> bool:
    """True for a head with nothing of its own yet ("knowledge", "5 years of experience"): it shares what follows."""
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


def _cut_here(left: str, right: str, *, listed: bool, ends_list: bool) -> bool:
    if wording.starts_with_verb(left) and wording.starts_with_verb(right):
        return listed
    headed_right = wording.has_head(right) and len(right.split()) >= 2
    if headed_right and wording.has_head(left):
        return True
    if not listed:
        return False
    if headed_right:
        shares = (
            re.search(rf"\b{wording.SHARED_HEAD}$", right, re.IGNORECASE) and wording.core_of(right) == right
        )
        return not shares and not wording.starts_with_verb(left)
    if wording.stands_alone(right) and wording.stands_alone(left):
        return True
    short = len(left.split()) <= 3 and len(right.split()) <= 3 and " or " not in left + right
    return (
        ends_list
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
    if re.search(rf"\b{wording.PREPOSITION}\b", right) or wording.has_head(left):
        return [item]
    if min(len(re.findall(r"\w+", bare)), len(re.findall(r"\w+", right))) < 2:
        return [item]
    return [f"{left} {head}", f"{right} {head}"]

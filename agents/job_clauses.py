"""Cuts one sentence of a job description into what it asks for, each part as a short phrase with its kind.

Knows nothing about sections or whole postings: the caller says what a part is when no cue says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents import job_wording as wording
from agents.verdict import Kind

MAX_WORDS = 32


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a sentence asks for. ``role`` marks the job itself ("a plumber with ...")."""

    text: str
    kind: Kind
    role: bool = False


def clauses_of(sentence: str, kind: Kind, *, listed: bool = False) -> list[Clause]:
    """Return what a sentence asks for, in its order; empty where it says that something is not asked.

    ``kind`` holds where no cue does. ``listed`` says that commas separate requirements even where no
    word shows it ("Must have: Xero, Excel, payroll"); a sentence that opens with "we need a baker
    with ..." or "you must have ..." is read so by itself.
    """
    sentence = wording.SUBORDINATE.sub("", sentence)
    sentence = re.sub(
        r"\s*,?\s+(?:is|are|though)?\s*not (?:strictly )?(?:essential|required|necessary|mandatory)\s*,?\s*but\s+(?:it )?(?=\w)",
        " ", sentence, flags=re.I,
    )
    clauses: list[Clause] = []
    lead_before = listed
    for piece in re.split(r"\s*;\s*|,?\s+but\s+", sentence.strip()):
        if wording.NOT_ASKED.search(piece) or not re.search(r"\w", piece):
            continue
        for text, weighed in _weighed(piece, kind):
            found, lead_before = _phrases(text, weighed, lead_before)
            clauses.extend(found)
    return clauses


def asks(sentence: str) -> bool:
    """True where a sentence asks for something by its own wording, whatever section it stands in."""
    if wording.CHANCE.search(sentence):
        return False
    if wording.NICE_BEFORE.match(sentence) or wording.ASKS.match(sentence):
        return True
    if any(True for _ in _cues(sentence)):
        return True
    opening = re.split(r",\s", sentence, maxsplit=1)[0].rstrip(" .;")
    if wording.starts_with_head(opening) or (len(opening.split()) <= 6 and wording.has_head(opening)):
        return True
    found, _ = _phrases(sentence, "must", False)
    return any(not clause.role for clause in found) and any(clause.role for clause in found)


def role_of(sentence: str) -> str:
    """Return the job that a sentence names ("We are looking for a Florist to ..."), or ""."""
    role, _ = _role(sentence.strip())
    return role


def strip_leads(phrase: str) -> tuple[str, bool]:
    """Return the phrase without the words around it ("You must have a degree" -> "degree"), and if there were any."""
    stripped, changed = phrase.strip(" ,:;"), True
    led = False
    while changed:
        changed = False
        for lead in wording.LEADS:
            match = lead.match(stripped)
            if match and match.end() and re.search(r"\w", stripped[match.end() :]):
                rest = stripped[match.end() :].lstrip(" ,:")
                led = led or not re.fullmatch(r"(?:the|an?|some|any|and|but|also|plus)\s*", match.group(), re.I)
                stripped, changed = rest, True
    return stripped, led


def tidy(phrase: str) -> str:
    """Return the phrase as a requirement's text: one line, no stray punctuation, at most MAX_WORDS words."""
    text = " ".join(phrase.split()).strip(" ,;:.-\u2013\u2014*/!?")
    text = re.sub(r"\s*\(\s*\)|\s+(?:and|or|&|,|etc)$", "", text).strip(" ,;:.-")
    for opening, closing in ("()", "[]"):
        if text.count(opening) > text.count(closing):
            text = text + closing if text.rfind(opening) > text.rfind(closing) and " " in text[text.rfind(opening) :] else text.replace(opening, "", 1)
        elif text.count(closing) > text.count(opening):
            text = text.replace(closing, "", 1)
    text = re.sub(r"\b(in|on|of|with) other (?=\w+s\b)", r"\1 ", text)
    text = re.sub(r"^(master's|bachelor's)$", r"\1 degree", text, flags=re.I)
    amount = re.fullmatch(rf"([^:]{{2,40}}):\s*({wording.SPAN_OF_TIME})", text, re.I)
    if amount:
        what = re.sub(r"^total\s+|\s*experience$", "", amount.group(1), flags=re.I)
        text = f"{amount.group(2)} of {what} experience"
    words = text.split()
    if len(words) > MAX_WORDS:
        text = re.split(r",?\s+(?:including|such as|e\.g\.)\s", text)[0]
        text = " ".join(text.split()[:MAX_WORDS]).rsplit(",", 1)[0] if len(text.split()) > MAX_WORDS else text
    return text.strip(" ,;:")


def _cues(piece: str) -> Iterator[tuple[int, int, Kind]]:
    """Yield (start, end, kind) of each cue that stands after what it is about."""
    found = [(m.start(), m.end(), "nice") for m in wording.NICE_AFTER.finditer(piece)]
    found += [(m.start(), m.end(), "must") for m in wording.MUST_AFTER.finditer(piece)]
    last = 0
    for start, end, kind in sorted(found):
        follows = re.match(r"\s*(?:$|[,;.()/!\u2013-]|(?:and|but|for|to|in|if|when|as|though|although|because|since|on|at|with)\b)", piece[end:])
        if start >= last and re.search(r"\w", piece[last:start]) and follows:
            yield start, end, "nice" if kind == "nice" else "must"
            last = end


def _weighed(piece: str, kind: Kind) -> list[tuple[str, Kind]]:
    """Cut a piece where its weight changes: "X, ideally Y", "X is required, Y a plus"."""
    opening = wording.NICE_BEFORE.match(piece.lstrip(" ,("))
    if opening:
        return _weighed(piece.lstrip(" ,(")[opening.end() :], "nice")
    for match in re.finditer(r"(?:,\s*(?:and\s+|but\s+)?|\s+and\s+|\s*\()(?=\w)", piece):
        cue = wording.NICE_BEFORE.match(piece, match.end())
        if cue and not wording.QUALIFIER.match(piece, cue.end()) and re.search(r"\w", piece[cue.end() :]):
            inside = piece[cue.end() :].rstrip(") ") if "(" in match.group() else piece[cue.end() :]
            turn = re.search(r",?\s+(?:and|but)\s+(?=(?:you\s+)?(?:must|need)\b)", inside)
            after = [(inside[: turn.start()], "nice"), (inside[turn.end() :], "must")] if turn else [(inside, "nice")]
            parts = _weighed(piece[: match.start()], kind)
            for text, weight in after:
                parts.extend(_weighed(text, "nice" if weight == "nice" else "must"))
            return parts
    parts: list[tuple[str, Kind]] = []
    position = 0
    for start, end, weight in _cues(piece):
        before, last = _scope(piece[position:start], verbal=bool(re.search(r"\b(?:is|are|be|would|will)\b", piece[start:end])))
        if before:
            parts.append((before, kind))
        parts.append((last, weight))
        tail = re.match(r"\s*(?=[,;(\u2013-]|and\b|but\b|$)|[^,;]*", piece[end:])
        position = end + (tail.end() if tail else 0)
    if re.search(r"\w", piece[position:]):
        parts.append((piece[position:], kind))
    return parts


def _scope(head: str, *, verbal: bool) -> tuple[str, str]:
    """Cut what stands before a cue into what the cue leaves alone and what it weighs."""
    if head.count("(") > head.count(")"):
        left, _, right = head.rpartition("(")
        return left, right
    _, led = strip_leads(head)
    boundary = r",\s+(?:and|but|while)\s+" if verbal and not led else r",\s+(?:and\s+|but\s+|while\s+|with\s+)?"
    last = None
    for last in re.finditer(boundary, head):
        pass
    if last is None or not last.start():
        return "", head
    left, right = head[: last.start()], head[last.end() :]
    return (left, right) if wording.stands_alone(right) or (led and not verbal) else ("", head)


def _phrases(text: str, kind: Kind, listed: bool) -> tuple[list[Clause], bool]:
    """Return the clauses of one piece of one weight, and whether it opened a list."""
    text = text.strip(" ,;.")
    role, rest = _role(text)
    clauses: list[Clause] = []
    if role or rest != text:
        if role:
            clauses.append(Clause(role, kind, role=True))
        listed, text = True, rest
        if not re.search(r"\w", text):
            return clauses, listed
    bare, led = strip_leads(text)
    for item in _items(bare, listed=listed or led):
        item_text = tidy(strip_leads(item)[0])
        if re.search(r"[^\W\d_]", item_text):
            clauses.append(Clause(item_text, kind))
    return clauses, listed or led


def _role(text: str) -> tuple[str, str]:
    """Return the role that a sentence names, and what it asks of it; ("", text) where it names none."""
    needed = wording.ROLE_NEEDED.match(text)
    if needed and not wording.has_head(needed.group("role")):
        return _clean_role(needed.group("role")), _asked_of(text[needed.end() :])
    frame = wording.ROLE_FRAME.match(text)
    if frame is None:
        return "", text
    wanted = text[frame.end() :]
    someone = re.match(r"(?:someone|somebody|a person|person|people|an individual|individuals?|candidates?|applicants?)\b\s*", wanted, re.I)
    if someone or (frame.group("count") and re.match(r"(?:person|individual|candidate)\b", wanted, re.I)):
        return "", re.sub(r"^(?:someone|somebody|(?:an? )?(?:person|individual|candidate)|people|individuals|candidates|applicants)\s*", "", wanted, flags=re.I)
    traits = re.match(rf"(?:(?:{wording.TRAIT}|{wording.EMPLOYMENT}|and|&)(?:,\s*|\s+))+(?=\w)", wanted, re.I)
    named = wanted[traits.end() :] if traits else wanted
    end = wording.ROLE_END.search(named)
    role = named[: end.start()] if end else named
    if not role.strip() or wording.has_head(wanted[: len(wanted) - len(named) + len(role)]) or wording.has_head(role):
        return "", text
    if not (frame.group("count") or named[0].isupper() or (traits and re.search(r"experienced", traits.group(), re.I))):
        return "", text
    return _clean_role(role), _asked_of(named[len(role) :])


def _clean_role(role: str) -> str:
    role = re.sub(rf"^(?:(?:{wording.EMPLOYMENT}|an?|the)\s+)+", "", role.strip(" ,.-"), flags=re.I)
    return role if re.search(r"[A-Z].*[A-Z]| ", role) else role[:1].lower() + role[1:]


def _asked_of(rest: str) -> str:
    """Return what follows a role and asks for something: not what the role is for, or where."""
    rest = rest.strip(" .")
    if re.match(r"[,;:]\s*\w|\(", rest) and not re.match(r",\s*(?:where|which|as|so)\b", rest):
        return rest.strip(" ,;:")
    if re.match(r"(?:with|who|having|able|willing|experienced|capable|available)\b(?! (?:our|us)\b)", rest, re.I):
        return rest
    for match in re.finditer(r"\b(?:with|who|having)\b\s+(?!our\b|us\b|the team)|,\s+", rest, re.I):
        following = rest[match.end() :]
        opening = re.split(r",\s", following, maxsplit=1)[0]
        if wording.has_head(opening) or (match.group().startswith("who") and wording.starts_with_verb(following)):
            return following
    return ""


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


def _items(text: str, *, listed: bool) -> list[str]:
    """Cut a phrase into requirements without breaking a noun phrase.

    A comma parts two requirements where what follows names its own kind of evidence ("..., a driving
    licence"); in a list ("a developer with Django, PostgreSQL and Docker") also where nothing before
    it can hold what follows, as "experience in" does in "experience in plumbing, carpentry and painting".
    """
    segments = _segments(text)
    groups: list[list[str]] = [[segments[0]]] if segments else []
    for segment in segments[1:]:
        bare = re.sub(r"^(?:and|&|as well as|plus)\s+", "", segment, flags=re.I)
        if _joins(groups[-1], segment, bare, listed=listed):
            groups[-1].append(segment)
        else:
            groups.append([bare])
    items: list[str] = []
    for index, group in enumerate(groups):
        ends_list = listed and len(groups) > 1 and index == len(groups) - 1
        items.extend(_and_parts(", ".join(group), listed=listed, ends_list=ends_list))
    return [part for item in items for part in _shared_head(item)]


def _joins(group: list[str], segment: str, bare: str, *, listed: bool) -> bool:
    """True where a segment goes on with the group before it."""
    if re.match(r"(?:or|ideally|preferably|including|such as|e\.g\.|especially|particularly|whether|in|of|from|etc)\b", segment, re.I):
        return True
    headless = not any(wording.has_head(strip_leads(part)[0]) or wording.starts_with_verb(part) for part in group)
    if wording.stands_alone(bare):
        shares = re.search(rf"\b{wording.SHARED_HEAD}$", bare, re.I) and not wording.starts_with_head(bare)
        return bool(headless and shares and all(len(part.split()) <= 3 for part in group))
    if not listed or wording.starts_with_head(strip_leads(", ".join(group))[0]):
        return True
    return bare.islower() and len(bare.split()) <= 2 or (group[-1].islower() and len(group[-1].split()) == 1)


def _and_parts(text: str, *, listed: bool, ends_list: bool) -> list[str]:
    """Cut at "and" where both sides name their own kind of evidence."""
    for match in re.finditer(r",?\s+(?:and|as well as|along with|together with|combined with|plus|&)\s+", text):
        left, right = text[: match.start()], text[match.end() :]
        if left.count("(") > left.count(")"):
            continue
        bare_left = strip_leads(left)[0]
        if _bare(bare_left) or _cut_here(bare_left, right, listed=listed, ends_list=ends_list):
            if _bare(bare_left):
                continue
            return [left, *_and_parts(right, listed=listed, ends_list=ends_list)]
    return [text]


def _bare(phrase: str) -> bool:
    """True for a head with nothing of its own yet ("knowledge", "5 years of experience"): it shares what follows."""
    if wording.BARE_YEARS.fullmatch(phrase) and re.search(r"experience", phrase, re.I):
        return True
    words = re.sub(rf"^(?:(?:{wording.QUALITY}|{wording.DETERMINER}|[\w-]+ed)\s+)+", "", phrase + " ", flags=re.I).split()
    return len(words) <= 1 and bool(re.fullmatch(rf"{wording.HEAD}", words[0], re.I) if words else True)


def _cut_here(left: str, right: str, *, listed: bool, ends_list: bool) -> bool:
    if wording.starts_with_verb(left) and wording.starts_with_verb(right):
        return listed
    headed_right = wording.has_head(right) and len(right.split()) >= 2
    if headed_right and wording.has_head(left):
        return True
    if not listed:
        return False
    if headed_right:
        shares = re.search(rf"\b{wording.SHARED_HEAD}$", wording.core_of(right), re.I) and not wording.starts_with_head(right)
        return not shares and not wording.starts_with_verb(left)
    if wording.stands_alone(right) and wording.stands_alone(left):
        return True
    short = len(left.split()) <= 3 and len(right.split()) <= 3 and " or " not in left + right
    return ends_list and short and not wording.starts_with_head(left) and not wording.has_head(left) and not (left + right).islower()


def _shared_head(item: str) -> list[str]:
    """ "account reconciliation and month-end close experience" asks for experience twice. """
    match = re.fullmatch(r"(.+?)\s+and\s+(.+?)\s+(experience|expertise|knowledge|certification)", item)
    if match is None or re.search(rf",|\b(?:{wording.PREPOSITION}|and|or)\b", match.group(1)) or re.search(r"\band\b|,", match.group(2)):
        return [item]
    left, right, head = match.groups()
    bare = re.sub(rf"^(?:{wording.QUALITY}\s+)+", "", left, flags=re.I)
    if re.search(rf"\b{wording.PREPOSITION}\b", right) or wording.has_head(left):
        return [item]
    if min(len(re.findall(r"\w+", bare)), len(re.findall(r"\w+", right))) < 2:
        return [item]
    return [f"{left} {head}", f"{right} {head}"]

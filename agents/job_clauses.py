"""Cuts one sentence of a job description into what it asks for, each part as a short phrase with its kind.

Knows nothing about sections or whole postings: the caller says what a part is when no cue says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents import job_wording as wording
from agents.job_lists import list_items
from agents.verdict import Kind

MAX_WORDS = 32
# Characters; a longer run without a verb is a text that lost its marks, not a list.
LONGEST_LIST = 200


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
    sentence = re.sub(
        r",? but not limited to", "", wording.SUBORDINATE.sub("", sentence), flags=re.IGNORECASE
    )
    sentence = re.sub(
        r"\s*,?\s+(?:is|are|though)?\s*not (?:strictly )?(?:essential|required|necessary"
        r"|mandatory)\s*,?\s*but\s+(?:it )?(?=\w)",
        " ",
        sentence,
        flags=re.IGNORECASE,
    )
    sentence = re.sub(
        r"\s+(?:is|are) what we(?:'re| are)? (?:after|looking for|seeking|need|want)\b",
        "",
        sentence,
        flags=re.IGNORECASE,
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
    found, _ = _phrases(sentence, "must", False)
    if any(clause.role for clause in found) and any(not clause.role for clause in found):
        return True
    opening = re.split(r"[,;]\s", sentence, maxsplit=1)[0].rstrip(" .;")
    if re.match(r"available\b", opening, re.IGNORECASE):
        return False
    if re.match(r"(?:our|we|this|it|they|as|at(?! least)|in|with)\b", opening, re.IGNORECASE):
        return False
    if _is_bare_list(sentence):
        return True
    return bool(
        wording.starts_with_head(opening)
        or (len(wording.core_of(opening).split()) <= 5 and wording.has_head(opening))
    )


def _is_bare_list(sentence: str) -> bool:
    """True for a sentence without a verb that lists what is asked: "Class B licence, a clean record and bar experience"."""
    if len(sentence) > LONGEST_LIST or re.search(
        r"\b(?:is|are|was|were|will|can|has|have|had|we|our|us|you|your|it|they|this|do|does|be|plus|offer|enjoy)\b",
        sentence,
        re.IGNORECASE,
    ):
        return False
    parts = re.split(r",\s+(?:and\s+)?|\s+and\s+", sentence.rstrip(" .;"))
    return (
        len(parts) > 1
        and sum(" " in part and (wording.has_head(part) or wording.is_credential(part)) for part in parts) > 1
    )


def role_of(sentence: str) -> str:
    """Return the job that a sentence names ("We are looking for a Florist to ..."), or ""."""
    role, _ = _role(sentence.strip())
    return role


def tidy(phrase: str) -> str:
    """Return the phrase as a requirement's text: one line, no stray punctuation, at most MAX_WORDS words."""
    text = " ".join(phrase.split()).strip(" ,;:.-\u2013\u2014*/!?")
    text = re.sub(r"\s*\(\s*\)|\s+(?:and|or|&|,|etc|including|such as|like)$", "", text).strip(" ,;:.-")
    for opening, closing in ("()", "[]"):
        if text.count(opening) > text.count(closing):
            text = (
                text + closing
                if text.rfind(opening) > text.rfind(closing) and " " in text[text.rfind(opening) :]
                else text.replace(opening, "", 1)
            )
        elif text.count(closing) > text.count(opening):
            text = text.replace(closing, "", 1)
    text = re.sub(r"\b(in|on|of|with) other (?=\w+s\b)", r"\1 ", text)
    text = re.sub(r"^(master's|bachelor's)$", r"\1 degree", text, flags=re.IGNORECASE)
    amount = re.fullmatch(rf"([^:]{{2,40}}):\s*({wording.SPAN_OF_TIME})", text, re.IGNORECASE)
    if amount:
        what = re.sub(r"^total\s+|\s*experience$", "", amount.group(1), flags=re.IGNORECASE)
        text = f"{amount.group(2)} of {what} experience"
    words = text.split()
    if len(words) > MAX_WORDS:
        text = re.split(r",?\s+(?:including|such as|e\.g\.)\s", text)[0]
        text = " ".join(text.split()[:MAX_WORDS]).rsplit(",", 1)[0] if len(text.split()) > MAX_WORDS else text
    return text.strip(" ,;:")


def _cues(piece: str) -> Iterator[tuple[int, int, Kind]]:
    """Yield (start, end, kind) of each cue that stands after what it is about."""
    found: list[tuple[int, int, Kind]] = []
    if wording.NICE_WORD.search(piece):
        found.extend((m.start(), m.end(), "nice") for m in wording.NICE_AFTER.finditer(piece))
    if wording.MUST_WORD.search(piece):
        found.extend((m.start(), m.end(), "must") for m in wording.MUST_AFTER.finditer(piece))
    last = 0
    for start, end, kind in sorted(found):
        follows = re.match(
            r"\s*(?:$|[,;.()/!\u2013-]|(?:and|but|for|to|in|if|when|as|though|although|because|since|on"
            r"|at|with)\b)",
            piece[end:],
        )
        if start >= last and re.search(r"\w", piece[last:start]) and follows:
            yield start, end, kind
            last = end


_MUST_AGAIN = re.compile(r",?\s+(?:and|but)\s+(?=(?:you\s+)?(?:must|need)\b)")


def _weighed(piece: str, kind: Kind) -> list[tuple[str, Kind]]:
    """Cut a piece where its weight changes: "X, ideally Y", "X is required, Y a plus"."""
    piece = wording.IDEALLY_WITHIN.sub(r"ideally \g<who>", piece.lstrip(" ,("), count=1)
    opening = wording.NICE_BEFORE.match(piece)
    if opening:
        inside = piece[opening.end() :]
        turn = _MUST_AGAIN.search(inside)
        if turn:
            return [*_weighed(inside[: turn.start()], "nice"), *_weighed(inside[turn.end() :], "must")]
        return _weighed(inside, "nice")
    for match in re.finditer(r"(?:,\s*(?:and\s+|but\s+)?|\s+and\s+|\s*\()(?=\w)", piece):
        cue = wording.NICE_BEFORE.match(piece, match.end())
        if cue and not wording.QUALIFIER.match(piece, cue.end()) and re.search(r"\w", piece[cue.end() :]):
            inside = piece[cue.end() :].rstrip(") ") if "(" in match.group() else piece[cue.end() :]
            turn = _MUST_AGAIN.search(inside)
            after = (
                [(inside[: turn.start()], "nice"), (inside[turn.end() :], "must")]
                if turn
                else [(inside, "nice")]
            )
            parts = _weighed(piece[: match.start()], kind)
            for text, weight in after:
                parts.extend(_weighed(text, "nice" if weight == "nice" else "must"))
            return parts
    parts: list[tuple[str, Kind]] = []
    position = 0
    for start, end, weight in _cues(piece):
        before, last = _scope(
            piece[position:start], verbal=bool(re.search(r"\b(?:is|are|be|would|will)\b", piece[start:end]))
        )
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
    _, led = wording.strip_leads(head)
    boundary = (
        r",\s+(?:and|but|while)\s+" if verbal and not led else r",\s+(?:and\s+|but\s+|while\s+|with\s+)?"
    )
    last = next(reversed(list(re.finditer(boundary, head))), None)
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
    bare, led = wording.strip_leads(text)
    for item in list_items(bare, listed=listed or led):
        item_text = tidy(wording.strip_leads(item)[0])
        if any(letter.isalpha() for letter in item_text):
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
    someone = re.match(
        r"(?:someone|somebody|a person|person|people|an individual|individuals?|candidates?"
        r"|applicants?)\b\s*",
        wanted,
        re.IGNORECASE,
    )
    if someone or (
        frame.group("count") and re.match(r"(?:person|individual|candidate)\b", wanted, re.IGNORECASE)
    ):
        return "", re.sub(
            r"^(?:someone|somebody|(?:an? )?(?:person|individual|candidate)|people|individuals"
            r"|candidates|applicants)\s*",
            "",
            wanted,
            flags=re.IGNORECASE,
        )
    traits = re.match(
        rf"(?:(?:{wording.TRAIT}|{wording.EMPLOYMENT}|and|&)(?:,\s*|\s+))+(?=\w)", wanted, re.IGNORECASE
    )
    named = wanted[traits.end() :] if traits else wanted
    end = wording.ROLE_END.search(named)
    role = named[: end.start()] if end else named
    if (
        not role.strip()
        or wording.has_head(wanted[: len(wanted) - len(named) + len(role)])
        or wording.has_head(role)
    ):
        return "", text
    if not (
        frame.group("count")
        or named[0].isupper()
        or (traits and re.search(r"experienced", traits.group(), re.IGNORECASE))
    ):
        return "", text
    return _clean_role(role), _asked_of(named[len(role) :])


def _clean_role(role: str) -> str:
    role = re.sub(r"\s*\((?:[mfdwx][/|, ]*)+\)", "", role)
    role = re.sub(rf"^(?:(?:{wording.EMPLOYMENT}|an?|the)\s+)+", "", role.strip(" ,.-"), flags=re.IGNORECASE)
    return role if re.search(r"[A-Z].*[A-Z]| ", role) else role[:1].lower() + role[1:]


def _asked_of(rest: str) -> str:
    """Return what follows a role and asks for something: not what the role is for, or where."""
    rest = rest.strip(" .")
    if re.match(r"[,;:]\s*\w|\(", rest) and not re.match(r",\s*(?:where|which|as|so)\b", rest):
        return rest.strip(" ,;:")
    if re.match(
        r"(?:with|who|having|able|willing|experienced|capable|available)\b(?! (?:our|us)\b)",
        rest,
        re.IGNORECASE,
    ):
        return rest
    for match in re.finditer(r"\b(?:with|who|having)\b\s+(?!our\b|us\b|the team)|,\s+", rest, re.IGNORECASE):
        following = rest[match.end() :]
        opening = re.split(r",\s", following, maxsplit=1)[0]
        if wording.has_head(opening) or (
            match.group().startswith("who") and wording.starts_with_verb(following)
        ):
            return following
    return ""

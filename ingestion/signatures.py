"""Whom a letter itself gives as its writer: in the signature, the heading, "My name is ...", a line "Name: ...".

Knows nothing about masks, and nothing of what a table or a message says about the writer. It reads places where letters
hold names, not names: an unknown word in a signature is a name because of where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.name_patterns import PARTICLES, TITLES, fold, letters_of
from ingestion.names import CLOSING
from ingestion.words import is_everyday, is_place, is_role, is_tool_or_employer

Span = tuple[int, int]

_TOKEN = re.compile(
    r"[\"“(‘']?[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|['’\-\u2010\u2011.](?=[^\W\d_]))*[\"”)’']?\.?[\u0300-\u036f]*"
)
_BETWEEN = re.compile(r"[ \t\u00a0]{1,3}")
_TITLE = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof)\.?[ \t]{1,2}", re.IGNORECASE)
_TOKENS_AT_MOST = 6
_STRONG = r"(?:sincerely|regards|faithfully|truly|respectfully|yours|wishes|cordially|warmly)"
_CLOSING = re.compile(
    rf"(?:(?<=[\n\r])|(?<=[.!?,;…>*)]) |^)[ \t>*_]{{0,4}}({CLOSING})[ \t]{{0,2}}[,.!:;–—-]{{0,2}}(?=[\s]|$)",
    re.IGNORECASE,
)
_GAP = re.compile(r"(?:[ \t]{0,4}[\r\n]){0,5}[ \t>*_~–—-]{0,6}(?:/s/[ \t]{0,2})?")
# What may follow a name on its line: nothing, credentials behind a comma, contacts (crossed out) behind a bar.
_AFTER = re.compile(r"[ \t*_.\ufffe]{0,4}(?:$|[\n\r,|/(–—•·;\ufffe]|-[ \t]| {2,}|\\)")
_LABEL = re.compile(
    r"(?:^|[\n\r])[ \t>*_]{0,4}(?:full name|name|applicant|candidate|from|signed(?: by)?)[ \t*_]{0,3}:[ \t*_]{0,4}",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"\b(?:my (?:full )?name(?: is|['’]s)|i am called|(?:they|people|you can|colleagues) call me|i go by)[ \t]{1,2}",
    re.IGNORECASE,
)
_I_AM = re.compile(r"(?<![\w'’])(?:I am|I['’]m|This is|this is|I,|i am|i['’]m)[ \t]{1,2}(?=[^\W\d_a-z])")
_AFTER_I_AM = re.compile(r"[ \t]{0,2}(?:[,.;!\n\r(]|$|and I\b|from\b|here\b|[–—-] )")
_CONTACT_LINE = re.compile(r"[\ufffe\d]")
_PLAIN_END = re.compile(r"[.!?,:;…)\"”]\s*$")
_THANKS = re.compile(
    r"[\n\r][ \t]*(?:thank|thanks|with|looking forward|hoping|yours|see you|all the)\b[^\n\r]{0,50}\s*$",
    re.IGNORECASE,
)
_HEAD_LINES = 6
_ALSO_NAMES = frozenset({"an", "my"})  # Nguyen Van An


@dataclass(frozen=True, slots=True)
class _Found:
    """A stretch of words that can be a name, by its form alone."""

    start: int
    end: int
    words: tuple[str, ...]

    @property
    def known(self) -> int:
        """How many of the words are known as something else."""
        tests = (is_everyday, is_tool_or_employer, is_place)
        return sum(any(test(word) for test in tests) for word in self.words)


def stated_names(text: str, contacts: str = "") -> list[Span]:
    """Return where the letter names its writer, in order.

    ``text`` has contacts crossed out (as U+FFFE); ``contacts`` are these. A heading made of everyday words ("Hope Banks")
    is a name where a contact holds one of them.
    """
    found = {(one.start, one.end) for one in _all(text, fold(contacts))}
    spans: list[Span] = []
    for span in sorted(found):
        if not spans or span[0] >= spans[-1][1]:
            spans.append(span)
    return spans


def _all(text: str, contacts: str) -> Iterator[_Found]:
    yield from _signatures(text)
    yield from _last_line(text)
    yield from _heading(text, contacts)
    for match in _LABEL.finditer(text):
        one = _name_at(text, match.end())
        if one is not None and _AFTER.match(text, one.end):
            yield one
    for match in _INTRODUCTION.finditer(text):
        one = _name_at(text, match.end(), further_unknown=True)
        if one is not None:
            yield one
    for match in _I_AM.finditer(text):
        one = _name_at(text, match.end())
        if one is None or len(one.words) < 2 or _AFTER_I_AM.match(text, one.end) is None:
            continue
        if not one.known or (match[0].startswith("I,") and text[one.end : one.end + 1] == ","):
            yield one


def _signatures(text: str) -> Iterator[_Found]:
    for match in _CLOSING.finditer(text):
        gap = _GAP.match(text, match.end())
        assert gap is not None  # it matches nothing, too
        if gap.end() == match.end() and text[match.end() - 1 : match.end()] not in {",", "-", "–", "—"}:
            continue
        own_line = "\n" in gap[0] or "\r" in gap[0]
        one = _name_at(text, gap.end(), any_case=own_line)
        if one is None or _AFTER.match(text, one.end) is None:
            continue
        strong = re.search(_STRONG, match[1].lower()) is not None
        rest = text[one.end :]
        if (
            one.known < len(one.words)
            or (strong and own_line)
            or (not re.search(r"[a-z]{3}", rest) and len(rest) < 200)
        ):
            yield one


def _last_line(text: str) -> Iterator[_Found]:
    """Yield the last line that says anything, where it can be nothing but a name."""
    end = len(text)
    for _ in range(8):
        start = max(text.rfind("\n", 0, end), text.rfind("\r", 0, end)) + 1
        line = text[start:end]
        bare = re.sub(r"[\s>*_~–—|.,-]", "", line)
        if bare and start == 0:
            return
        if bare and not _CONTACT_LINE.search(line) and not _is_heading(line):
            lead = re.match(r"[ \t>*_~–—-]*(?:x{1,4}[ \t])?", line)
            assert lead is not None
            one = _name_at(text, start + lead.end())
            if (
                one is not None
                and _AFTER.match(text, one.end)
                and _is_ended(text[max(0, start - 200) : start])
            ):
                alone = len(one.words) == 1
                blank = re.search(r"\n[ \t\r]*\n[ \t]*$", text[max(0, start - 20) : start]) is not None
                if not (alone and (one.known or not blank)) and (one.known < len(one.words) or blank):
                    yield one
            return
        end = start - 1
        if end <= 0:
            return


def _is_ended(before: str) -> bool:
    """Say whether the text before a last line has come to its end: a stop, or a short line of thanks."""
    return _PLAIN_END.search(before) is not None or _THANKS.search(before) is not None


def _is_heading(line: str) -> bool:
    """Say whether a line below a signature only says what is enclosed, or what office the writer holds."""
    words = re.findall(r"[^\W\d_]+", fold(line))
    return len(words) <= 8 and any(is_role(word) for word in words)


def _heading(text: str, contacts: str) -> Iterator[_Found]:
    """Yield the first line, or what stands before a bar on it, where the writer's contacts follow."""
    first = re.match(r"[\s#*_>]*", text)
    assert first is not None
    one = _name_at(text, first.end())
    if one is None or len(one.words) < 2 or _AFTER.match(text, one.end) is None:
        return
    if one.known == len(one.words) and not any(len(word) > 2 and word in contacts for word in one.words):
        return
    head = "\n".join(text[one.end :][:600].splitlines()[:_HEAD_LINES])
    if "\ufffe" in head and not re.search(r"(?i)\bdear\b.*\ufffe", head, re.DOTALL):
        yield one


def _name_at(
    text: str, position: int, *, any_case: bool = False, further_unknown: bool = False
) -> _Found | None:
    """Read a name from ``position``, or return None.

    It ends before what can be none: an office, a lower-case word, credentials. With ``further_unknown`` it also ends
    before a second word that is known as something else ("My name is Ada Senior").
    """
    title = _TITLE.match(text, position)
    start = position if title is None else title.end()
    end, words, at = start, list[str](), start
    lower = False
    for _ in range(_TOKENS_AT_MOST):
        token = _TOKEN.match(text, at)
        if token is None:
            break
        raw = token[0]
        word = letters_of(fold(raw))
        initial = len(raw.rstrip(".")) == 1 and raw[0].isupper()
        if is_role(word) and not initial and not (words and word in _ALSO_NAMES and raw[0].isupper()):
            if not words:
                return None
            break
        capital = raw.lstrip("\"“(‘'")[:1].isupper() or not raw.lstrip("\"“(‘'")[:1].islower()
        if not capital and word not in PARTICLES:
            if not any_case or (words and not lower) or is_everyday(word):
                break
            lower = True
        if (
            words
            and further_unknown
            and (is_tool_or_employer(word) or (is_everyday(word) and _heads_on(text, token.end())))
        ):
            break
        if words and (word in TITLES or _is_credential(raw, words)):
            break
        token_end = token.end()
        if raw.endswith(".") and len(word) > 1 and word not in {"jr", "sr", "st"}:
            words.append(word)
            end = token_end - 1
            break
        words.append(word)
        end = token_end
        between = _BETWEEN.match(text, token_end)
        listed = _listed(text, token_end) if between is None and len(words) < 3 else None
        if listed is not None:
            at = listed
            continue
        if between is None:
            break
        at = between.end()
    while words and words[-1] in PARTICLES and len(words) > 1 and text[end - len(words[-1]) : end].islower():
        end = len(text[: end - len(words[-1])].rstrip())
        words.pop()
    if not words or sum(map(len, words)) < 2 or (lower and len(words) > 3):
        return None
    return _Found(start, end, tuple(words))


def _heads_on(text: str, position: int) -> bool:
    """Say whether another capitalised word follows, as in a heading or the name of a firm."""
    return re.match(r"[ \t][^\W\d_a-z][^\W\d_]", text[position : position + 3]) is not None


def _is_credential(raw: str, words: list[str]) -> bool:
    """Say whether a word behind a name is a degree or a licence: RN, PhD, M.D."""
    letters = letters_of(raw)
    small = sum(map(str.islower, letters))
    shouted = all(word.upper() == word for word in words)
    return (
        1 < len(letters) <= 5
        and small <= 1
        and letters[-1].isupper()
        and not shouted
        and "-" not in raw
        and len(letters) > small + 1
    )


def _listed(text: str, position: int) -> int | None:
    """Return where the given name of "Byrne, Ada" begins, if the word behind a comma can be one."""
    match = re.match(r",[ \t]{1,2}", text[position : position + 3])
    if match is None:
        return None
    at = position + match.end()
    token = _TOKEN.match(text, at)
    if (
        token is None
        or not token[0][0].isupper()
        or token[0].isupper()
        or not _AFTER.match(text, token.end())
    ):
        return None
    word = letters_of(fold(token[0]))
    tests = (is_everyday, is_role, is_tool_or_employer, is_place)
    return None if any(test(word) for test in tests) or _is_credential(token[0], ["ada"]) else at

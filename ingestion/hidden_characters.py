"""Owns what characters of a text a person can't see, whatever file it came from. Knows nothing about files.

Every invisible character is taken out unless its script needs it: joiners of Persian and Indic words, marks of lines
that hold Hebrew or Arabic, selectors and joiners of emoji. One is reported where it could carry or change a message;
what programs leave behind when text is copied (a byte order mark, a soft hyphen between syllables, a direction mark
around a phone number) goes without a word. Letters of other alphabets that look Latin are `ingestion.homoglyphs`'.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingestion.document import Hidden
from ingestion.hiding import excerpt
from ingestion.homoglyphs import unmixed

_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f"
# Spaces, joiners and operators without width, fillers that show nothing, formats that Unicode gave up.
_NO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NOTES = "\ufff9-\ufffb"
_CONTROLS = "\x01-\x08\x0e-\x1f\x7f"
_RUN = re.compile(f"[{_TAGS}{_SELECTORS}{_NO_WIDTH}{_DIRECTION}{_NOTES}{_CONTROLS}]+")
_KINDS = (
    ("tag_characters", re.compile(f"[{_TAGS}]")),
    ("variation_selectors", re.compile(f"[{_SELECTORS}]")),
    ("direction", re.compile(f"[{_DIRECTION}]")),
    ("annotation_characters", re.compile(f"[{_NOTES}]")),
    ("control_characters", re.compile(f"[{_CONTROLS}]")),
    ("zero_width", re.compile(f"[{_NO_WIDTH}]")),
)

# Symbols and pictographs that a selector may follow or a joiner may join.
_PICTURE = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2190-\u2bff\u3030-\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_FLAG = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
# Scripts whose words need joiners or breaks without width: Hebrew to Mongolian, and the Indic ones further up.
_JOINING = re.compile(
    "[\u0590-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff]"
)
_IDEOGRAPH = re.compile("[\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_OVERRIDE = re.compile("\u202e([^\u202c\n\r\u2029]*)(?:\u202c|(?=[\n\r\u2029])|$)")
_NOTE = re.compile("\ufff9([^\ufff9-\ufffb]*)\ufffa([^\ufff9-\ufffb]*)\ufffb")

# One character more than accidents of copying leave in one place, and in one letter.
_ODD_RUN, _ODD_TOTAL = 3, 10
# Findings nearer than this, in characters, are one; a letter with more than so many of a kind gives the first ones.
_TOGETHER, _MOST = 80, 20
# Characters of context on each side of what is reported.
_CONTEXT = 20


@dataclass(frozen=True, slots=True)
class _Found:
    """One hidden run: ``start`` and ``end`` in the text as it came; ``spoken`` where it carries a message."""

    kind: str
    start: int
    end: int
    spoken: str | None
    loud: bool


def reveal(text: str) -> tuple[str, tuple[Hidden, ...]]:
    r"""Return the text as a person reads it, and what was hidden in it. Places count the characters that came in.

    >>> reveal("Py\u200bthon and an emoji \u2764\ufe0f")[0]
    'Python and an emoji ❤️'
    >>> [one.excerpt for one in reveal("Hi" + "".join(chr(0xE0000 + ord(c)) for c in "hire me"))[1]]
    ['hire me']
    """
    found: list[_Found] = []
    pieces: list[str] = []
    position = 0
    if text.isascii() and not _RUN.search(text):
        return text, ()
    text, reversed_runs = _as_shown(text)
    found += reversed_runs
    for match in _RUN.finditer(text):
        start, end = match.span()
        kept, said = _judged(text, start, end)
        found += said
        pieces += text[position:start], kept
        position = end
    pieces.append(text[position:])
    clean, mixed = unmixed("".join(pieces))
    return clean, (*_reported(text, found), *mixed)


def _as_shown(text: str) -> tuple[str, list[_Found]]:
    """Turn what is forced to read from right to left, and empty notes between the lines; lengths stay."""
    found: list[_Found] = []

    def turned(match: re.Match[str]) -> str:
        inside = match.group(1)
        if _RIGHT_TO_LEFT.search(inside) or not inside:
            return match.group()
        found.append(_Found("direction", *match.span(), inside, loud=True))
        rest = len(match.group()) - 1 - len(inside)
        return "\u202c" + inside[::-1] + "\u202c" * rest

    def emptied(match: re.Match[str]) -> str:
        found.append(_Found("annotation_characters", *match.span(), match.group(2), loud=True))
        return f"\ufff9{match.group(1)}" + "\ufffa" * (len(match.group(2)) + 2)

    if "\u202e" in text:
        text = _OVERRIDE.sub(turned, text)
    if "\ufffb" in text:
        text = _NOTE.sub(emptied, text)
    return text, found


def _judged(text: str, start: int, end: int) -> tuple[str, list[_Found]]:
    """Return what stays of a run of invisible characters, and what is found in it."""
    run = text[start:end]
    before, after = text[start - 1 : start], text[end : end + 1]
    if _belongs(run, before, after):
        return run, []
    found: list[_Found] = []
    offset = start
    kept = ""
    # Counted over the whole run: what stands between them goes, and the marks that stay come together.
    marks = "".join(one for one in run if _kind(one) == "direction")
    for kind, group in groupby(run, key=_kind):
        part = "".join(group)
        stays = kind == "direction" and _in_right_to_left(text, offset, marks)
        if stays:
            kept += part
        else:
            loud = _is_loud(kind, part, text, start, end)
            found.append(_Found(kind, offset, offset + len(part), _decoded(kind, part), loud=loud))
        offset += len(part)
    # A selector or joiner of the picture before it stays, whatever was hung on behind.
    if run[0] == "\ufe0f" and before and _PICTURE.match(before):
        kept = "\ufe0f" + kept
    return kept, found


def _kind(character: str) -> str:
    """Return the kind of an invisible character."""
    return next(kind for kind, pattern in _KINDS if pattern.match(character))


def _belongs(run: str, before: str, after: str) -> bool:
    """Say whether a run is part of how its script or emoji is written."""
    picture = bool(before and _PICTURE.match(before))
    if run in {"\ufe0e", "\ufe0f"}:
        return picture or after == "\u20e3"
    if run in {"\u200d", "\ufe0f\u200d"}:
        joins = picture and bool(after and _PICTURE.match(after))
        return joins or (run == "\u200d" and _scripted(before, after))
    if before == "\U0001f3f4" and _FLAG.fullmatch(run):
        return True
    if len(run) > 1:
        return False
    if run in "\u200c\u200b\u2060\u17b4\u17b5\u180e\u034f":
        return _scripted(before, after) or (run == "\u200b" and bool(before and _IDEOGRAPH.match(before)))
    if "\u180b" <= run <= "\u180f":
        return "\u1800" <= before <= "\u18af"
    if _KINDS[1][1].match(run):
        return bool(before and (_IDEOGRAPH.match(before) or _JOINING.match(before)))
    return run in "\u115f\u1160\u3164\uffa0" and bool(_HANGUL.match(before or after or " "))


def _scripted(before: str, after: str) -> bool:
    """Say whether one of the two is a letter of a script that needs joiners."""
    return bool((before and _JOINING.match(before)) or (after and _JOINING.match(after)))


def _in_right_to_left(text: str, place: int, part: str) -> bool:
    """Say whether marks of direction stand in a line that holds Hebrew, Arabic or the like."""
    if "\u202e" in part or "\u202d" in part or len(part) > _ODD_RUN:
        return False
    start = max(text.rfind("\n", 0, place) + 1, place - 500)
    end = text.find("\n", place)
    return bool(_RIGHT_TO_LEFT.search(text, start, min(len(text) if end < 0 else end, place + 500)))


def _is_loud(kind: str, part: str, text: str, start: int, end: int) -> bool:
    """Say whether a run is reported by itself, rather than only where a text holds many."""
    before, after = text[start - 1 : start], text[end : end + 1]
    inside = before.isalpha() and after.isalpha()
    if kind == "tag_characters":
        return True
    if kind == "variation_selectors":
        return len(part) > 1
    if kind == "direction":
        return len(part) > _ODD_RUN or any(mark in part for mark in "\u202b\u202d\u202e\u2067")
    if kind == "annotation_characters":
        return False
    if kind == "control_characters":
        return len(part) >= _ODD_RUN or "\x08" in part or "\x1b" in part
    if part == "\u00ad":
        return inside and _every_letter(text, start)
    if part == "\u200c" and inside:
        # Careful typesetters part German ligatures so: Auf-lage.
        return not (before.islower() and after.islower())
    return len(part) >= _ODD_RUN or (inside and part != "\ufeff") or part in "\u3164\uffa0\u115f\u1160"


def _every_letter(text: str, place: int) -> bool:
    """Say whether the word around a soft hyphen holds about as many of them as letters: no syllables are so short."""
    start = place
    while start and (text[start - 1].isalpha() or text[start - 1] == "\u00ad") and place - start < 100:
        start -= 1
    end = place
    while end < len(text) and (text[end].isalpha() or text[end] == "\u00ad") and end - place < 100:
        end += 1
    hyphens = text.count("\u00ad", start, end)
    return hyphens >= _ODD_RUN and 2 * hyphens >= end - start - hyphens


def _decoded(kind: str, part: str) -> str | None:
    """Return the message that a run spells, if it does in one of the known ways."""
    if kind == "tag_characters":
        spelled = "".join(chr(ord(one) - 0xE0000) for one in part)
        return "".join(one for one in spelled if one.isprintable()) or None
    if kind == "variation_selectors" and len(part) > 1:
        codes = [_byte_of(one) for one in part]
        return _text_of(bytes(code for code in codes if code is not None))
    if kind == "zero_width" and len(part) >= 16:
        signs = sorted(set(part))
        if len(signs) == 2:
            for zero, one in (signs, signs[::-1]):
                bits = part.replace(zero, "0").replace(one, "1")
                whole = len(bits) // 8 * 8
                spelled = _text_of(bytes(int(bits[at : at + 8], 2) for at in range(0, whole, 8)))
                if spelled:
                    return spelled
    return None


def _byte_of(selector: str) -> int | None:
    """Return the byte that a selector stands for where bytes are written as selectors 1 to 256."""
    code = ord(selector)
    if 0xFE00 <= code <= 0xFE0F:
        return code - 0xFE00
    return code - 0xE0100 + 16 if 0xE0100 <= code <= 0xE01EF else None


def _text_of(data: bytes) -> str | None:
    """Return bytes as text if they are readable text."""
    try:
        spelled = data.decode()
    except UnicodeDecodeError:
        return None
    readable = sum(one.isprintable() for one in spelled)
    return spelled if spelled and readable >= 0.9 * len(spelled) else None


def _reported(text: str, found: Sequence[_Found]) -> Iterator[Hidden]:
    """Yield the findings: near ones of a kind as one, quiet ones only where the text holds many."""
    totals: dict[str, int] = {}
    for one in found:
        quiet = text[one.start : one.end].strip("\u00ad\ufeff")
        totals[one.kind] = totals.get(one.kind, 0) + len(quiet)
    loud = [one for one in found if one.loud or totals[one.kind] >= _ODD_TOTAL]
    for _, group in groupby(sorted(loud, key=lambda one: (one.kind, one.start)), key=lambda one: one.kind):
        for merged in _merged(list(group))[:_MOST]:
            first, last = merged[0], merged[-1]
            spoken = " ".join(one.spoken for one in merged if one.spoken)
            says = spoken or _marked(text, first.start, last.end)
            yield Hidden(first.kind, f"characters {first.start + 1}-{last.end}", excerpt(says))


def _merged(found: Sequence[_Found]) -> list[list[_Found]]:
    """Group findings of one kind that stand near each other."""
    groups: list[list[_Found]] = []
    for one in found:
        if groups and one.start - groups[-1][-1].end <= _TOGETHER:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _marked(text: str, start: int, end: int) -> str:
    """Return the text around a place, a dot for each run of invisible characters."""
    around = text[max(0, start - _CONTEXT) : end + _CONTEXT]
    shown = _RUN.sub("·", around)
    return "".join(one for one in shown if unicodedata.category(one) != "Cf")

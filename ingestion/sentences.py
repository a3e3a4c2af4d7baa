"""Where a sentence starts and ends in a letter: spans of characters that together hold every visible one.

Knows nothing about encoders, word pieces or what the sentences say.

The rules, in order: a blank line ends a paragraph; a bullet or a numbered line starts a span of its own; a
newline ends a span unless the text was hard-wrapped there; within what remains, a full stop, question mark or
exclamation mark ends a sentence, unless it belongs to an abbreviation, an initial, a number or an address.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

Span = tuple[int, int]

_LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_BULLET_GLYPHS = "•●○▪■□‣◦⁃∙➢➤►▶✓✔✦❖★☐☑"
_LINE_MARKER = re.compile(
    rf"(?:[{_BULLET_GLYPHS}\uf0b7\uf0a7]|[-–—*+·>o](?=[ \t])|\(?[0-9]{{1,2}}[.)](?=\s)|\(?[a-z]\)(?=\s))"
)
_INLINE_BULLET = re.compile(rf"(?<=\s)[{_BULLET_GLYPHS}\uf0b7\uf0a7](?=\s*\w)")
_STOP = re.compile("[.!?…]+[\"'”’»)\\]]*(?=\\s|$)|[。！？؟।]+[”’」』）)]*")
_MISSING_SPACE = re.compile(r"(?<=[a-z]{3})[.!?](?=(?:I\b|[A-Z][a-z]+)(?:[\s,']|$))")
_OPENING = "\"'“‘«([¿¡"

# Never the end of a sentence: what they announce follows.
_ANNOUNCING = frozenset(
    "mr mrs ms mx dr prof rev hon gen col capt lt sgt messrs mt st "
    "e.g eg i.e ie vs cf viz approx ca esp incl resp".split()
)
# Not the end before a number: "No. 5", "Jan. 2020", "approx. 30".
_BEFORE_NUMBER = frozenset(
    "no nos nr fig vol pp p ch art sec ext est tel ph min max jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
# The end only where the next word can only start a sentence: "at Acme Inc. I led", but "Acme Inc. Berlin".
_MAYBE_FINAL = frozenset(
    "inc ltd co corp llc plc bros dept dist univ assn asst assoc mgr jr sr esq al etc dev ed eds "
    "approx avg hrs hr yrs yr lbs lb ft sq mo mos am pm ba bs ma ms bsc msc phd mba md rn bcom beng meng edd jd".split()
)
_STARTERS = frozenset(
    "i i'm i've i'd i'll i’m i’ve i’d i’ll my me we our they their he she his her you your it its it's it’s this "
    "that these those there the a an in on at as with during while when after before since although though however "
    "for from to if what additionally furthermore moreover also over throughout through by having being both "
    "please thank thanks currently recently previously and but so because".split()
)


def split_sentences(text: str) -> list[Span]:
    """Return the sentences of ``text`` as ``(start, end)`` character spans, in order.

    Every span is trimmed and not blank, no two overlap, and each character that is not white space lies in exactly
    one. A text of white space alone has none.

    >>> text = "I led a team of 5, e.g. in Ohio. Ask Dr. Lee!"
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['I led a team of 5, e.g. in Ohio.', 'Ask Dr. Lee!']
    """
    spans: list[Span] = []
    for start, end in _blocks(text):
        for first, last in itertools.pairwise([start, *_cuts(text, start, end), end]):
            _append_trimmed(spans, text, first, last)
    return spans


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(stripped)))


# --- lines -> blocks ------------------------------------------------------------------------------------------


def _blocks(text: str) -> Iterator[Span]:
    """Yield stretches in which a line break is only white space: paragraphs, list items, single lines."""
    for paragraph in _paragraphs(text):
        wrapped = _is_hard_wrapped(text, paragraph)
        start, end = paragraph[0]
        for line in paragraph[1:]:
            if _continues(text, (start, end), line, wrapped=wrapped):
                end = line[1]
            else:
                yield start, end
                start, end = line
        yield start, end


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """Yield runs of trimmed lines that no blank line interrupts."""
    lines: list[Span] = []
    start = 0
    for match in [*_LINE_BREAK.finditer(text), None]:
        end = len(text) if match is None else match.start()
        before = len(lines)
        _append_trimmed(lines, text, start, end)
        if len(lines) == before and lines:
            yield lines
            lines = []
        start = end if match is None else match.end()
    if lines:
        yield lines


def _is_hard_wrapped(text: str, lines: list[Span]) -> bool:
    """Tell whether an editor broke these lines at a width: no next line's first word would still have fitted.

    Two lines prove nothing (the longer one is always too full), and neither do widths no editor uses.
    """
    width = max(end - start for start, end in lines)
    if len(lines) < 3 or not 50 <= width <= 120:
        return False
    for (start, end), (next_start, next_end) in itertools.pairwise(lines):
        first_word = text[next_start:next_end].split(maxsplit=1)[0]
        if _LINE_MARKER.match(text, next_start) or end - start + 1 + len(first_word) <= width:
            return False
    return True


def _continues(text: str, so_far: Span, line: Span, *, wrapped: bool) -> bool:
    """Tell whether ``line`` goes on with the sentence that the lines before it left open."""
    start, end = so_far
    if _LINE_MARKER.match(text, line[0]):
        return False
    if not any(character.isalnum() for character in text[start:end]):
        return _LINE_MARKER.match(text, start) is not None  # a bullet alone on its line: its text follows
    return wrapped or text[line[0]].islower()


# --- block -> sentences ---------------------------------------------------------------------------------------


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Return the positions inside ``text[start:end]`` at which one sentence ends and the next may begin."""
    marker = _LINE_MARKER.match(text, start, end)
    body = marker.end() if marker else start
    cuts = {match.start() for match in _INLINE_BULLET.finditer(text, start, end) if match.start() > body}
    last = body
    for match in _STOP.finditer(text, body, end):
        if _ends_sentence(text, last, match, end):
            cuts.add(match.end())
            last = match.end()
    cuts.update(
        match.end()
        for match in _MISSING_SPACE.finditer(text, body, end)
        if not _is_address(_word_around(text, match.start()))
    )
    return sorted(cuts)


def _ends_sentence(text: str, sentence_start: int, stop: re.Match[str], end: int) -> bool:
    following = text[stop.end() : end].lstrip()
    if not following:
        return False  # the block ends here anyway
    if stop.group()[0] != "." or len(stop.group().rstrip("\"'”’»)]")) > 1:
        # "!", "?", "…", "...": a sentence goes on only in lower case ("Why? because" is rare, "wait... and" is not).
        return stop.group()[0] in "。！？؟।" or not following[0].islower()
    before = text[sentence_start : stop.start()]
    if not any(character.isalnum() for character in before):
        return False
    word = before.rsplit(maxsplit=1)[-1].lstrip(_OPENING)
    next_word = following.split(maxsplit=1)[0].lstrip(_OPENING)
    return not _is_abbreviation(word, next_word, alone=before.strip() == word) and _can_start(word, next_word)


def _can_start(word: str, next_word: str) -> bool:
    """Tell whether ``next_word`` may open a sentence: a lower-case one only after a whole lower-case word."""
    if not next_word or not next_word[0].islower():
        return True
    return len(word) > 3 and word.isalpha() and word.islower()


def _is_abbreviation(word: str, next_word: str, *, alone: bool) -> bool:
    """Tell whether the full stop after ``word`` belongs to it. ``alone``: nothing else stands in the sentence."""
    bare = word.lower().rstrip(".")
    folded = bare.replace(".", "")
    if alone and (bare.isdigit() or len(bare) == 1):
        return True  # "2. Led the team": a number in a list
    if bare in _ANNOUNCING and not (bare == "ms" and word.isupper()):
        return True
    if bare in _BEFORE_NUMBER and next_word[:1].isdigit():
        return True
    starter = next_word.rstrip(",.;:").lower() in _STARTERS and next_word[:1].isupper()
    initial = len(bare) == 1 and bare.isalpha() and word != "I"
    dotted = "." in bare and all(len(part) <= 3 for part in bare.split("."))  # U.S, Ph.D, B.Sc, a.m
    return (initial or dotted or folded in _MAYBE_FINAL) and not starter


def _word_around(text: str, position: int) -> str:
    before = text[:position].rsplit(maxsplit=1)[-1] if position else ""
    after = text[position:].split(maxsplit=1)
    return before + (after[0] if after else "")


def _is_address(word: str) -> bool:
    return "@" in word or "/" in word or word.lower().startswith("www.")

"""Whom a question speaks of: ids, places in the ranking, names, and numbers that are none of these.

Knows nothing about what is asked. Names are matched here, in the person's own words; no model ever sees them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.chat.subject import Subject
from ingestion.name_patterns import fold

_ORDINALS = {
    "first": 1, "top": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5,
    "5th": 5, "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10,
    "10th": 10,
}  # fmt: skip
_NOUN = r"(?:one|letter|candidate|applicant|place|best|choice|person|ranked|rank|in line)"
_WINNER = re.compile(
    rf"\b(?:the )?(?:winner|winning {_NOUN}|number one|no\. ?one|top {_NOUN}|best (?:letter|candidate|applicant|one)|"
    r"first place|front ?runner|leader of the ranking)\b(?:'s)?",
    re.IGNORECASE,
)
_RUNNER_UP = re.compile(r"\b(?:the )?runners?[- ]up\b(?:'s)?", re.IGNORECASE)
_LAST = re.compile(
    rf"\b(?:the )?(?:very )?(?:last {_NOUN}|lowest {_NOUN}|bottom {_NOUN}|last)(?=[\s?.!,]|$)", re.IGNORECASE
)
_ORDINAL = re.compile(
    rf"\b(?:the )?({'|'.join(_ORDINALS)})(?: {_NOUN})?\b(?! (?:sentence|line|requirement|must|aid))(?:'s)?",
    re.IGNORECASE,
)
_RANK = re.compile(
    r"\b(?:rank|ranked|place|position|spot) (?:number |no\.? ?|#)?([0-9]{1,6})\b", re.IGNORECASE
)
_SCORE = re.compile(
    r"\b(?:an?|to(?: an?)?|reach(?:es)?|get(?:s)?|score(?:s|d)?(?: of| an?)?|least|above|over|under|below|than|from|"
    r"into an?|hit|be) ([0-9]{1,2}(?:\.[0-9]+)?)(?: ?/ ?10| out of (?:10|ten)|(?= ?(?:[?.!,;]|$|or (?:more|better|above|higher)|points?|"
    r"instead|in score|score)))|\b([0-9]{1,2}(?:\.[0-9]+)?)(?: ?/ ?10| out of (?:10|ten)| points?)",
    re.IGNORECASE,
)
_WORD_SCORE = re.compile(
    r"\b(?:a|an) (one|two|three|four|five|six|seven|eight|nine|ten)(?=[?.!,;]|$| out of)", re.IGNORECASE
)
_NUMBER_WORDS = {
    word: place
    for place, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)
}
_COUNT = re.compile(
    r"\b(?:top|first|best|next|last) ([0-9]{1,4}|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"|\b([0-9]{1,4}|two|three|four|five|six|seven|eight|nine|ten) (?:best|top|more|others?|letters|candidates|applicants)\b",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"(?<![\w.#])(?:[0-9]+(?:[.,][0-9]+)?) ?(?:\+|%|percent|years?|yrs?|months?|weeks?|days?|hours?|people|staff|beds?|"
    r"seats?|times|letters|requirements|modules|units)(?!\w)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:\b(?:letters?|candidates?|applicants?|ids?|nos?\.?|numbers?)|#) ?#?([0-9]+)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.,/-])([0-9]+)(?![\w/]|[.,][0-9])")
_SINGULAR = re.compile(
    r"\b(?:it|its|s?he|his|her|hers|him|this (?:one|letter|candidate|applicant|person)|that (?:one|letter|candidate|"
    r"applicant|person)|the (?:same|letter|candidate|applicant|person)|they|them|their|this|that|there)\b(?:'s)?",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"\b(?:both|them|these two|those two|the two|the three|these|those|each other|all of them)\b",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(r"\b(?:the )?next (?:one|letter|candidate)\b|\bthe one after\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question mentions. ``rest`` is the question without it, for its topic words.

    ``letters`` stand in the order of the question. ``unknown`` are ids that are not in the screening, ``choices`` the
    letters among which a name does not decide. ``score`` is a score asked about, ``count`` how many are asked for.
    """

    letters: tuple[str, ...]
    rest: str
    unknown: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    chosen_name: str = ""
    named: tuple[tuple[str, str], ...] = ()
    score: float | None = None
    count: int | None = None
    it: bool = False
    both: bool = False


class _Reading:
    """A question being read: what was found stands in its place, what was read is blanked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[tuple[int, str]] = []

    def blank(self, start: int, end: int) -> None:
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

    def take(self, match: re.Match[str], letter_id: str | None) -> None:
        if letter_id is not None:
            self.found.append((match.start(), letter_id))
        self.blank(*match.span())


def read_mentions(subject: Subject, question: str, last: tuple[str, ...] = ()) -> Mentions:
    """Return what ``question`` mentions; ``last`` are the letters spoken of last."""
    reading = _Reading(question.replace("’", "'"))
    by_rank = {ranked.rank: letter_id for letter_id, ranked in subject.ranked.items()}
    _take_ids(reading, subject)
    named, choices, chosen_name = _take_names(reading, subject)
    score, count, unknown = None, None, []
    for match in _OTHER_NUMBER.finditer(reading.text):
        reading.blank(*match.span())
    for match in _RANK.finditer(reading.text):
        reading.take(match, by_rank.get(int(match[1])))
    for match in _CALLED.finditer(reading.text):
        if match[0].lower().startswith("n") and int(match[1]) in by_rank:
            reading.take(
                match, by_rank[int(match[1])]
            )  # "number 4": no letter is called so, so it is a place
            continue
        unknown.append(match[1])
        reading.blank(*match.span())
    for pattern in (_SCORE, _WORD_SCORE):
        for match in pattern.finditer(reading.text):
            given = next(group for group in match.groups() if group)
            score = float(_NUMBER_WORDS.get(given.lower(), given))
            reading.blank(*match.span())
    for match in _COUNT.finditer(reading.text):
        given = (match[1] or match[2]).lower()
        count = _NUMBER_WORDS.get(given) or int(given)
        reading.blank(*match.span())
    for match in _NUMBER.finditer(reading.text):
        unknown.append(match[1])
        reading.blank(*match.span())
    _take_places(reading, subject, by_rank, last)
    it, both = _SINGULAR.search(reading.text) is not None, _PLURAL.search(reading.text) is not None
    letters = tuple(dict.fromkeys(letter_id for _place, letter_id in sorted(reading.found)))
    return Mentions(
        letters, reading.text, tuple(unknown), choices, chosen_name, named, score, count, it=it, both=both
    )


def _take_ids(reading: _Reading, subject: Subject) -> None:
    """Take ids that people can't mean otherwise, and numbers where they stand for letters."""
    scores = [match.span() for match in _SCORE.finditer(reading.text)]
    others = [
        match.span() for match in (*_OTHER_NUMBER.finditer(reading.text), *_RANK.finditer(reading.text))
    ]
    counts = [match.span() for match in _COUNT.finditer(reading.text)]
    called = {match.span(1) for match in _CALLED.finditer(reading.text)}
    for letter_id in sorted(subject.ids, key=len, reverse=True):
        if letter_id not in reading.text and letter_id.lower() not in reading.text.lower():
            continue
        edge = r"(?<![\w.,/-])" if letter_id.isdigit() else r"(?<![\w/-])"
        pattern = re.compile(
            rf"{edge}(?:#|\b(?:letter|candidate|applicant|id|no\.?|number) )?({re.escape(letter_id)})(?:'s)?(?![\w/]|[.,][0-9])",
            re.IGNORECASE,
        )
        for match in pattern.finditer(reading.text):
            inside = any(start <= match.start(1) < end for start, end in (*scores, *others, *counts))
            if letter_id.isdigit() and inside and match.span(1) not in called:
                continue
            reading.take(match, letter_id)
    stems = _short_ids(subject)
    for short, letter_id in stems.items():
        for match in re.finditer(rf"(?<![\w/-]){re.escape(short)}(?![\w/-])", reading.text, re.IGNORECASE):
            reading.take(match, letter_id)


def _short_ids(subject: Subject) -> dict[str, str]:
    """Return what people may call letters whose id is a path: the file's name, with and without its suffix."""
    found: dict[str, list[str]] = {}
    for letter_id in subject.ids:
        if "/" in letter_id or "." in letter_id:
            name = letter_id.rsplit("/", 1)[-1]
            for short in {name, name.rsplit(".", 1)[0]}:
                if not short.isdigit():
                    found.setdefault(short, []).append(letter_id)
    return {short: ids[0] for short, ids in found.items() if len(ids) == 1 and ids[0] != short}


def name_runs(subject: Subject, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return where applicants' names stand in a question, and the letters that each may mean.

    A run is one word or several beside each other that all belong to one applicant; a word alone must read as a name.
    """
    parts = subject.name_parts()
    folded = fold(text)
    words = list(re.finditer(r"[^\W\d_](?:[^\W\d_]|['\-](?=[^\W\d_]))*", folded)) if parts else []
    runs: list[tuple[int, int, tuple[str, ...]]] = []
    place = 0
    while place < len(words):
        first, (after, ids) = place, _run(words, place, parts, folded)
        place = max(after, first + 1)
        if not ids:
            continue
        start = words[first].start()
        run = re.sub(r"'s$", "", text[start : words[after - 1].end()])
        if after - first == 1 and not _reads_as_name(run, start, subject):
            continue
        runs.append((start, start + len(run), subject.in_order(ids)))
    return runs


def _take_names(
    reading: _Reading, subject: Subject
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], str]:
    """Take applicants' names; one that fits several applicants is left to the person to choose."""
    named: list[tuple[str, str]] = []
    choices: tuple[str, ...] = ()
    chosen_name = ""
    for start, end, ids in name_runs(subject, reading.text):
        run = reading.text[start:end]
        if len(ids) == 1:
            reading.found.append((start, ids[0]))
            named.append((run, ids[0]))
        else:
            choices, chosen_name = ids, run
        reading.blank(start, end + 2 * reading.text.startswith("'s", end))
    return tuple(named), choices, chosen_name


def _run(
    words: list[re.Match[str]], first: int, parts: dict[str, tuple[str, ...]], text: str
) -> tuple[int, tuple[str, ...]]:
    """Return where a run of name parts from ``first`` ends, and the letters of those who have all of them."""
    ids: tuple[str, ...] = ()
    end = first
    while end < len(words):
        word = re.sub(r"'s$", "", words[end][0])
        mine = parts.get(word, ())
        beside = end == first or text[words[end - 1].end() : words[end].start()].strip(" .-") == ""
        both = mine if end == first else tuple(one for one in ids if one in mine)
        if not both or not beside:
            break
        ids, end = both, end + 1
    return end, ids


def _reads_as_name(word: str, start: int, subject: Subject) -> bool:
    """Say whether a single word is meant as a name: capitalised inside a sentence, or used by no letter as a word."""
    if word[0].isupper() and start > 0:
        return True
    return not subject.says_in_lower_case(fold(word))


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Say whether a bare "second" is a place: "who is second?", "why not second", never "the first aid certificate"."""
    before, after = text[: match.start()], text[match.end() :]
    asked = re.search(
        r"\b(?:is|was|came|comes|finished|who's|in|about|with|than|compare|not) $", before, re.IGNORECASE
    )
    return asked is not None and re.match(r"\W*$| and | or | on | with ", after) is not None


def _take_places(reading: _Reading, subject: Subject, by_rank: dict[int, str], last: tuple[str, ...]) -> None:
    """Take the winner, the runner-up, the last one, ordinals, and the one after the letter spoken of last."""
    for match in _FOLLOWING.finditer(reading.text):
        if last and last[-1] in subject.ranked:
            reading.take(match, by_rank.get(subject.ranked[last[-1]].rank + 1))
    for match in _WINNER.finditer(reading.text):
        reading.take(match, subject.winner)
    for match in _RUNNER_UP.finditer(reading.text):
        after = subject.ranked[subject.winner].rank + 1 if subject.winner else 2
        reading.take(match, by_rank.get(after))
    for match in _LAST.finditer(reading.text):
        reading.take(match, by_rank.get(len(by_rank)))
    for match in _ORDINAL.finditer(reading.text):
        if match[0].lower() in {"first", "top", "second"} and not _stands_alone(reading.text, match):
            continue
        reading.take(match, by_rank.get(_ORDINALS[match[1].lower()]))

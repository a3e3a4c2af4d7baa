"""Name swap: many names in the same letters; is what is embedded and judged the same, byte by byte, whoever signs?

Knows the bundled letters, and nothing about how the result is shown. Nothing of the names file is kept.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.blinding import blind
from ingestion.names import find_names

LETTERS = 20
"""Bundled letters that the names are put into."""

FILES = {"men": "top_mens_names.json", "women": "top_womens_names.json"}
ETHNICITIES = {"A": "Asian", "B": "Black", "H": "Hispanic", "W": "White"}
"""Keys of the names files -> how a group is called."""


class NamesError(ValueError):
    """A folder of names cannot be read: the rule, the value, the remedy."""


@dataclass(frozen=True, slots=True)
class GroupedName:
    """One name, written as people write it, and the group that the file puts it in."""

    name: str
    group: str
    gender: str

    @property
    def first(self) -> str:
        """The given name."""
        return self.name.split()[0]

    @property
    def last(self) -> str:
        """The family name."""
        return self.name.split()[-1]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A bundled letter without its writer's name: ``before`` and ``after`` the place where the body can be added to."""

    letter_id: str
    greeting: str
    body: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A name and a letter whose judged text is not the one that most names give."""

    name: str
    group: str
    letter_id: str
    shown: str
    usual: str


@dataclass(frozen=True, slots=True)
class SwapMeasures:
    """What a swap found. ``rates`` maps a group to the share of its pairs whose judged text is the usual one."""

    known: bool
    pairs: int
    identical: int
    rates: dict[str, float]
    differences: tuple[Difference, ...]

    @property
    def rate(self) -> float:
        """Share of all pairs, 0 to 1; 1.0 where there are none."""
        return self.identical / self.pairs if self.pairs else 1.0

    @property
    def spread(self) -> float:
        """Largest difference between the rates of two groups, in percentage points."""
        return 100 * (max(self.rates.values()) - min(self.rates.values())) if self.rates else 0.0


def read_names(folder: Path) -> list[GroupedName]:
    """Read the names of every group: two JSON files, each ``{"A": ["FIRST LAST", ...], "B": ...}``.

    Raises:
        NamesError: a file is missing or holds something else.
    """
    found: list[GroupedName] = []
    for gender, file in FILES.items():
        try:
            read = json.loads((folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NamesError(
                f"--names must be a folder with {' and '.join(FILES.values())}, but {file} cannot be read: {error}"
            ) from error
        if not isinstance(read, dict) or not all(isinstance(names, list) for names in read.values()):
            raise NamesError(f"{file} must map groups to lists of names; give the folder as it was published")
        for key, names in read.items():
            group = f"{ETHNICITIES.get(key, key)} {gender}"
            found += [
                GroupedName(str(name).title(), group, gender) for name in names if len(str(name).split()) > 1
            ]
    if not found:
        raise NamesError(
            f"--names must hold names, but {folder} holds none; give the folder as it was published"
        )
    return found


def carriers(count: int = LETTERS) -> list[Carrier]:
    """Return bundled letters in English that end with their writer's name, without it."""
    from ingestion.samples import intake_truth, letters_folder

    skipped = set(intake_truth().unjudged)
    found: list[Carrier] = []
    for row in _rows(letters_folder()):
        text, name = row["text"].strip(), row["name"]
        spans = find_names(text, name) if text and row["letter_id"] not in skipped else []
        if len(spans) != 1 or spans[0][1] != len(text):
            continue
        greeting, _, body = text[: spans[0][0]].partition("\n\n")
        if body and len(greeting) < 120:
            found.append(Carrier(row["letter_id"], greeting, body.rstrip()))
        if len(found) == count:
            break
    return found


def _rows(folder: Path) -> list[dict[str, str]]:
    import csv

    with (folder / "letters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = (folder / "more.jsonl").read_text(encoding="utf-8").splitlines()
    return [*rows, *(json.loads(line) for line in lines)]


# Where a name stands in real letters. A letter takes one of each row, by its place in the list of letters.
_HEADINGS: tuple[Callable[[GroupedName], str], ...] = (
    lambda one: f"{one.name}\n{_mailbox(one)}@example.com | (555) 555-0142\n\n",
    lambda _: "",
    lambda one: f"Name: {one.name}\nE-mail: {_mailbox(one)} at example dot org\n\n",
    lambda one: f"{one.name.upper()}\n14 Elm Street, Springfield, IL 62704\n{_mailbox(one)}@example.org\n\n",
)
_OPENINGS: tuple[Callable[[GroupedName], str], ...] = (
    lambda one: f"My name is {one.name} and I am writing about the position you advertised.\n\n",
    lambda _: "",
    lambda one: f"I am {one.name}, and I read your advertisement with interest.\n\n",
    lambda one: f"This is the application of {_title(one)} {one.name}.\n\n",
    lambda one: f"I, {one.name}, should like to be considered.\n\n",
)
_BODIES: tuple[Callable[[GroupedName], str], ...] = (
    lambda one: f"\n\nMy colleagues still speak of {one.first}'s lists.",
    lambda one: f"\n\nA referee can be asked about {_title(one)} {one.last} at any time.",
    lambda one: (
        f"\n\nMy file is kept under {one.last}, {one.first}, and my work is signed {one.first[0]}. {one.last}."
    ),
    lambda one: (
        f"\n\nMore stands at linkedin.com/in/{_mailbox(one).replace('.', '-')} and in {one.name}'s portfolio."
    ),
    lambda _: "",
    lambda one: f"\n\n{one.name} is known at the union, too.",
)
_SIGNATURES: tuple[Callable[[GroupedName], str], ...] = (
    lambda one: f"\n\nSincerely,\n{one.name}",
    lambda one: f"\n\nKind regards\n\n{one.name}\n{_mailbox(one)}@example.com",
    lambda one: f"\n\nYours,\n{one.first}",
    lambda one: f"\n\nThank you for your time.\n\n{one.name}",
    lambda one: f"\n\nBest regards, {one.name}",
    lambda one: f"\n\nYours sincerely\n{one.name.upper()}",
    lambda one: f"\n\nRespectfully,\n{_title(one)} {one.first[0]}. {one.last}",
)
_CLOSING_LINES = re.compile(r"\n\n[^\n]{0,60}$")


def _mailbox(one: GroupedName) -> str:
    return f"{one.first}.{one.last}".lower()


def _title(one: GroupedName) -> str:
    return "Mr." if one.gender == "men" else "Ms."


def written_by(one: GroupedName, carrier: Carrier, place: int) -> str:
    """Return the letter as this person would have sent it. ``place`` is the letter's among the carriers."""
    rows = (_HEADINGS, _OPENINGS, _BODIES, _SIGNATURES)
    heading, opening, body, signature = (row[place % len(row)](one) for row in rows)
    main = _CLOSING_LINES.sub("", carrier.body)
    return f"{heading}{carrier.greeting}\n\n{opening}{main}{body}{signature}"


def swap(
    names: Sequence[GroupedName],
    letters: Sequence[Carrier],
    *,
    known: bool,
    say: Callable[[str], None] | None = None,
) -> SwapMeasures:
    """Put every name into every letter and compare what is judged with what most names give for that letter.

    ``known`` passes the name as a table's name column would; without it the letter alone has to show it.
    """
    identical = 0
    by_group: dict[str, list[int]] = {one.group: [0, 0] for one in names}
    differences: list[Difference] = []
    for place, letter in enumerate(letters):
        judged = [blind(written_by(one, letter, place), one.name if known else None)[0] for one in names]
        usual = Counter(judged).most_common(1)[0][0] if judged else ""
        for one, text in zip(names, judged, strict=True):
            same = text == usual
            identical += same
            by_group[one.group][0] += same
            by_group[one.group][1] += 1
            if not same:
                differences.append(
                    Difference(one.name, one.group, letter.letter_id, *_first_difference(text, usual))
                )
        if say is not None and place % 5 == 4:
            say(
                f"{place + 1} of {len(letters)} letters, names {'known' if known else 'from the letter alone'}"
            )
    return SwapMeasures(
        known,
        len(names) * len(letters),
        identical,
        {group: same / all_ for group, (same, all_) in sorted(by_group.items())},
        tuple(differences),
    )


def _first_difference(text: str, usual: str) -> tuple[str, str]:
    """Return the words around the first place where two texts part."""
    at = next(
        (i for i, (a, b) in enumerate(zip(text, usual, strict=False)) if a != b), min(len(text), len(usual))
    )
    start = max(0, at - 20)
    return text[start : at + 30], usual[start : at + 30]

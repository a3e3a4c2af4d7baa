"""Facts in words: each line speaks of one letter, and quotes that letter only.

Knows nothing about how facts are found, and writes no judgement of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from agents.chat.facts import (
    Change,
    Citation,
    Comparison,
    LetterFacts,
    Line,
    Read,
    RequirementFacts,
    ScoreFacts,
    Search,
    Shown,
    Standing,
    Surroundings,
    WaysUp,
    WhyNot,
)
from agents.chat.several import Together
from agents.rationale import listed, one_line
from agents.scoring import MARGIN_WORDS
from agents.verdict import Label, Requirement

SAID: dict[Label, str] = {
    "met": "met",
    "partial": "partly shown",
    "not_shown": "not shown in the letter",
    "contradicted": "the letter says otherwise",
}
_COUNTED: dict[Label, str] = {**SAID, "contradicted": "contradicted"}
MOST_NAMED = 10
_MOST_SETS = 3


def plain(text: str) -> Line:
    """Return a line that quotes nothing."""
    return Line((text,))


def _cited(before: str, citation: Citation | None, after: str = "") -> Line:
    pieces: tuple[str | Citation, ...] = (before,) if citation is None else (before, citation)
    return Line(
        (*pieces, after) if after else pieces, letter_id=None if citation is None else citation.letter_id
    )


def finding_line(shown: Shown, *, lead: str = "") -> Line:
    """Return what a letter shows for one requirement, with its quote."""
    note = f" ({shown.note})" if shown.note and shown.label != "met" else ""
    text = f"{lead}{one_line(shown.requirement.text)}: {SAID[shown.label]}{note}"
    if shown.replaced:
        return plain(f"{text} (the letter was read in again since, so its words are not quoted)")
    return _cited(text if shown.citation is None else f"{text} ", shown.citation)


def _who(letter: LetterFacts) -> str:
    if letter.unjudged is not None:
        return f"Letter {letter.letter_id} was not judged: {letter.unjudged}."
    return f"Letter {letter.letter_id} (rank {letter.rank}, score {letter.score:.1f})"


def letter_lines(letter: LetterFacts, chosen: Sequence[Requirement] = ()) -> list[Line]:
    """Return a letter's place and findings, all or those for the chosen requirements."""
    if letter.unjudged is not None:
        return [plain(_who(letter))]
    shown = [one for one in letter.shown if not chosen or one.requirement in chosen]
    return [plain(f"{_who(letter)}:"), *(finding_line(one, lead="  ") for one in shown)]


def requirement_lines(facts: RequirementFacts, labels: Sequence[Label]) -> list[Line]:
    """Return who has one of the labels for a requirement, best first, each with the quote."""
    chosen = facts.labelled(*labels)
    judged = len(facts.shown)
    what = one_line(facts.requirement.text)
    counts = [f"{len(some)} {_COUNTED[label]}" for label in labels if (some := facts.labelled(label))]
    if "not_shown" in labels:
        denied = [_with_letter(one) for one in chosen if one.label != "not_shown"]
        ids = [one.letter_id for one in chosen if one.label == "not_shown"]
        rest = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        named = f": {', '.join(ids[:MOST_NAMED])}{rest}" if ids else ""
        unshown = plain(f"“{what}” is not shown in {len(ids)} of {judged} judged letters{named}.")
        return [plain(f"{what}:"), *denied[:MOST_NAMED], unshown] if denied else [unshown]
    if not chosen:
        return [plain(f"None of the {judged} judged letters shows {what}.")]
    lines = [plain(f"{what}: {listed(counts)}, of {judged} judged letters.")]
    lines += [_with_letter(one) for one in chosen[:MOST_NAMED]]
    if len(chosen) > MOST_NAMED:
        lines.append(plain(f"  and {len(chosen) - MOST_NAMED} more"))
    return lines


def _with_letter(shown: Shown) -> Line:
    note = f" ({shown.note})" if shown.note and shown.label != "met" else ""
    return _cited(f"  letter {shown.letter_id}, {SAID[shown.label]}{note}: ", shown.citation)


def together_lines(facts: Together) -> list[Line]:
    """Return who shows all that was asked and lacks what was to be lacking, best rank first, each with the quotes."""
    asked = facts.asked
    shown, lacking = (listed([one_line(one.text) for one in some]) for some in (asked.shown, asked.lacking))
    what = f"{shown}, but not {lacking}" if shown and lacking else shown or f"none of {lacking}"
    count = len(facts.letters)
    if not count:
        if not shown:
            return [plain(f"Each of the {facts.judged} judged letters shows {lacking}, or one of them.")]
        return [plain(f"None of the {facts.judged} judged letters shows {what}.")]
    more = f" ({MOST_NAMED} shown)" if count > MOST_NAMED else ""
    says = "shows" if count == 1 else "show"
    lines = [plain(f"{count} of {facts.judged} judged letters {says} {what}{more}:")]
    for letter in facts.letters[:MOST_NAMED]:
        cited = any(one.citation for one in letter.shown if one.requirement in asked.requirements)
        lines += letter_lines(letter, asked.requirements) if cited else [plain(f"{_who(letter)}.")]
    return lines


def search_lines(search: Search) -> list[Line]:
    """Return the letters that say the words, each with the sentence."""
    where = "of this screening"
    if search.among:
        where = listed([f"letter {letter_id}" for letter_id in search.among])
    if not search.hits:
        head = f"None of {where}" if len(search.among) > 1 else f"No letter {where}"
        if len(search.among) == 1:
            head = f"{where[0].upper()}{where[1:]} does not"
            return [plain(f"{head} say anything of “{search.words}”.")]
        return [plain(f"{head} says anything of “{search.words}”.")]
    whole = search.hits[0].whole
    one = search.total == 1
    letters = "one letter" if one else f"{search.total} letters"
    if whole:
        how = "says" if one else "say"
    else:
        how = "comes near, but no sentence holds all of" if one else "come near, but no sentence holds all of"
    shown = f" ({len(search.hits)} shown)" if search.total > len(search.hits) else ""
    head = f"{letters[0].upper()}{letters[1:]} {how} “{search.words}”{shown}:"
    if len(search.among) == 1:
        head = f"{where[0].upper()}{where[1:]} {how} “{search.words}”:"
    elif not search.among:
        head = f"No requirement is named so; {head[0].lower()}{head[1:]}"
    return [
        plain(head),
        *(
            _cited(
                f"  letter {hit.letter_id}{f' (rank {hit.rank})' if hit.rank else ' (not judged)'}: ",
                hit.citation,
            )
            for hit in search.hits
        ),
    ]


def comparison_lines(comparison: Comparison) -> list[Line]:
    """Return letters side by side, requirement by requirement, and who shows more."""
    lines = [plain(f"{_who(letter)}{'' if letter.unjudged else '.'}") for letter in comparison.letters]
    for row in comparison.rows:
        if not row.cells:
            continue
        lines.append(plain(f"{one_line(row.requirement.text)}:"))
        lines += [_with_letter(cell) if cell.citation else _bare(cell) for cell in row.cells]
        if len(row.cells) > 1:
            lines.append(plain(f"  {_better(row.better)}"))
    return lines


def _bare(shown: Shown) -> Line:
    again = " (read in again since; not quoted)" if shown.replaced else ""
    return plain(f"  letter {shown.letter_id}: {SAID[shown.label]}{again}")


def _better(better: Sequence[str]) -> str:
    if not better:
        return "no difference"
    return f"{listed([f'letter {letter_id}' for letter_id in better])} {'shows' if len(better) == 1 else 'show'} more"


def score_lines(facts: ScoreFacts) -> list[Line]:
    """Return a score's arithmetic, requirement by requirement."""
    lines = [
        plain(f"Letter {facts.letter_id} scores {facts.score:.1f} (rank {facts.rank}):"),
        *(
            plain(
                f"  {one_line(step.requirement.text)}: {SAID[step.label]}, "
                f"{_number(step.weight)} x {_number(step.value)} = {_number(step.weight * step.value)}"
            )
            for step in facts.steps
        ),
    ]
    return [
        *lines,
        plain(
            f"  1 + 9 x {_number(facts.worth)} / {_number(facts.weight)} = {float(facts.exact):.4g}, shown as "
            f"{facts.score:.1f} (weight x value; met 1, partly shown 0.5, otherwise 0)"
        ),
    ]


def _number(value: Fraction) -> str:
    return f"{float(value):g}"


def ways_lines(ways: WaysUp) -> list[Line]:
    """Return what would raise a score, and how far."""
    now = f"Letter {ways.letter_id} stands at {ways.score:.1f}"
    if not ways.singles:
        return [plain(f"{now}: every requirement is met, so nothing would raise it.")]
    lines: list[Line] = []
    if ways.beats is not None:
        goal = f"to score above letter {ways.beats}"
    elif ways.target is not None:
        goal = f"to be {'an' if f'{ways.target:g}'.startswith('8') else 'a'} {ways.target:g}"
    else:
        goal = ""
    if goal and ways.sets and not ways.sets[0][0]:
        return [plain(f"{now} already: nothing has to change {goal}.")]
    if goal and ways.sets:
        count = len(ways.sets[0][0])
        lines.append(
            plain(
                f"{now}. {goal[0].upper()}{goal[1:]}, it would have to show plainly "
                f"{count} more {'requirement' if count == 1 else 'requirements'}"
                f"{', in one of these ways' if len(ways.sets) > 1 else ''}:"
            )
        )
        lines += [
            plain(f"  {listed([_open(change) for change in group])}: {score:.1f}")
            for group, score in ways.sets[:_MOST_SETS]
        ]
        if len(ways.sets) > _MOST_SETS:
            more = len(ways.sets) - _MOST_SETS
            lines.append(plain(f"  or {more} other {'way' if more == 1 else 'ways'}"))
        return lines
    if goal:
        lines.append(plain(f"{now}, and no change of its findings would be enough {goal}."))
    else:
        lines.append(plain(f"{now}. Each of these alone, shown plainly, would make it:"))
    lines += [plain(f"  {_open(change)}: {change.score:.1f}") for change in ways.singles]
    return lines


def _open(change: Change) -> str:
    return f"{one_line(change.requirement.text)} (now {SAID[change.label]})"


def surroundings_lines(facts: Surroundings) -> list[Line]:
    """Return a sentence between its neighbours."""
    if facts.requirement is None:
        lines = [plain(f"Letter {facts.letter_id} says:")]
    else:
        what = one_line(facts.requirement.text)
        lines = [_cited(f"Letter {facts.letter_id} for {what} is read from ", facts.quote)]
    for lead, citation in (
        ("  before: ", facts.before),
        ("  sentence: ", facts.sentence),
        ("  after: ", facts.after),
    ):
        if citation is not None:
            lines.append(_cited(lead, citation))
    return lines


def why_not_lines(facts: WhyNot) -> list[Line]:
    """Return why a letter does not stand before the winner, or before the letter it was held against."""
    letter, other = facts.letter, facts.other
    if letter.unjudged is not None:
        return [plain(_who(letter))]
    if other is None:
        reason = f"No letter is named: {facts.declined}" if facts.declined else "No letter is named."
        return [plain(reason), *letter_lines(letter)]
    if other.unjudged is not None:
        return [plain(_who(other)), *letter_lines(letter)]
    if letter.letter_id == other.letter_id:
        return [plain(f"Letter {letter.letter_id} is the winner."), *letter_lines(letter)]
    assert letter.rank is not None
    assert other.rank is not None
    place = "behind" if letter.rank > other.rank else "before"
    head = (
        f"{_who(letter)} stands {place} letter {other.letter_id} (rank {other.rank}, score {other.score:.1f})"
    )
    close = f"; they are within {MARGIN_WORDS} of each other" if facts.tied else ""
    lines = [plain(f"{head}{close}.")]
    differ = [row for row in facts.rows if row.better]
    for row in differ:
        lines.append(plain(f"{one_line(row.requirement.text)}: {_better(row.better)}"))
        lines += [_with_letter(cell) if cell.citation else _bare(cell) for cell in row.cells]
    if not differ:
        lines.append(
            plain(
                "Both show the same for every requirement; met musts, then the stronger evidence, then the lower id decide."
            )
        )
    if letter.rank < other.rank and facts.named:
        lines.append(
            plain(f"Letter {letter.letter_id} is not named because it plainly shows none of the must-haves.")
        )
    return lines


def standing_lines(facts: Standing) -> list[Line]:
    """Return the winner or why there is none, who is close, and the first places."""
    lines: list[Line] = []
    if facts.winner is not None:
        lines.append(plain(f"The winner is letter {facts.winner}."))
        if facts.tied:
            tied = listed([f"letter {one}" for one in facts.tied])
            lines.append(plain(f"Within {MARGIN_WORDS} of it: {tied}."))
    else:
        lines.append(plain(f"No letter is named: {facts.declined}"))
    lines += [
        plain(f"  {letter.rank}. letter {letter.letter_id}, {letter.score:.1f}") for letter in facts.first
    ]
    if len(facts.first) < facts.judged:
        lines.append(plain(f"  and {facts.judged - len(facts.first)} more; {facts.pool} letters in all"))
    return lines


def reads_lines(reads: Sequence[Read]) -> list[Line]:
    """Return whom to read next, and why."""
    if not reads:
        return [plain("There is no other judged letter to read.")]
    lines = [plain("Worth reading next:")]
    for one in reads:
        head = f"  letter {one.letter_id} (rank {one.rank}, score {one.score:.1f}): {one.reason}"
        citation = one.shown.citation if one.shown else None
        lines.append(_cited(f"{head} " if citation else head, citation))
    return lines

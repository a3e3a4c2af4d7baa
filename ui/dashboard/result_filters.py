"""Which letters of a result are listed: everybody, or those that show what is asked for.

A filter hides rows on the page, never a letter from the result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import streamlit as st

from agents.verdict import Label, Ranked, Requirement, Unjudged, Verdict
from ui.dashboard.words import label
from ui.terminal import one_line

Shown = Literal["everybody", "judged", "not judged", "with warnings"]
Row: TypeAlias = Ranked | Unjudged


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """``wanted`` are places of requirements, from 0, that a letter must meet; ``partly`` lets a partly met one pass.

    ``search`` is looked for in the id, and in the name where that may be seen.
    """

    search: str = ""
    wanted: tuple[int, ...] = ()
    partly: bool = False
    shown: Shown = "everybody"

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out."""
        return self == ResultFilter(partly=self.partly)


def key_of(row: Row) -> int:
    """Return the letter's key."""
    return row.assessment.letter_key if isinstance(row, Ranked) else row.letter_key


def id_of(row: Row) -> str:
    """Return the letter's id."""
    return row.assessment.letter_id if isinstance(row, Ranked) else row.letter_id


def name_of(row: Row) -> str | None:
    """Return the applicant's name."""
    return row.assessment.applicant if isinstance(row, Ranked) else row.applicant


def rows_of(
    verdict: Verdict, chosen: ResultFilter, *, named: Collection[int], warned: Collection[str]
) -> list[Row]:
    """Return the letters that pass, the judged ones in their order and then the rest.

    ``named`` are the keys whose name may be seen, ``warned`` the ids with a warning.
    """
    everybody: list[Row] = [*verdict.ranking, *verdict.unjudged]
    if chosen.everybody:
        return everybody
    search = one_line(chosen.search).casefold()
    return [
        row
        for row in everybody
        if _is_shown(row, chosen.shown, warned) and _meets(row, chosen) and _found(row, search, named)
    ]


def draw_filters(requirements: Sequence[Requirement], screening_id: str) -> ResultFilter:
    """Draw the filters of a result and return what is chosen."""
    find, meets, shown = st.columns([2, 3, 2], vertical_alignment="bottom")
    search = find.text_input("Find a letter by its id", key=f"search-{screening_id}", placeholder="id")
    places = list(range(len(requirements)))
    wanted: list[int] = []
    partly = False
    if places:
        wanted = meets.multiselect(
            "Only letters that meet",
            places,
            key=f"wanted-{screening_id}",
            placeholder="any requirement",
            format_func=lambda place: f"{place + 1}. {label(requirements[place].text, at_most=60)}",
        )
        if wanted:
            partly = meets.checkbox("Partly met is enough", key=f"partly-{screening_id}")
    options: tuple[Shown, ...] = get_args(Shown)
    who = shown.selectbox("Show", options, key=f"shown-{screening_id}", format_func=str.capitalize)
    return ResultFilter(search or "", tuple(wanted), partly, who)


def _is_shown(row: Row, shown: Shown, warned: Collection[str]) -> bool:
    if shown == "everybody":
        return True
    if shown == "with warnings":
        return id_of(row) in warned
    return isinstance(row, Ranked) == (shown == "judged")


def _meets(row: Row, chosen: ResultFilter) -> bool:
    if not chosen.wanted:
        return True
    if not isinstance(row, Ranked) or not row.assessment.findings:
        return False
    enough: set[Label] = {"met", "partial"} if chosen.partly else {"met"}
    return all(row.assessment.findings[place].label in enough for place in chosen.wanted)


def _found(row: Row, search: str, named: Collection[int]) -> bool:
    if not search or search in one_line(id_of(row)).casefold():
        return True
    name = name_of(row)
    return name is not None and key_of(row) in named and search in one_line(name).casefold()

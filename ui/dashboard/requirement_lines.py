"""The lines of the requirements table as a person edits them: text, must or nice, weight, on or off, and their order.

Knows nothing about Streamlit's widgets beyond the form in which its table reports edits; what a valid requirement is
stands in ``agents.requirements_file``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agents.requirements_file import DEFAULT_WEIGHT, RequirementsError, checked_requirements
from agents.verdict import Requirement


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One line. ``weight`` None is the usual one of its kind; a line that is not ``on`` is not judged by."""

    text: str = ""
    kind: str | None = "must"
    weight: float | None = None
    on: bool = True


@dataclass(frozen=True, slots=True)
class TableEdits:
    """What was done to the table since it was drawn: cells changed by row, rows added, rows removed."""

    changed: Mapping[int, Mapping[str, object]]
    added: Sequence[Mapping[str, object]]
    removed: Sequence[int]

    @property
    def moves(self) -> bool:
        """Whether a row was given another place."""
        return any("place" in cells for cells in self.changed.values())


def lines_of(requirements: Sequence[Requirement]) -> tuple[RequirementLine, ...]:
    """Return a line for each requirement; a weight that is usual for its kind is left to the kind."""
    return tuple(
        RequirementLine(one.text, one.kind, None if one.weight == DEFAULT_WEIGHT[one.kind] else one.weight)
        for one in requirements
    )


def table_of(lines: Sequence[RequirementLine]) -> list[dict[str, object]]:
    """Return the rows of the table, places counted from 1."""
    return [
        {"on": one.on, "text": one.text, "kind": one.kind, "weight": one.weight, "place": place}
        for place, one in enumerate(lines, start=1)
    ]


def edited(lines: Sequence[RequirementLine], edits: TableEdits) -> tuple[RequirementLine, ...]:
    """Return the lines after the edits: cells first, then removals and additions, then each moved row at its place."""
    rows = [
        (_with(one, edits.changed.get(at, {})), _number(edits.changed.get(at, {}).get("place")))
        for at, one in enumerate(lines)
        if at not in edits.removed
    ]
    rows += [(_with(RequirementLine(), cells), _number(cells.get("place"))) for cells in edits.added]
    ordered = [line for line, place in rows if place is None]
    moved = [(place, line) for line, place in rows if place is not None]
    for place, line in sorted(moved, key=lambda move: move[0]):
        ordered.insert(max(0, round(place) - 1), line)
    return tuple(ordered)


def requirements_in(lines: Sequence[RequirementLine]) -> tuple[Requirement, ...]:
    """Return the requirements of the lines that are on; a line without any text is no line.

    Raises:
        RequirementsError: a line breaks a rule, or none is on.
    """
    used = [one for one in lines if one.on and one.text.strip()]
    if not used:
        raise RequirementsError(
            "at least one requirement must be on, but none is; write one, or tick its box"
        )
    rows = [
        {"text": one.text, "kind": one.kind, **({} if one.weight is None else {"weight": one.weight})}
        for one in used
    ]
    return checked_requirements("the table", "a table of requirements", rows)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _with(line: RequirementLine, cells: Mapping[str, object]) -> RequirementLine:
    for column, value in cells.items():
        if column == "text":
            line = replace(line, text=str(value or ""))
        elif column == "kind":
            line = replace(line, kind=None if value is None else str(value))
        elif column == "weight":
            line = replace(line, weight=_number(value))
        elif column == "on":
            line = replace(line, on=value is not False)
    return line

from __future__ import annotations

import pytest

from agents.requirements_file import RequirementsError
from agents.verdict import Requirement
from ui.dashboard.requirement_lines import (
    RequirementLine,
    TableEdits,
    edited,
    lines_of,
    requirements_in,
    table_of,
)

A, B, C = RequirementLine("a"), RequirementLine("b", "nice"), RequirementLine("c", weight=5.0)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(TableEdits({}, (), ()), (A, B, C), id="nothing"),
        pytest.param(
            TableEdits({1: {"text": "B", "on": False}}, (), ()),
            (A, RequirementLine("B", "nice", on=False), C),
            id="cells",
        ),
        pytest.param(TableEdits({}, (), (0,)), (B, C), id="removed"),
        pytest.param(TableEdits({0: {"text": "x"}}, (), (0,)), (B, C), id="changed, then removed"),
        pytest.param(
            TableEdits({}, ({"text": "d", "kind": "nice", "weight": 3},), ()),
            (A, B, C, RequirementLine("d", "nice", 3.0)),
            id="added",
        ),
        pytest.param(TableEdits({2: {"place": 1}}, (), ()), (C, A, B), id="moved to the head"),
        pytest.param(TableEdits({0: {"place": 3}}, (), ()), (B, C, A), id="moved to the end"),
        pytest.param(TableEdits({0: {"place": 99}}, (), ()), (B, C, A), id="moved beyond the end"),
        pytest.param(TableEdits({0: {"place": 2}, 1: {"place": 1}}, (), ()), (B, A, C), id="two moved"),
        pytest.param(
            TableEdits({}, ({"text": "d", "place": 1},), ()),
            (RequirementLine("d"), A, B, C),
            id="added in front",
        ),
        pytest.param(
            TableEdits({2: {"weight": None}}, (), ()), (A, B, RequirementLine("c")), id="weight taken out"
        ),
        pytest.param(TableEdits({0: {"place": None}}, (), ()), (A, B, C), id="place taken out"),
    ],
)
def test_the_lines_are_what_the_person_made_of_them(
    edits: TableEdits, expected: tuple[RequirementLine, ...]
) -> None:
    """Cells, additions, removals and moves give the lines that stand in the table afterwards."""
    assert edited((A, B, C), edits) == expected


def test_reading_and_writing_the_table_changes_nothing() -> None:
    """What was read from a job goes through the table and comes out the same, usual weights left to the kind."""
    read = (Requirement("r1", "a", "must", 2.0), Requirement("r2", "b", "nice", 7.0))
    assert requirements_in(lines_of(read)) == read
    assert [row["weight"] for row in table_of(lines_of(read))] == [None, 7.0]


def test_a_line_that_is_off_or_empty_is_not_judged_by() -> None:
    """Unticking a line is enough, and the ids are counted anew."""
    lines = (RequirementLine("a", on=False), RequirementLine("  "), RequirementLine("b", "nice"))
    assert requirements_in(lines) == (Requirement("r1", "b", "nice", 1.0),)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        pytest.param((RequirementLine("a", on=False),), "at least one requirement must be on", id="none on"),
        pytest.param((), "at least one requirement must be on", id="none"),
        pytest.param((RequirementLine("a", weight=0.0),), "weight must be above 0", id="weight 0"),
        pytest.param((RequirementLine("a", weight=1e3),), "weight must be at most 100", id="weight 1000"),
        pytest.param((RequirementLine("a"), RequirementLine("A ")), "each text may stand once", id="twice"),
        pytest.param((RequirementLine("a", None),), "kind must be must or nice", id="no kind"),
        pytest.param((RequirementLine("a" * 501),), "too long", id="501 characters"),
        pytest.param(tuple(RequirementLine(str(n)) for n in range(51)), "1 to 50", id="51 lines"),
    ],
)
def test_a_broken_rule_is_named(lines: tuple[RequirementLine, ...], rule: str) -> None:
    """A table is held to the rules of a file, in the same words."""
    with pytest.raises(RequirementsError, match=rule):
        requirements_in(lines)

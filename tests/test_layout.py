from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.layout import fold

REPORT = """\
WINNER ID: 7      MATCH SCORE: 5.5/10
DECISION RATIONALE: Letter 7 plainly shows one of two requirements and says so in a long sentence with many words.

RANKING
rank  id    score  met  part  not shown  why
   1  7       5.5    1     0          1  shows a food safety certificate; partly experience in training junior cooks
   2  12      1.0    0     0          2  shows none of the requirements"""


def test_a_reason_folds_under_itself() -> None:
    """The columns of the ranking stay columns, however long the reason is."""
    lines = fold(REPORT, 80).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("   1  7"))
    assert lines[first] == "   1  7       5.5    1     0          1  shows a food safety certificate; partly"
    assert lines[first + 1] == " " * 41 + "experience in training junior cooks"
    assert lines[first + 2].startswith("   2  12")


@pytest.mark.parametrize("width", [60, 80, 110])
def test_paragraphs_fold_to_the_width(width: int) -> None:
    """No line of words is longer than the page."""
    assert max(len(line) for line in fold(REPORT, width).splitlines()[:4]) <= width


@given(st.text(), st.integers(60, 200))
def test_folding_changes_no_word(text: str, width: int) -> None:
    """The same words in the same order, whatever the report holds."""
    assert fold(text, width).split() == text.split()

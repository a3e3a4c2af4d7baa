from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.blinding import blind
from ingestion.letter import Mask, OffsetMap

TEXT = "I am Ada Byrne. Mail ada@example.org or ask Ada Byrne."
JUDGED, OFFSETS = blind(TEXT, "Ada Byrne")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("I am", "I am"),
        ("Mail", "Mail"),
        ("Ada Byrne", "[NAME]"),
        ("Byrne", "[NAME]"),
        ("am Ada", "am [NAME]"),
        ("ada@example.org or", "[EMAIL] or"),
        ("Byrne. Mail ada", "[NAME]. Mail [EMAIL]"),
        (TEXT, JUDGED),
    ],
)
def test_a_span_of_the_text_is_found_in_the_judged_text(words: str, expected: str) -> None:
    """What touches a masked stretch is its whole placeholder: no part of a name is ever shown."""
    start = TEXT.index(words)
    assert JUDGED[slice(*OFFSETS.to_judged(start, start + len(words)))] == expected


@given(st.data())
def test_the_way_there_and_back_loses_nothing(data: st.DataObject) -> None:
    """A span of the judged text, mapped to the text and back, covers itself and no placeholder in part."""
    start = data.draw(st.integers(0, len(JUDGED) - 1))
    end = data.draw(st.integers(start + 1, len(JUDGED)))
    again = OFFSETS.to_judged(*OFFSETS.to_text(start, end))
    assert again[0] <= start
    assert end <= again[1]
    assert again == OFFSETS.to_judged(*OFFSETS.to_text(*again))


def test_a_span_must_not_end_before_it_starts() -> None:
    """The rule and the value are named."""
    with pytest.raises(ValueError, match=r"0 <= start <= end, but got \(3, 2\)"):
        OffsetMap((Mask(0, 6, 0, 3, "name"),)).to_judged(3, 2)

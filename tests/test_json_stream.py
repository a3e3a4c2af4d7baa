from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import json_stream
from ingestion.json_stream import json_values

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 2]), st.integers(1, 40), st.booleans())
def test_an_array_gives_its_values_whatever_is_read_at_once(
    values: list[object], indent: int | None, block: int, ascii_only: bool
) -> None:
    """No value is lost, cut or joined where one block ends and the next begins."""
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_stream, "_BLOCK", block)
        assert list(json_values(io.StringIO(text))) == values
        lines = "\n".join(json.dumps({"value": value}) for value in values)
        assert list(json_values(io.StringIO(lines))) == [{"value": value} for value in values]


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ('[{"a": 1}, {"a"', [{"a": 1}], "breaks off|delimiter"),
        ('[{"a": 1}', [{"a": 1}], "breaks off"),
        ('[{"a": 1}, ]', [{"a": 1}], "Expecting value"),
        ('[{"a": 1} {"a": 2}]', [{"a": 1}], "comma"),
        ('[{"a": 1}] x', [{"a": 1}], "after the array's end"),
        ('{"a": 1} nope', [{"a": 1}], "Expecting value"),
        ("[" + "9" * 5_000 + "]", [], "digits"),
    ],
)
def test_what_is_no_json_ends_after_what_was(text: str, values: list[object], reason: str) -> None:
    """The values before the break are given, then the reason."""
    found: list[object] = []
    with pytest.raises(ValueError, match=reason):
        found.extend(json_values(io.StringIO(text)))
    found.clear()
    stream = json_values(io.StringIO(text))
    assert [next(stream) for _ in values] == values


def test_nothing_is_searched_for_without_end() -> None:
    """A string that is never closed costs the longest value, not the whole file."""
    handle = io.StringIO('["' + "x" * 20_000_000)
    with pytest.raises(ValueError, match="Unterminated"):
        list(json_values(handle))
    assert handle.tell() < 3 * json_stream.MAX_VALUE_CHARACTERS

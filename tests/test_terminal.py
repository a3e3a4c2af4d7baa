from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.terminal import one_line, say, say_json, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("\x1b[2Jgone", "<U+001B>[2Jgone", id="clear screen"),
        pytest.param("\x1b]0;title\x07", "<U+001B>]0;title<U+0007>", id="window title"),
        pytest.param("\x9b31m", "<U+009B>31m", id="8-bit escape"),
        pytest.param("a\rb", "a<U+000D>b", id="carriage return"),
        pytest.param("a\r\nb", "a\nb", id="line end of another system"),
        pytest.param("pay \u202e001$", "pay <U+202E>001$", id="bidirectional override"),
        pytest.param("in\u2066side\u2069", "in<U+2066>side<U+2069>", id="bidirectional isolate"),
        pytest.param("zero\u200bwidth", "zero<U+200B>width", id="zero width space"),
        pytest.param("tag\U000e0041", "tag<U+E0041>", id="invisible tag"),
        pytest.param("half \ud800", "half <U+D800>", id="lone surrogate"),
        pytest.param("[red]bold[/red]", "[red]bold[/red]", id="markup stays words"),
        pytest.param("Zoë\u00a0Ångström\ttab\nline", "Zoë\u00a0Ångström\ttab\nline", id="plain text"),
    ],
)
def test_what_steers_a_terminal_is_written_out(text: str, expected: str) -> None:
    """No character of a letter moves the cursor, changes colours, hides or reorders text."""
    assert visible(text) == expected


@given(st.text())
def test_nothing_shown_is_a_control_or_format_character(text: str) -> None:
    """Whatever a letter holds, only line breaks, tabs and script joiners remain of the invisible characters."""
    left = {c for c in visible(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert left <= {"\n", "\t", "\u200c", "\u200d"}


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """A cell of a table never breaks it."""
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_on_a_terminal_is_harmless_and_the_same_value(text: str) -> None:
    """The one JSON object holds the letter's exact text, with invisible characters as escapes."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        say_json({"quote": text})
    printed = out.getvalue()
    assert printed.count("\n") == 1
    assert printed[:-1].isprintable()
    assert json.loads(printed) == {"quote": text}


def test_say_prints_markup_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    """Square brackets in a letter are words, not styles."""
    say("[bold]me[/bold]")
    assert capsys.readouterr().out == "[bold]me[/bold]\n"

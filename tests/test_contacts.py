from __future__ import annotations

import pytest

from ingestion.contacts import find_emails, find_urls


def found(spans: list[tuple[int, int]], text: str) -> list[str]:
    """Return the words of the spans."""
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to ada at example dot org, please", ["ada at example dot org"]),
        ("ada [at] example [dot] org", ["ada [at] example [dot] org"]),
        ("ada(at)example.com or ada @ example.org", ["ada(at)example.com", "ada @ example.org"]),
        ("a.byrne at mail dot example dot org", ["a.byrne at mail dot example dot org"]),
        ("I worked at asp dot net, and am at example dot com", []),
        ("Meet me at 5. Dot matrix printers", []),
    ],
)
def test_spelled_out_addresses_are_found(text: str, expected: list[str]) -> None:
    """And no sentence that only has the words."""
    assert sorted(found(find_emails(text), text), key=text.index) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "See https://example.org/a?b=c, or www.foo.com/bar.",
            ["https://example.org/a?b=c", "www.foo.com/bar"],
        ),
        ("linkedin.com/in/ada-byrne-123", ["linkedin.com/in/ada-byrne-123"]),
        ("(github.com/adab)", ["github.com/adab"]),
        ("adab.github.io and x.com/ada", ["adab.github.io", "x.com/ada"]),
        ("Twitter: @adab", ["@adab"]),
        ("I use Node.js, ASP.NET, Vue.js and booking.com daily", []),
        ("@Override and @Autowired", []),
        ("the and/or of it, 24/7, TCP/IP", []),
    ],
)
def test_web_addresses_are_found(text: str, expected: list[str]) -> None:
    """With a scheme, www, a known host or a handle's label; a bare name of a firm or a tool is evidence."""
    assert found(find_urls(text), text) == expected

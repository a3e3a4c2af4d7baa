from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from filled_verdict import verdict_with

from agents.verdict import Prose, Verdict
from ui.html_report import html_report

ATTACKS = [
    "<script>alert(1)</script>",
    '<img src="http://other.example/x.png" onerror="alert(1)">',
    '"><svg onload=alert(1)>',
    "</title></style><script>",
    "![x](http://other.example/x.png)",
    "&lt;script&gt;",
    "</blockquote>\u202eevil",
]
TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "strong", "table", "thead", "tbody", "tr",
    "th", "td", "div", "blockquote", "ul", "li", "pre", "code", "span",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "title", "dir"}


class Seen(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Keep words."""
        self.words.append(data)


def seen(verdict: Verdict) -> Seen:
    """What a browser makes of the report."""
    found = Seen()
    found.feed(html_report(verdict))
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_other_peoples_words_stay_words(attack: str) -> None:
    """Whatever stands in a letter, a name, an id or a job is read as text; no tag or attribute comes from it."""
    verdict = replace(verdict_with(attack), prose=Prose((attack,), 0))
    found = seen(verdict)
    assert found.tags <= TAGS
    assert found.attributes <= ATTRIBUTES
    shown = attack.replace("\u202e", "<U+202E>")
    assert sum(shown in words for words in found.words) >= 8


def test_nothing_is_fetched_and_nothing_runs() -> None:
    """The page names no address and forbids scripts and other hosts for itself."""
    page = html_report(verdict_with("plain"))
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|src=|href=|<script|url\(", page)


def test_it_holds_all_that_a_decision_rests_on() -> None:
    """Winner, requirements, quote, those not judged, notices, the fingerprint, and who decides."""
    verdict = replace(verdict_with("plain"), pipeline={"name": "offline", "seed": None})
    text = " ".join(" ".join(seen(verdict).words).split())
    for part in (
        "a person decides", "First: plain · plain, 10.0 of 10", "Requirements", "“plain”", "Not judged (1)", "Notices",
        '"name": "offline"', "winnow replay s-1", "1 of 2 letters judged",
    ):  # fmt: skip
        assert part in text, part


def test_a_declined_verdict_says_why() -> None:
    """No winner is no gap: the reason stands in its place."""
    verdict = replace(verdict_with("plain"), winner=None, declined_because="Nobody shows a must.")
    text = " ".join(seen(verdict).words)
    assert "No winner is named" in text
    assert "Nobody shows a must." in text

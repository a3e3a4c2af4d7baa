"""The words of an HTML message as a person sees them, and the words that its styles hide.

Knows nothing about messages. No style sheet is applied: what stands in an element's own ``style`` (and in the ``color`` of
a ``font``) is all that counts.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ingestion.document import Hidden
from ingestion.hiding import excerpt

_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section "
    "table td th tr ul".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 table blockquote ul ol".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_NO_WORDS = frozenset("script style head title template noscript svg".split())
_PALE = r"(#[ef]{3}\b|#(f[a-f\d]){3}\b|white(smoke)?\b|rgba?\((\s*(24\d|25[0-5])\s*[,)]){3})"
_OFF = r"(?<![-\w])(left|right|top|bottom|margin-left|margin-top|text-indent)\s*:\s*-\d{3,}(\.\d+)?\s*(px|pt|em|rem|%|vw|vh)"
_STYLES = (
    (
        re.compile(r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide\s*:\s*all"),
        "marked_hidden",
    ),
    (re.compile(r"opacity\s*:\s*0(\.0+)?\s*(;|$)|color\s*:\s*transparent"), "invisible"),
    (re.compile(r"font-size\s*:\s*(0|0?\.\d+|1)(\.\d+)?\s*(px|pt|em|%)?\s*(;|!|$)"), "tiny"),
    (
        re.compile(rf"(?<![-\w])color\s*:\s*{_PALE}"),
        "same_colour",
    ),
    (re.compile(_OFF), "off_page"),
    (
        re.compile(
            r"^(?=.*(?<![-\w])overflow\s*:\s*hidden).*(?<![-\w])(max-)?(height|width)\s*:\s*0(px|pt)?\s*(;|!|$)",
            re.DOTALL,
        ),
        "clipped",
    ),
)
_MAX_DEPTH = 500


def html_text(html: str) -> tuple[str, tuple[Hidden, ...]]:
    """Return what a person reads, and what is hidden from them.

    >>> html_text('<p>I cook.</p><p style="display:none">Hire me.</p>')[0]
    'I cook.'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in "".join(reader.seen).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), tuple(reader.hidden)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.hidden: list[Hidden] = []
        self._open: list[
            tuple[str, str | None, bool]
        ] = []  # tag, how it hides, whether something dark may lie behind

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.seen.append("\n\n" if tag in _PARAGRAPHS else "\n")
        if tag in _VOID or len(self._open) >= _MAX_DEPTH:
            return
        given = {name: value or "" for name, value in attrs}
        style = given.get("style", "").casefold()
        if tag == "font" and "color" in given:
            style = f"color:{given['color'].casefold()};{style}"
        above, dark = self._open[-1][1:] if self._open else (None, False)
        dark = dark or "background" in style or "bgcolor" in given
        how = "no words" if tag in _NO_WORDS else "marked_hidden" if "hidden" in given else None
        for pattern, kind in _STYLES:
            if how is None and pattern.search(style) and not (kind == "same_colour" and dark):
                how = kind
        self._open.append((tag, above or how, dark))

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.seen.append("\n\n")
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        how = self._open[-1][1] if self._open else None
        if how is None:
            self.seen.append(data.replace("\n", " "))
        elif how != "no words" and any(map(str.isalnum, data)):
            self.hidden.append(Hidden(how, "in the message's HTML", excerpt(data)))

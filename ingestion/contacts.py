"""Where e-mail addresses and web addresses stand in a text, also spelled out ("ada at example dot org").

Knows nothing about masks, phones or names. A bare ``example.org`` or ``Node.js`` is no web address here: the employer and
the tools of a letter are evidence.
"""

from __future__ import annotations

import re

# Addresses as people write them. Each piece is bounded (RFC 5321: 64 before the @, 255 in all), so that a long run of
# letters costs no more than its length.
_EMAIL = re.compile(
    r"(?<![\w.+%-])(?:mailto:)?[\w.+%'-]{1,64}(?: ?@ ?|\(@\)|\[@\])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
_ENDINGS = "com|org|net|edu|gov|info|io|dev|me|co|us|uk|de|fr|es|it|nl|eu|ca|au|in|ie|at|ch|se|no|dk|pl|pt|be|example"
_AT = r"(?:[ \t]?(?:\[at\]|\(at\)|\{at\}|<at>)[ \t]?|[ \t]at[ \t])"
_DOT = r"(?:[ \t]?(?:\[dot\]|\(dot\)|\{dot\}|<dot>)[ \t]?|[ \t]dot[ \t])"
_SPELLED = re.compile(
    rf"(?<![\w@])[\w+%'-]{{1,64}}(?:(?:\.|{_DOT})[\w+%'-]{{1,64}}){{0,3}}{_AT}[\w-]{{1,63}}(?:(?:{_DOT})[\w-]{{1,63}}){{0,3}}{_DOT}"
    rf"(?:{_ENDINGS})\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"(?<![\w@])[\w.+%'-]{{1,64}}[ \t]?(?:\[at\]|\(at\)|\{{at\}}|<at>)[ \t]?(?:[\w-]{{1,63}}\.){{1,4}}(?:{_ENDINGS})\b",
    re.IGNORECASE,
)
_SPELLED_HINT = re.compile(r"\bdot\b|[\[({<]at[\])}>]", re.IGNORECASE)
# Words before "at example dot org" that are no mailbox.
_NO_MAILBOX = frozenset(
    "work worked working am is was are were interned employed study studied look me you us it staff here".split()
)

_HOSTS = (
    r"linkedin\.com|github\.com|gitlab\.com|bitbucket\.org|behance\.net|dribbble\.com|twitter\.com|x\.com|medium\.com|facebook\.com|fb\.com"
    r"|instagram\.com|stackoverflow\.com|kaggle\.com|youtube\.com|youtu\.be|xing\.com|t\.me|wa\.me|about\.me|angel\.co|researchgate\.net"
    r"|orcid\.org|scholar\.google\.com|huggingface\.co|hackerrank\.com|leetcode\.com|vimeo\.com|soundcloud\.com|etsy\.com|tiktok\.com"
    r"|threads\.net|mastodon\.social|bsky\.app|notion\.site|linktr\.ee|codepen\.io|dev\.to"
)
_REST = r"[^\s<>\"“”()\[\]|\ufffe]{1,300}"
_URL = re.compile(
    rf"(?<![\w@.])(?:(?:https?|ftp)://{_REST}|www\.[\w-]{{1,63}}\.{_REST}|(?:[\w-]{{1,30}}\.){{0,2}}(?:{_HOSTS})/{_REST}"
    r"|[\w-]{1,40}\.(?:github|gitlab|wordpress|blogspot|wixsite|weebly|netlify|vercel|herokuapp|carrd|substack|tumblr|medium)"
    r"\.(?:io|com|app|co)(?:/[^\s<>\"()|\ufffe]{0,200})?|[\w-]{1,40}\.[\w-]{0,40}\.?(?:io|me|dev|com|org|net)/(?:~|in/|u/|user/|@)"
    rf"{_REST})",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"\b(?:twitter|instagram|insta|github|gitlab|linkedin|skype|telegram|behance|handle|mastodon|threads|x|tiktok|ig)(?: handle| id| name)?"
    r"[ \t]?[:(][ \t]?(@?[\w.-]{2,40})(?!\w)",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"[.,;:!?'’*_]+$")


def find_emails(text: str) -> list[tuple[int, int]]:
    """Return the spans of e-mail addresses, in order."""
    found = [match.span() for match in _EMAIL.finditer(text)] if "@" in text else []
    if _SPELLED_HINT.search(text) is not None:
        found += [match.span() for match in _BRACKETED.finditer(text)]
        found += [
            match.span()
            for match in _SPELLED.finditer(text)
            if match[0].split(maxsplit=1)[0].lower() not in _NO_MAILBOX
        ]
    return _apart(found)


def find_urls(text: str) -> list[tuple[int, int]]:
    """Return the spans of web addresses and of handles that a label announces, in order."""
    found: list[tuple[int, int]] = []
    if "." in text:
        for match in _URL.finditer(text):
            end = (
                match.end() - len(found_end[0]) if (found_end := _TRAILING.search(match[0])) else match.end()
            )
            found.append((match.start(), end))
    found += [
        match.span(1)
        for match in _HANDLE.finditer(text)
        if "@" in match[1] or any(c.isdigit() for c in match[1])
    ]
    return _apart(found)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in sorted(spans):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept

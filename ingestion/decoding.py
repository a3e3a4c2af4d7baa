"""How bytes of a file become text: UTF-8, or UTF-16 and UTF-32 where a byte order mark says so.

Knows nothing about what the text means.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TextIO

_MARKS = (  # the longer marks first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32", "surrogatepass"),
    (codecs.BOM_UTF32_BE, "utf-32", "surrogatepass"),
    (codecs.BOM_UTF16_LE, "utf-16", "surrogatepass"),
    (codecs.BOM_UTF16_BE, "utf-16", "surrogatepass"),
)


def open_text(path: Path) -> TextIO:
    """Open a file for reading, line ends untouched.

    Bytes that are not UTF-8 come as lone surrogates, so that only the rows that hold them are refused.
    """
    encoding, errors = _encoding(path)
    return path.open(encoding=encoding, errors=errors, newline="")


def decode(data: bytes) -> str:
    """Return the text of a whole file, line ends untouched. Raises UnicodeDecodeError."""
    encoding, _ = _encoding_of(data[:4])
    return data.decode(encoding)


def _encoding(path: Path) -> tuple[str, str]:
    with path.open("rb") as handle:
        return _encoding_of(handle.read(4))


def _encoding_of(start: bytes) -> tuple[str, str]:
    for mark, encoding, errors in _MARKS:
        if start.startswith(mark):
            return encoding, errors
    return "utf-8-sig", "surrogateescape"

"""Ordinary small files of every format, and what hypothesis makes of them: bytes changed, cut, doubled, moved.

Knows nothing about what reads them.
"""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
from hostile_files import LETTER, message, pdf, word, zipped
from hypothesis import strategies as st

# Pieces that steer the parsers of these formats: a change to one of them says more than a random byte.
_PIECES = (
    *(b"\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"-1", b"99999999999", b'"', b'""', b"\r\n", b"\n\n"),
    *(
        b"%PDF-",
        b"obj",
        b"endobj",
        b"stream",
        b"endstream",
        b"<<",
        b">>",
        b"[",
        b"]",
        b"/Kids",
        b"/Count",
        b"q ",
        b"BT ",
    ),
    *(
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"word/document.xml",
        b"<w:p>",
        b"</w:p>",
        b"<!DOCTYPE",
        b"&a;",
    ),
    *(
        b"From: ",
        b"Content-Type: ",
        b"multipart/mixed; boundary=",
        b"message/rfc822",
        b"base64",
        b"=?utf-8?q?=ff?=",
        b"--",
    ),
    *(b"{", b"}", b"[[", b"]]", b",", b";", b"\\u0000", b"\\ud800", b"1e999", b"null", b"PAR1"),
)


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(_ROWS), out)
    return out.getvalue()


_ROWS = [{"id": "1", "text": LETTER, "name": "Ada Byrne"}, {"id": "2", "text": "I nurse.", "name": "Bo"}]
SEEDS = {
    "pdf": pdf(),
    "docx": word(),
    "eml": bytes(message(LETTER, ("cover.txt", LETTER.encode()), ("cover.pdf", pdf()))),
    "zip": zipped(("a.txt", LETTER.encode()), ("b/c.csv", b"id,text\n1,I cook.\n"), ("d.pdf", pdf())),
    "csv": b'id,text,name\n1,"I cook, well.",Ada\n2,"I ""nurse"".\nDaily.",Bo\n3,I weld.,Cy\n',
    "json": json.dumps(_ROWS).encode(),
    "jsonl": b"\n".join(json.dumps(row).encode() for row in _ROWS),
    "parquet": _parquet(),
    "txt": LETTER.encode(),
}
"""An ordinary file of each kind."""
KINDS = tuple(SEEDS)


@st.composite
def mutated(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> tuple[str, bytes]:
    """Draw the name of a file, and its bytes: a seed's with one to eight changes. The name may lie about the kind."""
    kind = draw(st.sampled_from(kinds))
    data = bytearray(SEEDS[kind])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.sampled_from(("flip", "put", "cut", "double", "end")))
        if what == "flip" and at < len(data):
            data[at] ^= draw(st.integers(1, 255))
        elif what == "put":
            data[at:at] = draw(st.one_of(st.sampled_from(_PIECES), st.binary(min_size=1, max_size=20)))
        elif what == "cut":
            del data[at : at + draw(st.integers(1, 200))]
        elif what == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 2000))] * draw(st.integers(1, 20))
        elif what == "end":
            del data[max(at, 1) :]
    suffix = draw(st.sampled_from((kind, kind, kind, *KINDS)))
    return f"letter.{suffix}", bytes(data)

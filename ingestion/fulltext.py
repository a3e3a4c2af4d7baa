"""The words of a posting's letters: one FTS5 index a posting, ranked by SQLite's own bm25().

Knows nothing about vectors or how rankings are fused. Each posting has its own index because BM25
weighs a word by how many letters hold it: another posting's letters must not change a ranking.
The index is contentless (it points at letters and repeats none of their text).
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

# A term that most letters hold gets 1e-6 from SQLite's bm25, so stop words need no list.
_WORD = re.compile(r"\w+")


def _index(posting_id: int) -> str:
    return f"letter_words_{int(posting_id)}"


def create_index(connection: Connection, posting_id: int) -> None:
    """Make the empty index of a new posting."""
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {_index(posting_id)} "
        "USING fts5(judged_text, content='', tokenize='porter unicode61')"
    )


def index_letter(connection: Connection, posting_id: int, letter_key: int, judged_text: str) -> None:
    """Add one letter's words."""
    connection.execute(
        text(f"INSERT INTO {_index(posting_id)} (rowid, judged_text) VALUES (:key, :words)"),
        {"key": letter_key, "words": judged_text},
    )


def forget_letter(connection: Connection, posting_id: int, letter_key: int, judged_text: str) -> None:
    """Take one letter's words out. ``judged_text`` must be what was indexed, to the character."""
    name = _index(posting_id)
    connection.execute(
        text(f"INSERT INTO {name} ({name}, rowid, judged_text) VALUES ('delete', :key, :words)"),
        {"key": letter_key, "words": judged_text},
    )


def merge_index(connection: Connection, posting_id: int) -> None:
    """Rewrite the index as one segment: words of forgotten letters stand in old segments until then."""
    name = _index(posting_id)
    connection.exec_driver_sql(f"INSERT INTO {name} ({name}) VALUES ('optimize')")


def match_expression(query: str) -> str:
    """Return free text as an FTS5 expression that matches any of its words; "" when there is none.

    Every word is quoted, so nothing in ``query`` is ever read as FTS5 syntax.

    >>> match_expression('AWS NOT "leader*" aws')
    '"aws" OR "not" OR "leader"'
    """
    words = dict.fromkeys(word.lower() for word in _WORD.findall(query))
    return " OR ".join(f'"{word}"' for word in words)


def rank_letters(
    connection: Connection, posting_id: int, query: str, limit: int | None
) -> list[tuple[int, float]]:
    """Return (letter key, score) of the letters that share a word with ``query``.

    Larger scores are better; equal ones stand in the order of their keys.
    """
    expression = match_expression(query)
    if not expression:
        return []
    name = _index(posting_id)
    rows = connection.execute(
        text(
            f"SELECT rowid, -bm25({name}) AS score FROM {name} WHERE {name} MATCH :expression "
            "ORDER BY score DESC, rowid LIMIT :limit"
        ),
        {"expression": expression, "limit": -1 if limit is None else limit},
    )
    return [(int(key), float(score)) for key, score in rows]

"""Retrieval sets: documents, queries, and which documents answer which query; read from folders of files.

Knows nothing about retrieval or measures. A set is checked whole before anything is measured with it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from evals.gold import SAMPLES, bundled_jobs

Part = Literal["tune", "test"]
PARTS: tuple[Part, ...] = get_args(Part)

MASK = "___"
"""Stands for a masked title or company: no word, so that neither BM25 nor an encoder can match it."""

_LARGEST_FIELD = 10_000_000  # characters of one cell; Python's own limit is 131,072


class RetrievalSetError(ValueError):
    """A set that cannot be measured with; the message names the file, the rule, the value and the remedy."""


@dataclass(frozen=True, slots=True)
class Document:
    """One letter or resume."""

    doc_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched with, and its answers: document id -> relevance, a whole number, 1 or more.

    ``part`` says which half of the queries it belongs to: what is chosen on ``tune`` is measured on ``test``.
    """

    query_id: str
    text: str
    relevant: Mapping[str, int]
    part: Part


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Documents and queries. ``relevance`` says in words what counts as an answer."""

    name: str
    relevance: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]

    def of_part(self, part: Part | None) -> RetrievalSet:
        """Return the set with the queries of one part, or all of them.

        Raises:
            RetrievalSetError: there are none.
        """
        queries = tuple(query for query in self.queries if part in (None, query.part))
        if not queries:
            raise RetrievalSetError(
                f"{self.name}: --part {part} must hold a query, but holds none; leave it out"
            )
        return replace(self, queries=queries)


def load_set(path: Path) -> RetrievalSet:
    """Read the set in a folder, or the bundled one for ``samples``; which kind it is, its files say.

    Raises:
        RetrievalSetError: there is no such folder, its files are of no known kind, or they break a rule.
    """
    if path == SAMPLES and not path.exists():
        return checked(bundled_set())
    for files, read in _KINDS.items():
        if all((path / name).is_file() for name in files):
            return checked(read(path))
    kinds = "; ".join(", ".join(files) for files in _KINDS)
    raise RetrievalSetError(
        f"a retrieval set must be {SAMPLES}, or a folder that holds one of: {kinds}; but got {path}"
    )


def checked(found: RetrievalSet) -> RetrievalSet:
    """Return the set if it can be measured with.

    Raises:
        RetrievalSetError: an id stands twice, a text is empty, or a query has no answer among the documents.
    """
    for kind, ids in (
        ("document", [one.doc_id for one in found.documents]),
        ("query", [one.query_id for one in found.queries]),
    ):
        twice = [one for one, times in Counter(ids).items() if times > 1]
        if twice:
            raise RetrievalSetError(
                f"{found.name}: each {kind} id must stand once, but {twice[0]!r} stands more often"
            )
        if not ids:
            raise RetrievalSetError(f"{found.name}: there must be a {kind}, but there is none")
    known = {one.doc_id for one in found.documents}
    for one in (*found.documents, *found.queries):
        if not one.text.strip():
            name = one.doc_id if isinstance(one, Document) else one.query_id
            raise RetrievalSetError(
                f"{found.name}: every text must hold words, but that of {name!r} is empty"
            )
    for query in found.queries:
        missing = sorted(query.relevant.keys() - known)
        if missing or not query.relevant:
            raise RetrievalSetError(
                f"{found.name}: the answers of a query must be among the documents, but {query.query_id!r} has "
                f"{missing[0] if missing else 'none'!r}"
            )
        if min(query.relevant.values()) < 1:
            raise RetrievalSetError(
                f"{found.name}: relevance must be at least 1, but {query.query_id!r} has {min(query.relevant.values())}"
            )
    return found


def half_of(key: str) -> Part:
    """Return the half of the queries that ``key`` falls into: by its SHA-256, so that it never moves.

    >>> half_of("nurse"), half_of("cook")
    ('tune', 'test')
    """
    return PARTS[hashlib.sha256(key.encode()).digest()[0] % 2]


def read_beir(folder: Path) -> RetrievalSet:
    """Read BEIR's files: ``corpus.jsonl``, ``queries.jsonl`` (``_id``, ``text``, ``title``) and ``qrels.tsv``.

    Only queries with an answer are kept, as BEIR does; a relevance of 0 is no answer.
    """
    documents = tuple(
        Document(one["_id"], " ".join(filter(None, [one.get("title", ""), one["text"]])))
        for one in _json_lines(folder / "corpus.jsonl")
    )
    answers: dict[str, dict[str, int]] = {}
    for query_id, doc_id, score in _judgements(folder / "qrels.tsv"):
        if score != 0:
            answers.setdefault(query_id, {})[doc_id] = score
    queries = tuple(
        Query(one["_id"], one["text"], answers[one["_id"]], half_of(one["_id"]))
        for one in _json_lines(folder / "queries.jsonl")
        if one["_id"] in answers
    )
    unknown = sorted(answers.keys() - {query.query_id for query in queries})
    if unknown:
        raise RetrievalSetError(
            f"{folder / 'qrels.tsv'}: every query must be in queries.jsonl, but {unknown[0]!r} is not"
        )
    return RetrievalSet(folder.resolve().name, "as qrels.tsv says", documents, queries)


def read_ads(folder: Path) -> RetrievalSet:
    """Read job ads, each with the one resume that was written for it, among all resumes.

    An ad that stands twice is one query with both resumes. ``testset-1.csv`` tunes, ``testset-2.csv`` tests; an ad that
    stands in both tunes.
    """
    documents = tuple(
        Document(row["ID"], row["Resume"])
        for row in _rows(folder / "synthetic-resumes.csv", ("ID", "Resume"))
    )
    by_text = {one.text: one.doc_id for one in documents}
    queries: dict[str, Query] = {}
    for part, name in zip(PARTS, ("testset-1.csv", "testset-2.csv"), strict=True):
        file = folder / name
        for number, row in enumerate(_rows(file, ("Job Description", "Ground Truth"))):
            ad, truth = row["Job Description"], row["Ground Truth"]
            if truth not in by_text:
                raise RetrievalSetError(
                    f"{file}: every Ground Truth must be one of the resumes, word for word, but row {number}'s is not"
                )
            query = queries.setdefault(ad, Query(f"{file.stem}-{number}", ad, {}, part))
            queries[ad] = replace(query, relevant={**query.relevant, by_text[truth]: 1})
    return RetrievalSet(
        folder.resolve().name,
        "the resume that was written for the ad",
        documents,
        tuple(queries.values()),
    )


def read_titled_letters(folder: Path) -> RetrievalSet:
    """Read letters by job title: each title is a query, and its letters, with title and companies masked, answer it.

    Titles are the same when they are the same words in lower case without "cover letter". In each letter its own title
    (also in the plural) and every name in its ``company`` cell (comma-separated) is replaced by a mask. Half of the
    titles tune and half test.
    """
    rows = _rows(folder / "letters.csv", ("letter_id", "job_title", "company", "text"))
    documents: list[Document] = []
    answers: dict[str, dict[str, int]] = {}
    for row in rows:
        title = normal_title(row["job_title"])
        names = [name.strip() for name in row["company"].split(",")]
        documents.append(Document(row["letter_id"], masked(row["text"], [title, *names])))
        if title:
            answers.setdefault(title, {})[row["letter_id"]] = 1
    queries = tuple(Query(title, title, relevant, half_of(title)) for title, relevant in answers.items())
    return RetrievalSet(
        folder.resolve().name,
        "a letter for the same normalised job title, its title and companies masked",
        tuple(documents),
        queries,
    )


def normal_title(title: str) -> str:
    r"""Return a job title in lower case, without the words "cover letter".

    >>> normal_title("  Account  Assistant Cover Letter ")
    'account assistant'
    """
    return " ".join(re.sub(r"\bcover letters?\b", " ", title.lower()).split())


def masked(text: str, names: Sequence[str]) -> str:
    """Return ``text`` with each of ``names`` replaced: whole words, any case, any white space between, also plural.

    >>> masked("Two cooks saw the Head  Cook of Acme.", ["head cook", "Acme", ""])
    'Two cooks saw the ___ of ___.'
    """
    for name in sorted(
        {" ".join(name.lower().split()) for name in names} - {""}, key=lambda one: (-len(one), one)
    ):
        words = r"\s+".join(map(re.escape, name.split()))
        text = re.sub(rf"(?<!\w){words}s?(?!\w)", MASK, text, flags=re.IGNORECASE)
    return text


def bundled_set() -> RetrievalSet:
    """Return the bundled jobs as queries: their acceptable winners answer them, among all bundled letters."""
    jobs = bundled_jobs()
    texts = {letter.letter_id: letter.text for job in jobs for letter in job.letters}
    return RetrievalSet(
        str(SAMPLES),
        "an acceptable winner of the job",
        tuple(Document(doc_id, text) for doc_id, text in texts.items()),
        tuple(
            Query(
                job.topic, job.job_description, dict.fromkeys(job.acceptable_winners, 1), half_of(job.topic)
            )
            for job in jobs
            if job.acceptable_winners
        ),
    )


def _rows(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    csv.field_size_limit(_LARGEST_FIELD)
    reader = csv.DictReader(io.StringIO(_text(file), newline=""))
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing:
        raise RetrievalSetError(
            f"{file}: the columns must be {', '.join(columns)}, but {', '.join(missing)} is missing"
        )
    return [{name: row[name] or "" for name in columns} for row in reader]


def _json_lines(file: Path) -> Iterator[dict[str, str]]:
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise RetrievalSetError(f"{file}: line {number} must be JSON, but got: {error}") from None
        if not isinstance(found, dict) or not all(
            isinstance(found.get(name), str) for name in ("_id", "text")
        ):
            raise RetrievalSetError(f"{file}: line {number} must be an object with the texts _id and text")
        yield found


def _judgements(file: Path) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(_text(file).splitlines(), start=1):
        cells = line.split("\t")
        if number == 1 and cells[-1] == "score":
            continue
        try:
            query_id, doc_id, score = cells
            yield query_id, doc_id, int(score)
        except ValueError:
            raise RetrievalSetError(
                f"{file}: line {number} must be query-id, corpus-id and a whole number between tabs, but got {line[:80]!r}"
            ) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RetrievalSetError(
            f"{file}: must be a text in UTF-8 that can be read, but got: {error}"
        ) from None


_KINDS: dict[tuple[str, ...], Callable[[Path], RetrievalSet]] = {
    ("corpus.jsonl", "queries.jsonl", "qrels.tsv"): read_beir,
    ("synthetic-resumes.csv", "testset-1.csv", "testset-2.csv"): read_ads,
    ("letters.csv",): read_titled_letters,
}
"""The files that make a folder a set -> what reads them; the first that are all there."""

"""Everything that changes a store, inside one transaction.

Knows nothing about locks, commits or FAISS: ``Store.writing`` opens and ends the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from ingestion import fulltext
from ingestion.checksums import vector_checksum
from ingestion.letter import EmbedderIdentity, Letter, Passage, PassageKind
from ingestion.records import (
    DuplicateLink,
    ErasureCount,
    LetterDraft,
    PostingRow,
    StoredScreening,
    StoreError,
)
from ingestion.rows import (
    embedder_values,
    entry_checksum,
    letter_columns,
    letter_of,
    letter_values,
    screening_checksum,
)
from ingestion.schema import (
    VECTOR_TABLES,
    duplicate_link,
    embedder,
    letter,
    letter_band,
    passage,
    posting,
    screening,
    screening_entry,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# SQLite takes 32,766 values a statement; this many keep a statement's text short.
ID_CHUNK = 500
# bfloat16 weights leave norms within 1e-6 of 1 once normalised in float32; anything worse was not normalised.
_NORM_TOLERANCE = 1e-3


def chunks(ids: Sequence[int], size: int = ID_CHUNK) -> Iterable[Sequence[int]]:
    """Cut ``ids`` into pieces that fit one statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def signed(band: int) -> int:
    """Return a band as SQLite's signed 64-bit integer."""
    if not -(2**63) <= band < 2**64:
        raise StoreError(f"a band of a signature must fit in 64 bits, but got {band}")
    return band - 2**64 if band >= 2**63 else band


class Transaction:
    """The open write transaction of a store. Valid only inside ``with store.writing() as tx``."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection
        self._postings: dict[str, PostingRow] = {}
        self._embedders: dict[str, int] = {}
        self.changed = False
        self.erased = False

    @property
    def connection(self) -> Connection:
        """The connection that the transaction runs on. Raises StoreError once it has ended."""
        if self._connection is None:
            raise StoreError("a transaction ends with its `with` block, but it was used after; open another")
        return self._connection

    def end(self) -> None:
        """Refuse any further use."""
        self._connection = None

    def _write(self) -> Connection:
        self.changed = True
        return self.connection

    # postings

    def add_posting(self, name: str, *, blind: bool) -> PostingRow:
        """Return the posting of this name, made now if there is none.

        Raises StoreError for a blank name, or when the posting stands with another ``blind``.
        """
        if not name.strip():
            raise StoreError(f"a posting's name must not be blank, but got {name!r}; name it with --posting")
        known = self._known_posting(name)
        if known is not None:
            if known.blind != blind:
                raise StoreError(
                    f"blind screening is fixed when a posting is made, but posting {name!r} is "
                    f"{'blind' if known.blind else 'not blind'} and now was asked for "
                    f"{'blind' if blind else 'not blind'}; {'drop' if known.blind else 'give'} --no-blind, "
                    "or ingest into another --posting"
                )
            return known
        made = self._write().execute(insert(posting).values(name=name, blind=blind))
        key = made.inserted_primary_key
        assert key is not None
        fulltext.create_index(self.connection, key[0])
        self._postings[name] = PostingRow(key[0], name, blind, 0)
        return self._postings[name]

    def _known_posting(self, name: str) -> PostingRow | None:
        if name not in self._postings:
            row = self.connection.execute(select(posting).where(posting.c.name == name)).first()
            if row is None:
                return None
            letters = self.connection.execute(
                select(func.count()).select_from(letter).where(letter.c.posting_id == row.posting_id)
            ).scalar_one()
            self._postings[name] = PostingRow(row.posting_id, name, row.blind, letters)
        return self._postings[name]

    def _posting_id(self, name: str) -> int:
        known = self._known_posting(name)
        if known is None:
            raise StoreError(
                f"a letter needs its posting first, but there is no posting {name!r}; add_posting it"
            )
        return known.posting_id

    # letters

    def put_letter(self, draft: LetterDraft) -> Letter:
        """Store a new letter. Raises StoreError when its id stands in the posting already."""
        posting_id = self._posting_id(draft.posting)
        there = self.connection.execute(
            select(letter.c.source).where(
                letter.c.posting_id == posting_id, letter.c.letter_id == draft.letter_id
            )
        ).scalar_one_or_none()
        if there is not None:
            raise StoreError(
                f"an id is unique within a posting, but {draft.letter_id!r} ({draft.source}) already stands in "
                f"posting {draft.posting!r} ({there}); give --id-prefix, or --replace"
            )
        made = self._write().execute(insert(letter), letter_values(draft, posting_id)).inserted_primary_key
        assert made is not None
        self._index(made[0], posting_id, draft)
        return _stored(made[0], draft)

    def replace_letter(self, key: int, draft: LetterDraft) -> Letter:
        """Give the letter ``key`` the draft's content. Its passages, vectors and duplicate links go.

        Raises StoreError when the draft has another posting or id than the letter.
        """
        old = self._letter(key)
        if (old.posting, old.letter_id) != (draft.posting, draft.letter_id):
            raise StoreError(
                f"a letter keeps its posting and id, but letter {old.letter_id!r} of {old.posting!r} was to become "
                f"{draft.letter_id!r} of {draft.posting!r}; put it as a new letter"
            )
        posting_id = self._posting_id(old.posting)
        self._drop_passages([key])
        self._drop_words_and_links(old, posting_id)
        self._write().execute(
            update(letter).where(letter.c.letter_key == key).values(letter_values(draft, posting_id))
        )
        self._index(key, posting_id, draft)
        return _stored(key, draft)

    def _index(self, key: int, posting_id: int, draft: LetterDraft) -> None:
        fulltext.index_letter(self.connection, posting_id, key, draft.judged_text)
        if draft.signature:
            self.connection.execute(
                insert(letter_band),
                [
                    {"posting_id": posting_id, "place": place, "band": signed(band), "letter_key": key}
                    for place, band in enumerate(draft.signature)
                ],
            )

    def _letter(self, key: int) -> Letter:
        row = self.connection.execute(letter_columns().where(letter.c.letter_key == key)).first()
        if row is None:
            raise StoreError(
                f"a letter must be stored first, but there is none with key {key}; put_letter it"
            )
        return letter_of(row)

    def _drop_words_and_links(self, old: Letter, posting_id: int) -> int:
        fulltext.forget_letter(self._write(), posting_id, old.key, old.judged_text)
        self.connection.execute(delete(letter_band).where(letter_band.c.letter_key == old.key))
        return self.connection.execute(
            delete(duplicate_link).where(
                or_(duplicate_link.c.letter_key == old.key, duplicate_link.c.of_key == old.key)
            )
        ).rowcount

    def link_duplicate(self, letter_key: int, of_key: int, similarity: float) -> DuplicateLink:
        """Record that one letter repeats another of its posting. Linking again updates the similarity."""
        if letter_key == of_key or not 0 < similarity <= 1:
            raise StoreError(
                "a duplicate link joins two letters with a similarity above 0 and at most 1, "
                f"but got keys {letter_key} and {of_key} with {similarity}"
            )
        of = self._letter(of_key)
        if self._letter(letter_key).posting != of.posting:
            raise StoreError(
                f"duplicates are linked within a posting, but letter keys {letter_key} and {of_key} are of two"
            )
        one = (duplicate_link.c.letter_key == letter_key) & (duplicate_link.c.of_key == of_key)
        self._write().execute(delete(duplicate_link).where(one))
        self.connection.execute(
            insert(duplicate_link).values(letter_key=letter_key, of_key=of_key, similarity=similarity)
        )
        return DuplicateLink(letter_key, of_key, of.letter_id, similarity)

    # passages and vectors

    def add_passages(self, letter_key: int, spans: Sequence[tuple[PassageKind, int, int]]) -> list[Passage]:
        """Return the passages of these spans, in their order; one that stands already keeps its id.

        Raises StoreError when the letter is unknown, or a span is empty or leaves its judged text.
        """
        # Not SQLite's length(), which stops at a NUL character.
        judged_text = self.connection.execute(
            select(letter.c.judged_text).where(letter.c.letter_key == letter_key)
        ).scalar_one_or_none()
        if judged_text is None:
            raise StoreError(
                f"a letter must be stored first, but there is none with key {letter_key}; put_letter it"
            )
        length = len(judged_text)
        for kind, start, end in spans:
            if kind not in VECTOR_TABLES:
                raise StoreError(f"kind must be one of {', '.join(VECTOR_TABLES)}, but got {kind!r}")
            if not 0 <= start < end <= length:
                raise StoreError(
                    f"a span must satisfy 0 <= start < end <= {length}, the length of letter key {letter_key}, "
                    f"but got ({start}, {end})"
                )
        stands = self._passage_ids(letter_key)
        new = [span for span in dict.fromkeys(spans) if span not in stands]
        if new:
            self._write().execute(
                insert(passage),
                [
                    {"letter_key": letter_key, "kind": kind, "span_start": start, "span_end": end}
                    for kind, start, end in new
                ],
            )
            stands = self._passage_ids(letter_key)
        return [Passage(stands[span], letter_key, *span) for span in spans]

    def _passage_ids(self, letter_key: int) -> dict[tuple[PassageKind, int, int], int]:
        rows = self.connection.execute(
            select(passage.c.passage_id, passage.c.kind, passage.c.span_start, passage.c.span_end).where(
                passage.c.letter_key == letter_key
            )
        )
        return {(kind, start, end): passage_id for passage_id, kind, start, end in rows}

    def add_vectors(
        self,
        identity: EmbedderIdentity,
        runtime: Mapping[str, str],
        rows: Sequence[tuple[int, NDArray[np.float32]]],
    ) -> None:
        """Store (passage id, vector) rows; each vector float32 (identity.dimension,), unit norm.

        A passage has one vector an embedder: the same bytes again change nothing, other bytes take
        the old vector's place under a new id. ``runtime`` is recorded with the first vectors of an
        identity. Raises StoreError for a wrong shape or norm, or an unknown passage.
        """
        if not rows:
            return
        blobs = {passage_id: _vector_bytes(passage_id, vector, identity) for passage_id, vector in rows}
        embedder_id = self._embedder_id(identity, runtime)
        places = self._places(list(blobs))
        for kind, table in VECTOR_TABLES.items():
            ids = [passage_id for passage_id in blobs if places[passage_id].kind == kind]
            stands: dict[int, bytes] = {}
            for some in chunks(ids):
                found = self.connection.execute(
                    select(table.c.passage_id, table.c.vector).where(
                        table.c.passage_id.in_(some), table.c.embedder_id == embedder_id
                    )
                )
                stands.update((passage_id, vector) for passage_id, vector in found)
            other = [passage_id for passage_id, vector in stands.items() if vector != blobs[passage_id]]
            for some in chunks(other):
                self._write().execute(
                    delete(table).where(table.c.passage_id.in_(some), table.c.embedder_id == embedder_id)
                )
            new = [passage_id for passage_id in ids if stands.get(passage_id) != blobs[passage_id]]
            if new:
                self._write().execute(
                    insert(table),
                    [_vector_values(blobs[one], places[one], embedder_id) for one in new],
                )

    def _embedder_id(self, identity: EmbedderIdentity, runtime: Mapping[str, str]) -> int:
        key = identity.key
        if key not in self._embedders:
            known = self.connection.execute(
                select(embedder.c.embedder_id).where(embedder.c.key == key)
            ).scalar_one_or_none()
            if known is None:
                recorded = json.dumps(dict(runtime), sort_keys=True)
                made = self._write().execute(insert(embedder), embedder_values(identity, recorded))
                assert made.inserted_primary_key is not None
                known = made.inserted_primary_key[0]
            self._embedders[key] = known
        return self._embedders[key]

    def _places(self, passage_ids: Sequence[int]) -> dict[int, Row[Any]]:
        """Passage id -> row (passage_id, kind, letter_key, posting_id)."""
        found: dict[int, Row[Any]] = {}
        for some in chunks(passage_ids):
            rows = self.connection.execute(
                select(passage.c.passage_id, passage.c.kind, passage.c.letter_key, letter.c.posting_id)
                .join_from(passage, letter)
                .where(passage.c.passage_id.in_(some))
            )
            found.update({row.passage_id: row for row in rows})
        missing = [one for one in passage_ids if one not in found]
        if missing:
            raise StoreError(
                f"a vector needs its passage first, but there is no passage {missing[0]}; add it"
            )
        return found

    def drop_vectors(self, identity: EmbedderIdentity, passage_ids: Sequence[int]) -> int:
        """Delete these passages' vectors of one embedder, and the passages that then have none at all.

        Returns how many vectors went.
        """
        one = select(embedder.c.embedder_id).where(embedder.c.key == identity.key).scalar_subquery()
        gone = 0
        for some in chunks(passage_ids):
            for table in VECTOR_TABLES.values():
                gone += (
                    self._write()
                    .execute(delete(table).where(table.c.passage_id.in_(some), table.c.embedder_id == one))
                    .rowcount
                )
            bare = [
                ~select(table.c.vector_id).where(table.c.passage_id == passage.c.passage_id).exists()
                for table in VECTOR_TABLES.values()
            ]
            self.connection.execute(delete(passage).where(passage.c.passage_id.in_(some), *bare))
        return gone

    def _drop_passages(self, letter_keys: Sequence[int]) -> tuple[int, int]:
        mine: Select[Any] = select(passage.c.passage_id).where(passage.c.letter_key.in_(letter_keys))
        vectors = sum(
            self._write().execute(delete(table).where(table.c.passage_id.in_(mine))).rowcount
            for table in VECTOR_TABLES.values()
        )
        return self.connection.execute(
            delete(passage).where(passage.c.letter_key.in_(letter_keys))
        ).rowcount, vectors

    # erasing

    def erase_letter(self, key: int) -> ErasureCount:
        """Remove a letter and all that hangs on it; when the transaction has ended, from every file too.

        Raises StoreError when there is none.
        """
        old = self._letter(key)
        posting_id = self._posting_id(old.posting)
        self.erased = True
        passages, vectors = self._drop_passages([key])
        links = self._drop_words_and_links(old, posting_id)
        fulltext.merge_index(self.connection, posting_id)
        entries = self.connection.execute(
            delete(screening_entry).where(screening_entry.c.letter_key == key)
        ).rowcount
        self.connection.execute(delete(letter).where(letter.c.letter_key == key))
        return ErasureCount(1, passages, vectors, links, entries)

    # screenings

    def put_screening(self, done: StoredScreening) -> None:
        """Store a screening. Raises StoreError when its id is taken or one of its letters is unknown."""
        posting_id = self._posting_id(done.posting)
        taken = select(screening.c.screening_id).where(screening.c.screening_id == done.screening_id)
        if self.connection.execute(taken).first() is not None:
            raise StoreError(
                f"a screening is stored once, but {done.screening_id!r} is there already; give it another id"
            )
        keys = sorted({entry.letter_key for entry in done.entries})
        known: set[int] = set()
        for some in chunks(keys):
            known.update(
                self.connection.execute(
                    select(letter.c.letter_key).where(
                        letter.c.letter_key.in_(some), letter.c.posting_id == posting_id
                    )
                ).scalars()
            )
        if len(known) < len(keys):
            raise StoreError(
                f"a screening speaks of letters of its posting, but key {min(set(keys) - known)} is not in "
                f"{done.posting!r} (any more); screen again"
            )
        self._write().execute(
            insert(screening).values(
                screening_id=done.screening_id,
                posting_id=posting_id,
                created=done.created,
                header=done.header,
                checksum=screening_checksum(done, posting_id),
            )
        )
        if done.entries:
            self.connection.execute(
                insert(screening_entry),
                [
                    {
                        "screening_id": done.screening_id,
                        "place": place,
                        "letter_key": entry.letter_key,
                        "payload": entry.payload,
                        "checksum": entry_checksum(done.screening_id, place, entry),
                    }
                    for place, entry in enumerate(done.entries)
                ],
            )


def _stored(key: int, draft: LetterDraft) -> Letter:
    return Letter(
        key=key,
        posting=draft.posting,
        letter_id=draft.letter_id,
        applicant=draft.applicant,
        text=draft.text,
        judged_text=draft.judged_text,
        offsets=draft.offsets,
        language=draft.language,
        source=draft.source,
    )


def _vector_bytes(passage_id: int, vector: NDArray[np.float32], identity: EmbedderIdentity) -> bytes:
    import numpy as np

    if vector.shape != (identity.dimension,):
        raise StoreError(
            f"vectors of {identity.model} must have shape ({identity.dimension},), but passage {passage_id} "
            f"came with {vector.shape}; embed with the model that the store was made with"
        )
    data = np.ascontiguousarray(vector, dtype="<f4")
    norm = float(np.linalg.norm(data))
    if not abs(norm - 1) <= _NORM_TOLERANCE:
        raise StoreError(
            f"vectors must have norm 1 (so that similarity is a cosine), but passage {passage_id} came with "
            f"{norm:.6g}; normalise them"
        )
    return data.tobytes()


def _vector_values(blob: bytes, place: Row[Any], embedder_id: int) -> dict[str, int | bytes]:
    passage_id, _kind, letter_key, posting_id = tuple(place)
    return {
        "embedder_id": embedder_id,
        "posting_id": posting_id,
        "letter_key": letter_key,
        "passage_id": passage_id,
        "vector": blob,
        "checksum": vector_checksum(blob, passage_id, letter_key, posting_id, embedder_id),
    }

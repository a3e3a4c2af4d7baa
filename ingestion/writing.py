"""Everything that changes a store, inside one transaction.

Knows nothing about locks, commits or FAISS: ``Store.writing`` opens and ends the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ingestion import fulltext
from ingestion.erasure_list import list_erased
from ingestion.ledger_rows import forget_letter_in_ledger
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
    letter_columns,
    letter_of,
    letter_values,
)
from ingestion.schema import (
    VECTOR_TABLES,
    duplicate_link,
    embedder,
    hygiene_finding,
    letter,
    letter_band,
    passage,
    posting,
    store_state,
)
from ingestion.screenings import (
    delete_texts,
    forget_letter_in_screenings,
    write_screening,
    write_text,
)
from ingestion.vectorrows import chunks, drop_vectors, put_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# (kind, start, end) of a passage, in characters of the judged text.
Span: TypeAlias = tuple[PassageKind, int, int]


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
        self._erased_from: set[int] = set()

    @property
    def connection(self) -> Connection:
        """The connection that the transaction runs on. Raises StoreError once it has ended."""
        if self._connection is None:
            raise StoreError("a transaction ends with its `with` block, but it was used after; open another")
        return self._connection

    def seal(self) -> None:
        """Do what is left to do before the commit: count the write, and merge erased words away."""
        if not self.changed:
            return
        for posting_id in sorted(self._erased_from):
            fulltext.merge_index(self.connection, posting_id)
        self.connection.execute(
            update(store_state).values(
                version=store_state.c.version + 1,
                scrub_pending=store_state.c.scrub_pending | bool(self._erased_from),
            )
        )

    def end(self) -> None:
        """Refuse any further use."""
        self._connection = None

    def changing(self) -> Connection:
        """Return the connection, and count this transaction as one that changes the store."""
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
        made = self.changing().execute(insert(posting).values(name=name, blind=blind))
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
        try:
            made = (
                self.changing().execute(insert(letter), letter_values(draft, posting_id)).inserted_primary_key
            )
        except IntegrityError:
            there = self.connection.execute(
                select(letter.c.source).where(
                    letter.c.posting_id == posting_id, letter.c.letter_id == draft.letter_id
                )
            ).scalar_one()
            raise StoreError(
                f"an id is unique within a posting, but {draft.letter_id!r} ({draft.source}) already stands in "
                f"posting {draft.posting!r} ({there}); give --id-prefix, or --replace"
            ) from None
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
        self.changing().execute(
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
        fulltext.forget_letter(self.changing(), posting_id, old.key, old.judged_text)
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
        self.changing().execute(delete(duplicate_link).where(one))
        self.connection.execute(
            insert(duplicate_link).values(letter_key=letter_key, of_key=of_key, similarity=similarity)
        )
        return DuplicateLink(letter_key, of_key, of.letter_id, similarity)

    # passages and vectors

    def add_passages(self, letter_key: int, spans: Sequence[Span]) -> list[Passage]:
        """Return the passages of these spans, in their order; one that stands already keeps its id.

        Raises StoreError when the letter is unknown, or a span is empty or leaves its judged text.
        """
        return self.add_passages_of_many({letter_key: spans})[letter_key]

    def add_passages_of_many(self, spans: Mapping[int, Sequence[Span]]) -> dict[int, list[Passage]]:
        """As ``add_passages``, for many letters at once: letter key -> spans, letter key -> passages."""
        self._check_spans(spans)
        stands = self._passage_ids(list(spans))
        new = [
            {"letter_key": key, "kind": kind, "span_start": start, "span_end": end}
            for key, mine in spans.items()
            for kind, start, end in dict.fromkeys(mine)
            if (key, kind, start, end) not in stands
        ]
        if new:
            self.changing().execute(insert(passage), new)
            stands = self._passage_ids(list(spans))
        return {
            key: [Passage(stands[key, *span], key, *span) for span in mine] for key, mine in spans.items()
        }

    def _check_spans(self, spans: Mapping[int, Sequence[Span]]) -> None:
        # Not SQLite's length(), which stops at a NUL character.
        lengths: dict[int, int] = {}
        for some in chunks(list(spans)):
            rows = self.connection.execute(
                select(letter.c.letter_key, letter.c.judged_text).where(letter.c.letter_key.in_(some))
            )
            lengths.update((key, len(judged_text)) for key, judged_text in rows)
        for letter_key, mine in spans.items():
            if letter_key not in lengths:
                raise StoreError(
                    f"a letter must be stored first, but there is none with key {letter_key}; put_letter it"
                )
            for kind, start, end in mine:
                if kind not in VECTOR_TABLES:
                    raise StoreError(f"kind must be one of {', '.join(VECTOR_TABLES)}, but got {kind!r}")
                if not 0 <= start < end <= lengths[letter_key]:
                    raise StoreError(
                        f"a span must satisfy 0 <= start < end <= {lengths[letter_key]}, the length of letter "
                        f"key {letter_key}, but got ({start}, {end})"
                    )

    def _passage_ids(self, letter_keys: Sequence[int]) -> dict[tuple[int, PassageKind, int, int], int]:
        found: dict[tuple[int, PassageKind, int, int], int] = {}
        for some in chunks(letter_keys):
            rows = self.connection.execute(
                select(
                    passage.c.passage_id,
                    passage.c.letter_key,
                    passage.c.kind,
                    passage.c.span_start,
                    passage.c.span_end,
                ).where(passage.c.letter_key.in_(some))
            )
            found.update(((key, kind, start, end), number) for number, key, kind, start, end in rows)
        return found

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
        self.changed |= put_vectors(self.connection, self._embedder_id(identity, runtime), identity, rows)

    def _embedder_id(self, identity: EmbedderIdentity, runtime: Mapping[str, str]) -> int:
        key = identity.key
        if key not in self._embedders:
            known = self.connection.execute(
                select(embedder.c.embedder_id).where(embedder.c.key == key)
            ).scalar_one_or_none()
            if known is None:
                recorded = json.dumps(dict(runtime), sort_keys=True)
                made = self.changing().execute(insert(embedder), embedder_values(identity, recorded))
                assert made.inserted_primary_key is not None
                known = made.inserted_primary_key[0]
            self._embedders[key] = known
        return self._embedders[key]

    def drop_vectors(self, identity: EmbedderIdentity, passage_ids: Sequence[int]) -> int:
        """Delete these passages' vectors of one embedder, and the passages that then have none at all.

        Returns how many vectors went.
        """
        return drop_vectors(self.changing(), identity, passage_ids)

    def _drop_passages(self, letter_keys: Sequence[int]) -> tuple[int, int]:
        mine: Select[Any] = select(passage.c.passage_id).where(passage.c.letter_key.in_(letter_keys))
        vectors = sum(
            self.changing().execute(delete(table).where(table.c.passage_id.in_(mine))).rowcount
            for table in VECTOR_TABLES.values()
        )
        return self.connection.execute(
            delete(passage).where(passage.c.letter_key.in_(letter_keys))
        ).rowcount, vectors

    # erasing

    def erase_letter(self, key: int, *, lapsed: bool = False) -> ErasureCount:
        """Remove a letter and all that hangs on it; when the transaction has ended, from every file too.

        The texts of every screening that held it (chat turns, a model's prose) go with it, all of
        them: free text may speak of anyone, and nothing short of all is sure. What the ledger says of
        it goes, and the erasure list knows it from now on (``lapsed`` as there). Raises StoreError
        when there is no such letter.
        """
        old = self._letter(key)
        posting_id = self._posting_id(old.posting)
        self._erased_from.add(posting_id)
        payloads = forget_letter_in_ledger(self.changing(), key)
        list_erased(self.connection, key, lapsed=lapsed)
        passages, vectors = self._drop_passages([key])
        links = self._drop_words_and_links(old, posting_id)
        entries, texts = forget_letter_in_screenings(self.connection, key)
        hidden = self.connection.execute(
            delete(hygiene_finding).where(hygiene_finding.c.letter_key == key)
        ).rowcount
        self.connection.execute(delete(letter).where(letter.c.letter_key == key))
        return ErasureCount(1, passages, vectors, links, entries, texts, hidden, payloads)

    # screenings

    def put_screening(self, done: StoredScreening) -> None:
        """Store a screening. Raises StoreError when its id is taken or one of its letters is unknown."""
        write_screening(self.changing(), done, self._posting_id(done.posting))

    def add_screening_text(self, screening_id: str, kind: str, payload: str) -> int:
        """Keep a text that belongs to a screening as a whole, and return its id.

        It goes when any letter of the screening is erased: free text may speak of anyone. Raises
        StoreError when there is no such screening, or the kind is blank.
        """
        return write_text(self.changing(), screening_id, kind, payload)

    def drop_screening_texts(self, screening_id: str, kind: str) -> int:
        """Delete a screening's texts of one kind, and return how many there were."""
        return delete_texts(self.changing(), screening_id, kind)


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

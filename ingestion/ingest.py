"""How letters get in: read, admitted, masked, cut, embedded and stored, in batches that are each committed whole.

Knows nothing about file formats, SQL or encoders; it puts those together. Ended at any moment, the store holds every
batch that was reported, and the same call goes on from there.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from dataclasses import replace as changed_copy
from typing import TYPE_CHECKING, Literal, get_args

from ingestion.admission import Admitted, IdsInFile, admit, hygiene_of
from ingestion.file_ids import content_id, id_as_read, is_plain, path_of, prefix_of
from ingestion.intake_report import IntakeNotes, IntakeReport
from ingestion.intake_rows import read_hygiene
from ingestion.raw_letter import Columns, RawLetter, Refusal, SetAside, printable
from ingestion.readers import read_by_path
from ingestion.readmission import refuse_erased
from ingestion.records import DuplicateLink, StoreError
from ingestion.standing import ids_by_file, letters_by_id
from ingestion.store import Store, Transaction

if TYPE_CHECKING:
    from llama_index.core.schema import Document, TransformComponent

    from ingestion.letter import Letter
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.likeness import Likeness
    from ingestion.vectors import LetterVectorStore

Status = Literal["stored", "unchanged", "updated", "duplicate", "refused"]
STATUSES: tuple[Status, ...] = get_args(Status)

# Letters committed at once: few enough that a kill costs seconds, many enough that the encoder's batches are full.
BATCH_LETTERS = 128
# Characters committed at once, so that a batch of very long letters does not take minutes.
BATCH_CHARACTERS = 400_000
# How many refused and how many duplicate letters a report names; it counts all. The rest went to ``on_batch``.
REPORTED = 10_000
# Cosines of known sentences may differ this much between machines that share a store: bfloat16 against float32 differs
# by 0.004 (vectors at cosine 0.9999 or nearer), another model by far more.
_SAME_SPACE = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter, or of a file that held none. A duplicate is stored, and linked to what it repeats.

    ``letter_id`` is None too where the letter goes by its content: what it is called does not stand beside its file.
    """

    source: str
    letter_id: str | None
    status: Status
    detail: str = ""

    def __str__(self) -> str:
        return printable(f"{self.source}: {self.detail or self.status}")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an ingest stands after a commit. ``outcomes`` are those of the batch that was just committed."""

    read: int
    counts: dict[Status, int]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did. ``refused`` and ``duplicates`` name the first 10,000 each; ``counts`` counts all.

    ``counts`` has every status. ``seconds`` is wall-clock time, ``intake`` what was found beside the letters' texts.
    """

    posting: str
    blind: bool
    counts: dict[Status, int]
    refused: tuple[Outcome, ...]
    duplicates: tuple[Outcome, ...]
    seconds: float
    intake: IntakeReport = field(default_factory=IntakeReport)

    @property
    def read(self) -> int:
        """How many letters and unreadable files came by."""
        return sum(self.counts.values())


def ingest(
    store: Store,
    embedder: LetterEmbedder,
    paths: Sequence[str],
    *,
    posting: str = "default",
    columns: Columns = Columns(),  # noqa: B008
    id_prefix: str = "",
    replace: bool = False,
    blind: bool = True,
    readmit: bool = False,
    on_batch: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Read letters into a posting, made now if there is none.

    ``replace`` lets a letter take the place of another one with its id. ``readmit`` lets letters in that were erased
    before; they leave the erasure list. ``on_batch`` is called after each commit, in
    this thread; what it raises ends the ingest between two batches. Raises StoreError when the posting stands with
    another ``blind``, when another process writes, or when the embedder's vectors do not fit those of the store.
    """
    if not id_prefix.isprintable() or len(id_prefix) > 100:
        raise StoreError(
            f"--id-prefix must be at most 100 readable characters, but got {id_prefix!r}; use a short word"
        )
    started = time.perf_counter()
    if posting in {row.name for row in store.postings()}:
        with store.writing() as tx:
            tx.add_posting(posting, blind=blind)
    writer = _Writer(store, embedder, posting, blind=blind, replace=replace, readmit=readmit)
    counts: Counter[Status] = Counter(dict.fromkeys(STATUSES, 0))
    refused: list[Outcome] = []
    duplicates: list[Outcome] = []
    notes = IntakeNotes()
    found = read_by_path(paths, columns)
    with closing(IdsInFile()) as ids, closing(found), embedder.remembering():
        for batch in _batches(_letters(found, notes), id_prefix, ids):
            outcomes = writer.write(batch)
            for one, outcome in zip(batch, outcomes, strict=True):
                if isinstance(one, RawLetter) and outcome.status != "refused":
                    notes.add(one, outcome.letter_id)
            counts.update(outcome.status for outcome in outcomes)
            refused += [one for one in outcomes if one.status == "refused"][: REPORTED - len(refused)]
            duplicates += [one for one in outcomes if one.status == "duplicate"][: REPORTED - len(duplicates)]
            if on_batch is not None:
                on_batch(Progress(counts.total(), dict(counts), outcomes))
    return IngestReport(
        posting,
        blind,
        dict(counts),
        tuple(refused),
        tuple(duplicates),
        time.perf_counter() - started,
        notes.report(),
    )


def embed_missing(
    store: Store, embedder: LetterEmbedder, posting: str, on_batch: Callable[[int, int], None] | None = None
) -> int:
    """Embed the letters of a posting that lack this embedder's vectors; return how many there were.

    ``on_batch`` is called after each commit with how many are done, and of how many. Raises StoreError where a letter was
    masked by the rules of an earlier version: its vectors would pass for vectors of texts that are masked as now.
    """
    keys = store.unembedded(posting, embedder.identity.key)
    if not keys:
        return 0
    from ingestion.steps import stored_document

    check_space(store, embedder)
    vectors = _vectors(store, embedder)
    blind = any(row.name == posting and row.blind for row in store.postings())
    for start in range(0, len(keys), BATCH_LETTERS):
        with store.writing() as tx, vectors.joining(tx):
            letters = list(store.letters(posting, keys[start : start + BATCH_LETTERS]))
            if blind:
                _check_masks(letters)
            _run(embedder, vectors, [], [stored_document(letter) for letter in letters])
        if on_batch is not None:
            on_batch(min(start + BATCH_LETTERS, len(keys)), len(keys))
    return len(keys)


def _check_masks(letters: Sequence[Letter]) -> None:
    from ingestion.blinding import MASKING_VERSION, blind

    for letter in letters:
        if blind(letter.text, letter.applicant)[0] != letter.judged_text:
            raise StoreError(
                f"every letter must be masked by version {MASKING_VERSION} of the rules, but letter {letter.letter_id} was "
                "masked by an earlier one; ingest the letters into a new store (winnow ingest PATH --store NEW)"
            )


def check_space(store: Store, embedder: LetterEmbedder) -> None:
    """Check the embedder on known sentences, and against what the store recorded of the same embedder.

    Raises StoreError when its vectors would not fit those that stand in the store.
    """
    now = embedder.check_space()
    for identity, runtime in store.embedders():
        if identity != embedder.identity:
            continue
        for pair, cosine in now.items():
            if pair in runtime and abs(float(runtime[pair]) - float(cosine)) > _SAME_SPACE:
                raise StoreError(
                    f"the cosine of known sentences must be within {_SAME_SPACE} of the store's {runtime[pair]}, but "
                    f"{identity.model} gives {cosine} here; use the same weights, or make a new store"
                )


def _letters(
    found: Iterator[tuple[int, RawLetter | Refusal | SetAside]], notes: IntakeNotes
) -> Iterator[tuple[int, RawLetter | Refusal]]:
    """Pass on letters and refusals, and take note of what is neither."""
    for file, one in found:
        if isinstance(one, SetAside):
            notes.add_set_aside(one)
        else:
            yield file, one


def _batches(
    found: Iterator[tuple[int, RawLetter | Refusal]], id_prefix: str, ids: IdsInFile
) -> Iterator[list[RawLetter | Refusal]]:
    """Group what was read; no id stands twice in a batch, so that each is compared with what is in the store."""
    batch: list[RawLetter | Refusal] = []
    in_batch: set[str] = set()
    characters = 0
    for file, read in found:
        one = read
        if id_prefix and one.letter_id is not None:
            one = changed_copy(one, letter_id=id_prefix + one.letter_id)
        if isinstance(one, RawLetter):
            one = ids.check(file, one) or one
        if isinstance(one, RawLetter):
            if one.letter_id in in_batch:
                yield batch
                batch, in_batch, characters = [], set(), 0
            in_batch.add(one.letter_id)
            characters += len(one.text)
        batch.append(one)
        if len(batch) >= BATCH_LETTERS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, in_batch, characters = [], set(), 0
    if batch:
        yield batch


class _Writer:
    """Writes batches into one posting, each in a transaction of its own."""

    def __init__(
        self,
        store: Store,
        embedder: LetterEmbedder,
        posting: str,
        *,
        blind: bool,
        replace: bool,
        readmit: bool,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._posting = posting
        self._blind = blind
        self._replace = replace
        self._readmit = readmit
        # Made when the first letter is embedded: reading the same file again loads neither FAISS nor the encoder.
        self._vectors: LetterVectorStore | None = None
        self._likeness: Likeness | None = None

    def write(self, batch: Sequence[RawLetter | Refusal]) -> tuple[Outcome, ...]:
        with self._store.writing() as tx:
            read = [one for one in batch if isinstance(one, RawLetter)]
            files = [one.source for one in read if one.format != "table"] if self._blind else []
            by_file = ids_by_file(tx.connection, self._posting, files) if files else {}
            letters = letters_by_id(tx, self._posting, [*(one.letter_id for one in read), *by_file.values()])
            letters = {known: letters[given] for known, given in by_file.items()} | letters
            decided = [
                one
                if isinstance(one, Refusal)
                else admit(one, letters.get(one.letter_id), replace=self._replace)
                for one in batch
            ]
            decided = _hidden_anew(tx, decided)
            decided = refuse_erased(tx, self._posting, decided, wanted=self._readmit)
            if files:
                decided = self._without_names(tx, decided, letters)
            writes = [one for one in decided if isinstance(one, Admitted) and one.status != "unchanged"]
            links = self._store_letters(tx, writes) if writes else {}
        return tuple(_outcome(one, links) for one in decided)

    def _without_names(
        self, tx: Transaction, decided: Sequence[Admitted | Refusal], letters: Mapping[str, Letter]
    ) -> list[Admitted | Refusal]:
        """Return the same decisions, each letter under the id that it has or gets; what is refused keeps its path."""
        taken = {one.letter.letter_id for one in decided if isinstance(one, Admitted)}
        found: list[Admitted | Refusal] = []
        for one in decided:
            if isinstance(one, Admitted) and one.letter.format != "table":
                raw = one.letter
                if one.key is not None:
                    given = letters[raw.letter_id].letter_id
                else:
                    given = raw.letter_id if is_plain(path_of(raw.source)) else self._free_id(tx, raw, taken)
                taken.add(given)
                found.append(changed_copy(one, letter=changed_copy(raw, letter_id=given)))
            else:
                found.append(one)
        return found

    def _free_id(self, tx: Transaction, raw: RawLetter, taken: set[str]) -> str:
        """Return an id made from the letter's content that no other letter has."""
        prefix = prefix_of(raw.letter_id, raw.source)
        made = (prefix + content_id(raw.text, count) for count in itertools.count(1))
        return next(one for one in made if one not in taken and not letters_by_id(tx, self._posting, [one]))

    def _store_letters(self, tx: Transaction, writes: Sequence[Admitted]) -> dict[str, DuplicateLink]:
        from ingestion.likeness import Likeness
        from ingestion.steps import BlindLetters, KeepLetters, letter_document

        if self._vectors is None or self._likeness is None:
            check_space(self._store, self._embedder)
            self._vectors = _vectors(self._store, self._embedder)
            self._likeness = Likeness(self._store, self._posting)
        tx.add_posting(self._posting, blind=self._blind)
        keep = KeepLetters(tx, self._likeness, self._posting, writes)
        with self._vectors.joining(tx):
            _run(
                self._embedder,
                self._vectors,
                [BlindLetters(masking=self._blind), keep],
                [letter_document(one) for one in writes],
            )
        return keep.links


def _run(
    embedder: LetterEmbedder,
    vectors: LetterVectorStore,
    first: Sequence[TransformComponent],
    documents: Sequence[Document],
) -> None:
    """Run LlamaIndex's pipeline: the ``first`` steps, then passages, vectors and the store."""
    from llama_index.core.ingestion import IngestionPipeline

    from ingestion.passages import SplitPassages

    pipeline = IngestionPipeline(
        transformations=[*first, SplitPassages(), embedder], vector_store=vectors, disable_cache=True
    )
    pipeline.run(documents=list(documents))


def _vectors(store: Store, embedder: LetterEmbedder) -> LetterVectorStore:
    from ingestion.vectors import LetterVectorStore

    return LetterVectorStore(store, embedder.identity, embedder.runtime)


def _hidden_anew(tx: Transaction, decided: Sequence[Admitted | Refusal]) -> list[Admitted | Refusal]:
    """Return the same decisions, but a letter in which something else is hidden than before counts as changed."""
    stays = {one.key: one for one in decided if isinstance(one, Admitted) and one.status == "unchanged"}
    stored = read_hygiene(tx.connection, [key for key in stays if key is not None])
    return [
        changed_copy(one, status="changed")
        if isinstance(one, Admitted)
        and one.status == "unchanged"
        and stored.get(one.key or 0, ()) != hygiene_of(one.letter)
        else one
        for one in decided
    ]


def _outcome(decided: Admitted | Refusal, links: dict[str, DuplicateLink]) -> Outcome:
    if isinstance(decided, Refusal):
        return Outcome(decided.source, decided.letter_id, "refused", decided.detail)
    raw = decided.letter
    hidden = id_as_read(raw.letter_id, raw.source, raw.format) != raw.letter_id
    shown = None if hidden else raw.letter_id
    if decided.status == "unchanged":
        return Outcome(raw.source, shown, "unchanged")
    link = links.get(raw.letter_id)
    detail = ""
    if link is not None:
        how = "the same text as" if link.similarity == 1.0 else f"{link.similarity:.2f} like"
        detail = f"{how} {'another letter' if hidden else link.of_letter_id}"
    if decided.status == "changed":
        return Outcome(raw.source, shown, "updated", detail)
    return Outcome(raw.source, shown, "stored" if link is None else "duplicate", detail)

"""The steps of the ingest pipeline that LlamaIndex runs on a batch: mask the letters, then keep them in the store.

Knows nothing about files, and nothing about how texts are cut or embedded: those are the steps that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode, Document, TransformComponent

from ingestion.admission import Admitted, hygiene_of
from ingestion.blinding import blind
from ingestion.duplicates import signature
from ingestion.intake_rows import Intake, write_hygiene, write_intake
from ingestion.language import detect_language
from ingestion.letter import Letter, Mask, OffsetMap
from ingestion.likeness import Likeness
from ingestion.records import DuplicateLink, LetterDraft
from ingestion.writing import Transaction

_LETTER_KEYS = ("letter_key", "posting", "letter_id")


class BlindLetters(TransformComponent):
    """Masks documents that hold one letter each.

    Reads ``applicant`` from their metadata; leaves the masked text, and in the metadata what was read (``read_text``)
    and the masks that lead back to it (``masks``, rows of a Mask). Nothing of the metadata reaches a model.
    """

    masking: bool = True

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """Return the documents masked, in their order."""
        del kwargs
        return [self._masked(node) for node in nodes]

    def _masked(self, node: BaseNode) -> BaseNode:
        text = node.get_content()
        judged_text, offsets = (
            blind(text, node.metadata.get("applicant")) if self.masking else (text, OffsetMap())
        )
        masks = [(m.judged_start, m.judged_end, m.start, m.end, m.kind) for m in offsets.masks]
        return _document(node.node_id, judged_text, node.metadata | {"read_text": text, "masks": masks})


class KeepLetters(TransformComponent):
    """Stores masked documents as letters of one posting, inside an open transaction, and links the duplicates.

    Each document's id is that of its letter among ``admitted``. What comes out carries the letter's key and no name.
    """

    _tx: Transaction = PrivateAttr()
    _likeness: Likeness = PrivateAttr()
    _posting: str = PrivateAttr()
    _admitted: dict[str, Admitted] = PrivateAttr()
    _links: dict[str, DuplicateLink] = PrivateAttr(default_factory=dict)

    def __init__(
        self, tx: Transaction, likeness: Likeness, posting: str, admitted: Sequence[Admitted]
    ) -> None:
        super().__init__()
        self._tx = tx
        self._likeness = likeness
        self._posting = posting
        self._admitted = {one.letter.letter_id: one for one in admitted}

    @property
    def links(self) -> dict[str, DuplicateLink]:
        """What the letters repeat, by letter id."""
        return self._links

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """Return a document a stored letter, in their order."""
        del kwargs
        letters: list[Letter] = []
        changed: set[int] = set()
        for node in nodes:
            draft = self._draft(node)
            key = self._admitted[draft.letter_id].key
            if key is None:
                letters.append(self._tx.put_letter(draft))
            else:
                changed |= {key, *self._likeness.neighbours(self._tx, key)}
                letters.append(self._tx.replace_letter(key, draft))
        self._keep_intake(letters)
        links = self._likeness.link(self._tx, letters, changed)
        self._links = {letter.letter_id: links[letter.key] for letter in letters if letter.key in links}
        return [
            _document(
                str(letter.key),
                letter.judged_text,
                dict(zip(_LETTER_KEYS, (letter.key, letter.posting, letter.letter_id), strict=True)),
            )
            for letter in letters
        ]

    def _keep_intake(self, letters: Sequence[Letter]) -> None:
        """Say how the letters came in. One that changed counts as received now."""
        received = datetime.now(UTC).isoformat(timespec="seconds")
        connection = self._tx.changing()
        for letter in letters:
            raw = self._admitted[letter.letter_id].letter
            write_intake(
                connection,
                letter.key,
                Intake(received, raw.format, raw.name_guessed, raw.email, raw.subject),
            )
            write_hygiene(connection, letter.key, hygiene_of(raw))

    def _draft(self, node: BaseNode) -> LetterDraft:
        judged_text = node.get_content()
        text: str = node.metadata["read_text"]
        applicant: str | None = node.metadata["applicant"]
        masks = node.metadata["masks"]
        # A name must not decide how a letter is read, in a posting that is not blind neither.
        nameless = judged_text if masks else blind(text, applicant)[0]
        return LetterDraft(
            posting=self._posting,
            letter_id=node.node_id,
            applicant=applicant,
            text=text,
            judged_text=judged_text,
            offsets=OffsetMap(tuple(Mask(*mask) for mask in masks)),
            language=detect_language(nameless),
            source=node.metadata["source"],
            signature=signature(judged_text),
        )


def letter_document(admitted: Admitted) -> Document:
    """Return a letter as it enters the pipeline."""
    raw = admitted.letter
    return _document(raw.letter_id, raw.text, {"applicant": raw.applicant, "source": raw.source})


def stored_document(letter: Letter) -> Document:
    """Return a stored letter as its passages are cut from."""
    values = (letter.key, letter.posting, letter.letter_id)
    return _document(str(letter.key), letter.judged_text, dict(zip(_LETTER_KEYS, values, strict=True)))


def _document(document_id: str, text: str, metadata: dict[str, Any]) -> Document:
    return Document(
        id_=document_id,
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=sorted(metadata),
        excluded_llm_metadata_keys=sorted(metadata),
    )

"""How a letter is cut for an encoder: passages that fill its window, and sentences, each with its offsets.

Knows nothing about vectors, models' weights or storage.

No passage and no sentence is longer than the window, so an encoder never drops words. Lengths are counted with
the vocabulary that MiniLM, BGE and E5 share (BERT uncased, 30,522 pieces); the copy bundled with MiniLM serves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from llama_index.core.schema import (
    BaseNode,
    NodeRelationship,
    ObjectType,
    RelatedNodeInfo,
    TextNode,
    TransformComponent,
)

from ingestion.letter import PassageKind
from ingestion.minilm import piece_starts
from ingestion.sentences import Span, split_sentences

__all__ = ["PASSAGES_VERSION", "WINDOW_PIECES", "SplitPassages", "split_passages", "split_sentences"]

PASSAGES_VERSION = "1"
# MiniLM reads 256 word pieces, the shortest window of the three rows. [CLS] and [SEP] take two of them, and the
# longest passage prefix ("passage: ") takes two more; the rest is headroom for a row with a longer prefix.
WINDOW_PIECES = 240


def split_passages(text: str, *, window_pieces: int = WINDOW_PIECES) -> list[Span]:
    """Return spans of consecutive sentences, each at most ``window_pieces`` word pieces long.

    As few as possible, and of like length. Together they hold every character of ``text`` that is not white space,
    and no two overlap. A sentence longer than the window is split between words, a word longer than the window
    between word pieces.
    """
    starts = piece_starts(text)
    sentences = _fitting(split_sentences(text), text, starts, window_pieces)
    if not sentences:
        return []
    least = _group(sentences, starts, window_pieces)
    low, high = 1, window_pieces
    # The smallest limit that needs no more groups: an even split instead of a short last one.
    while low < high:
        middle = (low + high) // 2
        if len(_group(sentences, starts, middle)) <= len(least):
            high = middle
        else:
            low = middle + 1
    return _group(sentences, starts, low)


def fitting_sentences(text: str, *, window_pieces: int = WINDOW_PIECES) -> list[Span]:
    """Return the sentences of ``text``; one longer than the window comes in pieces that fit."""
    return _fitting(split_sentences(text), text, piece_starts(text), window_pieces)


def _pieces(span: Span, starts: Sequence[int]) -> int:
    return bisect_left(starts, span[1]) - bisect_left(starts, span[0])


def _group(sentences: Sequence[Span], starts: Sequence[int], limit: int) -> list[Span]:
    """Join consecutive sentences while they fit ``limit``; one that is longer by itself stands alone."""
    groups = [sentences[0]]
    for sentence in sentences[1:]:
        joined = (groups[-1][0], sentence[1])
        if _pieces(joined, starts) <= limit:
            groups[-1] = joined
        else:
            groups.append(sentence)
    return groups


def _fitting(spans: Sequence[Span], text: str, starts: Sequence[int], limit: int) -> list[Span]:
    if limit < 1:
        raise ValueError(f"window_pieces must be at least 1, but got {limit}")
    return [piece for span in spans for piece in _cut_to(limit, span, text, starts)]


def _cut_to(limit: int, span: Span, text: str, starts: Sequence[int]) -> Iterator[Span]:
    start, end = span
    while _pieces((start, end), starts) > limit:
        cut = _cut_within(text, start, starts[bisect_left(starts, start) + limit])
        yield start, start + len(text[start:cut].rstrip())
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    yield start, end


def _cut_within(text: str, start: int, farthest: int) -> int:
    """Return where to cut: after the last clause in the second half, else the last word, else at ``farthest``."""
    half = start + (farthest - start) // 2
    spaces = [position for position in range(start + 1, farthest + 1) if text[position].isspace()]
    if text[farthest - 1].isspace():
        spaces.append(farthest)
    clauses = [position for position in spaces if position > half and text[position - 1] in ",;:"]
    if clauses:
        return clauses[-1]
    return spaces[-1] if spaces else farthest


class SplitPassages(TransformComponent):
    """Turns one document a letter (``text`` is its judged text) into its passage and sentence nodes.

    Reads the document's ``letter_key``, ``posting`` and ``letter_id``. Each node's text is
    ``judged_text[start:end]``; its metadata never reaches an encoder or a prompt.
    """

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """Return all passages, then all sentences, of each document in turn."""
        return [node for document in nodes for node in _nodes(document)]


def _nodes(document: BaseNode) -> list[BaseNode]:
    text = document.get_content()
    passages: list[tuple[PassageKind, int, int]] = [("passage", *span) for span in split_passages(text)]
    sentences: list[tuple[PassageKind, int, int]] = [("sentence", *span) for span in fitting_sentences(text)]
    return [_node(document, text, *span) for span in passages + sentences]


def _node(document: BaseNode, text: str, kind: PassageKind, start: int, end: int) -> TextNode:
    try:
        letter_key = int(document.metadata["letter_key"])
        metadata = {name: document.metadata[name] for name in ("posting", "letter_id")}
    except KeyError as missing:
        raise ValueError(
            f"a document to split must carry letter_key, posting and letter_id, but {missing} is missing: "
            "store the letter first"
        ) from None
    metadata |= {"letter_key": letter_key, "kind": kind, "start": start, "end": end}
    return TextNode(
        id_=f"{letter_key}:{kind}:{start}:{end}",
        text=text[start:end],
        metadata=metadata,
        excluded_embed_metadata_keys=sorted(metadata),
        excluded_llm_metadata_keys=sorted(metadata),
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(node_id=str(letter_key), node_type=ObjectType.DOCUMENT)
        },
    )

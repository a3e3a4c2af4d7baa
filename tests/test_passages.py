import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core import Document
from llama_index.core.schema import MetadataMode

from ingestion.minilm import piece_starts
from ingestion.passages import WINDOW_PIECES, SplitPassages, fitting_sentences, split_passages

WORDS = st.sampled_from(
    ["I led", "Kubernetes", "antidisestablishmentarianism", "a", ". ", "! ", "\n", "\n\n", "• ", "é", "日本", "[SEP]",
     "x" * 130, " ", ", ", "\u200b", "5.5", "🙂"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=60).map("".join))
WINDOWS = st.integers(min_value=1, max_value=40)


def pieces(text: str) -> int:
    """The number of word pieces."""
    return len(piece_starts(text))


@settings(deadline=None)
@given(TEXTS, WINDOWS)
def test_passages_cover_a_text_without_overlap(text: str, window: int) -> None:
    """Each visible character of a letter reaches the encoder, once."""
    for spans in (split_passages(text, window_pieces=window), fitting_sentences(text, window_pieces=window)):
        inside = [position for start, end in spans for position in range(start, end)]
        assert len(inside) == len(set(inside))
        assert {i for i, character in enumerate(text) if not character.isspace()} <= set(inside)
        assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["I led", "Kubernetes", "a.", "I", "• x", "\n", "über"]), max_size=80), WINDOWS
)
def test_no_passage_is_longer_than_the_window(words: list[str], window: int) -> None:
    """An encoder drops what exceeds its window, so nothing may (a single word of more pieces is cut)."""
    text = " ".join(words)
    for start, end in split_passages(text, window_pieces=window):
        assert pieces(text[start:end]) <= window or " " not in text[start:end]


def test_a_letter_that_fits_is_one_passage() -> None:
    """Short letters keep their context."""
    text = "Dear team,\n\nI led six engineers. We moved to the cloud.\n\nJane"
    assert split_passages(text) == [(0, len(text))]


def test_passages_end_at_sentences_and_are_of_like_length() -> None:
    """No passage is a leftover of one sentence while its neighbour is full."""
    sentence = "I planned the budget of the northern region and hired its staff."
    text = " ".join([sentence] * 40)
    spans = split_passages(text)
    lengths = [pieces(text[start:end]) for start, end in spans]
    assert all(text[start:end].endswith("staff.") for start, end in spans)
    assert max(lengths) <= WINDOW_PIECES
    assert max(lengths) - min(lengths) <= 2 * pieces(sentence)


def test_a_giant_sentence_is_split_between_words_and_keeps_all_of_them() -> None:
    """A letter without full stops is read to its end."""
    text = " ".join(f"word{number}" for number in range(900))
    for spans in (split_passages(text), fitting_sentences(text)):
        assert len(spans) > 1
        assert [word for start, end in spans for word in text[start:end].split()] == text.split()
        assert all(pieces(text[start:end]) <= WINDOW_PIECES for start, end in spans)


def test_a_giant_word_is_split_too() -> None:
    """Not even a line of punctuation without a space is cut off."""
    text = "=" * 1000
    spans = split_passages(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(pieces(text[start:end]) <= WINDOW_PIECES for start, end in spans)


def test_a_window_below_one_piece_is_refused() -> None:
    """The message names the rule and the value."""
    with pytest.raises(ValueError, match="window_pieces must be at least 1, but got 0"):
        split_passages("I led.", window_pieces=0)


def test_nodes_are_spans_of_their_letter_and_show_no_metadata_to_models() -> None:
    """A node's text is the letter's, and a name in its metadata reaches neither encoder nor prompt."""
    text = "Dear team,\nI led six engineers. We moved to the cloud."
    document = Document(text=text, metadata={"letter_key": 7, "posting": "p", "letter_id": "147"})
    nodes = SplitPassages()([document])
    assert [node.node_id for node in nodes] == [
        "7:passage:0:54",
        "7:sentence:0:10",
        "7:sentence:11:31",
        "7:sentence:32:54",
    ]
    for node in nodes:
        span = text[node.metadata["start"] : node.metadata["end"]]
        assert node.get_content(MetadataMode.EMBED) == node.get_content(MetadataMode.LLM) == span
        assert node.ref_doc_id == "7"
        assert node.metadata["letter_id"] == "147"
        assert node.metadata["posting"] == "p"


def test_a_document_without_its_letter_is_refused() -> None:
    """A passage that belongs to nobody must not come to be."""
    with pytest.raises(ValueError, match="letter_key"):
        SplitPassages()([Document(text="I led.", metadata={"posting": "p", "letter_id": "1"})])

import numpy as np
import pytest

from ingestion.fixed_shapes import LENGTHS, encode_in_fixed_shapes, length_for, rows_for


def encode(pieces: list[list[int]], shapes: list[tuple[int, ...]]) -> np.ndarray:
    """Encode with a stand-in for a model: each row's vector is (sum of its ids, how many there are)."""

    def forward(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        shapes.append(ids.shape)
        assert mask.any(axis=1).all(), "a row without a single piece would divide by zero"
        return np.stack([(ids * mask).sum(axis=1), mask.sum(axis=1)], axis=1).astype(np.float32)

    return encode_in_fixed_shapes(pieces, forward, longest=256, dummy=[101, 102], pad=7)


def test_every_batch_of_a_length_has_the_same_shape() -> None:
    """One text or a thousand: the arithmetic sees the same matrices."""
    few: list[tuple[int, ...]] = []
    many: list[tuple[int, ...]] = []
    encode([[1] * 5], few)
    encode([[1, number] for number in range(1000)], many)
    assert set(few) == set(many) == {(rows_for(16), 16)}


def test_vectors_come_back_in_the_order_of_the_texts() -> None:
    """Grouping by length must not move a vector to another text."""
    pieces = [[number] * (1 + number * 7 % 250) for number in range(100)]
    expected = [[sum(ids), len(ids)] for ids in pieces]
    assert encode(pieces, []).tolist() == expected


def test_equal_texts_are_encoded_once() -> None:
    """A greeting that stands in every letter costs one row."""
    shapes: list[tuple[int, ...]] = []
    vectors = encode([[1, 2, 3]] * 500, shapes)
    assert shapes == [(rows_for(16), 16)]
    assert vectors.tolist() == [[6, 3]] * 500


@pytest.mark.parametrize(("pieces", "length"), [(1, 16), (16, 16), (17, 24), (241, 256), (256, 256)])
def test_the_padded_length_depends_on_the_text_alone(pieces: int, length: int) -> None:
    """The next step up, never more than the encoder reads."""
    assert length_for(pieces, 256) == length


def test_an_encoder_with_an_odd_window_is_padded_to_it_at_most() -> None:
    """A model with 100 positions has no row of 112."""
    assert [length_for(pieces, 100) for pieces in (96, 97, 100)] == [96, 100, 100]


@pytest.mark.parametrize("pieces", [0, 257])
def test_a_text_that_does_not_fit_is_refused(pieces: int) -> None:
    """Cutting is the caller's decision, so nothing is cut here."""
    with pytest.raises(ValueError, match=f"between 1 and 256 word pieces here, but has {pieces}"):
        length_for(pieces, 256)


def test_no_batch_is_too_small_to_be_fast() -> None:
    """Below some hundred word pieces the matrix products waste the processor."""
    assert all(rows_for(length) * length >= 512 * 3 // 5 for length in LENGTHS)


def test_no_texts_give_no_vectors() -> None:
    """The empty case is an empty array."""
    assert encode([], []).shape == (0, 0)

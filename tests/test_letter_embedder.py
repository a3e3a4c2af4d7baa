import asyncio
import csv
import random
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch

from ingestion import letter_embedder
from ingestion.bert import BertEncoder
from ingestion.letter_embedder import LetterEmbedder, SpaceError
from ingestion.light_huggingface import HuggingFaceEmbedding
from ingestion.minilm import minilm_folder
from ingestion.passages import fitting_sentences, split_passages


@pytest.fixture(scope="module")
def texts(samples: Path) -> list[str]:
    """Passages and sentences of bundled letters: from two words to the whole window."""
    letters = [path.read_text(encoding="utf-8") for path in sorted(samples.rglob("*.txt"))]
    for path in sorted(samples.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            letters += [max(row.values(), key=len) for row in csv.DictReader(file)]
    cut = [text[a:b] for text in letters[:14] for a, b in split_passages(text) + fitting_sentences(text)]
    return [*dict.fromkeys(cut), "I led a team of six nurses. " * 30]


@pytest.fixture(scope="module")
def vectors(embedder: LetterEmbedder, texts: list[str]) -> np.ndarray:
    """The texts' vectors, float32 (n_texts, 384)."""
    return embedder.embed_passages(texts)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_texts_moves_no_byte(
    embedder: LetterEmbedder, texts: list[str], vectors: np.ndarray, seed: int
) -> None:
    """Each letter is judged alone: its vectors don't know who stood beside it, or in which row."""
    order = random.Random(seed).sample(range(len(texts)), len(texts))
    shuffled = embedder.embed_passages([texts[place] for place in order])
    assert shuffled.tobytes() == vectors[order].tobytes()


def test_a_text_alone_has_the_same_bytes_as_in_company(
    embedder: LetterEmbedder, texts: list[str], vectors: np.ndarray
) -> None:
    """One text, one call; the vector is the one it got among all the others."""
    places = random.Random(3).sample(range(len(texts)), 12)
    for place in places:
        assert embedder.embed_passages([texts[place]]).tobytes() == vectors[place].tobytes()


def test_the_row_of_a_batch_moves_no_byte(embedder: LetterEmbedder) -> None:
    """The same text in each row of a full batch gives the same vector."""
    text = "I managed the budget of a hospital ward for six years."
    others = [f"{text[:-1]} and number {number}." for number in range(40)]
    alone = embedder.embed_passages([text])
    for place in range(0, 40, 3):
        company = [*others[:place], text, *others[place:]]
        assert embedder.embed_passages(company)[place].tobytes() == alone.tobytes()


def test_another_thread_computes_the_same_bytes(
    embedder: LetterEmbedder, texts: list[str], vectors: np.ndarray
) -> None:
    """The dashboard embeds from its own threads."""
    found: list[np.ndarray] = []
    thread = threading.Thread(target=lambda: found.append(embedder.embed_passages(texts[:30])))
    thread.start()
    thread.join()
    assert found[0].tobytes() == vectors[:30].tobytes()


def test_vectors_stay_near_those_of_float32(
    embedder: LetterEmbedder, texts: list[str], vectors: np.ndarray
) -> None:
    """The fast path may cost a ten-thousandth of a cosine, no more."""
    fast = embedder._bert
    try:
        embedder._bert = BertEncoder(minilm_folder(), torch.float32)
        exact = embedder.embed_passages(texts)
    finally:
        embedder._bert = fast
    assert (vectors * exact).sum(axis=1).min() >= 0.9999


def test_vectors_are_those_of_sentence_transformers(embedder: LetterEmbedder, texts: list[str]) -> None:
    """The same model as everyone's MiniLM; the base class still works beside it, and needs no other text."""
    reference = HuggingFaceEmbedding(model_name=str(minilm_folder()), device="cpu")
    expected = np.array(reference.get_text_embedding_batch(texts[:20]))
    assert (embedder.embed_passages(texts[:20]) * expected).sum(axis=1).min() >= 0.9999


def test_vectors_are_float32_of_length_one(vectors: np.ndarray) -> None:
    """So that an inner product is a cosine."""
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_no_texts_give_no_vectors(embedder: LetterEmbedder) -> None:
    """An empty batch is an array of no rows."""
    assert embedder.embed_passages([]).shape == (0, 384)


def test_an_empty_text_has_a_vector(embedder: LetterEmbedder) -> None:
    """Nothing divides by zero."""
    assert np.isfinite(embedder.embed_query("")).all()


def test_the_end_of_a_long_text_counts(embedder: LetterEmbedder) -> None:
    """A job description beyond the window is embedded in parts; its last words move its vector."""
    job = "We are a family business in the north of the country. " * 60
    plain, asking = embedder.embed_passages([job, job + "You must hold a crane licence."])
    assert 0.9 < plain @ asking < 0.99999
    assert embedder.embed_passages(["x", job])[1].tobytes() == plain.tobytes()
    assert np.linalg.norm(asking) == pytest.approx(1, abs=1e-6)


def test_it_is_an_embed_model_of_llama_index(embedder: LetterEmbedder) -> None:
    """Query, text and batch, sync and async, all give the vectors of embed_query and embed_passages."""
    expected = embedder.embed_passages(["I am a nurse."])[0].tolist()
    assert isinstance(embedder, HuggingFaceEmbedding)
    assert embedder.get_text_embedding("I am a nurse.") == expected
    assert embedder.get_text_embedding_batch(["I am a nurse."]) == [expected]
    assert embedder.get_query_embedding("nurse") == embedder.embed_query("nurse").tolist()
    assert asyncio.run(embedder.aget_text_embedding("I am a nurse.")) == expected
    assert asyncio.run(embedder.aget_query_embedding("nurse")) == embedder.embed_query("nurse").tolist()


def test_an_image_is_refused(embedder: LetterEmbedder) -> None:
    """The base class would take one; here there is nothing to see it with."""
    with pytest.raises(TypeError, match="embeds text"):
        embedder._embed([BytesIO(b"image")])


def test_a_space_that_is_not_sane_is_refused(
    embedder: LetterEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two sentences of one meaning are not the nearest, nothing is stored."""
    one, same, other = letter_embedder._KNOWN
    monkeypatch.setattr(letter_embedder, "_KNOWN", (one, other, same))
    with pytest.raises(SpaceError, match="must be nearest"):
        embedder.check_space()


def test_the_known_pairs_are_recorded(embedder: LetterEmbedder) -> None:
    """A store that moves to another machine can compare what it was made with."""
    cosines = embedder.check_space()
    assert float(cosines["known_01"]) > 0.7
    assert float(cosines["known_02"]) < 0.3
    assert cosines.items() <= embedder.runtime.items()
    assert embedder.runtime["backend"] == "torch"


def test_remembered_texts_keep_their_bytes(embedder: LetterEmbedder) -> None:
    """A text that came before gets the same bytes from memory as from the encoder, and nothing is kept afterwards."""
    texts = ["Yours sincerely,", "I led a crew of six.", "I led a crew of six, and later the whole shift."]
    expected = embedder.embed_passages(texts)
    with embedder.remembering():
        embedder.embed_passages(texts[:2])
        remembered = embedder.embed_passages([*texts, *texts[:1]])
    assert remembered[:3].tobytes() == expected.tobytes()
    assert remembered[3].tobytes() == expected[0].tobytes()
    assert embedder._known is None

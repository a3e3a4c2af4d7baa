from __future__ import annotations

from pathlib import Path

import pytest

from agents.wording import FOLDER, WordingError, read_wording


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one wording of two slots."""
    (tmp_path / "ask.txt").write_text(
        "Does {{letter}} show {{ask}}? {plain} braces stay.\n", encoding="utf-8"
    )
    return tmp_path


def test_what_fills_a_slot_is_not_read_for_slots(folder: Path) -> None:
    """A letter that spells a slot's name gets it back as its own words."""
    wording = read_wording("ask", ["letter", "ask"], folder)
    assert wording.fill(letter="{{ask}}", ask="\\1 {{letter}}") == (
        "Does {{ask}} show \\1 {{letter}}? {plain} braces stay."
    )


def test_a_file_and_the_code_must_agree_on_the_slots(folder: Path) -> None:
    """A slot that nobody fills, or that is not there, is found when the file is read."""
    with pytest.raises(WordingError, match=r"ask.txt: the slots must be ask, letter, but got letter"):
        read_wording("ask", ["letter"], folder)
    with pytest.raises(WordingError, match=r"ask: the slots must be ask, letter, but got ask"):
        read_wording("ask", ["letter", "ask"], folder).fill(ask="x")


def test_the_digest_changes_with_the_text(folder: Path) -> None:
    """A fingerprint that holds it tells two wordings apart."""
    before = read_wording("ask", ["letter", "ask"], folder).digest
    (folder / "other.txt").write_text("Does {{letter}} show {{ask}}?", encoding="utf-8")
    assert read_wording("other", ["letter", "ask"], folder).digest != before
    assert len(before) == 16


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_every_bundled_wording_is_text_without_stray_braces(path: Path) -> None:
    """Half a slot would reach a model as it stands."""
    text = path.read_text(encoding="utf-8")
    assert text.strip()
    assert text.count("{{") == text.count("}}")

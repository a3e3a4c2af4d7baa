"""Whose claim a sentence makes, as the network that comes with Winnow reads it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from safetensors import safe_open

from agents.judges.claimant import CLAIMANTS, MODEL_FILE, OWN_FROM, claimant_of, load_claim_model
from agents.judges.evidence import EvidenceJudge
from agents.judges.matching import read_sentence
from agents.verdict import Requirement
from evals.text_material import TextMaterial
from ingestion.letter_embedder import LetterEmbedder
from training.claim_model import Passage, digest, joined, passages, taken_as_own, train


def probabilities(embedder: LetterEmbedder, texts: Sequence[str]) -> np.ndarray:
    """The network's answer for each text."""
    vectors = embedder.embed_passages(texts).astype(np.float64)
    return load_claim_model().probabilities([read_sentence(text) for text in texts], vectors)


def test_it_was_trained_on_the_pairs_as_they_stand() -> None:
    """Whoever changes the train part trains again: python -m training.claim_model."""
    with safe_open(MODEL_FILE, "numpy") as file:
        assert file.metadata()["trained_on"] == digest(passages("train"))


def test_it_tells_claims_apart_on_passages_it_never_saw(embedder: LetterEmbedder) -> None:
    """A quarter of the test part: hardly an own claim is lost, and most others' are caught."""
    some = passages("test")[::4]
    rows = probabilities(embedder, [one.text for one in some])
    own = rows[:, 0] >= OWN_FROM
    mine = np.array([one.claimant == "own" for one in some])
    assert own[mine].mean() >= 0.98
    assert own[~mine].mean() <= 0.5


@pytest.mark.parametrize(
    ("asked", "text", "without"),
    [
        (
            "managing a restaurant kitchen",
            "Nothing would please me more than to be trusted with managing a restaurant kitchen of this size.",
            "met",
        ),
        (
            "wound care",
            "Wound care and night shifts stand at the top of the description, and rightly so.",
            "met",
        ),
        (
            "payroll experience",
            "In our office the payroll experience sits with Dana, who has done it since the firm was founded.",
            "met",
        ),
    ],
)
def test_what_the_rules_miss_is_no_evidence(
    embedder: LetterEmbedder, asked: str, text: str, without: str
) -> None:
    """The network takes away what the rules alone would have counted."""
    requirement = Requirement("r1", asked, "must", 2.0)
    material = TextMaterial(embedder)(text)
    (learned,) = EvidenceJudge(embedder).reader([requirement])(material)
    (rules,) = EvidenceJudge(embedder, learned=False).reader([requirement])(material)
    assert (learned.label, rules.label) == ("not_shown", without)


def test_a_fact_beside_a_wish_stays(embedder: LetterEmbedder) -> None:
    """A sentence that mixes the two is left to the rules."""
    text = "I have led a kitchen brigade of nine for six years, and I would love to do the same for you."
    requirement = Requirement("r1", "leading a kitchen brigade", "must", 2.0)
    (finding,) = EvidenceJudge(embedder).reader([requirement])(TextMaterial(embedder)(text))
    assert finding.label == "met"


def test_a_sentence_is_read_alike_in_any_company(embedder: LetterEmbedder) -> None:
    """Promise 2, for the network too."""
    texts = [one.text for one in passages("test")[:40]]
    together = probabilities(embedder, texts)
    for text, row in zip(texts, together, strict=True):
        assert np.array_equal(probabilities(embedder, [text])[0], row)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)


def test_short_sentences_stay_with_the_rules() -> None:
    """It has hardly seen any."""
    row = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    assert claimant_of(read_sentence("I hope to learn welding."), row) == "own"
    assert claimant_of(read_sentence("I hope that I will learn welding one day."), row) == "wish"


def test_joined_sentences_are_the_applicants_own() -> None:
    """And made the same each time."""
    known = [Passage("I weld pipes.", "own"), Passage("My brother welds ships.", "others")]
    made = list(joined(known, 20, seed=1))
    assert made == list(joined(known, 20, seed=1))
    assert {one.claimant for one in made} == {"own"}
    assert all("weld pipes" in one.text and "rother welds ships" in one.text for one in made)


@pytest.mark.slow
def test_training_it_again_gives_as_good_a_network(embedder: LetterEmbedder) -> None:
    """Two minutes: it is reproducible from what the repository holds."""
    from agents.judges.claimant import ClaimModel

    again = taken_as_own(ClaimModel.from_tensors(train(embedder)), embedder)
    shipped = taken_as_own(load_claim_model(), embedder)
    for claimant in CLAIMANTS:
        assert abs(again[claimant][0] - shipped[claimant][0]) <= 0.1 * shipped[claimant][1]

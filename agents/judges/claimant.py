"""Whose claim a whole sentence makes, as a small network learned it: the applicant's own, a wish, another's, and so on.

It reads what the rules of ``claims.py`` cannot list: "Nothing would please me more than a kitchen of my own". It takes a
sentence's vector and a few counted words, and was trained on the labelled pairs (``python -m training.claim_model``). It knows
nothing about requirements; where a sentence is clearly not the applicant's claim, the judge takes nothing from it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from agents.judges.matching import Reading
from agents.judges.own_facts import answers, states_own_fact
from agents.judges.support import own_share

MODEL_FILE = Path(__file__).with_name("claim_model.safetensors")

Claimant = Literal["own", "wish", "others", "advertisement", "denied"]
CLAIMANTS: tuple[Claimant, ...] = get_args(Claimant)
"""The classes, in the order of the network's outputs."""
_NOT_OWN = CLAIMANTS[1:]

OWN_FROM = 0.2
"""Probability of ``own`` below which a sentence shows nothing. Low, so that a sentence that mixes a wish with a fact stays with
the rules, which read its parts."""

SHORTEST = 7
"""Words below which a sentence stays with the rules: the network has seen hardly any so short."""

VECTOR_SCALE = 8.0
"""What unit vectors are multiplied by, so that their numbers are as large as the counts."""

LONGEST = 150
"""Characters that make a length of 1."""

CUES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "I": r"\b(?:I|I['’]m|I['’]ve|my|me|mine)\b",
        "we": r"\b(?:we|our|us)\b",
        "you": r"\byou(?:r|rs)?\b",
        "others": r"\b(?:he|she|his|her|him|they|their|them)\b",
        "would": r"\bwould\b|['’]d\b",
        "wish": r"\b(?:hope|wish|dream|love|like|eager|look forward|excited|keen)\b",
        "not": r"n['’]t\b|\b(?:never|not|no|neither|nor|without)\b",
        "advertisement": r"\b(?:ad|advert|advertisement|posting|post|vacancy|notice|job description|description)\b",
        "ask": r"\b(?:asks?|seek|wants?|requires?|needs?|state|says|mention|list|calls for|looking for)\b",
        "people": r"\b(?:colleague|boss|brother|sister|father|mother|manager|foreman|wife|husband|friend|uncle|aunt|partner|team|firm"
        r"|company)\b",
        "I first": r"^I\b",
        "later": r"\b(?:someday|one day|next|soon|future|learn|chance|opportunity)\b",
        "mine who": r"\b(?:my|our) \w+ (?:was|is|has|had|does|did|holds|runs|ran)\b",
    }.items()
}
"""Words that tell claimants apart; each counts up to ``MOST``."""

MOST = 3


def claim_features(readings: Sequence[Reading], vectors: np.ndarray) -> np.ndarray:
    """Return what the network sees: float64 (sentences, dimension + cues + 2), from unit vectors (sentences, dimension)."""
    counted = [
        [
            *(min(len(cue.findall(reading.text)), MOST) / 2 for cue in CUES.values()),
            own_share(reading),
            len(reading.text) / LONGEST,
        ]
        for reading in readings
    ]
    return np.concatenate(
        [vectors * VECTOR_SCALE, np.array(counted).reshape(len(readings), len(CUES) + 2)], axis=1
    ).astype(np.float64)


class ClaimModel:
    """The mean of a few networks of one hidden layer; the same bytes for a letter in any company."""

    def __init__(self, members: Sequence[dict[str, np.ndarray]]) -> None:
        self._members = members

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> ClaimModel:
        """Read the members from tensors named ``0.hidden.weight`` and so on."""
        numbers = sorted({int(name.split(".", 1)[0]) for name in tensors})
        return cls(
            [
                {
                    name.split(".", 1)[1]: tensor.astype(np.float64)
                    for name, tensor in tensors.items()
                    if name.startswith(f"{number}.")
                }
                for number in numbers
            ]
        )

    def probabilities(self, readings: Sequence[Reading], vectors: np.ndarray) -> np.ndarray:
        """Return the probability of each of ``CLAIMANTS``: float64 (sentences, 5), rows sum to 1, six decimals."""
        if not readings:
            return np.zeros((0, len(CLAIMANTS)))
        features = claim_features(readings, vectors)
        return np.round(sum(_forward(member, features) for member in self._members) / len(self._members), 6)


def _forward(member: dict[str, np.ndarray], features: np.ndarray) -> np.ndarray:
    hidden = np.maximum(features @ member["hidden.weight"].T + member["hidden.bias"], 0)
    logits = hidden @ member["out.weight"].T + member["out.bias"]
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def claimant_of(reading: Reading, probabilities: np.ndarray) -> Claimant:
    """Return whose claim a sentence makes, from its row of probabilities: ``own`` unless that is unlikely.

    Denials stay with the rules, for the network takes "I never missed a deadline" for one; and so does a sentence that goes on to a fact:
    "I want to stay a nurse, which I have been since 2010".
    """
    if probabilities[0] >= OWN_FROM or len(reading.words) < SHORTEST or _stays_with_the_rules(reading.text):
        return "own"
    likeliest = _NOT_OWN[int(probabilities[1:].argmax())]
    return "own" if likeliest == "denied" else likeliest


def _stays_with_the_rules(text: str) -> bool:
    return states_own_fact(text) or answers(text) > 0


@lru_cache(maxsize=1)
def load_claim_model() -> ClaimModel:
    """Load the network that comes with Winnow."""
    from safetensors.numpy import load_file

    return ClaimModel.from_tensors(load_file(MODEL_FILE))


@lru_cache(maxsize=1)
def claim_model_hash() -> str:
    """Return sixteen hex digits that stand for the weights."""
    return hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()[:16]

"""Trains the network that tells whose claim a sentence makes, on the train part of the labelled pairs: two minutes, no GPU.

``python -m training.claim_model`` writes ``agents/judges/claim_model.safetensors`` and prints how it does on the test part, which
it never learns from. Two passages joined into one sentence count as the applicant's own where one of them is: real
letters mix a wish with a fact, and the rules read such a sentence part by part.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from agents.judges.claimant import CLAIMANTS, MODEL_FILE, OWN_FROM, Claimant, ClaimModel, claim_features
from agents.judges.labelled_pairs import Part, Way, load_pairs
from agents.judges.matching import read_sentence

if TYPE_CHECKING:
    from ingestion.letter_embedder import LetterEmbedder

MEMBERS = 3
HIDDEN = 48
EPOCHS = 25
BATCH = 128
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
DROPOUT = 0.2
SMOOTHING = 0.05
JOINED = 4000
"""How many joined sentences are made; longer ones than ``LONGEST_JOINED`` characters are left out."""
LONGEST_JOINED = 330
SHORT_WORDS = 9
"""Words that are left of a passage where only its beginning is joined."""

CLAIMANT_OF: dict[Way, Claimant] = {
    "wish": "wish",
    "others": "others",
    "advertisement": "advertisement",
    "denied": "denied",
}
"""Every other way of a passage is the applicant's own claim, whatever it shows."""

_JOINTS = (", and ", "; ", ", as ", ", because ", " – ", " and ", ", where ", ", since ", ", but ")


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage and whose claim it makes."""

    text: str
    claimant: Claimant


def passages(part: Part) -> tuple[Passage, ...]:
    """Return each passage of a part once, in order."""
    found: dict[str, Claimant] = {}
    for pair in load_pairs(part):
        found.setdefault(pair.passage, CLAIMANT_OF.get(pair.way, "own"))
    return tuple(Passage(text, claimant) for text, claimant in found.items())


def joined(known: Sequence[Passage], count: int, seed: int) -> Iterator[Passage]:
    """Yield sentences made of two passages, one of them the applicant's own; the same seed makes the same."""
    draw = random.Random(seed)  # noqa: S311  # samples are seeded to be repeatable, not to keep a secret
    own = [one.text for one in known if one.claimant == "own"]
    other = [one.text for one in known if one.claimant != "own"]
    for _ in range(count):
        mine, theirs = draw.choice(own), draw.choice(other)
        if draw.random() < 0.4:
            theirs = " ".join(theirs.split()[:SHORT_WORDS])
        first, second = (mine, theirs) if draw.random() < 0.5 else (theirs, mine)
        text = first.rstrip(".!,; ") + draw.choice(_JOINTS) + _lowered(second)
        if len(text) <= LONGEST_JOINED:
            yield Passage(text, "own")


def _lowered(text: str) -> str:
    return text if text.startswith(("I ", "I'", "I’")) else text[0].lower() + text[1:]


def digest(known: Sequence[Passage]) -> str:
    """Return sixteen hex digits that stand for the passages: they change with any text, claimant or the order."""
    lines = "\n".join(f"{one.claimant}\t{one.text}" for one in known)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def features(known: Sequence[Passage], embedder: LetterEmbedder) -> np.ndarray:
    """Embed the passages and return what the network sees of them: float64 (passages, features)."""
    vectors = embedder.embed_passages([one.text for one in known])
    return claim_features([read_sentence(one.text) for one in known], vectors.astype(np.float64))


def train_member(seen: np.ndarray, claimants: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Train one network on features (passages, features) and class numbers (passages,); return its tensors, float32."""
    torch.manual_seed(seed)
    inputs, targets = torch.from_numpy(seen).float(), torch.from_numpy(claimants)
    hidden, out = nn.Linear(inputs.shape[1], HIDDEN), nn.Linear(HIDDEN, len(CLAIMANTS))
    network = nn.Sequential(nn.Dropout(DROPOUT), hidden, nn.ReLU(), nn.Dropout(DROPOUT), out)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(targets)).split(BATCH):
            loss = nn.functional.cross_entropy(
                network(inputs[rows]), targets[rows], label_smoothing=SMOOTHING
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    layers = {"hidden": hidden, "out": out}
    return {
        f"{name}.{kind}": tensor.detach().numpy().copy()
        for name, layer in layers.items()
        for kind, tensor in layer.named_parameters()
    }


def train(embedder: LetterEmbedder) -> dict[str, np.ndarray]:
    """Train all members on the train part; return their tensors by the names that ClaimModel reads."""
    known = passages("train")
    known = (*known, *joined(known, JOINED, seed=0))
    seen = features(known, embedder)
    claimants = np.array([CLAIMANTS.index(one.claimant) for one in known])
    tensors: dict[str, np.ndarray] = {}
    for seed in range(MEMBERS):
        member = train_member(seen, claimants, seed)
        tensors |= {f"{seed}.{name}": tensor for name, tensor in member.items()}
        _say(f"trained network {seed + 1} of {MEMBERS} on {len(known):,} sentences")
    return tensors


def taken_as_own(model: ClaimModel, embedder: LetterEmbedder) -> dict[Claimant, tuple[int, int]]:
    """Return, for each claimant of the test part, how many passages count as the applicant's own, of how many."""
    known = passages("test")
    vectors = embedder.embed_passages([one.text for one in known]).astype(np.float64)
    own = model.probabilities([read_sentence(one.text) for one in known], vectors)[:, 0] >= OWN_FROM
    return {
        claimant: (
            sum(bool(taken) for one, taken in zip(known, own, strict=True) if one.claimant == claimant),
            sum(one.claimant == claimant for one in known),
        )
        for claimant in CLAIMANTS
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(path: Path = MODEL_FILE) -> None:
    """Train, save, and print a line for each claimant of the test part."""
    from safetensors.numpy import save_file

    from ingestion.blinding import MASKING_VERSION
    from ingestion.embedders import load_embedder

    embedder = load_embedder("minilm", masking=MASKING_VERSION)
    tensors = train(embedder)
    save_file(tensors, path, metadata={"trained_on": digest(passages("train"))})
    _say(f"wrote {path.name} ({path.stat().st_size / 1e6:.2f} MB); taken as the applicant's own, test part:")
    for claimant, (own, count) in taken_as_own(ClaimModel.from_tensors(tensors), embedder).items():
        _say(f"  {claimant:14} {own:5} of {count:5}  {own / count:.3f}")


if __name__ == "__main__":
    main()

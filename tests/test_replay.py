from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agents.replay import LabelChange, rejudge, replay
from agents.report import render_report, verdict_bytes
from agents.screening import open_engine
from agents.verdict import Requirement, Verdict
from ingestion.ingest import ingest
from ingestion.letter_embedder import LetterEmbedder
from ingestion.records import ScreeningEntry, StoredScreening, StoreError
from ingestion.store import Store

REQUIREMENTS = (
    Requirement("cooking", "five years of cooking experience", "must", 2.0),
    Requirement("safety", "food safety certificate", "nice", 1.0),
)
COOK = "I have nine years of cooking experience in hotels. I hold a food safety certificate."
LETTERS = {
    "10": COOK,
    "9": "Baking is my trade, and I bake bread every night. My food safety certificate is valid until next year.",
    "2": "My work is nursing. I worked nights on a ward for children, and I enjoy it.",
    "es": (
        "Estimado equipo: durante seis años he coordinado equipos de doce personas en el sector bancario y he reducido "
        "los plazos de entrega en un veinte por ciento. Quedo a su disposición para una entrevista. Lucía"
    ),
}


@pytest.fixture(scope="module")
def store(embedder: LetterEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four letters. Tests add screenings to it."""
    folder = tmp_path_factory.mktemp("replay")
    write(folder / "letters.jsonl", LETTERS)
    with Store.open(folder / "store", create=True) as opened:
        ingest(opened, embedder, [str(folder / "letters.jsonl")])
        yield opened


@pytest.fixture(scope="module")
def verdict(store: Store) -> Verdict:
    """The verdict of a screening of that store, as it was given when the letters were judged."""
    response = open_engine(store, requirements=REQUIREMENTS).query("We need a cook")
    assert response.metadata is not None
    return response.metadata["verdict"]


def write(path: Path, letters: dict[str, str]) -> None:
    """Write a JSON Lines file of letters."""
    rows = [json.dumps({"id": letter_id, "text": text}) for letter_id, text in letters.items()]
    path.write_text("\n".join(rows), encoding="utf-8")


def retold(
    store: Store, screening_id: str, new_id: str, letter_id: str, before: str, after: str
) -> StoredScreening:
    """A copy of a screening under another id, in which one letter's entry was changed."""
    stored = store.screening(screening_id)
    letter = store.letter(stored.posting, letter_id)
    assert letter is not None
    entries = tuple(
        ScreeningEntry(e.letter_key, e.payload.replace(before, after, 1)) if e.letter_key == letter.key else e
        for e in stored.entries
    )
    assert entries != stored.entries
    changed = replace(stored, screening_id=new_id, entries=entries)
    with store.writing() as tx:
        tx.put_screening(changed)
    return changed


def test_replay_gives_the_same_bytes(store: Store, verdict: Verdict) -> None:
    """Promise 6: JSON and report, from nothing but what the store keeps."""
    again = replay(store, verdict.screening_id)
    assert verdict_bytes(again) == verdict_bytes(verdict)
    assert render_report(again) == render_report(verdict)


def test_replay_gives_the_same_bytes_after_reopening(store: Store, verdict: Verdict) -> None:
    """In another process, too: nothing is held in memory."""
    with Store.open(store.folder) as reopened:
        assert verdict_bytes(replay(reopened, verdict.screening_id)) == verdict_bytes(verdict)


def test_scores_and_ranks_are_not_stored(store: Store, verdict: Verdict) -> None:
    """Promise 4: they are arithmetic, made anew from the findings each time."""
    stored = store.screening(verdict.screening_id)
    keys = {key for entry in stored.entries for key in json.loads(entry.payload)} | set(
        json.loads(stored.header)
    )
    assert not keys & {"score", "rank", "ranking", "winner", "rationale", "tied_with"}


def test_a_changed_finding_changes_score_order_and_rationale(store: Store, verdict: Verdict) -> None:
    """Replay computes: with the winner's labels turned down, another letter wins."""
    assert verdict.winner is not None
    assert verdict.winner.letter_id == "10"
    retold(store, verdict.screening_id, "s-down", "10", '"label":"met"', '"label":"partial"')
    changed = replay(store, "s-down")
    before = next(ranked for ranked in verdict.ranking if ranked.assessment.letter_id == "10")
    after = next(ranked for ranked in changed.ranking if ranked.assessment.letter_id == "10")
    assert after.score == before.score - 3
    assert changed.winner is None or changed.winner.rationale != verdict.winner.rationale


def test_an_unknown_screening_is_named(store: Store) -> None:
    """With the id that was asked for."""
    with pytest.raises(StoreError, match="s-none"):
        replay(store, "s-none")


def test_judging_again_on_the_same_machine_changes_no_label(store: Store, verdict: Verdict) -> None:
    """Promise 6: the same letters, judge and vectors give the same labels."""
    again = rejudge(store, verdict.screening_id)
    assert again.changes == ()
    assert again.gone == ()
    assert again.labels == 3 * len(REQUIREMENTS)


def test_a_tampered_label_shows_up(store: Store, verdict: Verdict) -> None:
    """A label that somebody made better than the letter is reported, with both readings."""
    first = next(ranked for ranked in verdict.ranking if ranked.assessment.letter_id == "9")
    safety = first.assessment.findings[1]
    assert safety.label == "met"
    retold(
        store,
        verdict.screening_id,
        "s-tampered",
        "9",
        '"requirement_id":"safety","label":"met"',
        '"requirement_id":"safety","label":"contradicted"',
    )
    again = rejudge(store, "s-tampered")
    assert again.changes == (LabelChange("9", "safety", "contradicted", "met"),)


def test_a_letter_erased_since_is_judged_no_more(embedder: LetterEmbedder, tmp_path: Path) -> None:
    """Its entry went with it, so nothing of it is compared or named; the other letters are."""
    write(tmp_path / "letters.jsonl", LETTERS)
    with Store.open(tmp_path / "store", create=True) as own:
        ingest(own, embedder, [str(tmp_path / "letters.jsonl")])
        response = open_engine(own, requirements=REQUIREMENTS).query("We need a cook")
        assert response.metadata is not None
        erased = own.letter("default", "10")
        assert erased is not None
        with own.writing() as tx:
            tx.erase_letter(erased.key)
        again = rejudge(own, response.metadata["screening_id"])
    assert (again.labels, again.changes, again.gone) == (2 * len(REQUIREMENTS), (), ())


def test_a_letter_changed_since_is_judged_as_it_stands_now(embedder: LetterEmbedder, tmp_path: Path) -> None:
    """The certificate is gone from the letter: replay still says what was found then, judging again says what differs."""
    write(tmp_path / "letters.jsonl", LETTERS)
    with Store.open(tmp_path / "store", create=True) as own:
        ingest(own, embedder, [str(tmp_path / "letters.jsonl")])
        response = open_engine(own, requirements=REQUIREMENTS).query("We need a cook")
        assert response.metadata is not None
        screening_id = response.metadata["screening_id"]
        shorter = COOK.split(". ", maxsplit=1)[0] + ". I bring good references from each house I worked in."
        write(tmp_path / "letters.jsonl", {**LETTERS, "10": shorter})
        ingest(own, embedder, [str(tmp_path / "letters.jsonl")], replace=True)
        letter = own.letter("default", "10")
        assert letter is not None
        assert letter.text == shorter
        assert verdict_bytes(replay(own, screening_id)) == verdict_bytes(response.metadata["verdict"])
        again = rejudge(own, screening_id)
    assert again.changes == (LabelChange("10", "safety", "met", "not_shown"),)

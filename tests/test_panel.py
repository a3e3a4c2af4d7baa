from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from pydantic import JsonValue

from agents.comparison import Comparer, Comparison, Pick
from agents.judging import Judge, LetterFailed, LetterReader, PoolEntry
from agents.panel import Panel, Seat, compare_pool, hear
from agents.verdict import Finding, Requirement
from ingestion.ingest import ingest
from ingestion.letter import Letter
from ingestion.letter_embedder import LetterEmbedder
from ingestion.records import LetterMaterial
from ingestion.store import Store

ASKED = (Requirement("r1", "cooking", "must", 2.0),)
LETTERS = {
    "10": "I have cooked in hotels for nine years and led a kitchen of six people.",
    "9": "My work is nursing, and I worked nights on a ward for children.",
    "2": "For five years I drove a forklift in a cold store.",
    "es": "Estimado equipo: durante seis años he coordinado equipos de doce personas en el sector bancario. Lucía",
}


@pytest.fixture(scope="module")
def store(embedder: LetterEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three English letters and a Spanish one."""
    folder = tmp_path_factory.mktemp("panel")
    rows = [json.dumps({"id": one, "text": text}) for one, text in LETTERS.items()]
    (folder / "letters.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with Store.open(folder / "store", create=True) as opened:
        ingest(opened, embedder, [str(folder / "letters.jsonl")])
        yield opened


@pytest.fixture(scope="module")
def pool(store: Store) -> list[PoolEntry]:
    """Every letter in the order it was read."""
    return [PoolEntry(letter, 0.5) for letter in store.letters("default")]


class NamedJudge:
    """Shows nothing for anybody, with a confidence of its own; fails on some letters."""

    languages: frozenset[str] = frozenset({"en"})
    limit: int | None = None

    def __init__(self, strategy: str, confidence: float, fails: Sequence[str] = ()) -> None:
        self.strategy = strategy
        self.confidence = confidence
        self.fails = fails
        self.seen: list[str] = []

    def fingerprint(self) -> dict[str, JsonValue]:
        """Its name."""
        return {"strategy": self.strategy}

    def reader(self, requirements: Sequence[Requirement]) -> LetterReader:
        """Answers or fails."""

        def read(material: LetterMaterial) -> tuple[Finding, ...]:
            self.seen.append(material.letter.letter_id)
            if material.letter.letter_id in self.fails:
                raise LetterFailed("the server did not answer")
            return (Finding("r1", "not_shown", self.confidence, None),)

        return read


def seat(judge: Judge, embedder: LetterEmbedder) -> Seat:
    """The judge with the default encoder's vectors."""
    return Seat(judge, embedder.identity.key)


def test_a_letter_that_fails_is_unjudged_with_the_reason(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """The others keep their findings, and nobody is dropped."""
    first = NamedJudge("labels", 0.5, fails=["9"])
    heard = hear(store, Panel(seat(first, embedder)), pool, ASKED, top_k=None)
    assert [one.letter_id for one in heard.judged.assessments] == ["10", "2"]
    assert [(one.letter_id, one.reason) for one in heard.judged.unjudged] == [
        ("es", "Spanish; this judge reads English"),
        ("9", "the server did not answer"),
    ]
    assert (heard.judged.failed, heard.notices) == (1, ())


def test_the_fallback_judges_the_whole_pool_again(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """One ranking never mixes two judges: a single failure gives all letters to the second."""
    first, second = NamedJudge("labels", 0.5, fails=["9"]), NamedJudge("evidence", 0.9)
    panel = Panel(seat(first, embedder), seat(second, embedder))
    heard = hear(store, panel, pool, ASKED, top_k=None)
    assert heard.judge is second
    assert sorted(second.seen) == ["10", "2", "9"]
    assert {one.findings[0].confidence for one in heard.judged.assessments} == {0.9}
    ((code, words),) = heard.notices
    assert code == "fallback"
    assert "could not judge 1 of 3 letters, so the evidence judge judged all of them again" in words


def test_without_a_failure_the_fallback_never_reads(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """It is for failures, not for a second opinion."""
    first, second = NamedJudge("labels", 0.5), NamedJudge("evidence", 0.9)
    heard = hear(store, Panel(seat(first, embedder), seat(second, embedder)), pool, ASKED, top_k=2)
    assert (heard.judge, second.seen, heard.judged.over_limit) == (first, [], 1)


class FirstComparer:
    """Picks the letter it is handed first."""

    strategy: str = "listwise"
    languages: frozenset[str] = frozenset({"en"})
    limit: int | None = 2

    def fingerprint(self) -> dict[str, JsonValue]:
        """Its name."""
        return {"strategy": self.strategy}

    def compare(
        self,
        job_description: str,
        requirements: Sequence[Requirement],
        letters: Sequence[Letter],
        *,
        on_progress: object = None,
        cancel: object = None,
    ) -> Comparison:
        """The first, or nobody."""
        if not letters:
            return Comparison(None, (), "there are no letters")
        return Comparison(
            Pick(letters[0].key, 8.0, "because"), tuple((one.key, "not scored") for one in letters[1:])
        )


def test_a_comparison_scores_its_pick_and_names_everybody_else(pool: list[PoolEntry]) -> None:
    """Every letter of the pool stands in the result once, with a reason but for the pick."""
    comparer = FirstComparer()
    assert isinstance(comparer, Comparer)
    compared = compare_pool(comparer, pool, "a cook", ASKED, top_k=None)
    assert compared.pick is not None
    assert (compared.pick[0].letter_id, compared.pick[1], compared.words) == ("10", 8.0, "because")
    assert [(one.letter_id, one.reason) for one in compared.others] == [
        ("9", "not scored"),
        ("es", "Spanish; this judge reads English"),
        ("2", "beyond the judge limit (--top-k 2); ordered by retrieval only"),
    ]
    assert compared.notices == (("judge_limit", "compared 2 of 4; the rest are ordered by retrieval only"),)

    everybody = compare_pool(comparer, pool, "a cook", ASKED, top_k=3)
    assert everybody.notices == ()  # the Spanish one is no matter of retrieval, and its own reason says so


def test_a_comparison_that_loses_a_letter_is_a_defect(pool: list[PoolEntry]) -> None:
    """A silently dropped candidate is the worst there is: it ends the screening."""

    class Losing(FirstComparer):
        def compare(self, job_description, requirements, letters, *, on_progress=None, cancel=None):  # type: ignore[no-untyped-def] # noqa: ANN202
            return Comparison(Pick(letters[0].key, 8.0, ""), ())

    with pytest.raises(AssertionError, match="each of its letters exactly once"):
        compare_pool(Losing(), pool, "a cook", ASKED, top_k=None)


def test_an_empty_pool_is_compared_to_nobody() -> None:
    """Nobody is picked."""
    compared = compare_pool(FirstComparer(), [], "a cook", ASKED, top_k=None)
    assert (compared.pick, compared.declined) == (None, "there are no letters")

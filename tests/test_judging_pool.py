from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from pydantic import JsonValue

from agents.judging import (
    LetterReader,
    PoolEntry,
    QuoteMismatch,
    ScreeningCancelled,
    judge_pool,
    language_name,
    quote_span,
)
from agents.verdict import Finding, Quote, Requirement
from ingestion.ingest import ingest
from ingestion.letter_embedder import LetterEmbedder
from ingestion.records import LetterMaterial, StoreError
from ingestion.store import Store

REQUIREMENTS = (Requirement("r1", "cooking", "must", 2.0), Requirement("r2", "baking", "nice", 1.0))
SPANISH = (
    "Estimado equipo: durante seis años he coordinado equipos de doce personas en el sector bancario y he reducido los "
    "plazos de entrega en un veinte por ciento. Quedo a su disposición para una entrevista. Atentamente, Lucía"
)
LETTERS = {
    "10": "My name is Ada Byron. I have cooked in hotels for nine years and led a kitchen of six people.",
    "9": "My work is nursing. I hold a licence and worked nights on a ward for children for five years.",
    "2": "For five years I drove a forklift in a cold store. I never had an accident.",
    "es10": SPANISH,
    "es9": SPANISH.replace("doce", "quince").replace("seis", "nueve"),
}
NAMES = {"10": "Ada Byron", "es10": "Lucía Vega"}


@pytest.fixture(scope="module")
def store(embedder: LetterEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three English letters and two Spanish ones. A judge only reads."""
    folder = tmp_path_factory.mktemp("pool")
    rows = [{"id": one, "text": text, "name": NAMES.get(one)} for one, text in LETTERS.items()]
    (folder / "letters.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with Store.open(folder / "store", create=True) as opened:
        ingest(opened, embedder, [str(folder / "letters.jsonl")])
        yield opened


@pytest.fixture(scope="module")
def pool(store: Store) -> list[PoolEntry]:
    """Every letter, in the order they were read, with a similarity of its own."""
    return [PoolEntry(letter, round(0.1 * n, 1)) for n, letter in enumerate(store.letters("default"))]


Answer = Callable[[LetterMaterial], tuple[Finding, ...]]


class AnsweringJudge:
    """A judge that answers what it was told to, and remembers the letters it was handed."""

    strategy: str = "answering"
    languages: frozenset[str] = frozenset({"en"})
    limit: int | None = None

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.seen: list[str] = []

    def fingerprint(self) -> dict[str, JsonValue]:
        """Nothing that a result could depend on."""
        return {}

    def reader(self, requirements: Sequence[Requirement]) -> LetterReader:
        """Answers one letter."""

        def read(material: LetterMaterial) -> tuple[Finding, ...]:
            self.seen.append(material.letter.letter_id)
            return self.answer(material)

        return read


def first_words(material: LetterMaterial) -> tuple[Finding, ...]:
    """Met by the letter's first sentence, and nothing shown for the second requirement."""
    sentence = material.sentences[0]
    quote = quote_span(material.letter, sentence.start, sentence.end)
    return Finding("r1", "met", 0.9, quote), Finding("r2", "not_shown", 0.9, None)


def nothing(material: LetterMaterial) -> tuple[Finding, ...]:
    """Nothing shown."""
    return Finding("r1", "not_shown", 0.9, None), Finding("r2", "not_shown", 0.9, None)


def test_every_letter_is_judged_or_says_why_not(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """Promise 1: the two lists together are the pool, without a letter twice."""
    judged = judge_pool(store, embedder.identity.key, pool, AnsweringJudge(first_words), REQUIREMENTS)
    ids = [one.letter_id for one in (*judged.assessments, *judged.unjudged)]
    assert sorted(ids) == sorted(LETTERS)
    assert {a.letter_id: a.similarity for a in judged.assessments} == {"10": 0.0, "9": 0.1, "2": 0.2}
    assert judged.over_limit == 0


def test_a_letter_in_another_language_is_unjudged_with_the_reason(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """Never scored low for a language the judge cannot read: named in words, in natural id order."""
    judge = AnsweringJudge(first_words)
    judged = judge_pool(store, embedder.identity.key, pool, judge, REQUIREMENTS)
    assert [(one.letter_id, one.reason, one.applicant) for one in judged.unjudged] == [
        ("es9", "Spanish; this judge reads English", None),
        ("es10", "Spanish; this judge reads English", "Lucía Vega"),
    ]
    assert not {"es9", "es10"} & set(judge.seen)


def test_the_judge_limit_takes_the_pools_first_and_names_the_rest(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """Retrieval's order chooses; a letter that no judge here can read takes nobody's place."""
    backwards = pool[::-1]
    judge = AnsweringJudge(first_words)
    judged = judge_pool(store, embedder.identity.key, backwards, judge, REQUIREMENTS, limit=2)
    assert sorted(judge.seen) == ["2", "9"]
    assert judged.over_limit == 1
    assert [(one.letter_id, one.reason) for one in judged.unjudged[-1:]] == [
        ("10", "beyond the judge limit (--top-k 2); ordered by retrieval only")
    ]


def test_an_empty_pool_is_no_error(store: Store, embedder: LetterEmbedder) -> None:
    """Nobody to judge, nobody judged."""
    judged = judge_pool(store, embedder.identity.key, [], AnsweringJudge(nothing), REQUIREMENTS)
    assert judged.assessments == judged.unjudged == ()


def test_a_judge_is_handed_one_letter_with_its_own_sentences(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """Promise 2: nothing of the pool reaches the reader, and there is a vector for each sentence."""

    def looking(material: LetterMaterial) -> tuple[Finding, ...]:
        assert {sentence.letter_key for sentence in material.sentences} == {material.letter.key}
        assert material.vectors.shape == (len(material.sentences), embedder.identity.dimension)
        return nothing(material)

    judge_pool(store, embedder.identity.key, pool, AnsweringJudge(looking), REQUIREMENTS)


def test_progress_is_told_after_each_letter(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """Done and to do, of the letters that are judged."""
    steps: list[tuple[int, int]] = []
    judge_pool(
        store,
        embedder.identity.key,
        pool,
        AnsweringJudge(nothing),
        REQUIREMENTS,
        on_progress=lambda done, of: steps.append((done, of)),
    )
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_screening_can_be_stopped_between_two_letters(
    store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """No letter is read after the person said stop, and half a pool is no result."""
    cancel = threading.Event()

    def stopping(material: LetterMaterial) -> tuple[Finding, ...]:
        cancel.set()
        return nothing(material)

    judge = AnsweringJudge(stopping)
    with pytest.raises(ScreeningCancelled, match="stopped after 1 of 3 letters"):
        judge_pool(store, embedder.identity.key, pool, judge, REQUIREMENTS, cancel=cancel)
    assert len(judge.seen) == 1


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param(Quote("I have ten years", 0, 16), id="words that are not there"),
        pytest.param(Quote("my name", 0, 7), id="another case"),
        pytest.param(Quote("My name", 1, 8), id="another place"),
        pytest.param(Quote("My name ", 0, 7), id="one character more"),
        pytest.param(Quote("", 3, 3), id="nothing"),
    ],
)
def test_a_quote_that_is_not_the_letters_is_refused(
    quote: Quote, store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """Promise 3: a judge that makes words up ends the screening; the words are never shown."""
    judge = AnsweringJudge(
        lambda _: (Finding("r1", "met", 0.9, quote), Finding("r2", "not_shown", 0.9, None))
    )
    with pytest.raises(QuoteMismatch, match=r"letter 10, r1: the quote is not the letter's own words"):
        judge_pool(store, embedder.identity.key, pool, judge, REQUIREMENTS)


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(["r1"], id="one is missing"),
        pytest.param(["r2", "r1"], id="another order"),
        pytest.param(["r1", "r1"], id="one twice"),
        pytest.param(["r1", "r3"], id="one not asked"),
    ],
)
def test_findings_that_answer_something_else_are_refused(
    ids: list[str], store: Store, embedder: LetterEmbedder, pool: list[PoolEntry]
) -> None:
    """One finding a requirement, in their order."""
    judge = AnsweringJudge(lambda _: tuple(Finding(one, "not_shown", 0.9, None) for one in ids))
    with pytest.raises(QuoteMismatch, match="do not answer"):
        judge_pool(store, embedder.identity.key, pool, judge, REQUIREMENTS)


def test_a_quote_over_a_mask_is_the_raw_name(pool: list[PoolEntry]) -> None:
    """The judge reads [NAME]; the person reads the name, whole."""
    letter = pool[0].letter
    at = letter.judged_text.index("[NAME]")
    quote = quote_span(letter, at - len("name is "), at + 3)
    assert quote.text == "name is Ada Byron"
    assert letter.text[quote.start : quote.end] == quote.text


def test_vectors_of_another_embedder_are_asked_for_with_the_remedy(
    store: Store, pool: list[PoolEntry]
) -> None:
    """A letter that lacks vectors is not skipped."""
    with pytest.raises(StoreError, match="winnow embed --pipeline"):
        judge_pool(store, "0" * 16, pool, AnsweringJudge(nothing), REQUIREMENTS)


@pytest.mark.parametrize(("code", "name"), [("es", "Spanish"), ("xx", "xx")])
def test_languages_are_named_in_english(code: str, name: str) -> None:
    """A code without a name stands as it is."""
    assert language_name(code) == name

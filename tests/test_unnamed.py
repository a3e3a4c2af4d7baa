from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.rationale import quoted, render_rationale
from agents.scoring import rank_letters
from agents.unnamed import UNREADABLE, quoted_ranks, unnamed, unnamed_rank, unnamed_winner
from agents.verdict import Assessment, Finding, Posting, Quote, Requirement, Verdict, Winner
from ingestion.blinding import blind
from ingestion.letter import Letter

if TYPE_CHECKING:
    from ingestion.store import Store

JOB = "We need a sous-chef with three years in a kitchen. You must hold a food hygiene certificate."
LETTERS = {
    "a": "My name is Ada Byron. I was a sous-chef, known as Ada Byron, in a kitchen for five years. I am ada@post.example.",
    "b": "My name is Carl Gauss. I worked in a garden for two years.",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Verdict, dict[int, Letter]]:
    """A screening of two letters whose quotes hold a name."""
    from agents.screening import open_engine
    from ingestion.blinding import MASKING_VERSION
    from ingestion.embedders import load_embedder
    from ingestion.ingest import ingest
    from ingestion.store import Store
    from ui.answers import verdict_in

    folder = tmp_path_factory.mktemp("unnamed")
    table = folder / "letters.csv"
    names = {"a": "Ada Byron", "b": "Carl Gauss"}
    rows = [f'{key},{names[key]},"{text}"' for key, text in LETTERS.items()]
    table.write_text("\n".join(["letter_id,name,text", *rows]), encoding="utf-8")
    store = Store.open(folder / "store", create=True)
    ingest(store, load_embedder("minilm", masking=MASKING_VERSION), [str(table)])
    verdict = verdict_in(open_engine(store).query(JOB))
    return store, verdict, {letter.key: letter for letter in store.letters("default")}


def test_no_name_is_left_of_a_letter_that_was_not_revealed(
    judged: tuple[Store, Verdict, dict[int, Letter]],
) -> None:
    """Names and contacts go from applicants, quotes and the rationale; ids, labels, scores and order stay."""
    _, verdict, letters = judged
    assert verdict.winner is not None
    assert "Byron" in verdict.winner.rationale
    shown = unnamed(verdict, letters, frozenset())
    for word in ("Byron", "Ada", "Gauss", "ada@post"):
        assert word not in repr(shown)
    assert [(one.rank, one.score, one.assessment.letter_id) for one in shown.ranking] == [
        (one.rank, one.score, one.assessment.letter_id) for one in verdict.ranking
    ]
    assert [[f.label for f in one.assessment.findings] for one in shown.ranking] == [
        [f.label for f in one.assessment.findings] for one in verdict.ranking
    ]
    assert shown.winner is not None
    quotes = [f.quote for f in shown.ranking[0].assessment.findings if f.quote is not None]
    assert all(quoted(quote) in shown.winner.rationale for quote in quotes)


def test_a_revealed_letter_keeps_its_name(judged: tuple[Store, Verdict, dict[int, Letter]]) -> None:
    """Only the letter that was looked at is named."""
    _, verdict, letters = judged
    first, second = (one.assessment for one in verdict.ranking)
    shown = unnamed(verdict, letters, {first.letter_key})
    assert (shown.ranking[0].assessment.applicant, shown.ranking[1].assessment.applicant) == (
        first.applicant,
        None,
    )
    assert shown.ranking[0] == verdict.ranking[0]
    assert second.applicant is not None
    assert second.applicant not in repr(shown)


def test_the_winners_card_hides_the_names_in_the_next_letters_words() -> None:
    """The rationale quotes the letter after the winner's as well: without a look at it, its names stay masked."""
    texts, ids = ("My name is Ada Byron. I cook.", "Carl Gauss cooks. I bake."), ("1", "2")
    requirements = (Requirement("a", "cooking", "must", 2.0), Requirement("b", "baking", "nice", 1.0))
    met = (
        Finding("a", "met", 0.9, Quote("My name is Ada Byron. I cook", 0, 28)),
        Finding("b", "not_shown", 0.9, None),
    )
    half = (
        Finding("a", "partial", 0.9, Quote("Carl Gauss cooks", 0, 16)),
        Finding("b", "met", 0.9, Quote("I bake", 18, 24)),
    )
    pool = [Assessment(1, ids[0], "Ada Byron", None, met), Assessment(2, ids[1], "Carl Gauss", None, half)]
    ranking = rank_letters(pool, requirements)
    letters = {}
    for key, (text, name) in enumerate(zip(texts, ("Ada Byron", "Carl Gauss"), strict=True), start=1):
        judged_text, offsets = blind(text, name)
        letters[key] = Letter(key, "p", str(key), name, text, judged_text, offsets, "en", "s")
    text = render_rationale(ranking[0], ranking, requirements, ())
    verdict = Verdict(
        "s",
        "evidence",
        Posting("p", "job", requirements),
        Winner("1", "Ada Byron", 7.0, text, ()),
        None,
        ranking,
        (),
        2,
        (),
        {},
    )
    assert "Byron" in text
    assert "Gauss" in text
    quoted_places = quoted_ranks(verdict)
    shown = [unnamed_rank(one, letters[one.assessment.letter_key], {1}) for one in quoted_places]
    card = unnamed_winner(verdict, shown)
    assert card is not None
    assert "Byron" in card.rationale
    assert "Gauss" not in card.rationale
    assert unnamed(verdict, letters, {1}).winner == card


def test_everybody_revealed_is_the_verdict_itself(judged: tuple[Store, Verdict, dict[int, Letter]]) -> None:
    """Nothing but names is taken away, so nothing is lost where no name is."""
    _, verdict, letters = judged
    assert unnamed(verdict, letters, set(letters)) == verdict


def test_a_letter_that_is_gone_is_not_quoted(judged: tuple[Store, Verdict, dict[int, Letter]]) -> None:
    """Without the letter nothing tells where a name stands, so none of its words are shown."""
    _, verdict, _ = judged
    shown = unnamed(verdict, {}, frozenset())
    assert {f.quote.text for one in shown.ranking for f in one.assessment.findings if f.quote} == {UNREADABLE}

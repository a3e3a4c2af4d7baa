from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.rationale import quoted
from agents.unnamed import UNREADABLE, unnamed

if TYPE_CHECKING:
    from agents.verdict import Verdict
    from ingestion.letter import Letter
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


def test_everybody_revealed_is_the_verdict_itself(judged: tuple[Store, Verdict, dict[int, Letter]]) -> None:
    """Nothing but names is taken away, so nothing is lost where no name is."""
    _, verdict, letters = judged
    assert unnamed(verdict, letters, set(letters)) == verdict


def test_a_letter_that_is_gone_is_not_quoted(judged: tuple[Store, Verdict, dict[int, Letter]]) -> None:
    """Without the letter nothing tells where a name stands, so none of its words are shown."""
    _, verdict, _ = judged
    shown = unnamed(verdict, {}, frozenset())
    assert {f.quote.text for one in shown.ranking for f in one.assessment.findings if f.quote} == {UNREADABLE}

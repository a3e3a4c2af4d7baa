from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.name_swap import GroupedName, NamesError, carriers, read_names, swap, written_by
from evals.over_masking import check_terms, count_masks, kept_terms
from evals.swap_screening import one_of_each_group, screen_swap
from evals.trust_report import TrustReport, trust_json
from ingestion.letter_embedder import LetterEmbedder
from ingestion.raw_letter import RawLetter

NAMES = [
    GroupedName("Ada Byrne", "one women", "women"),
    GroupedName("Will Grant", "one men", "men"),
    GroupedName("Chelsea Banks", "two women", "women"),
    GroupedName("Li Wu", "two men", "men"),
]


def test_there_are_twenty_letters_and_none_holds_its_writers_name() -> None:
    """What is put in is all that there is of a name."""
    letters = carriers()
    assert len(letters) == 20
    assert len({one.letter_id for one in letters}) == 20


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_names_leave_the_judged_text_as_it_is(known: bool) -> None:
    """Also names that are words and places, in each of the letters."""
    measures = swap(NAMES, carriers(), known=known)
    assert (measures.pairs, measures.identical, measures.differences) == (80, 80, ())
    assert measures.rates == dict.fromkeys(sorted(one.group for one in NAMES), 1.0)


def test_a_name_that_shows_is_counted_against_its_group() -> None:
    """The letter says Chase's; Chase is also an employer, and stays: the measure must see it."""
    measures = swap([*NAMES, GroupedName("Chase Weiss", "three men", "men")], carriers()[:1], known=True)
    assert (measures.pairs, measures.identical, measures.rates["three men"], measures.spread) == (
        5,
        4,
        0.0,
        100.0,
    )
    assert measures.differences[0].name == "Chase Weiss"
    assert "Chase" in measures.differences[0].shown


def test_the_names_stand_in_every_letter() -> None:
    """A swap of letters without names would always hold."""
    for place, letter in enumerate(carriers()):
        assert (
            "Kovacs" in written_by(GroupedName("Zoltan Kovacs", "g", "men"), letter, place) or place % 7 == 2
        )


def test_scores_are_equal_whoever_signs(embedder: LetterEmbedder) -> None:
    """Through the real engine: score, labels, confidences and quotes."""
    found = screen_swap(NAMES[:2], list(enumerate(carriers()))[3:5], embedder)
    assert (found.letters, found.names, found.screened, found.unequal) == (2, 2, 4, ())


def test_names_are_read_by_group(tmp_path: Path) -> None:
    """Capitals are turned into how people write names."""
    for file in ("top_mens_names.json", "top_womens_names.json"):
        (tmp_path / file).write_text(json.dumps({"A": ["LI WU"], "B": ["ADA BYRNE"]}), encoding="utf-8")
    found = read_names(tmp_path)
    assert [(one.name, one.group) for one in found] == [
        ("Li Wu", "Asian men"),
        ("Ada Byrne", "Black men"),
        ("Li Wu", "Asian women"),
        ("Ada Byrne", "Black women"),
    ]
    assert len(one_of_each_group(found, 1)) == 4


@pytest.mark.parametrize(
    "content", [None, "not json", "[]", "{}"], ids=["missing", "not json", "a list", "empty"]
)
def test_a_folder_without_names_is_refused(tmp_path: Path, content: str | None) -> None:
    """With the rule and the remedy."""
    if content is not None:
        for file in ("top_mens_names.json", "top_womens_names.json"):
            (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(NamesError, match=r"top_mens_names|holds none"):
        read_names(tmp_path)


def test_no_skill_tool_or_employer_is_masked() -> None:
    """Whoever applies, and however they are called."""
    found = check_terms(kept_terms(), ("Java Oracle", "Jordan Amazon", "Will Grant", "Paris Ford"))
    assert found.masked == ()
    assert found.tried > 1_000


def test_masks_are_counted_and_drawn() -> None:
    """The same letters give the same sample."""
    letter = RawLetter("1", "I cook at Ford. Mail ada@example.org.\n\nSincerely,\nAda Byrne", None, "here")
    counts = count_masks([letter, letter], sample=3)
    assert (counts.letters, counts.masked_letters, counts.kinds) == (2, 2, {"email": 2, "name": 2})
    assert counts.sample == count_masks([letter, letter], sample=3).sample
    assert len(counts.sample) == 3


def test_the_report_holds_only_where_all_of_it_does() -> None:
    """A single unequal score, or a masked tool, and it does not."""
    swaps = (swap(NAMES, carriers()[:1], known=True),)
    good = TrustReport(4, 1, swaps, None, check_terms(["Java"], ["Ada Byrne"]), {})
    assert trust_json(good)["holds"] is True
    bad = TrustReport(
        4,
        1,
        (swap([*NAMES, GroupedName("Chase Weiss", "x", "men")], carriers()[:1], known=True),),
        None,
        good.terms,
        {},
    )
    assert trust_json(bad)["holds"] is False

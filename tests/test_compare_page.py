from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_under_test import draw_page, drawn_html, screen_for_pages
from streamlit.testing.v1 import AppTest

from agents.overriding import override_label
from ingestion.store import Store


@pytest.fixture(scope="module")
def screened_store(
    sample_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A copy of the bundled letters with one screening in it, and the screening's id."""
    folder = shutil.copytree(sample_store.folder, tmp_path_factory.mktemp("compare-page") / "store")
    yield folder, screen_for_pages(folder)
    shutil.rmtree(folder)


@pytest.fixture
def comparing(screened_store: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Compare page of that screening, drawn once."""
    return draw_page("compare", screened_store[0], monkeypatch)


def test_the_first_two_stand_side_by_side(comparing: AppTest) -> None:
    """Without a choice the two best are compared, each requirement with both letters' quotes."""
    assert not comparing.exception
    assert comparing.multiselect[0].value == ["115", "files/letter-003.txt"]
    assert [one.value.replace("\\", "") for one in comparing.subheader] == ["115", "files/letter-003.txt"]
    quotes = drawn_html(comparing)
    assert ">My ServSafe Manager certificate is valid until 2028</mark>" in quotes
    assert ">I hold the Level 3 Award in Food Safety</mark>" in quotes
    assert "115 shows more" in [one.value for one in comparing.caption]


def test_four_can_be_compared_the_unjudged_too(comparing: AppTest) -> None:
    """A letter without findings stands beside the others with the reason."""
    comparing.multiselect[0].set_value(["141", "115", "208", "128"]).run()
    assert not comparing.exception
    assert [one.value for one in comparing.subheader] == ["141", "115", "208", "128"]
    assert "Spanish; this judge reads English" in [one.value for one in comparing.text]


def test_one_alone_is_no_comparison(comparing: AppTest) -> None:
    """The page asks for a second one."""
    comparing.multiselect[0].set_value(["141"]).run()
    assert [one.value for one in comparing.info] == ["Choose two to four candidates."]


def test_what_is_the_same_can_be_left_out(comparing: AppTest) -> None:
    """The switch leaves the requirements in which the letters differ."""
    before = sum(one.value == "no difference" for one in comparing.caption)
    comparing.toggle[0].set_value(True).run()
    after = sum(one.value == "no difference" for one in comparing.caption)
    assert (before > 0, after) == (True, 0)


def test_each_letter_opens(comparing: AppTest) -> None:
    """The letter comes with its evidence marked, masked while the name is not revealed."""
    next(one for one in comparing.button if one.label == "Open the letter").click().run()
    assert not comparing.exception
    assert [one.value for one in comparing.caption if one.value.startswith("The whole letter")] != []


def test_a_changed_label_stands_beside_the_judges_own(
    sample_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person's label never takes the place of what the judge found."""
    folder = shutil.copytree(sample_store.folder, tmp_path / "store")
    screening_id = screen_for_pages(folder)
    with Store.open(folder) as store:
        override_label(
            store, screening_id, "files/letter-003.txt", "r4", "met", reason="renewed in May", actor="ann"
        )
    page = draw_page("compare", folder, monkeypatch)
    assert not page.exception
    assert "changed by a person to: ● met" in [one.value for one in page.caption]
    assert "renewed in May" in [one.value for one in page.text]
    assert ">I am the cook in charge at St. Brannoc&#x27;s primary school</mark>" in drawn_html(page)

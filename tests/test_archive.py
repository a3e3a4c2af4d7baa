from __future__ import annotations

import io
import zipfile

import pytest
from hostile_files import LETTER, nested_archive, zipped

from ingestion import archive
from ingestion.archive import Budget, members, package_names
from ingestion.document import DocumentRefused


def listed(data: bytes, budget: Budget | None = None) -> dict[str, bytes | str]:
    """The content of each file by its name, or why it is refused."""
    return {
        one.name: str(one.content) if isinstance(one.content, DocumentRefused) else one.content.read()
        for one in members(io.BytesIO(data), budget or Budget())
    }


def test_files_come_by_name_without_folders_and_dot_files() -> None:
    """As they do from a folder."""
    data = zipped(
        *(("b/z.txt", b"3"), ("b/", b""), ("a.txt", b"1"), (".hidden", b"no"), ("b/.x/y.txt", b"no")),
        *(("__MACOSX/a.txt", b"no"), ("b\\w.txt", b"2")),
    )
    assert list(listed(data).items()) == [("a.txt", b"1"), ("b/w.txt", b"2"), ("b/z.txt", b"3")]


def test_a_bad_file_costs_itself_alone() -> None:
    """The ones around it are unpacked."""
    found = listed(zipped(("a.txt", b"1"), ("../b.txt", b"2"), ("c.txt", b"3")))
    assert (found["a.txt"], found["c.txt"]) == (b"1", b"3")
    assert "leads out of it" in str(found["../b.txt"])


def test_a_name_that_stands_twice_is_refused_the_second_time() -> None:
    """Which of the two is the letter, only a person can say."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("a.txt", b"2")
    found = [one.content for one in members(io.BytesIO(out.getvalue()), Budget())]
    assert isinstance(found[1], DocumentRefused)
    assert found[1].value == "this one stands twice"


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [
        ("MAX_MEMBER_BYTES", 1000, "this one has 2,000 bytes"),
        ("MAX_TOTAL_BYTES", 3000, "unpack to at most"),
        ("MAX_ENTRIES", 1, "at most 1 files"),
    ],
)
def test_each_limit_is_kept(monkeypatch: pytest.MonkeyPatch, limit: str, value: int, says: str) -> None:
    """By the sizes that come out, and by those that the list gives."""
    monkeypatch.setattr(archive, limit, value)
    budget = Budget(archive.MAX_ENTRIES, archive.MAX_TOTAL_BYTES)
    data = zipped(("a.txt", b"ab" * 1000), ("b.txt", b"cd" * 1000))
    try:
        said = " ".join(str(content) for content in listed(data, budget).values())
    except DocumentRefused as error:
        said = str(error)
    assert says in said


def test_archives_within_archives_share_one_budget() -> None:
    """A bomb of small archives is one bomb."""
    budget = Budget(entries=2)
    [inner] = members(io.BytesIO(nested_archive(3)), budget)
    assert not isinstance(inner.content, DocumentRefused)
    assert budget.entries == 1


def test_the_names_of_what_is_no_archive_are_none() -> None:
    """What is wrong with it, its reader says."""
    assert package_names(io.BytesIO(b"PK\x03\x04 and nothing")) == frozenset()
    assert package_names(io.BytesIO(zipped(("a.txt", LETTER.encode())))) == {"a.txt"}

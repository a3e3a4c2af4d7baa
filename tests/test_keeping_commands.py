"""`winnow erase`, `retention`, `backup` and `restore` as a person types them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from full_store import add_letter, make_full

from ingestion.erasure import certificate_holds
from ingestion.store import LetterDraft, Store
from ui.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


Winnow = Callable[..., Ran]


class Terminal(io.StringIO):
    """A person who types this."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.fixture
def winnow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Winnow:
    """Runs the command line in this process, on the store `store`, with what a person ``types``."""
    make_full(tmp_path / "store")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WINNOW_STORE", "store")

    def run(*arguments: str | Path, types: str | None = None) -> Ran:
        monkeypatch.setattr(sys, "argv", ["winnow", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO() if types is None else Terminal(types))
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


def ids() -> list[str]:
    """The ids of the letters in jobs."""
    with Store.open(Path("store")) as store:
        return [one.letter_id for one in store.letters("jobs")]


@pytest.mark.parametrize("command", ["erase", "retention", "backup", "restore"])
def test_each_shows_an_example(winnow: Winnow, command: str) -> None:
    """`--help` ends with a line that can be typed."""
    helped = winnow(command, "--help")
    assert helped.status == 0
    assert f"Example: winnow {command}" in " ".join(helped.out.split())


# erase


def test_a_name_erases_all_its_letters_in_all_postings(winnow: Winnow) -> None:
    """Each is named before it is asked for, and what was removed is printed after."""
    ran = winnow("erase", "--applicant", "surname0, PERSON0", types="y\n")
    assert ran.status == 0
    assert "  letter l0 of posting jobs, Person0 Surname0\n" in ran.err
    assert "  letter l0 of posting elsewhere, Person0 Surname0\n" in ran.err
    assert "Erase these 2 letters for good? [y/N]" in ran.err
    assert (
        "removed: 2 letters, 6 spans, 6 vectors, 1 duplicate links, findings in 1 screenings, 1 texts"
        in ran.out
    )
    assert "not covered: exports and reports that were saved" in ran.out
    assert "Person0" not in ran.out
    assert "l0" not in ids()


def test_anything_but_yes_erases_nobody(winnow: Winnow) -> None:
    """Enter, no, or a stray letter."""
    for typed in ("\n", "n\n", "", "ye\n"):
        ran = winnow("erase", "l1", types=typed)
        assert ran.status == 1
        assert "nothing erased" in ran.err
    assert "l1" in ids()


def test_an_id_of_two_postings_is_not_erased_in_both(winnow: Winnow) -> None:
    """The same number may be another person's there; with the posting named it is one letter."""
    ran = winnow("erase", "l0", "--yes")
    assert ran.status == 1
    assert "2 postings (jobs, elsewhere)" in ran.err
    assert winnow("erase", "l0", "--posting", "elsewhere", "--yes").status == 0
    assert "l0" in ids()


def test_the_certificate_is_a_new_file_of_numbers(winnow: Winnow) -> None:
    """Its sum holds, only its owner may read it, and it has no word of the letter, not even the id."""
    file = Path("erased.json")
    ran = winnow("erase", "l3", "--yes", "--certificate", file, "--json")
    written = json.loads(file.read_text())
    assert certificate_holds(written)
    assert json.loads(ran.out)["certificate"] == written
    assert file.stat().st_mode & 0o777 == 0o600
    assert [word for word in ("l3", "erson3", "jobs", "inbox") if word in file.read_text()] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["erase"], "either a letter's id or --applicant"),
        (["erase", "l1", "--applicant", "x"], "either a letter's id or --applicant"),
        (["erase", "l1", "--yes", "--certificate", "store"], "must name a new file"),
        (["erase", "l1", "--yes", "--certificate", "no/such/file"], "must name a new file"),
        (["retention"], "--keep"),
        (["retention", "--keep", "0d"], "from 1d to 100y"),
        (["backup"], "FILE"),
    ],
    ids=["nobody", "two", "a folder", "no folder", "no time", "no days", "no file"],
)
def test_wrong_usage_erases_nobody(winnow: Winnow, arguments: list[str], message: str) -> None:
    """Status 2, the remedy, and everything as it was."""
    ran = winnow(*arguments)
    assert ran.status == 2
    assert message in " ".join(ran.err.replace("│", " ").split())
    assert len(ids()) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["erase", "l99", "--yes"], "has no letter 'l99'"),
        (["erase", "--applicant", "Nobody", "--yes"], "no applicant of the name 'Nobody'"),
        (["erase", "l1", "--posting", "nowhere", "--yes"], "there is no 'nowhere'"),
        (["backup", "store"], "must be a new file"),
        (["restore", "none.winnow"], "--replace"),
        (["restore", "none.winnow", "--replace"], "there is none at none.winnow"),
    ],
    ids=["id", "name", "posting", "backup over a folder", "restore over a store", "no backup"],
)
def test_what_can_not_be_done_is_one_line(winnow: Winnow, arguments: list[str], message: str) -> None:
    """Status 1, no traceback, and everything as it was."""
    ran = winnow(*arguments)
    assert ran.status == 1
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert len(ids()) == 7


# retention


def test_a_dry_run_lists_and_erases_nobody(winnow: Winnow) -> None:
    """In words and as JSON."""
    ran = winnow("retention", "--keep", "100y", "--dry-run")
    assert ran.out.startswith("0 letters came in before")
    listed = json.loads(winnow("retention", "--keep", "1d", "--posting", "jobs", "--dry-run", "--json").out)
    assert [one["letter_id"] for one in listed["letters"]] == [f"l{number}" for number in range(7)]
    assert listed["screenings"] == ["s-1"]
    assert listed["erased"] is None
    assert len(ids()) == 7


def test_retention_asks_and_then_erases(winnow: Winnow) -> None:
    """Nobody at the terminal: nothing. A yes: all that is due."""
    assert winnow("retention", "--keep", "1d").status == 2
    assert winnow("retention", "--keep", "1d", types="n\n").status == 1
    assert len(ids()) == 7
    ran = winnow("retention", "--keep", "1d", types="y\n")
    assert "Erase 8 letters and 1 screening for good?" in ran.err
    assert "erased 8 letters with 24 vectors, findings in 7 screenings" in ran.out
    assert ids() == []
    assert winnow("retention", "--keep", "1d", "--yes", "--json").status == 0


# backup and restore


def test_a_backup_goes_and_comes_back(winnow: Winnow) -> None:
    """With counts; an erased letter stays out until it is asked for."""
    assert (
        "backed up 8 letters of 2 postings and 1 screenings to a.winnow" in winnow("backup", "a.winnow").out
    )
    assert json.loads(winnow("backup", "a.winnow", "--replace", "--json").out)["letters"] == 8
    winnow("erase", "l3", "--yes")
    ran = winnow("restore", "a.winnow", "--replace")
    assert "restored 7 letters" in ran.out
    assert "kept out: 1 letters that were erased since the backup" in ran.out
    back = json.loads(winnow("restore", "a.winnow", "--replace", "--readmit", "--json").out)
    assert (back["letters"], back["erased"], back["readmitted"]) == (8, 0, 1)
    assert "l3" in ids()


def test_a_letters_id_can_not_steer_the_terminal(winnow: Winnow) -> None:
    """It is shown on one line, with what is invisible written out."""
    with Store.open(Path("store")) as store:
        add_letter(store, 9)
        with store.writing() as tx:
            letter = store.letter_by_key(store.letter_keys("jobs")[-1])
            draft = LetterDraft(
                "jobs", "l9", "Ann\x1b[2J\nOtter", letter.text, letter.text, letter.offsets, "en", "x"
            )
            tx.replace_letter(letter.key, draft)
    ran = winnow("erase", "--applicant", "ann\x1b[2j otter", types="n\n")
    assert "Ann<U+001B>[2J Otter" in ran.err
    assert "\x1b" not in ran.err

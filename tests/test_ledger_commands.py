from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from screened_letters import POSTING, SCREENING, Written, screened

from agents.ledger import REASONS, decide, history, overrides
from agents.screening_record import record_screening
from agents.stored_screening import verdict_of
from ingestion.store import Store
from ui.cli import main

LETTERS = [
    Written("1", "I cook in a hotel.", "Jane Doe", {"cook": ("met", "I cook")}),
    Written("2", "I cook at home.", "Will Smith", {"cook": ("partial", "I cook")}),
]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


Winnow = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a store with two letters and a recorded screening."""
    with screened(tmp_path / "store", LETTERS, {"cook": "cooking", "bake": "baking"}) as store:
        stored = store.screening(SCREENING)
        with store.writing() as tx:
            record_screening(tx, stored, verdict_of(stored))
    return tmp_path / "store"


@pytest.fixture
def winnow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> Winnow:
    """Runs the command line in this process on that store, as the user ann."""
    monkeypatch.setenv("WINNOW_STORE", str(folder))
    monkeypatch.setattr("getpass.getuser", lambda: "ann")

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["winnow", *arguments])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


def on(letter_id: str, *more: str) -> tuple[str, ...]:
    """The command that decides on a letter of the screening."""
    return ("decide", letter_id, "--screening", SCREENING, *more)


def erase(folder: Path, letter_id: str) -> None:
    """Erase a letter as `winnow erase` does."""
    with Store.open(folder) as store:
        letter = store.letter(POSTING, letter_id)
        assert letter is not None
        with store.writing() as tx:
            tx.erase_letter(letter.key)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--advance"], "letter 1: advance, by ann, written into the ledger of screening s-by-hand"),
        (["--hold", "--reason", "availability"], "letter 1: hold, by ann"),
        (["--reject", "--reason", "other", "--note", "müde"], "letter 1: reject, by ann"),
        (["--label", "bake=met", "--note", "baked here"], "letter 1: bake is met, by ann"),
        (["--score", "7.5", "--note", "trial day"], "letter 1: score 7.5, by ann"),
    ],
    ids=["advance", "hold", "reject", "label", "score"],
)
def test_a_decision_is_written_under_the_users_name(winnow: Winnow, flags: list[str], said: str) -> None:
    """One line says what was written, about whom and by whom."""
    ran = winnow(*on("1", *flags))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(said)


def test_what_was_written_can_be_taken_back(winnow: Winnow, folder: Path) -> None:
    """A decision, a label and a score."""
    for flags in (["--advance"], ["--label", "bake=met", "--note", "x"], ["--score", "2", "--note", "x"]):
        assert winnow(*on("2", *flags)).status == 0
    taken = [winnow(*on("2", flag)).out for flag in ("--withdraw", "--undo-score")]
    taken.append(winnow(*on("2", "--undo-label", "bake")).out)
    assert [one.split(", by")[0] for one in taken] == [
        "letter 2: advance taken back",
        "letter 2: score 2.0 taken back",
        "letter 2: bake is met taken back",
    ]
    with Store.open(folder) as store:
        assert overrides(store, SCREENING) == ()
        assert [line.action for line in history(store)][-3:] == ["withdraw", "undo", "undo"]


def test_a_decision_as_json_says_all_of_it(winnow: Winnow) -> None:
    """One object on stdout, for a decision and for a change."""
    made = json.loads(winnow(*on("1", "--reject", "--reason", "pay", "--note", "much", "--json")).out)
    created = made["decision"].pop("created")
    assert created.endswith("+00:00")
    assert made == {
        "schema": 1, "screening_id": SCREENING, "letter_id": "1", "written": "reject",
        "decision": {"action": "reject", "reason": "pay", "note": "much", "actor": "ann", "place": 2},
    }  # fmt: skip
    change = json.loads(winnow(*on("1", "--label", "bake=met", "--note", "x", "--json")).out)["change"]
    del change["created"]
    assert change == {
        "requirement_id": "bake", "label": "met", "score": None, "reason": "x", "actor": "ann", "place": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            [],
            "exactly one of --advance, --hold, --reject, --withdraw, --label, --score, --undo-label, --undo-score",
        ),
        (["--hold", "--advance"], "must be given, but got --advance and --hold"),
        (["--reject"], f"--reject needs --reason, one of: {', '.join(REASONS)}"),
        (["--hold", "--reason", "old"], "--reason must be one of must_not_shown"),
        (["--advance", "--reason", "pay"], "--reason goes with --hold and --reject, but got --advance"),
        (["--reject", "--reason", "other"], "--reason other needs --note with your reason"),
        (["--score", "3"], "--score needs --note with your reason"),
        (["--label", "met", "--note", "x"], "--label must be REQUIREMENT=LABEL, but got 'met'"),
        (["--undo-score", "--note", "x"], "--undo-score takes no --note"),
    ],
    ids=[
        "nothing",
        "two",
        "no reason",
        "unknown reason",
        "misplaced reason",
        "other",
        "score",
        "label",
        "undo",
    ],
)
def test_wrong_usage_of_decide_ends_with_2(winnow: Winnow, flags: list[str], message: str) -> None:
    """Rule, value and remedy on stderr, nothing on stdout, nothing in the ledger."""
    ran = winnow(*on("1", *flags))
    assert (ran.status, ran.out) == (2, "")
    assert message in " ".join(ran.err.replace("│", " ").split())
    assert "entries 1, head" in winnow("ledger", "head").out


def test_a_letter_that_is_not_there_is_a_failure_in_one_line(winnow: Winnow) -> None:
    """The agents room's own words, and status 1."""
    ran = winnow(*on("99", "--advance"))
    assert (ran.status, ran.out) == (1, "")
    assert (
        "winnow: a letter must be in the screening to be decided on, but s-by-hand has no letter '99'"
        in ran.err
    )


def test_verify_says_sound_with_the_head(winnow: Winnow) -> None:
    """Status 0, counts, and the hash to be noted; with that hash noted, the hint is gone."""
    head = json.loads(winnow("ledger", "head", "--json").out)["head"]
    plain = winnow("ledger", "verify")
    assert (plain.status, plain.err) == (0, "")
    assert plain.out.splitlines() == [
        "ledger sound: entries 1, payloads 1, payloads erased 0, screenings compared with their record 1",
        f"head {head}",
        "a cut-off end shows only against a head that you noted elsewhere: --expect HASH",
    ]
    assert winnow("ledger", "verify", "--expect", head).out.splitlines()[1:] == [f"head {head}"]
    told = json.loads(winnow("ledger", "verify", "--json").out)
    assert told == {
        "schema": 1, "sound": True, "entries": 1, "payloads": 1, "erased": 0, "screenings": 1, "unrecorded": 0,
        "head": head, "broken": [],
    }  # fmt: skip


def test_verify_names_what_is_broken_and_ends_with_1(winnow: Winnow, folder: Path) -> None:
    """Which entry, and why; plain and as JSON."""
    winnow(*on("1", "--advance"))
    with Store.open(folder) as store, store.writing() as tx:
        tx.changing().exec_driver_sql("UPDATE ledger_entry SET action = 'reject' WHERE place = 2")
    ran = winnow("ledger", "verify")
    assert ran.status == 1
    assert ran.out.splitlines()[0] == "broken: entry 2 was changed: its hash is that of another content"
    as_json = winnow("ledger", "verify", "--json")
    assert (as_json.status, json.loads(as_json.out)["sound"]) == (1, False)


@pytest.mark.parametrize("noted", ["f" * 64, "F" * 64, "abc"], ids=["another", "upper case", "short"])
def test_a_head_that_the_chain_does_not_have_is_found(winnow: Winnow, noted: str) -> None:
    """Another hash is a broken ledger; what is no hash at all is wrong usage."""
    ran = winnow("ledger", "verify", "--expect", noted)
    assert ran.status == (1 if noted == "f" * 64 else 2)
    assert ("was noted" in ran.out) == (noted == "f" * 64)


def test_show_lists_what_was_done_and_says_erased(winnow: Winnow, folder: Path) -> None:
    """Oldest first; an erased letter is a key without words."""
    winnow(*on("1", "--advance"))
    winnow(*on("2", "--reject", "--reason", "pay"))
    erase(folder, "2")
    lines = [" ".join(line.split()[2:]) for line in winnow("ledger", "show").out.splitlines()]
    assert lines == [
        "screened s-by-hand: 2 of 2 letters judged, one named",
        "advance s-by-hand: letter 1: by ann",
        "reject s-by-hand: letter key 2: erased",
        "erased letter key 2: payloads taken out: 1",
    ]
    told = json.loads(winnow("ledger", "show", "--screening", SCREENING, "--json").out)["entries"]
    assert [(one["action"], one["letter_id"], one["erased"]) for one in told] == [
        ("screened", None, False), ("advance", "1", False), ("reject", None, True),
    ]  # fmt: skip


def test_a_note_can_not_steer_a_terminal(winnow: Winnow) -> None:
    """Promise 9: formulas, escapes and right-to-left overrides are shown as what they are, on one line."""
    winnow(*on("1", "--hold", "--note", "=HYPERLINK(1)\x1b[31m\u202egnp.exe\r\n   2  2026  advance"))
    shown = winnow("ledger", "show").out
    assert "=HYPERLINK(1)<U+001B>[31m<U+202E>gnp.exe 2 2026 advance" in shown
    assert len(shown.splitlines()) == 3
    assert shown.replace("\n", "").isprintable()
    assert winnow("ledger", "show", "--json").out.strip().isprintable()


def test_the_reasons_can_be_listed(winnow: Winnow) -> None:
    """Every code with its words, plain and as JSON."""
    lines = winnow("ledger", "reasons").out.splitlines()
    assert [line.split()[0] for line in lines] == list(REASONS)
    assert json.loads(winnow("ledger", "reasons", "--json").out) == {"schema": 1, "reasons": REASONS}


def test_an_empty_ledger_says_so(winnow: Winnow, tmp_path: Path) -> None:
    """A new store has done nothing yet."""
    with Store.open(tmp_path / "new", create=True):
        pass
    assert winnow("ledger", "show", "--store", str(tmp_path / "new")).out == "the ledger has no entries yet\n"


def test_a_replay_after_an_erasure_names_the_place(winnow: Winnow, folder: Path) -> None:
    """The report's notice says which place of the ranking was erased."""
    with Store.open(folder) as store:
        decide(store, SCREENING, "1", "advance", actor="ann")
    erase(folder, "1")
    assert "erased: place 1 (the letter that was named)" in " ".join(winnow("replay", SCREENING).out.split())

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_letters import ACTOR, ASKS, LETTERS, erase, key_of, recorded_store
from screened_letters import SCREENING, screened

from agents.ledger import (
    ACTIONS,
    DECISIONS,
    REASONS,
    Decision,
    LedgerError,
    decide,
    decisions,
    history,
    note_export,
    note_reveal,
    override_label,
    override_score,
    overrides,
    system_actor,
    undo_override,
    verify,
    withdraw,
)
from agents.replay import replay
from agents.report import verdict_bytes
from agents.stored_screening import stored_verdict
from ingestion.store import Store, StoreError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four letters and a recorded screening of them."""
    with recorded_store(tmp_path / "store") as opened:
        yield opened


# decisions


@pytest.mark.parametrize("action", DECISIONS)
def test_a_decision_is_read_back_as_it_was_taken(store: Store, action: str) -> None:
    """Who, what, why, when, and where it stands in the chain."""
    reason = None if action == "advance" else "availability"
    made = decide(store, SCREENING, "2", action, reason=reason, note=" müde? 日本 \n", actor=ACTOR)
    assert made == Decision(key_of(store, "2"), "2", action, reason, "müde? 日本", ACTOR, made.created, 2)
    assert datetime.fromisoformat(made.created).utcoffset() is not None
    assert decisions(store, SCREENING) == {"2": made}


def test_the_last_decision_stands_until_it_is_taken_back(store: Store) -> None:
    """A person may think again; the chain keeps every step."""
    decide(store, SCREENING, "1", "hold", actor=ACTOR)
    last = decide(store, SCREENING, "1", "advance", actor="bob")
    other = decide(store, SCREENING, "es", "hold", note="read by hand", actor="bob")
    assert decisions(store, SCREENING) == {"1": last, "es": other}
    assert withdraw(store, SCREENING, "1", note="too soon", actor=ACTOR) == last
    assert decisions(store, SCREENING) == {"es": other}
    assert [line.action for line in history(store)] == [
        "screened", "hold", "advance", "hold", "note", "withdraw", "note",
    ]  # fmt: skip


def test_nobody_is_decided_on_by_the_program(store: Store) -> None:
    """Promise 9: a screening is recorded, and nothing in the ledger decides until a person does."""
    stored_verdict(store, SCREENING)
    assert decisions(store, SCREENING) == {}
    assert [(line.action, line.actor) for line in history(store)] == [("screened", None)]


REFUSED = [
    ("no such action", {"action": "fire"}, "must be one of advance, hold, reject, but got 'fire'"),
    ("reject without a reason", {"action": "reject"}, "a rejection needs a reason that has to do with the job"),
    ("unknown reason", {"action": "hold", "reason": "too old"}, "must be one of must_not_shown, .* but got 'too old'"),
    ("advance with a reason", {"reason": "pay"}, "an advance takes no reason code, but got 'pay'"),
    ("other without a note", {"action": "reject", "reason": "other", "note": "  "}, "'other' needs a note"),
    ("endless note", {"note": "x" * 4001}, "a note has at most 4000 characters, but got 4001"),
    ("half a character", {"note": "\ud83d"}, "a note must be text, but holds half a character"),
    ("nobody", {"actor": " "}, "who acts must be named in 1 to 320 characters"),
    ("no such letter", {"letter_id": "99"}, "s-by-hand has no letter '99'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_a_decision_that_can_not_be_recorded_is_refused(
    store: Store, change: dict[str, str], message: str
) -> None:
    """Rule, value and remedy; the ledger stays as it was."""
    given = {"letter_id": "1", "action": "advance", "actor": ACTOR, **change}
    with pytest.raises(LedgerError, match=message):
        decide(
            store,
            SCREENING,
            given["letter_id"],
            given["action"],
            reason=given.get("reason"),
            note=given.get("note", ""),
            actor=given["actor"],
        )
    assert verify(store).entries == 1


def test_a_comparison_can_not_be_decided_on(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """It is recorded as screened, but has no findings that a decision could rest on."""
    store = recorded_store(tmp_path / "store", comparison_only=True)
    request.addfinalizer(store.close)
    refused = "screening s-by-hand is by --strategy listwise, which is for comparison only .*--strategy evidence or labels"
    with pytest.raises(LedgerError, match=refused):
        decide(store, SCREENING, "1", "advance", actor=ACTOR)
    with pytest.raises(LedgerError, match=refused):
        override_label(store, SCREENING, "1", "cook", "met", reason="why", actor=ACTOR)
    with pytest.raises(LedgerError, match=refused):
        override_score(store, SCREENING, "1", 5, reason="why", actor=ACTOR)
    assert [line.action for line in history(store)] == ["screened"]
    assert verify(store).broken == ()


def test_an_unknown_screening_is_the_stores_error(store: Store) -> None:
    """The store knows its screenings, and says how to make one."""
    with pytest.raises(StoreError, match="there is no 's-none'"):
        decide(store, "s-none", "1", "advance", actor=ACTOR)
    with pytest.raises(StoreError, match="there is no 's-none'"):
        history(store, "s-none")


def test_nothing_is_taken_back_where_nothing_stands(store: Store) -> None:
    """Neither a decision nor a change."""
    with pytest.raises(LedgerError, match="none does on letter 1"):
        withdraw(store, SCREENING, "1", actor=ACTOR)
    with pytest.raises(LedgerError, match="the label of cook of letter 1 is the judge's own"):
        undo_override(store, SCREENING, "1", "cook", actor=ACTOR)
    with pytest.raises(LedgerError, match="the score of letter 1 is the judge's own"):
        undo_override(store, SCREENING, "1", actor=ACTOR)


# changes


def test_changes_stand_until_they_are_taken_back(store: Store) -> None:
    """A later change of the same label takes the place of an earlier one; the score is a change of its own."""
    override_label(store, SCREENING, "1", "bake", "partial", reason="first", actor=ACTOR)
    label = override_label(store, SCREENING, "1", "bake", "met", reason="baked for us", actor=ACTOR)
    score = override_score(store, SCREENING, "2", 9.5, reason="see the trial day", actor="bob")
    assert overrides(store, SCREENING) == (label, score)
    assert undo_override(store, SCREENING, "1", "bake", actor="bob") == label
    assert undo_override(store, SCREENING, "2", actor="bob") == score
    assert overrides(store, SCREENING) == ()
    assert [line.payload for line in history(store) if line.action.startswith("override")] == [
        "bake: not_shown to partial", "bake: partial to met", "3.3 to 9.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("letter_id", "requirement", "label", "reason", "message"),
    [
        (
            "1",
            "cook",
            "brilliant",
            "x",
            "must be one of met, partial, not_shown, contradicted, but got 'brilliant'",
        ),
        ("1", "sing", "met", "x", r"a requirement of the screening \(cook, bake\), but got 'sing'"),
        ("1", "cook", "met", "x", "cook of letter 1 is met already"),
        ("1", "cook", "partial", " ", "a reason must be given"),
        ("es", "cook", "met", "x", r"letter es was not judged \(not in English\)"),
    ],
    ids=["label", "requirement", "the same", "no reason", "unjudged"],
)
def test_a_changed_label_that_makes_no_sense_is_refused(
    store: Store, letter_id: str, requirement: str, label: str, reason: str, message: str
) -> None:
    """Rule, value and remedy."""
    with pytest.raises(LedgerError, match=message):
        override_label(store, SCREENING, letter_id, requirement, label, reason=reason, actor=ACTOR)


@pytest.mark.parametrize("score", [0.9, 10.1, 5.55, float("nan"), float("inf")])
def test_a_changed_score_keeps_the_scale(store: Store, score: float) -> None:
    """From 1 to 10 with one decimal, as scores are shown."""
    with pytest.raises(LedgerError, match="a score must be from 1 to 10 with at most one decimal"):
        override_score(store, SCREENING, "1", score, reason="x", actor=ACTOR)


def test_a_change_never_touches_what_the_judge_found(store: Store) -> None:
    """Promise 6: the screening replays to the same bytes, whatever people change or decide."""
    before = verdict_bytes(replay(store, SCREENING))
    override_label(store, SCREENING, "2", "bake", "met", reason="x", actor=ACTOR)
    override_score(store, SCREENING, "2", 9.9, reason="x", actor=ACTOR)
    decide(store, SCREENING, "1", "reject", reason="closed", actor=ACTOR)
    assert verdict_bytes(replay(store, SCREENING)) == before


# what else is recorded


def test_a_name_that_was_looked_at_and_a_file_that_left_are_recorded(store: Store) -> None:
    """With who did it; a letter or a screening that isn't there can't be spoken of."""
    note_reveal(store, key_of(store, "1"), screening_id=SCREENING, actor=ACTOR)
    note_reveal(store, key_of(store, "2"), actor=ACTOR)
    note_export(store, SCREENING, kind="xlsx", letters=4, actor="bob")
    seen = [
        (one.action, one.screening_id, one.letter_id, one.actor, one.payload) for one in history(store)[1:]
    ]
    assert seen == [
        ("reveal_name", SCREENING, "1", ACTOR, ""),
        ("reveal_name", None, "2", ACTOR, ""),
        ("exported", SCREENING, None, "bob", "xlsx, 4 letters"),
    ]
    assert [line.place for line in history(store, SCREENING)] == [1, 2, 4]
    with pytest.raises(StoreError, match="there is none with key 99"):
        note_reveal(store, 99, actor=ACTOR)
    with pytest.raises(StoreError, match="there is no 's-none'"):
        note_export(store, "s-none", kind="csv", letters=1, actor=ACTOR)


def test_every_action_has_words(store: Store) -> None:
    """What `history` gives can be told to a person."""
    decide(store, SCREENING, "1", "reject", reason="pay", note="x", actor=ACTOR)
    erase(store, "1")
    assert {line.action for line in history(store)} == {"screened", "reject", "note", "erased"}
    assert {line.action for line in history(store)} <= set(ACTIONS)


def test_who_acts_without_a_login_is_the_systems_user(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name that the machine knows; "unknown" where it knows none."""
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    assert system_actor() == "ann"

    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert system_actor() == "unknown"


# erasing


def test_an_erasure_leaves_the_chain_whole_and_says_erased(store: Store) -> None:
    """Promise 7: words, codes and names go; that something was done, and when, stays."""
    kept = decide(store, SCREENING, "1", "advance", note="clearly the best", actor=ACTOR)
    named = decide(store, SCREENING, "3", "hold", note="after Will Smith", actor=ACTOR)
    decide(store, SCREENING, "2", "reject", reason="pay", note="asks too much", actor=ACTOR)
    override_label(store, SCREENING, "2", "bake", "met", reason="bakes", actor=ACTOR)
    note_reveal(store, key_of(store, "2"), actor=ACTOR)
    erase(store, "2")
    assert decisions(store, SCREENING) == {"1": kept, "3": replace(named, note="erased")}
    assert overrides(store, SCREENING) == ()
    gone = [line for line in history(store) if line.erased]
    assert [line.action for line in gone] == [
        "note",
        "reject",
        "note",
        "override_label",
        "note",
        "reveal_name",
    ]
    assert {(line.payload, line.actor) for line in gone} == {("erased", None)}
    assert {line.letter_id for line in gone[1:]} == {None}
    found = verify(store)
    assert (found.entries, found.erased, found.broken) == (11, 6, ())


def test_a_replay_says_which_places_were_erased(store: Store) -> None:
    """The ranking of then is not kept, but the ledger knows which of its places are empty now."""
    erase(store, "1")
    erase(store, "es")
    texts = [one.text for one in replay(store, SCREENING).warnings if one.code == "erased"]
    assert texts == [
        "2 of 4 letters of this screening were erased since; score, order and winner are those of the letters that "
        "remain; erased: place 1 (the letter that was named) and 1 without a rank"
    ]
    assert verify(store).broken == ()


def test_a_replay_of_a_screening_without_a_record_counts_the_erased(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A screening that is older than the ledger has no places to tell of."""
    store = recorded_store(tmp_path / "store", recorded=False)
    request.addfinalizer(store.close)
    erase(store, "1")
    texts = [one.text for one in replay(store, SCREENING).warnings if one.code == "erased"]
    assert texts == [
        "1 of 4 letters of this screening was erased since; score, order and winner are those of the letters that remain"
    ]
    found = verify(store)
    assert (found.screenings, found.unrecorded, found.broken) == (0, 1, ())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["advance", "hold", "reject", "withdraw", "erase"]),
            st.sampled_from(["1", "2", "3", "es"]),
            st.text(max_size=40),
        ),
        max_size=8,
    )
)
def test_whatever_people_do_the_ledger_stays_sound(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    """Any course of decisions and erasures; what stands is the last decision on each letter that stands."""
    expected: dict[str, tuple[str, str]] = {}
    erased: set[str] = set()
    with screened(tmp_path_factory.mktemp("any") / "store", LETTERS, ASKS) as store:
        for action, letter_id, text in steps:
            if letter_id in erased or (action == "withdraw" and letter_id not in expected):
                continue
            if action == "erase":
                erase(store, letter_id)
                erased.add(letter_id)
                expected.pop(letter_id, None)
            elif action == "withdraw":
                withdraw(store, SCREENING, letter_id, actor=ACTOR)
                expected.pop(letter_id)
            else:
                reason = "pay" if action == "reject" else None
                decide(store, SCREENING, letter_id, action, reason=reason, note=text, actor=ACTOR)
                expected[letter_id] = (action, text.strip())
        found = decisions(store, SCREENING)
        assert {one: made.action for one, made in found.items()} == {
            one: what for one, (what, _) in expected.items()
        }
        assert all(made.note in {expected[one][1], "erased"} for one, made in found.items())
        assert verify(store).broken == ()


APPEND = """
import sys
from pathlib import Path
from agents.ledger import decide
from ingestion.store import Store

with Store.open(Path(sys.argv[1]), lock_wait_s=60) as store:
    for number in range(12):
        decide(store, "s-by-hand", "1", "hold", note=f"{sys.argv[2]} {number}", actor=sys.argv[2])
"""


def test_two_processes_never_fork_the_chain(store: Store) -> None:
    """Both write at the same time; every entry stands, one behind the other."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, str(store.folder), name], cwd=Path(__file__).parent.parent
        )
        for name in ("ann", "bob")
    ]
    assert [one.wait(timeout=120) for one in running] == [0, 0]
    lines = [line for line in history(store) if line.action == "note"]
    assert sorted(line.payload for line in lines) == sorted(
        f"{who} {n}" for who in ("ann", "bob") for n in range(12)
    )
    assert [line.payload for line in lines if line.actor == "ann"] == [
        f"ann {number}" for number in range(12)
    ]
    found = verify(store)
    assert (found.entries, found.broken) == (1 + 2 * 24, ())


def test_every_reason_has_to_do_with_the_job() -> None:
    """The codes are a fixed list; none speaks of a person, and "other" asks for words."""
    assert list(REASONS)[-1] == "other"
    words = " ".join(REASONS.values())
    assert not {"age", "gender", "name", "family", "health", "religion", "origin", "fit"} & set(words.split())

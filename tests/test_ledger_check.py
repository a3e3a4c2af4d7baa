from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_letters import ACTOR, recorded_store
from screened_letters import POSTING, SCREENING

from agents.ledger import (
    decide,
    decisions,
    head_of,
    verify,
)
from agents.ledger_payloads import payload_of
from agents.stored_screening import verdict_of
from agents.verdict import Verdict
from ingestion.ledger_rows import append_entry, read_ledger
from ingestion.rows import entry_checksum, screening_checksum
from ingestion.store import ScreeningEntry, Store, StoreDamaged, StoredScreening


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four letters and a recorded screening of them."""
    with recorded_store(tmp_path / "store") as opened:
        yield opened


def tampered(store: Store, *statements: str) -> tuple[str, ...]:
    """What a check finds after these statements were run past the program."""
    with store.writing() as tx:
        for statement in statements:
            tx.changing().exec_driver_sql(statement)
    return verify(store).broken


def with_checksums(store: Store) -> None:
    """Give every changed row of a screening a checksum that fits it."""
    with store.writing() as tx:
        connection = tx.changing()
        rows = connection.exec_driver_sql(
            "SELECT screening_id, place, letter_key, payload FROM screening_entry"
        ).all()
        for row in rows:
            fits = entry_checksum(row.screening_id, row.place, ScreeningEntry(row.letter_key, row.payload))
            connection.exec_driver_sql(
                "UPDATE screening_entry SET checksum = ? WHERE place = ?", (fits, row.place)
            )
        for row in connection.exec_driver_sql("SELECT * FROM screening").all():
            stored = StoredScreening(row.screening_id, POSTING, row.created, row.header)
            fits = screening_checksum(stored, row.posting_id)
            connection.exec_driver_sql("UPDATE screening SET checksum = ?", (fits,))


CHANGED = [
    (
        "a finding",
        "UPDATE screening_entry SET payload = replace(payload, '\"partial\"', '\"met\"')",
        "findings or score are not what was recorded for letter 2",
    ),
    (
        "a confidence",
        "UPDATE screening_entry SET payload = replace(payload, '0.9', '0.8') WHERE letter_key < 3",
        "findings or score are not what was recorded for letters 1, 2",
    ),
    (
        "a reason",
        "UPDATE screening_entry SET payload = replace(payload, 'not in English', 'not at all')",
        "findings or score are not what was recorded for letter es",
    ),
    (
        "a requirement",
        "UPDATE screening SET header = replace(header, 'baking', 'singing')",
        "what it was asked, or how it was made, is not what was recorded",
    ),
]


@pytest.mark.parametrize(
    ("statement", "found"), [one[1:] for one in CHANGED], ids=[one[0] for one in CHANGED]
)
def test_a_screening_that_was_changed_later_is_found(store: Store, statement: str, found: str) -> None:
    """Also by someone who made the row's own checksum fit."""
    with store.writing() as tx:
        tx.changing().exec_driver_sql(statement)
    with_checksums(store)
    assert verify(store).broken == (f"screening s-by-hand, recorded by entry 1: {found}",)


def test_a_screening_that_was_damaged_or_removed_is_found(store: Store) -> None:
    """A checksum that does not fit, letters that vanished without an erasure, a screening that is gone."""
    assert tampered(store, "DELETE FROM screening_entry WHERE place = 1") == (
        "screening s-by-hand, recorded by entry 1: 1 of its 4 letters are gone, but only 0 were erased since",
    )
    (damaged,) = tampered(store, "UPDATE screening_entry SET payload = '{}' WHERE place = 2")
    assert "must match its checksum" in damaged
    with_checksums(store)
    assert verify(store).broken == ("screening s-by-hand, recorded by entry 1: not readable",)
    (removed,) = tampered(store, "DELETE FROM screening_entry", "DELETE FROM screening")
    assert "there is no 's-by-hand'" in removed


def test_another_arithmetic_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that scores or orders the same findings otherwise does not give what was recorded."""
    monkeypatch.setattr("agents.ledger_check.verdict_of", lambda stored: _rescored(verdict_of(stored)))
    assert verify(store).broken == (
        "screening s-by-hand, recorded by entry 1: findings or score are not what was recorded for letter 1",
    )
    monkeypatch.setattr("agents.ledger_check.verdict_of", lambda stored: _reordered(verdict_of(stored)))
    assert verify(store).broken == (
        "screening s-by-hand, recorded by entry 1: the order of its letters is not what was recorded",
    )


def _rescored(verdict: Verdict) -> Verdict:
    first = replace(verdict.ranking[0], score=9.9)
    return replace(verdict, ranking=(first, *verdict.ranking[1:]))


def _reordered(verdict: Verdict) -> Verdict:
    return replace(verdict, ranking=tuple(reversed(verdict.ranking)))


def test_an_entry_that_says_something_else_than_its_action_is_found(store: Store) -> None:
    """An entry that was put in well-made, but by another program, is not read as a decision."""
    with store.writing() as tx:
        append_entry(tx.changing(), "advance", '{"actor": "x"}', screening_id=SCREENING, letter_key=1)
        append_entry(tx.changing(), "crown", "{}")
    assert verify(store).broken == (
        "entry 2 (advance) does not say what such an entry says",
        "entry 3 (crown) does not say what such an entry says",
    )
    with pytest.raises(StoreDamaged, match=r"entry 2 \(advance\) has another form"):
        decisions(store, SCREENING)
    with store.reading() as connection, pytest.raises(StoreDamaged, match="entry 3 has 'crown'"):
        payload_of(read_ledger(connection, actions=["crown"])[0])


def test_a_decision_whose_payload_was_taken_is_not_made_up(store: Store) -> None:
    """Only an erasure of the letter may take it; until then it is damage."""
    decide(store, SCREENING, "1", "hold", actor=ACTOR)
    tampered(store, "DELETE FROM ledger_payload WHERE place = 2")
    with pytest.raises(StoreDamaged, match="payload of entry 2 of the ledger must stand"):
        decisions(store, SCREENING)


def test_the_head_is_what_a_check_prints(store: Store) -> None:
    """Noted elsewhere, it shows later that nothing was cut off."""
    decide(store, SCREENING, "1", "hold", actor=ACTOR)
    assert head_of(store) == (2, verify(store).head)
    assert verify(store, verify(store).head).broken == ()
    (broken,) = verify(store, "f" * 64).broken
    assert "the end of the chain was cut off, or it was rewritten" in broken

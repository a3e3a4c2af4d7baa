"""What stands in an adapter's folder, and when a run may go on in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tiny_letters import tiny_examples

from agents.llms import LLMSource
from training.record import (
    CHECKPOINTS,
    RecordError,
    check_folder,
    data_fingerprint,
    last_checkpoint,
    plan,
    read_record,
    write_record,
)
from training.settings import TrainingSettings
from training.splits import Split

if TYPE_CHECKING:
    from pydantic import JsonValue

SOURCE = LLMSource("tiny", "tiny", "sha256:0", Path("tiny"), None, None)
SPLIT = Split(tiny_examples(4), (), (), "by hand")


def plan_of(seed: int = 0) -> dict[str, JsonValue]:
    """Return a plan with that seed."""
    return plan(SOURCE, "tiny", TrainingSettings(seed=seed), SPLIT, None)


def test_a_new_folder_is_a_fresh_start(tmp_path: Path) -> None:
    """A folder that is not there, or is empty, starts from the beginning."""
    assert check_folder(tmp_path / "new", plan_of(), resume=False) is None
    assert check_folder(tmp_path, plan_of(), resume=False) is None


def test_a_begun_run_goes_on_from_its_last_whole_checkpoint(tmp_path: Path) -> None:
    """A checkpoint that was cut off while it was written does not count."""
    write_record(tmp_path, {"finished": False, "plan": plan_of()})
    for step, state in ((2, "{}"), (10, "{}"), (12, '{"cut'), (14, None)):
        folder = tmp_path / CHECKPOINTS / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        if state is not None:
            (folder / "trainer_state.json").write_text(state, encoding="utf-8")
    assert last_checkpoint(tmp_path) == tmp_path / CHECKPOINTS / "checkpoint-10"
    assert check_folder(tmp_path, plan_of(), resume=True) == tmp_path / CHECKPOINTS / "checkpoint-10"


def test_a_run_killed_before_its_first_checkpoint_begins_anew(tmp_path: Path) -> None:
    """With nothing to go on from, resuming starts from the beginning."""
    write_record(tmp_path, {"finished": False, "plan": plan_of()})
    assert check_folder(tmp_path, plan_of(), resume=True) is None


@pytest.mark.parametrize(
    ("record", "resume", "message"),
    [
        (None, True, "--resume needs a run that was begun"),
        ({"finished": False, "plan": plan_of()}, False, "go on with --resume, or name another folder"),
        ({"finished": True, "plan": plan_of()}, True, "holds a finished adapter: name another"),
        ({"finished": False, "plan": plan_of(seed=1)}, True, r"but settings\.seed differ"),
    ],
    ids=["nothing-begun", "begun", "finished", "another-plan"],
)
def test_a_folder_that_does_not_fit_is_refused(
    record: dict[str, JsonValue] | None, resume: bool, message: str, tmp_path: Path
) -> None:
    """Nothing is trained over, and a run goes on only if it asks for the same."""
    if record is not None:
        write_record(tmp_path, record)
    with pytest.raises(RecordError, match=message):
        check_folder(tmp_path, plan_of(), resume=resume)


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    """Files that are no run's stay as they are."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RecordError, match="holds files: name another"):
        check_folder(tmp_path, plan_of(), resume=False)


def test_a_record_that_is_broken_is_named(tmp_path: Path) -> None:
    """A record that can't be read is an error, not a fresh start."""
    (tmp_path / "training.json").write_text("{", encoding="utf-8")
    with pytest.raises(RecordError, match="must be JSON"):
        read_record(tmp_path)


def test_the_data_fingerprint_follows_every_word() -> None:
    """Another letter, another field or another order is another fingerprint."""
    first = tiny_examples(3)
    others = [first[::-1], first[:2], (*first[:2], type(first[2])(first[2].fields, first[2].letter + "."))]
    assert len({data_fingerprint(examples) for examples in (first, *others)}) == 4
    assert data_fingerprint(tiny_examples(3)) == data_fingerprint(first)

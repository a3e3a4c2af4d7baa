from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue

from training.lora import EpochLoss, Trained, metrics
from training.loss_curve import curves_below, read_curve
from training.record import write_record


def trained(folder: Path) -> Trained:
    """What came of a training of two steps."""
    return Trained(
        folder=folder,
        matched=None,  # type: ignore[arg-type]
        steps=((1, 2.5), (2, 2.25)),
        epochs=(EpochLoss(1.0, 2, 2.125),),
        best_step=2,
        test_loss=2.0,
        clean_test_loss=None,
        left_out=0,
        seconds=3.0,
        peak_gpu_bytes=None,
    )


def test_a_finished_training_is_read_as_it_is_written(tmp_path: Path) -> None:
    """The losses that training writes are the ones that are drawn."""
    plan: dict[str, JsonValue] = {"base": {"name": "/models/tiny", "model": "m", "revision": "r"}}
    write_record(
        tmp_path / "runs" / "first", {"finished": True, "plan": plan, "metrics": metrics(trained(tmp_path))}
    )
    (curve,), unread = curves_below(tmp_path)
    assert unread == ()
    assert (curve.name, curve.base, curve.best_step, curve.test_loss) == ("first", "tiny", 2, 2.0)
    assert curve.training == ((1, 2.5), (2, 2.25))
    assert curve.evaluation == ((2, 1.0, 2.125),)


def test_a_training_under_way_has_no_curve_yet(tmp_path: Path) -> None:
    """Only what is finished is shown."""
    write_record(tmp_path, {"finished": False, "plan": {}})
    assert read_curve(tmp_path) is None


def test_a_record_of_another_form_is_named(tmp_path: Path) -> None:
    """A folder that can't be read does not hide the others."""
    write_record(tmp_path / "odd", {"finished": True, "metrics": {"losses": []}})
    found, ((name, why),) = curves_below(tmp_path)
    assert (found, name) == ((), "odd")
    assert "training.json must hold" in why


def test_no_folder_is_no_training(tmp_path: Path) -> None:
    """Before the first training there is nothing to read."""
    assert curves_below(tmp_path / "none") == ((), ())

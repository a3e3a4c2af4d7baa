"""The settings of a training run."""

from __future__ import annotations

import pytest

from training.settings import SettingsError, TrainingSettings


def test_the_defaults_are_the_seeds() -> None:
    """Rank 16, alpha 32, dropout 0.05, on attention and MLP."""
    found = TrainingSettings()
    assert (found.r, found.alpha, found.dropout) == (16, 32, 0.05)
    assert found.targets == ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"r": 0}, "--rank must be at least 1, but got 0"),
        ({"max_length": 8}, "--max-length must be at least 16, but got 8"),
        ({"dropout": 1.0}, "--dropout must be from 0 to below 1, but got 1.0"),
        ({"learning_rate": 0.0}, "--learning-rate must be above 0 and below 1, but got 0.0"),
        ({"warmup": 2.0}, "--warmup must be from 0 to 1, but got 2.0"),
        ({"targets": ()}, "--target must name at least one module, but got none"),
        ({"precision": "fp16"}, "--precision must be one of nf4, bf16, fp32, but got 'fp16'"),
    ],
    ids=["rank", "length", "dropout", "rate", "warmup", "targets", "precision"],
)
def test_a_setting_out_of_range_is_refused(wrong: dict[str, object], message: str) -> None:
    """Each range is checked in the words of the command line."""
    with pytest.raises(SettingsError, match=f"^{message}$"):
        TrainingSettings(**wrong)  # type: ignore[arg-type]

from __future__ import annotations

from pathlib import Path

import pytest

from ui.settings import DEFAULT_STORE, SettingsError, read_settings


@pytest.mark.parametrize(
    ("flag", "environment", "expected"),
    [
        pytest.param(None, {}, DEFAULT_STORE, id="default"),
        pytest.param(None, {"WINNOW_STORE": "letters"}, Path("letters"), id="environment"),
        pytest.param(Path("here"), {"WINNOW_STORE": "letters"}, Path("here"), id="flag before environment"),
        pytest.param(None, {"WINNOW_STORE": ""}, DEFAULT_STORE, id="empty is unset"),
    ],
)
def test_the_store_is_the_flag_then_the_environment_then_the_default(
    flag: Path | None, environment: dict[str, str], expected: Path
) -> None:
    """What was said last and nearest wins."""
    assert read_settings(environment, flag).store == expected


def test_an_unknown_setting_is_refused() -> None:
    """A misspelt variable is an error, not a setting that silently does nothing."""
    with pytest.raises(SettingsError, match=r"must be one of WINNOW_STORE, .*but got WINNOW_STOER"):
        read_settings({"WINNOW_STOER": "x"})


def test_a_file_is_no_store(tmp_path: Path) -> None:
    """--store names a folder; a file in its place is said to be one."""
    target = tmp_path / "letters.csv"
    target.write_text("x")
    with pytest.raises(SettingsError, match="must be a folder"):
        read_settings({}, target)


def test_a_switch_takes_0_or_1() -> None:
    """WINNOW_TRACEBACK=yes is refused rather than guessed at."""
    with pytest.raises(SettingsError, match="WINNOW_TRACEBACK must be 0 or 1, but got 'yes'"):
        read_settings({"WINNOW_TRACEBACK": "yes"})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, Path("letters/evaluations")), ({"WINNOW_RESULTS": "measured"}, Path("measured"))],
    ids=["in the store", "a folder of its own"],
)
def test_results_are_looked_for_in_the_store_unless_told(environment: dict[str, str], expected: Path) -> None:
    """The dashboard finds the results of evaluations without a setting."""
    assert read_settings(environment, Path("letters")).results == expected

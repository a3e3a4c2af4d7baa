from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from filled_verdict import verdict_with
from hypothesis import given
from hypothesis import strategies as st

from ui.exports import (
    FORMULA_STARTS,
    XLSX_CELL_LIMIT,
    ExportKind,
    export_bytes,
    harmless,
    write_csv,
    write_export,
    write_xlsx,
)

ATTACKS = [
    '=HYPERLINK("http://127.0.0.1/"&A1,"click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\uff1d1+1",
    "a;=1+1",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_csv_holds_no_live_formula(attack: str, tmp_path: Path) -> None:
    """Every cell is quoted, and none begins as a formula does, blanks before it or not."""
    target = tmp_path / "ranking.csv"
    write_csv(verdict_with(attack), target)
    raw = target.read_text(encoding="utf-8")
    rows = list(csv.reader(raw.splitlines(keepends=True)))
    texts = [cell for row in rows for cell in row if attack.strip("\r\t ") in cell]
    assert len(texts) >= 5
    for cell in texts:
        assert not cell.lstrip().startswith(FORMULA_STARTS)
    assert raw.startswith('"')
    assert ',"' in raw
    assert ",=" not in raw


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_workbook_holds_no_formula(attack: str, tmp_path: Path) -> None:
    """Read back by another library, each cell is text or a number, and no text begins as a formula does."""
    target = tmp_path / "ranking.xlsx"
    write_xlsx(verdict_with(attack), target)
    book = openpyxl.load_workbook(target)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert sum(attack.strip("\r\t ") in text for text in texts) >= 10
    for text in texts:
        assert not text.lstrip().startswith(FORMULA_STARTS)


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    """Whatever the text, its cell starts no formula; a text that would not has not changed."""
    cell = harmless(text)
    assert not cell.lstrip().startswith(FORMULA_STARTS)
    assert cell in {text, "'" + text}


def test_a_number_stays_a_number(tmp_path: Path) -> None:
    """A negative similarity is arithmetic, not a formula, and can be sorted."""
    target = tmp_path / "ranking.xlsx"
    write_xlsx(verdict_with("plain"), target)
    sheet = openpyxl.load_workbook(target)["ranking"]
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
    assert row["similarity"] == -0.25
    assert row["rank"] == 1
    assert (row["met"], row["partial"], row["not shown"]) == (1, 0, 0)
    assert row["r1: quote"] == "plain"


def test_a_letter_not_judged_has_its_row(tmp_path: Path) -> None:
    """Nobody disappears on the way into a spreadsheet."""
    target = tmp_path / "ranking.csv"
    write_csv(verdict_with("Spanish"), target)
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[1]["rank"] == ""
    assert rows[1]["reason"] == "not judged: Spanish"


def test_a_text_too_long_for_a_cell_says_so(tmp_path: Path) -> None:
    """A workbook's cell has a limit; what is cut is said to be cut."""
    target = tmp_path / "ranking.xlsx"
    write_xlsx(verdict_with("word " * 10_000), target)
    sheet = openpyxl.load_workbook(target)["screening"]
    longest = max((str(cell.value) for row in sheet.iter_rows() for cell in row), key=len)
    assert len(longest) == XLSX_CELL_LIMIT
    assert longest.endswith("[cut: a cell holds 32767 characters, this text has 50000]")


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    """A reader never meets half a file: the old one stands until the new one is complete."""
    target = tmp_path / "ranking.csv"
    write_csv(verdict_with("first"), target)
    before = target.read_bytes()
    broken = verdict_with("second")
    object.__setattr__(broken, "unjudged", (None,))
    with pytest.raises(AttributeError):
        write_csv(broken, target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ranking.csv"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "html"])
def test_a_file_and_its_bytes_are_the_same(kind: ExportKind, tmp_path: Path) -> None:
    """The dashboard hands over what the command line writes."""
    target = tmp_path / f"ranking.{kind}"
    write_export(verdict_with("plain"), target, kind)
    begins = {"csv": b'"rank"', "xlsx": b"PK", "html": b"<!DOCTYPE html>"}
    assert target.read_bytes().startswith(begins[kind])
    if kind != "xlsx":  # a workbook holds the time it was made
        assert target.read_bytes() == export_bytes(verdict_with("plain"), kind)

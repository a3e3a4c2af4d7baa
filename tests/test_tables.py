"""Tables of letters as examples."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import huggingface_hub
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tiny_letters import tiny_examples, write_seed_csv

from training.examples import Example, WritingFields
from training.tables import TableError, read_examples, write_examples


def test_the_seeds_columns_are_read(tmp_path: Path) -> None:
    """Each column of the seed's data set lands in its field, and the row says where it came from."""
    fields = WritingFields(
        "Cook", "5 years", "Harbour House", "Ann", "Grill", "Fish", "Diploma", "knives, fire"
    )
    path = write_seed_csv(tmp_path / "letters.csv", (Example(fields, 'Dear "all",\n\nI cook.'),))
    table = read_examples(str(path))
    assert table.examples == (Example(fields, 'Dear "all",\n\nI cook.', "letters.csv row 0"),)
    assert (table.refused, table.missing) == ((), ())


def _same(path: Path) -> Path:
    rows = [{**e.fields.as_dict(), "letter": e.letter} for e in tiny_examples(3)]
    match path.suffix:
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        case ".json":
            path.write_text(json.dumps(rows), encoding="utf-8")
        case ".jsonl":
            write_examples(path, tiny_examples(3))
        case _:
            write_seed_csv(path, tiny_examples(3))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet"])
def test_every_format_gives_the_same_examples(suffix: str, tmp_path: Path) -> None:
    """The same letters come out of every kind of table."""
    found = read_examples(str(_same(tmp_path / f"letters{suffix}"))).examples
    assert [(e.fields, e.letter) for e in found] == [(e.fields, e.letter) for e in tiny_examples(3)]


def test_a_row_without_a_letter_is_refused_and_named(tmp_path: Path) -> None:
    """An empty letter costs its own row, and the row is named."""
    path = tmp_path / "letters.csv"
    path.write_text("Job Title,Cover Letter\nCook,I cook.\nCook,  \n", encoding="utf-8")
    table = read_examples(str(path))
    assert [e.letter for e in table.examples] == ["I cook."]
    assert [str(r) for r in table.refused] == [
        "letters.csv row 1: a row must have a letter, but got no word; fill it in, or leave the row out"
    ]


def test_fields_without_a_column_are_named(tmp_path: Path) -> None:
    """A table that lacks optional columns is read, and what it lacks is said."""
    path = tmp_path / "letters.csv"
    path.write_text("Job Title,Cover Letter,Skillsets\nCook,I cook.,fire\n", encoding="utf-8")
    assert read_examples(str(path)).missing == (
        *("preferred_qualifications", "company", "applicant"),
        *("past_experience", "current_experience", "qualifications"),
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "x", "a table must be one of"),
        ("a.csv", "Job Title,Text of it\nCook,x\n", "must have a column cover_letter, letter, text, but has"),
        ("a.csv", "Job Title,Cover Letter\nCook\n", "must have 2 fields in every row"),
        ("a.csv", 'Job Title,Cover Letter\nCook,"open\n', "must be a whole table"),
        ("a.jsonl", '{"job_title": "Cook", "letter": "x"}\nnot json\n', "line 2 is none"),
        ("a.jsonl", "[]\n", "is a list"),
        ("a.json", '[{"job_title": "Cook"', "must be whole JSON"),
        ("a.parquet", "no parquet", "must be a whole Parquet file"),
        ("a.csv", "Job Title,Cover Letter\n", "has no row"),
    ],
    ids=[
        "suffix",
        "column",
        "short-row",
        "open-quote",
        "bad-line",
        "no-object",
        "cut-json",
        "bad-parquet",
        "empty",
    ],
)
def test_a_broken_table_is_refused(name: str, content: str, message: str, tmp_path: Path) -> None:
    """Nothing is trained on half a table; the error says what is wrong where."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=message):
        read_examples(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A misspelled path is an error that shows it."""
    with pytest.raises(TableError, match=r"nowhere\.csv' is none"):
        read_examples(str(tmp_path / "nowhere.csv"))


def test_a_data_set_of_the_hub_is_read_like_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of the hub are read by the same columns, from the split that is named."""
    asked: list[tuple[str, str]] = []

    def load(name: str, *, split: str, streaming: bool) -> list[dict[str, str]]:
        assert streaming
        asked.append((name, split))
        return [{"Job Title": "Cook", "Cover Letter": "I cook."}]

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets, "load_dataset", load)
    found = read_examples("hf:owner/letters:test").examples
    assert asked == [("owner/letters", "test")]
    assert [(e.fields.job_title, e.letter, e.source) for e in found] == [
        ("Cook", "I cook.", "hf:owner/letters:test row 0")
    ]


def test_a_hub_that_is_out_of_reach_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the data set can't be had, the error names it and what else to do."""

    def load(*_: object, **__: object) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(TableError, match=r"hf:owner/letters must be reachable, but is not \(no route\)"):
        read_examples("hf:owner/letters")


def test_a_data_set_needs_an_owner() -> None:
    """An address of the hub that is not owner/name is refused before any network is asked."""
    with pytest.raises(TableError, match="hf:owner/name or hf:owner/name:split"):
        read_examples("hf:letters")

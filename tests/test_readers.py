from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.hub import letters_of
from ingestion.raw_letter import MAX_CHARACTERS, origin_of
from ingestion.readers import READABLE_SUFFIXES, Columns, RawLetter, Refusal, read_letters


def read(path: Path, columns: Columns | None = None) -> tuple[dict[str, str], list[Refusal]]:
    """Return the letters by id, and the refusals."""
    found = list(read_letters([str(path)], columns or Columns()))
    letters = {one.letter_id: one.text for one in found if isinstance(one, RawLetter)}
    return letters, [one for one in found if isinstance(one, Refusal)]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file into the test's folder."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


Write = Callable[[str, str | bytes], Path]


def test_the_columns_of_the_seeds_data_set_are_recognised(write: Write) -> None:
    """A first column without a name is no id column: letters are numbered by their row, from 0."""
    path = write(
        "seed.csv",
        ",Job Title,Applicant Name,Cover Letter\n7,Cook,Ada Byrne,I cook.\n8,Nurse,Bo Lund,I nurse.\n",
    )
    assert list(read_letters([str(path)])) == [
        RawLetter("0", "I cook.", "Ada Byrne", f"{path.parent.name}/seed.csv row 0"),
        RawLetter("1", "I nurse.", "Bo Lund", f"{path.parent.name}/seed.csv row 1"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "letter_id,text,name\nx1,I cook.,Ada\n"),
        ("a.CSV", "letter_id;text;name\nx1;I cook.;Ada\n"),
        ("a.tsv", "letter_id\ttext\tname\nx1\tI cook.\tAda\n"),
        ("a.jsonl", '{"letter_id": "x1", "text": "I cook.", "name": "Ada"}\n'),
        ("a.ndjson", '\n{"letter_id": "x1", "text": "I cook.", "name": "Ada"}\n\n'),
        ("a.json", '[{"letter_id": "x1", "text": "I cook.", "name": "Ada"}]'),
        ("b.json", '{"letter_id": "x1", "text": "I cook.", "name": "Ada"}'),
    ],
    ids=["csv", "semicolons", "tsv", "jsonl", "ndjson", "json array", "json object"],
)
def test_each_table_gives_the_same_letter(write: Write, name: str, content: str) -> None:
    """letter_id, text and name are recognised in every format."""
    path = write(name, content)
    assert list(read_letters([str(path)])) == [
        RawLetter("x1", "I cook.", "Ada", f"{path.parent.name}/{name} row 0")
    ]


def test_parquet_gives_the_same_letter(tmp_path: Path) -> None:
    """Whole numbers that became floats on the way through a data frame are ids all the same."""
    pq.write_table(pa.table({"id": [4.0, 5.0], "letter": ["I cook.", "I nurse."]}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == ({"4": "I cook.", "5": "I nurse."}, [])


def test_columns_can_be_named(write: Write) -> None:
    """Named columns come before recognised ones."""
    path = write("a.csv", "text,body,number,who,id\nno,I cook.,12,Ada,3\n")
    found = list(read_letters([str(path)], Columns(text="body", id="number", name="who")))
    assert found == [RawLetter("12", "I cook.", "Ada", f"{path.parent.name}/a.csv row 0")]


@pytest.mark.parametrize("columns", [Columns(), Columns(text="body"), Columns(id="no"), Columns(name="no")])
@pytest.mark.parametrize("content", ["subject,words\nx,y\n"])
def test_wrong_columns_are_named(write: Write, content: str, columns: Columns) -> None:
    """The refusal says which columns there are and which flag to use."""
    letters, [refusal] = read(write("a.csv", content), columns)
    assert letters == {}
    assert "'subject', 'words'" in refusal.value
    assert "-column" in refusal.remedy


def test_a_texts_id_is_its_path_below_the_folder(write: Write) -> None:
    """Files of a folder come by name, hidden ones not at all, and a text is read as it is."""
    write("pile/b/two.md", "Zwei\r\n")
    write("pile/a.txt", b"\xef\xbb\xbfEins")
    path = write("pile/.hidden.txt", "no").parent
    assert read(path) == ({"a.txt": "Eins", "b/two.md": "Zwei\r\n"}, [])
    assert read(path / "a.txt") == ({"a.txt": "Eins"}, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.txt"])
def test_byte_order_marks_are_understood(write: Write, name: str, encoding: str) -> None:
    """Spreadsheets write UTF-16 and UTF-8 with a mark; both read as if they had none."""
    content = {
        "a.csv": "text\nJosé café",
        "a.jsonl": '{"text": "José café"}',
        "a.json": '[{"text": "José café"}]',
        "a.txt": "José café",
    }[name]
    letters, refused = read(write(name, content.encode(encoding)))
    assert (list(letters.values()), refused) == (["José café"], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,text\n1,one\n2,caf\xe9\n3,three\n"),
        ("a.jsonl", b'{"id":1,"text":"one"}\n{"id":2,"text":"caf\xe9"}\n{"id":3,"text":"three"}\n'),
        ("a.json", b'[{"id":1,"text":"one"},{"id":2,"text":"caf\xe9"},{"id":3,"text":"three"}]'),
        ("b.jsonl", b'{"id":1,"text":"one"}\n{"id":2,"text":"\\ud800"}\n{"id":3,"text":"three"}\n'),
    ],
    ids=["csv", "jsonl", "json", "lone surrogate"],
)
def test_bytes_that_are_no_utf8_cost_their_row_only(write: Write, name: str, content: bytes) -> None:
    """The rows before and after are read, and the refusal names the row."""
    letters, [refusal] = read(write(name, content))
    assert letters == {"1": "one", "3": "three"}
    assert (refusal.source.split("/")[1], refusal.letter_id) == (f"{name} row 1", "2")
    assert "UTF-8" in refusal.rule


def test_parquet_text_that_is_no_utf8_costs_its_row_only(tmp_path: Path) -> None:
    """A Parquet file's text column can hold any bytes."""
    raw = pa.array([b"one", b"caf\xe9", b"three"]).cast(pa.binary())
    text = pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2])
    pq.write_table(pa.table({"text": text}), tmp_path / "a.parquet")
    letters, [refusal] = read(tmp_path / "a.parquet")
    assert (letters, refusal.letter_id) == ({"0": "one", "2": "three"}, "1")


def test_text_files_that_are_no_utf8_are_refused_alone(write: Write) -> None:
    """One file's bytes never stop the next file."""
    write("pile/a.txt", b"caf\xe9")
    letters, [refusal] = read(write("pile/b.txt", "two").parent)
    assert (letters, refusal.letter_id) == ({"b.txt": "two"}, "a.txt")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("\u200b …", "empty"),
        ("a" * (MAX_CHARACTERS + 1), "100,000 characters"),
        ("nul\0", "NUL"),
        (None, "empty"),
        (12, "text"),
        (["a"], "text"),
    ],
    ids=["empty", "blank", "no word", "too long", "nul", "null", "number", "list"],
)
def test_a_row_that_is_no_letter_is_refused_alone(write: Write, text: object, rule: str) -> None:
    """The refusal says the rule; its neighbours are read."""
    rows = [{"id": 1, "text": "one"}, {"id": 2, "text": text}, {"id": 3, "text": "x" * MAX_CHARACTERS}]
    letters, [refusal] = read(write("a.jsonl", "\n".join(map(json.dumps, rows))))
    assert (list(letters), refusal.letter_id) == (["1", "3"], "2")
    assert rule in refusal.rule
    assert len(str(refusal).splitlines()) == 1


@pytest.mark.parametrize("letter_id", [None, "", "  ", "a\nb", "x" * 201, True, {"a": 1}])
def test_a_row_without_a_usable_id_is_refused(write: Write, letter_id: object) -> None:
    """Where there is an id column every row needs an id: a made-up one could be another person's."""
    rows = [{"id": 1, "text": "one"}, {"id": letter_id, "text": "two"}]
    letters, [refusal] = read(write("a.jsonl", "\n".join(map(json.dumps, rows))))
    assert letters == {"1": "one"}
    assert "id" in refusal.rule


def test_rows_that_disagree_about_the_id_are_refused(write: Write) -> None:
    """A row with an id among rows without would otherwise be numbered, its id lost."""
    letters, [refusal] = read(
        write("a.jsonl", '{"text": "one"}\n{"text": "two", "id": "x"}\n{"text": "three"}\n')
    )
    assert letters == {"0": "one", "2": "three"}
    assert "columns" in refusal.rule


def test_malformed_lines_cost_themselves_only(write: Write) -> None:
    """A line that is no JSON object is refused; the numbers of the rows after it do not move."""
    letters, refused = read(write("a.jsonl", '{"text": "one"}\n{"text": \n[1]\n{"text": "four"}\n'))
    assert letters == {"0": "one", "3": "four"}
    assert len(refused) == 2


@pytest.mark.parametrize("number", ["1e999999999", "1e400", "9" * 5_000, "NaN", "1.50"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_odd_numbers_for_ids_cost_nothing_but_their_row(write: Write, name: str, number: str) -> None:
    """Some parsers raise at them, and a number of a million digits would fill the memory."""
    rows = ['{"id": 1, "text": "one"}', f'{{"id": {number}, "text": "two"}}']
    letters, refused = read(write(name, "\n".join(rows) if name == "a.jsonl" else f"[{','.join(rows)}]"))
    assert letters["1"] == "one"
    assert len(letters) + len(refused) == 2


def test_a_json_file_that_breaks_off_gives_what_stands_before(write: Write) -> None:
    """An array cannot be read past its break, and the refusal says from which row on."""
    letters, [refusal] = read(write("a.json", '[{"text": "one"}, {"text": "two"}, {"te'))
    assert letters == {"0": "one", "1": "two"}
    assert refusal.source.endswith("a.json row 2")


def test_a_quote_that_is_never_closed_costs_its_row_only(write: Write) -> None:
    """Read loosely, letters 2 and 3 would become one, under the wrong person's id."""
    content = 'id,text,name\n1,"one",A\n2,"two,B\n3,"three\nlines",C\n4,four,D\n'
    letters, [refusal] = read(write("a.csv", content))
    assert letters == {"1": "one", "3": "three\nlines", "4": "four"}
    assert "line 3" in refusal.value


def test_a_quote_inside_a_text_that_is_not_doubled_costs_its_row_only(write: Write) -> None:
    """The rest of a broken letter is never taken for a row: two whole rows must follow each other."""
    content = 'id,text\n1,"she said "hi"\nHowever, I went on"\n2,"two, too"\n3,three\n'
    letters, [refusal] = read(write("a.csv", content))
    assert letters == {"2": "two, too", "3": "three"}
    assert "lines 2 to 3" in refusal.value


def test_row_numbers_are_never_guessed(write: Write) -> None:
    """Without ids, rows after a break of unknown length would get other people's numbers: they are refused."""
    letters, refused = read(write("a.csv", 'text\none\n"she said "hi"\nand so on\n"\nfive\nsix\n'))
    assert letters == {"0": "one"}
    assert "--id-column" in refused[-1].remedy


def test_a_row_with_too_few_fields_is_refused(write: Write) -> None:
    """Empty fields that a spreadsheet appends are no fault."""
    letters, [refusal] = read(write("a.csv", "id,text\n1,one\n2\n3,three,,\n"))
    assert letters == {"1": "one", "3": "three"}
    assert (refusal.value, "2 fields" in refusal.rule) == ("1", True)


def test_a_huge_field_costs_its_row_only(write: Write) -> None:
    """Python's own limit of 131,072 characters would end the file."""
    content = f'id,text\n1,"{"x" * 500_000}"\n2,"{"y" * 5_000_000}"\n3,three\n4,four\n'
    letters, refused = read(write("a.csv", content))
    assert letters == {"3": "three", "4": "four"}
    assert [one.source.rsplit(" ", 1)[1] for one in refused] == ["0", "1"]


def test_paths_that_hold_no_letters_are_refused(write: Write, tmp_path: Path) -> None:
    """Each says what it is, and the paths after it are read."""
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    paths = [
        tmp_path / "missing.csv",
        tmp_path / "empty",
        write("letter.pages", "x"),
        tmp_path / "pipe.txt",
        write("empty.csv", ""),
        write("empty.json", "[]"),
        write("broken.parquet", "PAR1"),
        write("fine.txt", "Fine."),
    ]
    found = list(read_letters([str(path) for path in paths]))
    assert [isinstance(one, Refusal) for one in found] == [True] * 7 + [False]
    assert all(suffix in str(found[2]) for suffix in READABLE_SUFFIXES)
    assert str(tmp_path) not in "".join(str(one) for one in found[1:])


def test_links_stay_inside_their_folder(write: Write, tmp_path: Path) -> None:
    """A folder that someone else packed must not choose which files are read, and loops end."""
    write("secret.txt", "Secret.")
    folder = write("pile/sub/a.txt", "Fine.").parent.parent
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "same.txt").symlink_to(folder / "sub" / "a.txt")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "out").symlink_to(tmp_path)
    letters, refused = read(folder)
    assert letters == {"sub/a.txt": "Fine."}
    assert sorted(one.source for one in refused) == ["pile/out", "pile/out.txt", "pile/self"]


def test_refusals_print_as_one_harmless_line(write: Write) -> None:
    """A file's name or columns cannot move the cursor or forge a second line."""
    path = write("a\x1b[2J\nwinner.csv", "b\x1bad\n1\n")
    [refusal] = read_letters([str(path)])
    assert "\x1b" not in str(refusal)
    assert len(str(refusal).splitlines()) == 1


def test_a_data_set_reads_like_a_table() -> None:
    """Rows of the hub's data sets come as dictionaries."""
    rows = [
        {"Cover Letter": "I cook.", "Applicant Name": "Ada"},
        {"Cover Letter": None, "Applicant Name": None},
    ]
    letter, refusal = letters_of("hf:owner/name:train", rows, Columns())
    assert letter == RawLetter("0", "I cook.", "Ada", "hf:owner/name:train row 0")
    assert isinstance(refusal, Refusal)


def test_without_a_network_a_data_set_is_refused_at_once() -> None:
    """The hub stands at a port where nobody answers; the next path is read."""
    code = (
        "from ingestion.readers import read_letters\n"
        "[print(one) for one in read_letters(['hf:owner/name:test', 'hf:nonsense'])]"
    )
    environment = os.environ | {"HF_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, env=environment, timeout=60, check=True,
        cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    unreachable, nonsense = done.stdout.splitlines()
    assert unreachable.startswith("hf:owner/name:test: the data set must be reachable")
    assert "hf:owner/name:split" in nonsense


def test_origins_leave_out_the_row() -> None:
    """A row that moved within its file still comes from there."""
    assert origin_of("a/b row 3.csv row 12") == origin_of("a/b row 3.csv line 7") == "a/b row 3.csv"


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet"])
def test_tables_stream(tmp_path: Path, suffix: str) -> None:
    """Twenty times the rows need no more memory: peak of Python's own allocations, with a margin for noise."""

    def rows(count: int) -> Iterator[dict[str, str]]:
        return (
            {"id": str(number), "text": f"Letter {number}. " + "I cook. " * 50} for number in range(count)
        )

    def peak(count: int) -> int:
        path = tmp_path / f"{count}{suffix}"
        if suffix == ".parquet":
            with pq.ParquetWriter(path, pa.schema({"id": pa.string(), "text": pa.string()})) as writer:
                writer.write_table(pa.Table.from_pylist(list(rows(count))))
        else:
            with path.open("w") as file:
                if suffix == ".csv":
                    file.write("id,text\n" + "".join(f'{row["id"]},"{row["text"]}"\n' for row in rows(count)))
                elif suffix == ".jsonl":
                    file.writelines(json.dumps(row) + "\n" for row in rows(count))
                else:
                    json.dump(list(rows(count)), file)
        pool = pa.default_memory_pool()
        before = pool.bytes_allocated()
        tracemalloc.start()
        assert sum(isinstance(one, RawLetter) for one in read_letters([str(path)])) == count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most + pool.bytes_allocated() - before

    peak(500)  # imports
    assert peak(10_000) < peak(500) + 1_000_000

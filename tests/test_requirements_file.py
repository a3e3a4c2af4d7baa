import json
from pathlib import Path

import pytest

from agents.requirements import RequirementsError, load_requirements
from agents.requirements_file import MAX_FILE_REQUIREMENTS
from agents.verdict import Requirement


def write(folder: Path, name: str, content: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


YAML = """\
- text: AWS certification
  kind: must
- text: "leadership: of a team"
  kind: nice
  weight: 3
  id: lead
- {text: finance projects, kind: nice}
"""


@pytest.mark.parametrize("name", ["r.yaml", "r.yml", "r.YAML", "r.json"])
def test_both_forms_read_alike(tmp_path: Path, name: str) -> None:
    """Given ids and weights are kept, missing ones follow the place and the kind."""
    entries = [
        {"text": "AWS certification", "kind": "must"},
        {"text": "leadership: of a team", "kind": "nice", "weight": 3, "id": "lead"},
        {"text": "finance projects", "kind": "nice"},
    ]
    content = json.dumps(entries) if name.endswith("json") else YAML
    assert (
        Requirement("r1", "AWS certification", "must", 2.0),
        Requirement("lead", "leadership: of a team", "nice", 3.0),
        Requirement("r3", "finance projects", "nice", 1.0),
    ) == load_requirements(write(tmp_path, name, content))


def test_a_given_id_is_kept_even_where_it_looks_like_a_made_one(tmp_path: Path) -> None:
    """The entry without an id steps aside."""
    path = write(tmp_path, "r.yaml", "- {text: a b, kind: must}\n- {text: c d, kind: must, id: r1}\n")
    assert [r.id for r in load_requirements(path)] == ["r3", "r1"]


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "r.json"
    path.write_bytes(b'\xef\xbb\xbf[{"text": "German", "kind": "must"}]')
    assert [r.text for r in load_requirements(path)] == ["German"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.txt", "AWS", "must end in .json, .yaml, .yml, but got '.txt'; rename it"),
        ("r.json", '{"text": "a"}', "must hold a list, but got a mapping; write it like"),
        ("r.yaml", "", "must hold a list, but got nothing; write it like"),
        ("r.json", "[]", "must hold 1 to 50 requirements, but got 0; add one like"),
        ("r.json", '[{"text": "a", "kind": "must"},]', "line 1 is not JSON"),
        (
            "r.yaml",
            "- text: a: b\n  kind: must",
            "line 1 is not YAML (mapping values are not allowed here); correct it",
        ),
        ("r.json", '["AWS"]', "entry 1 must hold text and kind, but got a text; write it like"),
        ("r.json", '[{"kind": "must"}]', "entry 1: text must be given; add it"),
        (
            "r.json",
            '[{"text": "a", "kind": "maybe"}]',
            "entry 1: kind must be must or nice, but got 'maybe'; use one",
        ),
        ("r.json", '[{"text": " ", "kind": "must"}]', "entry 1: text must not be empty, but got"),
        (
            "r.yaml",
            "- {text: 2020, kind: must}",
            "entry 1: text must be a text, but got 2020; put it in quotes",
        ),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "wieght": 2}]',
            "entry 1: an entry may hold text, kind, weight and id only, not wieght, but got 2; remove or rename it",
        ),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "weight": 0}]',
            "entry 1: weight must be above 0, but got 0; use",
        ),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "weight": 101}]',
            "entry 1: weight must be at most 100, but got 101; use",
        ),
        ("r.json", '[{"text": "a", "kind": "must", "weight": NaN}]', "weight must be a"),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "weight": "2"}]',
            "weight must be a number, but got '2'; write it without",
        ),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "weight": true}]',
            "weight must be a number, but got True",
        ),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "id": "a b"}]',
            "id must not hold spaces or control characters, but got 'a b'",
        ),
        ("r.yaml", "- {text: a, kind: must, id: 7}", "id must be a text, but got 7; put it in quotes"),
        (
            "r.json",
            '[{"text": "a", "kind": "must", "id": "x"}, {"text": "b", "kind": "must", "id": "x"}]',
            "ids must be unique, but entries 1 and 2 are both 'x'; rename one",
        ),
        (
            "r.json",
            '[{"text": "Own van", "kind": "must"}, {"text": "own  VAN", "kind": "nice"}]',
            "each text may stand once, but entries 1 and 2 are both 'own  VAN'; remove one",
        ),
        (
            "r.json",
            '[{"text": "a", "text": "b", "kind": "must"}]',
            "a key may stand once in an entry, but 'text' stands twice",
        ),
        (
            "r.yaml",
            "- text: a\n  text: b\n  kind: must",
            "line 2: a key may stand once in an entry, but 'text' stands twice",
        ),
        ("r.yaml", "- !!python/object:os.system {}", "is not YAML (could not determine a constructor"),
        ("r.json", "[" * 100_000, "nested too deep; write it like"),
    ],
)
def test_each_error_names_file_rule_value_and_remedy(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    """A person can mend the file from the message alone."""
    path = write(tmp_path, name, content)
    with pytest.raises(RequirementsError) as caught:
        load_requirements(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No traceback for a typing mistake."""
    with pytest.raises(RequirementsError, match=r"nowhere\.json: .*No such file.*check the path"):
        load_requirements(tmp_path / "nowhere.json")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder may well end in .json."""
    (tmp_path / "r.json").mkdir()
    with pytest.raises(RequirementsError, match="must be a readable file"):
        load_requirements(tmp_path / "r.json")


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed about bytes."""
    path = tmp_path / "r.json"
    path.write_bytes('[{"text": "Français", "kind": "must"}]'.encode("latin-1"))
    with pytest.raises(RequirementsError, match="must be UTF-8, but byte 15 is not; save it as UTF-8"):
        load_requirements(path)


def test_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    """A list that nobody could read is a mistake."""
    entries = [{"text": f"skill {n}", "kind": "must"} for n in range(MAX_FILE_REQUIREMENTS + 1)]
    with pytest.raises(
        RequirementsError, match="must hold 1 to 50 requirements, but got 51; keep those that decide"
    ):
        load_requirements(write(tmp_path, "r.json", json.dumps(entries)))

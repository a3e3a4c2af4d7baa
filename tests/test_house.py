from __future__ import annotations

import ast
import doctest
import importlib
import json
import os
import re
import resource
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("ingestion", "agents", "training", "evals", "ui")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LINES_AT_MOST = 450
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "base", "core"}
HEAVY = {
    "bitsandbytes",
    "datasets",
    "faiss",
    "llama_index",
    "numpy",
    "pandas",
    "peft",
    "pyarrow",
    "pydantic",
    "sentence_transformers",
    "sqlalchemy",
    "streamlit",
    "torch",
    "transformers",
    "trl",
    "xlsxwriter",
}
BIN = Path(sys.executable).parent


def dotted(path: Path) -> str:
    """The name under which a file of a room is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def in_a_fresh_process(code: str, cwd: Path) -> str:
    """What ``code`` prints in a new interpreter that stands in ``cwd``."""
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout


def test_each_room_is_this_repositorys_own(tmp_path: Path) -> None:
    """Another distribution also imports as ``agents``; what is imported here, from any folder, is ours."""
    code = f"import json; print(json.dumps({{r: __import__(r).__file__ for r in {ROOMS!r}}}))"
    files = json.loads(in_a_fresh_process(code, tmp_path))
    assert files == {room: str(ROOT / room / "__init__.py") for room in ROOMS}


def test_an_import_only_ever_goes_down() -> None:
    """The floors hold, and no path leads from a store to the training of a writer."""
    done = subprocess.run([str(BIN / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 kept, 0 broken" in done.stdout


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """`winnow --help` needs no encoder, no database and no page."""
    code = (
        "import sys\n"
        "sys.argv = ['winnow', '--help']\n"
        "from ui.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', sorted({HEAVY!r} & set(sys.modules)))"
    )
    assert in_a_fresh_process(code, tmp_path).splitlines()[-1] == "LOADED []"


def test_help_answers_within_half_a_second(tmp_path: Path) -> None:
    """Processor time of the quickest of three tries: a busy machine stretches the wall clock, not this."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(BIN / "winnow"), "--help"], cwd=tmp_path, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)

    assert min(once() for _ in range(3)) < 0.5


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_file_holds_one_idea(path: Path) -> None:
    """No file outgrows its ceiling, and none is named after nothing in particular."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_AT_MOST
    assert path.stem not in VAGUE_NAMES


@pytest.mark.parametrize(
    "path", [path for path in MODULES if ">>> " in path.read_text(encoding="utf-8")], ids=dotted
)
def test_the_examples_in_docstrings_are_true(path: Path) -> None:
    """Every ``>>>`` prints what stands below it."""
    result = doctest.testmod(importlib.import_module(dotted(path)))
    assert result.attempted > 0
    assert result.failed == 0


def project() -> dict[str, dict[str, list[str]]]:
    """The project table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_dependency_is_pinned() -> None:
    """An install today and one in a year take the same versions."""
    table = project()
    wanted = [
        *table["dependencies"],
        *table["optional-dependencies"]["dev"],
        *table["optional-dependencies"]["test"],
    ]
    names = {canonical(re.split(r"[\[<>=!~ ;]", one)[0]) for one in wanted} - {"winnow"}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", pin) for pin in pins)
    assert names <= {canonical(pin.split("==")[0]) for pin in pins}


def test_every_import_is_a_declared_dependency() -> None:
    """What a room imports is asked for by name, not there by the grace of another package."""
    imported: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    table = project()
    named = [
        *table["dependencies"],
        *(one for extra in table["optional-dependencies"].values() for one in extra),
    ]
    declared = {canonical(re.split(r"[\[<>=!~ ;]", one)[0]) for one in named}
    providers = packages_distributions()
    undeclared = {
        module
        for module in imported - set(ROOMS) - set(sys.stdlib_module_names)
        if not declared & {canonical(name) for name in providers.get(module, [module])}
    }
    assert undeclared == set()


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_has_its_reason() -> None:
    """A comment above each dependency says what it is for."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start, end = lines.index("dependencies = ["), lines.index("[project.scripts]")
    entries = [index for index in range(start, end) if re.match(r'    "[a-z]', lines[index])]
    assert len(entries) >= 20
    unexplained = [
        lines[index].strip()
        for index in entries
        if not lines[index - 1].strip().startswith("#") and "winnow[" not in lines[index]
    ]
    assert unexplained == []


def test_no_file_names_a_path_of_one_machine() -> None:
    """What is checked in works wherever it is checked out."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs the checkout's git folder")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    pattern = re.compile(r"(?<![\w.:])/(?:home|root|work|Users)/[\w.-]+")
    found = [
        name
        for name in filter(None, listed)
        if (path := ROOT / name).is_file()
        and pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_the_make_targets_need_nothing_installed() -> None:
    """Each target that a newcomer runs asks for the install first."""
    listed = {
        target: prerequisites_of(target) for target in ("demo", "test", "test-all", "check", "bench", "ui")
    }
    assert listed == {
        "demo": ".installed",
        "ui": ".installed",
        "test": ".installed-dev",
        "test-all": ".installed-dev",
        "check": ".installed-dev",
        "bench": ".installed-dev",
    }


def prerequisites_of(target: str) -> str:
    """The stamp file that a target of the Makefile depends on."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(rf"^{target}: \$\(VENV\)/(\S+)", text, re.MULTILINE)
    assert found, target
    return found.group(1)


def test_ci_fails_when_a_part_of_it_fails(tmp_path: Path) -> None:
    """The script runs both parts, and its exit status is that of neither alone."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text(script, encoding="utf-8")
    (tmp_path / "bin").mkdir()
    fake_make = tmp_path / "bin" / "make"
    fake_make.write_text(
        '#!/bin/sh\ncase "$1" in check) exit $CHECK;; test) echo "1 passed in 0.10s"; exit $TEST;; esac\n'
    )
    fake_make.chmod(0o755)
    for check, tested in ((0, 0), (2, 0), (0, 2), (2, 2)):
        environment = {
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "CHECK": str(check),
            "TEST": str(tested),
        }
        done = subprocess.run(
            ["bash", str(tmp_path / ".ci" / "run")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) == (check == tested == 0)
        assert done.stdout.splitlines()[-1] == "1 passed in 0.10s"

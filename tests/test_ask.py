from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from screened_letters import SCREENING, Written, screened

from ui.cli import main

ASKS = {"r1": "food safety certificate", "r2": "ordering stock and keeping food costs down"}
LONG = (
    "I place all the orders for meat, fish and dry goods, I count the stock on Sunday nights, I keep the food cost at "
    "thirty-one percent, and I have not missed a delivery in fourteen months"
)
LETTERS = [
    Written(
        "147",
        f"{LONG}. I hold a food safety certificate.",
        "Ada Byrne",
        {"r1": ("met", "I hold a food safety certificate"), "r2": ("met", LONG)},
    ),
    Written(
        "files/a-letter.txt",
        "My certificate ran out. Red \x1b[31malert\x1b[0m.",
        None,
        {"r1": ("partial", "My certificate ran out. Red \x1b[31malert\x1b[0m")},
    ),
    Written("9", "Ich koche gern.", None, unjudged="German; this judge reads English"),
]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


Winnow = Callable[..., Ran]


@pytest.fixture
def winnow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Winnow:
    """Runs the command line in this process on a store of three letters."""
    screened(tmp_path / "store", LETTERS, ASKS).close()

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(
            sys, "argv", ["winnow", *arguments, *(["--store", str(tmp_path / "store")] if arguments else [])]
        )
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


def test_a_question_is_answered_and_the_newest_screening_named(winnow: Winnow) -> None:
    """Without --screening the newest is asked, and that is said beside the result."""
    ran = winnow("ask", "Who has a food safety certificate?")
    assert (ran.status, ran.err) == (0, f"screening {SCREENING} of posting jobs, the newest of 1\n")
    assert ran.out.splitlines() == [
        "food safety certificate: 1 met and 1 partly shown, of 2 judged letters.",
        "  letter 147, met: “I hold a food safety certificate”",
        "  letter files/a-letter.txt, partly shown: “My certificate ran out. Red <U+001B>[31malert<U+001B>[0m”",
    ]


def test_the_conversation_goes_on_in_the_next_command(winnow: Winnow) -> None:
    """The memory is the store's."""
    winnow("ask", "Why not files/a-letter.txt?", "--screening", SCREENING)
    ran = winnow("ask", "Show me the sentence", "--screening", SCREENING)
    assert ran.out.startswith(
        "Letter files/a-letter.txt for food safety certificate is read from “My certificate"
    )


def test_an_answer_as_json_is_one_object(winnow: Winnow) -> None:
    """Letters, quotes with their spans, and the answer's text."""
    ran = winnow("ask", "Tell me about 147", "--screening", SCREENING, "--json")
    given = json.loads(ran.out)
    assert (given["schema"], given["kind"], given["letters"]) == (1, "letter", ["147"])
    assert given["citations"] == [
        {
            "letter_id": "147",
            "text": "I hold a food safety certificate",
            "start": len(LONG) + 2,
            "end": len(LONG) + 2 + 32,
        },
        {"letter_id": "147", "text": LONG, "start": 0, "end": len(LONG)},
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["ask"], 2, "a question must be given"),
        (["ask", "  "], 2, "must not be empty"),
        (["ask", "Who won?", "--screening", "s9"], 1, "there is no 's9'"),
        (["compare", "147"], 2, "takes 2 to 4"),
        (["compare", "147", "147"], 2, "takes 2 to 4"),
        (["compare", "147", "404"], 1, "there is no letter '404' in screening"),
    ],
)
def test_a_wrong_call_names_the_rule(winnow: Winnow, arguments: list[str], status: int, words: str) -> None:
    """Wrong usage is status 2, what is not there status 1."""
    ran = winnow(*arguments)
    assert ran.status == status
    assert words in " ".join(ran.err.replace("│", " ").split())


def test_on_a_terminal_many_questions_can_be_asked(winnow: Winnow, monkeypatch: pytest.MonkeyPatch) -> None:
    """One a line, until an empty one."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("Who is the winner?\nWhy?\n\nWho is never asked?\n"))
    ran = winnow("ask", "--screening", SCREENING)
    assert ran.status == 0
    assert "The winner is letter 147." in ran.out
    assert "Letter 147 is the winner.\n" in ran.out
    assert ran.err.count("> ") == 3


def test_letters_stand_side_by_side_within_eighty_columns(winnow: Winnow) -> None:
    """Requirement by requirement, quotes folded under themselves, and who shows more."""
    ran = winnow("compare", "147", "files/a-letter.txt", "9", "--screening", SCREENING)
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[:8] == [
        "letter              rank  score",
        "147                    1   10.0",
        "files/a-letter.txt     2    3.3",
        "9                   not judged: German; this judge reads English",
        "",
        "food safety certificate (r1, must, weight 2)",
        "  147                 met             + “I hold a food safety certificate”",
        "  files/a-letter.txt  partly shown      “My certificate ran out. Red",
    ]
    assert lines[-1] == "+ shows more than the others"
    assert "\x1b" not in ran.out


def test_a_comparison_as_json_is_one_object(winnow: Winnow) -> None:
    """Labels and quotes a requirement and letter."""
    given = json.loads(winnow("compare", "9", "147", "--screening", SCREENING, "--json").out)
    assert [one["unjudged"] for one in given["letters"]] == ["German; this judge reads English", None]
    assert [[cell["label"] for cell in row["findings"]] for row in given["requirements"]] == [
        ["met"],
        ["met"],
    ]


def test_help_loads_no_model_library() -> None:
    """`winnow ask --help` answers without torch, transformers or LlamaIndex."""
    heavy = (
        "import sys; from ui.commands import ask, compare; "
        "print([name for name in ('torch', 'transformers', 'llama_index', 'numpy', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

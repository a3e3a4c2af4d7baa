from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.chat.engine import ScreeningChat
from agents.chat.facts import Answer
from agents.chat.several import read_several
from agents.chat.subject import Subject
from agents.chat.suggestions import suggestions
from agents.screening import open_engine
from agents.verdict import Requirement, Verdict
from ingestion.store import Store

CONVERSATIONS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("chat_questions.yaml").read_text(encoding="utf-8")
)
JOBS = sorted({one["job"] for one in CONVERSATIONS})
THREE = [
    Requirement("r1", "Terraform", "must", 2),
    Requirement("r2", "on-call shifts", "must", 2),
    Requirement("r3", "stock taking and counting", "nice", 1),
]
SAID = {
    "met": "met",
    "partly shown": "partial",
    "the letter says otherwise": "contradicted",
    "not shown in the letter": "not_shown",
}


@pytest.fixture(scope="module")
def screenings(
    sample_store: Store, samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, dict[str, Verdict]]]:
    """The bundled letters, screened for each bundled job by its own requirements."""
    folder = shutil.copytree(sample_store.folder, tmp_path_factory.mktemp("chat") / "store")
    with Store.open(folder) as store:
        verdicts: dict[str, Verdict] = {}
        for job in JOBS:
            engine = open_engine(store, requirements=samples / "jobs" / f"{job}.requirements.yaml")
            response = engine.query((samples / "jobs" / f"{job}.txt").read_text(encoding="utf-8"))
            verdicts[job] = (response.metadata or {})["verdict"]
        yield store, verdicts


def check_facts(answer: Answer, verdict: Verdict, subject: Subject) -> None:
    """Whatever an answer says of ranks, scores, labels and words is the verdict's and the letters'."""
    ranked = {one.assessment.letter_id: one for one in verdict.ranking}
    for letter_id, rank, score in re.findall(r"[Ll]etter (\S+) \(rank (\d+), score ([\d.]+)\)", answer.text):
        assert (ranked[letter_id].rank, f"{ranked[letter_id].score:.1f}") == (int(rank), score)
    for letter_id, label in re.findall(
        r"^  letter (\S+?)(?:,|:) (met|partly shown|the letter says otherwise|not shown in the letter)",
        answer.text,
        re.MULTILINE,
    ):
        assert SAID[label] in {finding.label for finding in ranked[letter_id].assessment.findings}
    for line in answer.lines:
        for citation in line.citations:
            assert citation.letter_id == line.letter_id
            letter = subject.letter(citation.letter_id)
            assert letter.text[citation.start : citation.end] == citation.text


@pytest.mark.parametrize(
    "conversation", CONVERSATIONS, ids=[f"{one['job']}: {one['turns'][0]['ask']}" for one in CONVERSATIONS]
)
def test_questions_get_their_checked_answers(
    screenings: tuple[Store, dict[str, Verdict]], conversation: dict[str, Any]
) -> None:
    """Letters, quotes and numbers are exactly right, from the first question to the last that says "it"."""
    store, verdicts = screenings
    verdict = verdicts[conversation["job"]]
    chat = ScreeningChat(store, verdict.screening_id)
    chat.reset()
    for turn in conversation["turns"]:
        answer = chat.ask(turn["ask"])
        assert (answer.kind, list(answer.letters), answer.text) == (
            turn["kind"],
            turn["letters"],
            turn["answer"],
        )
        check_facts(answer, verdict, chat.subject())


def test_there_are_at_least_forty_questions() -> None:
    """The six of the first recruiter are among them."""
    asked = [turn["ask"] for one in CONVERSATIONS for turn in one["turns"]]
    assert len(asked) >= 40
    assert {"Why not 141?", "Who has AWS?", "What would make 141 a 9?", "Show me the sentence"} <= set(asked)


@pytest.mark.parametrize(
    ("asked", "same_as"),
    [
        ("why not letter 141", "Why not 141?"),
        ("Why isn't 141 first?", "Why not 141?"),
        ("Why did 141 lose?", "Why not 141?"),
        ("why did you not choose #141", "Why not 141?"),
        ("What's wrong with the runner-up?", "Why not files/letter-003.txt?"),
        ("Why not Osei?", "Why not 141?"),
        ("Which applicants hold a food safety certificate?", "Who has a food safety certificate?"),
        ("anyone with a food safety certificate?", "Who has a food safety certificate?"),
        ("List everybody who has the food safety certificate", "Who has a food safety certificate?"),
        ("who meets r2?", "Who meets the food safety certificate?"),
        ("How could 141 become a 9?", "What would make 141 a 9?"),
        ("What would 141 need for a score of 9?", "What would make 141 a 9?"),
        ("what does 141 have to show to get to 9/10?", "What would make 141 a 9?"),
        ("141 vs 115 on training", "Compare 141 and 115 on training"),
        ("How do 141 and 115 compare on training junior cooks?", "Compare 141 and 115 on training"),
        ("What is the difference between 141 and 115 in training?", "Compare 141 and 115 on training"),
        ("Explain 141's score", "How is the score of 141 computed?"),
        ("Why does 141 have a score of 6.4?", "How is the score of 141 computed?"),
        ("Which letters should I read next?", "Who else should I read?"),
        ("Any other candidates worth reading?", "Who else should I read?"),
        ("Show the winner", "Tell me about 115"),
        ("What does 115 show?", "Tell me about 115"),
        ("Give me the ranking", "Who is the winner?"),
        ("Who won?", "Who is the winner?"),
    ],
)
def test_other_words_get_the_same_answer(
    screenings: tuple[Store, dict[str, Verdict]], asked: str, same_as: str
) -> None:
    """People ask in their own words."""
    store, verdicts = screenings
    chat = ScreeningChat(store, verdicts["sous-chef"].screening_id)
    answers: list[list[str]] = []
    for question in (asked, same_as):
        chat.reset()
        # Whoever is called by a name is told first which letter that is.
        answers.append([line for line in chat.ask(question).text.split("\n") if "” is letter" not in line])
    assert answers[0] == answers[1]


def test_what_it_offers_is_understood_and_of_this_screening(
    screenings: tuple[Store, dict[str, Verdict]],
) -> None:
    """Every suggested question has an answer, and speaks of letters that stand in the screening."""
    store, verdicts = screenings
    for verdict in verdicts.values():
        chat = ScreeningChat(store, verdict.screening_id)
        chat.reset()
        offered = suggestions(chat.subject())
        first = [ranked.assessment.letter_id for ranked in verdict.ranking[:2]]
        assert [one for one in first if not any(one in question for question in offered)] == []
        kinds = [chat.ask(question).kind for question in offered]
        expected = ["standing", "why_not", "who", "compare", "who", "raise", "reads", "score", "count"]
        assert kinds == expected
        help_lines = chat.ask("help").text.split("\n")[1:]
        assert [line.strip() for line in help_lines] == list(offered)


@pytest.mark.parametrize(
    ("asked", "shown", "lacking", "either"),
    [
        ("terraform and on-call", ["r1", "r2"], [], False),
        ("Terraform, on-call, and stock taking", ["r1", "r2", "r3"], [], False),
        ("both r1 and r2", ["r1", "r2"], [], False),
        ("terraform or on-call", ["r1", "r2"], [], True),
        ("who has terraform but not on-call", ["r1"], ["r2"], False),
        ("who lacks terraform and on-call", [], ["r1", "r2"], False),
        ("who lacks terraform but has on-call", ["r2"], ["r1"], False),
        ("who knows neither terraform nor on-call", [], ["r1", "r2"], False),
        ("terraform without on-call and stock taking", ["r1"], ["r2", "r3"], False),
    ],
)
def test_several_requirements_are_told_apart(
    asked: str, shown: list[str], lacking: list[str], either: bool
) -> None:
    """What is to be shown and what is to be lacking stand in the question's words."""
    several = read_several(asked, THREE)
    assert several is not None
    assert ([one.id for one in several.shown], [one.id for one in several.lacking], several.either) == (
        shown,
        lacking,
        either,
    )


@pytest.mark.parametrize(
    "asked",
    ["stock taking and counting", "terraform", "terraform and juggling", "who is it and why", "and and and"],
)
def test_what_is_not_several_is_left_alone(asked: str) -> None:
    """One requirement with an "and" of its own is one; a part that no requirement names is looked for in the letters."""
    assert read_several(asked, THREE) is None

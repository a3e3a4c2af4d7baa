from __future__ import annotations

import pytest

from agents.asked_words import asked_words, joined


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5+ years of experience in retail", "5+ years of experience in retail"),
        (
            "At least two years of work experience in a pharmacy",
            "at least two years of work experience in a pharmacy",
        ),
        ("Pastry skills", "pastry skills"),
        ("Python and SQL", "Python and SQL"),
        ("Excel", "Excel"),
        ("Running Kubernetes in production", "running Kubernetes in production"),
        ("Marketing Manager experience", "Marketing Manager experience"),
        ("Project Manager experience", "Project Manager experience"),
        ("On-call rota", "on-call rota"),
        ("Spanish", "Spanish"),
        ("Windows 11", "Windows 11"),
        ("Flexible about shifts", "‘Flexible about shifts’"),
        ("AWS certification", "AWS certification"),
        ("Strong communication skills.", "strong communication skills"),
        ("Master's degree in Computer Science", "a master's degree in Computer Science"),
        ("RN license", "an RN license"),
        ("forklift licence", "a forklift licence"),
        ("university degree in law", "a university degree in law"),
        ("2 licences or a permit", "2 licences or a permit"),
        ("Project Manager (project management experience)", "project management experience"),
        ("cloud experience (AWS or GCP)", "‘cloud experience (AWS or GCP)’"),
        ("Fluent in Spanish", "‘Fluent in Spanish’"),
        ("work night shifts", "‘work night shifts’"),
        ("work experience abroad", "work experience abroad"),
        ("You like people", "‘You like people’"),
        ("able to lift 20 kg", "‘able to lift 20 kg’"),
        ("registered architect", "‘registered architect’"),
        ("team player", "‘team player’"),
        ("friendly manner", "friendly manner"),
        ("“agile”\n methods", '‘"agile" methods’'),
    ],
)
def test_a_requirement_fits_its_sentence(text: str, words: str) -> None:
    """A noun phrase stands as it is or with an article, without a capital that a sentence would not have; the rest is set apart."""
    assert asked_words(text) == words


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a and b", "c"], "a and b, or c"),
        (["a, b", "c", "d"], "a, b; c; or d"),
        (["a (“x, y”)", "b"], "a (“x, y”) or b"),
    ],
)
def test_an_and_inside_a_name_misleads_nobody(items: list[str], sentence: str) -> None:
    """The marks between names are stronger than those within."""
    assert joined(items, "or") == sentence

import pytest

from agents.job_sections import MAX_SENTENCE, job_sentences, read_lines, section_of_heading


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Requirements", "must"),
        ("What you need:", "must"),
        ("Who we're looking for", "must"),
        ("About you", "must"),
        ("Minimum qualifications", "must"),
        ("Your profile", "must"),
        ("Preferred qualifications", "nice"),
        ("Nice-to-have:", "nice"),
        ("Bonus points", "nice"),
        ("It would be great if you also have", "nice"),
        ("Responsibilities", "duties"),
        ("What you will do", "duties"),
        ("About the role", "duties"),
        ("About us", "about"),
        ("Who we are", "about"),
        ("What we offer", "about"),
        ("Benefits & perks", "about"),
        ("Equal opportunity", "about"),
        ("How to apply", "about"),
        ("Salary", "about"),
        ("The second floor", None),
    ],
)
def test_headings_are_known_by_what_they_say(heading: str, section: str | None) -> None:
    """The vocabulary of job ads decides, whatever the punctuation."""
    assert section == section_of_heading(heading)


def test_a_bullet_made_of_heading_words_stays_a_bullet() -> None:
    """A bullet that says "Technical skills" is asked for; it opens nothing."""
    lines = read_lines("Requirements:\n- Technical skills\n- Experience").lines
    assert [(line.text, line.section) for line in lines] == [
        ("Technical skills", "must"),
        ("Experience", "must"),
    ]


def test_prose_after_a_bulleted_list_and_a_blank_line_leaves_the_section() -> None:
    """What follows the last list is seldom part of it."""
    lines = read_lines("Requirements:\n- Welding\n\nThe shop stands by the river.").lines
    assert [line.section for line in lines] == ["must", "prose"]


def test_a_title_is_not_a_line() -> None:
    """The first line names the job."""
    job = read_lines("Night Auditor\n\nRequirements\n- Two years at a hotel desk")
    assert (job.title, [line.text for line in job.lines]) == ("Night Auditor", ["Two years at a hotel desk"])


def test_a_key_opens_a_section_for_its_line_only() -> None:
    """A line like "Salary: 30,000" between two requirements does not swallow the second."""
    lines = read_lines("Requirements:\nWelding\nSalary: 30,000\nBrazing").lines
    assert [line.section for line in lines] == ["must", "about", "must"]


@pytest.mark.parametrize("mark", ["-", "*", "\u2022", "\u2013", "\uf0b7", "\u2713", "3.", "b)", "o"])
def test_every_bullet_mark_is_taken_off(mark: str) -> None:
    """Ads are pasted from many programs."""
    lines = read_lines(f"Requirements:\n{mark} Welding").lines
    assert [(line.text, line.bullet) for line in lines] == [("Welding", True)]


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("A B.Sc. or Ph.D. is needed. Apply.", ["A B.Sc. or Ph.D. is needed.", "Apply."]),
        ("Tools, e.g. Excel, help. We pay 3.50 more.", ["Tools, e.g. Excel, help.", "We pay 3.50 more."]),
        ("Ask Mr. Hall of J. Hall Ltd. about it!", ["Ask Mr. Hall of J. Hall Ltd. about it!"]),
        ("...", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(line: str, sentences: list[str]) -> None:
    """Abbreviations, initials and numbers end none."""
    assert sentences == job_sentences(line)


def test_a_run_of_words_is_cut_between_words() -> None:
    """No piece is longer than the limit, and no word is lost."""
    words = ["hands-on"] * 500
    pieces = job_sentences(" ".join(words))
    assert words == " ".join(pieces).split()
    assert max(len(piece) for piece in pieces) <= MAX_SENTENCE

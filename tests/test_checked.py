from __future__ import annotations

import pytest
from pydantic import JsonValue

from training.checked import Checked, write_checked
from training.examples import WritingFields
from training.writer import Sampling, Say, TemplateWriter, WriterError, Written

FIELDS = WritingFields("Cook", company="Blue Fig", applicant="Jo Roe", skills="pastry, butchery")
HONEST = "Dear Hiring Manager,\n\nI know pastry. I am a team player.\n\nSincerely,\nJo Roe"
INVENTED = "Dear Hiring Manager,\n\nI know pastry. I cooked at Golden Fork for 9 years.\n\nI hold a PhD.\n\nSincerely,\nJo Roe"


class Scripted:
    """Writes given letters in order, and notes how it was asked."""

    def __init__(self, *letters: str) -> None:
        self.name = "scripted"
        self.model: str | None = "a model"
        self.letters = list(letters)
        self.asked: list[Sampling] = []

    def write(self, fields: WritingFields, sampling: Sampling, say: Say | None = None) -> Written:
        """The next letter."""
        self.asked.append(sampling)
        letter = self.letters.pop(0)
        if say is not None:
            say(letter)
        return Written(letter)

    def fingerprint(self) -> dict[str, JsonValue]:
        """Nothing to tell."""
        return {}


def seeds(writer: Scripted) -> list[int | None]:
    """The seed of each draw, None for the likeliest words."""
    return [sampling.seed if sampling.sample else None for sampling in writer.asked]


def test_a_letter_is_listed_not_changed() -> None:
    """Without strict the letter streams as it is, and its inventions stand beside it."""
    said: list[str] = []
    checked = write_checked(Scripted(INVENTED), FIELDS, Sampling(), say=said.append)
    assert (checked.letter, said) == (INVENTED, [INVENTED])
    assert [one.text for one in checked.found] == ["Golden Fork", "9 years", "PhD"]


def test_strict_draws_again_until_a_letter_is_honest() -> None:
    """The next letters are drawn with the next seeds, and the person is told."""
    writer = Scripted(INVENTED, INVENTED, HONEST)
    notes: list[str] = []
    checked = write_checked(writer, FIELDS, Sampling(), strict=True, note=notes.append)
    assert (checked.letter, checked.tries, checked.seed, checked.removed) == (HONEST, 3, 1, ())
    assert seeds(writer) == [None, 0, 1]
    assert notes[0] == "letter 1 states 3 things that the fields do not hold; writing again with seed 0"


def test_a_drawn_letter_is_drawn_again_with_the_next_seed() -> None:
    """No seed is used twice."""
    writer = Scripted(INVENTED, HONEST)
    write_checked(writer, FIELDS, Sampling(sample=True, seed=7), strict=True)
    assert seeds(writer) == [7, 8]


def test_strict_takes_out_what_no_letter_left_out() -> None:
    """After the last try the sentences that made something up go, each said aloud, and the rest stays."""
    said: list[str] = []
    notes: list[str] = []
    checked = write_checked(
        Scripted(INVENTED, INVENTED),
        FIELDS,
        Sampling(),
        strict=True,
        tries=2,
        say=said.append,
        note=notes.append,
    )
    assert checked.letter == "Dear Hiring Manager,\n\nI know pastry.\n\nSincerely,\nJo Roe"
    assert checked.removed == ("I cooked at Golden Fork for 9 years.", "I hold a PhD.")
    assert notes[-1] == "taken out: I hold a PhD."
    assert said == [checked.letter]
    assert checked.found == ()


def test_strict_leaves_manners_and_lists_them() -> None:
    """A soft skill is no fact to take out."""
    checked = write_checked(Scripted(HONEST), FIELDS, Sampling(), strict=True)
    assert (checked.letter, [one.text for one in checked.found]) == (HONEST, ["team player"])


def test_a_letter_of_inventions_alone_is_refused() -> None:
    """Nothing is better than an empty letter."""
    with pytest.raises(WriterError, match="--strict must leave a letter"):
        write_checked(Scripted("I hold a PhD."), FIELDS, Sampling(), strict=True, tries=1)


def test_a_writer_that_writes_no_word_is_refused() -> None:
    """An untrained model may end at once; that is said."""
    with pytest.raises(WriterError, match="ended before the first word"):
        write_checked(Scripted(" \n"), FIELDS, Sampling())


def test_the_template_is_honest_at_once() -> None:
    """The writer without a model needs one try."""
    checked = write_checked(TemplateWriter(), FIELDS, Sampling(), strict=True)
    assert isinstance(checked, Checked)
    assert (checked.found, checked.tries, checked.removed) == ((), 1, ())

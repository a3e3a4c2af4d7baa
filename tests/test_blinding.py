from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.blinding import PLACEHOLDERS, blind
from ingestion.letter import OffsetMap


def masked(text: str, applicant: str | None = None) -> str:
    """Return the text that models see."""
    return blind(text, applicant)[0]


@pytest.mark.parametrize(
    ("applicant", "text", "expected"),
    [
        ("Ada Byrne", "I, Ada Byrne, apply.", "I, [NAME], apply."),
        ("Ada Byrne", "ADA BYRNE\nada byrne", "[NAME]\n[NAME]"),
        ("Ada Byrne", "Ada  B. Byrne; Byrne, Ada; A. Byrne", "[NAME]; [NAME]; [NAME]"),
        ("Ada Byrne", "Ada\nByrne", "[NAME]"),
        ("Ada Maria Byrne", "Ada Byrne, Ada M. Byrne, Ada Maria Byrne", "[NAME], [NAME], [NAME]"),
        ("Dr. Ada Byrne, PhD", "Ada Byrne, PhD", "[NAME], PhD"),
        ("Ada Byrne", "linkedin.com/in/ada-byrne github.com/adabyrne7", "[URL] [URL]"),
        ("José Núñez", "Jose Nunez, Jose\u0301 Nu\u0301n\u0303ez, JOSÉ NÚÑEZ", "[NAME], [NAME], [NAME]"),
        ("Jose Nunez", "José Núñez", "[NAME]"),
        ("Anne-Marie O'Neil", "Anne Marie O’Neil", "[NAME]"),
        ("王小明", "我叫王小明。", "我叫[NAME]。"),
        ("Иван Петров", "Меня зовут Иван Петров.", "Меня зовут [NAME]."),
        ("Jürgen Müller", "Juergen Mueller, Muller Jürgen, J. MÜLLER", "[NAME], [NAME], [NAME]"),
        ("Juergen Mueller", "Jürgen Müller", "[NAME]"),
        (
            "Juan de la Cruz",
            "Juan de la Cruz; J. de la Cruz; Juan Cruz; Ms. de la Cruz",
            "[NAME]; [NAME]; [NAME]; [TITLE] [NAME]",
        ),
        ("Mohammed bin Ali", "Mohammed bin Ali, Mohammed Ali, M. bin Ali", "[NAME], [NAME], [NAME]"),
        ("María García López", "Maria Garcia, M. García; García López, María", "[NAME], [NAME]; [NAME]"),
        ("Maria Garcia", "I am Maria Garcia Lopez, a nurse", "I am [NAME], a nurse"),
        ("Siobhan Oneil", "Siobhan O’Neil; S. O'Neil", "[NAME]; [NAME]"),
        ("Anne-Marie Smith-Jones", "Anne Marie Smith, A.-M. Smith-Jones", "[NAME], [NAME]"),
        ("Byrne, Ada", "Ada Byrne and ADA BYRNE", "[NAME] and [NAME]"),
        ("Robert Smith", 'Robert "Bob" Smith', "[NAME]"),
        ("Suharto", "Ask Suharto. Suharto's plan", "Ask [NAME]. [NAME]'s plan"),
        ("Nguyen Van An", "Nguyen Van An; Mr. An", "[NAME]; [TITLE] [NAME]"),
        ("ada byrne", "Ada Byrne", "[NAME]"),
    ],
)
def test_the_full_name_is_masked_however_it_is_written(applicant: str, text: str, expected: str) -> None:
    """Case, accents, initials, order and separators do not matter."""
    assert masked(text, applicant) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear Ada,\nthank you.", "Dear [NAME],\nthank you."),
        ("Thank you.\n\nSincerely,\nAda", "Thank you.\n\nSincerely,\n[NAME]"),
        ("Thank you. Sincerely, Ada", "Thank you. Sincerely, [NAME]"),
        ("Best regards\r\n\r\nAda, RN\r\n", "Best regards\r\n\r\n[NAME], RN\r\n"),
        ("Yours truly, Ms. Byrne", "Yours truly, [TITLE] [NAME]"),
        ("My name is Ada and I cook.", "My name is [NAME] and I cook."),
        ("I'm Ada. I cook.", "I'm [NAME]. I cook."),
        ("Hi, Ada here.", "Hi, [NAME] here."),
        ("They call it Ada's way.", "They call it [NAME]'s way."),
        ("Ada Byrne’s team", "[NAME]’s team"),
    ],
)
def test_a_part_of_the_name_is_masked_where_letters_hold_names(text: str, expected: str) -> None:
    """Salutation, signature, introduction, title, possessive."""
    assert masked(text, "Ada Byrne") == expected


@pytest.mark.parametrize(
    ("applicant", "text"),
    [
        ("Will Grant", "I will grant access. Will you? Grant writing is mine. I hope they will grant it."),
        ("Mark Young", "Mark my words: young people mark exams. I look after the young."),
        ("Delia Oracle", "I know Java, Oracle and Amazon. Oracle's database is mine."),
        ("Java Amazon", "Java on Amazon's cloud, not java beans."),
        ("Sarah Johnson", "I was at Johnson Controls and Johnson & Johnson with Sarah Lee."),
        ("Ben Efit", "One benefit of it"),
        ("Grace Hope", "In the hope of grace, with hope"),
        ("N/A", "My rate is n/a"),
        ("X", "Generation X marks the spot"),
        ("Al An", "Alan and Dan plan an alarm"),
        ("Paris Jones", "I studied in Paris and know plaster of Paris."),
        ("Chelsea Grant", "I grew up in Chelsea. The Grant Thornton office hired Michael Grant."),
        ("Julia Ruby", "Python, Julia and Ruby on Rails"),
        ("Juan de la Cruz", "Oscar de la Renta, and a room de la paix"),
        ("Van Lu", "when the caterer's van broke down"),
        ("Mary Johns", "St. Mary's Hospital, Johns Hopkins"),
        ("Grant King", "He grants it. Burger King, King's College"),
        (None, "Ada Byrne"),
    ],
)
def test_words_and_employers_stay(applicant: str | None, text: str) -> None:
    """A mask over evidence would change how a letter is judged."""
    assert masked(text, applicant) == text


@pytest.mark.parametrize("applicant", ["Will Grant", "Grace Hope", "Mark Young", "Page Turner"])
def test_a_name_of_everyday_words_is_masked_in_capitals(applicant: str) -> None:
    """The capitals, or the place, tell the name from the words."""
    first = applicant.split(maxsplit=1)[0]
    text = f"{applicant}\nDear team, I am {applicant}.\nSincerely,\n{first}"
    assert masked(text, applicant) == "[NAME]\nDear team, I am [NAME].\nSincerely,\n[NAME]"


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.org",
        "a.b+c_d@mail.example.co.uk",
        "ADA@EXAMPLE.ORG",
        "o'neil@example.org",
        "adé@bücher.example",
    ],
)
def test_email_addresses_are_masked(email: str) -> None:
    """With what stands around them left alone."""
    assert masked(f"Write to <{email}>, or ({email}).", "Ada Byrne") == "Write to <[EMAIL]>, or ([EMAIL])."


def test_a_name_beside_an_address_is_masked_too() -> None:
    """The name inside the address goes with the address."""
    assert masked("Ada Byrne adabyrne@example.org", "ada byrne") == "[NAME] [EMAIL]"


@pytest.mark.parametrize(
    "phone",
    [
        "(555) 123-4567", "555-123-4567", "555.123.4567", "555 123 4567", "5551234567", "1-800-555-0199 ext. 12",
        "+1 (555) 123-4567", "+44 20 7946 0958", "+442079460958", "0161 496 0123", "(020) 7946 0958", "030/1234567",
        "06 12 34 56 78", "98765 43210", "+91-98765-43210", "612 345 678", "0049 30 123456",
    ],
)  # fmt: skip
def test_phone_numbers_are_masked(phone: str) -> None:
    """By their shape alone."""
    assert masked(f"I am at {phone}, or not. 2015") == "I am at [PHONE], or not. 2015"


@pytest.mark.parametrize("cue", ["Phone: ", "call me at ", "Tel. ", "Mobile no. ", "cell "])
def test_a_word_before_it_makes_a_short_number_a_phone(cue: str) -> None:
    """Seven digits alone may be anything."""
    assert masked(f"{cue}555-0123.") == f"{cue}[PHONE]."
    assert masked("Order 555-0123.") == "Order 555-0123."


@pytest.mark.parametrize(
    "text",
    [
        "2015-2019", "2015 - 2019", "2003/2008", "2013 2016", "from 2014-2015 through", "2015 - 2016 - 2017", "2015–19",
        "$165,000", "$1 250 000 000", "1 250 000 EUR", "€1.250.000.000", "USD 250 000 000", "1,234,567,890 rows",
        "12/05/2019", "2019-05-12", "05.12.2019 - 06.12.2019", "01/2015 - 03/2019", "94105-1234", "ISO 9001-2015",
        "192.168.100.111", "10.0.19041.1", "123-45-6789", "100 000 000 users", "3.14159265358", "20150101", "401(k)",
        "500-1000 users", "1.250.000.000 records", "99.999999999% uptime", "1234567890123456",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    """Years, amounts, dates, codes and versions are evidence."""
    assert masked(f"I had {text} then.") == f"I had {text} then."


WORDS = st.sampled_from(
    [
        "Ada", "ada", "Byrne", "BYRNE", "Ada Byrne", "Byrne, Ada", "A. Byrne", "Dear", "Sincerely,", "Best", "I am", "Ms.",
        "ada@example.org", "+44 20 7946 0958", "(555) 123-4567", "2015-2019", "$5,000", "Java", "é", "e\u0301", "王", "\n",
        "\r\n", " ", "\t", ".", ",", "'s", "’s", "[NAME]", "@", "/", "-", "\ufffe", "\U0001f600", "İ", "ﬁ", "\u00a0",
    ]
)  # fmt: skip
LETTERS = st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=40).map("".join)


def unmasked(text: str, judged_text: str, offsets: OffsetMap) -> list[tuple[str, str]]:
    """Return what stands between the masks, in both texts."""
    pairs: list[tuple[str, str]] = []
    at = judged_at = 0
    for mask in offsets.masks:
        pairs.append((text[at : mask.start], judged_text[judged_at : mask.judged_start]))
        at, judged_at = mask.end, mask.judged_end
    return [*pairs, (text[at:], judged_text[judged_at:])]


@given(LETTERS, st.sampled_from(["Ada Byrne", "ada", "王", "Éa Müller-Byrne", None]))
def test_outside_the_masks_both_texts_are_equal(text: str, applicant: str | None) -> None:
    """Character by character; and each mask is its kind's placeholder, in order, never empty."""
    judged_text, offsets = blind(text, applicant)
    assert all(before == after for before, after in unmasked(text, judged_text, offsets))
    for mask in offsets.masks:
        assert judged_text[mask.judged_start : mask.judged_end] == PLACEHOLDERS[mask.kind]
        assert mask.start < mask.end
    assert all(one.end <= other.start for one, other in zip(offsets.masks, offsets.masks[1:], strict=False))


@given(LETTERS, st.data())
def test_every_judged_span_leads_to_its_text(text: str, data: st.DataObject) -> None:
    """A span between masks leads to the same words; one that touches a mask to all that was masked."""
    judged_text, offsets = blind(text, "Ada Byrne")
    start = data.draw(st.integers(0, len(judged_text)))
    end = data.draw(st.integers(start, len(judged_text)))
    found = text[slice(*offsets.to_text(start, end))]
    touched = [mask for mask in offsets.masks if mask.judged_start < end and start < mask.judged_end]
    expected = judged_text[start:end]
    for mask in reversed(touched):
        low, high = max(mask.judged_start - start, 0), mask.judged_end - start
        expected = expected[:low] + text[mask.start : mask.end] + expected[high:]
    assert found == (expected if start < end else "")


@given(LETTERS)
def test_masking_depends_on_the_letter_alone(text: str) -> None:
    """The same letter is masked the same way each time."""
    assert blind(text, "Ada Byrne") == blind(text, "Ada Byrne")


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "1 ",
        "Ada ",
        "Dear ",
        "a@",
        "a.",
        "1",
        "-",
        "\n",
        " ",
        "Ada, ",
        "I am ",
        "Ada.\n",
        "(1) ",
        "+1",
        "@",
    ],
)
def test_no_text_is_slow_to_mask(piece: str) -> None:
    """The longest letter of the worst pieces takes processor time in proportion, not a minute."""
    started = time.process_time()
    blind(piece * (100_000 // len(piece)), "Ada Byrne")
    assert time.process_time() - started < 10


def test_a_middle_name_that_the_record_lacks_is_masked_with_the_rest() -> None:
    """A full name is one name, whatever stands between its known parts; two people in one sentence stay apart."""
    assert blind("Sincerely,\nJane Marie Doe", "Jane Doe")[0] == "Sincerely,\n[NAME]"
    assert blind("I am Jane Marie Doe, a nurse.", "Jane Doe")[0] == "I am [NAME], a nurse."
    assert "and the" in blind("Jane and the Doe family", "Jane Doe")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask me.\n\nSincerely,\nAda M. Byrne, RN", "Ask me.\n\nSincerely,\n[NAME], RN"),
        ("Ask me. Best regards, Ada Byrne", "Ask me. Best regards, [NAME]"),
        ("I cook.\n\nAda Byrne", "I cook.\n\n[NAME]"),
        ("My name is Ada Byrne and Ada's soup is known.", "My name is [NAME] and [NAME]'s soup is known."),
        ("Ada Byrne\nada@example.org\n\nDear all,\nI cook.", "[NAME]\n[EMAIL]\n\nDear all,\nI cook."),
        ("I cook.\n\nYours sincerely,\nAda Byrne (Mrs.)", "I cook.\n\nYours sincerely,\n[NAME] ([TITLE])"),
        ("I cook.\n\nThank you for reading\nAda Byrne", "I cook.\n\nThank you for reading\n[NAME]"),
        ("I cook.\n\nxx Ada\nada@example.org", "I cook.\n\nxx [NAME]\n[EMAIL]"),
        ("Name: Will Grant\nI will grant it.", "Name: [NAME]\nI will grant it."),
    ],
)
def test_the_name_a_letter_gives_itself_is_masked_without_a_record(text: str, expected: str) -> None:
    """In the signature, the heading, the introduction; and then wherever it stands."""
    assert masked(text) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Ada Byrne", "Li Wu", "Bartholomew Featherstonehaugh", "Juan de la Cruz", "Siobhan O'Neil", "Anne-Marie Smith-Jones",
        "José Núñez", "Jürgen Müller", "Will Grant", "Paris Jones", "Chelsea King", "Jordan Rivers", "Brooklyn Banks", "Hope Long",
        "Nguyen Van An", "Mohammed bin Ali", "Maria Garcia Lopez", "Julia Rosas", "Precious Dlamini", "May Zhang",
    ],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False], ids=["in its column", "from the letter alone"])
def test_who_signs_does_not_change_what_is_judged(name: str, known: bool) -> None:
    """Byte by byte, wherever letters hold names."""

    def letter(name: str) -> str:
        first, last = name.split(maxsplit=1)[0], name.rsplit(maxsplit=1)[-1]
        return (
            f"{name}\n{first.lower()}@example.org | (555) 555-0142\n\nDear Ms. Pell,\n\nMy name is {name} and I cook. I, {name}, "
            f"know Java. They speak of {first}'s soup and {name}'s bread.\n\n{name.upper()} stands on my file, and {first[0]}. {last}, "
            f"too. Ask for Mr. {last}.\n\nKind regards,\n{name}\nlinkedin.com/in/{first.lower()}"
        )

    assert masked(letter(name), name if known else None) == masked(
        letter("Zoltan Kovacs"), "Zoltan Kovacs" if known else None
    )


@pytest.mark.parametrize("applicant", ["Ada Chen", "Ada Byrne", None])
def test_who_is_addressed_is_masked_whoever_writes(applicant: str | None) -> None:
    """So that a letter by a namesake of the addressee reads like everyone's."""
    assert masked("Dear Ms. Chen,\nI cook.", applicant) == "Dear [TITLE] [NAME],\nI cook."
    assert masked("Dear Dr. Patel,\nI cook.", applicant) == "Dear Dr. [NAME],\nI cook."


@pytest.mark.parametrize(
    "text",
    [
        "Dear Rosebank House,\nI know Oracle.\n\nBest,\nThe Marketing Team",
        "Skills:\nJava\nProject Management",
        "Thank you.\n\nReferences available on request",
        "I am Senior Java Developer, and like it.",
        "Best practices matter. Thanks to Oracle, yours is a great firm.",
        "Dear Sir or Madam,\nI cook.\n\nSincerely,",
    ],
)
def test_what_only_stands_like_a_name_stays(text: str) -> None:
    """Teams, tools, headings and offices are no one's name."""
    assert masked(text) == text


def test_eight_hundred_letters_take_seconds() -> None:
    """Masking runs at ingest: a letter of 250 words takes milliseconds."""
    text = (
        "Dear Hiring Manager,\n\n"
        + "I have led a team of nine in Leeds and know Java, SQL and Excel well. " * 17
    )
    started = time.process_time()
    for number in range(200):
        blind(f"{text}\n\nSincerely,\nAda Byrne{number}", "Ada Byrne")
    assert time.process_time() - started < 2

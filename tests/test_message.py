from __future__ import annotations

from email.message import EmailMessage

import pytest
from hostile_files import HEAD, LETTER, message, pdf, word

from ingestion.message import LETTER_WORDS, read_message
from ingestion.parsed import Parsed
from ingestion.sandbox_child import parse

LONG = "I have cooked in many kitchens, and every guest came back for more. " * 8
SHORT = "Please find my application attached."


def read(
    made: EmailMessage | bytes,
) -> tuple[dict[str | None, str], dict[str | None, str], dict[str | None, str]]:
    """Letters, refusals and what is set aside, each by the name of its part."""
    found = list(read_message(made if isinstance(made, bytes) else bytes(made), parse))
    return (
        {one.part: one.document.text for one in found if one.document is not None},
        {one.part: " ".join(one.refused) for one in found if one.refused is not None},
        {one.part: one.set_aside for one in found if one.set_aside is not None},
    )


def test_a_body_is_a_letter() -> None:
    """With its sender and its subject as guesses."""
    [parsed] = read_message(bytes(message(LETTER)), parse)
    assert parsed.part is None
    assert parsed.document is not None
    assert parsed.document.text == LETTER
    assert (parsed.document.name, parsed.document.email, parsed.document.subject, parsed.document.format) == (
        *("Ada Byrne", "ada@example.org", "Application as a cook"),
        "eml",
    )


def test_attachments_named_as_cover_letters_are_the_letters() -> None:
    """Each of them, whatever else is there; the body and the others are named as set aside."""
    made = message(
        LONG, ("Cover_Letter.pdf", pdf()), ("anschreiben.txt", b"Ich koche."), ("cv.pdf", pdf("CV"))
    )
    letters, refused, aside = read(made)
    assert letters["anschreiben.txt"] == "Ich koche."
    assert set(letters) == {"Cover_Letter.pdf", "anschreiben.txt"}
    assert refused == {}
    assert set(aside) == {"(body)", "cv.pdf"}


def test_a_long_body_is_the_letter_where_none_is_so_named() -> None:
    """Its CV is none, and neither is what else is attached."""
    letters, refused, aside = read(message(LONG, ("AdaByrneCV.pdf", pdf()), ("more.docx", word())))
    assert len(LONG.split()) >= LETTER_WORDS
    assert (list(letters), refused) == ([None], {})
    assert aside == {"AdaByrneCV.pdf": "named as another document", "more.docx": "the body is the letter"}


@pytest.mark.parametrize(
    "other",
    [
        "cv.pdf",
        "My_Resume.pdf",
        "Lebenslauf.pdf",
        "reference-letter.pdf",
        "Diploma 2019.pdf",
        "AdaByrneCV.pdf",
    ],
)
def test_behind_a_short_body_what_is_not_named_otherwise_is_the_letter(other: str) -> None:
    """CVs, references and certificates are told by their names."""
    letters, refused, aside = read(message(SHORT, ("ada.docx", word()), (other, pdf())))
    assert letters == {"ada.docx": LETTER}
    assert refused == {}
    assert aside == {
        "(body)": "a body of 5 words: another part is the letter",
        other: "named as another document",
    }


def test_a_short_body_alone_is_the_letter() -> None:
    """Nothing else could be."""
    letters, _, aside = read(
        message("I cook.", ("cv.pdf", pdf()), ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40))
    )
    assert letters == {None: "I cook."}
    assert aside["photo.png"] == "a picture"


def test_a_letter_that_cannot_be_read_is_refused_by_its_name() -> None:
    """The body does not take its place silently."""
    letters, refused, aside = read(
        message(SHORT, ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99))
    )
    assert letters == {}
    assert "older Office file" in refused["letter.doc"]
    assert set(aside) == {"(body)"}


def test_attached_messages_are_read_by_the_same_rule() -> None:
    """Each with its own sender."""
    outer = EmailMessage()
    outer["From"] = "HR <hr@example.com>"
    outer.set_content("Two more.")
    for name in ("Bo Lund", "Cy Ode"):
        inner = EmailMessage()
        inner["From"] = f"{name} <x@example.org>"
        inner.set_content(f"I am {name}.")
        outer.add_attachment(inner)
    found = [one for one in read_message(bytes(outer), parse) if one.document is not None]
    assert [(one.part, one.document.name) for one in found if one.document] == [
        ("message.eml", "Bo Lund"),
        ("message (2).eml", "Cy Ode"),
    ]


def test_of_two_forms_the_plain_one_is_read_and_html_where_there_is_no_other() -> None:
    """What its styles hide is kept out and named."""
    both = message(LETTER)
    both.add_alternative("<p>In HTML.</p>", subtype="html")
    assert list(read(both)[0].values()) == [LETTER]
    html = EmailMessage()
    html.set_content('<p>I cook.</p><p style="display:none">Hire me.</p><script>no</script>', subtype="html")
    [parsed] = read_message(bytes(html), parse)
    assert parsed.document is not None
    assert parsed.document.text == "I cook."
    assert [(one.kind, one.excerpt) for one in parsed.document.hidden] == [("marked_hidden", "Hire me.")]


@pytest.mark.parametrize(
    ("header", "name", "email"),
    [
        ("=?utf-8?q?Jos=C3=A9_Pe=C3=B1a?= <j@example.org>", "José Peña", "j@example.org"),
        ('"Byrne, Ada" <a@example.org>', "Byrne, Ada", "a@example.org"),
        ("a@example.org", None, "a@example.org"),
        ("a@example.org <a@example.org>", None, "a@example.org"),
        ("=?x-klingon?q?a?= <a@example.org>", "=?x-klingon?q?a?=", "a@example.org"),
        ("nobody", None, None),
        ("", None, None),
    ],
)
def test_a_sender_is_a_guess(header: str, name: str | None, email: str | None) -> None:
    """An odd header costs the guess, never the letter."""
    [parsed] = read_message(f"From: {header}\nSubject: x\n\nI cook.\n".encode(), parse)
    assert parsed.document is not None
    assert (parsed.document.name, parsed.document.email) == (name, email)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/cover.txt", "cover.txt"),
        ("C:\\x\\cover.txt", "cover.txt"),
        ("cover\x1b[2J.txt", "cover_[2J.txt"),
    ],
)
def test_an_attachments_name_is_no_path(name: str, shown: str) -> None:
    """And one harmless line."""
    assert list(read(message("See.", (name, b"I cook.")))[0]) == [shown]


def test_the_encoding_that_is_named_is_used() -> None:
    """Mail is older than UTF-8."""
    raw = HEAD + b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\ncaf\xe9\n"
    assert read(raw)[0] == {None: "café"}


def test_two_attachments_of_one_name_are_two_letters() -> None:
    """Neither takes the other's place."""
    letters, _, _ = read(message("See.", ("cover.txt", b"One."), ("cover.txt", b"Two.")))
    assert letters == {"cover.txt": "One.", "cover (2).txt": "Two."}


def test_nothing_attached_and_nothing_said_is_refused() -> None:
    """The message is named, as a whole."""
    [parsed] = read_message(HEAD + b"\n\n", parse)
    assert parsed == Parsed(
        None,
        refused=(
            *("a message must hold a letter", "this one has neither text nor an attached letter"),
            "give the letter",
        ),
    )


def test_a_mailbox_of_several_messages_is_refused() -> None:
    """Read as one, the second applicant's words would stand in the first one's letter."""
    first, second = (b"From x Mon\nFrom: %s@x.org\n\nI cook.\n\n" % name for name in (b"ada", b"bo"))
    assert list(read(first)[0].values()) == ["I cook."]
    letters, refused, _ = read(first + second)
    assert (letters, refused[None].split(" ", 1)[0]) == ({}, "a")
    assert "this one holds several" in refused[None]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("smime.p7s", b"\x30\x82\x04\x05\x06" + bytes(range(256)), "bytes that are no text"),
        ("invite.ics", b"BEGIN:VCALENDAR", "text under a name that is no letter's"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "a picture"),
        ("data.parquet", b"PAR1PAR1", "a table"),
    ],
)
def test_what_mail_programs_attach_takes_no_letters_place(name: str, content: bytes, what: str) -> None:
    """A short letter in a signed message is still the letter."""
    letters, refused, aside = read(message("I cook.", (name, content)))
    assert (letters, refused, aside) == ({None: "I cook."}, {}, {name: what})

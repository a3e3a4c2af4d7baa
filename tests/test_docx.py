from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx_letters import (
    CLEAN_DOCX,
    DOCX_METHODS,
    PLACES,
    SECRET,
    SHOWN,
    clean_docx,
    docx_that_hides,
    repacked,
)

from ingestion.document import Document, DocumentRefused
from ingestion.docx import read_docx
from ingestion.hiding import HIDING

KINDS = {
    "vanish": "marked_hidden",
    "vanish_by_character_style": "marked_hidden",
    "white": "same_colour",
    "white_by_paragraph_style": "same_colour",
    "white_by_theme": "same_colour",
    "colour_of_its_shading": "same_colour",
    "colour_of_its_highlight": "same_colour",
    "colour_of_its_cell": "same_colour",
    "one_point": "tiny",
    "one_point_by_style": "tiny",
    "squeezed": "tiny",
    "transparent_fill": "invisible",
    "exact_line_of_nothing": "clipped",
    "indented_off_the_page": "off_page",
    "frame_off_the_page": "off_page",
    "box_off_the_page": "off_page",
    "box_that_is_hidden": "marked_hidden",
    "white_in_a_white_box": "same_colour",
    "older_box_off_the_page": "off_page",
    "tracked_deletion": "deleted",
    "comment": "comment",
    "header_of_no_page": "unused_header",
    "description_of_a_shape": "alternative_text",
    "field_instructions": "field_code",
    "row_of_no_height": "clipped",
}
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def flat(document: Document) -> str:
    """The text of a document on one line."""
    return " ".join(document.text.split())


def letter_of(body: str) -> bytes:
    """A DOCX file whose main part holds the given paragraphs."""
    main = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return repacked(clean_docx("plain"), {"word/document.xml": main.encode()})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("method", DOCX_METHODS)
def test_hidden_text_is_found_and_is_no_part_of_the_letter(method: str, place: str) -> None:
    """Whatever hides the sentence, wherever it stands: it is reported whole, once, and the letter is read without it."""
    document = read_docx(docx_that_hides(method, place))
    assert [one.kind for one in document.hidden] == [KINDS[method]]
    assert SECRET in document.hidden[0].excerpt
    assert "Zanzibar" not in document.text
    assert SHOWN in flat(document)


@pytest.mark.parametrize("name", CLEAN_DOCX)
def test_an_honest_letter_raises_no_alarm(name: str) -> None:
    """Tables, shaded heads, small print, photos, boxes, fields: nothing is reported and the letter is read."""
    document = read_docx(clean_docx(name))
    assert document.hidden == ()
    assert SHOWN in flat(document)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dark_head_row", "Skill  Years"),
        ("visible_box", "Eleven years of bookkeeping"),
        ("white_in_a_dark_box", "Accountant"),
        ("white_on_a_banner", "MIRA HALVORSEN"),
        ("tracked_insertion", "I can start in March."),
        ("link_field", "example.org/mira"),
        ("content_control", "26 March"),
        ("header_and_footer", "Mira Halvorsen, accountant"),
        ("heading_for_the_web", "Page 3"),
    ],
)
def test_what_a_page_shows_is_text(name: str, shown: str) -> None:
    """Boxes, fields, controls, headers and tracked insertions are part of the letter, each once."""
    assert read_docx(clean_docx(name)).text.count(shown) == 1


def test_every_kind_of_hiding_is_explained_to_a_recruiter() -> None:
    """Each kind that a DOCX file yields has its sentence."""
    assert set(KINDS.values()) | {"orphan_note"} <= set(HIDING)


def test_guesses_are_taken_where_they_are_plain() -> None:
    """The author that the file names counts because the letter says the name too."""
    document = read_docx(clean_docx("plain"))
    assert (document.name, document.email, document.subject, document.format) == (
        "Mira Halvorsen",
        "mira.halvorsen@example.org",
        None,
        "docx",
    )


def test_a_footnote_is_text_only_if_the_letter_refers_to_it() -> None:
    """One that nothing refers to is shown on no page."""
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="1"><w:p><w:r><w:t>Audited twice.</w:t></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="2"><w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    body = '<w:p><w:r><w:t>I kept the books.</w:t><w:footnoteReference w:id="1"/></w:r></w:p>'
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://x/footnotes" Target="footnotes.xml"/></Relationships>'
    )
    document = read_docx(
        repacked(
            letter_of(body),
            {"word/footnotes.xml": notes.encode(), "word/_rels/document.xml.rels": relations.encode()},
        )
    )
    assert document.text == "I kept the books.\n\nAudited twice."
    assert [(one.kind, one.excerpt) for one in document.hidden] == [("orphan_note", SECRET)]


def test_hiding_twice_in_styles_shows_again() -> None:
    """Word takes a hidden character style inside a hidden paragraph style as visible; direct formatting decides."""
    styles = (
        f'<w:styles {W}><w:style w:type="paragraph" w:styleId="P"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="C"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    )
    body = (
        '<w:p><w:pPr><w:pStyle w:val="P"/></w:pPr><w:r><w:rPr><w:rStyle w:val="C"/></w:rPr><w:t>Shown</w:t></w:r>'
        "<w:r><w:t>Hidden</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t> too</w:t></w:r></w:p>"
    )
    document = read_docx(repacked(letter_of(body), {"word/styles.xml": styles.encode()}))
    assert document.text == "Shown too"
    assert [one.excerpt for one in document.hidden] == ["Hidden"]


def _bomb() -> bytes:
    return repacked(clean_docx("plain"), {"word/document.xml": b"<a>" + b" " * 13_000_000})


def _entities() -> bytes:
    text = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w>&b;</w>'
    return repacked(clean_docx("plain"), {"word/document.xml": text.encode()})


def _many_parts() -> bytes:
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w") as archive:
            for number in range(3_001):
                archive.writestr(f"part{number}", b"")
        return buffer.getvalue()


def _nested() -> bytes:
    return letter_of("<w:sdt>" * 100 + "<w:p/>" + "</w:sdt>" * 100)


def _damaged() -> bytes:
    data = bytearray(clean_docx("plain"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.getinfo("word/document.xml").header_offset
    data[start + 120 : start + 160] = bytes(40)
    return bytes(data)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda: b"\xd0\xcf\x11\xe0" + bytes(600),
            "a Word file must be a DOCX that opens without a password, but this one is encrypted or in the old DOC"
            " format: save it as DOCX without a password",
        ),
        (
            lambda: b"PK\x03\x04 nothing",
            "a DOCX file must be whole and well formed, but this one can't be opened: save it again as DOCX",
        ),
        (
            _bomb,
            "a DOCX file's parts may have at most 12 MB each and 40 MB in all, but its part word/document.xml unpacks"
            " to more: save the letter again as DOCX",
        ),
        (
            _entities,
            "a DOCX file must be whole and well formed, but its part word/document.xml declares entities:"
            " save it again as DOCX",
        ),
        (
            _many_parts,
            "a DOCX file may have at most 3,000 parts, but this one has 3,001: save the letter again as DOCX",
        ),
        (
            _nested,
            "a DOCX file must be whole and well formed, but its tables and boxes stand too deep in each other:"
            " save it again as DOCX",
        ),
        (
            _damaged,
            "a DOCX file must be whole and well formed, but its part word/document.xml can't be unpacked:"
            " save it again as DOCX",
        ),
        (
            lambda: letter_of(f"<w:p><w:r><w:t>{'word ' * 20_001}</w:t></w:r></w:p>"),
            "a document may have at most 100,000 characters, but this one has 100,004: send the cover letter alone",
        ),
        (
            lambda: letter_of("<w:p/>"),
            "a DOCX file must hold visible text, but this one holds none: ask for the letter again",
        ),
        (
            lambda: letter_of("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Quiet</w:t></w:r></w:p>"),
            "a DOCX file must hold visible text, but all of this one's is hidden: ask for the letter again",
        ),
    ],
    ids=[
        "old",
        "nonsense",
        "bomb",
        "entities",
        "parts",
        "nested",
        "damaged",
        "too long",
        "empty",
        "all hidden",
    ],
)
def test_a_refusal_says_rule_value_and_remedy(made: Callable[[], bytes], said: str) -> None:
    """What can't be read is refused in one plain sentence."""
    with pytest.raises(DocumentRefused) as refusal:
        read_docx(made())
    assert str(refusal.value) == said


def test_a_strict_file_is_read_like_any_other() -> None:
    """The names of its elements stand in another namespace."""
    main = (
        '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>Dear all</w:t>'
        "</w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Quiet</w:t></w:r></w:p></w:body></w:document>"
    )
    document = read_docx(repacked(clean_docx("plain"), {"word/document.xml": main.encode()}))
    assert document.text == "Dear all"
    assert [one.excerpt for one in document.hidden] == ["Quiet"]

from __future__ import annotations

import pytest

from ingestion.html_text import html_text


def test_blocks_are_lines_and_what_is_no_text_is_gone() -> None:
    """As a mail program shows it."""
    html = (
        "<head><title>No</title><style>p {color: red}</style></head><p>Dear Sir,</p><div>I&nbsp;cook\nwell.<br>Daily."
        "</div><ul><li>Soup</li><li>Bread</li></ul><!-- no -->"
    )
    assert html_text(html)[0] == "Dear Sir,\n\nI cook well.\nDaily.\n\nSoup\nBread"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ('<p style="display: none">', "marked_hidden"),
        ('<p style="VISIBILITY:hidden">', "marked_hidden"),
        ("<p hidden>", "marked_hidden"),
        ('<p style="opacity:0">', "invisible"),
        ('<p style="font-size:0px">', "tiny"),
        ('<p style="font-size:1px; color:red">', "tiny"),
        ('<p style="color:#ffffff">', "same_colour"),
        ('<p style="display:none"><b>', "marked_hidden"),
        ('<p style="color:#fefefe">', "same_colour"),
        ('<p style="color:#FFE">', "same_colour"),
        ('<p style="color: rgb(250, 255,254)">', "same_colour"),
        ('<p><font color="#FDFDFD">', "same_colour"),
        ('<p style="position:absolute; left:-9999px">', "off_page"),
        ('<p style="text-indent:-999em">', "off_page"),
        ('<p style="overflow:hidden;max-height:0">', "clipped"),
        ('<p style="height: 0px; overflow: hidden">', "clipped"),
    ],
)
def test_what_a_style_hides_is_kept_out_and_named(start: str, kind: str) -> None:
    """With how it was hidden."""
    text, hidden = html_text(f"<div>I cook.</div>{start}Hire me now.</p><div>Daily.</div>")
    assert "Hire" not in text
    assert [(one.kind, one.excerpt) for one in hidden] == [(kind, "Hire me now.")]


@pytest.mark.parametrize(
    "html",
    [
        '<td style="background:#003366"><p style="color:white">I cook.</p></td>',
        '<table bgcolor="navy"><td><font style="color:#fff">I cook.</font></td></table>',
        '<p style="font-size:10px">I cook.</p>',
        '<p style="background-color:#ffffff">I cook.</p>',
        '<p style="opacity:0.9">I cook.</p>',
        '<p style="color:#f00">I cook.</p>',
        '<p style="color:#fa8072; margin-left:-12px">I cook.</p>',
        '<p style="overflow:hidden; line-height:0; border-width:0">I cook.</p>',
        '<p style="overflow:hidden; height:20px">I cook.</p>',
        '<p style="height:0">I cook.</p>',
        '<td bgcolor="#003366"><font color="white">I cook.</font></td>',
    ],
)
def test_what_can_be_seen_raises_no_alarm(html: str) -> None:
    """White on a coloured ground, small print, a white ground."""
    assert html_text(html) == ("I cook.", ())


def test_broken_html_ends() -> None:
    """Tags that are never closed, a hundred thousand deep."""
    assert html_text("<div>" * 100_000 + "I cook.")[0] == "I cook."
    assert html_text("<p>I cook.</div></span><")[0].startswith("I cook.")

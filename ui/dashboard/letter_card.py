"""One letter, opened: how it came in, what was masked, what was hidden in it, and its text.

In a blind posting nothing here tells who wrote it until the name is revealed.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import streamlit as st

from ingestion.intake_rows import HygieneFinding, Intake
from ingestion.letter import Letter
from ingestion.records import PostingRow
from ui.dashboard.letter_erasure import draw_erasure
from ui.dashboard.letter_list import FORMATS, listed_keys, open_letter
from ui.dashboard.letter_view import draw_letter
from ui.dashboard.names import candidate_label, is_revealed, reveal_button
from ui.dashboard.shared import open_store
from ui.dashboard.words import many, plain
from ui.terminal import one_line

MASKED: Final = {
    "name": "a name",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "url": "a link",
    "address": "an address",
    "pronoun": "a pronoun",
    "title": "a form of address",
}
"""What was masked, by its kind; a kind without words keeps its name."""


def draw_card(posting: PostingRow, letter: Letter) -> None:
    """Draw an opened letter with the ways on: back, the next one, the name, the erasure."""
    _draw_ways(letter.key)
    st.subheader(candidate_label(posting, letter.key, letter.letter_id, letter.applicant))
    revealed = is_revealed(posting, letter.key)
    store = open_store()
    _draw_facts(posting, letter, store.intake([letter.key]).get(letter.key), revealed=revealed)
    _draw_hidden(letter, store.hygiene([letter.key]).get(letter.key, ()), revealed=revealed)
    if posting.blind:
        reveal_button(posting, letter, key=f"letters_reveal_{letter.key}")
        _draw_masks(letter, revealed=revealed)
    with st.container(border=True):
        draw_letter(letter, (), revealed=revealed)
    draw_erasure(letter, revealed=revealed)


def _draw_ways(key: int) -> None:
    listed = listed_keys()
    place = listed.index(key) if key in listed else None
    with st.container(horizontal=True):
        if st.button("Back to the list", icon=":material/arrow_back:", key="letters_back"):
            open_letter(None)
            st.rerun()
        before = listed[place - 1] if place else None
        after = listed[place + 1] if place is not None and place + 1 < len(listed) else None
        for words, where in (("Previous", before), ("Next", after)):
            if st.button(words, disabled=where is None, key=f"letters_{words.lower()}"):
                open_letter(where)
                st.rerun()


def _draw_facts(posting: PostingRow, letter: Letter, intake: Intake | None, *, revealed: bool) -> None:
    from ingestion.language import language_name

    facts = {"Posting": one_line(posting.name), "Language": language_name(letter.language)}
    if intake is not None:
        facts["Received"] = f"{intake.received[:16].replace('T', ' ')} UTC"
        facts["Format"] = FORMATS.get(intake.format, one_line(intake.format))
    repeats = [link for link in open_store().duplicates(posting.name) if link.letter_key == letter.key]
    if repeats:
        facts["Repeats"] = ", ".join(
            f"{one_line(link.of_letter_id)} ({'the same text' if link.similarity == 1.0 else f'{link.similarity:.0%} alike'})"
            for link in repeats
        )
    if revealed:
        facts["Applicant"] = one_line(letter.applicant or "no name known")
        if intake is not None and intake.name_guessed:
            facts["Applicant"] += " (read from the document: check it)"
        facts["Read from"] = one_line(letter.source.removeprefix("upload/"))
        if intake is not None and intake.email:
            facts["Sender's address"] = (
                f"{one_line(intake.email)} (as the message says: anyone can write one)"
            )
        if intake is not None and intake.subject:
            facts["Subject"] = one_line(intake.subject)
    st.text("\n".join(f"{name}: {value}" for name, value in facts.items()))


def _draw_hidden(letter: Letter, findings: tuple[HygieneFinding, ...], *, revealed: bool) -> None:
    from ingestion.hiding import HIDING

    if not findings:
        return
    st.warning(
        f"Something that a reader can't see was found in {many(len(findings), 'place')} of this letter. It was left out of the letter, is no "
        "evidence, and lowers no score. What to make of it is yours to decide."
    )
    st.dataframe(
        [
            {
                "what": HIDING.get(one.kind, one_line(one.kind)),
                "where": one_line(one.place),
                "how it begins": one_line(one.excerpt if revealed else masked(one.excerpt, letter)),
            }
            for one in findings
        ],
        hide_index=True,
        alt="What was hidden in this letter",
    )


def masked(text: str, letter: Letter) -> str:
    """Return words that came with a letter with its applicant's name and every contact masked, as the letter itself is."""
    from ingestion.blinding import PLACEHOLDERS, blind

    shown = blind(text, letter.applicant)[0]
    for mask in letter.offsets.masks:
        if mask.kind == "name":
            shown = shown.replace(letter.text[mask.start : mask.end], PLACEHOLDERS["name"])
    return shown


def _draw_masks(letter: Letter, *, revealed: bool) -> None:
    masks = letter.offsets.masks
    if not masks:
        st.caption("Nothing in this letter was masked.")
        return
    counts = Counter(MASKED.get(mask.kind, mask.kind) for mask in masks)
    with st.expander(
        f"What was masked before anything read this letter ({len(masks)})", icon=":material/visibility_off:"
    ):
        if not revealed:
            plain("\n".join(f"{count} × {words}" for words, count in counts.items()))
            return
        st.dataframe(
            [
                {
                    "what": MASKED.get(mask.kind, mask.kind),
                    "shown to models": letter.judged_text[mask.judged_start : mask.judged_end],
                    "in the letter": one_line(letter.text[mask.start : mask.end]),
                }
                for mask in masks
            ],
            hide_index=True,
            alt="What was masked in this letter",
        )

"""The Letters page: letters in, letters looked through, one letter opened, revealed or erased."""

from __future__ import annotations

import streamlit as st

from ingestion.records import StoreError
from ui.dashboard.access import require_access
from ui.dashboard.choice import chosen_posting
from ui.dashboard.letter_card import draw_card
from ui.dashboard.letter_erasure import draw_erased
from ui.dashboard.letter_list import draw_list, open_letter, opened_letter
from ui.dashboard.shared import open_store
from ui.dashboard.upload_form import JOB, draw_upload
from ui.dashboard.words import label
from ui.dashboard.work import job_at


def page() -> None:
    """Draw the page."""
    require_access()
    st.title("Letters")
    if draw_erased():
        return
    posting = chosen_posting()
    key = opened_letter()
    if posting is not None and key is not None:
        try:
            letter = open_store().letter_by_key(key)
        except StoreError:
            letter = None  # erased meanwhile, here or by another person
        if letter is not None and letter.posting == posting.name:
            draw_card(posting, letter)
            return
        open_letter(None)
    with st.expander(
        "Add letters",
        icon=":material/upload_file:",
        expanded=posting is None or not posting.letters or job_at(JOB) is not None,
    ):
        draw_upload()
    if posting is None:
        st.info("No letters yet. Add files above, and they are listed here.")
        return
    st.subheader(f"Posting {label(posting.name)}")
    st.caption("Blind: names and contacts are masked." if posting.blind else "Not blind: names are shown.")
    draw_list(posting)

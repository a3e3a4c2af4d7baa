"""The card at the head of a result: who stands first and why, or why nobody does.

Draws what the verdict holds and computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agents.report import count_labels
from agents.scoring import MARGIN_WORDS
from agents.unnamed import quoted_ranks, unnamed_rank, unnamed_winner, winning_rank
from agents.verdict import LABELS, Finding, Label, Prose, Ranked, Requirement, Verdict, Winner
from ingestion.letter import Letter
from ingestion.records import PostingRow, StoreError
from ui.dashboard.highlight import EvidenceLine, evidence_list
from ui.dashboard.names import candidate_label, revealed_of
from ui.dashboard.shared import open_store
from ui.dashboard.words import SAYS, SIGNS, label, plain
from ui.label_words import INTERVAL_MEANS, interval_words

TIED_SHOWN = 5
"""Letters of a close call that are named before the rest is counted."""


def draw_winner(posting: PostingRow, verdict: Verdict) -> None:
    """Draw the winner's card, or why no winner is named."""
    if winning_rank(verdict) is None:
        st.warning("No winner is named.", icon=":material/block:")
        plain(verdict.declined_because or "")
        return
    if verdict.comparison_only:
        st.warning(
            "Comparison only: a language model picked this letter. There are no findings, and no decision can be taken on it."
        )
    quoted = quoted_ranks(verdict)
    revealed = revealed_of(posting, [one.assessment.letter_key for one in quoted])
    places = [unnamed_rank(one, letter_or_none(one.assessment.letter_key), revealed) for one in quoted]
    shown, winner = places[0], unnamed_winner(verdict, places)
    assert winner is not None
    with st.container(border=True):
        _draw_head(posting, shown, winner)
        lines = evidence_lines(shown.assessment.findings, verdict.posting.requirements)
        if lines:
            st.html(evidence_list(lines))
        with st.expander("The reasons as a paragraph"):
            plain(winner.rationale)
        if verdict.prose is not None:
            draw_prose(verdict.prose)
        st.caption("The program recommends; a person decides, on the Decide page.")


def letter_or_none(key: int) -> Letter | None:
    """Return a letter, None where it was erased meanwhile."""
    try:
        return open_store().letter_by_key(key)
    except StoreError:
        return None


def evidence_lines(findings: Sequence[Finding], requirements: Sequence[Requirement]) -> list[EvidenceLine]:
    """Return the findings as lines to draw, numbered as the requirements stand."""
    if not findings:
        return []
    return [
        EvidenceLine(
            number,
            requirement.text,
            requirement.kind,
            finding.label,
            None if finding.quote is None else finding.quote.text,
            finding.note if finding.label != "met" else "",
        )
        for number, (requirement, finding) in enumerate(zip(requirements, findings, strict=True), start=1)
    ]


def counted(findings: Sequence[Finding]) -> str:
    """Return how many requirements are met, partly met and so on, each with its sign; labels without any are left out."""
    counts: dict[Label, int] = {one: count_labels(findings, one) for one in LABELS}
    return " · ".join(f"{SIGNS[one]} {count} {SAYS[one]}" for one, count in counts.items() if count)


def draw_prose(prose: Prose) -> None:
    """Draw a language model's sentences under a head that says whose they are."""
    st.markdown("**In a language model's words** (kept only where a finding supports the sentence)")
    if prose.failed is not None:
        plain(f"none: {prose.failed}")
    for sentence in prose.sentences:
        plain(sentence)
    if prose.dropped:
        st.caption(f"{prose.dropped} sentences were dropped, since no finding supports them.")


def _draw_head(posting: PostingRow, first: Ranked, winner: Winner) -> None:
    one = first.assessment
    who, score = st.columns([3, 1])
    with who:
        st.caption("First in this screening")
        st.subheader(candidate_label(posting, one.letter_key, one.letter_id, one.applicant), anchor=False)
        if one.findings:
            st.caption(counted(one.findings))
    score.metric("Score", f"{first.score:.1f} of 10", help=None if first.interval is None else INTERVAL_MEANS)
    if first.interval is not None:
        score.caption(interval_words(first))
    if winner.tied_with:
        named = ", ".join(label(other, at_most=60) for other in winner.tied_with[:TIED_SHOWN])
        more = len(winner.tied_with) - TIED_SHOWN
        rest = f" and {more} more" if more > 0 else ""
        st.info(f"A close call: within {MARGIN_WORDS} stand {named}{rest}.", icon=":material/balance:")

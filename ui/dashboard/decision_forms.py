"""The forms by which a person decides about one candidate, changes a label or the score, and takes any of it back.

Each form records once: what stands already is not recorded again. Sets no action by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from agents.ledger_payloads import DECISIONS, REASONS
from agents.overlay import Override, ReviewedLetter
from agents.verdict import LABELS, Label, Requirement, Unjudged, Verdict
from ingestion.records import StoreError
from ui.dashboard.access import actor
from ui.dashboard.shared import open_store
from ui.dashboard.words import SAYS, SIGNS, plain
from ui.failures import describe
from ui.terminal import one_line

if TYPE_CHECKING:
    from agents.decisions import Decision

DOES = {"advance": "Advance", "hold": "Put on hold", "reject": "Reject"}
"""What a decision is called before it is taken."""
NO_REASON = ""
NOTE_LIMIT = 4000
_DONE = "decide_done"
_NONCE = "decide_nonce"

Candidate = ReviewedLetter | Unjudged


def draw_decision_form(verdict: Verdict, one: Candidate, standing: Decision | None) -> None:
    """Draw the form that records a decision, and the one that takes back the decision that stands."""
    key = _key(verdict, one)
    with st.form(f"decide-{key}"):
        action = st.radio(
            "Decision",
            DECISIONS,
            index=None,
            format_func=lambda code: DOES[code],
            horizontal=True,
            key=f"action-{key}",
        )
        reason = st.selectbox(
            "Reason",
            [NO_REASON, *REASONS],
            format_func=lambda code: REASONS[code] if code else "(no reason: only to advance or hold)",
            key=f"reason-{key}",
            help="Each reason has to do with the job.",
        )
        note = st.text_area("Note", max_chars=NOTE_LIMIT, key=f"note-{key}", help="Kept in the ledger.")
        sent = st.form_submit_button("Record the decision", type="primary")
    if sent and action is None:
        st.warning("Choose a decision first.")
    elif sent and action is not None:
        _decide(verdict, one, standing, action, reason or None, note)
    if standing is not None and st.button(
        "Take the decision back", key=f"withdraw-{key}", icon=":material/undo:"
    ):
        from agents.decisions import withdraw

        _record(
            lambda: withdraw(open_store(), verdict.screening_id, one.letter_id, actor=actor()), "Taken back."
        )


def _decide(
    verdict: Verdict, one: Candidate, standing: Decision | None, action: str, reason: str | None, note: str
) -> None:
    from agents.decisions import decide

    same = standing is not None and (standing.action, standing.reason, standing.note, standing.actor) == (
        action,
        reason,
        note.strip(),
        actor(),
    )
    if same:
        st.info("This decision stands already; nothing was recorded.")
        return
    _record(
        lambda: decide(
            open_store(), verdict.screening_id, one.letter_id, action, reason=reason, note=note, actor=actor()
        ),
        "Recorded.",
    )


def draw_label_form(verdict: Verdict, one: ReviewedLetter) -> None:
    """Draw the form that lays a person's label over the judge's."""
    key = _key(verdict, one)
    requirements = {requirement.id: requirement for requirement in verdict.posting.requirements}
    with st.form(f"label-{key}"):
        requirement_id = st.selectbox(
            "Requirement",
            list(requirements),
            format_func=lambda code: _numbered(verdict, requirements[code]),
            key=f"which-{key}",
        )
        chosen = st.selectbox(
            "What the letter shows", LABELS, format_func=_label_words, key=f"label-is-{key}"
        )
        reason = st.text_input("Why", max_chars=NOTE_LIMIT, key=f"label-why-{key}")
        sent = st.form_submit_button("Change this label")
    if sent and requirement_id is not None and chosen is not None:
        from agents.overriding import override_label

        _record(
            lambda: override_label(
                open_store(),
                verdict.screening_id,
                one.letter_id,
                requirement_id,
                chosen,
                reason=reason,
                actor=actor(),
            ),
            "The label is changed; the judge's own stays beside it.",
        )


def draw_score_form(verdict: Verdict, one: ReviewedLetter) -> None:
    """Draw the form that lays a person's score over the arithmetic."""
    key = _key(verdict, one)
    with st.form(f"score-{key}"):
        score = st.number_input(
            "Score",
            min_value=1.0,
            max_value=10.0,
            value=one.score,
            step=0.1,
            format="%.1f",
            key=f"score-is-{key}",
        )
        reason = st.text_input("Why", max_chars=NOTE_LIMIT, key=f"score-why-{key}")
        sent = st.form_submit_button("Change the score")
    if sent:
        from agents.overriding import override_score

        _record(
            lambda: override_score(
                open_store(),
                verdict.screening_id,
                one.letter_id,
                round(score, 1),
                reason=reason,
                actor=actor(),
            ),
            "The score is changed; the judge's own stays beside it.",
        )


def draw_undo(verdict: Verdict, one: ReviewedLetter, change: Override) -> None:
    """Draw the button that takes a change back."""
    key = f"undo-{_key(verdict, one)}-{change.place}"
    if st.button("Take this change back", key=key, icon=":material/undo:"):
        from agents.overriding import undo_override

        _record(
            lambda: undo_override(
                open_store(), verdict.screening_id, one.letter_id, change.requirement_id, actor=actor()
            ),
            "Taken back.",
        )


def draw_done() -> None:
    """Say what was recorded by the click before."""
    done = st.session_state.pop(_DONE, None)
    if done is not None:
        st.toast(done)


def _record(action: Callable[[], object], done: str) -> None:
    """Record once, and draw the page anew with empty forms; say why where it can't be recorded."""
    from agents.ledger_entries import LedgerError

    try:
        action()
    except (LedgerError, StoreError) as error:
        st.error("Nothing was recorded.")
        plain(describe(error))
        return
    st.session_state[_DONE] = done
    st.session_state[_NONCE] = st.session_state.get(_NONCE, 0) + 1
    st.rerun()


def _key(verdict: Verdict, one: Candidate) -> str:
    """Return a key for the forms of one candidate, another after each record, so that they are empty again."""
    return f"{verdict.screening_id}-{one.letter_key}-{st.session_state.get(_NONCE, 0)}"


def _label_words(found: Label) -> str:
    return f"{SIGNS[found]} {SAYS[found]}"


def _numbered(verdict: Verdict, requirement: Requirement) -> str:
    return f"{verdict.posting.requirements.index(requirement) + 1}. {one_line(requirement.text)}"

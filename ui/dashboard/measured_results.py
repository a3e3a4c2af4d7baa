"""The kept results of each evaluation as the Evidence page shows them: what was measured, plots, tables, differences.

No number stands here: all are read from the files that the commands wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from evals.saved_results import (
    Kept,
    SavedComparing,
    SavedEstimate,
    SavedJudging,
    SavedLetters,
    SavedRetrieval,
    SavedSet,
    SavedTrust,
)
from training.loss_curve import LossCurve
from ui.dashboard.plots import Measured, Point, draw_measures, loss_plot
from ui.dashboard.words import label, plain
from ui.terminal import one_line

JUDGING: Final = {
    "acceptable_winner": (
        "acceptable winner",
        "Share of jobs whose named winner is one that people accept. Higher is better.",
    ),
    "ndcg": (
        "nDCG",
        "How near the order is to people's order, 0 to 1; the top counts most. Higher is better.",
    ),
    "kendall_tau": ("Kendall tau", "Agreement of the two orders, -1 to 1. Higher is better."),
    "macro_f1": (
        "label macro-F1",
        "How well met, partly met and not shown are told apart, 0 to 1. Higher is better.",
    ),
    "met_auc": (
        "met AUC",
        "How often a met requirement scores above an unmet one, 0 to 1. Higher is better.",
    ),
    "score_error": (
        "score off by",
        "Mean distance from people's score, in points of 1 to 10. Lower is better.",
    ),
    "range_held": (
        "score in its 80 % range",
        "Share of people's scores that lie in the range shown with a score. Should be 0.8 or more.",
    ),
    "range_width": ("range's width", "Mean width of that range, in points of 1 to 10. Lower is better."),
}
"""Measure -> its head, and what it means."""

RETRIEVAL: Final = {
    "recall@1": ("recall@1", "Share of the answers found in first place, 0 to 1. Higher is better."),
    "recall@5": ("recall@5", "Share of the answers among the first 5, 0 to 1. Higher is better."),
    "recall@10": ("recall@10", "Share of the answers among the first 10, 0 to 1. Higher is better."),
    "recall@50": ("recall@50", "Share of the answers among the first 50, 0 to 1. Higher is better."),
    "mrr": ("MRR", "Mean of one divided by the place of the first answer, 0 to 1. Higher is better."),
    "ndcg@10": ("nDCG@10", "How near the first 10 are to the best order, 0 to 1. Higher is better."),
}


def draw_kept(one: Kept, *, key: str) -> None:
    """Draw one result with the file it stands in."""
    written = datetime.fromtimestamp(one.written, UTC).strftime("%Y-%m-%d %H:%M")
    st.subheader(label(one.file))
    st.caption(f"Written {label(written)} UTC")
    match one.result:
        case SavedJudging() as found:
            st.text(
                f"{found.jobs} labelled jobs, {found.letters} letters, {found.pairs} labelled pairs; ± is one standard error"
            )
            draw_measures(
                _measures(JUDGING, [(row.system, row.measures()) for row in found.systems]), key=key
            )
        case SavedComparing() as found:
            st.text(f"{len(found.jobs)} labelled jobs, pipelines beside each other; ± is one standard error")
            draw_measures(
                _measures(JUDGING, [(row.system, row.measures()) for row in found.measures]), key=key
            )
        case SavedRetrieval() as found:
            for place, one_set in enumerate(found.sets):
                _draw_set(one_set, key=f"{key}_{place}")
            for skipped in found.skipped:
                plain(f"not measured: {one_line(skipped.embedder)}, since {one_line(skipped.reason)}")
        case SavedLetters() as found:
            _draw_letters(found, key=key)
        case SavedTrust() as found:
            _draw_trust(found, key=key)


def draw_curve(curve: LossCurve, *, key: str) -> None:
    """Draw one training's losses, and its table."""
    st.subheader(label(f"{curve.name} on {curve.base}"))
    evaluation = [(step, loss) for step, _, loss in curve.evaluation]
    st.altair_chart(
        loss_plot(curve.training, evaluation, curve.best_step),
        key=f"{key}_curve",
        alt="Training and evaluation loss by step; the dotted line is the step that was kept",
    )
    st.dataframe(
        [
            {
                "epoch": epoch,
                "step": step,
                "evaluation loss": loss,
                "": "kept" if step == curve.best_step else "",
            }
            for step, epoch, loss in curve.evaluation
        ],
        hide_index=True,
        key=f"{key}_losses",
        alt="Evaluation loss by epoch",
    )
    for words, loss in (
        ("Loss on letters kept for testing", curve.test_loss),
        ("Without those that leak", curve.clean_test_loss),
    ):
        if loss is not None:
            st.text(f"{words}: {loss:.4f}")


def _draw_set(found: SavedSet, *, key: str) -> None:
    st.text(
        f"Set {one_line(found.name)}: {found.queries} queries, {found.documents} documents; an answer is "
        f"{one_line(found.relevance)}"
    )
    draw_measures(_measures(RETRIEVAL, [(row.system, row.measures()) for row in found.systems]), key=key)
    if found.differences:
        st.dataframe(
            [
                {
                    "paired bootstrap": one_line(f"{gap.second} above {gap.first}"),
                    "measure": one_line(gap.measure),
                    "difference": "-" if gap.mean is None else f"{gap.mean:+.3f}",
                    "95 % interval": "-"
                    if gap.low is None or gap.high is None
                    else f"{gap.low:+.3f} to {gap.high:+.3f}",
                    "p": "-" if gap.p is None else f"{gap.p:.4f}",
                    "n": gap.n,
                }
                for gap in found.differences
            ],
            hide_index=True,
            key=f"{key}_differences",
            alt="Differences between searches",
        )
    if found.refused:
        plain("\n".join(f"refused: {one_line(line)}" for line in found.refused))


def _draw_letters(found: SavedLetters, *, key: str) -> None:
    from evals.letters_report import ALL

    st.text(f"{found.applications} applications that no writer was trained on; ± is one standard error")
    words = {
        name: (one.head, f"{one.head}: {one.says}. " + ("" if not one.better else f"Better: {one.better}."))
        for name, one in ALL.items()
    }
    draw_measures(_measures(words, [(one.writer, one.measures) for one in found.writers]), key=key)
    gaps = [
        {
            "writer": one_line(f"{one.writer} minus {found.base}"),
            "measure": words[name][0] if name in words else one_line(name),
            "difference": f"{gap.value:+.3f}",
            "95 % of resamples": f"{gap.low:+.3f} to {gap.high:+.3f}",
            "n": gap.n,
        }
        for one in found.writers
        for name, gap in one.against_base.items()
    ]
    if gaps:
        st.dataframe(gaps, hide_index=True, key=f"{key}_gaps", alt="Differences from the base writer")
    for note in found.notes:
        plain(note)


SWAPS: Final = {True: "same text, name in its column", False: "same text, name from the letter alone"}


def _draw_trust(found: SavedTrust, *, key: str) -> None:
    """Draw how often the judged text stays the same whoever signs, by group of names."""
    st.text(
        f"{found.names} names in {found.letters} letters: the promise {'holds' if found.holds else 'does not hold'}"
    )
    says = "Share of letters whose judged text is the same to the byte whatever the name, 0 to 1. Groups should not differ."
    draw_measures(
        [
            Measured(
                SWAPS[swap.name_known],
                says,
                tuple(
                    Point(group, rate, None, swap.pairs // max(1, len(swap.groups)))
                    for group, rate in swap.groups.items()
                ),
            )
            for swap in found.swaps
        ],
        key=key,
    )
    for swap in found.swaps:
        plain(
            f"{SWAPS[swap.name_known]}: {swap.identical:,} of {swap.pairs:,}; groups at most "
            f"{swap.spread_points:.2f} points apart"
        )
    if found.screened is not None:
        unequal = found.screened.unequal
        told = "all equal" if not unequal else f"unequal for {', '.join(map(one_line, unequal[:5]))}"
        plain(f"{found.screened.screened} letters screened under {found.screened.names} names: scores {told}")
    plain(
        f"{found.kept_terms.terms} skills, tools, employers and places tried {found.kept_terms.tried:,} times: "
        f"{len(found.kept_terms.masked)} masked"
    )


def _measures(
    words: Mapping[str, tuple[str, str]],
    systems: Sequence[tuple[str, Mapping[str, SavedEstimate | None]]],
) -> list[Measured]:
    """Return the measures that at least one system has, each with the systems that have it."""
    found: list[Measured] = []
    for name, (head, says) in words.items():
        points = [
            Point(system, estimate.value, estimate.standard_error, estimate.n)
            for system, measures in systems
            for estimate in [measures.get(name)]
            if estimate is not None and estimate.value is not None
        ]
        if points:
            found.append(Measured(head, says, tuple(points)))
    return found

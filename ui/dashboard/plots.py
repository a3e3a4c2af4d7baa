"""Measures as pictures: a dot a system with its standard error, and loss curves. Each stands beside a table of the same numbers.

Knows numbers and names; nothing about what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from ui.dashboard.words import label
from ui.terminal import one_line

if TYPE_CHECKING:
    import altair as alt

ROW_PX: Final = 40
"""Height of one system in a plot."""
AXIS_PX: Final = 60
"""Height of the axis below them."""
GREY: Final = "#8c8c8c"
"""Seen on white and on black."""
NAMED: Final = 60
"""Characters of a system's name."""


@dataclass(frozen=True, slots=True)
class Point:
    """One system's value of one measure, with its standard error over ``n`` units where it has one."""

    system: str
    value: float
    error: float | None
    n: int

    @property
    def text(self) -> str:
        """The number as the tables write it."""
        error = "" if self.error is None else f" ± {self.error:.3f}"
        return f"{self.value:.3f}{error}"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure by system. ``head`` is what it is called, ``says`` what it means and which way is better."""

    head: str
    says: str
    points: tuple[Point, ...]


def draw_measures(measures: Sequence[Measured], *, key: str) -> None:
    """Draw one measure at a time as a plot, and all of them as a table."""
    if not measures:
        st.caption("No measure of it is defined.")
        return
    by_head = {one.head: one for one in measures}
    head = st.selectbox("Measure", list(by_head), key=f"{key}_measure")
    chosen = by_head[head]
    st.caption(label(chosen.says, at_most=300))
    st.altair_chart(
        dots(chosen),
        key=f"{key}_plot",
        alt=f"{chosen.head}: one dot a system, the line is one standard error each way",
    )
    st.dataframe(
        measure_rows(measures),
        hide_index=True,
        key=f"{key}_table",
        alt="All measures with their standard errors",
    )


def measure_rows(measures: Sequence[Measured]) -> list[dict[str, str]]:
    """Return one row a system, one column a measure; "-" where it is not defined."""
    systems = dict.fromkeys(point.system for one in measures for point in one.points)
    found = {(one.head, point.system): point.text for one in measures for point in one.points}
    return [
        {"": one_line(system)[:NAMED], **{one.head: found.get((one.head, system), "-") for one in measures}}
        for system in systems
    ]


def dots(measured: Measured) -> alt.LayerChart | alt.FacetChart:
    """Return a plot of one measure: a dot a system, and a line from one standard error below it to one above."""
    import altair as alt

    rows = [
        {
            "system": one_line(point.system)[:NAMED],
            "value": point.value,
            "low": point.value - (point.error or 0),
            "high": point.value + (point.error or 0),
            "shown": point.text,
            "n": point.n,
        }
        for point in measured.points
    ]
    data = alt.Data(values=rows)
    y = alt.Y("system:N", sort=None, title=None, axis=alt.Axis(labelLimit=160))
    # An axis that leaves zero out keeps near values apart; the numbers stand in the table.
    x = alt.X("value:Q", title=measured.head, scale=alt.Scale(zero=False, nice=True))
    line = (
        alt.Chart(data)
        .mark_rule(strokeWidth=3, color=GREY)
        .encode(y=y, x=alt.X("low:Q", title=measured.head, scale=alt.Scale(zero=False)), x2="high:Q")
    )
    dot = (
        alt.Chart(data)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(y=y, x=x, tooltip=["system:N", "shown:N", "n:Q"])
    )
    height = ROW_PX * max(2, len(rows)) + AXIS_PX
    return alt.layer(line, dot).properties(height=height)


def loss_plot(
    training: Sequence[tuple[int, float]], evaluation: Sequence[tuple[int, float]], best_step: int
) -> alt.LayerChart | alt.FacetChart:
    """Return the losses by step: training a thin line, evaluation dots on a dashed line, and a rule at the step that was kept."""
    import altair as alt

    rows: list[Mapping[str, object]] = [
        {"step": step, "loss": loss, "of": name}
        for name, points in (("training", training), ("evaluation", evaluation))
        for step, loss in points
    ]
    data = alt.Data(values=rows)
    encoded = {
        "x": alt.X("step:Q", title="step"),
        "y": alt.Y("loss:Q", title="loss (nats a token of the letters)", scale=alt.Scale(zero=False)),
        "color": alt.Color("of:N", title=None, legend=alt.Legend(orient="top")),
    }
    lines = (
        alt.Chart(data)
        .mark_line()
        .encode(**encoded, strokeDash=alt.StrokeDash("of:N", title=None, legend=alt.Legend(orient="top")))
    )
    marks = (
        alt.Chart(data)
        .transform_filter("datum.of == 'evaluation'")
        .mark_point(filled=True, size=70)
        .encode(**encoded, tooltip=["of:N", "step:Q", "loss:Q"])
    )
    kept = (
        alt.Chart(alt.Data(values=[{"step": best_step}]))
        .mark_rule(strokeDash=[2, 3], color=GREY)
        .encode(x="step:Q")
    )
    return alt.layer(lines, marks, kept).properties(height=260)

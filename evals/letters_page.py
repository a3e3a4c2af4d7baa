"""The evaluation of letters as one HTML page that needs nothing else: tables, plots inlined as PNG, letters side by side.

Every text is escaped, and the page runs no script and loads nothing. Measures nothing.
"""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from evals.letter_preference import Preference, in_words
from evals.letters import HUMAN, MEASURES, LettersReport, WriterMeasures
from evals.letters_report import (
    SEED_CAVEAT,
    SEED_TABLE,
    difference_table,
    explanations,
    kinds_table,
    preference_table,
    shown_measures,
    table,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOTTED = ("bleu", "rouge_l", "coverage", "made_up", "repetition", "copied")
"""The measures that get a plot, in its order."""

# Okabe and Ito's colours for all eyes, https://jfly.uni-koeln.de/color/
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")

_STYLE = """
:root { color-scheme: light }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; max-width: 76rem; margin: 2rem auto; padding: 0 1.25rem }
h1 { font-size: 1.7rem; margin: 0 0 .25rem } h2 { font-size: 1.2rem; margin: 2.25rem 0 .6rem }
.lead { color: #57606a; margin: 0 0 1.5rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: .92rem } th, td { padding: .35rem .8rem; border-bottom: 1px solid #d8dee4; vertical-align: top }
th { text-align: left; font-weight: 600 } thead th { border-bottom: 2px solid #57606a; white-space: nowrap }
td { font-variant-numeric: tabular-nums } .numbers td, .numbers thead th + th { text-align: right; white-space: nowrap }
.numbers thead th + th { white-space: normal; min-width: 7.5rem; overflow-wrap: anywhere }
.clear { font-weight: 600 }
ul { padding-left: 1.2rem; color: #424a53; font-size: .92rem } img { max-width: 100%; height: auto }
.letters { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; align-items: start }
article { border: 1px solid #d8dee4; border-radius: 8px; padding: .9rem 1.1rem } article h3 { margin: 0 0 .5rem; font-size: 1rem; overflow-wrap: anywhere }
article p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font-size: .92rem } mark { background: #ffe2b8; border-radius: 3px }
details summary { cursor: pointer; font-weight: 600; margin: .6rem 0 }
.caveat { color: #57606a; font-size: .9rem }
"""


def letters_page(report: LettersReport, preference: Preference | None = None, *, examples: int = 3) -> str:
    """Return the page; the first ``examples`` applications are shown with every writer's letter, inventions marked."""
    n = len(report.applications)
    writers = len(report.writers) - 1
    parts = [
        "<h1>Letter writers, measured</h1>",
        f'<p class="lead">{writers} {"writer" if writers == 1 else "writers"} on the same {n} applications, beside the data set\'s '
        "own letters.</p>",
        _table(table(report)),
        f'<p><img alt="Bars of {len(_plotted(report))} measures with standard errors, by writer" src="{_bars(report)}"></p>',
        _list(explanations(report)),
    ]
    differences = difference_table(report)
    if differences:
        parts += [
            f"<h2>Against {escape(str(report.base))}</h2>",
            _table(differences),
            f'<p><img alt="Differences from the base with their bounds" src="{_intervals(report)}"></p>',
        ]
    parts += ["<h2>Made-up facts by kind, over all letters</h2>", _table(kinds_table(report), numbers=False)]
    if preference is not None:
        parts += [
            "<h2>Does the judge prefer a writer?</h2>",
            f'<p class="caveat">Judge: {escape(preference.judge)}; {preference.n} applications, {preference.skipped} without a '
            f"readable requirement, {preference.unjudged} letters without a score.</p>",
            _table(preference_table(preference)),
            _list(in_words(preference)),
            '<p class="caveat">A difference says what this judge gives points for, not which letter is better.</p>',
        ]
    parts += [
        "<h2>What the first system published</h2>",
        _table([["", "base, BLEU / ROUGE", "LoRA, BLEU / ROUGE"], *map(list, SEED_TABLE)]),
        f'<p class="caveat">{escape(SEED_CAVEAT)}</p>',
        "<h2>The same application, all writers</h2>",
        '<p class="caveat">Marked: what the application\'s fields do not hold.</p>',
        *(_side_by_side(report, place, opened=place == 0) for place in range(min(examples, n))),
    ]
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        'initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; style-src '
        f"'unsafe-inline'\"><title>Letter writers, measured</title><style>{_STYLE}</style></head><body>\n"
    )
    return head + "\n".join(parts) + "\n</body></html>\n"


def _table(rows: list[list[str]], *, numbers: bool = True) -> str:
    head, *body = rows
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines: list[str] = []
    for name, *values in body:
        shown = "".join(
            f"<td{' class=clear' if value.endswith(' *') else ''}>{escape(value)}</td>" for value in values
        )
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{shown}</tr>')
    kind = ' class="numbers"' if numbers else ""
    return f'<div class="scroll"><table{kind}><thead><tr>{cells}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _list(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _side_by_side(report: LettersReport, place: int, *, opened: bool) -> str:
    one = report.applications[place]
    fields = "".join(
        f'<tr><th scope="row">{escape(name.replace("_", " "))}</th><td>{escape(value)}</td></tr>'
        for name, value in one.fields.items()
        if value
    )
    letters = "".join(
        f"<article><h3>{escape(writer.writer)}</h3><p>{_marked(report, writer, place)}</p></article>"
        for writer in report.writers
    )
    return (
        f"<details{' open' if opened else ''}><summary>{escape(one.id)}: {escape(one.given.job_title)}</summary>"
        f'<div class="scroll"><table>{fields}</table></div><p></p><div class="letters">{letters}</div></details>'
    )


def _marked(report: LettersReport, writer: WriterMeasures, place: int) -> str:
    """Return a letter, escaped, with what was made up marked."""
    from agents.fabrication import find_fabrications

    letter = writer.letters[place].strip()
    if not letter:
        return "(empty)"
    parts: list[str] = []
    at = 0
    for fact in find_fabrications(letter, report.applications[place].given):
        if not fact.hard:
            continue
        title = f"{fact.kind}{', asked for by the employer' if fact.asked else ''}"
        parts += [
            escape(letter[at : fact.start]),
            f'<mark title="{escape(title)}">{escape(fact.text)}</mark>',
        ]
        at = fact.end
    return "".join([*parts, escape(letter[at:])])


def _plotted(report: LettersReport) -> list[str]:
    shown = shown_measures(report)
    return [name for name in PLOTTED if name in shown]


def _colour(report: LettersReport, writer: WriterMeasures) -> str:
    if writer.writer == HUMAN:
        return COLOURS[-1]
    return COLOURS[report.writers.index(writer) % (len(COLOURS) - 1)]


def _figure(rows: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(h_pad=0.12, hspace=0.06))
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, [axis for row in axes for axis in row]


def _bars(report: LettersReport) -> str:
    """Draw a small panel for each plotted measure: a bar a writer, with its standard error."""
    names = _plotted(report)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    height = 0.36 * len(report.writers) + 1.0
    figure, axes = _figure(rows, columns, 11.5, rows * height)
    for axis in axes[len(names) :]:
        axis.set_visible(False)
    for place, (axis, name) in enumerate(zip(axes, names, strict=False)):
        drawn = list(reversed(report.writers))
        for row, one in enumerate(drawn):
            estimate = one.estimates.get(name)
            if estimate is None or estimate.value is None:
                continue
            error = estimate.standard_error or 0.0
            axis.barh(
                row, estimate.value, xerr=error, color=_colour(report, one), height=0.62, ecolor="#1b1f24"
            )
            axis.annotate(
                f" {estimate.value:.{MEASURES[name].decimals}f}",
                (estimate.value + error, row),
                va="center",
                fontsize=8.5,
            )
        axis.set_yticks(
            range(len(drawn)), [_short(one.writer) for one in drawn] if place % columns == 0 else []
        )
        way = {"higher": " (higher is better)", "lower": " (lower is better)"}.get(MEASURES[name].better, "")
        axis.set_title(f"{MEASURES[name].head}{way}", fontsize=10, loc="left")
        axis.margins(x=0.22)
        axis.set_ylim(-0.6, len(drawn) - 0.4)
        axis.set_xlim(left=0)
        axis.tick_params(labelsize=8.5)
        axis.spines[["top", "right"]].set_visible(False)
    return _inlined(figure)


def _intervals(report: LettersReport) -> str:
    """Draw each writer's differences from the base with their bounds, one panel a measure."""
    others = [one for one in report.writers if one.against_base]
    names = [name for name in _plotted(report) if any(name in one.against_base for one in others)]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure, axes = _figure(rows, columns, 11.5, rows * (0.36 * len(others) + 1.1))
    for axis in axes[len(names) :]:
        axis.set_visible(False)
    for place, (axis, name) in enumerate(zip(axes, names, strict=False)):
        axis.axvline(0, color="#57606a", linewidth=0.8)
        for row, one in enumerate(reversed(others)):
            gap = one.against_base.get(name)
            if gap is not None:
                colour = _colour(report, one)
                axis.plot([gap.low, gap.high], [row, row], color=colour, linewidth=2.2)
                axis.plot([gap.value], [row], "o", color=colour, markersize=6)
        labels = [_short(one.writer) for one in reversed(others)]
        axis.set_yticks(range(len(others)), labels if place % columns == 0 else [])
        axis.set_ylim(-0.7, len(others) - 0.3)
        axis.set_title(f"{MEASURES[name].head}, minus {_short(str(report.base))}", fontsize=10, loc="left")
        axis.tick_params(labelsize=8.5)
        axis.spines[["top", "right"]].set_visible(False)
    return _inlined(figure)


def _short(name: str, most: int = 26) -> str:
    """Return a writer's name for a plot; a dollar sign would begin a formula."""
    shown = name if len(name) <= most else f"\u2026{name[-(most - 1) :]}"
    return shown.replace("$", r"\$")


def _inlined(figure: Figure) -> str:
    """Return a figure as a data URL."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"

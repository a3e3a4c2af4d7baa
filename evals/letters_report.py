"""How the evaluation of letters is shown: Markdown for people, one JSON object for programs.

Measures nothing. `evals.letters_page` makes the page with the plots.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import JsonValue

from evals.letter_metrics import CONFIDENCE, FEWEST_FOR_A_STAR, RESAMPLES
from evals.letter_preference import Preference, in_words
from evals.letters import HUMAN, MEASURES, SET_MEASURES, LettersReport, Measure, WriterMeasures

if TYPE_CHECKING:
    from evals.letter_metrics import Difference
    from evals.metrics import Estimate

SEED_TABLE: tuple[tuple[str, str, str], ...] = (
    ("Qwen2.5-3B", "46.16 / 0.62", "47.01 / 0.63"),
    ("IBM 1B (\u201cWatson\u201d)", "46.81 / 0.62", "46.90 / 0.64"),
)
"""What the first system published: model, base BLEU / ROUGE, LoRA BLEU / ROUGE."""

SEED_CAVEAT = (
    "Published by the student system that Winnow replaces, on a split where 163 of 349 test prompts also stand in train; "
    "its BLEU settings and its kind of ROUGE are not known. Shown beside, not comparable."
)

ALL = MEASURES | SET_MEASURES


def shown_measures(report: LettersReport) -> dict[str, Measure]:
    """Return the measures that at least one writer has; empty letters only where there are some."""
    return {
        name: measure
        for name, measure in ALL.items()
        if any(_value(one, name) is not None for one in report.writers)
        and (name != "empty" or any(_value(one, name) for one in report.writers))
    }


def _value(writer: WriterMeasures, name: str) -> float | None:
    estimate = writer.estimates.get(name)
    return None if estimate is None else estimate.value


def table(report: LettersReport) -> list[list[str]]:
    """Return the main table with its head: one row a measure, one column a writer."""
    rows = [["", *(one.writer for one in report.writers)]]
    for name, measure in shown_measures(report).items():
        way = {"higher": " \u2191", "lower": " \u2193"}.get(measure.better, "")
        cells = [estimate_text(one.estimates.get(name), measure.decimals) for one in report.writers]
        rows.append([f"{measure.head}{way}", *cells])
    return rows


def difference_table(report: LettersReport) -> list[list[str]]:
    """Return each writer's differences from the base, with a star where the bounds leave zero out."""
    others = [one for one in report.writers if one.against_base]
    if not others:
        return []
    rows = [["", *(f"{one.writer} \u2212 {report.base}" for one in others)]]
    for name, measure in shown_measures(report).items():
        if any(name in one.against_base for one in others):
            rows.append(
                [
                    measure.head,
                    *(difference_text(one.against_base.get(name), measure.decimals) for one in others),
                ]
            )
    return rows


def preference_table(preference: Preference) -> list[list[str]]:
    """Return the judge's mean score of each writer, and the difference from the reference letters."""
    rows = [["writer", "score, 1 to 10", "minus the reference letters'"]]
    rows += [
        [one.writer, estimate_text(one.score, 2), difference_text(one.against_reference, 2)]
        for one in preference.writers
    ]
    return rows


def estimate_text(estimate: Estimate | None, decimals: int) -> str:
    """Return "0.412 \u00b1 0.010", the second number one standard error; "-" where there is no value."""
    if estimate is None or estimate.value is None:
        return "-"
    error = "" if estimate.standard_error is None else f" \u00b1 {estimate.standard_error:.{decimals}f}"
    return f"{estimate.value:.{decimals}f}{error}"


def difference_text(difference: Difference | None, decimals: int) -> str:
    """Return "+0.12 [+0.03, +0.20] *"; the star says that the bounds leave zero out, and stand on enough."""
    if difference is None:
        return "-"
    low, high = f"{difference.low:+.{decimals}f}", f"{difference.high:+.{decimals}f}"
    return f"{difference.value:+.{decimals}f} [{low}, {high}]{' *' if difference.starred else ''}"


def explanations(report: LettersReport) -> list[str]:
    """Return what the tables mean, a line each."""
    n = len(report.applications)
    lines = [
        f"{n} applications. \u00b1 is one standard error over them (BLEU: by leaving out one at a time).",
        *_meanings(shown_measures(report).values()),
        f"BLEU is sacrebleu's: {report.bleu_signature}. ROUGE is rouge-score's F-measure with stems.",
        f"\u201c{HUMAN}\u201d are the letters of the data set themselves; what they state beyond their fields is measured too.",
    ]
    if report.train:
        lines.append(f"Copies are looked for in the {report.train} training letters.")
    if any(one.against_base for one in report.writers):
        lines.append(
            f"Differences are paired by application; in brackets the bounds of {CONFIDENCE:.0%} of {RESAMPLES:,} bootstrap "
            f"resamples, * where they leave zero out (from {FEWEST_FOR_A_STAR} applications on)."
        )
    return [*lines, *report.notes]


def _meanings(measures: Iterable[Measure]) -> list[str]:
    heads: dict[str, list[str]] = {}
    for measure in measures:
        heads.setdefault(measure.says, []).append(measure.head)
    return [f"{', '.join(names)}: {says}." for says, names in heads.items()]


def markdown(report: LettersReport, preference: Preference | None = None, *, example: int = 0) -> str:
    """Return the whole report as Markdown; ``example`` is the place of the application shown side by side."""
    parts = ["# Letter writers, measured", _markdown_table(table(report)), _bullets(explanations(report))]
    differences = difference_table(report)
    if differences:
        parts += [f"## Against {_cell(str(report.base))}", _markdown_table(differences)]
    parts += ["## Made-up facts by kind", _markdown_table(kinds_table(report))]
    if preference is not None:
        parts += ["## Does the judge prefer a writer?", *_preference_lines(preference)]
    seed = [["first system", "base, BLEU / ROUGE", "LoRA, BLEU / ROUGE"], *map(list, SEED_TABLE)]
    parts += ["## What the first system published", _markdown_table(seed), SEED_CAVEAT]
    parts += ["## One application, all writers", *_side_by_side(report, example)]
    return "\n\n".join(part for part in parts if part) + "\n"


def terminal_text(report: LettersReport, preference: Preference | None = None) -> str:
    """Return the tables and what they mean for a terminal, without the letters."""
    parts = [_aligned(table(report))]
    if differences := difference_table(report):
        parts.append(_aligned(differences))
    if preference is not None:
        parts += [
            f"Judge: {preference.judge}, {preference.n} applications",
            _aligned(preference_table(preference)),
        ]
        parts.append("\n".join(in_words(preference)))
    parts.append("\n".join(explanations(report)))
    seed = "; ".join(f"{model} {before} -> {after}" for model, before, after in SEED_TABLE)
    parts.append(f"First system, BLEU / ROUGE, base -> LoRA: {seed}. {SEED_CAVEAT}")
    return "\n\n".join(parts)


def _aligned(rows: list[list[str]]) -> str:
    """Return rows with their columns one under the other, the first to the left, the others to the right."""
    plain = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in plain) for column in range(len(plain[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in plain
    )


def kinds_table(report: LettersReport) -> list[list[str]]:
    """Return how many facts of each kind were made up in all letters, with examples."""
    kinds = dict.fromkeys(kind for one in report.writers for kind in one.kinds)
    rows = [["writer", *kinds, "most frequent"]]
    for one in report.writers:
        examples = ", ".join(one.examples[:6]) or "-"
        rows.append([one.writer, *(str(one.kinds.get(kind, 0)) for kind in kinds), examples])
    return rows


def _preference_lines(preference: Preference) -> list[str]:
    left = [
        f"Judge: {preference.judge}. {preference.n} applications, each judged against its own advertisement."
    ]
    if preference.skipped:
        left.append(f"{preference.skipped} more had no requirement that the judge can read.")
    if preference.unjudged:
        left.append(
            f"{preference.unjudged} letters got no score; their applications are left out for every writer."
        )
    return [
        " ".join(_cell(line) for line in left),
        _markdown_table(preference_table(preference)),
        _bullets(in_words(preference)),
        "A difference says what this judge gives points for, not which letter is better.",
    ]


def _side_by_side(report: LettersReport, example: int) -> list[str]:
    one = report.applications[example]
    parts = [
        _markdown_table(
            [["field", _cell(one.id)], *([name, value] for name, value in one.fields.items() if value)]
        )
    ]
    for writer in report.writers:
        letter = writer.letters[example].strip() or "(empty)"
        quoted = "\n".join(f"> {_escaped(line)}" if line else ">" for line in letter.split("\n"))
        parts += [f"**{_cell(writer.writer)}**", quoted]
    return parts


def _markdown_table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [f"| {' | '.join(_cell(cell) for cell in head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in body)])


def _cell(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is, whatever marks it holds.

    >>> print(_escaped("<b>|*x*|</b>"))
    &lt;b&gt;\|\*x\*\|&lt;/b&gt;
    """
    for mark in "\\`*_[]|#":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {_cell(line)}" for line in lines)


def letters_json(report: LettersReport, preference: Preference | None = None) -> dict[str, JsonValue]:
    """Return the report as JSON values; numbers have at most 6 decimals, null is "not defined"."""
    return {
        "schema": 1,
        "applications": len(report.applications),
        "train": report.train,
        "base": report.base,
        "bleu_signature": report.bleu_signature,
        "notes": list(report.notes),
        "writers": [
            {
                "writer": one.writer,
                "measures": {
                    name: None if estimate is None else _numbers(asdict(estimate))
                    for name in ALL
                    for estimate in [one.estimates.get(name)]
                },
                "against_base": {name: _numbers(asdict(gap)) for name, gap in one.against_base.items()},
                "made_up_by_kind": dict(one.kinds),
                "letters": [
                    {"id": application.id, "letter": letter}
                    for application, letter in zip(report.applications, one.letters, strict=True)
                ],
            }
            for one in report.writers
        ],
        "preference": None
        if preference is None
        else {
            "judge": preference.judge,
            "applications": preference.n,
            "skipped": preference.skipped,
            "unjudged": preference.unjudged,
            "writers": [
                {
                    "writer": one.writer,
                    "score": _numbers(asdict(one.score)),
                    "against_reference": None
                    if one.against_reference is None
                    else _numbers(asdict(one.against_reference)),
                }
                for one in preference.writers
            ],
        },
        "first_system": [{"model": model, "base": base, "lora": lora} for model, base, lora in SEED_TABLE],
    }


def _numbers(values: dict[str, float | int | None]) -> dict[str, JsonValue]:
    return {
        name: value
        if value is None or isinstance(value, int)
        else None
        if math.isnan(value)
        else round(value, 6)
        for name, value in values.items()
    }

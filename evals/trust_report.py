"""How the evaluation of blind screening is shown: tables for people, one JSON object for programs.

Measures nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pydantic import JsonValue

from agents.rationale import one_line
from evals.name_swap import SwapMeasures
from evals.over_masking import KeptTerms, MaskCounts
from evals.report import NARROWEST
from evals.swap_screening import ScreenedSwap

LEAST_IDENTICAL = 0.995
"""Share of (name, letter) pairs whose judged text has to be the same."""

MOST_SPREAD = 0.5
"""Percentage points that the rates of two groups may differ by."""

DIFFERENCES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TrustReport:
    """All that was measured. ``masks`` maps a file's name to what is masked in its letters."""

    names: int
    letters: int
    swaps: tuple[SwapMeasures, ...]
    screened: ScreenedSwap | None
    terms: KeptTerms
    masks: dict[str, MaskCounts]

    @property
    def holds(self) -> bool:
        """Whether the names in the column fulfil the promise, scores are equal, and no term was masked."""
        promised = [one for one in self.swaps if one.known]
        return (
            all(one.rate >= LEAST_IDENTICAL and one.spread <= MOST_SPREAD for one in promised)
            and (self.screened is None or not self.screened.unequal)
            and not self.terms.masked
        )


def trust_json(report: TrustReport) -> dict[str, JsonValue]:
    """Return the report for programs; rates have at most 6 decimals."""
    return {
        "schema": 1,
        "names": report.names,
        "letters": report.letters,
        "holds": report.holds,
        "swaps": [
            {
                "name_known": one.known,
                "pairs": one.pairs,
                "identical": one.identical,
                "rate": round(one.rate, 6),
                "spread_points": round(one.spread, 6),
                "groups": {group: round(rate, 6) for group, rate in one.rates.items()},
                "differences": [asdict(each) for each in one.differences],
            }
            for one in report.swaps
        ],
        "screened": None
        if report.screened is None
        else {
            "letters": report.screened.letters,
            "names": report.screened.names,
            "screened": report.screened.screened,
            "unequal": list(report.screened.unequal),
        },
        "kept_terms": {
            "terms": report.terms.terms,
            "tried": report.terms.tried,
            "masked": [list(one) for one in report.terms.masked],
        },
        "masks": {
            name: {
                "letters": one.letters,
                "masked_letters": one.masked_letters,
                "kinds": dict(one.kinds),
                "seconds": round(one.seconds, 3),
                "sample": [asdict(each) for each in one.sample],
            }
            for name, one in report.masks.items()
        },
    }


def print_trust(report: TrustReport) -> None:
    """Print the groups' rates, what differs, and what is masked where no name was put."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    console.print(
        f"{report.names} names in {report.letters} letters: share of letters whose judged text is the same\n"
    )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("group", no_wrap=True)
    heads = ["name in its column" if one.known else "from the letter alone" for one in report.swaps]
    for head in heads:
        table.add_column(head, justify="right")
    for group in report.swaps[0].rates if report.swaps else ():
        table.add_row(group, *(_percent(one.rates[group]) for one in report.swaps))
    table.add_section()
    table.add_row("all", *(f"{_percent(one.rate)} of {one.pairs:,}" for one in report.swaps))
    table.add_row("largest difference", *(f"{one.spread:.2f} points" for one in report.swaps))
    console.print(table)
    for head, one in zip(heads, report.swaps, strict=True):
        if one.differences:
            console.print(f"{len(one.differences)} differ ({head}):")
        for each in one.differences[:DIFFERENCES_SHOWN]:
            console.print(
                f"  {each.name}, letter {each.letter_id}: {_shown(each.shown)} / {_shown(each.usual)}",
                soft_wrap=True,
            )
    if report.screened is not None:
        done = report.screened
        says = (
            "all equal" if not done.unequal else f"{len(done.unequal)} differ: {', '.join(done.unequal[:5])}"
        )
        console.print(
            f"\nScreened {done.letters} letters under {done.names} names: scores, labels, confidences and quotes {says}"
        )
    console.print(
        f"\n{report.terms.terms} skills, tools, employers and places in {report.terms.tried:,} letters: "
        f"{len(report.terms.masked)} masked"
    )
    for term, applicant, said in report.terms.masked[:DIFFERENCES_SHOWN]:
        console.print(f"  {term} (applicant {applicant}): {said}", soft_wrap=True)
    _print_masks(report.masks)
    console.print(
        f"\n{'Holds' if report.holds else 'Does not hold'}: at least {LEAST_IDENTICAL:.1%} the same with the name in its"
    )
    console.print(
        f"column, groups at most {MOST_SPREAD} points apart, equal scores, no skill, tool or employer masked."
    )


def _print_masks(masks: dict[str, MaskCounts]) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for name, one in masks.items():
        kinds = ", ".join(f"{count} {kind}" for kind, count in one.kinds.items()) or "nothing"
        console.print(
            f"\n{one_line(name)}: {one.masked_letters} of {one.letters} letters have masks: {kinds} ({one.seconds:.1f} s)"
        )
        for each in one.sample:
            console.print(
                f"  {each.kind}: {_shown(each.before)} >{_shown(each.masked)}< {_shown(each.after)}"
            )


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _shown(text: str) -> str:
    return one_line(text)

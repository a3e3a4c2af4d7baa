"""How well letters are written: several writers on the same applications, beside the data set's own letters.

Gets letters as plain data and knows nothing about who wrote them or how. The check for inventions is the one that
`winnow write` shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.fabrication import KINDS, Fabrication, Given, distinct, find_fabrications
from evals.letter_metrics import (
    RESAMPLES,
    Difference,
    bleu_counts,
    copied_share,
    corpus_bleu,
    coverage,
    distinct_n,
    field_items,
    length_ratio,
    mean_difference,
    ngrams_of,
    paired_bootstrap,
    repetition,
    rouge,
    stutters,
)
from evals.metrics import Estimate, mean_with_error, pooled_with_error

HUMAN = "reference letters"
"""The name under which the letters that the writers should come near to are measured themselves."""

Better = Literal["higher", "lower", "near 1", ""]


@dataclass(frozen=True, slots=True)
class Measure:
    """One column: its head, its unit or range in words, and which way is better ("" where neither is)."""

    head: str
    says: str
    better: Better
    decimals: int = 3


MEASURES: dict[str, Measure] = {
    "bleu": Measure("BLEU", "of the whole set, 0 to 100", "higher", 2),
    "rouge1": Measure("ROUGE-1", "F-measure, 0 to 1", "higher"),
    "rouge2": Measure("ROUGE-2", "F-measure, 0 to 1", "higher"),
    "rouge_l": Measure("ROUGE-L", "F-measure, 0 to 1", "higher"),
    "length_ratio": Measure("length", "words, of the reference's", "near 1", 2),
    "repetition": Measure("repeated", "share of 4-grams that stood before", "lower"),
    "stutters": Measure("stutters", "word pairs said again in one sentence, a letter", "lower", 2),
    "coverage": Measure("covered", "share of the fields' items that the letter tells", "higher"),
    "made_up": Measure("made up", "facts that the fields do not hold, a letter", "lower", 2),
    "asked_for": Measure(
        "of these asked for", "made-up facts that the employer wishes for, a letter", "lower", 2
    ),
    "soft": Measure("soft claims", "soft skills that the fields do not hold, a letter", "", 2),
    "copied": Measure("copied", "share of words in 8-grams of training letters", "lower"),
    "empty": Measure("empty", "share of letters without a word", "lower"),
}
"""The measures that have a value for each letter (BLEU: counts for each letter)."""

SET_MEASURES: dict[str, Measure] = {
    "distinct1": Measure("distinct-1", "different words, of all words of the set", "higher"),
    "distinct2": Measure("distinct-2", "different word pairs, of all of the set", "higher"),
}
"""The measures of a whole set, which have no standard error: they fall as a set grows."""


class LettersError(ValueError):
    """Letters that can't be measured together."""


@dataclass(frozen=True, slots=True)
class Application:
    """One application of the test split: what a writer was given, and the letter that the data set holds.

    ``fields`` are shown beside the letters, in their order.
    """

    id: str
    given: Given
    reference: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LetterSet:
    """One writer's letters, one an application, in the applications' order. ``model`` is None where there is none."""

    writer: str
    letters: tuple[str, ...]
    model: str | None = None


@dataclass(frozen=True, slots=True)
class WriterMeasures:
    """One writer: each measure with its standard error over letters, and its difference from the base.

    ``estimates`` has a key of MEASURES or SET_MEASURES for each that is defined. ``against_base`` is empty for the base
    and for the references. ``kinds`` counts made-up facts by kind, over all letters.
    """

    writer: str
    letters: tuple[str, ...]
    estimates: Mapping[str, Estimate]
    against_base: Mapping[str, Difference]
    kinds: Mapping[str, int]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LettersReport:
    """All writers on the same applications. ``train`` counts the letters that copies are looked for in."""

    applications: tuple[Application, ...]
    writers: tuple[WriterMeasures, ...]
    base: str | None
    bleu_signature: str
    train: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """The values of one writer, one a letter, by measure; None where one is not defined."""

    values: Mapping[str, tuple[float | None, ...]]
    found: tuple[tuple[Fabrication, ...], ...]


def measure_letters(
    applications: Sequence[Application],
    sets: Sequence[LetterSet],
    *,
    base: str | None = None,
    train: Sequence[str] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
    notes: Sequence[str] = (),
) -> LettersReport:
    """Measure every set, and each against the one that is called ``base``.

    ``train`` are the letters that a writer may have copied from; without any, copies are not measured.

    Raises:
        LettersError: no application, sets of other lengths or of one name, or no set called ``base``.
    """
    _check(applications, sets, base)
    seen = ngrams_of(train) if train else None
    references = tuple(one.reference for one in applications)
    counts = {one.writer: bleu_counts(one.letters, references) for one in sets}
    everyone = [*sets, LetterSet(HUMAN, references)]
    measured = {one.writer: _measure(applications, one, seen) for one in everyone}
    found: list[WriterMeasures] = []
    for one in everyone:
        values = measured[one.writer]
        estimates = {
            name: mean_with_error([value for value in column if value is not None])
            for name, column in values.values.items()
        }
        if one.writer in counts:
            estimates["bleu"] = pooled_with_error(corpus_bleu, [[count] for count in counts[one.writer][0]])
        for n in (1, 2):
            estimates[f"distinct{n}"] = Estimate(distinct_n(one.letters, n), None, len(one.letters))
        against: dict[str, Difference] = {}
        if base is not None and one.writer not in {base, HUMAN}:
            against = _differences(values, measured[base], resamples, seed)
            ours, theirs = counts[one.writer][0], counts[base][0]

            def gap(places: Sequence[int], ours: Sequence = ours, theirs: Sequence = theirs) -> float:
                first, second = (corpus_bleu([side[place] for place in places]) for side in (ours, theirs))
                return (first or 0.0) - (second or 0.0)

            bleu = paired_bootstrap(gap, len(applications), resamples=resamples, seed=seed)
            if bleu is not None:
                against["bleu"] = bleu
        found.append(
            WriterMeasures(
                one.writer, one.letters, estimates, against, _kinds(values.found), _examples(values.found)
            )
        )
    signature = next((signature for _, signature in counts.values()), "")
    return LettersReport(tuple(applications), tuple(found), base, signature, len(train), tuple(notes))


def _check(applications: Sequence[Application], sets: Sequence[LetterSet], base: str | None) -> None:
    if not applications:
        raise LettersError("letters need applications to be measured on, but there are none")
    names = [one.writer for one in sets]
    if len({*names, HUMAN}) != len(names) + 1:
        raise LettersError(f"each writer needs a name of its own, but got {', '.join(names)}")
    for one in sets:
        if len(one.letters) != len(applications):
            raise LettersError(
                f"{one.writer} must have a letter for each of {len(applications)} applications, but has {len(one.letters)}"
            )
    if base is not None and base not in names:
        raise LettersError(f"--base must be one of {', '.join(names)}, but got {base!r}")


def _measure(
    applications: Sequence[Application], letters: LetterSet, seen: frozenset[tuple[str, ...]] | None
) -> _Measured:
    found = tuple(
        find_fabrications(letter, one.given)
        for letter, one in zip(letters.letters, applications, strict=True)
    )
    columns: dict[str, list[float | None]] = {}
    if letters.writer != HUMAN:
        scores = rouge(letters.letters, [one.reference for one in applications])
        columns["rouge1"] = [score.rouge1 for score in scores]
        columns["rouge2"] = [score.rouge2 for score in scores]
        columns["rouge_l"] = [score.rouge_l for score in scores]
    pairs = list(zip(letters.letters, applications, strict=True))
    columns["length_ratio"] = [length_ratio(letter, one.reference) for letter, one in pairs]
    columns["repetition"] = [repetition(letter) for letter in letters.letters]
    columns["stutters"] = [float(stutters(letter)) for letter in letters.letters]
    columns["coverage"] = [coverage(letter, field_items(one.given)) for letter, one in pairs]
    columns["made_up"] = [float(distinct(one)) for one in found]
    columns["asked_for"] = [float(distinct(fact for fact in one if fact.asked)) for one in found]
    columns["soft"] = [float(distinct(one, hard=False)) for one in found]
    if seen is not None:
        columns["copied"] = [copied_share(letter, seen) for letter in letters.letters]
    columns["empty"] = [float(not letter.strip()) for letter in letters.letters]
    return _Measured({name: tuple(column) for name, column in columns.items()}, found)


def _differences(ours: _Measured, theirs: _Measured, resamples: int, seed: int) -> dict[str, Difference]:
    found: dict[str, Difference] = {}
    for name, column in ours.values.items():
        pairs = [
            (first, second)
            for first, second in zip(column, theirs.values[name], strict=True)
            if first is not None and second is not None
        ]
        gap = mean_difference([a for a, _ in pairs], [b for _, b in pairs], resamples=resamples, seed=seed)
        if gap is not None and math.isfinite(gap.value):
            found[name] = gap
    return found


def _kinds(found: Sequence[Sequence[Fabrication]]) -> dict[str, int]:
    return {
        kind: total
        for kind in KINDS
        if (total := sum(len({fact.key for fact in one if fact.kind == kind}) for one in found))
    }


def _examples(found: Sequence[Sequence[Fabrication]], most: int = 12) -> tuple[str, ...]:
    """Return some of what was made up, each thing once, the most frequent first."""
    count: dict[str, int] = {}
    for one in found:
        for text in dict.fromkeys(" ".join(fact.text.split()) for fact in one if fact.hard):
            count[text] = count.get(text, 0) + 1
    return tuple(sorted(count, key=lambda text: (-count[text], text))[:most])

"""What a judge makes of labelled pairs: each passage read as a letter of its own against its requirement.

Behind ``winnow eval pairs``. Prints nothing. "Contradicted" counts as "not shown" here as in ``winnow eval judging``: both are
worth nothing in the score.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

from agents.judges.labelled_pairs import AskKind, LabelledPair, Way
from agents.verdict import Label
from evals.answers import met_probability
from evals.metrics import Estimate, pooled_with_error
from evals.text_material import TextMaterial
from evals.thresholds import JudgedPair, label_f1, met_auc

if TYPE_CHECKING:
    from agents.judges.evidence import Weighed
    from agents.judging import LetterReader
    from agents.verdict import Requirement
    from ingestion.letter_embedder import LetterEmbedder
    from ingestion.records import LetterMaterial

WAYS: tuple[Way, ...] = get_args(Way)
KINDS: tuple[AskKind, ...] = get_args(AskKind)

ReaderFor = Callable[["Sequence[Requirement]"], "LetterReader"]
WeigherFor = Callable[["Sequence[Requirement]"], "Callable[[LetterMaterial], tuple[Weighed, ...]]"]


@dataclass(frozen=True, slots=True)
class PairReading:
    """One pair and what a judge says of it.

    ``strength`` is larger where "met" is likelier. ``start`` and ``end`` are the quote's characters in the passage, None
    without a quote.
    """

    pair: LabelledPair
    found: Label
    strength: float
    start: int | None = None
    end: int | None = None

    @property
    def expected(self) -> Label:
        """The right label, a denial folded into not_shown."""
        return folded(self.pair.label)

    @property
    def right(self) -> bool:
        """Whether the label is the right one, a denial folded into not_shown."""
        return folded(self.found) == self.expected

    @property
    def quote(self) -> str | None:
        """The words that the judge quotes."""
        return None if self.start is None or self.end is None else self.pair.passage[self.start : self.end]

    @property
    def quote_f1(self) -> float | None:
        """F1 between the words quoted and the words marked; None where one of the two is missing."""
        if self.start is None or self.end is None or self.pair.start == self.pair.end:
            return None
        return span_f1(self.pair.passage, (self.pair.start, self.pair.end), (self.start, self.end))

    def judged(self) -> JudgedPair:
        """Return it as the measures of labels take it."""
        return JudgedPair((self.expected,), folded(self.found), self.strength)


def folded(label: Label) -> Label:
    """Return the label, "not_shown" for "contradicted"."""
    return "not_shown" if label == "contradicted" else label


_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def span_f1(text: str, marked: tuple[int, int], found: tuple[int, int]) -> float:
    """Return the F1 of two spans over the words of ``text`` that each touches: ``2 both / (marked + found)``.

    0 where they share no word, also where one of them touches none.

    >>> span_f1("I led a team of nine for years", (2, 12), (0, 20))
    0.6666666666666666
    """
    words = [match.span() for match in _WORD.finditer(text)]
    first, second = (
        {place for place, (start, end) in enumerate(words) if start < span[1] and span[0] < end}
        for span in (marked, found)
    )
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def read_pairs(
    pairs: Sequence[LabelledPair],
    embedder: LetterEmbedder,
    reader: ReaderFor | None = None,
    weigher: WeigherFor | None = None,
) -> tuple[PairReading, ...]:
    """Let a judge read each passage against its requirement; the default judge unless a ``reader`` is given.

    Strengths come from ``weigher``; without one, from the confidence of the finding. All texts are embedded in one go.
    """
    from agents.judges.evidence import EvidenceJudge
    from agents.verdict import Requirement

    if reader is None:
        judge = EvidenceJudge(embedder)
        reader, weigher = judge.reader, judge.weigher
    material = TextMaterial(embedder)
    material.embed_all(dict.fromkeys(pair.passage for pair in pairs))
    asked = {
        text: Requirement("r1", text, "must", 2.0) for text in dict.fromkeys(p.requirement for p in pairs)
    }
    with embedder.remembering():
        embedder.embed_queries(list(asked))
        read = {text: reader([one]) for text, one in asked.items()}
        weigh = {} if weigher is None else {text: weigher([one]) for text, one in asked.items()}
    readings: list[PairReading] = []
    for pair in pairs:
        letter = material(pair.passage)
        finding = read[pair.requirement](letter)[0]
        strength = (
            weigh[pair.requirement](letter)[0].strength
            if pair.requirement in weigh
            else met_probability(finding)
        )
        span = (None, None) if finding.quote is None else (finding.quote.start, finding.quote.end)
        readings.append(PairReading(pair, finding.label, strength, *span))
    return tuple(readings)


@dataclass(frozen=True, slots=True)
class PairMeasures:
    """Measures of some pairs; standard errors by leaving out one trade at a time.

    ``auc`` is of met against the rest; of a way that shows the requirement, against all that don't, and of another way, all
    that show it against this way. ``quotes_overlap`` and ``quote_f1`` are over ``quotes``, the pairs with words marked and
    words quoted. ``found`` counts the labels given.
    """

    name: str
    pairs: int
    passages: int
    accuracy: Estimate
    macro_f1: Estimate
    auc: Estimate
    quotes: int
    quotes_overlap: Estimate
    quote_f1: Estimate
    found: dict[Label, int]


@dataclass(frozen=True, slots=True)
class PairsReport:
    """A judge on one part of the labelled pairs."""

    part: str
    overall: PairMeasures
    by_way: tuple[PairMeasures, ...]
    by_kind: tuple[PairMeasures, ...]
    by_trade: tuple[PairMeasures, ...]
    readings: tuple[PairReading, ...]


def measure_pairs(part: str, readings: Sequence[PairReading]) -> PairsReport:
    """Measure what a judge said of the pairs of a part.

    Raises:
        ValueError: there are no pairs.
    """
    if not readings:
        raise ValueError(f"measuring needs at least one labelled pair, but the part {part} holds 0")
    ways: list[Way] = [way for way in WAYS if any(one.pair.way == way for one in readings)]
    kinds: list[AskKind] = [kind for kind in KINDS if any(one.pair.kind == kind for one in readings)]
    return PairsReport(
        part=part,
        overall=_measures("all pairs", readings),
        by_way=tuple(_measures_of_way(way, readings) for way in ways),
        by_kind=tuple(_measures(kind, [one for one in readings if one.pair.kind == kind]) for kind in kinds),
        by_trade=tuple(_measures(trade, some) for trade, some in _by_trade(readings).items()),
        readings=tuple(readings),
    )


def _measures(name: str, readings: Sequence[PairReading]) -> PairMeasures:
    groups = list(_by_trade(readings).values())
    judged = [[one.judged() for one in group] for group in groups]
    f1 = [[one.quote_f1 for one in group if one.quote_f1 is not None] for group in groups]
    found: dict[Label, int] = dict.fromkeys(("met", "partial", "not_shown", "contradicted"), 0)
    for one in readings:
        found[one.found] += 1
    return PairMeasures(
        name=name,
        pairs=len(readings),
        passages=len({(one.pair.trade, one.pair.passage) for one in readings}),
        accuracy=pooled_with_error(_mean, [[float(one.right) for one in group] for group in groups]),
        macro_f1=pooled_with_error(label_f1, judged),
        auc=pooled_with_error(met_auc, judged),
        quotes=sum(len(group) for group in f1),
        quotes_overlap=pooled_with_error(_mean, [[float(value > 0) for value in group] for group in f1]),
        quote_f1=pooled_with_error(_mean, f1),
        found=found,
    )


def _measures_of_way(way: Way, readings: Sequence[PairReading]) -> PairMeasures:
    own = [one for one in readings if one.pair.way == way]
    shows = own[0].pair.label == "met"
    against = [one for one in readings if one.pair.way == way or (one.pair.label == "met") != shows]
    groups = [[one.judged() for one in group] for group in _by_trade(against).values()]
    return replace(_measures(way, own), auc=pooled_with_error(met_auc, groups))


def _by_trade(readings: Iterable[PairReading]) -> dict[str, list[PairReading]]:
    found: dict[str, list[PairReading]] = {}
    for one in readings:
        found.setdefault(one.pair.trade, []).append(one)
    return found


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None

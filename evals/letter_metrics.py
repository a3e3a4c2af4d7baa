"""The measures of written letters: formula, empty case and an example for each.

Knows nothing about writers, files or reports: letters and references in, numbers out.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.judges.words import read_words

if TYPE_CHECKING:
    from agents.fabrication import Given

REPEATED_N = 4
"""Words of the phrases whose repetition is counted, as in https://arxiv.org/abs/1908.04319 (seq-rep-4)."""
COPIED_N = 8
"""Words in a row that stand in a training letter before they count as copied; shorter ones are everybody's phrases."""
COVERED = 0.6
"""Share of a long item's words that a letter must use to cover it; of up to three words it must use all."""
RESAMPLES = 1000
CONFIDENCE = 0.95

_WORD = re.compile(r"[^\W_]+(?:['’.+#-][^\W_]+)*[+#]*")
_SMALL = frozenset(
    "a an the and or of in on at to for with by from as is are was were be been my me i we our us you your this that it its have has had "
    "will would can could not but so if than more most very also all which who their they he she".split()
)


def words(text: str) -> list[str]:
    """Return the lower-case words of a text.

    >>> words("C++ and Node.js, it's fine.")
    ['c++', 'and', 'node.js', "it's", 'fine']
    """
    return [word.lower() for word in _WORD.findall(text)]


def _ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1)]


def repetition(letter: str, n: int = REPEATED_N) -> float:
    """Return the share of a letter's n-grams that stood in it before: ``1 - different / all``. 0 for a short letter.

    >>> repetition("I know data. I know data.", n=3)
    0.25
    """
    grams = _ngrams(words(letter), n)
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def stutters(letter: str) -> int:
    """Return how often a sentence says two content words in a row again: "Azure Data Factory and Data Factory" has one.

    >>> stutters("I use Azure Data Factory, Data Factory and Data Factory.")
    2
    >>> stutters("I use data. I use data.")
    0
    """
    from ingestion.sentences import split_sentences

    again = 0
    for start, end in split_sentences(letter):
        pairs = [pair for pair in _ngrams(words(letter[start:end]), 2) if not _SMALL & set(pair)]
        again += len(pairs) - len(set(pairs))
    return again


def distinct_n(letters: Sequence[str], n: int) -> float | None:
    """Return how many of all letters' n-grams differ, of all (Li et al., https://arxiv.org/abs/1510.03055). None without any.

    >>> distinct_n(["I cook", "I bake"], 1)
    0.75
    """
    grams = [gram for letter in letters for gram in _ngrams(words(letter), n)]
    return len(set(grams)) / len(grams) if grams else None


def length_ratio(letter: str, reference: str) -> float | None:
    """Return the words of a letter divided by those of its reference. None without a word there.

    >>> length_ratio("one two three", "one two")
    1.5
    """
    against = len(words(reference))
    return len(words(letter)) / against if against else None


def copied_share(letter: str, seen: frozenset[tuple[str, ...]], n: int = COPIED_N) -> float:
    """Return the share of a letter's words that lie in an n-gram of ``seen``. 0 for a letter without a word.

    >>> copied_share("I really like to cook", ngrams_of(["We like to cook"], 3), 3)
    0.6
    """
    tokens = words(letter)
    copied = [False] * len(tokens)
    for at, gram in enumerate(_ngrams(tokens, n)):
        if gram in seen:
            copied[at : at + n] = [True] * n
    return sum(copied) / len(tokens) if tokens else 0.0


def ngrams_of(letters: Iterable[str], n: int = COPIED_N) -> frozenset[tuple[str, ...]]:
    """Return all n-grams of ``letters``."""
    return frozenset(gram for letter in letters for gram in _ngrams(words(letter), n))


def field_items(given: Given) -> tuple[str, ...]:
    """Return what a letter could tell of its fields: title, company, name, and each item of the applicant's fields.

    >>> from agents.fabrication import Given
    >>> field_items(Given("Cook", "Blue Fig", own=("Pastry, food safety; (A, B)",)))
    ('Cook', 'Blue Fig', 'Pastry', 'food safety', '(A, B)')
    """
    items = [given.job_title, given.company, given.applicant]
    for text in given.own:
        items += re.split(r"[,;\n•|](?![^()]*\))", text)
    return tuple(dict.fromkeys(item.strip(" .") for item in items if _content(item)))


def coverage(letter: str, items: Sequence[str]) -> float | None:
    """Return the share of ``items`` that a letter covers: all words of a short one, most of a long one, by stem.

    None without items.

    >>> coverage("I bake pastry and manage projects.", ["Pastry", "project management", "butchery"])
    0.6666666666666666
    """
    if not items:
        return None
    told = frozenset(word.stem for word in read_words(letter))
    return sum(_covered(item, told) for item in items) / len(items)


def _covered(item: str, told: frozenset[str]) -> bool:
    content = _content(item)
    hit = len(content & told)
    return hit == len(content) if len(content) <= 3 else hit / len(content) >= COVERED


@lru_cache(maxsize=20_000)
def _content(item: str) -> frozenset[str]:
    return frozenset(word.stem for word in read_words(item) if word.text not in _SMALL)


@dataclass(frozen=True, slots=True)
class BleuCounts:
    """What one letter adds to a corpus's BLEU: matched and all n-grams for n = 1 to 4, and the two lengths in tokens."""

    correct: tuple[int, ...]
    total: tuple[int, ...]
    letter_length: int
    reference_length: int


def bleu_counts(letters: Sequence[str], references: Sequence[str]) -> tuple[tuple[BleuCounts, ...], str]:
    """Return each letter's counts, and sacrebleu's signature of how they were taken."""
    from sacrebleu.metrics.bleu import BLEU

    if len(letters) != len(references):
        raise ValueError(f"each letter needs a reference, but got {len(letters)} and {len(references)}")
    metric = BLEU()
    found: list[BleuCounts] = []
    for letter, reference in zip(letters, references, strict=True):
        score = metric.corpus_score([letter], [[reference]])
        found.append(BleuCounts(tuple(score.counts), tuple(score.totals), score.sys_len, score.ref_len))
    # The signature names the number of references, which sacrebleu knows after a score.
    return tuple(found), str(metric.get_signature()) if found else ""


def corpus_bleu(counts: Sequence[BleuCounts]) -> float | None:
    """Return corpus BLEU, 0 to 100 (Papineni et al., 2002; sacrebleu's arithmetic). None without letters.

    >>> counts, _ = bleu_counts(["I cook fine food daily"], ["I cook fine food daily"])
    >>> round(corpus_bleu(counts), 6)
    100.0
    """
    from sacrebleu.metrics.bleu import BLEU

    if not counts:
        return None
    return BLEU.compute_bleu(
        correct=[sum(one.correct[n] for one in counts) for n in range(4)],
        total=[sum(one.total[n] for one in counts) for n in range(4)],
        sys_len=sum(one.letter_length for one in counts),
        ref_len=sum(one.reference_length for one in counts),
        smooth_method="exp",
    ).score


@dataclass(frozen=True, slots=True)
class Rouge:
    """F-measures of one letter, 0 to 1."""

    rouge1: float
    rouge2: float
    rouge_l: float


def rouge(letters: Sequence[str], references: Sequence[str]) -> tuple[Rouge, ...]:
    """Return ROUGE-1, ROUGE-2 and ROUGE-L (Lin, 2004) of each letter: F-measure with stems, as rouge-score computes it.

    >>> rouge(["I cook"], ["I cook"])
    (Rouge(rouge1=1.0, rouge2=1.0, rouge_l=1.0),)
    """
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    found: list[Rouge] = []
    for letter, reference in zip(letters, references, strict=True):
        scores = scorer.score(reference, letter)
        found.append(Rouge(scores["rouge1"].fmeasure, scores["rouge2"].fmeasure, scores["rougeL"].fmeasure))
    return tuple(found)


FEWEST_FOR_A_STAR = 20
"""Applications below which a percentile bootstrap's bounds are too narrow to call a difference clear (Efron and Tibshirani, "An
Introduction to the Bootstrap", 1993, chapter 14)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of one writer minus that of another on the same applications, and the bounds that hold 95 % of resamples."""

    value: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        """Whether the bounds leave zero out."""
        return self.low > 0 or self.high < 0

    @property
    def starred(self) -> bool:
        """Whether it is clear, and stands on enough applications to be shown as such."""
        return self.clear and self.n >= FEWEST_FOR_A_STAR


def paired_bootstrap(
    measure: Callable[[Sequence[int]], float], n: int, *, resamples: int = RESAMPLES, seed: int = 0
) -> Difference | None:
    """Return a difference with its percentile bounds, by drawing applications with replacement (Koehn, 2004).

    ``measure`` takes the drawn applications' places and returns the difference on them. None for fewer than two.

    >>> paired_bootstrap(lambda places: sum(places) / len(places) * 0 + 1.5, 4)
    Difference(value=1.5, low=1.5, high=1.5, n=4)
    """
    if n < 2:
        return None
    draw = random.Random(seed)
    drawn = sorted(measure(draw.choices(range(n), k=n)) for _ in range(resamples))
    tail = (1 - CONFIDENCE) / 2
    low, high = drawn[math.floor(tail * (resamples - 1))], drawn[math.ceil((1 - tail) * (resamples - 1))]
    return Difference(measure(range(n)), low, high, n)


def mean_difference(
    ours: Sequence[float], theirs: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0
) -> Difference | None:
    """Return the mean of ``ours - theirs``, pair by pair, with its bootstrap bounds.

    >>> mean_difference([2.0, 3.0], [1.0, 2.0])
    Difference(value=1.0, low=1.0, high=1.0, n=2)
    """
    gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
    return paired_bootstrap(
        lambda places: math.fsum(gaps[place] for place in places) / len(places),
        len(gaps),
        resamples=resamples,
        seed=seed,
    )

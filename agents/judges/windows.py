"""How a letter that is longer than a model reads at once is split, and how the answers are put together again.

Pure functions over lengths and findings: knows nothing about models, prompts or tokenizers.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.verdict import Finding, Label

STRONGEST_FIRST: tuple[Label, ...] = ("met", "partial", "contradicted", "not_shown")
"""Which label a letter gets where its windows differ. What one part shows stands, whatever another part leaves out;
a part that shows it outweighs one that says otherwise."""


def windows(sentence_lengths: Sequence[int], budget: int) -> list[range]:
    """Return ranges of consecutive sentences that together hold each sentence once, in order.

    As few windows as the budget allows, and then as even as they can be, so that no window is left with one lonely
    sentence. The sum of a window's lengths is at most ``budget``, in the unit of the lengths; only a sentence that
    is longer than that by itself stands alone in a window above it. Nothing is ever cut or left out.

    >>> windows([3, 3, 3, 3], 9)
    [range(0, 2), range(2, 4)]

    Raises:
        ValueError: the budget is below 1, or a length below 0.
    """
    if budget < 1:
        raise ValueError(f"the budget of a window must be at least 1, but got {budget}")
    if any(length < 0 for length in sentence_lengths):
        raise ValueError(f"a sentence's length must be at least 0, but got {min(sentence_lengths)}")
    fewest = _greedy(sentence_lengths, budget)
    low, high = 1, budget
    while low < high:
        middle = (low + high) // 2
        if len(_greedy(sentence_lengths, middle)) <= len(fewest):
            high = middle
        else:
            low = middle + 1
    return _greedy(sentence_lengths, high)


def _greedy(lengths: Sequence[int], budget: int) -> list[range]:
    found: list[range] = []
    start = 0
    filled = 0
    for index, length in enumerate(lengths):
        if index > start and filled + length > budget:
            found.append(range(start, index))
            start, filled = index, 0
        filled += length
    if lengths:
        found.append(range(start, len(lengths)))
    return found


def combine(per_window: Sequence[Finding]) -> Finding:
    """Return the letter's finding for one requirement, from the findings of its windows in order.

    Any ``met`` wins over any ``partial``, that over ``contradicted``, that over ``not_shown``. Among windows of the same
    label the surest speaks, and of two as sure the earlier. The letter as a whole shows nothing only as surely as
    its least sure window: there the lowest confidence stands.

    Raises:
        ValueError: there are no findings, or they answer different requirements.
    """
    if not per_window:
        raise ValueError("combining needs the findings of at least one window, but got 0")
    asked = sorted({finding.requirement_id for finding in per_window})
    if len(asked) > 1:
        raise ValueError(f"the windows must answer one requirement, but got {', '.join(asked)}")
    label = min((finding.label for finding in per_window), key=STRONGEST_FIRST.index)
    same = [finding for finding in per_window if finding.label == label]
    if label == "not_shown":
        return min(same, key=lambda finding: finding.confidence)
    return max(same, key=lambda finding: finding.confidence)

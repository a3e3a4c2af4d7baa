"""The order in which letters are read."""

from __future__ import annotations

from training.batching import LengthGroupedOrder

LENGTHS = [10 + (7 * n) % 91 for n in range(130)]


def test_each_epoch_reads_every_letter_once() -> None:
    """No letter is skipped or read twice, in any epoch."""
    order = LengthGroupedOrder(LENGTHS, 4, seed=0)
    for epoch in range(3):
        order.set_epoch(epoch)
        assert sorted(order) == list(range(130))


def test_an_order_depends_on_seed_and_epoch_alone() -> None:
    """A run that goes on reads what it would have read; another epoch or seed reads in another order."""
    first = LengthGroupedOrder(LENGTHS, 4, seed=0)
    first.set_epoch(2)
    list(first)
    again = LengthGroupedOrder(LENGTHS, 4, seed=0)
    again.set_epoch(2)
    other = LengthGroupedOrder(LENGTHS, 4, seed=1)
    other.set_epoch(2)
    assert list(first) == list(again)
    assert list(first) != list(other)
    again.set_epoch(1)
    assert list(first) != list(again)


def test_letters_of_like_length_stand_together() -> None:
    """Padding to the longest of a batch wastes far less than it would in a random order."""
    order = list(LengthGroupedOrder(LENGTHS, 4, seed=0))
    batches = [[LENGTHS[row] for row in order[at : at + 4]] for at in range(0, len(order), 4)]
    padding = sum(max(batch) * len(batch) - sum(batch) for batch in batches)
    assert padding / sum(LENGTHS) < 0.1


def test_the_longest_letters_come_first() -> None:
    """What does not fit in memory fails at once: the first batch of the first epoch holds the longest letter."""
    order = list(LengthGroupedOrder(LENGTHS, 4, seed=0))
    assert max(LENGTHS[row] for row in order[:4]) == max(LENGTHS)

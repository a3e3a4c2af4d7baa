from __future__ import annotations

from fractions import Fraction

from evals.close_calls import by_distance, pairs_apart


def test_a_pair_agrees_where_readers_order_it_alike() -> None:
    """Each pair of a job, in the order that is shown; two letters that show nothing are nobody's choice."""
    scores = [(Fraction(9), 8.0), (Fraction(17, 2), 9.0), (Fraction(1), 9.0), (Fraction(1), 1.0)]
    assert [(float(one.distance), one.agrees) for one in pairs_apart(scores)] == [
        (0.5, -1),
        (8.0, -1),
        (8.0, 1),
        (7.5, 0),
        (7.5, 1),
    ]


def test_pairs_stand_in_the_row_of_their_distance() -> None:
    """Equal scores in one row, then a row for each quarter of a point; its upper bound belongs to it."""
    jobs = [
        pairs_apart([(Fraction(5), 5.0), (Fraction(5), 4.0)]),
        pairs_apart([(Fraction(5), 5.0), (Fraction(9, 2), 6.0), (Fraction(17, 4), 4.0)]),
    ]
    rows = by_distance(jobs)
    assert [(float(row.above), float(row.upto), row.pairs) for row in rows] == [
        (0.0, 0.0, 1),
        (0.0, 0.25, 1),
        (0.25, 0.5, 1),
        (0.5, 0.75, 1),
    ]
    assert [row.agree.value for row in rows] == [1.0, 1.0, 0.0, 1.0]
    assert [row.oppose for row in rows] == [0, 0, 1, 0]

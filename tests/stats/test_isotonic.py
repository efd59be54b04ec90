"""Pooled scores against the formula of minima and maxima, in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calibrate.stats.isotonic import pool_falling

counts = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 9)).map(lambda one: (max(one), min(one))),
    min_size=1,
    max_size=14,
)


@given(counts)
def test_rates_of_blocks_are_the_largest_of_the_smallest_means(rows: list[tuple[int, int]]) -> None:
    """Robertson, Wright & Dykstra (1988), theorem 1.4.4."""
    leads, customers = (list(part) for part in zip(*rows, strict=True))
    blocks = pool_falling(leads, customers)

    def mean(first: int, last: int) -> Fraction:
        return Fraction(sum(customers[first : last + 1]), sum(leads[first : last + 1]))

    for place, block in enumerate(blocks):
        inside = np.flatnonzero(blocks == block)
        wanted = max(
            min(mean(first, last) for last in range(place, len(rows))) for first in range(place + 1)
        )
        assert mean(int(inside[0]), int(inside[-1])) == wanted


@given(counts)
def test_rates_rise_from_each_block_to_the_next(rows: list[tuple[int, int]]) -> None:
    leads, customers = (list(part) for part in zip(*rows, strict=True))
    blocks = pool_falling(leads, customers)
    assert set(np.diff(blocks).tolist()) <= {0, 1}
    rates = np.bincount(blocks, customers) / np.bincount(blocks, leads)
    assert (np.diff(rates) > 0).all()


@given(counts, st.lists(st.integers(0, 14), max_size=5))
def test_scores_without_leads_change_no_block(
    rows: list[tuple[int, int]], empty: list[int]
) -> None:
    wanted = pool_falling(*zip(*rows, strict=True)).tolist()
    filled = [(n, x, True) for n, x in rows]
    for place in empty:
        filled.insert(place, (0, 0, False))
    leads, customers, there = zip(*filled, strict=True)
    blocks = pool_falling(leads, customers)
    assert blocks[np.array(there)].tolist() == wanted
    assert set(np.bincount(blocks, leads) > 0) == {True}

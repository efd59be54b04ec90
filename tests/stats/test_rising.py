"""Tiers that rise, that stand still, that fall at the top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table

from calibrate.stats.association import trend_z
from calibrate.stats.rising import rising

tiers = st.lists(
    st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=7
)


@given(tiers)
def test_the_verdict_follows_from_trend_and_counts(rows: list[tuple[int, int]]) -> None:
    found = rising([x for x, _ in rows], [n for _, n in rows])
    rates = [x / n for x, n in rows if n]
    assert found.monotone == (sorted(rates) == rates)
    if found.rises:
        assert found.p_value <= 0.05
        assert trend_z(*zip(*rows, strict=True)) > 0
    if found.monotone:
        assert found.rises == (found.p_value <= 0.05)


def test_the_trend_has_the_sign_and_size_of_statsmodels() -> None:
    x, n = np.array([4, 9, 11, 30]), np.array([120, 80, 100, 90])
    middles = np.cumsum(n) - n / 2
    other = Table(np.column_stack([n - x, x])).test_ordinal_association(middles, np.array([0, 1]))
    assert trend_z(x, n) == pytest.approx(other.zscore, rel=1e-6)
    assert trend_z(x[::-1], n[::-1]) == pytest.approx(-trend_z(x, n))


def test_tiers_that_fall_do_not_rise() -> None:
    found = rising([40, 20, 5], [100, 100, 100])
    assert (found.rises, found.monotone) == (False, False)
    assert found.p_value < 1e-6


def test_a_fall_of_luck_does_not_count_and_one_of_many_leads_does() -> None:
    assert rising([2, 10, 9, 20], [100] * 4).rises
    assert not rising([200, 1000, 800, 2000], [10_000] * 4).rises


def test_tiers_alike_do_not_rise() -> None:
    found = rising([10, 10, 10], [100, 100, 100])
    assert (found.rises, found.monotone, found.p_value) == (False, True, 1.0)


@pytest.mark.parametrize(
    ("customers", "leads"),
    [([], []), ([0, 0], [0, 0]), ([3], [9]), ([0, 0], [9, 9]), ([9, 9], [9, 9]), ([3, 0], [9, 0])],
)
def test_where_there_is_nothing_to_compare_nothing_rises(
    customers: list[int], leads: list[int]
) -> None:
    found = rising(customers, leads)
    assert (found.rises, found.monotone, found.p_value) == (False, True, 1.0)

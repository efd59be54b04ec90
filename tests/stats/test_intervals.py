"""Intervals against statsmodels, against their own definition, and their properties."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from calibrate.stats.intervals import Z_95, lift_interval, ratio_interval, wilson


@st.composite
def tables(draw: st.DrawFn, largest: int = 10_000) -> tuple[int, int, int, int]:
    """x of n against X of N, with a rest, a customer, and a lead that is none."""
    all_leads = draw(st.integers(3, largest))
    leads = draw(st.integers(1, all_leads - 1))
    all_customers = draw(st.integers(1, all_leads - 1))
    least = max(0, all_customers - (all_leads - leads))
    customers = draw(st.integers(least, min(leads, all_customers)))
    return customers, leads, all_customers, all_leads


def lift_ends(x: int, n: int, all_x: int, all_n: int) -> tuple[float, float]:
    low, high = lift_interval([x], [n], all_x, all_n)
    return float(low[0]), float(high[0])


def test_wilson_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(1, 5000, 500)
    x = rng.binomial(n, rng.random(500) ** 3)
    wanted = proportion_confint(x, n, alpha=0.05, method="wilson")
    np.testing.assert_allclose(wilson(x, n), wanted, rtol=1e-10, atol=1e-15)


@given(tables())
def test_wilson_holds_the_close_rate_and_stays_within_0_and_1(table: tuple) -> None:
    x, n, _, _ = table
    low, high = (float(end) for end in wilson(x, n))
    assert 0 <= low <= x / n <= high <= 1
    assert (low == 0) == (x == 0)
    assert (high == 1) == (x == n)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_wilson_turns_over_with_customers_and_others(n: int, share: float) -> None:
    x = round(share * n)
    low, high = wilson(x, n)
    turned_low, turned_high = wilson(n - x, n)
    assert float(low) == pytest.approx(1 - float(turned_high), abs=1e-12)
    assert float(high) == pytest.approx(1 - float(turned_low), abs=1e-12)


@given(st.integers(2, 3000))
def test_wilson_rises_with_customers(n: int) -> None:
    low, high = wilson(np.arange(n + 1), np.full(n + 1, n))
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()


@given(st.floats(0.01, 0.99), st.integers(1, 1000))
def test_wilson_narrows_with_leads(share: float, n: int) -> None:
    x = round(share * n)
    low, high = wilson([x, 4 * x], [n, 4 * n])
    assert high[1] - low[1] < high[0] - low[0]


def test_ratio_interval_agrees_with_statsmodels_where_that_is_right() -> None:
    """Not where every lead of the level closed: there statsmodels 0.15 gives a wrong low end."""
    rng = np.random.default_rng(2)
    for _ in range(60):
        n1, n0 = (int(n) for n in rng.integers(20, 900, 2))
        x1, x0 = (int(rng.integers(1, n)) for n in (n1, n0))
        wanted = confint_proportions_2indep(
            x1, n1, x0, n0, method="score", compare="ratio", correction=True
        )
        found = [float(end) for end in ratio_interval(x1, n1, x0, n0)]
        assert found == pytest.approx(wanted, rel=1e-5)  # its root finder stops there


@given(tables())
def test_the_score_statistic_is_z_squared_at_the_ends_of_the_ratio(table: tuple) -> None:
    """The definition, with the restricted rates found by search instead of by formula."""
    x1, n1, all_x, all_n = table
    x0, n0 = all_x - x1, all_n - n1
    low, high = (float(end) for end in ratio_interval(x1, n1, x0, n0))
    for end in (low, high):
        if 0 < end < math.inf:
            assert statistic_by_search(x1, n1, x0, n0, end) == pytest.approx(Z_95**2, rel=1e-6)


def statistic_by_search(x1: int, n1: int, x0: int, n0: int, ratio: float) -> float:
    """Maximise the likelihood of p0 with p1 = ratio * p0 by bisection on its slope."""
    below, above = 0.0, min(1.0, 1 / ratio)
    for _ in range(200):
        p0 = (below + above) / 2
        p1 = ratio * p0
        if p0 in (below, above):
            break
        slope = (x0 + x1) / p0 - (n0 - x0) / (1 - p0) - ratio * (n1 - x1) / max(1 - p1, 1e-300)
        below, above = (p0, above) if slope > 0 else (below, p0)
    total = n1 + n0
    spread = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    return (x1 / n1 - ratio * x0 / n0) ** 2 / (spread * total / (total - 1))


@given(tables())
def test_lift_interval_holds_the_lift_and_stays_within_its_bounds(table: tuple) -> None:
    x, n, all_x, all_n = table
    low, high = lift_ends(*table)
    lift = (x / n) / (all_x / all_n)
    assert 0 <= low <= lift * (1 + 1e-9)
    assert lift * (1 - 1e-9) <= high <= all_n / n * (1 + 1e-9)
    assert (low == 0) == (x == 0)
    if x == all_x:
        assert high == pytest.approx(all_n / n, rel=1e-12)


@given(tables(largest=400))
def test_lift_interval_rises_with_the_levels_customers(table: tuple) -> None:
    _, n, all_x, all_n = table
    least, most = max(0, all_x - (all_n - n)), min(n, all_x)
    x = np.arange(least, most + 1)
    low, high = lift_interval(x, np.full(len(x), n), all_x, all_n)
    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) >= -1e-12 * high[:-1]).all()


@given(tables())
def test_the_ratio_turned_round_has_the_interval_turned_round(table: tuple) -> None:
    x1, n1, all_x, all_n = table
    x0, n0 = all_x - x1, all_n - n1
    low, high = (float(end) for end in ratio_interval(x1, n1, x0, n0))
    turned_low, turned_high = (float(end) for end in ratio_interval(x0, n0, x1, n1))
    assert low * turned_high == pytest.approx(1, rel=1e-9) or (low, turned_high) == (0, math.inf)
    assert high * turned_low == pytest.approx(1, rel=1e-9) or (turned_low, high) == (0, math.inf)


def test_a_side_without_customers_bounds_the_ratio_from_one_side_only() -> None:
    low, high = ratio_interval([0, 5, 0], [20, 20, 20], [5, 0, 0], [20, 20, 20])
    assert low[0] == 0
    assert 0 < high[0] < math.inf
    assert 0 < low[1] < math.inf
    assert high[1] == math.inf
    assert (low[2], high[2]) == (0, math.inf)


@pytest.mark.parametrize("x", [0, 1, 5_000, 99_999, 100_000])
@pytest.mark.parametrize("n", [100_000, 9_999_999])
def test_ten_million_leads_give_finite_ends(x: int, n: int) -> None:
    all_x, all_n = 100_000, 10_000_000
    low, high = lift_ends(x, n, all_x, all_n)
    assert 0 <= low <= high < math.inf
    rate_low, rate_high = (float(end) for end in wilson(x, n))
    assert 0 <= rate_low <= x / n <= rate_high <= 1


def test_a_thousand_levels_stay_small_in_memory() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(1, 20_000, 1000)
    x = rng.binomial(n, 0.02)
    tracemalloc.start()
    low, high = lift_interval(x, n, int(x.sum()), int(n.sum()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite([low, high]).all()
    assert peak < 2_000_000

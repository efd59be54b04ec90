"""Rates then and now: against scipy, and at the edges. The golden tables are in test_golden."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency, hypergeom
from statsmodels.stats.multitest import multipletests

from calibrate.stats.changes import rate_changes

sides = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.lists(st.tuples(sides, sides), min_size=1, max_size=12)


def columns(rows: list) -> tuple[list[int], ...]:
    flat = [(*then, *now) for then, now in rows]
    return tuple(list(part) for part in zip(*flat, strict=True))


def mid_p(x0: int, n0: int, x1: int, n1: int) -> float:
    """The definition, by scipy's hypergeometric chances."""
    chance = hypergeom(n0 + n1, x0 + x1, n1).pmf(np.arange(n1 + 1))
    seen = chance[x1]
    tied = np.isclose(chance, seen, rtol=1e-7, atol=0)
    return float(chance[(chance < seen) & ~tied].sum() + chance[tied].sum() / 2)


@given(levels)
def test_small_levels_are_tested_exactly_and_adjusted_together(rows: list) -> None:
    sides_of = columns(rows)
    p, q = rate_changes(*sides_of)
    for found, (x0, n0, x1, n1) in zip(p, zip(*sides_of, strict=True), strict=True):
        wanted = 1.0 if x0 + x1 in (0, n0 + n1) else mid_p(x0, n0, x1, n1)
        assert found == pytest.approx(wanted, rel=1e-7)
    np.testing.assert_allclose(q, multipletests(p, method="fdr_bh")[1], rtol=1e-12)


@given(levels)
def test_then_and_now_change_places_and_so_do_customers_and_others(rows: list) -> None:
    x0, n0, x1, n1 = (np.array(part) for part in columns(rows))
    p, _ = rate_changes(x0, n0, x1, n1)
    np.testing.assert_allclose(rate_changes(x1, n1, x0, n0)[0], p, rtol=1e-9)
    np.testing.assert_allclose(rate_changes(n0 - x0, n0, n1 - x1, n1)[0], p, rtol=1e-9)


def test_large_levels_are_tested_by_the_n_minus_1_chi_square() -> None:
    x0, n0, x1, n1 = 4000, 20_000, 3800, 20_000
    pearson = chi2_contingency([[x0, n0 - x0], [x1, n1 - x1]], correction=False)
    n = n0 + n1
    wanted = chi2.sf(pearson.statistic * (n - 1) / n, 1)
    assert rate_changes([x0], [n0], [x1], [n1])[0][0] == pytest.approx(wanted, rel=1e-9)


def test_new_and_vanished_levels_are_no_tests_and_cost_nothing() -> None:
    p, q = rate_changes([20, 0, 7, 0], [100, 0, 50, 0], [4, 9, 0, 0], [100, 90, 0, 0])
    assert np.isnan(p).tolist() == [False, True, True, True]
    assert q[0] == p[0]
    assert np.isnan(q[1:]).all()


@pytest.mark.parametrize("all_close", [False, True])
def test_a_rate_that_stayed_at_nothing_or_all_has_not_changed(all_close: bool) -> None:
    leads = np.array([10, 5000])
    customers = leads * all_close
    p, q = rate_changes(customers, leads, customers, leads)
    assert p.tolist() == q.tolist() == [1.0, 1.0]


def test_no_levels_give_no_tests() -> None:
    assert [len(part) for part in rate_changes([], [], [], [])] == [0, 0]
